internal import MarketData
internal import Signals

extension IFDv3 {
    /// The candidate as a signal; nil without a price, a tick or an expected move of the underlying, which are then named.
    mutating func signal(_ candidate: Candidate, confidence: Double, _ cause: Cause) -> Signal? {
        let underlying = candidate.idea.underlying
        guard let middle = price(of: underlying) else {
            notes.add(.price, of: underlying)
            return nil
        }
        let tick = table.terms(at: underlying).tickNanos
        guard tick > 0 else {
            notes.add(.definition, of: underlying)
            return nil
        }
        let price = middle - middle % tick
        guard let (move, source) = expectedMove(of: underlying, at: price) else {
            notes.add(.price, of: underlying)
            return nil
        }
        let toTarget = Self.distance(move, configuration.targetFactor, tick: tick, least: configuration.minTargetTicks)
        let toStop = Self.distance(move, configuration.stopFactor, tick: tick, least: configuration.minStopTicks)
        let direction = candidate.idea.direction
        let isLong = direction.isLong
        let strength = strength(confidence, score: candidate.score.value)
        let id = table.ids[candidate.reading.instrument]
        return Signal(
            id: "v3-\(candidate.reading.windowStart / 1_000_000_000)-\(id)-\(isLong ? "l" : "s")", cause: cause.index,
            tsEvent: Timestamp(nanos: cause.tsEvent), instrumentID: id,
            symbol: table.symbol(at: candidate.reading.instrument), underlyingID: table.ids[underlying],
            direction: direction,
            action: strength == .moderate ? .monitor : direction.action(strength), strength: strength,
            confidence: confidence, price: Price(nanos: price),
            target: Price(nanos: Self.sum(price, isLong ? toTarget : -toTarget)),
            stop: Price(nanos: Self.sum(price, isLong ? -toStop : toStop)),
            horizonSeconds: configuration.horizonSeconds, sizeMultiplier: strength.sizeMultiplier,
            features: features(candidate, move: move, source: source))
    }

    /// One standard deviation over the horizon, 1e-9: from the implied volatility, else from the range of the last
    /// buckets.
    ///
    /// The range of a random walk over T is sqrt(4 ln 2) = 1.6651 of its standard deviation in Parkinson's estimator
    /// ("The Extreme Value Method for Estimating the Variance of the Rate of Return", Journal of Business 53, 1980).
    private func expectedMove(of underlying: Int, at price: Int64) -> (nanos: Int64, source: String)? {
        let horizon = configuration.horizonSeconds
        if let volatility = volatilities.nearestVolatility(table.ids[underlying], now: clock.now),
            let move = ExpectedMove.nanos(forwardNanos: price, volatility: volatility, horizonSeconds: horizon)
        {
            return (move, "implied")
        }
        guard let range = ranges.summary(underlying, window: clock.now / configuration.rangeNanos)?.range else {
            return nil
        }
        let seconds = Double(configuration.rangeWindows) * Double(configuration.rangeNanos) / 1e9
        return (Int64(Double(range) / 1.6651 * (Double(horizon) / seconds).squareRoot()), "realised")
    }

    private func features(_ candidate: Candidate, move: Int64, source: String) -> [String: Signal.Feature] {
        let reading = candidate.reading
        let flow = reading.window
        let course = board.course(of: reading)
        let making = making.verdict(reading.instrument, other: pairs.other(of: reading.instrument))
        let smoothing = configuration.pressure.smoothingVolume
        var features: [String: Signal.Feature] = [
            "kind": .text(Self.word(for: table.terms(at: reading.instrument).kind)),
            "window_start": .integer(Int64(clamping: reading.windowStart)),
            "buy_volume": .integer(flow.buyVolume), "sell_volume": .integer(flow.sellVolume),
            "unsided_volume": .integer(flow.otherVolume), "trades": .integer(flow.trades),
            "largest_trade": .integer(flow.largestSize), "mean_trade": .number(flow.meanSize),
            "large_share": .number(flow.largeShare), "log_ratio": .number(reading.logRatio),
            "log_ratio_1m": .number(course.minute.logRatio(smoothing: smoothing)),
            "log_ratio_15m": .number(course.quarter.logRatio(smoothing: smoothing)),
            "dominance": .number(flow.dominance), "persistence": .number(course.persistence),
            "market_making": .number(making.probability), "quote_stuffing": .flag(making.isStuffed),
            "layering": .flag(making.isLayered),
            "score_pressure": .number(candidate.score.pressure), "score_baseline": .number(candidate.score.baseline),
            "score_not_market_making": .number(candidate.score.notMaking),
            "score_coordination": .number(candidate.score.coordination),
            "raw_confidence": .number(candidate.score.value),
            "expected_move": .text(Price(nanos: move).description), "expected_move_from": .text(source),
            "term_inverted": .flag(candidate.volatility.isInverted),
            "rejected_market_making": .integer(Int64(tally.marketMaking)),
            "rejected_structures": .integer(Int64(tally.structure)),
            "rejected_volatility": .integer(Int64(tally.volatility)),
        ]
        if let baseline = reading.baseline {
            features["baseline_z"] = .number(baseline.logRatio.z)
            features["baseline_volume_rank"] = .number(baseline.logVolume.rank)
            features["baseline_reliability"] = .number(baseline.logRatio.reliability)
        }
        if let strike = candidate.coordination {
            features["agreeing_strikes"] = .integer(Int64(strike.agreeing))
            features["concentrated"] = .flag(strike.isConcentrated)
            features["group_strikes"] = .integer(Int64(candidate.group.strikes))
            features["group_contracts"] = .integer(candidate.group.contracts)
            features["group_against"] = .integer(candidate.group.against)
            features["group_strikes_before"] = .integer(Int64(candidate.group.strikesBefore))
            features["group_contracts_before"] = .integer(candidate.group.contractsBefore)
            features["group_unusual"] = .number(strike.groupUnusual)
        }
        if let volatility = candidate.volatility.atTheMoney { features["implied_volatility"] = .number(volatility) }
        if let crush = candidate.volatility.crush { features["volatility_crush"] = .number(crush) }
        if let spike = candidate.volatility.spike { features["volatility_spike"] = .number(spike) }
        return features
    }

    private static func word(for kind: InstrumentTerms.Kind) -> String {
        switch kind {
        case .unknown: "unknown"
        case .future: "future"
        case .call: "call"
        case .put: "put"
        case .other: "other"
        }
    }

    /// The level that both reach, the score and the probability it was calibrated to: a run of luck may not lift a weak
    /// score, and a strong one that does not win is not followed.
    func strength(_ confidence: Double, score: Double) -> Signal.Strength {
        let (levels, lower) = (configuration.levels, min(confidence, score))
        if lower >= levels.extreme.number { return .extreme }
        if lower >= levels.veryHigh.number { return .veryHigh }
        return lower >= levels.high.number ? .high : .moderate
    }

    /// `factor` x `move`, rounded up to whole ticks, at least `least` ticks; in 1e-9.
    static func distance(_ move: Int64, _ factor: Micros, tick: Int64, least: Int64) -> Int64 {
        let wide = Int128(move) * Int128(factor.value)
        let unit = Int128(tick) * 1_000_000
        let ticks = max((wide + unit - 1) / unit, Int128(least))
        return Int64(clamping: ticks * Int128(tick))
    }

    private static func sum(_ price: Int64, _ distance: Int64) -> Int64 {
        min(Int64(clamping: Int128(price) + Int128(distance)), .max - 1)
    }
}
