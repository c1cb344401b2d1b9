internal import MarketData
internal import Signals

extension Controller {
    /// An engine may be relied on, or not.
    mutating func noteHealth(_ arm: Arm, _ health: Health) {
        let time = router.feedTime
        // The half hour of a return was touched, too.
        if arm == .baseline, !health.isReady || !readiness.isReady(arm) { taintBaseline(at: time) }
        readiness.note(arm, isReady: health.isReady, at: time)
        let both = Arm.allCases.allSatisfy { !(router.health[$0]?.isReady ?? false) }
        set(.bothDown, both && time.nanos > 0 ? Tripped(.bothDown, value: 2, threshold: 2) : nil)
        guard arm == .candidate else { return }
        if case .quarantined = health {
            set(.quarantined, Tripped(.quarantined, value: 1, threshold: 1))
        } else {
            set(.quarantined, nil)
        }
    }

    /// With every mark: what time alone shows of engines.
    mutating func judgeReadiness(at time: Timestamp) {
        readiness.begin(at: time)
        if !readiness.isReady(.baseline) { taintBaseline(at: time) }
        guard router.stage > .shadow else { return }
        let (seconds, limit) = (readiness.candidateSeconds(at: time), terms.triggers.unhealthySeconds)
        set(
            .unhealthy,
            seconds > limit ? Tripped(.unhealthy, value: Double(seconds), threshold: Double(limit)) : nil)
    }

    private mutating func taintBaseline(at time: Timestamp) {
        guard let session = openSession(at: time) else { return }
        book.taint(at: time.nanos, in: session)
    }

    /// The session that is open and has been for a while.
    private var begunSession: CivilDate? {
        guard let session = try? plan.calendar.session(at: router.feedTime), session.open < router.feedTime else {
            return nil
        }
        return session.date
    }

    mutating func note(_ measured: Measured) {
        state.measured[measured.kind] = measured
        isDue = true
        guard state.judgesTime || measured.kind == .data else { return }
        let trigger = measured.kind.trigger
        guard measured.verdict == .fail, let value = measured.value else { return set(trigger, nil) }
        set(trigger, Tripped(trigger, value: Double(value), threshold: Double(measured.threshold)))
    }

    /// Another version of an engine is another rollout: its evidence begins anew, in shadow.
    mutating func noteEngine(_ arm: Arm, _ identity: String, _ reaction: inout Reaction) {
        let known = engines.updateValue(identity, forKey: arm)
        if arm == .candidate, known != identity { versionsTried += 1 }
        guard let known, known != identity else { return }
        evidence = Evidence(terms: terms)
        // What the version before said, also in a session that it began, speaks for nobody.
        book = SessionBook(terms: terms.evidence, after: [book.latest, begunSession].compactMap { $0 }.max())
        watch = SignalWatch(terms: terms.triggers)
        let (from, before) = (state.stage, state.status)
        state = RolloutState(stage: .shadow, judgesTime: state.judgesTime)
        move(
            from: from, before, cause: "new-version", reason: "\(arm.rawValue) \(known) became \(identity)",
            RolloutDecision(.stay), &reaction)
        isDue = true
    }
}
