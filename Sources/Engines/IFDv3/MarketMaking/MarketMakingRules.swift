/// The parameters of market-making detection. All times are event time.
struct MarketMakingRules: Hashable, Sendable {
    /// A flow whose probability is above this is rejected. 0.3 is the limit that IFD v3.0 was first specified with.
    var limit = Micros(0.3)
    /// The window is `pieces` pieces of `pieceSeconds`, the open one included: 270 to 300 s by default, the time in which the
    /// legs of a straddle are looked for.
    var pieceSeconds = 30
    var pieces = 10
    /// Orders whose hash has this many leading zero bits are followed to their end: 4 means one in 16.
    var sampleBits = 4
    /// Followed at the same time over all instruments: 2 to this power, 16 bytes each.
    var sampleSlotBits = 14
    /// A cancelled order that rested no longer than this was short-lived.
    var shortLifeMillis = 1000
    /// An add this soon after a cancel of the same side replaces it.
    var replaceMillis = 100
    /// Quote updates (A, C, M) below which the window says nothing about quoting.
    var leastUpdates = 20
    /// Followed orders that ended, below which the window says nothing about lifetimes.
    var leastEnded = 8
    /// Updates of one instrument in a second above which it is stuffed with quotes.
    var stuffingPerSecond = 200
    /// A layer: at least so many orders added to one side at so many prices within `burstMillis`, while the other side gets at most a third
    /// as many, of which four fifths are cancelled within `burstMillis` of each other and `layerSeconds` of the last add.
    var layerOrders = 5
    var layerPrices = 3
    var burstMillis = 500
    var layerSeconds = 10
}

extension MarketMakingRules {
    /// Reads the section `market_making` of an engine's configuration.
    init(_ reader: inout ConfigurationReader) {
        let standard = MarketMakingRules()
        limit = reader.number("max_probability", standard.limit.number, in: 0...1)
        stuffingPerSecond = Int(
            reader.integer("stuffing_per_second", Int64(standard.stuffingPerSecond), in: 1...1_000_000))
    }
}

/// One order event, as far as it counts here.
struct OrderEvent: Hashable, Sendable {
    /// ASCII, as DBN has it: A, C, M, R, F; others are passed over.
    var action: UInt8
    /// ASCII: B or A; the resting order's side.
    var side: UInt8
    var flags: UInt8 = 0
    /// Contracts.
    var size: UInt32
    var priceNanos: Int64
    var orderID: UInt64
    /// The matching engine's time: equal for all records of one match. ns since 1970.
    var tsEvent: UInt64
}
