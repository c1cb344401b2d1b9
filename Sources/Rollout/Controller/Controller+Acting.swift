internal import MarketData
internal import Signals

extension Controller {
    /// Sessions that are whole become evidence.
    mutating func commitSessions(_ reaction: inout Reaction) {
        while let session = book.takeReady() {
            evidence.commit(session)
            state.committed(session, terms.evidence)
            isDue = true
            reaction.steps.append(.committed(session, EvidenceFigures(evidence)))
        }
    }

    /// Decides until nothing more follows.
    mutating func act(_ reaction: inout Reaction) {
        isDue = false
        for _ in 0..<(2 * Trigger.allCases.count) {
            let decision = decide(state, evidence, now: now)
            latest = decision
            guard acts, decision.action != .stay else { return }
            perform(decision, &reaction)
            // One step up a session, at most.
            if case .promote = decision.action { return }
        }
    }

    private mutating func perform(_ decision: RolloutDecision, _ reaction: inout Reaction) {
        for reason in decision.reasons where !state.handled.contains(reason.trigger) {
            reaction.steps.append(.tripped(reason, action(of: decision)))
        }
        let (from, before) = (state.stage, state.status)
        switch decision.action {
        case .unroute: router.isUnrouted = true
        case .hold(.opposite):
            router.isUnrouted = true
            watch.forgetOpposite()
        default: break
        }
        if state.apply(decision, &evidence) {
            move(from: from, before, cause: decision.cause, reason: decision.text, decision, &reaction)
        }
    }

    private func action(of decision: RolloutDecision) -> TriggerAction {
        switch decision.action {
        case .rollBack, .close: .rollback
        case .demote: .demote
        case .unroute: .unroute
        case .hold: .hold
        default: .alert
        }
    }

    /// The router follows the state, and what that means for open positions.
    mutating func move(
        from: Stage, _ before: Status, cause: String, reason: String, _ decision: RolloutDecision,
        _ reaction: inout Reaction
    ) {
        if from > .shadow, state.stage == .shadow {
            router.takeBack()
            tellToClose(&reaction)
            if router.isDraining, state.status == .rolledBack { state.status = .draining }
        }
        router.stage = state.stage
        router.status = state.status
        let transition = Transition(
            from: from, to: state.stage, statusBefore: before, status: state.status, cause: cause,
            actor: RolloutState.ownName, reason: reason)
        reaction.steps.append(
            .moved(
                transition,
                Reaction.Basis(
                    reasons: decision.reasons, checks: decision.checks, figures: EvidenceFigures(evidence))))
    }

    /// Sinks are to close what the candidate leaves open, each once, where the plan says so.
    mutating func tellToClose(_ reaction: inout Reaction) {
        guard plan.openEpisodes.policy == .close else { return }
        for id in live.keys.sorted() where live[id]?.isToldToClose == false {
            live[id]?.isToldToClose = true
            reaction.steps.append(.close(id: id))
        }
    }

    /// The last held episode is over.
    mutating func finishDraining(_ reaction: inout Reaction) {
        let before = state.status
        state.status = .rolledBack
        move(
            from: state.stage, before, cause: "drained", reason: "the last position of the candidate is over",
            RolloutDecision(.stay), &reaction)
    }
}

extension RolloutDecision {
    /// What a transition names as its cause.
    var cause: String {
        switch action {
        case .promote, .awaitApproval: "gate"
        case .withdrawApproval(let expired): expired ? "approval-expired" : "gate"
        case .complete: "window-over"
        case .expire: "deadline"
        case .hold(let trigger), .alert(let trigger), .unroute(let trigger), .close(let trigger): trigger.rawValue
        case .demote(_, let trigger, _), .rollBack(let trigger, _): trigger.rawValue
        case .stay: "stay"
        }
    }
}
