internal import MarketData

extension IFDv3 {
    /// An option near the money.
    private struct NearOption {
        /// Dense index.
        let instrument: Int
        let strikeNanos: Int64
        /// From the forward, in 1e-9.
        let distance: Int64
    }

    /// The options of a chain near its forward: those with strikes up to it, and those above it.
    private struct NearOptions {
        var below: [NearOption] = []
        var above: [NearOption] = []
    }

    /// Mid quotes near the money into the volatility of each chain.
    ///
    /// - Parameter numbers: of chains, rising by underlying and expiry.
    mutating func updateVolatilities(of numbers: [Int]) {
        var forwards = [Int64?](repeating: nil, count: chains.chains.count)
        for number in numbers { forwards[number] = price(of: chains.chains[number].underlying) }
        let near = optionsNear(forwards)
        for number in numbers {
            guard let forward = forwards[number] else { continue }
            volatilities.update(
                expiry(of: chains.chains[number]),
                quotes: nearestQuotes(near[number].below) + nearestQuotes(near[number].above),
                forwardNanos: forward, now: clock.now)
        }
    }

    func expiry(of chain: OptionChains.Chain) -> VolatilityMonitor.Expiry {
        VolatilityMonitor.Expiry(underlying: table.ids[chain.underlying], expiration: chain.expiration)
    }

    /// By number of a chain with a forward: its options within 1 % of that.
    private func optionsNear(_ forwards: [Int64?]) -> [NearOptions] {
        var near = [NearOptions](repeating: NearOptions(), count: forwards.count)
        for instrument in 0..<table.count {
            guard let number = chains.number(of: instrument), let forward = forwards[number] else { continue }
            let strike = table.terms(at: instrument).strikeNanos
            let distance = abs(strike - forward)
            guard distance <= forward / 100 else { continue }
            let option = NearOption(instrument: instrument, strikeNanos: strike, distance: distance)
            if strike <= forward { near[number].below.append(option) } else { near[number].above.append(option) }
        }
        return near
    }

    /// The quotes of one side, the nearest first, of as many quoted strikes as `AtTheMoney` looks at: no other book is
    /// asked.
    private func nearestQuotes(_ options: [NearOption]) -> [StrikeQuote] {
        var nearest: [StrikeQuote] = []
        // Of two options of one strike and right the later one counts.
        for option in options.sorted(by: { ($0.distance, $0.instrument) < ($1.distance, $1.instrument) }) {
            let isNext = nearest.last?.strikeNanos != option.strikeNanos
            if isNext, nearest.count == AtTheMoney.strikesPerSide { break }
            guard let top = quotes.top(of: table.ids[option.instrument]) else { continue }
            if isNext { nearest.append(StrikeQuote(strikeNanos: option.strikeNanos)) }
            let last = nearest.count - 1
            if table.terms(at: option.instrument).kind == .call {
                (nearest[last].callBid, nearest[last].callAsk) = (top.bidNanos, top.askNanos)
            } else {
                (nearest[last].putBid, nearest[last].putAsk) = (top.bidNanos, top.askNanos)
            }
        }
        return nearest
    }

    /// The middle of the book, else the last trade within the last `range_windows` buckets; nil for what has expired.
    func price(of underlying: Int) -> Int64? {
        guard clock.now < table.terms(at: underlying).expiration else { return nil }
        if let top = quotes.top(of: table.ids[underlying]), top.bidNanos < top.askNanos {
            return top.bidNanos + (top.askNanos - top.bidNanos) / 2
        }
        return ranges.last(of: underlying, window: clock.now / configuration.rangeNanos)
    }
}
