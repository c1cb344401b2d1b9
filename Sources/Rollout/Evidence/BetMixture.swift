/// Ten constant bets against one null hypothesis, weighted alike: an e-process without tuning or estimates.
///
/// Products and quotients of IEEE numbers in a fixed order, so that values are equal to the bit on every machine.
/// Source: `decision-statistics.md`, section 3.
public struct BetMixture: Hashable, Sendable {
    /// (2j - 1) / 20 for j = 1...10; lanes beyond are not in use.
    private static let bets = SIMD16<Double>(
        0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0, 0, 0, 0, 0, 0)

    /// What each bet has become.
    private var wealth: SIMD16<Double>

    public init(start: Double = 1) { wealth = SIMD16(repeating: start) }

    /// Multiplies each wealth, after adding `seed` to it, by 1 + its bet x `stake`.
    ///
    /// - Parameter stake: at least -1; its mean is at most 0 under the null.
    public mutating func bet(_ stake: Double, adding seed: Double = 0) {
        let grown = (wealth + seed) * (1 + Self.bets * stake)
        // Below 1e-300 is 0 for ever, above 1e300 is 1e300.
        let capped = grown.replacing(with: 1e300, where: grown .> 1e300)
        wealth = capped.replacing(with: 0, where: capped .< 1e-300)
    }

    /// (e1 + ... + e10) / 10, in this order.
    public var value: Double {
        var sum = 0.0
        for lane in 0..<10 { sum += wealth[lane] }
        return sum / 10
    }
}

/// What one unit of bet wins on an observation, at least -1: beyond the clip an observation counts as the clip
/// (`decision-statistics.md`, section 3).
public enum Stake {
    /// Against "the mean is at most `null`".
    public static func better(_ d: Double, null: Double, clip: Double) -> Double {
        (min(max(d, -clip), clip) - null) / (clip + null)
    }

    /// Against "the mean is at least `null`".
    public static func worse(_ d: Double, null: Double, clip: Double) -> Double {
        (null - min(max(d, -clip), clip)) / (clip - null)
    }

    /// Against "at most a share `null` of signals is correct".
    public static func accuracy(correct: Int, resolved: Int, null: Double) -> Double {
        (Double(correct) / null - Double(resolved)) / Double(max(resolved, 10))
    }
}

/// Evidence of harm, weighted by when it may have begun: half on the first observation, half spread over the horizon.
public struct HarmProcess: Hashable, Sendable {
    private var mixture = BetMixture(start: 0)
    private var unspent = 1.0
    private var observations = 0
    private let null: Double
    private let clip: Double
    private let horizon: Int

    /// - Parameters:
    ///   - null: the mean that is tolerated, R; at least this much is no harm.
    ///   - horizon: observations over which starts are spread, at least 2.
    public init(null: Double, clip: Double, horizon: Int) {
        self.null = null
        self.clip = clip
        self.horizon = horizon
    }

    public mutating func observe(_ d: Double) {
        observations += 1
        let start = observations == 1 ? 0.5 : observations <= horizon ? 0.5 / Double(horizon - 1) : 0
        unspent = max(unspent - start, 0)
        mixture.bet(Stake.worse(d, null: null, clip: clip), adding: start)
    }

    /// Harm at or above 1 / alpha.
    public var value: Double { mixture.value + unspent }
}

/// Asks anew in each stage whether too little is left of the gain it was entered for (Shiryaev-Roberts sum of e-processes;
/// arXiv:2203.03532).
public struct FallDetector: Hashable, Sendable {
    private var mixture = BetMixture(start: 0)
    private let clip: Double
    /// The mean gain that has to stay, R.
    public private(set) var reference = 0.0

    public init(clip: Double) { self.clip = clip }

    /// A stage was entered.
    public mutating func restart(reference: Double) {
        mixture = BetMixture(start: 0)
        self.reference = reference
    }

    public mutating func observe(_ d: Double) {
        mixture.bet(Stake.worse(d, null: reference, clip: clip), adding: 1)
    }

    public var value: Double { mixture.value }
}
