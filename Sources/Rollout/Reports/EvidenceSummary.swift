/// The evidence as people read it: counts of sessions, and estimates with their intervals.
public struct EvidenceSummary: Hashable, Sendable {
    /// Sessions that are committed, and of them those that count, had no signal, or could not be judged.
    public let committed: Int
    public let observed: Int
    public let empty: Int
    public let tainted: Int
    /// Tainted ones among the last 20.
    public let recentlyTainted: Int
    /// Observations in which D was clipped.
    public let clipped: Int
    /// R a session; the interval is a confidence sequence.
    public let meanD: Estimate
    /// R; nil with fewer than two observations.
    public let deviationD: Double?
    /// Mean R of a candidate's signal less that of a baseline's, in sessions in which both spoke; the interval is a
    /// confidence sequence.
    public let meanQuality: Estimate
    /// Of the candidate, 0...1, with an interval by session.
    public let accuracy: Estimate
    /// Of the candidate's actionable signals, 0...1; nil before the first.
    public let unresolvableShare: Double?

    init(_ evidence: Evidence) {
        let terms = evidence.terms.evidence
        let counted = evidence.sessions.filter { $0.state == .observed }
        committed = evidence.sessions.count
        observed = evidence.observed
        empty = evidence.sessions.count { $0.state == .empty }
        tainted = evidence.sessions.count { $0.state == .tainted }
        recentlyTainted = evidence.recentlyTainted
        clipped = evidence.clipped
        let differences = counted.map { $0.difference(terms) }
        meanD = Self.mean(differences, terms.scoreClipR)
        deviationD = ExpectedWait.spread(differences)?.deviation
        meanQuality = Self.mean(counted.compactMap { $0.qualityDifference(terms) }, terms.qualityClipR)
        accuracy = SessionStatistics.share(counted.map { ($0.candidate.correct, $0.candidate.resolved) })
        unresolvableShare = evidence.unresolvableShare
    }

    /// Mean D in standard deviations; nil where there is no spread.
    public var effect: Double? {
        guard let mean = meanD.value, let deviationD, deviationD > 0 else { return nil }
        return mean / deviationD
    }

    private static func mean(_ values: [Double], _ clip: Double) -> Estimate {
        guard !values.isEmpty else { return .unknown }
        let (low, high) = ConfidenceSequence.interval(of: values, clip: clip, alpha: alpha)
        return Estimate(
            value: values.reduce(0, +) / Double(values.count), low: low, high: high, count: values.count)
    }

    /// Of all intervals in reports.
    static let alpha = 0.05
}

extension EvidenceSummary: Encodable {
    private enum CodingKeys: String, CodingKey {
        case committed, observed, empty, tainted, clipped, accuracy, effect
        case recentlyTainted = "recently_tainted"
        case meanD = "mean_d_r"
        case deviationD = "deviation_d_r"
        case meanQuality = "mean_quality_r"
        case unresolvableShare = "unresolvable_share"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(committed, forKey: .committed)
        try container.encode(observed, forKey: .observed)
        try container.encode(empty, forKey: .empty)
        try container.encode(tainted, forKey: .tainted)
        try container.encode(recentlyTainted, forKey: .recentlyTainted)
        try container.encode(clipped, forKey: .clipped)
        try container.encode(meanD, forKey: .meanD)
        try container.encode(deviationD, forKey: .deviationD)
        try container.encode(effect, forKey: .effect)
        try container.encode(meanQuality, forKey: .meanQuality)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(unresolvableShare, forKey: .unresolvableShare)
    }
}
