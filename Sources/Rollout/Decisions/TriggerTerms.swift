/// Something that takes the candidate down, or stops it from going up, without waiting for a gate.
public enum Trigger: String, Hashable, Sendable, CaseIterable, Comparable {
    // From signals and outcomes.
    /// Stops or targets on the wrong side, prices off the book.
    case side
    /// Too many signals at once.
    case burst
    /// A burst in a second session.
    case repeatedBurst = "repeated-burst"
    /// The candidate says the opposite of the baseline.
    case opposite
    case sessionLoss = "session-loss"
    case stageLoss = "stage-loss"
    // From evidence.
    case harm
    case fall
    case noGain = "no-gain"
    // From health and measurements.
    case quarantined
    /// The candidate was not ready for too long.
    case unhealthy
    case latency
    /// Its answers got slower beside the baseline's.
    case latencyDrift = "latency-drift"
    case errors
    /// The realised share is not the planned one.
    case share
    /// A decision is not the one the assignment function gives.
    case assignment
    case data
    case uptime
    case errorBudget = "error-budget"
    case cost
    case budget
    case bothDown = "both-down"
    /// Sessions close, and no evidence comes of them.
    case stale

    public static func < (a: Trigger, b: Trigger) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
}

/// What a trigger does, from the mildest on.
public enum TriggerAction: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Says so.
    case alert
    /// No promotion until a person resumes.
    case hold
    /// The candidate's units go to the baseline until the session ends.
    case unroute
    /// One demotion: a stage loss to shadow, a fall to canary; the second holds for approval.
    case demote
    /// Everything back to the baseline; after harm, and without a gain, for good.
    case rollback

    public static func < (a: TriggerAction, b: TriggerAction) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
}

/// Thresholds of the triggers that need no statistics, and what those on measurements do.
public struct TriggerTerms: Hashable, Sendable {
    /// Signals on trial with stop or target on the wrong side, or a price off the book, in a session; so many roll back.
    public var sidePerSession = 3
    /// A signal's price may be so far off its underlying's last one, as a share of that; more is off the book.
    public var priceBand = 0.02
    /// Actionable signals of the candidate within 60 s, at least: a burst.
    public var burstMinute = 5
    /// More than so many within 30 minutes: a burst.
    public var burstHalfHour = 8
    /// More than so many in a session: a burst.
    public var burstSession = 30
    /// Of the last `oppositeWindow` half hours in which both spoke on one underlying, so many opposite ones.
    public var opposite = 6
    public var oppositeWindow = 10
    /// Seconds of event time in a session for which the candidate may not be ready.
    public var unhealthySeconds = 300
    /// Proven share of slow signals among the candidate's, 0...1.
    public var slowShare = 0.05
    /// h of the CUSUM over the engines' log-ratio of times to answer, in standard deviations; k is 0.5.
    public var driftLevel = 5.0
    /// Errors per engine message, 0...1.
    public var errorShare = 0.001
    /// Alpha of the test of the realised against the planned share.
    public var shareAlpha = 0.001
    /// Closed sessions without a committed one.
    public var staleSessions = 3
    /// What a trigger does where it is not what it usually does.
    public var actions: [Trigger: TriggerAction] = [:]

    public init() {}

    public func action(_ trigger: Trigger) -> TriggerAction { actions[trigger] ?? Self.usual(trigger) }

    /// What it may be made to do. What rests on evidence, and the loss of a stage, have one answer; no other trigger
    /// demotes, since a demotion is an answer to how much was lost.
    public static func allowed(_ trigger: Trigger) -> [TriggerAction] {
        switch trigger {
        case .harm, .noGain, .stageLoss, .fall: [usual(trigger)]
        // An alert alone would leave the units of a silenced candidate to nobody.
        case .sessionLoss: [.hold, .unroute, .rollback]
        default: [.alert, .hold, .unroute, .rollback]
        }
    }

    /// Source: `decision-statistics.md`, section 5.
    public static func usual(_ trigger: Trigger) -> TriggerAction {
        switch trigger {
        case .side, .repeatedBurst, .harm, .noGain, .quarantined, .unhealthy, .latency, .assignment: .rollback
        case .stageLoss, .fall: .demote
        case .burst, .sessionLoss: .unroute
        case .opposite, .errors, .share, .errorBudget, .budget, .cost, .stale, .bothDown: .hold
        // With so few samples a CUSUM has a false alarm every few weeks; what is too slow has its own trigger.
        case .data, .uptime, .latencyDrift: .alert
        }
    }
}
