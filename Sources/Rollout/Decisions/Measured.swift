/// A measurement that gates and triggers read; journaled as an event, so that decisions can be made again.
public struct Measured: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
        /// Share of the candidate's signals that came too slowly, in millionths.
        case latency
        /// The CUSUM of the engines' log-ratio of times to answer, in thousandths of a standard deviation.
        case latencyDrift = "latency-drift"
        /// Errors per engine message of the candidate, in millionths.
        case errors
        /// Share of open seconds the service was good, in millionths.
        case uptime
        /// What is left of the month's error budget, in millionths; below 0 when overspent.
        case errorBudget = "error-budget"
        /// Micro-dollars a signal.
        case cost
        /// Of the month's limit, what the forecast takes, in millionths.
        case budget
        /// Share of tainted half hours in a session, in millionths.
        case data

        public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }

        /// The trigger that a failed measurement trips.
        var trigger: Trigger {
            switch self {
            case .latency: .latency
            case .latencyDrift: .latencyDrift
            case .errors: .errors
            case .uptime: .uptime
            case .errorBudget: .errorBudget
            case .cost: .cost
            case .budget: .budget
            case .data: .data
            }
        }
    }

    public var kind: Kind
    /// In the kind's unit; nil: unknown.
    public var value: Int64?
    public var threshold: Int64
    /// What the monitor makes of it: `error` where there is no value, `inconclusive` where there is too little.
    public var verdict: GateCheck.Verdict

    public init(_ kind: Kind, value: Int64?, threshold: Int64, verdict: GateCheck.Verdict) {
        self.kind = kind
        self.value = value
        self.threshold = threshold
        self.verdict = verdict
    }
}
