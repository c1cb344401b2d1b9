import MarketData
import Testing

/// Every book rule on records made by hand; expected values follow from `dbn-format.md`, section 8.
@Suite struct BookRuleTests {
    private let es = InstrumentID(5602)
    private let nq = InstrumentID(42_000_037)

    /// Makes one record and applies it. Prices in whole units.
    @discardableResult
    private func send(
        _ books: OrderBooks, _ action: Character, _ orderID: Int64 = 0, _ side: Character = "B", at price: Int64 = 0,
        size: Int64 = 0, flags: UInt8 = 130, of instrument: InstrumentID? = nil
    ) throws -> Bool {
        let bytes = RecordBuilder.record(
            type: RecordType.mbo, instrumentID: (instrument ?? es).rawValue, tsEvent: 1,
            numbers: [
                "order_id": orderID, "price": price == .max ? .max : price * 1_000_000_000, "size": size,
                "flags": Int64(flags),
            ],
            texts: ["action": String(action), "side": String(side)])
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
        bytes.withUnsafeBytes { decoder.append($0) }
        let run = try #require(try decoder.nextRun())
        var hasChanged = false
        for record in run { hasChanged = books.apply(try #require(record.asMbo)) }
        return hasChanged
    }

    private func queue(_ books: OrderBooks, _ side: BookSide = .bid, at price: Int64) -> [QueuedOrder] {
        books.queue(of: es, side: side, priceNanos: price * 1_000_000_000)
    }

    private func orders(_ orders: (id: UInt64, size: UInt32)...) -> [QueuedOrder] {
        orders.map { QueuedOrder(orderID: $0.id, size: $0.size) }
    }

    private func level(_ price: Int64, _ size: UInt64, _ orders: UInt32) -> OrderBooks.Level {
        OrderBooks.Level(priceNanos: price * 1_000_000_000, size: size, orders: orders)
    }

    /// Orders 1, 2 and 3 with sizes 5, 6 and 7 bid at 100, in this order.
    private func threeBids() throws -> OrderBooks {
        let books = OrderBooks(expectedOrders: 4)
        try send(books, "R", 0, "N", at: .max)
        for id in 1...3 { try send(books, "A", Int64(id), at: 100, size: Int64(id + 4)) }
        return books
    }

    @Test func anAddGoesToTheTail() throws {
        let books = try threeBids()
        #expect(queue(books, at: 100).map(\.orderID) == [1, 2, 3])
        #expect(books.bestBid(of: es) == level(100, 18, 3))
        #expect(books.bestAsk(of: es) == nil)
    }

    @Test func levelsHaveTheBestFirstOnBothSides() throws {
        let books = try threeBids()
        try send(books, "A", 4, at: 101, size: 1)
        try send(books, "A", 5, at: 99, size: 2)
        try send(books, "A", 6, "A", at: 103, size: 3)
        try send(books, "A", 7, "A", at: 102, size: 4)
        #expect(books.levels(of: es, side: .bid) == [level(101, 1, 1), level(100, 18, 3), level(99, 2, 1)])
        #expect(books.levels(of: es, side: .ask, depth: 1) == [level(102, 4, 1)])
        #expect(books.levelCounts(of: es) == (3, 2))
    }

    @Test func aCancelTakesItsSizeOffAndKeepsThePlace() throws {
        let books = try threeBids()
        #expect(try send(books, "C", 1, at: 100, size: 2))
        #expect(queue(books, at: 100) == orders((1, 3), (2, 6), (3, 7)))
        #expect(try !send(books, "C", 1, at: 100, size: 0))
        #expect(books.bestBid(of: es) == level(100, 16, 3))
    }

    @Test(arguments: [6, 7, Int64(UInt32.max)])
    func aCancelOfAllOrMoreRemovesTheOrder(size: Int64) throws {
        let books = try threeBids()
        try send(books, "C", 2, "N", at: .max, size: size)
        #expect(queue(books, at: 100).map(\.orderID) == [1, 3])
        #expect(books.bestBid(of: es) == level(100, 12, 2))
        #expect(books.queuePosition(of: 2, instrument: es) == nil)
        #expect(books.liveOrders == 2)
    }

    @Test func theLastCancelRemovesTheLevel() throws {
        let books = try threeBids()
        for id in 1...3 { try send(books, "C", Int64(id), at: 100, size: 9) }
        #expect(books.levelCounts(of: es) == (0, 0))
        #expect(books.bestBid(of: es) == nil)
        #expect(books.liveOrders(of: es) == 0)
    }

    @Test func aSmallerSizeKeepsThePlace() throws {
        let books = try threeBids()
        #expect(try send(books, "M", 2, at: 100, size: 1))
        #expect(queue(books, at: 100) == orders((1, 5), (2, 1), (3, 7)))
    }

    @Test func anUnchangedModifyKeepsThePlace() throws {
        let books = try threeBids()
        #expect(try !send(books, "M", 1, at: 100, size: 5))
        #expect(queue(books, at: 100).map(\.orderID) == [1, 2, 3])
    }

    @Test func aLargerSizeGoesToTheTail() throws {
        let books = try threeBids()
        try send(books, "M", 1, at: 100, size: 6)
        #expect(queue(books, at: 100).map(\.orderID) == [2, 3, 1])
        #expect(books.bestBid(of: es) == level(100, 19, 3))
    }

    @Test func aNewPriceGoesToTheTailEvenWithASmallerSize() throws {
        let books = try threeBids()
        try send(books, "A", 4, at: 101, size: 1)
        try send(books, "M", 1, at: 101, size: 2)
        #expect(queue(books, at: 101) == orders((4, 1), (1, 2)))
        #expect(queue(books, at: 100).map(\.orderID) == [2, 3])
    }

    @Test func queuePositionCountsWhatIsAhead() throws {
        let books = try threeBids()
        #expect(try #require(books.queuePosition(of: 1, instrument: es)) == (0, 0))
        #expect(try #require(books.queuePosition(of: 3, instrument: es)) == (2, 11))
        #expect(books.queuePosition(of: 3, instrument: nq) == nil)
    }

    @Test func aModifyOfAnUnknownOrderIsAnAdd() throws {
        let books = try threeBids()
        try send(books, "M", 9, at: 100, size: 4)
        #expect(queue(books, at: 100).map(\.orderID) == [1, 2, 3, 9])
        #expect(books.counters.unknownModifies == 1)
    }

    @Test func aCancelOfAnUnknownOrderChangesNothing() throws {
        let books = try threeBids()
        #expect(try !send(books, "C", 9, at: 100, size: 4))
        #expect(books.bestBid(of: es) == level(100, 18, 3))
        #expect(books.counters.unknownCancels == 1)
    }

    @Test func aSecondAddOfAnOrderReplacesIt() throws {
        let books = try threeBids()
        try send(books, "A", 1, "A", at: 102, size: 8)
        #expect(queue(books, at: 100).map(\.orderID) == [2, 3])
        #expect(queue(books, .ask, at: 102) == orders((1, 8)))
        #expect(books.counters.duplicateAdds == 1)
        #expect(books.liveOrders == 3)
    }

    @Test func clearDropsTheOrdersOfItsInstrumentOnly() throws {
        let books = try threeBids()
        try send(books, "A", 1, "A", at: 7, size: 3, of: nq)
        #expect(try send(books, "R", 0, "N", at: .max))
        #expect(books.liveOrders(of: es) == 0)
        #expect(books.levelCounts(of: es) == (0, 0))
        #expect(books.queuePosition(of: 1, instrument: es) == nil)
        #expect(books.bestAsk(of: nq) == level(7, 3, 1))
        try send(books, "A", 1, at: 50, size: 1)
        #expect(books.bestBid(of: es) == level(50, 1, 1))
        #expect(books.counters == .init())
    }

    @Test func equalOrderIDsOfTwoInstrumentsAreTwoOrders() throws {
        let books = try threeBids()
        try send(books, "A", 1, at: 7, size: 3, of: nq)
        try send(books, "C", 1, at: 7, size: 3, of: nq)
        #expect(books.liveOrders(of: es) == 3)
        #expect(books.instruments == [es, nq])
    }

    @Test(arguments: ["T", "F", "N"] as [Character])
    func tradesFillsAndNonesChangeNothing(action: Character) throws {
        let books = try threeBids()
        #expect(try !send(books, action, 1, at: 100, size: 5))
        #expect(try !send(books, action, 77, "N", at: 100, size: 5, of: nq))
        #expect(books.bestBid(of: es) == level(100, 18, 3))
        #expect(books.instruments == [es])
        #expect(books.counters == .init())
    }

    @Test func anOrderWithoutASideIsIgnoredUnlessItRests() throws {
        let books = try threeBids()
        #expect(try !send(books, "A", 8, "N", at: 100, size: 1))
        #expect(try !send(books, "M", 9, "N", at: 100, size: 1))
        #expect(books.counters.badSides == 2)
        #expect(try send(books, "M", 1, "N", at: 99, size: 1))
        #expect(queue(books, at: 99) == orders((1, 1)))
        #expect(books.liveOrders == 3)
    }

    @Test func aModifyDoesNotChangeTheSide() throws {
        let books = try threeBids()
        try send(books, "M", 1, "A", at: 99, size: 1)
        #expect(books.levelCounts(of: es) == (2, 0))
        #expect(books.counters.sideChanges == 1)
    }

    @Test func crossedBooksAreKept() throws {
        let books = try threeBids()
        try send(books, "A", 4, "A", at: 90, size: 1)
        #expect(books.bestBid(of: es) == level(100, 18, 3))
        #expect(books.bestAsk(of: es) == level(90, 1, 1))
        #expect(books.state(of: es) == .complete)
    }

    @Test func topOfBookRecordsAreNoOrders() throws {
        let books = try threeBids()
        #expect(try !send(books, "A", 4, at: 101, size: 1, flags: 130 | RecordFlags.topOfBook))
        #expect(books.liveOrders == 3)
        #expect(books.counters.topOfBookRecords == 1)
    }

    @Test func levelSizesGoBeyond32Bits() throws {
        let books = OrderBooks()
        for id in 0..<3 { try send(books, "A", Int64(id), at: 100, size: Int64(UInt32.max)) }
        #expect(books.bestBid(of: es)?.size == 3 * UInt64(UInt32.max))
    }

    @Test func theUndefinedPriceIsAPriceLikeAnyOther() throws {
        let books = try threeBids()
        try send(books, "A", 4, at: .max, size: 1)
        try send(books, "A", 5, "A", at: .max, size: 2)
        #expect(books.bestBid(of: es) == .init(priceNanos: .max, size: 1, orders: 1))
        #expect(books.bestAsk(of: es) == .init(priceNanos: .max, size: 2, orders: 1))
    }

    @Test func aBookIsIncompleteUntilAClear() throws {
        let books = OrderBooks()
        #expect(books.state(of: es) == .incomplete)
        try send(books, "A", 1, at: 100, size: 5)
        #expect(books.state(of: es) == .incomplete)
        #expect(books.isTrusted(es))
        try send(books, "R", 0, "N", at: .max)
        #expect(books.state(of: es) == .complete)
    }

    /// The file of 2023-12-24 opens so.
    @Test func aSnapshotWithoutAClearBeginsAnEmptyBook() throws {
        let books = OrderBooks()
        try send(books, "A", 1, at: 100, size: 5, flags: 40)
        #expect(books.state(of: es) == .complete)
        try send(books, "A", 1, at: 100, size: 5, of: nq)
        try send(books, "A", 2, at: 100, size: 5, flags: 168, of: nq)
        #expect(books.state(of: nq) == .incomplete)
    }

    @Test(arguments: ["A", "C", "M", "T", "F", "N"] as [Character])
    func aGapEndsTrustUntilAClear(action: Character) throws {
        let books = try threeBids()
        try send(books, action, 1, at: 100, size: 5, flags: 130 | RecordFlags.maybeBadBook)
        #expect(books.state(of: es) == .notTrusted)
        try send(books, "A", 8, at: 100, size: 5)
        #expect(!books.isTrusted(es))
        try send(books, "R", 0, "N", at: .max, flags: 40 | RecordFlags.maybeBadBook)
        #expect(!books.isTrusted(es))
        try send(books, "R", 0, "N", at: .max, flags: 40)
        #expect(books.state(of: es) == .complete)
        #expect(books.counters.maybeBadBookRecords == 2)
    }

    @Test func jsonListsBooksByInstrument() throws {
        let books = try threeBids()
        try send(books, "A", 4, at: 99, size: 2)
        try send(books, "A", 1, "A", at: -7, size: 3, of: InstrumentID(9))
        let nine = #"{"instrument_id":9,"live_orders":1,"levels":[0,1],"bids":[],"asks":[[-7000000000,3,1]]}"#
        let first = #"{"instrument_id":5602,"live_orders":4,"levels":[2,0],"bids":[[100000000000,18,3]"#
        let second = #"[99000000000,2,1]"#
        #expect(String(decoding: books.bookJSON(), as: UTF8.self) == "[\(nine),\(first),\(second)],\"asks\":[]}]")
        #expect(
            String(decoding: books.bookJSON(depth: 1, only: [es, nq]), as: UTF8.self) == "[\(first)],\"asks\":[]}]")
        #expect(String(decoding: OrderBooks().bookJSON(), as: UTF8.self) == "[]")
    }
}
