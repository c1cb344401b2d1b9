/// The venue of the synthetic market: one small book an instrument in price and time order, and the feed it publishes.
///
/// This is the seam between market models and bytes: whoever trades calls `add`, `modify`, `cancel` and `trade`, and
/// the records come out right: books never cross, ids are known, fills add up to their trade, times do not go back.
struct SyntheticExchange: ~Copyable {
    struct Order {
        var id: UInt64
        var price: Int32
        var size: UInt32
    }

    /// Prices count in units of 0.05 points, the smallest option tick.
    static let unitNanos: Int64 = 50_000_000
    static let unitsPerPoint = 20
    /// Orders a side that a book holds at most.
    static let depthLimit = 24

    var writer = RecordWriter()
    private(set) var clock: SyntheticClock
    /// ns; the last event's time.
    private(set) var lastEvent: UInt64
    private var random: SyntheticRandom
    private let ids: [UInt32]
    private let isFuture: [Bool]
    /// `depthLimit` places for each instrument and side, best first, older first at one price.
    private var orders: [Order]
    private var counts: [Int]
    private var nextOrderID: UInt64 = 6_800_000_000_000
    private var nextAggressorID: UInt64 = 6_900_000_000_001

    init(_ instruments: [SyntheticInstrument], start: UInt64, random: SyntheticRandom) {
        ids = instruments.map(\.id)
        isFuture = instruments.map(\.isFuture)
        orders = Array(repeating: Order(id: 0, price: 0, size: 0), count: instruments.count * 2 * Self.depthLimit)
        counts = Array(repeating: 0, count: instruments.count * 2)
        clock = SyntheticClock(start: start)
        lastEvent = start
        self.random = random
    }

    // MARK: Looking

    func count(_ instrument: Int, _ side: SyntheticSide) -> Int { counts[instrument * 2 + side.rawValue] }

    /// Best first.
    func order(_ instrument: Int, _ side: SyntheticSide, _ place: Int) -> Order {
        orders[(instrument * 2 + side.rawValue) * Self.depthLimit + place]
    }

    func best(_ instrument: Int, _ side: SyntheticSide) -> Int32? {
        count(instrument, side) == 0 ? nil : order(instrument, side, 0).price
    }

    /// Where the order with this id stands, nil when it is gone.
    func place(of id: UInt64, _ instrument: Int, _ side: SyntheticSide) -> Int? {
        (0..<count(instrument, side)).first { order(instrument, side, $0).id == id }
    }

    /// Contracts that a market order can take: all but the last order.
    func available(_ instrument: Int, _ side: SyntheticSide) -> UInt32 {
        (0..<max(0, count(instrument, side) - 1)).reduce(0) { $0 + order(instrument, side, $1).size }
    }

    /// Units between prices around `price`: futures a quarter point; options 0.05 points below 5 points, else a
    /// quarter.
    func tick(_ instrument: Int, at price: Int32) -> Int32 { !isFuture[instrument] && price < 100 ? 1 : 5 }

    /// The nearest price that may rest on `side`: on the tick grid, away from the other side's best, above zero; nil
    /// when there is none.
    func restingPrice(_ instrument: Int, _ side: SyntheticSide, near wanted: Int32) -> Int32? {
        var price = max(wanted, 1)
        let grid = tick(instrument, at: price)
        if side == .bid {
            price -= price % grid
            if let ask = best(instrument, .ask), price >= ask { price = ask - tick(instrument, at: ask - 1) }
            return price > 0 ? price : nil
        }
        price += (grid - price % grid) % grid
        if let bid = best(instrument, .bid), price <= bid { price = bid + tick(instrument, at: bid) }
        return price
    }

    // MARK: Trading

    /// A new order; the worst one makes room in a full book. Gives its id, nil when no price is possible.
    @discardableResult
    mutating func add(_ instrument: Int, _ side: SyntheticSide, near wanted: Int32, size: UInt32, at time: UInt64)
        -> UInt64?
    {
        guard let price = restingPrice(instrument, side, near: wanted) else { return nil }
        if count(instrument, side) == Self.depthLimit { cancel(instrument, side, Self.depthLimit - 1, at: time) }
        nextOrderID += 3
        let order = Order(id: nextOrderID, price: price, size: size)
        insert(instrument, side, order)
        let stamp = event(at: time)
        write(instrument, order.id, price, size, SyntheticAction.add, side, SyntheticFlags.last, stamp)
        return order.id
    }

    mutating func cancel(_ instrument: Int, _ side: SyntheticSide, _ place: Int, at time: UInt64) {
        let order = remove(instrument, side, place)
        let stamp = event(at: time)
        write(instrument, order.id, order.price, order.size, SyntheticAction.cancel, side, SyntheticFlags.last, stamp)
    }

    /// New price and size; keeps its place only when the price stays and the size does not grow.
    mutating func modify(
        _ instrument: Int, _ side: SyntheticSide, _ place: Int, near wanted: Int32, size: UInt32, at time: UInt64
    ) {
        guard let price = restingPrice(instrument, side, near: wanted) else { return }
        var order = order(instrument, side, place)
        if order.price == price, size <= order.size {
            order.size = size
            orders[(instrument * 2 + side.rawValue) * Self.depthLimit + place] = order
        } else {
            _ = remove(instrument, side, place)
            order.price = price
            order.size = size
            insert(instrument, side, order)
        }
        let stamp = event(at: time)
        write(instrument, order.id, price, size, SyntheticAction.modify, side, SyntheticFlags.last, stamp)
    }

    /// A market order, through several prices if need be: `T F... T F... C... M`. At least one resting order survives.
    ///
    /// - Returns: contracts traded, at most `size`.
    @discardableResult
    mutating func trade(_ instrument: Int, aggressor: SyntheticSide, size: UInt32, at time: UInt64) -> UInt32 {
        let side = aggressor.opposite
        let available = count(instrument, side) - 1
        guard available > 0, size > 0 else { return 0 }
        let stamp = event(at: time)
        nextAggressorID += 3
        var left = size
        var place = 0
        while left > 0, place < available {
            let price = order(instrument, side, place).price
            var end = place
            var traded: UInt32 = 0
            while end < available, order(instrument, side, end).price == price, traded < left {
                traded = min(left, traded + order(instrument, side, end).size)
                end += 1
            }
            write(
                instrument, nextAggressorID, price, traded, SyntheticAction.trade, aggressor, SyntheticFlags.none, stamp
            )
            for filled in place..<end {
                let resting = order(instrument, side, filled)
                let fill = min(left, resting.size)
                left -= fill
                write(instrument, resting.id, price, fill, SyntheticAction.fill, side, SyntheticFlags.none, stamp)
                if fill < resting.size {
                    // Only the last one can be filled in part: everything before it goes, and it stays in front.
                    settle(instrument, side, full: filled, partial: fill, stamp)
                    return size
                }
            }
            place = end
        }
        settle(instrument, side, full: place, partial: 0, stamp)
        return size - left
    }

    /// The book as a feed's snapshot: R, then A for each order.
    mutating func writeSnapshot(_ instrument: Int, ordersFrom tsEvent: UInt64, at tsRecv: UInt64) {
        let stamp = EventStamp(tsEvent: tsEvent, tsRecv: tsRecv, tsInDelta: 0, sequence: 0)
        let total = count(instrument, .bid) + count(instrument, .ask)
        writer.appendMbo(
            instrument: ids[instrument], orderID: 0, priceNanos: .max, size: 0, action: SyntheticAction.clear,
            side: SyntheticAction.noSide, flags: total == 0 ? SyntheticFlags.snapshotLast : SyntheticFlags.snapshot,
            stamp)
        var written = 0
        for side in [SyntheticSide.bid, .ask] {
            for place in 0..<count(instrument, side) {
                let order = order(instrument, side, place)
                written += 1
                let flags = written == total ? SyntheticFlags.snapshotLast : SyntheticFlags.snapshot
                write(instrument, order.id, order.price, order.size, SyntheticAction.add, side, flags, stamp)
            }
        }
    }

    /// An order that rests before the session; only a snapshot shows it.
    @discardableResult
    mutating func addResting(_ instrument: Int, _ side: SyntheticSide, near wanted: Int32, size: UInt32) -> UInt64? {
        guard count(instrument, side) < Self.depthLimit, let price = restingPrice(instrument, side, near: wanted) else {
            return nil
        }
        nextOrderID += 3
        insert(instrument, side, Order(id: nextOrderID, price: price, size: size))
        return nextOrderID
    }

    // MARK: Parts

    private mutating func event(at time: UInt64) -> EventStamp {
        lastEvent = max(lastEvent + 1_000, time)
        return clock.stamp(lastEvent, &random)
    }

    private mutating func settle(
        _ instrument: Int, _ side: SyntheticSide, full: Int, partial: UInt32, _ stamp: EventStamp
    ) {
        for place in 0..<full {
            let gone = order(instrument, side, place)
            let flags = partial == 0 && place == full - 1 ? SyntheticFlags.last : SyntheticFlags.none
            write(instrument, gone.id, gone.price, gone.size, SyntheticAction.cancel, side, flags, stamp)
        }
        let base = (instrument * 2 + side.rawValue) * Self.depthLimit
        let total = count(instrument, side)
        for place in full..<total { orders[base + place - full] = orders[base + place] }
        counts[instrument * 2 + side.rawValue] = total - full
        if partial > 0 {
            orders[base].size -= partial
            let rest = orders[base]
            write(instrument, rest.id, rest.price, rest.size, SyntheticAction.modify, side, SyntheticFlags.last, stamp)
        }
    }

    private mutating func insert(_ instrument: Int, _ side: SyntheticSide, _ order: Order) {
        let total = count(instrument, side)
        precondition(total < Self.depthLimit, "book of instrument \(ids[instrument]) is full with \(total) orders")
        let base = (instrument * 2 + side.rawValue) * Self.depthLimit
        var place = total
        while place > 0 {
            let before = orders[base + place - 1]
            if side == .bid ? before.price >= order.price : before.price <= order.price { break }
            orders[base + place] = before
            place -= 1
        }
        orders[base + place] = order
        counts[instrument * 2 + side.rawValue] = total + 1
    }

    private mutating func remove(_ instrument: Int, _ side: SyntheticSide, _ place: Int) -> Order {
        let total = count(instrument, side)
        precondition(place < total, "no order \(place) among \(total) of instrument \(ids[instrument])")
        let base = (instrument * 2 + side.rawValue) * Self.depthLimit
        let order = orders[base + place]
        for next in place + 1..<max(total, place + 1) { orders[base + next - 1] = orders[base + next] }
        counts[instrument * 2 + side.rawValue] = total - 1
        return order
    }

    private mutating func write(
        _ instrument: Int, _ orderID: UInt64, _ price: Int32, _ size: UInt32, _ action: UInt8, _ side: SyntheticSide,
        _ flags: UInt8, _ stamp: EventStamp
    ) {
        writer.appendMbo(
            instrument: ids[instrument], orderID: orderID, priceNanos: Int64(price) * Self.unitNanos, size: size,
            action: action, side: side.code, flags: flags, stamp)
    }
}
