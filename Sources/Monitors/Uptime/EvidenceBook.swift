/// All rows of evidence in the order in which they were recorded, and what of them is in force.
package struct EvidenceBook: Hashable, Sendable {
    /// An exclusion as its corrections left it.
    package struct InForce: Hashable, Sendable {
        /// The newest row of it.
        package let row: EvidenceRow
        package let exclusion: EvidenceRow.Exclusion
        /// The row that it began with.
        package let original: String
        /// When it was first said, nanoseconds since 1970. A correction that does more than narrow the time counts as
        /// said when it was recorded.
        package let announcedAt: UInt64

        /// Planned downtime counts as announced from a day ahead.
        package var isAnnounced: Bool {
            let (due, overflow) = announcedAt.addingReportingOverflow(Self.noticeNanos)
            return !overflow && due <= exclusion.from
        }

        private static let noticeNanos: UInt64 = 24 * 3600 * 1_000_000_000
    }

    package private(set) var rows: [EvidenceRow] = []
    /// In the order of their first rows.
    package private(set) var inForce: [InForce] = []
    /// Incident to the times of its acknowledgements, in order.
    private var acknowledgements: [String: [UInt64]] = [:]
    private var ids: Set<String> = []
    /// Each exclusion and correction to the first row of its exclusion.
    private var originals: [String: String] = [:]

    package init() {}

    package init(_ rows: some Sequence<EvidenceRow>) throws(UptimeError) {
        for row in rows { try append(row) }
    }

    /// Leaves the book as it is when it throws.
    package mutating func append(_ row: EvidenceRow) throws(UptimeError) {
        try row.validate()
        guard !ids.contains(row.id) else { throw .duplicate(id: row.id) }
        switch row.content {
        case .exclusion(let exclusion):
            originals[row.id] = row.id
            inForce.append(
                InForce(row: row, exclusion: exclusion, original: row.id, announcedAt: row.recordedAt))
        case .correction(let target, let exclusion):
            let index = try index(of: target, for: row.id)
            let corrected = inForce[index]
            inForce[index] = InForce(
                row: row, exclusion: exclusion, original: corrected.original,
                announcedAt: exclusion.narrows(corrected.exclusion) ? corrected.announcedAt : row.recordedAt)
            originals[row.id] = corrected.original
        case .withdrawal(let target, _):
            inForce.remove(at: try index(of: target, for: row.id))
        case .acknowledgement(let incident, _):
            acknowledgements[incident, default: []].append(row.recordedAt)
        }
        ids.insert(row.id)
        rows.append(row)
    }

    /// The first acknowledgement of an incident that was recorded at `start` or later; nanoseconds since 1970.
    package func acknowledgement(of incident: String, from start: UInt64) -> UInt64? {
        acknowledgements[incident]?.filter { $0 >= start }.min()
    }

    private func index(of target: String, for id: String) throws(UptimeError) -> Int {
        guard let original = originals[target] else { throw .unknownTarget(id: id, target: target) }
        guard let index = inForce.firstIndex(where: { $0.original == original }) else {
            throw .withdrawn(id: id, target: target)
        }
        let newest = inForce[index].row.id
        guard newest == target else { throw .superseded(id: id, target: target, newest: newest) }
        return index
    }
}

extension EvidenceRow.Exclusion {
    /// Whether this says no more than `other` did.
    fileprivate func narrows(_ other: Self) -> Bool { cause == other.cause && from >= other.from && to <= other.to }
}
