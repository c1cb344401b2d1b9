public import MarketData
public import Signals

/// Follows every signal of both arms to its end in event time: live or shadow, actionable or `MONITOR`, any number at once.
///
/// The rules, for one contract of the underlying; a position sees only records after its cause:
/// - **Entry**: the first quote of the crossed side (a buyer's ask) with time ≥ the cause's + `assumedLatency`. When none came
///   for `noQuoteAfter` from then, also a trade, one tick against. When none came for `noEntryAfter`, or before the horizon
///   ends: `no-entry`, and `no-underlying` when the session had neither quote nor trade of it.
/// - **Exit**: at the opposite side (a holder's bid), from the record after the entry's on. Stop and target are orders to
///   trade at once when that side reaches them, so both fill at the price that reached them, gap or not, never at a
///   level nobody quoted; the spread is paid at the target too, which a resting order there would earn. The stop is looked
///   at first. From `ts_event` + `horizon_s` on the first price ends the position, whatever it reaches.
/// - **Trades in place of quotes**: for exits too, once the side had no usable quote for `noQuoteAfter`, one tick against.
/// - **Costs**: every fill pays `costPerSideMicros` and `slippageTicks` in money. Prices in an outcome are the market's own, except
///   that a trade is moved by its one tick, which stands for the spread and not for slippage.
/// - **Target** not beyond the entry in the signal's direction: ignored and flagged. **Stop** beyond it: mirrored and flagged; at
///   it: stays.
/// - **Halts**, closed phases and crossed books: no fills, their prices count for nothing; a halt and a feed gap flag
///   the positions they touch. An empty side is no price.
/// - **Session end** and **expiry**: closed at the last price of the session before it. Nothing is carried over.
/// - **Corrections**: tick and multiplier are those of the definition at entry, the expiry is always the latest; an outcome
///   once given never changes.
///
/// Signals become known after the ticks that followed them were read. So the caller keeps ticks until a mark is released, then calls
/// `follow` for the signals up to it, `apply` for the ticks, and `timePassed` or `closeSession` for the mark: outcomes do not
/// depend on how ticks are cut into batches. All functions give outcomes by `knownIndex`, then `order`.
public struct OutcomeTracker: Sendable {
    public let terms: OutcomeTerms
    private var lanes: [UnderlyingLane] = []
    private var numbers: [InstrumentID: Int] = [:]
    /// The lane of the last tick: most ticks in a row are of one underlying.
    private var lastNumber = -1
    private var followed: UInt64 = 0

    public init(terms: OutcomeTerms = OutcomeTerms()) { self.terms = terms }

    /// Signals followed and not yet ended.
    public var openCount: Int { lanes.reduce(0) { $0 + $1.positions.count } }

    /// The last price known of an underlying in its session: the middle of the market, or the one side there is.
    public func lastPrice(of underlying: InstrumentID) -> Price? {
        guard let number = numbers[underlying] else { return nil }
        return lanes[number].lastPrice
    }

    /// Follows a signal from its cause on; ticks applied before are not seen again.
    ///
    /// - Parameters:
    ///   - causeIndex: in the merged feed, unlike `signal.cause`.
    ///   - causeTime: the cause's `ts_recv`, else the feed's time at it.
    public mutating func follow(_ arm: Arm, _ signal: Signal, causeIndex: UInt64, causeTime: Timestamp) {
        let number = number(of: signal.underlyingID)
        lanes[number].positions.append(
            Position(
                arm: arm, signal: signal, causeIndex: causeIndex, causeTime: causeTime, order: followed, terms: terms))
        followed += 1
    }

    /// What there is to say of a signal that cannot be followed, because its market was let go before it came.
    public mutating func giveUp(_ arm: Arm, _ signal: Signal, causeIndex: UInt64, knownIndex: UInt64) -> Outcome {
        let position = Position(
            arm: arm, signal: signal, causeIndex: causeIndex, causeTime: signal.tsEvent, order: followed, terms: terms)
        followed += 1
        return position.ended(
            Position.End(kind: .unresolvable(.late), exit: nil), knownIndex: knownIndex, terms: terms)
    }

    /// What `ticks`, by ascending index, ended.
    public mutating func apply(_ ticks: some Sequence<MarketTick>) -> [Outcome] {
        var outcomes: [Outcome] = []
        for tick in ticks { apply(tick, into: &outcomes) }
        return Self.sorted(outcomes)
    }

    public mutating func apply(_ tick: MarketTick) -> [Outcome] { apply(CollectionOfOne(tick)) }

    /// The feed reached the mark at `index` with `time`: entries that were not made in time, and expiries.
    public mutating func timePassed(to time: Timestamp, index: UInt64) -> [Outcome] {
        var outcomes: [Outcome] = []
        for number in lanes.indices where !lanes[number].positions.isEmpty {
            if lanes[number].state == .halted { note(.halt, before: index, number) }
            if lanes[number].isExpired(at: time.nanos) { expire(number, index: index, into: &outcomes) }
            endLateEntries(number, time: time.nanos, index: index, into: &outcomes)
        }
        return Self.sorted(outcomes)
    }

    /// The session closed with the mark at `index`: everything caused up to it ends, and what is known of the market is
    /// forgotten.
    public mutating func closeSession(index: UInt64) -> [Outcome] {
        var outcomes: [Outcome] = []
        let end = index.saturatingAdding(1)
        for number in lanes.indices {
            if lanes[number].state == .halted { note(.halt, before: end, number) }
            close(
                .sessionClose, number, before: end, knownIndex: index, whenWaiting: lanes[number].waitReason,
                into: &outcomes)
            lanes[number].beginSession()
        }
        return Self.sorted(outcomes)
    }

    private static func sorted(_ outcomes: [Outcome]) -> [Outcome] {
        outcomes.count < 2 ? outcomes : outcomes.sorted { ($0.knownIndex, $0.order) < ($1.knownIndex, $1.order) }
    }

    private mutating func number(of id: InstrumentID) -> Int {
        if lastNumber >= 0, lanes[lastNumber].id == id { return lastNumber }
        if let known = numbers[id] {
            lastNumber = known
        } else {
            lastNumber = lanes.count
            numbers[id] = lastNumber
            lanes.append(UnderlyingLane(id: id))
        }
        return lastNumber
    }
}

extension OutcomeTracker {
    private mutating func apply(_ tick: MarketTick, into outcomes: inout [Outcome]) {
        let number = number(of: tick.underlying)
        let wasHalted = lanes[number].state == .halted
        lanes[number].learn(tick.kind)
        guard !lanes[number].positions.isEmpty else {
            _ = lanes[number].tradable(tick, terms)
            return
        }
        if wasHalted || tick.kind == .halted { note(.halt, before: tick.index, number) }
        if tick.kind == .gap { note(.feedGap, before: tick.index, number) }
        if tick.kind == .expired || lanes[number].isExpired(at: tick.time) {
            expire(number, index: tick.index, into: &outcomes)
        }
        endLateEntries(number, time: tick.time, index: tick.index, into: &outcomes)
        guard let market = lanes[number].tradable(tick, terms) else { return }
        let definition = lanes[number].terms
        let terms = terms
        endPositions(number, before: tick.index, knownIndex: tick.index, into: &outcomes) { position in
            position.step(market, definition, terms)
        }
    }

    /// Ends those positions with a cause before `index` for which `end` gives an end, in order.
    private mutating func endPositions(
        _ number: Int, before index: UInt64, knownIndex: UInt64, into outcomes: inout [Outcome],
        _ end: (inout Position) -> Position.End?
    ) {
        var hasEnded = false
        for place in lanes[number].positions.indices where lanes[number].positions[place].causeIndex < index {
            guard let end = end(&lanes[number].positions[place]) else { continue }
            outcomes.append(lanes[number].positions[place].ended(end, knownIndex: knownIndex, terms: terms))
            lanes[number].positions[place].hasEnded = true
            hasEnded = true
        }
        if hasEnded { lanes[number].positions.removeAll(where: \.hasEnded) }
    }

    private mutating func note(_ flag: Outcome.Flags, before index: UInt64, _ number: Int) {
        for place in lanes[number].positions.indices where lanes[number].positions[place].causeIndex < index {
            lanes[number].positions[place].note(flag)
        }
    }

    private mutating func endLateEntries(
        _ number: Int, time: UInt64, index: UInt64, into outcomes: inout [Outcome]
    ) {
        let reason = lanes[number].waitReason
        endPositions(number, before: index, knownIndex: index, into: &outcomes) { position in
            guard !position.isOpen, time >= position.entryEnds else { return nil }
            return Position.End(kind: .unresolvable(reason), exit: nil)
        }
    }

    private mutating func expire(_ number: Int, index: UInt64, into outcomes: inout [Outcome]) {
        close(.expiry, number, before: index, knownIndex: index, whenWaiting: .expired, into: &outcomes)
    }

    private mutating func close(
        _ kind: Outcome.Kind, _ number: Int, before index: UInt64, knownIndex: UInt64,
        whenWaiting reason: Outcome.Reason, into outcomes: inout [Outcome]
    ) {
        let (bid, ask) = (lanes[number].bid.last, lanes[number].ask.last)
        endPositions(number, before: index, knownIndex: knownIndex, into: &outcomes) { position in
            position.close(kind, at: position.isLong ? bid : ask, whenWaiting: reason)
        }
    }
}
