internal import MarketData
package import Rollout

/// Where a rollout stands by its journal: state, evidence and the moment, as decisions read them.
package struct RolloutStanding {
    package let begin: BeginBody
    package let snapshot: RolloutSnapshot
    package let state: RolloutState
    package let evidence: Evidence
    package let now: Moment
    /// Moves and corrections since the present versions began, in order.
    let moves: [RolloutStory.Move]
    let corrections: [RolloutStory.Correction]

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
        var course = Course(evidence: Evidence(terms: terms))
        try reader.scanDecisions { try course.take($0) }
        evidence = course.evidence
        moves = course.moves
        corrections = course.corrections
    }

    /// What `explain` says.
    package var explained: ExplainReport {
        ExplainReport(
            state: state, evidence: evidence, now: now,
            counts: [.share: snapshot.shareFactor, .stale: Double(snapshot.waitingSessions)])
    }
}

/// The rows of decisions, followed from the first on.
private struct Course {
    var evidence: Evidence
    var moves: [RolloutStory.Move] = []
    var corrections: [RolloutStory.Correction] = []

    mutating func take(_ row: JournalRow) throws {
        guard row.kind != .transition else { return try move(row) }
        let body: EvidenceBody = try EventCodec.decode(row)
        guard let session = body.observation else { throw EventCodec.damaged(row, "its session does not read") }
        guard row.kind == .correction else { return evidence.commit(session) }
        let after = session.difference(evidence.terms.evidence)
        let change = evidence.correct(session) ?? 0
        corrections.append(
            RolloutStory.Correction(
                session: session.session, afterSession: evidence.sessions.count, before: after - change, after: after))
    }

    private mutating func move(_ row: JournalRow) throws {
        let body: TransitionBody = try EventCodec.decode(row)
        guard let from = row.decision.flatMap(Stage.init(rawValue:)), let to = Stage(rawValue: row.stage),
            let before = Status(rawValue: body.statusBefore), let status = Status(rawValue: row.status)
        else { throw EventCodec.damaged(row, "its stages are unknown") }
        if row.reason == "new-version" { self = Course(evidence: Evidence(terms: evidence.terms)) }
        let transition = Transition(
            from: from, to: to, statusBefore: before, status: status, cause: row.reason ?? "", actor: body.actor,
            reason: body.reason)
        moves.append(
            RolloutStory.Move(
                index: row.feedIndex, time: Timestamp(nanos: row.time), session: evidence.sessions.count, transition))
        if to > from { evidence.entered(to) }
    }
}
