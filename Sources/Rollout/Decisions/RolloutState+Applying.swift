extension RolloutState {
    /// Does what was decided.
    ///
    /// - Returns: whether stage or status became another one.
    @discardableResult
    public mutating func apply(_ decision: RolloutDecision, _ evidence: inout Evidence) -> Bool {
        let before = (stage, status)
        for reason in decision.reasons { handled.insert(reason.trigger) }
        switch decision.action {
        case .stay, .alert, .unroute: break
        case .promote(let next): promoted(to: next, &evidence)
        case .awaitApproval(let next): ask(for: next, by: Self.ownName, evidence)
        case .withdrawApproval:
            status = .running
            approval = nil
        case .complete: status = .completed
        case .hold(let trigger): hold(by: trigger)
        case .expire: hold()
        case .demote(let lower, let trigger, let holds):
            setbacks += 1
            // A hold from before stands.
            enter(lower, holds || status == .held ? .held : .running)
            if holds { heldBy = trigger }
            // It counts anew in the stage below, and the next one is news.
            handled.remove(trigger)
            if trigger == .stageLoss { coolDown = evidence.terms.coolDownSessions }
        case .rollBack(let trigger, let closes):
            enter(.shadow, .rolledBack)
            if closes { closedBy = trigger }
        case .close(let trigger):
            enter(.shadow, .failed)
            closedBy = trigger
        }
        return (stage, status) != before
    }

    /// Who acts where no person does.
    public static let ownName = "tandem"

    /// Into a higher stage, by proof or by a person.
    mutating func promoted(to next: Stage, _ evidence: inout Evidence) {
        if stage == .shadow {
            // What was only said while there was nothing to take back takes back from now on.
            handled = handled.filter { evidence.terms.triggers.action($0) != .rollback }
        }
        enter(next, .running)
        evidence.entered(next)
    }

    /// Waits for persons to agree.
    mutating func ask(for next: Stage, by actor: String, _ evidence: Evidence) {
        status = .awaitingApproval
        approval = ApprovalRequest(stage: next, askedBy: actor, atSession: evidence.sessions.count)
    }

    /// Waits for a person to resume.
    mutating func hold(by trigger: Trigger? = nil) {
        status = .held
        heldBy = trigger
        approval = nil
    }

    /// A person lets it go on: what stood is looked at anew, and the stage's time begins again. After a rollback its
    /// sessions do, too: what was committed meanwhile promotes nobody at once.
    mutating func resumed() {
        if status == .rolledBack { enter(stage, .running) }
        status = .running
        heldBy = nil
        deadlineSessions = 0
        tripped = [:]
        handled = []
    }
}
