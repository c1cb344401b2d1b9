package import MarketData
package import Rollout

/// Where a rollout stands by its journal: state, evidence and the moment, as decisions read them.
package struct RolloutStanding {
    package let begin: BeginBody
    package let snapshot: RolloutSnapshot
    package let state: RolloutState
    package let evidence: Evidence
    package let now: Moment
    /// The stage in which each of the evidence's sessions was committed.
    package let stages: [Stage]
    /// Sessions that were put right after they were evidence, in order.
    package let corrections: [Correction]

    package struct Correction: Hashable, Sendable {
        package let session: CivilDate
        /// Of D, R.
        package let changeR: Double
    }

    /// Nil for a rollout that gathers no evidence, or none yet.
    package init?(_ reader: JournalReader) throws {
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        begin = try EventCodec.decode(first)
        guard let terms = begin.decisionTerms, let calendar = begin.calendar,
            let text = try reader.memory(of: RolloutSnapshot.name)
        else { return nil }
        guard let snapshot = RolloutSnapshot(text), let state = snapshot.state else {
            throw JournalError.damaged(path: reader.path, row: 0, reason: "its standing does not read")
        }
        self.snapshot = snapshot
        self.state = state
        now = Moment(
            time: Timestamp(nanos: snapshot.time), windows: try snapshot.promotionWindows(reader.path),
            calendar: calendar)
        var evidence = Evidence(terms: terms)
        var stages: [Stage] = []
        var corrections: [Correction] = []
        try reader.scanDecisions { row in
            guard row.kind != .transition else {
                if row.reason == "new-version" {
                    evidence = Evidence(terms: terms)
                    (stages, corrections) = ([], [])
                } else if let to = Stage(rawValue: row.stage), let from = row.decision.flatMap(Stage.init(rawValue:)),
                    to > from
                {
                    evidence.entered(to)
                }
                return
            }
            let body: EvidenceBody = try EventCodec.decode(row)
            guard let session = body.observation else { throw EventCodec.damaged(row, "its session does not read") }
            if row.kind == .evidence {
                evidence.commit(session)
                stages.append(Stage(rawValue: row.stage) ?? .shadow)
            } else {
                _ = evidence.correct(session)
                corrections.append(Correction(session: session.session, changeR: body.changeR ?? 0))
            }
        }
        self.evidence = evidence
        self.stages = stages
        self.corrections = corrections
    }
}
