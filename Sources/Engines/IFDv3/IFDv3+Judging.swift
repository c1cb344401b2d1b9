internal import MarketData
internal import Signals

extension IFDv3 {
    /// The options of one underlying that expire together.
    struct Chain: Hashable {
        /// Dense index of the underlying.
        let underlying: Int
        /// ns since 1970.
        let expiration: UInt64
    }

    /// What the strikes of each chain say together, and its volatility, brought up to date.
    mutating func ladders(_ readings: [WindowReading]) -> [Chain: Coordination] {
        var pressures: [Chain: [StrikePressure]] = [:]
        for reading in readings {
            let terms = table.terms(at: reading.instrument)
            guard let chain = chain(of: terms) else { continue }
            pressures[chain, default: []].append(
                StrikePressure(
                    strikeNanos: terms.strikeNanos, right: terms.kind == .call ? .call : .put,
                    bought: reading.window.buyVolume, sold: reading.window.sellVolume, logRatio: reading.logRatio))
        }
        updateVolatilities(of: Set(pressures.keys))
        return pressures.mapValues { Coordination($0, rules: configuration.coordination) }
    }

    private func chain(of terms: InstrumentTerms) -> Chain? {
        guard terms.isOption, terms.strikeNanos != Undefined.price,
            let underlying = table.existingIndex(of: terms.underlyingID)
        else { return nil }
        return Chain(underlying: underlying, expiration: terms.expiration)
    }

    /// Mid quotes near the money into the volatility of each chain.
    private mutating func updateVolatilities(of chains: Set<Chain>) {
        var quoted: [Chain: [Int64: StrikeQuote]] = [:]
        var forwards: [Int: Int64] = [:]
        for underlying in Set(chains.map(\.underlying)) { forwards[underlying] = price(of: underlying) }
        for index in 0..<table.count {
            let terms = table.terms(at: index)
            guard let chain = chain(of: terms), chains.contains(chain), let forward = forwards[chain.underlying],
                abs(terms.strikeNanos - forward) <= forward / 100, let top = quotes.top(of: table.ids[index])
            else { continue }
            var quote = quoted[chain]?[terms.strikeNanos] ?? StrikeQuote(strikeNanos: terms.strikeNanos)
            if terms.kind == .call {
                (quote.callBid, quote.callAsk) = (top.bidNanos, top.askNanos)
            } else {
                (quote.putBid, quote.putAsk) = (top.bidNanos, top.askNanos)
            }
            quoted[chain, default: [:]][terms.strikeNanos] = quote
        }
        for chain in chains.sorted(by: { ($0.underlying, $0.expiration) < ($1.underlying, $1.expiration) }) {
            guard let forward = forwards[chain.underlying] else { continue }
            volatilities.update(
                VolatilityMonitor.Expiry(underlying: table.ids[chain.underlying], expiration: chain.expiration),
                quotes: Array((quoted[chain] ?? [:]).values), forwardNanos: forward, now: clock.now)
        }
    }

    /// The middle of the book, else the last trade within the last `range_windows` buckets; nil for what has expired.
    func price(of underlying: Int) -> Int64? {
        guard clock.now < table.terms(at: underlying).expiration else { return nil }
        if let top = quotes.top(of: table.ids[underlying]), top.bidNanos < top.askNanos {
            return top.bidNanos + (top.askNanos - top.bidNanos) / 2
        }
        return ranges.summary(underlying, window: clock.now / configuration.rangeNanos)?.last
    }

    /// One reading's score; nil when it is too weak, says nothing of a direction, or is filtered.
    mutating func judge(
        _ reading: WindowReading, _ ladders: [Chain: Coordination], _ unusual: [Chain: [Int64: Double]],
        _ volatility: [Chain: VolatilityMonitor.Features]
    ) -> Candidate? {
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
        let verdict = making.verdict(reading.instrument, other: pairs.other(of: reading.instrument))
        guard !making.rejects(verdict.probability) else {
            tally.marketMaking += 1
            return nil
        }
        if !terms.isOption, !ladders.keys.contains(where: { $0.underlying == underlying }) {
            notes.add(.options, of: underlying)
        }
        let chain = chain(of: terms) ?? strongestChain(on: underlying, direction, ladders)
        let ladder = chain.flatMap { ladders[$0] }
        let strike =
            terms.isOption ? ladder?.strike(at: terms.strikeNanos) : ladder.flatMap { strongest($0, direction) }
        if terms.isOption, !isDirectional(strike, direction) {
            tally.structure += 1
            return nil
        }
        let features = chain.flatMap { volatility[$0] } ?? VolatilityMonitor.Features()
        if configuration.rejectsCrush, features.crush != nil {
            tally.volatility += 1
            return nil
        }
        var group = GroupFlow()
        var groupUnusual = 0.0
        if let strike, let chain, let ladder {
            let idea = Idea(underlying: underlying, direction: direction)
            group = groups.group(idea, strike, window: reading.windowStart, length: configuration.rangeNanos)
            groupUnusual = Self.meanUnusual(
                around: strike, in: ladder, unusual[chain] ?? [:], reach: configuration.coordination.reachNanos)
        }
        let score = PressureScore(
            pressure: configuration.strength.value(group), baseline: groupUnusual,
            notMaking: 1 - verdict.probability, coordination: strike?.score ?? 0, weights: configuration.weights)
        return Candidate(
            reading: reading, underlying: underlying, direction: direction, score: score, making: verdict,
            coordination: strike, group: group, unusual: groupUnusual, volatility: features)
    }

    /// What is left at the strike without structures points the same way, and is more than a remnant.
    private func isDirectional(_ strike: Coordination.Strike?, _ direction: Signal.Direction) -> Bool {
        guard let strike else { return false }
        let left = direction == .long ? strike.direction : -strike.direction
        return left * 2 >= configuration.minTotalVolume
    }

    /// Of each chain that traded; its own where the chain is a future's strongest.
    func volatilities(of chains: some Sequence<Chain>) -> [Chain: VolatilityMonitor.Features] {
        var features: [Chain: VolatilityMonitor.Features] = [:]
        for chain in chains {
            features[chain] = volatilities.features(
                VolatilityMonitor.Expiry(underlying: table.ids[chain.underlying], expiration: chain.expiration),
                now: clock.now)
        }
        return features
    }

    /// How unusual each strike's busier option was.
    func unusual(_ readings: [WindowReading]) -> [Chain: [Int64: Double]] {
        var result: [Chain: [Int64: Double]] = [:]
        for reading in readings {
            let terms = table.terms(at: reading.instrument)
            guard let chain = chain(of: terms) else { continue }
            let value = BaselineStrength.value(reading.baseline)
            result[chain, default: [:]][terms.strikeNanos] = max(result[chain]?[terms.strikeNanos] ?? 0, value)
        }
        return result
    }

    /// The mean over the strikes of a group, from the strike outwards.
    private static func meanUnusual(
        around strike: Coordination.Strike, in ladder: Coordination, _ unusual: [Int64: Double], reach: Int64
    ) -> Double {
        var sum = 0.0
        var count = 0
        for other in ladder.strikes(within: reach, of: strike.strikeNanos)
        where other.direction.signum() == strike.direction.signum() {
            guard let value = unusual[other.strikeNanos] else { continue }
            sum += value
            count += 1
        }
        return count == 0 ? 0 : sum / Double(count)
    }

    /// For a future: the chain and strike where its options' group of this direction is strongest.
    private func strongestChain(
        on underlying: Int, _ direction: Signal.Direction, _ ladders: [Chain: Coordination]
    ) -> Chain? {
        ladders.filter { $0.key.underlying == underlying }
            .compactMap { chain, ladder in strongest(ladder, direction).map { (chain, $0.groupContracts) } }
            .max { ($0.1, $1.0.expiration) < ($1.1, $0.0.expiration) }?.0
    }

    private func strongest(_ ladder: Coordination, _ direction: Signal.Direction) -> Coordination.Strike? {
        ladder.strikes.filter { direction == .long ? $0.direction > 0 : $0.direction < 0 }
            .max { ($0.groupContracts, $0.strikeNanos) < ($1.groupContracts, $1.strikeNanos) }
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
