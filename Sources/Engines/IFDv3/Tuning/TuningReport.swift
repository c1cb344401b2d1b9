/// What a journal says about IFD v3.0's thresholds. It proposes; nothing is changed.
public struct TuningReport: Hashable, Sendable, Encodable {
    /// Signals by what they were good for.
    public struct Counts: Hashable, Sendable, Encodable {
        /// Signals with a known outcome.
        public var resolved: Int
        /// Of them those that were more than monitored, and their sessions.
        public var actionable: Int
        public var sessions: Int
        /// Left out: a feature that a threshold reads was missing.
        public var incomplete: Int
        /// Left out by the caller: no profit could be told, or the market or the feed was disturbed meanwhile.
        public var unresolved: Int
    }

    /// The version of the engine with the configuration in force.
    public let version: String
    public let counts: Counts
    /// Why nothing is proposed, in sentences; empty when thresholds were judged.
    public let lacking: [String]
    /// One for each threshold, in the order in which they were judged; empty when something is lacking.
    public let proposals: [TuningProposal]
    /// All thresholds with verdict `apply` together; nil without one.
    public let together: Together?
    /// What the figures do not say.
    public let bounds: [String]

    public struct Together: Hashable, Sendable, Encodable {
        /// The version the engine would have.
        public let version: String
        /// The keys to change in its configuration.
        public let yaml: String
        public let effect: TuningEffect
    }

    static let bounds = [
        "a stricter threshold is judged by taking signals out of the journal; what would have spoken in their place is not known",
        "stricter min_pressure_ratio and min_total_volume also lower the score of what passes; fewer signals may remain than shown",
        "a looser min_pressure_ratio, min_total_volume or min_confidence lets in what this journal does not hold: not judged",
        "the figures choose and judge on the same signals: expect less of new ones, and judge the new version anew",
    ]

    private enum CodingKeys: String, CodingKey {
        case version, counts, lacking, proposals, together, bounds
    }

    /// Writes what is not there as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(counts, forKey: .counts)
        try container.encode(lacking, forKey: .lacking)
        try container.encode(proposals, forKey: .proposals)
        try container.encode(together, forKey: .together)
        try container.encode(bounds, forKey: .bounds)
    }
}

/// What other thresholds would have made of the journal's signals.
public struct TuningEffect: Hashable, Sendable, Encodable {
    public let before: TuningMeasure
    public let after: TuningMeasure
    /// Differences of after less before.
    public let accuracy: TuningChange
    public let expectancyR: TuningChange
    public let composite: TuningChange

    /// Nil when either side has no signals.
    init?(_ sessions: [TuningChange.Session]) {
        guard let before = TuningMeasure(sessions.reduce(.zero) { $0 + $1.before }),
            let after = TuningMeasure(sessions.reduce(.zero) { $0 + $1.after })
        else { return nil }
        self.before = before
        self.after = after
        accuracy = TuningChange(sessions, \.accuracy)
        expectancyR = TuningChange(sessions, \.expectancyR)
        composite = TuningChange(sessions, \.composite)
    }
}

/// One threshold, one step.
public struct TuningProposal: Hashable, Sendable, Encodable {
    public enum Verdict: String, Hashable, Sendable, Encodable {
        /// Better beyond chance: the interval of the composite's change lies above 0, and no profit is given up.
        case apply
        /// Better, and that may be chance, or it costs profit.
        case monitor
        case none
    }

    public let parameter: TunedParameter
    public let now: Double
    /// The best value that could be judged; nil when none could.
    public let proposed: Double?
    public let least: Double
    public let most: Double
    public let step: Double
    /// Actionable signals with the proposed value.
    public let kept: Int?
    /// Beside the thresholds of this report that already say `apply`.
    public let effect: TuningEffect?
    public let verdict: Verdict
    /// In a sentence.
    public let reason: String

    init(
        _ parameter: TunedParameter, now: Micros, proposed: Micros?, effect: TuningEffect?, verdict: Verdict,
        reason: String
    ) {
        self.parameter = parameter
        self.now = now.number
        self.proposed = proposed?.number
        least = parameter.bounds.lowerBound.number
        most = parameter.bounds.upperBound.number
        step = parameter.step.number
        kept = effect?.after.signals
        self.effect = effect
        self.verdict = verdict
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case parameter, now, proposed, least, most, step, kept, effect, verdict, reason
    }

    /// Writes what is not known as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parameter, forKey: .parameter)
        try container.encode(now, forKey: .now)
        try container.encode(proposed, forKey: .proposed)
        try container.encode(least, forKey: .least)
        try container.encode(most, forKey: .most)
        try container.encode(step, forKey: .step)
        try container.encode(kept, forKey: .kept)
        try container.encode(effect, forKey: .effect)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(reason, forKey: .reason)
    }
}
