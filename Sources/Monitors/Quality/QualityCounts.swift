/// What was counted in a session. All of it adds up over sessions.
package struct QualityCounts: Hashable, Sendable, Codable {
    /// Of any type, marks included.
    package var records = 0
    /// Market data: orders, trades, quotes, bars.
    package var marketRecords = 0
    /// Of these, with the flag SNAPSHOT; their times and sequences are not judged.
    package var snapshotRecords = 0

    /// Market records with a `ts_recv` that can be put in order.
    package var orderedRecords = 0
    /// Received before a record that stands ahead of them.
    package var outOfOrder = 0
    package var worstDisorderNanos: UInt64 = 0
    /// Without a trustworthy `ts_recv` (flag BAD_TS_RECV, or none), snapshots apart.
    package var badReceiveTimes = 0

    /// Records with a sequence and a channel.
    package var sequencedRecords = 0
    /// Of these, behind the highest sequence of their channel.
    package var lateRecords = 0
    /// Stretches of late records, and sequences that began anew.
    package var sequenceBreaks = 0
    /// By sequence; nil unless the feed is the whole channel.
    package var missingPackets: Int?

    /// Records of which a repeat could be told.
    package var repeatable = 0
    package var repeats = 0

    /// Records whose clocks and definition were looked at: one in 64, and those that were looked at closely.
    package var samples = 0
    /// Samples received before they happened.
    package var skewed = 0
    package var worstSkewNanos: UInt64 = 0
    /// Samples of instruments without a definition.
    package var undefined = 0

    /// Nil when the stream has none by its terms.
    package var marksDue: Int?
    package var marksMissing = 0

    /// Open minutes so far, and those of them with market data.
    package var minutes = 0
    package var minutesWithData = 0
    package var halfHours = 0
    package var halfHoursWithData = 0

    /// Open time of underlyings since their first quote of the session, and how much of it they were crossed or stale.
    package var quotedNanos: UInt64 = 0
    package var crossedNanos: UInt64 = 0
    package var staleNanos: UInt64 = 0

    package init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case records, samples, skewed, undefined, minutes, repeats, repeatable
        case marketRecords = "market_records"
        case snapshotRecords = "snapshot_records"
        case orderedRecords = "ordered_records"
        case outOfOrder = "out_of_order"
        case worstDisorderNanos = "worst_disorder_ns"
        case badReceiveTimes = "bad_receive_times"
        case sequencedRecords = "sequenced_records"
        case lateRecords = "late_records"
        case sequenceBreaks = "sequence_breaks"
        case missingPackets = "missing_packets"
        case worstSkewNanos = "worst_skew_ns"
        case marksDue = "marks_due"
        case marksMissing = "marks_missing"
        case minutesWithData = "minutes_with_data"
        case halfHours = "half_hours"
        case halfHoursWithData = "half_hours_with_data"
        case quotedNanos = "quoted_ns"
        case crossedNanos = "crossed_ns"
        case staleNanos = "stale_ns"
    }

    /// Adds what another session counted; the worst stay the worst.
    package mutating func add(_ other: QualityCounts) {
        for path in Self.sums { self[keyPath: path] += other[keyPath: path] }
        for path in Self.spans { self[keyPath: path] += other[keyPath: path] }
        worstDisorderNanos = max(worstDisorderNanos, other.worstDisorderNanos)
        worstSkewNanos = max(worstSkewNanos, other.worstSkewNanos)
        missingPackets = Self.sum(missingPackets, other.missingPackets)
        marksDue = Self.sum(marksDue, other.marksDue)
    }

    private static var sums: [WritableKeyPath<QualityCounts, Int>] {
        [
            \.records, \.marketRecords, \.snapshotRecords, \.orderedRecords, \.outOfOrder, \.badReceiveTimes,
            \.sequencedRecords, \.lateRecords, \.sequenceBreaks, \.repeatable, \.repeats, \.samples, \.skewed,
            \.undefined, \.marksMissing, \.minutes, \.minutesWithData, \.halfHours, \.halfHoursWithData,
        ]
    }

    private static var spans: [WritableKeyPath<QualityCounts, UInt64>] {
        [\.quotedNanos, \.crossedNanos, \.staleNanos]
    }

    private static func sum(_ a: Int?, _ b: Int?) -> Int? {
        guard let a else { return b }
        return a + (b ?? 0)
    }

    /// No count is negative and none larger than what it is a part of.
    var areConsistent: Bool {
        let whole: [(part: Int, of: Int)] = [
            (marketRecords, records), (snapshotRecords, marketRecords), (orderedRecords, marketRecords),
            (outOfOrder, orderedRecords), (badReceiveTimes, marketRecords), (sequencedRecords, marketRecords),
            (lateRecords, sequencedRecords), (repeatable, marketRecords), (repeats, repeatable),
            (skewed, samples), (undefined, samples), (marksMissing, marksDue ?? marksMissing),
            (minutesWithData, minutes), (halfHoursWithData, halfHours),
        ]
        return whole.allSatisfy { $0.part >= 0 && $0.part <= $0.of } && sequenceBreaks >= 0
            && (missingPackets ?? 0) >= 0 && crossedNanos <= quotedNanos && staleNanos <= quotedNanos
    }
}
