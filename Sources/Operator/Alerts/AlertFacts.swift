package import Alerts
internal import MarketData
internal import Monitors
package import Rollout
internal import Signals

/// What of the one sequence somebody should know of.
package struct AlertFacts {
    /// Engines that are not ready, and why; those that an operator starts are not among them.
    private var down: [Arm: String] = [:]
    private var switches: Switches

    /// - Parameter router: as it was before the first event to come.
    package init(_ router: Router) {
        switches = router.switches
        // What an earlier run left down is told to be over when it is.
        for (arm, health) in router.health where health != .starting { down[arm] = health.reason }
    }

    /// - Parameter controller: as it is after the event.
    package mutating func facts(of event: Event, _ reaction: Reaction, _ controller: Controller) -> [AlertFact] {
        switch event.payload {
        // By far the most, and they seldom lead to anything.
        case .signal, .outcome, .mark:
            if reaction.steps.isEmpty { return [] }
        default: break
        }
        var teller = AlertTeller(controller)
        switch event.payload {
        case .health(let arm, let health): note(arm, health, &teller)
        case .switches(let new): note(new, &teller)
        case .measured(let measured): teller.tell(measured)
        case .data(let data): teller.tell(data)
        default: break
        }
        if case .moved(let move)? = reaction.effect { teller.tell(move, reaction.basis) }
        for step in reaction.steps {
            switch step {
            case .moved(let move, let basis): teller.tell(move, basis)
            case .tripped(let tripped, let action): teller.tell(tripped, action)
            case .corrected(let session, let change, _): teller.tellCorrection(of: session, change)
            case .committed, .close: break
            }
        }
        return teller.facts
    }

    /// That an operator starts its engines is somebody's business, not an alert's; that they fail to start is.
    private mutating func note(_ arm: Arm, _ health: Health, _ teller: inout AlertTeller) {
        let wereBoth = down.count == Arm.allCases.count
        switch health {
        case .starting: return
        case .ready:
            guard down.removeValue(forKey: arm) != nil else { return }
            teller.tellUp(arm)
        case .notReady(let reason), .quarantined(let reason):
            down[arm] = reason
            let isGivenUp = if case .quarantined = health { true } else { false }
            teller.tellDown(arm, reason, isGivenUp: isGivenUp)
        }
        let areBoth = down.count == Arm.allCases.count
        if areBoth != wereBoth { teller.tellBoth(areDown: areBoth, down) }
    }

    private mutating func note(_ new: Switches, _ teller: inout AlertTeller) {
        if new.kill != switches.kill { teller.tellSwitch("kill", isOn: new.kill) }
        if new.stop != switches.stop { teller.tellSwitch("stop", isOn: new.stop) }
        switches = new
    }
}

/// Puts facts into words.
private struct AlertTeller {
    private(set) var facts: [AlertFact] = []
    private let stage: Stage
    private let status: Status
    private let time: Timestamp

    init(_ controller: Controller) {
        stage = controller.router.stage
        status = controller.router.status
        time = controller.router.feedTime
    }

    private mutating func tell(
        _ cause: AlertCause, _ subject: String, _ severity: AlertSeverity, _ summary: String, _ details: String = "",
        _ evidence: [AlertEvidence] = [], isOver: Bool = false, isMoment: Bool = false
    ) {
        facts.append(
            AlertFact(
                cause, subject: subject, severity: severity, summary: summary, details: details, evidence: evidence,
                stage: stage.rawValue, status: status.rawValue, time: time, isOver: isOver, isMoment: isMoment))
    }

    // MARK: Engines and people

    mutating func tellDown(_ arm: Arm, _ reason: String, isGivenUp: Bool) {
        let evidence = [AlertEvidence("reason", reason)]
        switch arm {
        case .candidate:
            tell(
                .candidateDown, arm.rawValue, isGivenUp ? .critical : .warning,
                isGivenUp ? "the candidate engine is given up" : "the candidate engine is not ready",
                "Its units go to the baseline; its silence counts as 0 R.", evidence)
        case .baseline:
            tell(
                .baselineDown, arm.rawValue, .emergency, "the baseline engine is not ready",
                "Nothing falls to the candidate: the baseline's units are silent until it is back.", evidence)
        }
    }

    mutating func tellUp(_ arm: Arm) {
        let cause: AlertCause = arm == .candidate ? .candidateDown : .baselineDown
        tell(cause, arm.rawValue, .info, "the \(arm.rawValue) engine is ready again", isOver: true)
    }

    mutating func tellBoth(areDown: Bool, _ reasons: [Arm: String]) {
        let evidence = reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map { AlertEvidence($0.rawValue, $1) }
        tell(
            .enginesDown, "both", .emergency, areDown ? "both engines are down" : "an engine is back",
            areDown ? "No signal leaves until one of them is ready again." : "", evidence, isOver: !areDown)
    }

    mutating func tellSwitch(_ name: String, isOn: Bool) {
        let silent = name == "kill" ? "the candidate" : "everything"
        tell(
            .kill, name, name == "kill" ? .warning : .critical,
            isOn ? "a switch silences \(silent)" : "the switch that silenced \(silent) is gone",
            isOn ? "Somebody, or a rollback, made the file \(name.uppercased()) in the state folder." : "",
            isOver: !isOn)
    }

    // MARK: Decisions

    mutating func tell(_ move: Transition, _ basis: Reaction.Basis?) {
        tellWhatIsOver(move)
        let evidence = Self.evidence(move, basis)
        let way = move.from == move.to ? move.to.rawValue : "\(move.from.rawValue) to \(move.to.rawValue)"
        switch move.status {
        case .rolledBack where move.statusBefore != .draining, .draining:
            tell(
                .rollback, "rollout", .critical, "rolled back from \(move.from.rawValue): \(move.cause)",
                "Every unit is the baseline's; nothing of the candidate is given out any more.", evidence)
        case .failed:
            tell(
                .closed, "rollout", move.cause == Trigger.harm.rawValue ? .critical : .warning,
                "this version of the candidate is closed: \(move.cause)", "Only a new version begins again.", evidence,
                isMoment: true)
        case .awaitingApproval where move.statusBefore != .awaitingApproval:
            tell(
                .approval, move.to.rawValue, .warning,
                "the gate above \(move.to.rawValue) is met and waits for approval",
                "`tandem approve` agrees; the request is void after some sessions.", evidence)
        case .completed:
            tell(.promotion, "rollout", .info, "the rollout is complete", "", evidence, isMoment: true)
        default:
            if move.to < move.from {
                tell(
                    .demotion, "rollout", .critical, "taken down from \(way): \(move.cause)",
                    "A limit or a fall took it down; it is no proof of harm.", evidence, isMoment: true)
            } else if move.to > move.from {
                tell(
                    .promotion, "rollout", .info, "promoted from \(way)", "By \(move.actor): \(move.cause).", evidence,
                    isMoment: true)
            }
        }
        if move.status == .held, move.statusBefore != .held {
            tell(
                .held, "rollout", .warning, "held in \(move.to.rawValue): \(move.cause)",
                "Nothing goes up until a person resumes; routing and protection go on.", evidence)
        }
    }

    /// What the status before stood for.
    private mutating func tellWhatIsOver(_ move: Transition) {
        guard move.status != move.statusBefore else { return }
        switch move.statusBefore {
        case .held: tell(.held, "rollout", .info, "no longer held: \(move.cause)", isOver: true)
        case .awaitingApproval:
            tell(.approval, move.from.rawValue, .info, "no longer waits for approval: \(move.cause)", isOver: true)
        case .rolledBack: tell(.rollback, "rollout", .info, "runs again: \(move.cause)", isOver: true)
        default: break
        }
    }

    private static func evidence(_ move: Transition, _ basis: Reaction.Basis?) -> [AlertEvidence] {
        var evidence = [AlertEvidence("actor", move.actor)]
        if !move.reason.isEmpty { evidence.append(AlertEvidence("reason", move.reason)) }
        guard let basis else { return evidence }
        evidence += basis.reasons.map { AlertEvidence("trigger", $0.text) }
        evidence += basis.checks.filter { $0.verdict != .notJudged }.map { AlertEvidence("check", $0.text) }
        let figures = basis.figures
        evidence.append(AlertEvidence("observed sessions", "\(figures.observed)"))
        if let mean = figures.meanD {
            evidence.append(AlertEvidence("mean D", NumberFormat.number(mean, places: 2) + " R a session"))
        }
        evidence.append(AlertEvidence("E of harm", NumberFormat.number(figures.harm, places: 2)))
        evidence.append(AlertEvidence("E of better", NumberFormat.number(figures.better, places: 2)))
        return evidence
    }

    mutating func tell(_ tripped: Tripped, _ action: TriggerAction) {
        let evidence = [AlertEvidence("trigger", tripped.text)]
        switch action {
        case .unroute:
            tell(
                .unrouted, tripped.trigger.rawValue, .warning,
                "the candidate is silent until the session ends: \(tripped.trigger.rawValue)",
                "Its units go to the baseline.", evidence, isMoment: true)
        case .alert:
            tell(
                .trigger, tripped.trigger.rawValue, .warning, "a trigger fired: \(tripped.trigger.rawValue)",
                "Its action is only to say so.", evidence, isMoment: true)
        // The move that follows says it.
        case .hold, .demote, .rollback: break
        }
    }

    mutating func tellCorrection(of session: SessionObservation, _ change: Double) {
        guard abs(change) > 1 else { return }
        tell(
            .correction, session.session.description, .warning, "a session that was evidence was put right",
            "Decisions taken stay; what follows rests on the corrected evidence.",
            [
                AlertEvidence("session", session.session.description),
                AlertEvidence("change of D", NumberFormat.number(change, places: 2) + " R"),
            ], isMoment: true)
    }

    // MARK: Measurements

    mutating func tell(_ measured: Measured) {
        let isOver = measured.verdict == .pass
        guard isOver || measured.verdict == .fail else { return }
        let cause: AlertCause =
            switch measured.kind {
            case .latency, .latencyDrift: .latency
            case .errors: .errors
            case .uptime, .errorBudget: .uptime
            case .cost, .budget: .budget
            case .data: .dataQuality
            }
        let name = measured.kind.rawValue
        tell(
            cause, name, .warning, isOver ? "\(name) is well again" : "\(name) is beyond what decisions allow",
            isOver ? "" : "Promotion holds on it; triggers do what the spec says.",
            [
                AlertEvidence("value", measured.value.map { "\($0)" } ?? NumberFormat.unknown),
                AlertEvidence("threshold", "\(measured.threshold)"),
            ], isOver: isOver)
    }

    /// More than a fifth of the half hours: the session does not count.
    mutating func tell(_ data: SessionData) {
        guard data.taintedHalfHours.count * 5 > data.halfHours else { return }
        tell(
            .dataQuality, "session", .warning, "too much of a session's data cannot be used",
            "The session is tainted and no evidence.",
            [
                AlertEvidence("session", data.session.description),
                AlertEvidence("tainted half hours", "\(data.taintedHalfHours.count) of \(data.halfHours)"),
            ], isMoment: true)
    }
}
