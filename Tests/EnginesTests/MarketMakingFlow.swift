import MarketData

@testable import Engines

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same flow for the same seed.
struct FlowRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// A market maker to feed with orders by hand; times in seconds after `noon`, prices in points.
struct QuotedMarket {
    var making: MarketMaking
    private(set) var lastOrder: UInt64 = 0

    /// Follows every order, so that lifetimes are exact.
    init(_ rules: MarketMakingRules = exact) { making = MarketMaking(rules) }

    static var exact: MarketMakingRules {
        var rules = MarketMakingRules()
        rules.sampleBits = 0
        return rules
    }

    @discardableResult
    mutating func add(
        _ side: Character = "B", _ price: Double = 10, _ size: UInt32 = 1, of instrument: Int = 0, flags: UInt8 = 0,
        at time: Double
    ) -> UInt64 {
        lastOrder += 1
        send("A", side, lastOrder, price: price, size: size, of: instrument, flags: flags, at: time)
        return lastOrder
    }

    mutating func send(
        _ action: Character, _ side: Character, _ order: UInt64, price: Double = 10, size: UInt32 = 1,
        of instrument: Int = 0, flags: UInt8 = 0, at time: Double, event: Double? = nil
    ) {
        making.observe(
            OrderEvent(
                action: action.asciiValue ?? 0, side: side.asciiValue ?? 0, flags: flags, size: size,
                priceNanos: Feed.price(price), orderID: order, tsEvent: nanos(noon + (event ?? time))),
            instrument: instrument, at: nanos(noon + time))
    }

    mutating func trade(_ size: Int64, bought: Bool, of instrument: Int = 0, at time: Double) {
        making.trade(size, isBought: bought, instrument: instrument, at: nanos(noon + time))
    }

    /// Quotes both sides of an instrument every `interval` seconds, each quote replacing the one before.
    mutating func quote(
        _ instrument: Int = 0, from start: Double = 0, to end: Double = 120, every interval: Double = 0.5
    ) {
        var resting: [(UInt64, Character, Double)] = []
        for step in 0..<Int((end - start) / interval) {
            let time = start + Double(step) * interval
            for (order, side, price) in resting {
                send("C", side, order, price: price, size: 10, of: instrument, at: time)
            }
            let (bid, ask) = (10 - Double(step % 3) * 0.05, 10.5 + Double(step % 3) * 0.05)
            resting = [
                (add("B", bid, 10, of: instrument, at: time + 0.01), "B", bid),
                (add("A", ask, 10, of: instrument, at: time + 0.01), "A", ask),
            ]
        }
    }
}
