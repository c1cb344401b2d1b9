/// What an alert is about; the raw value is also the name of its runbook.
public enum AlertCause: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// The candidate went up a stage, or completed.
    case promotion
    /// A gate is met and persons have to agree.
    case approval
    /// Nothing moves up until a person decides: a trigger, a deadline, or a second fall.
    case held
    /// A limit or a fall took the candidate down.
    case demotion
    /// Everything went back to the baseline.
    case rollback
    /// The version of the candidate is closed: harm, or nothing to gain.
    case closed
    /// The candidate is silent until the session ends.
    case unrouted
    /// A trigger whose action is only to say so.
    case trigger
    /// A committed session was put right by more than 1 R.
    case correction
    case candidateDown = "candidate-down"
    case baselineDown = "baseline-down"
    case enginesDown = "engines-down"
    /// The feed fell silent, or what it sent could not be used.
    case feedDown = "feed-down"
    case dataQuality = "data-quality"
    case latency
    /// Errors of an engine: lines that break the contract.
    case errors
    /// The month's allowance of downtime burns too fast, or is gone.
    case uptime
    /// Spending reached a threshold, or is forecast to.
    case budget
    /// Spending stopped the feed.
    case budgetStopped = "budget-stopped"
    /// A person raised the kill switch, or stopped everything.
    case kill
    /// Who takes live signals does not.
    case sinkDown = "sink-down"
    /// The operator was away and is back.
    case operatorDown = "operator-down"
    case journalDamaged = "journal-damaged"
    /// A channel does not get alerts through.
    case channelDown = "channel-down"
    /// A session's summary, after its close.
    case summary
    /// A week's summary, after the close of its last session.
    case weeklySummary = "weekly-summary"
    /// Sent by `alerts test`.
    case test

    public static func < (a: AlertCause, b: AlertCause) -> Bool { a.rawValue < b.rawValue }
}
