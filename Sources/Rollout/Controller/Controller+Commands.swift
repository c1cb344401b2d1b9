internal import MarketData
internal import Signals

extension Controller {
    /// Does what a person asks, within what evidence and approvals allow.
    mutating func obey(_ command: Command, _ reaction: inout Reaction) -> Effect {
        if let cause = state.closedBy, command.verb == .promote || command.verb == .resume {
            return .refused(
                reason: "this version of the candidate is closed (\(cause.rawValue)): a new version, or a new rollout")
        }
        switch command.verb {
        case .approve: return approve(command)
        case .promote: if let effect = approvalFirst(command) { return effect }
        case .resume, .pause, .rollback: break
        }
        let checks = (command.to ?? state.stage.next).map { gateChecks(to: $0, state, evidence) } ?? []
        let effect = router.obey(command)
        if case .moved(let transition) = effect {
            reaction.basis = Reaction.Basis(
                reasons: [], checks: command.verb == .promote ? checks : [], figures: EvidenceFigures(evidence))
            follow(transition, command, &reaction)
        }
        return effect
    }

    /// The state follows what a person moved.
    private mutating func follow(_ transition: Transition, _ command: Command, _ reaction: inout Reaction) {
        isDue = true
        switch command.verb {
        case .promote: state.promoted(to: transition.to, &evidence)
        case .rollback:
            state.enter(transition.to, transition.status)
            state.coolDown = 0
            tellToClose(&reaction)
        case .resume:
            state.resumed()
            for (arm, health) in router.health.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                noteHealth(arm, health)
            }
        case .pause:
            state.status = transition.status
            state.approval = nil
        case .approve: break
        }
    }

    // MARK: - Approvals

    /// A stage that asks for approvals is entered by no one person's word.
    private mutating func approvalFirst(_ command: Command) -> Effect? {
        guard acts, command.expectedStage.map({ $0 == state.stage }) ?? true, state.status == .running,
            let target = command.to ?? state.stage.next, target > state.stage,
            Stage.allCases.contains(where: { isApproved($0, to: target) })
        else { return nil }
        guard target == state.stage.next else {
            return .refused(reason: "a stage on the way to \(target.rawValue) asks for approvals; promote step by step")
        }
        let unmet = gateChecks(to: target, state, evidence).filter { !$0.verdict.isPassable }
        guard unmet.isEmpty else {
            return .refused(
                reason: "\(target.rawValue) asks for approvals, and its gate is not passed: "
                    + unmet.map(\.text).joined(separator: "; "))
        }
        let before = state.status
        state.ask(for: target, by: command.actor, evidence)
        return moved(from: before, command)
    }

    private func isApproved(_ stage: Stage, to target: Stage) -> Bool {
        stage > state.stage && stage <= target && (terms.gates[stage]?.approvals ?? 0) > 0
    }

    private mutating func approve(_ command: Command) -> Effect {
        guard var request = state.approval, state.status == .awaitingApproval else {
            return .refused(reason: "nothing waits for approval")
        }
        if let expected = command.expectedStage, expected != state.stage {
            return .refused(reason: "the rollout is in \(state.stage.rawValue), not in \(expected.rawValue)")
        }
        if let to = command.to, to != request.stage {
            return .refused(reason: "what waits for approval is \(request.stage.rawValue), not \(to.rawValue)")
        }
        let needed = terms.gates[request.stage]?.approvals ?? 0
        if needed > 1, request.askedBy == command.actor {
            return .refused(reason: "\(command.actor) asked for it; somebody else has to approve")
        }
        if request.approvals.contains(where: { $0.actor == command.actor }) {
            return .unchanged(reason: "\(command.actor) has approved already")
        }
        request.approvals.append(
            ApprovalRequest.Approval(actor: command.actor, atSession: evidence.sessions.count))
        state.approval = request
        isDue = true
        let left = needed - request.approvals.count
        return .approved(
            stage: request.stage,
            detail: left > 0 ? "\(left) more to go" : "complete: the promotion follows when its window is open")
    }

    private mutating func moved(from before: Status, _ command: Command) -> Effect {
        router.status = state.status
        return .moved(
            Transition(
                from: state.stage, to: state.stage, statusBefore: before, status: state.status,
                cause: command.verb.rawValue, actor: command.actor, reason: command.reason))
    }
}
