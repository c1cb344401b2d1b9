internal import MarketData
internal import Signals

extension IFDv1 {
    /// All rules, cheapest first, on the instrument that just traded.
    mutating func evaluate(_ index: Int, _ cause: Cause, into output: inout EngineOutput) {
        let terms = table.terms(at: index)
        guard terms.isOption else {
            if terms.kind == .unknown { notes.add(.definition, of: index) }
            return
        }
        let column = columns[index]
        guard column.volume >= configuration.minVolume,
            let strength = strength(volume: column.volume, openInterest: column.openInterest),
            strength.level > column.signalled, let optionPrice = column.lastPriceNanos
        else { return }
        guard terms.multiplierNanos > 0 else { return notes.add(.multiplier, of: index) }
        let dollarSize = Self.dollarSizeMicros(
            volume: column.volume, priceNanos: optionPrice, multiplierNanos: terms.multiplierNanos)
        guard dollarSize >= configuration.minDollarSize.value else { return }
        guard terms.strikeNanos != Undefined.price, terms.underlyingID.rawValue != 0,
            let underlying = table.existingIndex(of: terms.underlyingID)
        else { return notes.add(.underlying, of: index) }
        guard underlying < columns.count, let price = columns[underlying].lastPriceNanos else {
            return notes.add(.price, of: underlying)
        }
        guard isNear(strike: terms.strikeNanos, price: price), let session else { return }
        open.expire(now: clock.now)
        guard open.count(on: underlying) < configuration.maxOpen else { return }

        columns[index].signalled = strength.level
        let plan = Plan(direction: terms.kind == .call ? .long : .short, price: price, strike: terms.strikeNanos)
        let ends = Timestamp(nanos: cause.tsEvent).advanced(bySeconds: Int64(configuration.horizonSeconds))
        open.add(underlying, price: price, target: plan.target, stop: plan.stop, ends: ends.nanos)
        output.append(
            Signal(
                id: "v1-\(session.compact)-\(table.ids[index])-\(strength.rawValue)", cause: cause.index,
                tsEvent: Timestamp(nanos: cause.tsEvent), instrumentID: table.ids[index],
                symbol: table.symbol(at: index),
                underlyingID: terms.underlyingID, direction: plan.direction, action: plan.direction.action(strength),
                strength: strength, confidence: Self.confidence(strength), price: Price(nanos: price),
                target: Price(nanos: plan.target), stop: Price(nanos: plan.stop),
                horizonSeconds: configuration.horizonSeconds, sizeMultiplier: strength.sizeMultiplier,
                features: [
                    "volume": .integer(column.volume), "open_interest": .integer(column.openInterest),
                    "vol_oi": .number(Double(column.volume) / Double(column.openInterest)),
                    "option_price": .text(Price(nanos: optionPrice).description),
                    "dollar_size": .number(Double(dollarSize) / 1_000_000),
                    "strike": .text(Price(nanos: terms.strikeNanos).description),
                    "right": .text(terms.kind == .call ? "call" : "put"),
                    "expiration": .integer(Int64(clamping: terms.expiration)), "level": .text(strength.rawValue),
                ]))
    }

    /// The level of volume over open interest, nil below `min_vol_oi_ratio` or with one of both zero. Compared exactly.
    func strength(volume: Int64, openInterest: Int64) -> Signal.Strength? {
        guard volume > 0, openInterest > 0 else { return nil }
        func reaches(_ threshold: Micros) -> Bool {
            Int128(volume) * 1_000_000 >= Int128(threshold.value) * Int128(openInterest)
        }
        let levels = configuration.levels
        guard reaches(configuration.minVolOIRatio), reaches(levels.moderate) else { return nil }
        if reaches(levels.extreme) { return .extreme }
        if reaches(levels.veryHigh) { return .veryHigh }
        return reaches(levels.high) ? .high : .moderate
    }

    /// Micro-dollars, rounded toward zero.
    static func dollarSizeMicros(volume: Int64, priceNanos: Int64, multiplierNanos: Int64) -> Int64 {
        // At most 63 + 63 bits of price and multiplier: the product with the volume is checked, a price in range stays far below.
        let value = Int128(priceNanos) * Int128(multiplierNanos)
        let (product, overflow) = value.multipliedReportingOverflow(by: Int128(volume))
        return overflow ? (priceNanos < 0 ? .min : .max) : Int64(clamping: product / 1_000_000_000_000)
    }

    /// |strike - price| / price <= `max_distance_percent` / 100, exactly; false for a price that is not positive.
    func isNear(strike: Int64, price: Int64) -> Bool {
        guard price > 0 else { return false }
        let distance = abs(Int128(strike) - Int128(price))
        return distance * 100_000_000 <= Int128(configuration.maxDistancePercent.value) * Int128(price)
    }

    /// Source: the mapping the first implementation used to compare engines.
    static func confidence(_ strength: Signal.Strength) -> Double {
        switch strength {
        case .extreme: return 0.95
        case .veryHigh: return 0.85
        case .high: return 0.75
        case .moderate: return 0.65
        }
    }
}

/// Where a v1 signal wants to go and where it gives up, in 1e-9.
struct Plan {
    let direction: Signal.Direction
    let target: Int64
    let stop: Int64

    /// The stop is half as far from the price as the strike (rounded toward the price), below it for long and above for short,
    /// also where the strike lies behind the price. A strike near the price (`isNear`) keeps everything in range.
    init(direction: Signal.Direction, price: Int64, strike: Int64) {
        let half = Int64(clamping: abs(Int128(strike) - Int128(price)) / 2)
        self.direction = direction
        target = strike
        stop = Int64(clamping: Int128(price) + Int128(direction == .long ? -half : half))
    }
}
