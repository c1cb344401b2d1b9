internal import MarketData

/// One underlying in one session: its market so far and the signals that are followed on it.
struct UnderlyingLane: Sendable {
    /// Prices to sell (bid) or to buy (ask) at.
    struct Side: Sendable {
        var last: LastPrice?
        /// Time of the last usable quote; nil before the first of the session.
        var quotedAt: UInt64?

        /// Whether a trade at `time` stands in for a quote.
        func isSilent(at time: UInt64, for duration: UInt64) -> Bool {
            quotedAt.map { time >= $0.saturatingAdding(duration) } ?? true
        }
    }

    enum State: Sendable { case trading, notTrading, halted }

    let id: InstrumentID
    private(set) var terms: UnderlyingTerms?
    private(set) var isSeen = false
    private(set) var state = State.trading
    private(set) var bid = Side()
    private(set) var ask = Side()
    /// In the order in which they were followed.
    var positions: [Position] = []

    init(id: InstrumentID) { self.id = id }

    /// Nothing of the market is carried over the close but the definition. Whether there is trading is asked anew: without
    /// a status there is.
    mutating func beginSession() {
        isSeen = false
        state = .trading
        bid = Side()
        ask = Side()
    }

    /// Why a signal that waits for its entry did not get one.
    var waitReason: Outcome.Reason { isSeen ? .noEntry : .noUnderlying }

    /// The middle of the last bid and ask, or the one there is.
    var lastPrice: Price? {
        let sides = [bid, ask].compactMap { $0.last?.fill.price.nanos }
        guard let first = sides.first, let last = sides.last else { return nil }
        return Price(nanos: first / 2 + last / 2)
    }

    func isExpired(at time: UInt64) -> Bool { terms.map { time >= $0.expiration } ?? false }

    /// What cannot be traded at any price; the same for all positions.
    mutating func learn(_ kind: MarketTick.Kind) {
        switch kind {
        case .quote, .trade: isSeen = true
        case .trading: state = .trading
        case .notTrading: state = .notTrading
        case .halted: state = .halted
        case .terms(let new): terms = new
        case .gap, .expired: break
        }
    }

    /// What `tick` lets positions trade at, remembered as the last price; nil when nothing is tradable.
    ///
    /// Not tradable: anything while the venue does not trade, and a crossed book, which no order ever met.
    mutating func tradable(_ tick: MarketTick, _ outcomeTerms: OutcomeTerms) -> Tradable? {
        guard state == .trading else { return nil }
        switch tick.kind {
        case .quote(let bidPrice, let askPrice):
            if let bidPrice, let askPrice, bidPrice > askPrice { return nil }
            if let bidPrice { bid = Self.quoted(bidPrice, tick) }
            if let askPrice { ask = Self.quoted(askPrice, tick) }
            return Tradable(
                index: tick.index, time: tick.time, bid: bidPrice, ask: askPrice, isTrade: false, bidCounts: true,
                askCounts: true)
        case .trade(let price):
            let spread = terms?.tickNanos ?? 0
            let below = Int64(clamping: Int128(price) - Int128(spread))
            let above = Int64(clamping: Int128(price) + Int128(spread))
            let bidCounts = bid.isSilent(at: tick.time, for: outcomeTerms.noQuoteAfter)
            let askCounts = ask.isSilent(at: tick.time, for: outcomeTerms.noQuoteAfter)
            if bidCounts { bid.last = Self.lastPrice(below, tick, isTrade: true) }
            if askCounts { ask.last = Self.lastPrice(above, tick, isTrade: true) }
            return Tradable(
                index: tick.index, time: tick.time, bid: below, ask: above, isTrade: true, bidCounts: bidCounts,
                askCounts: askCounts)
        case .trading, .notTrading, .halted, .gap, .terms, .expired: return nil
        }
    }

    private static func quoted(_ price: Int64, _ tick: MarketTick) -> Side {
        Side(last: lastPrice(price, tick, isTrade: false), quotedAt: tick.time)
    }

    private static func lastPrice(_ price: Int64, _ tick: MarketTick, isTrade: Bool) -> LastPrice {
        LastPrice(
            fill: Outcome.Fill(index: tick.index, time: tick.time, price: Price(nanos: price)), isTrade: isTrade)
    }
}
