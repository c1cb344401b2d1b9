/// How often harm and promotion would have been called on a rollout's own sessions if neither engine were the better one.
///
/// The sign of each session's D, and of its Q with it, is drawn anew many times, and the same processes run over the result.
/// Source: `decision-statistics.md`, section 7.
public struct SelfCheck: Hashable, Sendable {
    /// Observed sessions, that is, signs in a draw.
    public let sessions: Int
    public let draws: Int
    /// Draws in which harm was called at any session.
    public private(set) var harmful = 0
    /// Draws in which the candidate was called better at any session.
    public private(set) var better = 0

    /// - Parameters:
    ///   - history: in date order; sessions that were not observed play no part.
    ///   - betterAlpha: of the gate that is to be checked.
    /// - Complexity: three bets a session and draw.
    public init(
        of history: [SessionObservation], terms: DecisionTerms, betterAlpha: Double, draws: Int = 10_000,
        using random: inout some RandomNumberGenerator
    ) {
        let trial = Trial(history, terms, betterAlpha: betterAlpha)
        sessions = trial.differences.count
        self.draws = draws
        guard sessions > 0 else { return }
        var signs = [UInt64](repeating: 0, count: (sessions + 63) / 64)
        for _ in 0..<draws {
            for word in signs.indices { signs[word] = random.next() }
            let called = trial.run(signs)
            if called.harm { harmful += 1 }
            if called.better { better += 1 }
        }
    }

    /// The share of draws in which harm was called; nil without an observed session.
    public var harmRate: Double? { rate(harmful) }

    /// The share of draws in which the candidate was called better; nil without an observed session.
    public var betterRate: Double? { rate(better) }

    private func rate(_ count: Int) -> Double? {
        sessions > 0 && draws > 0 ? Double(count) / Double(draws) : nil
    }
}

/// The sessions, and what is run over them.
private struct Trial {
    let differences: [Double]
    private let qualities: [Double?]
    private let terms: DecisionTerms
    private let betterAlpha: Double

    init(_ history: [SessionObservation], _ terms: DecisionTerms, betterAlpha: Double) {
        let observed = history.filter { $0.state == .observed }
        differences = observed.map { $0.difference(terms.evidence) }
        qualities = observed.map { $0.qualityDifference(terms.evidence) }
        self.terms = terms
        self.betterAlpha = betterAlpha
    }

    /// - Parameter signs: bit i % 64 of word i / 64 turns session i around.
    func run(_ signs: [UInt64]) -> (harm: Bool, better: Bool) {
        let (evidence, harm) = (terms.evidence, terms.harm)
        var mixture = BetMixture()
        var account = HarmProcess(
            null: -harm.account.toleranceR, clip: evidence.scoreClipR, horizon: evidence.horizonSessions)
        var quality = HarmProcess(
            null: -harm.quality.toleranceR, clip: evidence.qualityClipR, horizon: evidence.horizonSessions)
        var called = (harm: false, better: false)
        for (index, d) in differences.enumerated() {
            let sign = signs[index / 64] >> UInt64(index % 64) & 1 == 1 ? -1.0 : 1
            mixture.bet(Stake.better(sign * d, null: 0, clip: evidence.scoreClipR))
            account.observe(sign * d)
            if let q = qualities[index] { quality.observe(sign * q) }
            if mixture.value >= 1 / betterAlpha { called.better = true }
            let harmE = harm.account.weight * account.value + harm.quality.weight * quality.value
            if harmE >= 1 / harm.alpha { called.harm = true }
        }
        return called
    }
}
