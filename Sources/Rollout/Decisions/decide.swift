/// What a rollout does next: a function of state, evidence and the moment alone.
///
/// The first rule that applies decides, protection before anything else:
///
/// 1. what rolls back by a counter, a limit's breach or a failed measurement
/// 2. harm
/// 3. the live loss of the stage
/// 4. fall
/// 5. what takes the candidate's units away for a while, what holds, what only alerts, in this order
/// 6. no gain
/// 7. the gate to the next stage, then its window, then its approvals
/// 8. the stage's deadline
///
/// A person's commands and the switches come before all of it, in the router. Source: `decision-statistics.md`, section 6.
public func decide(_ state: RolloutState, _ evidence: Evidence, now: Moment) -> RolloutDecision {
    if state.isOver { return RolloutDecision(.stay, next: .person) }
    return Protection(state, evidence).decision ?? Advancement(state, evidence, now).decision
}

/// Rules 1 to 6.
private struct Protection {
    private let state: RolloutState
    private let evidence: Evidence
    private let terms: DecisionTerms

    init(_ state: RolloutState, _ evidence: Evidence) {
        self.state = state
        self.evidence = evidence
        terms = evidence.terms
    }

    var decision: RolloutDecision? {
        rollback ?? harm ?? stageLoss ?? fall ?? standing(.unroute) ?? standing(.hold) ?? standing(.alert) ?? noGain
    }

    private var isLive: Bool { state.stage > .shadow }

    /// The unhandled triggers that ask for an action, in their order.
    private func triggers(_ action: TriggerAction) -> [Tripped] {
        guard !state.tripped.isEmpty else { return [] }
        return state.tripped.values
            .filter { terms.triggers.action($0.trigger) == action && !state.handled.contains($0.trigger) }
            .sorted { $0.trigger < $1.trigger }
    }

    /// In shadow there is nothing to take back; what would have taken it back keeps it there.
    private var rollback: RolloutDecision? {
        let reasons = triggers(.rollback)
        guard let first = reasons.first else { return nil }
        if isLive { return RolloutDecision(.rollBack(first.trigger, closes: false), reasons, next: .person) }
        // A gate looks at measurements itself, and what gets well again needs no person.
        let isMeasured = reasons.allSatisfy { reason in Measured.Kind.allCases.contains { $0.trigger == reason.trigger }
        }
        return isMeasured ? RolloutDecision(.alert(first.trigger), reasons) : hold(first.trigger, reasons)
    }

    private var harm: RolloutDecision? {
        let threshold = 1 / terms.harm.alpha
        guard evidence.harmE >= threshold else { return nil }
        return RolloutDecision(
            .rollBack(.harm, closes: true), [Tripped(.harm, value: evidence.harmE, threshold: threshold)],
            next: .person)
    }

    private var stageLoss: RolloutDecision? {
        guard isLive, let limit = terms.liveLimits[state.stage]?.lossRStage else { return nil }
        let live = Double(state.liveStageMicros) / 1e6
        guard live <= -limit else { return nil }
        return demote(to: .shadow, Tripped(.stageLoss, value: live, threshold: -limit))
    }

    private var fall: RolloutDecision? {
        guard let fall = terms.fall, fall.stages.contains(state.stage), state.stage > .canary,
            evidence.fallValue >= fall.arlSessions
        else { return nil }
        return demote(to: .canary, Tripped(.fall, value: evidence.fallValue, threshold: fall.arlSessions))
    }

    private func demote(to stage: Stage, _ reason: Tripped) -> RolloutDecision {
        RolloutDecision(
            .demote(to: stage, reason.trigger, holds: state.setbacks >= 1), [reason],
            next: state.setbacks >= 1 ? .person : .sessionCommit)
    }

    private func standing(_ action: TriggerAction) -> RolloutDecision? {
        let reasons = triggers(action)
        guard let first = reasons.first else { return nil }
        switch action {
        case .unroute: return RolloutDecision(.unroute(first.trigger), reasons)
        case .hold: return hold(first.trigger, reasons)
        default: return RolloutDecision(.alert(first.trigger), reasons)
        }
    }

    private func hold(_ trigger: Trigger, _ reasons: [Tripped]) -> RolloutDecision {
        RolloutDecision(.hold(trigger), reasons, next: .person)
    }

    private var noGain: RolloutDecision? {
        guard let noGain = terms.noGain, noGain.stages.contains(state.stage) else { return nil }
        let threshold = 1 / noGain.alpha
        guard evidence.noGainE >= threshold else { return nil }
        return RolloutDecision(
            .close(.noGain), [Tripped(.noGain, value: evidence.noGainE, threshold: threshold)], next: .person)
    }
}

/// Rules 7 and 8.
private struct Advancement {
    private let state: RolloutState
    private let evidence: Evidence
    private let terms: DecisionTerms
    private let now: Moment

    init(_ state: RolloutState, _ evidence: Evidence, _ now: Moment) {
        self.state = state
        self.evidence = evidence
        terms = evidence.terms
        self.now = now
    }

    var decision: RolloutDecision {
        guard let next = state.stage.next else { return completion }
        let checks = gateChecks(to: next, state, evidence)
        let isPassed = terms.gates[next] != nil && checks.allSatisfy(\.verdict.isPassable)
        switch state.status {
        case .awaitingApproval: return awaiting(next, checks, isPassed)
        case .running where isPassed: return passed(next, checks)
        case .running where isPastDeadline: return RolloutDecision(.expire, checks: checks, next: .person)
        case .running: return RolloutDecision(.stay, checks: checks)
        default: return RolloutDecision(.stay, checks: checks, next: .person)
        }
    }

    /// In full nothing is left to gain; after the window the baseline is not needed any more.
    private var completion: RolloutDecision {
        let isDue = state.status == .running && state.sessions >= terms.rollbackWindowSessions
        return isDue ? RolloutDecision(.complete, next: .never) : RolloutDecision(.stay)
    }

    private var isPastDeadline: Bool {
        terms.deadlineSessions[state.stage].map { state.deadlineSessions >= $0 } ?? false
    }

    private func passed(_ next: Stage, _ checks: [GateCheck]) -> RolloutDecision {
        guard let gate = terms.gates[next] else { return RolloutDecision(.stay, checks: checks) }
        guard gate.promotion == .automatic else { return RolloutDecision(.stay, checks: checks, next: .person) }
        if gate.approvals > 0 { return RolloutDecision(.awaitApproval(next), checks: checks, next: .approval) }
        return promote(next, checks)
    }

    private func promote(_ next: Stage, _ checks: [GateCheck]) -> RolloutDecision {
        if let (until, reason) = now.obstacle {
            return RolloutDecision(.stay, checks: checks, next: .promotionWindow(until, reason: reason))
        }
        return RolloutDecision(.promote(next), checks: checks)
    }

    private func awaiting(_ next: Stage, _ checks: [GateCheck], _ isPassed: Bool) -> RolloutDecision {
        guard let gate = terms.gates[next], let request = state.approval, request.stage == next, isPassed else {
            return RolloutDecision(.withdrawApproval(expired: false), checks: checks)
        }
        guard evidence.sessions.count - request.atSession <= gate.approvalSessions else {
            return RolloutDecision(.withdrawApproval(expired: true), checks: checks)
        }
        guard request.approvals.count >= gate.approvals else {
            return RolloutDecision(.stay, checks: checks, next: .approval)
        }
        return promote(next, checks)
    }
}
