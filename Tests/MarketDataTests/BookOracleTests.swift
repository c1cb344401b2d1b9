import Foundation
import MarketData
import Testing

/// The fast books against a slow one that does what the rules say, word by word.
@Suite struct BookOracleTests {
    private static let isSoak = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1"
    private static let historiesPerRule = isSoak ? 10_000 : 500

    @Test(arguments: BookHistory.Rule.allCases)
    func booksEqualTheSlowBookAfterRandomHistories(rule: BookHistory.Rule) throws {
        for number in 0..<Self.historiesPerRule {
            let seed = UInt64(number) &* 1_000_003 &+ UInt64(rule.rawValue) &* 77_777_777_777
            var history = BookHistory(rule: rule, seed: seed)
            let length = 20 + Int(history.random.next(below: 100))
            let difference = try firstDifference(history.records(length), expectedOrders: 1, checkEvery: 31)
            guard difference == nil else {
                Issue.record("rule \(rule), seed \(seed), \(length) records: \(difference ?? "")")
                return
            }
        }
    }

    /// Thousands of prices and orders: searches far from the best, growth of every table.
    @Test(arguments: 0..<UInt64(isSoak ? 40 : 2))
    func deepBooksEqualTheSlowBook(seed: UInt64) throws {
        var history = BookHistory(rule: .deep, seed: seed)
        let difference = try firstDifference(history.records(30_000), expectedOrders: 16, checkEvery: 9_973)
        #expect(difference == nil, "seed \(seed)")
    }

    /// What differs first, in words, or nil when nothing does.
    private func firstDifference(_ records: [BookRecord], expectedOrders: Int, checkEvery: Int) throws -> String? {
        let books = OrderBooks(expectedOrders: expectedOrders)
        var oracle = SlowBooks()
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
        records.flatMap(\.bytes).withUnsafeBytes { decoder.append($0) }
        let run = try #require(try decoder.nextRun())
        for (index, view) in run.enumerated() {
            let mbo = try #require(view.asMbo)
            let isCompared = index % checkEvery == checkEvery - 1 || index == records.count - 1
            // Held only where it is compared: a second reference makes the next change copy the whole dictionary.
            let before = isCompared ? oracle.books[records[index].instrument]?.orders : nil
            let hasChanged = books.apply(mbo)
            oracle.apply(records[index])
            guard isCompared else { continue }
            let after = oracle.books[records[index].instrument]?.orders
            if !hasChanged, before ?? [:] != after ?? [:] { return "record \(index): said unchanged" }
            if let difference = oracle.difference(from: books) { return "record \(index): \(difference)" }
        }
        return nil
    }
}

/// One market-by-order record in fields.
struct BookRecord {
    var action: UInt8
    var side: UInt8
    var instrument: UInt32
    var orderID: UInt64
    var priceNanos: Int64
    var size: UInt32
    var flags: UInt8

    /// The 56 bytes of an MboMsg (`dbn-format.md`, section 6), without `RecordBuilder`, whose names cost time here.
    var bytes: [UInt8] {
        var out = [UInt8](repeating: 0, count: 56)
        func put(_ value: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { out.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        put(UInt8(14), at: 0)
        put(UInt8(0xA0), at: 1)
        put(instrument, at: 4)
        put(orderID, at: 16)
        put(priceNanos, at: 24)
        put(size, at: 32)
        put(flags, at: 36)
        put(action, at: 38)
        put(side, at: 39)
        return out
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed everywhere.
struct BookRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
    mutating func pick<Element>(_ from: [Element]) -> Element { from[Int(next(below: UInt64(from.count)))] }
    mutating func chance(_ percent: UInt64) -> Bool { next(below: 100) < percent }
}

/// Random histories, each leaning on one rule while the others still occur.
struct BookHistory {
    enum Rule: Int, CaseIterable {
        case add, cancelInFull, cancelInPart, modifyPrice, modifySize, unknownOrders, clear, tradesAndFills
        case duplicateAdds, missingSides, flags, extremes, deep
    }

    let rule: Rule
    var random: BookRandom
    private var known: [UInt64] = []

    init(rule: Rule, seed: UInt64) {
        self.rule = rule
        random = BookRandom(state: seed)
    }

    // Ids that collide in the low or the high half, and the ends of the range.
    private static let hardIDs: [UInt64] =
        [0, 1, .max, .max - 1, 1 << 32, 1 << 63, (1 << 63) + 1] + (1...24).map { $0 << 40 } + (1...24).map { $0 << 4 }
    private static let hardPrices: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    private static let hardSizes: [UInt32] = [0, 1, .max, .max - 1, 1 << 31]
    private static let instruments: [UInt32] = [0, 1, .max, 42_000_037]

    mutating func records(_ count: Int) -> [BookRecord] { (0..<count).map { _ in record() } }

    private mutating func record() -> BookRecord {
        let action = action()
        let isHard = random.chance(rule == .extremes ? 60 : 4)
        var record = BookRecord(
            action: action, side: random.chance(50) ? 66 : 65,
            instrument: random.chance(rule == .deep ? 90 : 60) ? 7 : random.pick(Self.instruments),
            orderID: orderID(for: action), priceNanos: price(isHard: isHard),
            size: isHard ? random.pick(Self.hardSizes) : UInt32(random.next(below: 12)),
            flags: random.chance(70) ? 130 : 0)
        if random.chance(rule == .missingSides ? 35 : 3) { record.side = random.pick([78, 0, 255, 98]) }
        if random.chance(rule == .flags ? 30 : 2) { record.flags = UInt8(truncatingIfNeeded: random.next()) }
        if random.chance(rule == .flags ? 15 : 1) { record.flags = random.pick([40, 168]) }
        return record
    }

    private mutating func action() -> UInt8 {
        let (common, share): (String, UInt64) =
            switch rule {
            case .add: ("A", 60)
            case .cancelInFull, .cancelInPart: ("C", 45)
            case .modifyPrice, .modifySize: ("M", 60)
            case .unknownOrders: ("CM", 60)
            case .clear: ("R", 8)
            case .tradesAndFills: ("TFN", 60)
            case .duplicateAdds: ("A", 70)
            case .missingSides: ("AM", 50)
            case .flags: ("ACMRTFN", 60)
            case .extremes: ("AM", 50)
            case .deep: ("A", 35)
            }
        if random.chance(share) { return random.pick(Array(common.utf8)) }
        if random.chance(1), rule != .deep { return random.pick([82, 0, 255, 97]) }
        return random.pick(Array("AAAAACCMMTFN".utf8))
    }

    private mutating func orderID(for action: UInt8) -> UInt64 {
        let isNew = action == UInt8(ascii: "A") && !random.chance(rule == .duplicateAdds ? 50 : 5)
        if !isNew, !known.isEmpty, !random.chance(rule == .unknownOrders ? 50 : 5) { return random.pick(known) }
        let id: UInt64
        if rule == .deep {
            id = 6_800_000_000_000 + random.next(below: 1 << 20)
        } else {
            id = random.chance(50) ? random.pick(Self.hardIDs) : random.next(below: 64)
        }
        if action == UInt8(ascii: "A") { known.append(id) }
        return id
    }

    private mutating func price(isHard: Bool) -> Int64 {
        if isHard { return random.pick(Self.hardPrices) }
        if rule == .deep { return Int64(random.next(below: 4_000)) * 250_000_000 }
        // Few prices, so that queues get long and modifies often stay at their price; negative ones too.
        return (Int64(random.next(below: rule == .modifySize ? 2 : 6)) - 2) * 250_000_000
    }
}

/// Dictionaries and arrays, nothing clever. It follows the rules as `OrderBooks` states them.
struct SlowBooks {
    struct Resting: Equatable {
        var side: BookSide
        var priceNanos: Int64
        var size: UInt32
    }

    struct Book {
        var orders: [UInt64: Resting] = [:]
        var queues: [BookSide: [Int64: [UInt64]]] = [.bid: [:], .ask: [:]]
        var state = BookState.incomplete

        mutating func append(_ id: UInt64, _ order: Resting) {
            orders[id] = order
            queues[order.side]?[order.priceNanos, default: []].append(id)
        }

        mutating func remove(_ id: UInt64) {
            guard let order = orders.removeValue(forKey: id) else { return }
            queues[order.side]?[order.priceNanos]?.removeAll { $0 == id }
            if queues[order.side]?[order.priceNanos] == [] { queues[order.side]?[order.priceNanos] = nil }
        }
    }

    var books: [UInt32: Book] = [:]
    var counters = OrderBooks.Counters()

    mutating func apply(_ record: BookRecord) {
        let action = Character(Unicode.Scalar(record.action))
        let isBad = record.flags & 4 != 0
        if isBad { counters.maybeBadBookRecords += 1 }
        guard "ACMR".contains(action) || isBad else {
            if !"TFN".contains(action) { counters.unknownActions += 1 }
            return
        }
        let isIgnored = record.flags & 64 != 0 && "ACM".contains(action)
        guard !isIgnored || isBad else {
            counters.topOfBookRecords += 1
            return
        }
        var book = books[record.instrument] ?? Book()
        if isIgnored { counters.topOfBookRecords += 1 } else { change(&book, action, record) }
        if isBad { book.state = .notTrusted }
        books[record.instrument] = book
    }

    private mutating func change(_ book: inout Book, _ action: Character, _ record: BookRecord) {
        let side: BookSide? = record.side == 66 ? .bid : record.side == 65 ? .ask : nil
        let known = book.orders[record.orderID]
        if action == "A", record.flags & 32 != 0, book.orders.isEmpty { book.state = .complete }
        switch (action, known) {
        case ("R", _):
            book = Book()
            book.state = .complete
        case ("A", .some(let known)):
            counters.duplicateAdds += 1
            book.remove(record.orderID)
            book.append(
                record.orderID, Resting(side: side ?? known.side, priceNanos: record.priceNanos, size: record.size))
        case ("A", nil), ("M", nil):
            if action == "M" { counters.unknownModifies += 1 }
            guard let side else {
                counters.badSides += 1
                return
            }
            book.append(record.orderID, Resting(side: side, priceNanos: record.priceNanos, size: record.size))
        case ("M", .some(let known)):
            if let side, side != known.side { counters.sideChanges += 1 }
            if record.priceNanos == known.priceNanos, record.size <= known.size {
                book.orders[record.orderID]?.size = record.size
            } else {
                book.remove(record.orderID)
                book.append(
                    record.orderID, Resting(side: known.side, priceNanos: record.priceNanos, size: record.size))
            }
        case ("C", .some(let known)):
            if record.size >= known.size {
                book.remove(record.orderID)
            } else {
                book.orders[record.orderID]?.size = known.size - record.size
            }
        case ("C", nil):
            counters.unknownCancels += 1
        default:
            if !"TFN".contains(action) { counters.unknownActions += 1 }
        }
    }

    /// The first thing that is not the same, in words.
    func difference(from fast: OrderBooks) -> String? {
        if fast.counters != counters { return "counters \(fast.counters), expected \(counters)" }
        if fast.instruments.map(\.rawValue) != books.keys.sorted() { return "instruments \(fast.instruments)" }
        if fast.liveOrders != books.values.reduce(0, { $0 + $1.orders.count }) { return "live \(fast.liveOrders)" }
        for (id, book) in books {
            let instrument = InstrumentID(id)
            if fast.state(of: instrument) != book.state { return "\(id): state \(fast.state(of: instrument))" }
            let live = fast.liveOrders(of: instrument)
            if live != book.orders.count { return "\(id): \(live) orders, expected \(book.orders.count)" }
            let counts = fast.levelCounts(of: instrument)
            if counts.bids != book.queues[.bid]?.count || counts.asks != book.queues[.ask]?.count {
                return "\(id): levels \(counts)"
            }
            for side in BookSide.allCases {
                if let difference = difference(from: fast, instrument, side, book) {
                    return "\(id) \(side): \(difference)"
                }
            }
        }
        return nil
    }

    private func difference(
        from fast: OrderBooks, _ instrument: InstrumentID, _ side: BookSide, _ book: Book
    ) -> String? {
        let queues = book.queues[side] ?? [:]
        let prices = queues.keys.sorted { side == .bid ? $0 > $1 : $0 < $1 }
        let expected = prices.map { price in
            OrderBooks.Level(
                priceNanos: price, size: (queues[price] ?? []).reduce(0) { $0 + UInt64(book.orders[$1]?.size ?? 0) },
                orders: UInt32(queues[price]?.count ?? 0))
        }
        let levels = fast.levels(of: instrument, side: side)
        if levels != expected { return "levels \(levels), expected \(expected)" }
        let best = side == .bid ? fast.bestBid(of: instrument) : fast.bestAsk(of: instrument)
        if best != expected.first { return "best \(String(describing: best))" }
        for price in prices {
            let ids = queues[price] ?? []
            let queue = fast.queue(of: instrument, side: side, priceNanos: price)
            let expected = ids.map { QueuedOrder(orderID: $0, size: book.orders[$0]?.size ?? 0) }
            if queue != expected { return "\(price): queue \(queue), expected \(expected)" }
            var sizeAhead: UInt64 = 0
            for (ahead, id) in ids.enumerated() {
                let position = fast.queuePosition(of: id, instrument: instrument)
                if position?.ordersAhead != ahead || position?.sizeAhead != sizeAhead {
                    return "\(id): place \(String(describing: position)), expected \(ahead), \(sizeAhead)"
                }
                let resting = fast.restingOrder(id, instrument: instrument)
                if resting?.side != side || resting?.priceNanos != price || resting?.size != book.orders[id]?.size {
                    return "\(id): rests \(String(describing: resting))"
                }
                sizeAhead += UInt64(book.orders[id]?.size ?? 0)
            }
        }
        return nil
    }
}
