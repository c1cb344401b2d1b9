/// Events of one kind close to each other.
struct QuoteBurst: Sendable {
    /// Of the first event, ns.
    var start: UInt64 = 0
    /// A bit for the hash of each price: as many bits as different prices, or fewer where two share one.
    var prices: UInt64 = 0
    var count: UInt32 = 0

    @inline(__always)
    static func bit(_ priceNanos: Int64) -> UInt64 {
        1 << ((UInt64(bitPattern: priceNanos) &* 0x9E37_79B9_7F4A_7C15) >> 58)
    }

    /// A burst is as long as `length` from its first event on; what comes later begins the next.
    @inline(__always)
    mutating func add(_ bit: UInt64, at now: UInt64, length: UInt64) {
        if now &- start > length {
            start = now
            prices = 0
            count = 0
        }
        prices |= bit
        count &+= 1
    }

    @inline(__always)
    func count(at now: UInt64, length: UInt64) -> UInt32 { now &- start > length ? 0 : count }
}

/// What one side of one instrument did last.
struct QuoteSide: Sendable {
    /// Fills of the current match whose cancel or modify has not come yet.
    var openFills: UInt32 = 0
    /// When an order was cancelled that no add has replaced yet; 0 for none.
    var lastCancel: UInt64 = 0
    var adds = QuoteBurst()
    var cancels = QuoteBurst()
    /// A burst of adds that would be a layer if it were cancelled; `start` is its last add, `count` 0 for none.
    var layer = QuoteBurst()

    /// Gives whether this add replaces an order that was cancelled shortly before.
    @inline(__always)
    mutating func added(_ bit: UInt64, other: inout QuoteSide, at now: UInt64, _ limits: Limits) -> Bool {
        let replaces = lastCancel > 0 && now &- lastCancel <= limits.replace
        lastCancel = 0
        adds.add(bit, at: now, length: limits.burst)
        // A ladder that comes to stand on both sides is a quote.
        if other.layer.count > 0, adds.count &* 3 > other.layer.count, now &- other.layer.start <= limits.burst {
            other.layer.count = 0
        }
        if adds.count >= limits.layerOrders, adds.prices.nonzeroBitCount >= limits.layerPrices,
            other.adds.count(at: now, length: limits.burst) &* 3 <= adds.count
        {
            layer = QuoteBurst(start: now, prices: adds.prices, count: adds.count)
            cancels = QuoteBurst()
        }
        return replaces
    }

    /// Gives whether this cancel takes away the layer that was there.
    @inline(__always)
    mutating func cancelled(_ bit: UInt64, at now: UInt64, _ limits: Limits) -> Bool {
        lastCancel = now
        guard layer.count > 0, layer.prices & bit != 0 else { return false }
        guard now &- layer.start <= limits.layerLife else {
            layer.count = 0
            return false
        }
        cancels.add(bit, at: now, length: limits.burst)
        guard cancels.count &* 5 >= layer.count &* 4, cancels.prices.nonzeroBitCount >= limits.layerPrices else {
            return false
        }
        layer.count = 0
        return true
    }

    /// `MarketMakingRules` in nanoseconds and machine numbers.
    struct Limits: Sendable {
        let replace: UInt64
        let shortLife: UInt64
        let burst: UInt64
        let layerLife: UInt64
        let layerOrders: UInt32
        let layerPrices: Int

        init(_ rules: MarketMakingRules) {
            func nanos(_ millis: Int) -> UInt64 { UInt64(clamping: millis).multipliedFullWidth(by: 1_000_000).low }
            replace = nanos(rules.replaceMillis)
            shortLife = nanos(rules.shortLifeMillis)
            burst = nanos(rules.burstMillis)
            layerLife = nanos(rules.layerSeconds) &* 1000
            layerOrders = UInt32(clamping: max(2, rules.layerOrders))
            layerPrices = max(1, rules.layerPrices)
        }
    }
}
