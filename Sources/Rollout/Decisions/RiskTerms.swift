/// Checks before a signal becomes live, on one account for what both arms emit; nil checks nothing.
public struct RiskTerms: Hashable, Sendable {
    /// What the account begins with, micro-dollars.
    public var capitalMicros: Int64
    /// Of the equity, what one signal may put at risk at most, 0...1: the Kelly fraction is cut to it.
    public var kellyCap = 0.02
    /// Contracts of one underlying, net, at most.
    public var maxContracts = 10
    /// Open live positions at a time.
    public var openPositions = 5
    /// After a loss of so much since the session opened, nothing new; micro-dollars.
    public var dailyLossMicros: Int64?
    /// After a fall of the equity by so much from its highest, nothing new; micro-dollars.
    public var drawdownMicros: Int64?
    /// Notional of all open positions, micro-dollars.
    public var exposureMicros: Int64?
    /// Micro-dollars of one contract for one point of price, by the root of the symbol, such as `NQ`.
    public var pointValueMicros: [String: Int64]

    /// - Parameter pointValueMicros: contract units of CME's rulebook where none are given.
    public init(capitalMicros: Int64, pointValueMicros: [String: Int64] = Self.equityIndexPoints) {
        self.capitalMicros = capitalMicros
        self.pointValueMicros = pointValueMicros
    }

    /// E-mini and Micro E-mini equity index futures: dollars a point, CME contract specifications.
    public static let equityIndexPoints: [String: Int64] = [
        "ES": 50_000_000, "MES": 5_000_000, "NQ": 20_000_000, "MNQ": 2_000_000, "RTY": 50_000_000, "M2K": 5_000_000,
        "YM": 5_000_000, "MYM": 500_000,
    ]
}
