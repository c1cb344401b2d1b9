public import MarketData

/// Turns a feed into the ticks that positions follow: of futures, and of whatever else an option's definition names as its
/// underlying.
///
/// Quotes come when the best bid or ask changed at the end of a venue event, and once in `refreshAfter` while records of the
/// instrument come but its prices stand still: silence is something else than a standing market. Where several types quote
/// one instrument, the best one seen within the last `forgetSourceAfter` speaks: whole order books, market by price,
/// consolidated, intervals, order books begun in the middle. Options cost a look-up; instruments without a definition keep
/// a book, so that it is whole when the definition comes late, and give no ticks.
///
/// Records are version 3; one thread owns the tape.
public struct UnderlyingTape: ~Copyable {
    private enum Role { case unknown, passedOver, followed }

    /// Who quotes; the larger is the better.
    private enum Source: UInt8 {
        case nobody, partOfBook, interval, consolidated, byPrice, wholeBook
    }

    private struct Lane {
        var role = Role.unknown
        /// Whether an option's definition names it.
        var isNamed = false
        var isTrusted = true
        var hasChanged = false
        var bookSource = Source.partOfBook
        var source = Source.nobody
        /// The last quote told; `Undefined.price` for an empty side.
        var bid = Undefined.price
        var ask = Undefined.price
        var quotedAt: UInt64 = 0
    }

    /// ns
    private static let refreshAfter: UInt64 = 100_000_000
    private static let forgetSourceAfter: UInt64 = 5_000_000_000
    private static let doubtful = RecordFlags.maybeBadBook | RecordFlags.snapshot

    private var table = InstrumentTable()
    private let books: OrderBooks
    private var lanes: [Lane] = []
    /// The feed's time: the running maximum of the records' times, ns since 1970.
    private var now: UInt64 = 0

    /// - Parameter expectedOrders: resting at once in the underlyings' books; see `OrderBooks`.
    public init(expectedOrders: Int = 1 << 14) { books = OrderBooks(expectedOrders: expectedOrders) }

    /// The feed's time after the last record, ns since 1970.
    public var feedTime: Timestamp { Timestamp(nanos: now) }

    /// Appends what the records of a run did, in order.
    ///
    /// - Parameter firstIndex: the feed index of the run's first record.
    public mutating func append(_ run: RecordRun, firstIndex: UInt64, to ticks: inout [MarketTick]) {
        var index = firstIndex
        for record in run {
            append(record, index: index, to: &ticks)
            index += 1
        }
    }

    public mutating func append(_ record: RecordView, index: UInt64, to ticks: inout [MarketTick]) {
        let time = record.indexTime
        // "No time" is the largest number and must not become the feed's time.
        if time > now, time != .max { now = time }
        if let order = record.asMbo {
            let lane = lane(of: record)
            if lanes[lane].role != .passedOver { apply(order, lane, index, &ticks) }
        } else if let top = record.asTopOfBook {
            let lane = lane(of: record)
            if lanes[lane].role == .followed { apply(top, lane, index, &ticks) }
        } else if let trade = record.asTrade {
            let lane = lane(of: record)
            guard lanes[lane].role == .followed else { return }
            traded(trade.action, trade.priceNanos, trade.tsRecv, lane, index, &ticks)
        } else if let status = record.asStatus {
            let lane = lane(of: record)
            guard lanes[lane].role == .followed, let kind = Self.kind(status) else { return }
            tell(kind, status.tsRecv, lane, index, &ticks)
        } else if let definition = record.asDefinition {
            learn(definition, index, &ticks)
        }
    }

    @inline(__always)
    private mutating func lane(of record: RecordView) -> Int {
        let lane = table.index(of: record.instrumentID)
        if lane >= lanes.count { growLanes() }
        return lane
    }

    @inline(never)
    private mutating func growLanes() {
        while lanes.count < table.count { lanes.append(Lane()) }
    }

    private func tell(
        _ kind: MarketTick.Kind, _ received: UInt64, _ lane: Int, _ index: UInt64, _ ticks: inout [MarketTick]
    ) {
        ticks.append(
            MarketTick(
                index: index, time: received == Undefined.timestamp ? now : received, underlying: table.ids[lane],
                kind: kind))
    }
}

// MARK: Quotes and trades

extension UnderlyingTape {
    private mutating func apply(_ order: MboView, _ lane: Int, _ index: UInt64, _ ticks: inout [MarketTick]) {
        if books.apply(order) { lanes[lane].hasChanged = true }
        let flags = order.flags
        let action = order.action
        if flags & Self.doubtful != 0 || action == UInt8(ascii: "R") {
            noteBookState(order.tsRecv, lane, index, &ticks)
        }
        guard lanes[lane].role == .followed else { return }
        if action == UInt8(ascii: "T") { traded(action, order.priceNanos, order.tsRecv, lane, index, &ticks) }
        guard flags & RecordFlags.last != 0, lanes[lane].isTrusted else { return }
        let received = order.tsRecv == Undefined.timestamp ? now : order.tsRecv
        guard lanes[lane].hasChanged || isRefreshDue(lane, at: received) else { return }
        lanes[lane].hasChanged = false
        let id = order.record.instrumentID
        quoted(
            bid: books.bestBid(of: id)?.priceNanos ?? Undefined.price,
            ask: books.bestAsk(of: id)?.priceNanos ?? Undefined.price, by: lanes[lane].bookSource, received, lane,
            index, &ticks)
    }

    /// A gap is told once; the book speaks again when it was begun anew.
    @inline(never)
    private mutating func noteBookState(
        _ received: UInt64, _ lane: Int, _ index: UInt64, _ ticks: inout [MarketTick]
    ) {
        let state = books.state(of: table.ids[lane])
        let isTrusted = state != .notTrusted
        lanes[lane].bookSource = state == .complete ? .wholeBook : .partOfBook
        if !isTrusted, lanes[lane].isTrusted { lostData(received, lane, index, &ticks) }
        lanes[lane].isTrusted = isTrusted
    }

    private mutating func lostData(_ received: UInt64, _ lane: Int, _ index: UInt64, _ ticks: inout [MarketTick]) {
        lanes[lane].source = .nobody
        lanes[lane].bid = Undefined.price
        lanes[lane].ask = Undefined.price
        lanes[lane].quotedAt = 0
        if lanes[lane].role == .followed { tell(.gap, received, lane, index, &ticks) }
    }

    private mutating func apply(_ top: TopOfBookView, _ lane: Int, _ index: UInt64, _ ticks: inout [MarketTick]) {
        let received = top.tsRecv == Undefined.timestamp ? now : top.tsRecv
        if top.flags & RecordFlags.maybeBadBook != 0 {
            lostData(received, lane, index, &ticks)
        } else {
            let source: Source =
                switch top.record.type {
                case RecordType.mbp1, RecordType.mbp10: .byPrice
                case RecordType.cmbp1, RecordType.tcbbo: .consolidated
                default: .interval
                }
            quoted(bid: top.bidNanos, ask: top.askNanos, by: source, received, lane, index, &ticks)
        }
        // The trade of an interval is told again by every interval without one.
        if !top.isInterval { traded(top.action, top.priceNanos, received, lane, index, &ticks) }
    }

    private func isRefreshDue(_ lane: Int, at time: UInt64) -> Bool {
        time > lanes[lane].quotedAt && time - lanes[lane].quotedAt >= Self.refreshAfter
    }

    private mutating func quoted(
        bid: Int64, ask: Int64, by source: Source, _ time: UInt64, _ lane: Int, _ index: UInt64,
        _ ticks: inout [MarketTick]
    ) {
        let old = lanes[lane]
        if source.rawValue < old.source.rawValue {
            guard time > old.quotedAt, time - old.quotedAt >= Self.forgetSourceAfter else { return }
        }
        guard bid != old.bid || ask != old.ask || isRefreshDue(lane, at: time) else { return }
        lanes[lane].source = source
        lanes[lane].bid = bid
        lanes[lane].ask = ask
        lanes[lane].quotedAt = time
        tell(
            .quote(bid: bid == Undefined.price ? nil : bid, ask: ask == Undefined.price ? nil : ask), time, lane, index,
            &ticks)
    }

    private func traded(
        _ action: UInt8, _ price: Int64, _ received: UInt64, _ lane: Int, _ index: UInt64,
        _ ticks: inout [MarketTick]
    ) {
        guard action == UInt8(ascii: "T"), price != Undefined.price else { return }
        tell(.trade(price), received, lane, index, &ticks)
    }
}

// MARK: Reference data

extension UnderlyingTape {
    /// Status actions of `dbn-format.md`, section 3; those that say nothing about trading go by `is_trading`.
    private static func kind(_ status: StatusView) -> MarketTick.Kind? {
        switch status.action {
        case 8, 9, 10: return .halted
        case 1...6, 11, 12, 13, 15: return .notTrading
        case 7: return status.isTrading == UInt8(ascii: "N") ? .notTrading : .trading
        default:
            switch status.isTrading {
            case UInt8(ascii: "Y"): return .trading
            case UInt8(ascii: "N"): return .notTrading
            default: return nil
            }
        }
    }

    private mutating func learn(_ definition: DefinitionView, _ index: UInt64, _ ticks: inout [MarketTick]) {
        guard let changed = table.apply(definition.record) else { return }
        growLanes()
        let terms = table.terms(at: changed)
        if terms.isOption {
            let underlying = table.index(of: terms.underlyingID)
            if !lanes[underlying].isNamed {
                lanes[underlying].isNamed = true
                settleRole(underlying, definition.tsRecv, index, &ticks)
            }
        }
        settleRole(changed, definition.tsRecv, index, &ticks)
    }

    private mutating func settleRole(
        _ lane: Int, _ received: UInt64, _ index: UInt64, _ ticks: inout [MarketTick]
    ) {
        let terms = table.terms(at: lane)
        let wasFollowed = lanes[lane].role == .followed
        switch terms.kind {
        case .unknown: lanes[lane].role = .unknown
        case .call, .put: lanes[lane].role = .passedOver
        case .future: lanes[lane].role = .followed
        case .other: lanes[lane].role = lanes[lane].isNamed ? .followed : .passedOver
        }
        if lanes[lane].role == .followed {
            tell(.terms(UnderlyingTerms(terms)), received, lane, index, &ticks)
        } else if wasFollowed {
            tell(.expired, received, lane, index, &ticks)
        }
    }
}
