internal import MarketData

/// The pressure on one option in the window that closes.
struct StrikePressure: Hashable, Sendable {
    enum Right: UInt8, Hashable, Sendable { case call, put }

    /// In 1e-9.
    var strikeNanos: Int64
    var right: Right
    /// Contracts taken by buying and by selling aggressors, 0 or more.
    var bought: Int64
    var sold: Int64
    /// ln(bought / sold), smoothed; its sign is not used, its size says how sure the direction is.
    var logRatio: Double
    /// How unusual the option's window was, in 0...1; see `BaselineStrength`.
    var unusual = 0.0
}

/// What is recognised as one trade in several options.
struct OptionStructure: Hashable, Sendable {
    enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Call and put of one strike, both bought or both sold.
        case straddle
        /// A bought call and a sold put of one strike, or the reverse.
        case synthetic
        /// One right bought at one strike and sold at another.
        case vertical
        /// A bought call above a sold put, or the reverse.
        case riskReversal = "risk-reversal"
    }

    let kind: Kind
    /// In 1e-9; equal where the structure has one strike.
    let lowStrikeNanos: Int64
    let highStrikeNanos: Int64
    /// Contracts of each leg: the smaller one's.
    let size: Int64
}

/// The parameters of coordination. Prices in 1e-9.
struct CoordinationRules: Hashable, Sendable {
    /// Strikes this far away or nearer speak together: 50 points.
    var reachNanos: Int64 = 50_000_000_000
    /// Agreeing strikes that make the count's part of the score full.
    var fullAgreement = 3
    /// The legs of a structure are similar when the smaller has at least this share of the larger.
    var similarity = Micros(0.75)
    /// The same for risk reversals: both legs say the same of the underlying, as two strikes of one campaign do, so that only nearly equal
    /// sizes speak for one trade.
    var riskReversalSimilarity = Micros(0.9)
    /// The strikes of a vertical or a risk reversal are at most so far apart: 200 points.
    var structureReachNanos: Int64 = 200_000_000_000
    /// And with at most this many strikes with volume between them, less one: it bounds the search.
    var structureNeighbours = 8
    /// A strike is concentrated above this many times the mean volume over strikes with volume.
    var concentration = Micros(1.2)
}
