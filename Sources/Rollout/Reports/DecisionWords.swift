internal import MarketData
internal import Monitors

/// What `decide` says, in words.
struct DecisionWords {
    let state: RolloutState
    let terms: DecisionTerms
    let decision: RolloutDecision
    let evidence: Evidence

    // MARK: - In one sentence

    /// `canary, running: waits for proof that the candidate is better (E 3.20 of 10), about 14 more sessions if it goes on
    /// as so far`
    func summary(_ gate: ExplainReport.Gate?) -> String {
        let watches = terms.mode == .watch ? " (watches only)" : ""
        return "\(state.stage.rawValue), \(state.status.rawValue)\(watches): \(answer(gate))"
    }

    private func answer(_ gate: ExplainReport.Gate?) -> String {
        if let ended { return ended }
        guard case .stay = decision.action else { return action }
        if state.status == .held { return held(gate) }
        switch decision.nextCheck {
        case .promotionWindow, .approval, .person: return waiting
        case .never: return "nothing is left to decide"
        case .sessionCommit: return gate.map(waits) ?? ungated
        }
    }

    /// Nil while there is something to decide.
    private var ended: String? {
        switch state.status {
        case .completed: "the candidate has taken over; nothing is left to decide"
        case .draining: "everything is back with the baseline, and the candidate's last positions run to their ends"
        case .rolledBack, .failed:
            state.closedBy.map { "this version is closed (\($0.rawValue)); only a new version begins again" }
                ?? "everything is back with the baseline; a person may let it begin again in shadow"
        case .running, .held, .awaitingApproval: nil
        }
    }

    private func held(_ gate: ExplainReport.Gate?) -> String {
        let standing = state.handled.filter { state.tripped[$0] != nil && terms.triggers.action($0) == .hold }
        let causes = standing.union(state.heldBy.map { [$0] } ?? []).sorted().map(\.rawValue)
        let isLate = terms.deadlineSessions[state.stage].map { state.deadlineSessions >= $0 } ?? false
        let reasons = causes.isEmpty && isLate ? ["no verdict by the deadline"] : causes
        let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))"
        return "waits for a person to resume\(why)"
            + (gate.map { $0.isPassed ? "; the gate to \($0.stage.rawValue) is passed" : "; besides it " + waits($0) }
                ?? "")
    }

    private var ungated: String {
        guard state.stage.next == nil else { return "nothing leads on by itself; a person promotes" }
        let left = terms.rollbackWindowSessions - state.sessions
        return "completed after \(GateWords.sessions(max(left, 1))) if nothing speaks against it"
    }

    private func waits(_ gate: ExplainReport.Gate) -> String {
        guard let check = gate.bottleneck else { return "the gate to \(gate.stage.rawValue) is passed" }
        let others = gate.checks.count { !$0.verdict.isPassable } - 1
        let more = others == 0 ? "" : " and \(others) other \(others == 1 ? "check" : "checks")"
        let wait =
            switch (check.wait?.sessions, check.wait?.basis) {
            case (let sessions?, _): ", about \(GateWords.sessions(sessions)) if it goes on as so far"
            case (nil, let basis?): "; how long \(basis)"
            case (nil, nil): ""
            }
        return "waits for \(GateWords(terms: terms, stage: gate.stage).wanted(check))\(more)\(wait)"
    }

    // MARK: - What happens next

    func next(_ summary: EvidenceSummary) -> ExplainReport.Next {
        let (name, target) = actionName
        var (waitsFor, until): (String, Timestamp?) = (decision.nextCheck.name, nil)
        if case .promotionWindow(let time, _) = decision.nextCheck { until = time }
        if ended != nil { waitsFor = state.status == .completed ? "never" : "person" }
        let facts = [first, approvals, deadline, setbacks, closed, clipped(summary), sessions(summary)]
        return ExplainReport.Next(
            action: name, target: target, waitsFor: waitsFor, until: until, facts: facts.compactMap { $0 })
    }

    private var first: String {
        let sentence: String =
            if let ended { ended } else if case .stay = decision.action { waiting } else { action }
        let prefix = terms.mode == .watch ? "Watches only, nothing moves by itself. It would say: " : ""
        return prefix + (sentence.first?.uppercased() ?? "") + sentence.dropFirst() + "."
    }

    /// What it waits for while it stays.
    private var waiting: String {
        if state.status == .held { return held(nil) }
        switch decision.nextCheck {
        case .sessionCommit: return "stays, and looks again when the next session is committed"
        case .promotionWindow(let until, let reason):
            let time = until.map { "from \(NumberFormat.time($0)) on" } ?? "no time is known"
            return "the gate is passed and the promotion window is closed: \(reason); \(time)"
        case .approval:
            return "the gate is passed; waits for approval of \(state.approval?.stage.rawValue ?? "a stage")"
        case .person where state.status == .running:
            return
                "the gate to \(state.stage.next?.rawValue ?? "the next stage") is passed; waits for a person to promote"
        case .person: return "waits for a person"
        case .never: return "nothing is left to decide"
        }
    }

    private var action: String {
        let reasons = decision.reasons.map { GateWords.tripped($0) }.joined(separator: ", ")
        return switch decision.action {
        case .stay: "stays"
        case .promote(let stage): "the gate is passed; goes up to \(stage.rawValue) now"
        case .awaitApproval(let stage): "the gate is passed; asks for approval of \(stage.rawValue) now"
        case .withdrawApproval(expired: true): "the approvals asked for are void by now and are withdrawn"
        case .withdrawApproval: "the gate is not passed any more; the approvals asked for are withdrawn"
        case .complete: "the rollback window is over; the rollout is completed now"
        case .alert(_): "says so and goes on: \(reasons)"
        case .unroute(_): "the candidate is silent until the session ends: \(reasons)"
        case .hold(_): "holds for a person: \(reasons)"
        case .demote(let stage, _, holds: false): "goes down to \(stage.rawValue): \(reasons)"
        case .demote(let stage, _, holds: true): "goes down to \(stage.rawValue) and waits for a person: \(reasons)"
        case .rollBack(_, closes: false): "everything goes back to the baseline: \(reasons)"
        case .rollBack(_, closes: true): "everything goes back to the baseline and the version is closed: \(reasons)"
        case .close(_): "the version is closed: \(reasons)"
        case .expire: "no verdict by the stage's deadline; holds for a person"
        }
    }

    private var actionName: (String, Stage?) {
        switch decision.action {
        case .stay: ("stay", nil)
        case .promote(let stage): ("promote", stage)
        case .awaitApproval(let stage): ("await-approval", stage)
        case .withdrawApproval: ("withdraw-approval", nil)
        case .complete: ("complete", nil)
        case .alert: ("alert", nil)
        case .unroute: ("unroute", nil)
        case .hold: ("hold", nil)
        case .demote(let stage, _, _): ("demote", stage)
        case .rollBack: ("rollback", .shadow)
        case .close: ("close", .shadow)
        case .expire: ("expire", nil)
        }
    }

    // MARK: - Facts

    private var approvals: String? {
        guard let request = state.approval, let gate = terms.gates[request.stage] else { return nil }
        let by = request.approvals.isEmpty ? "" : ", by " + request.approvals.map(\.actor).joined(separator: ", ")
        return "Approval of \(request.stage.rawValue): \(request.approvals.count) of \(gate.approvals)\(by); asked by "
            + "\(request.askedBy) after session \(request.atSession), void after session "
            + "\(request.atSession + gate.approvalSessions)."
    }

    private var deadline: String? {
        guard ended == nil, let most = terms.deadlineSessions[state.stage] else { return nil }
        return "Deadline: \(state.deadlineSessions) of \(most) sessions in \(state.stage.rawValue) are used; then it "
            + "holds for a person."
    }

    private var setbacks: String {
        switch state.setbacks {
        case 0: "Setbacks (falls and stage losses): none; the first demotes, the second also holds for a person."
        case let count: "Setbacks (falls and stage losses): \(count); the next one also holds for a person."
        }
    }

    private var closed: String? {
        state.closedBy.map { "Closed for good by \($0.rawValue)." }
    }

    private func clipped(_ summary: EvidenceSummary) -> String {
        let clip = NumberFormat.number(terms.evidence.scoreClipR, places: 1)
        return "D was clipped to \(clip) R in \(summary.clipped) of \(summary.observed) observed sessions."
    }

    private func sessions(_ summary: EvidenceSummary) -> String {
        "Sessions committed: \(summary.committed), of them \(summary.observed) observed, \(summary.empty) empty, "
            + "\(summary.tainted) tainted (\(summary.recentlyTainted) of the last \(Evidence.taintWindow))."
    }
}

extension RolloutDecision.NextCheck {
    var name: String {
        switch self {
        case .sessionCommit: "session-commit"
        case .promotionWindow: "promotion-window"
        case .approval: "approval"
        case .person: "person"
        case .never: "never"
        }
    }
}
