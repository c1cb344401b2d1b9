/// A trigger, with what it saw and where its threshold lies.
public struct Tripped: Hashable, Sendable {
    public var trigger: Trigger
    public var value: Double
    public var threshold: Double

    public init(_ trigger: Trigger, value: Double, threshold: Double) {
        self.trigger = trigger
        self.value = value
        self.threshold = threshold
    }
}

/// Something a gate asks for, as it stands.
public struct GateCheck: Hashable, Sendable {
    public enum Metric: String, Hashable, Sendable, CaseIterable {
        case sessions
        case resolvedSignals = "resolved-signals"
        case notWorse = "not-worse"
        case better
        case stageMean = "stage-mean"
        case accuracy
        case accuracyBound = "accuracy-bound"
        case quality
        /// The candidate's signals without an outcome.
        case unresolvable
        case taintedSessions = "tainted-sessions"
        case coolDown = "cool-down"
        case latency, uptime, errors, cost
    }

    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case pass
        /// Measured, and on the wrong side.
        case fail
        /// Not decided yet.
        case inconclusive
        /// Not measured, which is neither.
        case error
        /// Measured by the wall clock, which says nothing in a replay.
        case notJudged = "not-judged"

        /// Whether the candidate may go up in spite of it.
        public var isPassable: Bool { self == .pass || self == .notJudged }
    }

    public var metric: Metric
    /// Nil: unknown.
    public var value: Double?
    public var threshold: Double
    /// Whether the value has to stay at or below the threshold; else at or above.
    public var isUpperLimit: Bool
    public var verdict: Verdict

    public init(_ metric: Metric, _ value: Double?, threshold: Double, isUpperLimit: Bool = false, verdict: Verdict) {
        self.metric = metric
        self.value = value
        self.threshold = threshold
        self.isUpperLimit = isUpperLimit
        self.verdict = verdict
    }
}
