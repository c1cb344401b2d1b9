import MarketData
import Rollout
import Testing

/// Version 3 records of one future (1), options (2) and whatever a test adds; seconds after `noon`.
private struct Records {
    var bytes: [[UInt8]] = []

    mutating func define(
        _ id: UInt32, _ kind: String, underlying: Int64 = 0, action: String = "A", at second: Double = 0
    ) {
        add(
            RecordType.definition, id, second,
            [
                "min_price_increment": points(0.25), "contract_multiplier": Int64(Undefined.int32),
                "unit_of_measure_qty": points(20), "underlying_id": underlying, "expiration": -1,
            ], ["instrument_class": kind, "security_update_action": action])
    }

    mutating func order(
        _ action: String, _ side: String, _ order: Int64, _ price: Double, at second: Double, _ id: UInt32 = 1,
        size: Int64 = 1, flags: UInt8 = RecordFlags.last
    ) {
        add(
            RecordType.mbo, id, second,
            ["order_id": order, "price": points(price), "size": size, "flags": Int64(flags)],
            ["action": action, "side": side])
    }

    mutating func add(
        _ type: UInt8, _ id: UInt32, _ second: Double, _ numbers: [String: Int64], _ texts: [String: String] = [:]
    ) {
        var numbers = numbers
        if numbers["ts_recv"] == nil { numbers["ts_recv"] = Int64(outcomeTime(second)) }
        bytes.append(
            RecordBuilder.record(
                type: type, instrumentID: id, tsEvent: outcomeTime(second), numbers: numbers, texts: texts))
    }

    /// A record of a type with a best bid and ask at bytes 48 and 56.
    mutating func top(
        _ type: UInt8, _ bid: Int64, _ ask: Int64, at second: Double, action: String? = nil, price: Double = 0,
        flags: UInt8 = RecordFlags.last
    ) {
        add(
            type, 1, second, ["price": points(price), "flags": Int64(flags)], action.map { ["action": $0] } ?? [:])
        for (offset, value) in [(48, bid), (56, ask)] {
            withUnsafeBytes(of: value.littleEndian) {
                bytes[bytes.count - 1].replaceSubrange(offset..<offset + 8, with: $0)
            }
        }
    }

    var ticks: [MarketTick] {
        var tape = UnderlyingTape()
        var ticks: [MarketTick] = []
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
        Array(bytes.joined()).withUnsafeBytes { decoder.append($0) }
        var index: UInt64 = 10
        while let run = try? decoder.nextRun() {
            tape.append(run, firstIndex: index, to: &ticks)
            index += UInt64(run.reduce(0) { count, _ in count + 1 })
        }
        return ticks
    }

    /// Without the definitions' ticks: index counted from the first record, kind.
    var market: [Seen] {
        ticks.compactMap { tick in
            if case .terms = tick.kind { nil } else { Seen(Int(tick.index) - 10, tick.kind) }
        }
    }
}

private struct Seen: Equatable {
    let record: Int
    let kind: MarketTick.Kind
    init(_ record: Int, _ kind: MarketTick.Kind) {
        self.record = record
        self.kind = kind
    }
    init(_ record: Int, bid: Double?, ask: Double?) {
        self.init(record, .quote(bid: bid.map { points($0) }, ask: ask.map { points($0) }))
    }
}

@Suite struct OutcomeTapeTests {
    @Test func aDefinitionTellsTheTerms() {
        var records = Records()
        records.define(1, "F")
        records.define(2, "C", underlying: 1)
        let terms = UnderlyingTerms(tickNanos: 250_000_000, multiplierNanos: 20_000_000_000)
        // Told again when an option names it.
        #expect(records.ticks.map(\.kind) == [.terms(terms), .terms(terms)])
        #expect(records.ticks.allSatisfy { $0.underlying == InstrumentID(1) && $0.time == outcomeTime(0) })
    }

    /// Quotes at the end of a venue event only, and only when a best price changed.
    @Test func ordersQuoteAtTheEndOfAnEvent() {
        var records = Records()
        records.define(1, "F")
        records.order("A", "B", 1, 100, at: 1, flags: 0)
        records.order("A", "A", 2, 101, at: 1)
        records.order("A", "B", 3, 99, at: 1.01)
        records.order("T", "A", 9, 100, at: 1.02, flags: 0)
        records.order("F", "B", 1, 100, at: 1.02, flags: 0)
        records.order("C", "B", 1, 100, at: 1.02)
        records.order("C", "B", 3, 99, at: 1.03)
        #expect(
            records.market == [
                Seen(2, bid: 100, ask: 101), Seen(4, .trade(points(100))), Seen(6, bid: 99, ask: 101),
                Seen(7, bid: nil, ask: 101),
            ])
    }

    @Test func aStandingMarketIsToldAgainWhileRecordsCome() {
        var records = Records()
        records.define(1, "F")
        records.order("A", "B", 1, 100, at: 1)
        records.order("A", "B", 2, 98, at: 1.05)
        records.order("A", "B", 3, 97, at: 1.1)
        #expect(records.market == [Seen(1, bid: 100, ask: nil), Seen(3, bid: 100, ask: nil)])
    }

    @Test func optionsAndStrangersAreNotFollowed() {
        var records = Records()
        records.define(2, "C", underlying: 1)
        records.define(3, "S")
        records.order("A", "B", 1, 100, at: 1, 2)
        records.order("A", "B", 1, 100, at: 1, 3)
        records.order("T", "B", 1, 100, at: 1, 4)
        #expect(records.ticks.isEmpty)
    }

    /// Its book was kept meanwhile.
    @Test func aLateDefinitionFindsTheBookWhole() {
        var records = Records()
        records.order("A", "B", 1, 100, at: 1)
        records.define(1, "F")
        records.order("A", "A", 2, 101, at: 2)
        #expect(records.market == [Seen(2, bid: 100, ask: 101)])
    }

    @Test func marketByPriceGivesTheQuoteBeforeTheTrade() {
        var records = Records()
        records.define(1, "F")
        records.top(RecordType.mbp1, points(100), points(101), at: 1, action: "T", price: 100.5)
        records.top(RecordType.mbp1, points(100), Undefined.price, at: 2, action: "A")
        #expect(
            records.market == [
                Seen(1, bid: 100, ask: 101), Seen(1, .trade(points(100.5))), Seen(2, bid: 100, ask: nil),
            ])
    }

    @Test(arguments: [
        RecordType.mbp1, RecordType.mbp10, RecordType.cmbp1, RecordType.tcbbo, RecordType.cbbo1s, RecordType.cbbo1m,
        RecordType.bbo1s, RecordType.bbo1m,
    ])
    func everyTypeWithABestBidAndAskQuotes(type: UInt8) {
        var records = Records()
        records.define(1, "F")
        records.top(type, points(100), points(101), at: 1)
        #expect(records.market == [Seen(1, bid: 100, ask: 101)])
    }

    @Test func tradeMessagesAreTrades() {
        var records = Records()
        records.define(1, "F")
        records.add(RecordType.trade, 1, 1, ["price": points(100)], ["action": "T"])
        records.add(RecordType.trade, 1, 2, ["price": Undefined.price], ["action": "T"])
        #expect(records.market == [Seen(1, .trade(points(100)))])
    }

    /// Intervals are silent while events quote, and speak when those have stopped.
    @Test func theBetterSourceSpeaks() {
        var records = Records()
        records.define(1, "F")
        records.top(RecordType.bbo1s, points(100), points(101), at: 1)
        records.top(RecordType.mbp1, points(102), points(103), at: 2)
        records.top(RecordType.bbo1s, points(104), points(105), at: 3)
        records.top(RecordType.bbo1s, points(106), points(107), at: 7)
        #expect(
            records.market == [Seen(1, bid: 100, ask: 101), Seen(2, bid: 102, ask: 103), Seen(4, bid: 106, ask: 107)])
    }

    /// A book in doubt is told once and says nothing until it is begun anew.
    @Test func aGapSilencesTheBookUntilASnapshot() {
        var records = Records()
        records.define(1, "F")
        records.order("A", "B", 1, 100, at: 1)
        records.order("A", "B", 2, 101, at: 2, flags: RecordFlags.last | RecordFlags.maybeBadBook)
        records.order("A", "B", 3, 102, at: 3)
        records.order("R", "N", 0, 0, at: 4, flags: RecordFlags.snapshot)
        records.order("A", "B", 4, 103, at: 4, flags: RecordFlags.snapshot | RecordFlags.last)
        #expect(records.market == [Seen(1, bid: 100, ask: nil), Seen(2, .gap), Seen(5, bid: 103, ask: nil)])
    }

    @Test(arguments: [
        (7, "Y", MarketTick.Kind.trading), (7, "N", .notTrading), (8, "N", .halted), (9, "~", .halted),
        (10, "N", .halted), (1, "N", .notTrading), (12, "N", .notTrading), (14, "Y", .trading), (0, "N", .notTrading),
        (0, "~", nil), (99, "~", nil),
    ])
    func statusSaysWhetherThereIsTrading(action: Int64, isTrading: String, kind: MarketTick.Kind?) {
        var records = Records()
        records.define(1, "F")
        records.add(RecordType.status, 1, 1, ["action": action], ["is_trading": isTrading])
        #expect(records.market.map(\.kind) == [kind].compactMap(\.self))
    }

    @Test func aDeletedDefinitionIsAnEnd() {
        var records = Records()
        records.define(1, "F")
        records.define(1, "F", action: "D", at: 1)
        #expect(records.market == [Seen(1, .expired)])
    }

    /// Without a receive time the feed's time stands in for it.
    @Test func aRecordWithoutReceiveTimeHasTheFeedsTime() {
        var records = Records()
        records.define(1, "F", at: 5)
        records.add(RecordType.trade, 1, 2, ["price": points(100), "ts_recv": -1], ["action": "T"])
        #expect(records.ticks.last?.time == outcomeTime(5))
    }
}
