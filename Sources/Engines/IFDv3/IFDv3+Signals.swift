internal import MarketData
internal import Signals

extension IFDv3 {
    /// One instrument's flow in the window that closes.
    mutating func judge(_ index: Int, _ flow: PressureWindow.Flow, _ cause: Cause, into output: inout EngineOutput) {
        guard flow.volume >= configuration.minTotalVolume, let isBought = flow.aggressorIsBuyer else { return }
        let ratio = flow.ratio(smoothing: Double(configuration.smoothingVolume))
        guard ratio >= configuration.minPressureRatio.number else { return }
        let terms = table.terms(at: index)
        guard let direction = Self.direction(terms.kind, isBought: isBought) else {
            if terms.kind == .unknown { notes.add(.definition, of: index) }
            return
        }
        guard terms.isOption ? configuration.includesOptions : configuration.includesFutures else { return }
        guard let underlying = table.existingIndex(of: terms.underlyingID), terms.underlyingID.rawValue != 0 else {
            return notes.add(.underlying, of: index)
        }
        guard let (price, range) = ranges.summary(underlying, window: window.number) else {
            return notes.add(.price, of: underlying)
        }
        let tick = table.terms(at: underlying).tickNanos
        guard tick > 0 else { return notes.add(.definition, of: underlying) }

        let toTarget = Self.distance(range, configuration.targetFactor, tick: tick, least: configuration.minTargetTicks)
        let toStop = Self.distance(range, configuration.stopFactor, tick: tick, least: configuration.minStopTicks)
        let sign: Int64 = direction == .long ? 1 : -1
        let value = confidence.value(dominance: flow.dominance, volume: Double(flow.volume))
        let strength = strength(value)
        let id = table.ids[index]
        output.append(
            Signal(
                id: "v3-\(window.start / 1_000_000_000)-\(id)", cause: cause.index,
                tsEvent: Timestamp(nanos: cause.tsEvent), instrumentID: id, symbol: table.symbol(at: index),
                underlyingID: terms.underlyingID, direction: direction,
                action: strength == .moderate ? .monitor : direction.action(strength), strength: strength,
                confidence: value, price: Price(nanos: price),
                target: Price(nanos: Self.sum(price, sign * toTarget)),
                stop: Price(nanos: Self.sum(price, -sign * toStop)),
                horizonSeconds: configuration.horizonSeconds, sizeMultiplier: strength.sizeMultiplier,
                features: [
                    "buy_volume": .integer(flow.buyVolume), "sell_volume": .integer(flow.sellVolume),
                    "buy_trades": .integer(flow.buyTrades), "sell_trades": .integer(flow.sellTrades),
                    "pressure_ratio": .number(ratio), "dominance": .number(flow.dominance),
                    "dominant_side": .text(isBought ? "buy" : "sell"), "kind": .text(Self.name(terms.kind)),
                    "window_start": .integer(Int64(clamping: window.start)),
                    "window_s": .integer(Int64(configuration.windowSeconds)),
                    "range": .text(Price(nanos: range).description),
                ]))
    }

    /// What an aggressor in an instrument says about the underlying; nil for what is neither future nor option.
    static func direction(_ kind: InstrumentTerms.Kind, isBought: Bool) -> Signal.Direction? {
        switch kind {
        case .future, .call: return isBought ? .long : .short
        case .put: return isBought ? .short : .long
        case .unknown, .other: return nil
        }
    }

    func strength(_ confidence: Double) -> Signal.Strength {
        let levels = configuration.levels
        if confidence >= levels.extreme.number { return .extreme }
        if confidence >= levels.veryHigh.number { return .veryHigh }
        return confidence >= levels.high.number ? .high : .moderate
    }

    /// `factor` x `range`, rounded up to whole ticks, at least `least` ticks; in 1e-9.
    static func distance(_ range: Int64, _ factor: Micros, tick: Int64, least: Int64) -> Int64 {
        let wide = Int128(range) * Int128(factor.value)
        let unit = Int128(tick) * 1_000_000
        let ticks = max((wide + unit - 1) / unit, Int128(least))
        return Int64(clamping: ticks * Int128(tick))
    }

    private static func sum(_ price: Int64, _ distance: Int64) -> Int64 {
        min(Int64(clamping: Int128(price) + Int128(distance)), .max - 1)
    }

    private static func name(_ kind: InstrumentTerms.Kind) -> String {
        switch kind {
        case .unknown: return "unknown"
        case .future: return "future"
        case .call: return "call"
        case .put: return "put"
        case .other: return "other"
        }
    }
}
