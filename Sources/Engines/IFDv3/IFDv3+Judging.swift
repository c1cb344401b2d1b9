internal import MarketData
internal import Signals

extension IFDv3 {
    /// What the strikes of each chain say together, and its volatility, brought up to date.
    mutating func chains(_ readings: [WindowReading]) -> WindowChains {
        var pressures = [[StrikePressure]](repeating: [], count: chains.chains.count)
        for reading in readings {
            guard let number = chains.number(of: reading.instrument) else { continue }
            let terms = table.terms(at: reading.instrument)
            pressures[number].append(
                StrikePressure(
                    strikeNanos: terms.strikeNanos, right: terms.kind == .call ? .call : .put,
                    bought: reading.window.buyVolume, sold: reading.window.sellVolume, logRatio: reading.logRatio,
                    unusual: BaselineStrength.value(reading.baseline)))
        }
        let all = chains.chains
        let numbers = all.indices.filter { !pressures[$0].isEmpty }.sorted { all[$0] < all[$1] }
        updateVolatilities(of: numbers)
        return WindowChains(
            numbers.map { all[$0] }, numbers: numbers,
            numbers.map { Coordination(pressures[$0], rules: configuration.coordination) },
            numbers.map { volatilities.features(expiry(of: all[$0]), now: clock.now) })
    }

    /// One reading's score; nil when it is too weak, says nothing of a direction, or is filtered.
    mutating func judge(_ reading: WindowReading, _ window: WindowChains) -> Candidate? {
        guard reading.window.volume >= configuration.minTotalVolume,
            abs(reading.logRatio) >= configuration.minLogRatio, let isBought = reading.window.isBought
        else { return nil }
        let terms = table.terms(at: reading.instrument)
        guard let direction = Self.direction(terms.kind, isBought: isBought) else {
            if terms.kind == .unknown { notes.add(.definition, of: reading.instrument) }
            return nil
        }
        guard terms.isOption ? configuration.includesOptions : configuration.includesFutures else { return nil }
        guard let underlying = table.existingIndex(of: terms.underlyingID), terms.underlyingID.rawValue != 0 else {
            notes.add(.underlying, of: reading.instrument)
            return nil
        }
        let probability = making.probability(reading.instrument, other: pairs.other(of: reading.instrument))
        guard !making.rejects(probability) else {
            tally.marketMaking += 1
            return nil
        }
        let idea = Idea(underlying: underlying, direction: direction)
        return terms.isOption
            ? option(reading, idea, strikeNanos: terms.strikeNanos, making: probability, window)
            : future(reading, idea, making: probability, window)
    }

    /// An option speaks when its own strike does.
    private mutating func option(
        _ reading: WindowReading, _ idea: Idea, strikeNanos: Int64, making probability: Double, _ window: WindowChains
    ) -> Candidate? {
        guard let place = chains.number(of: reading.instrument).flatMap(window.place),
            let strike = window.ladders[place].strike(at: strikeNanos), isDirectional(strike, idea.direction)
        else {
            tally.structure += 1
            return nil
        }
        return candidate(reading, idea, strike, window.volatilities[place], making: probability)
    }

    /// A future speaks with the strongest strike of its options, or alone.
    private mutating func future(
        _ reading: WindowReading, _ idea: Idea, making probability: Double, _ window: WindowChains
    ) -> Candidate? {
        if !window.contains(underlying: idea.underlying) { notes.add(.options, of: idea.underlying) }
        let strongest = window.strongest(on: idea.underlying, isLong: idea.direction.isLong)
        let volatility = strongest.map { window.volatilities[$0.place] }
        return candidate(
            reading, idea, strongest?.strike, volatility ?? VolatilityMonitor.Features(), making: probability)
    }

    private mutating func candidate(
        _ reading: WindowReading, _ idea: Idea, _ strike: Coordination.Strike?,
        _ volatility: VolatilityMonitor.Features, making probability: Double
    ) -> Candidate? {
        if configuration.rejectsCrush, volatility.crush != nil {
            tally.volatility += 1
            return nil
        }
        let group =
            strike.map {
                groups.group(idea, $0, window: reading.windowStart, length: configuration.rangeNanos)
            } ?? GroupFlow()
        let score = PressureScore(
            pressure: configuration.strength.value(group), baseline: strike?.groupUnusual ?? 0,
            notMaking: 1 - probability, coordination: strike?.score ?? 0, weights: configuration.weights)
        return Candidate(
            reading: reading, idea: idea, score: score, coordination: strike, group: group, volatility: volatility)
    }

    /// What is left at the strike without structures points the same way, and is more than a remnant.
    private func isDirectional(_ strike: Coordination.Strike, _ direction: Signal.Direction) -> Bool {
        let left = direction.isLong ? strike.direction : -strike.direction
        return left * 2 >= configuration.minTotalVolume
    }

    /// What an aggressor in an instrument says about the underlying; nil for what is neither future nor option.
    static func direction(_ kind: InstrumentTerms.Kind, isBought: Bool) -> Signal.Direction? {
        switch kind {
        case .future, .call: return isBought ? .long : .short
        case .put: return isBought ? .short : .long
        case .unknown, .other: return nil
        }
    }
}
