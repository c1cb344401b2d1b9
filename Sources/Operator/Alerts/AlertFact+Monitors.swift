internal import Alerts
internal import MarketData
internal import Monitors
internal import Rollout
internal import Signals

/// What monitors and the operator itself have to say.
extension AlertFact {
    /// An engine's latency came to another level.
    static func latency(_ arm: Arm, _ change: LatencyAlarm.Change, _ router: Router) -> AlertFact {
        let isOver = change.to == .ok || change.to == .unknown
        return AlertFact(
            .latency, subject: arm.rawValue, severity: change.to >= .critical ? .critical : .warning,
            summary: isOver ? "the \(arm.rawValue)'s latency is within its limits" : "the \(arm.rawValue) is slow",
            details: "From the record's arrival to the first sink having the signal.",
            evidence: [
                AlertEvidence("level", "\(change.from.rawValue) to \(change.to.rawValue)"),
                AlertEvidence(
                    "90 % within", change.nanos.map { NumberFormat.duration(nanoseconds: $0) } ?? NumberFormat.unknown),
                AlertEvidence("of the last", "\(change.samples) signals"),
            ], router, isOver: isOver)
    }

    /// Spending passed a threshold.
    static func budget(_ threshold: BudgetThreshold, _ reading: BudgetReading, _ router: Router) -> AlertFact {
        let severity: AlertSeverity =
            switch threshold.severity {
            case .notice: .info
            case .warning: .warning
            case .critical: .critical
            }
        let isStop = threshold.actions.contains(.stopPaidCalls)
        return AlertFact(
            isStop ? .budgetStopped : .budget, subject: threshold.rawValue, severity: severity,
            summary: isStop ? "the budget stopped paid data" : "spending passed \(threshold.rawValue)",
            details: "What follows: \(threshold.actions.map(\.rawValue).sorted().joined(separator: ", ")).",
            evidence: [
                AlertEvidence("spent", Dollars.text(reading.spentMicros)),
                AlertEvidence("limit", Dollars.text(reading.limitMicros)),
                AlertEvidence("period", "\(reading.period)"),
            ], router, isMoment: true)
    }

    static func summary(of session: CivilDate, _ text: String, _ router: Router) -> AlertFact {
        AlertFact(
            .summary, subject: "\(session)", severity: .info, summary: "summary of session \(session)", details: text,
            evidence: [], router, isMoment: true)
    }

    static func weeklySummary(endingWith session: CivilDate, _ text: String, _ router: Router) -> AlertFact {
        AlertFact(
            .weeklySummary, subject: "\(session)", severity: .info,
            summary: "summary of the week to \(session)", details: text, evidence: [], router, isMoment: true)
    }

    /// A channel of alerts refuses them for good, or takes them again.
    static func channel(_ name: String, _ refusal: String?, _ router: Router) -> AlertFact {
        AlertFact(
            .channelDown, subject: name, severity: .warning,
            summary: refusal == nil ? "channel \(name) takes alerts again" : "channel \(name) refuses alerts",
            details: refusal == nil ? "" : "Nothing comes through there until somebody puts it right.",
            evidence: refusal.map { [AlertEvidence("response", $0)] } ?? [], router, isOver: refusal == nil)
    }

    /// A sink does not take live signals, or takes them again.
    static func sink(_ name: String, _ reason: String?, _ router: Router) -> AlertFact {
        AlertFact(
            .sinkDown, subject: name, severity: .critical,
            summary: reason == nil ? "sink \(name) takes signals again" : "sink \(name) does not take live signals",
            details: reason == nil ? "" : "They wait in the journal; what comes late is old.",
            evidence: reason.map { [AlertEvidence("reason", $0)] } ?? [], router, isOver: reason == nil)
    }

    /// The feed fell silent while records were due, or speaks again.
    static func feed(isSilent: Bool, _ router: Router) -> AlertFact {
        AlertFact(
            .feedDown, subject: "feed", severity: .critical,
            summary: isSilent ? "the feed is silent" : "the feed speaks again",
            details: isSilent ? "Engines see nothing; no signal leaves." : "", evidence: [], router, isOver: !isSilent)
    }

    /// The operator was away; of the hole itself the SLA report tells.
    static func resumed(_ epoch: Int, _ router: Router) -> AlertFact {
        AlertFact(
            .operatorDown, subject: "operator", severity: .warning, summary: "the operator was away and is back",
            details: "While it was away no signal was routed; `tandem report sla` has the hole.",
            evidence: [AlertEvidence("start", "\(epoch)")], router, isMoment: true)
    }

    init(
        _ cause: AlertCause, subject: String, severity: AlertSeverity, summary: String, details: String,
        evidence: [AlertEvidence], _ router: Router, isOver: Bool = false, isMoment: Bool = false
    ) {
        self.init(
            cause, subject: subject, severity: severity, summary: summary, details: details, evidence: evidence,
            stage: router.stage.rawValue, status: router.status.rawValue, time: router.feedTime, isOver: isOver,
            isMoment: isMoment)
    }
}
