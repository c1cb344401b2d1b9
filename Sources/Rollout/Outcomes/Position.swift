internal import MarketData
internal import Signals

/// What one tick lets positions trade at. Prices in 1e-9, nil where there is none.
struct Tradable {
    let index: UInt64
    let time: UInt64
    /// What a seller gets and a buyer pays. Of a trade: one tick below and above its price, for the spread it does not show.
    let bid: Int64?
    let ask: Int64?
    let isTrade: Bool
    /// Whether the side had no quote for so long that a trade stands in for it; true for a quote.
    let bidCounts: Bool
    let askCounts: Bool
}

/// One followed signal, before and after its entry.
struct Position: Sendable {
    /// An end of a position. `exit` is nil for what is unresolvable.
    struct End {
        let kind: Outcome.Kind
        let exit: Outcome.Fill?
    }

    private(set) var outcome: Outcome
    private let wantedTarget: Int64
    private let wantedStop: Int64
    /// The first instant at which an order can meet a quote, and at which one is given up; ns since 1970.
    let due: UInt64
    let entryEnds: UInt64
    private let horizonEnds: UInt64
    /// Nil when it is on the wrong side.
    private var target: Int64?
    /// Set by the owner, which then drops it.
    var hasEnded = false

    var causeIndex: UInt64 { outcome.causeIndex }
    var isOpen: Bool { outcome.entry != nil }
    var isLong: Bool { outcome.direction == .long }

    init(
        arm: Arm, signal: Signal, causeIndex: UInt64, causeTime: Timestamp, order: UInt64, terms: OutcomeTerms
    ) {
        outcome = Outcome(
            arm: arm, id: signal.id, action: signal.action, direction: signal.direction,
            instrumentID: signal.instrumentID, underlyingID: signal.underlyingID, causeIndex: causeIndex, order: order,
            knownIndex: causeIndex, kind: .unresolvable(.noEntry), flags: [], tickNanos: 0, multiplierNanos: 0,
            adverseNanos: 0, riskMicros: 0, profitMicros: 0, rMicros: 0, adverseRMicros: 0)
        wantedTarget = signal.target.nanos
        wantedStop = signal.stop.nanos
        due = causeTime.nanos.saturatingAdding(terms.assumedLatency)
        horizonEnds = signal.tsEvent.advanced(bySeconds: Int64(clamping: signal.horizonSeconds)).nanos
        // A statement that has ended is not entered any more.
        entryEnds = min(due.saturatingAdding(terms.noEntryAfter), horizonEnds)
    }

    mutating func note(_ flag: Outcome.Flags) { outcome.flags.insert(flag) }

    /// What `market` does to this position: enters it, ends it or nothing.
    mutating func step(_ market: Tradable, _ lane: UnderlyingTerms?, _ terms: OutcomeTerms) -> End? {
        isOpen ? leave(market) : enter(market, lane, terms)
    }

    private mutating func enter(_ market: Tradable, _ lane: UnderlyingTerms?, _ terms: OutcomeTerms) -> End? {
        guard market.time >= due, let price = isLong ? market.ask : market.bid else { return nil }
        if market.isTrade, market.time < due.saturatingAdding(terms.noQuoteAfter) { return nil }
        guard let lane, lane.isComplete else { return End(kind: .unresolvable(.noTerms), exit: nil) }
        outcome.entry = Outcome.Fill(index: market.index, time: market.time, price: Price(nanos: price))
        outcome.tickNanos = lane.tickNanos
        outcome.multiplierNanos = lane.multiplierNanos
        if market.isTrade { note(.entryOnTrade) }
        placeStop(entry: price)
        if isBeyond(wantedTarget, price) {
            target = wantedTarget
        } else {
            note(.targetWrongSide)
        }
        if let exit = exitPrice(market) { noteAdverse(exit) }
        return nil
    }

    private mutating func placeStop(entry: Int64) {
        var stop = wantedStop
        if isBeyond(stop, entry) {
            note(.stopMirrored)
            stop = Int64(clamping: 2 * Int128(entry) - Int128(stop))
        }
        outcome.stop = Price(nanos: stop)
    }

    private mutating func leave(_ market: Tradable) -> End? {
        // One record fills a position once.
        guard let entry = outcome.entry, let stop = outcome.stop, market.index > entry.index,
            let price = exitPrice(market)
        else { return nil }
        noteAdverse(price)
        let exit = Outcome.Fill(index: market.index, time: market.time, price: Price(nanos: price))
        let kind: Outcome.Kind
        if market.time >= horizonEnds {
            kind = .horizon
        } else if !isBeyond(price, stop.nanos) {
            kind = .stop
            if price != stop.nanos { note(.gap) }
        } else if let target, !isBeyond(target, price) {
            kind = .target
            if price != target { note(.gap) }
        } else {
            return nil
        }
        if market.isTrade { note(.exitOnTrade) }
        return End(kind: kind, exit: exit)
    }

    /// What the position would be closed at.
    private func exitPrice(_ market: Tradable) -> Int64? {
        if isLong { return market.bidCounts ? market.bid : nil }
        return market.askCounts ? market.ask : nil
    }

    /// Whether `price` is better for this direction than `other`.
    private func isBeyond(_ price: Int64, _ other: Int64) -> Bool { isLong ? price > other : price < other }

    private mutating func noteAdverse(_ price: Int64) {
        guard let entry = outcome.entry else { return }
        let loss = Int128(entry.price.nanos) - Int128(price)
        outcome.adverseNanos = max(outcome.adverseNanos, Int64(clamping: isLong ? loss : -loss))
    }

    /// The end of the session or of the underlying: closes at the last price to leave at, or tells why there is none.
    mutating func close(_ kind: Outcome.Kind, at last: LastPrice?, whenWaiting reason: Outcome.Reason) -> End {
        guard isOpen else { return End(kind: .unresolvable(reason), exit: nil) }
        guard let last else { return End(kind: .unresolvable(.noExit), exit: nil) }
        noteAdverse(last.fill.price.nanos)
        if last.isTrade { note(.exitOnTrade) }
        return End(kind: kind, exit: last.fill)
    }

    func ended(_ end: End, knownIndex: UInt64, terms: OutcomeTerms) -> Outcome {
        var outcome = outcome
        outcome.kind = end.kind
        outcome.exit = end.exit
        outcome.knownIndex = knownIndex
        return outcome.recomputed(under: terms)
    }
}

/// The last price that positions of one direction could be left at.
struct LastPrice: Sendable {
    let fill: Outcome.Fill
    let isTrade: Bool
}

extension UInt64 {
    func saturatingAdding(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
