internal import MarketData

/// Adds up journaled histograms for a report, session by session, so that a year needs no more memory than a day.
package struct LatencyTally: Sendable {
    struct Lane: Hashable, Comparable {
        var arm: LatencyArm?
        var span: LatencySpan

        /// By arm, then by span.
        static func < (a: Lane, b: Lane) -> Bool {
            a.arm == b.arm ? a.span < b.span : LatencyArm.areInOrder(a.arm, b.arm)
        }
    }

    struct Sums {
        var total = LatencyHistogram()
        /// Of the session that is being added up.
        var open = LatencyHistogram()
        var versions: Set<String> = []
        var sessions: [LatencyReport.Session] = []
    }

    private(set) var lanes: [Lane: Sums] = [:]
    private var session: CivilDate?

    package init() {}

    /// Several histograms of one key, stages and versions add up.
    ///
    /// - Throws: `LatencyError.sessionsOutOfOrder` if `key` is of an earlier session than the one before.
    package mutating func add(_ histogram: LatencyHistogram, for key: LatencyKey) throws(LatencyError) {
        if let session, key.session < session {
            throw .sessionsOutOfOrder(before: session, then: key.session)
        }
        guard !histogram.isEmpty else { return }
        if key.session != session { closeSession() }
        session = key.session
        let lane = Lane(arm: key.arm, span: key.span)
        lanes[lane, default: Sums()].open.merge(histogram)
        if let version = key.version { lanes[lane]?.versions.insert(version) }
    }

    /// The report over everything that was added.
    ///
    /// - Parameter objective: the share that has to be within the target, in 0...1.
    package func report(
        basis: Basis, thresholds: LatencyThresholds = .standard, objective: Double = LatencyReport.standardObjective
    ) -> LatencyReport {
        var closed = self
        closed.closeSession()
        return LatencyReport(basis: basis, thresholds: thresholds, objective: objective, lanes: closed.lanes)
    }

    private mutating func closeSession() {
        guard let session else { return }
        for lane in lanes.keys { lanes[lane]?.close(session) }
    }
}

extension LatencyTally.Sums {
    mutating func close(_ session: CivilDate) {
        guard !open.isEmpty else { return }
        sessions.append(LatencyReport.Session(session, open))
        total.merge(open)
        open = LatencyHistogram()
    }
}
