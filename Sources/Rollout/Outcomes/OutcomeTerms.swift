/// How paper fills are made and scored; part of the spec, equal for both arms, live and in replay.
///
/// Risk floor and clip keep one signal from standing for many: tiny stops mint no R, and one loss or win is one.
public struct OutcomeTerms: Hashable, Sendable {
    /// From the cause's `ts_recv` to the first quote an order could meet, ns.
    public var assumedLatency: UInt64
    /// Commission and fees of one fill of one contract, micro-dollars.
    public var costPerSideMicros: Int64
    /// Ticks that every fill, entry and exit, pays beside its price. See `OutcomeTracker`.
    public var slippageTicks: Int
    /// The least risk that profit is divided by, in ticks: no engine mints R with tiny stops.
    public var riskFloorTicks: Int
    /// Where R is clipped, micro-R.
    public var rMicrosRange: ClosedRange<Int64>
    /// After so long without a quote a trade stands in for it, ns.
    public var noQuoteAfter: UInt64
    /// An entry that is not made so long after it was due is none, ns.
    public var noEntryAfter: UInt64

    public init(
        assumedLatency: UInt64 = 100_000_000, costPerSideMicros: Int64 = 850_000, slippageTicks: Int = 1,
        riskFloorTicks: Int = 8, rMicrosRange: ClosedRange<Int64> = -1_500_000...3_000_000,
        noQuoteAfter: UInt64 = 5_000_000_000, noEntryAfter: UInt64 = 60_000_000_000
    ) {
        self.assumedLatency = assumedLatency
        self.costPerSideMicros = costPerSideMicros
        self.slippageTicks = slippageTicks
        self.riskFloorTicks = riskFloorTicks
        self.rMicrosRange = rMicrosRange
        self.noQuoteAfter = noQuoteAfter
        self.noEntryAfter = noEntryAfter
    }
}
