internal import MarketData

/// One simulated rollout as `decide` leads it. Nobody is there to decide, so it ends where it would wait for a person.
struct DecisionLane {
    private(set) var run = SimulatedRun()
    private var state = RolloutState(judgesTime: false)
    private var evidence: Evidence

    init(_ terms: DecisionTerms) { evidence = Evidence(terms: terms) }

    var stage: Stage { state.stage }
    var isOver: Bool { state.isOver || state.waitsForPerson }

    /// Nothing of a session's live signals is known before it is over.
    mutating func trade(_ live: LiveSession, counts: Bool) {
        run.live += live.signals
        if counts { run.liveMicros += live.micros }
        state.liveStageMicros += live.micros
    }

    /// Ends a session.
    ///
    /// - Parameter observation: what is committed at its end; nil where nothing is yet.
    mutating func close(_ session: Int, committing observation: SessionObservation?) {
        if let observation {
            evidence.commit(observation)
            state.committed(observation, evidence.terms.evidence)
        }
        let decision = decide(state, evidence, now: Moment(time: Timestamp(seconds: Int64(session) * 86_400)))
        if let event = Self.event(decision.action) { run.note(event, in: session) }
        state.apply(decision, &evidence)
    }

    private static func event(_ action: RolloutDecision.Action) -> SimulatedRun.Event? {
        switch action {
        case .promote(.canary): .canary
        case .promote(.limited): .limited
        case .promote(.full): .full
        case .demote(_, .fall, _): .fall
        case .demote: .loss
        case .rollBack: .harm
        case .close: .noGain
        case .expire: .deadline
        default: nil
        }
    }
}
