/// By how much the candidate's return on cost exceeds the baseline's: (ROI_c - ROI_b) / |ROI_b|, over sessions that are not
/// tainted and in which both costs are known.
///
/// Advisory: it is a ratio of ratios, and says little for a long time (`decision-statistics.md`, section 4).
public struct RoiGain: Hashable, Sendable {
    /// Below this |ROI_b| there is nothing to divide by.
    public static let leastBasis = 0.01

    /// `count` is sessions.
    public let estimate: Estimate
    /// The costs are known, but one is 0, or |ROI_b| is below `leastBasis`: not measurable, which is not the same as unknown.
    public let hasNoBasis: Bool

    init(_ sessions: [SessionSums]) {
        let priced: [SessionStatistics.Sums] = sessions.compactMap { session in
            guard session.state != .tainted, let cost = session.baseline.cost, let other = session.candidate.cost else {
                return nil
            }
            return SIMD4(
                Double(session.candidate.profitMicros), Double(other.costMicros),
                Double(session.baseline.profitMicros), Double(cost.costMicros))
        }
        estimate = SessionStatistics.function(priced, count: priced.count, Self.gain).known(in: priced.count)
        hasNoBasis = priced.count >= Estimate.leastSessions && estimate.value == nil
    }

    /// - Parameter sums: profit and cost of the candidate, then of the baseline.
    private static func gain(_ sums: SessionStatistics.Sums) -> Double? {
        guard sums[1] > 0, sums[3] > 0 else { return nil }
        let baseline = sums[2] / sums[3]
        guard baseline.magnitude >= leastBasis else { return nil }
        return (sums[0] / sums[1] - baseline) / baseline.magnitude
    }

    /// `no basis`; nil when there is a basis, or nothing is known of it.
    public var error: String? { hasNoBasis ? "no basis" : nil }
}

extension RoiGain: Encodable {
    private enum CodingKeys: String, CodingKey {
        case value, low, high, error, advisory
        case count = "n"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(estimate.value, forKey: .value)
        try container.encode(estimate.low, forKey: .low)
        try container.encode(estimate.high, forKey: .high)
        try container.encode(estimate.count, forKey: .count)
        try container.encode(error, forKey: .error)
        try container.encode(true, forKey: .advisory)
    }
}
