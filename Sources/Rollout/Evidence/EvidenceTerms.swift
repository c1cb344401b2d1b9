/// What counts as one observation and how it is scored: fixed before the first session. Source of all defaults in this
/// file: `decision-statistics.md`, section 4.
public struct EvidenceTerms: Hashable, Sendable {
    public enum Score: String, Hashable, Sendable, CaseIterable {
        /// The R one account would have made under the same limits for both arms.
        case account
        /// The mean R of all signals.
        case perSignal = "per-signal"
    }

    public var score = Score.account
    /// Sessions that make one observation.
    public var unitSessions = 1
    /// Signals an account takes in a session.
    public var entries = 10
    /// Signals an account holds open at a time.
    public var atOnce = 3
    /// D is clipped to this, R.
    public var clipR = 8.0
    /// The difference of mean R per signal is clipped to this, R.
    public var qualityClipR = 1.5
    /// Closed sessions after which labels still missing count as unresolvable.
    public var labelDeadlineSessions = 2
    /// Over how many sessions the harm process spreads the later half of its starts.
    public var horizonSessions = 120

    public init() {}

    /// The clip of the score that decides, R.
    public var scoreClipR: Double { score == .account ? clipR : qualityClipR }
}

/// When the candidate counts as harmful: rolled back, and its version closed.
public struct HarmTerms: Hashable, Sendable {
    /// A guardrail among several: its share of the evidence, and the loss per observation that is tolerated, R.
    public struct Part: Hashable, Sendable {
        public var weight: Double
        public var toleranceR: Double

        public init(weight: Double, toleranceR: Double) {
            self.weight = weight
            self.toleranceR = toleranceR
        }
    }

    public var alpha = 0.025
    public var account = Part(weight: 0.8, toleranceR: 0)
    public var quality = Part(weight: 0.2, toleranceR: 0.10)

    public init() {}
}

/// When the candidate cannot gain enough: closed.
public struct NoGainTerms: Hashable, Sendable {
    /// R a session.
    public var gainR = 1.0
    public var alpha = 0.05
    public var stages: Set<Stage> = [.shadow, .canary, .limited]

    public init() {}
}

/// When too little is left of the gain it was promoted for: demoted.
public struct FallTerms: Hashable, Sendable {
    /// A false alarm at most once in so many sessions on average.
    public var arlSessions = 250.0
    /// The share of the mean gain at entry to the stage that has to stay.
    public var reference = 0.5
    public var stages: Set<Stage> = [.limited, .full]

    public init() {}
}
