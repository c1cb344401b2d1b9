extension OrderBooks {
    /// The highest bid of an instrument, or nil without bids. O(1).
    public func bestBid(of instrument: InstrumentID) -> Level? { best(of: instrument, .bid) }

    /// The lowest ask of an instrument, or nil without asks. O(1).
    public func bestAsk(of instrument: InstrumentID) -> Level? { best(of: instrument, .ask) }

    @inline(__always)
    private func best(of instrument: InstrumentID, _ side: BookSide) -> Level? {
        guard let number = storage.existingInstrument(instrument), let level = storage.level(number, side, rank: 0)
        else { return nil }
        return storage.level(level).level
    }

    /// Levels of a side, the best first; at most `depth`, or all for 0. O(levels given), allocates.
    public func levels(of instrument: InstrumentID, side: BookSide, depth: Int = 0) -> [Level] {
        guard let number = storage.existingInstrument(instrument) else { return [] }
        let count = storage.levelCount(number, side)
        return (0..<(depth > 0 ? min(depth, count) : count)).compactMap { rank in
            storage.level(number, side, rank: rank).map { storage.level($0).level }
        }
    }

    /// Prices with orders on each side. O(1).
    public func levelCounts(of instrument: InstrumentID) -> (bids: Int, asks: Int) {
        guard let number = storage.existingInstrument(instrument) else { return (0, 0) }
        return (storage.levelCount(number, .bid), storage.levelCount(number, .ask))
    }

    /// Resting orders of one instrument. O(1).
    public func liveOrders(of instrument: InstrumentID) -> Int {
        storage.existingInstrument(instrument).map { storage.orderCount($0) } ?? 0
    }

    /// Resting orders of all instruments. O(1).
    public var liveOrders: Int { storage.liveOrders }

    /// Every instrument that an A, C, M, R or a record with MAYBE_BAD_BOOK named, ascending. O(n log n), allocates.
    public var instruments: [InstrumentID] {
        (0..<UInt32(storage.instrumentCount)).map { storage.instrumentID($0) }.sorted()
    }

    /// The orders at a price, the one filled first in front; empty without such a level. O(orders), allocates.
    public func queue(of instrument: InstrumentID, side: BookSide, priceNanos: Int64) -> [QueuedOrder] {
        guard let number = storage.existingInstrument(instrument),
            let level = storage.findLevel(number, side, priceNanos: priceNanos)
        else { return [] }
        var queue: [QueuedOrder] = []
        var next = storage.level(level).head
        while next != BookStorage.none {
            let order = storage.order(next)
            queue.append(QueuedOrder(orderID: order.orderID, size: order.size))
            next = order.next
        }
        return queue
    }

    /// What is in front of an order at its price, or nil when it does not rest. O(orders ahead).
    public func queuePosition(
        of orderID: UInt64, instrument: InstrumentID
    ) -> (ordersAhead: Int, sizeAhead: UInt64)? {
        guard let number = storage.existingInstrument(instrument) else { return nil }
        let (_, found) = storage.find(orderID, number)
        guard found != BookStorage.none else { return nil }
        var ahead = (ordersAhead: 0, sizeAhead: UInt64(0))
        var previous = storage.order(found).previous
        while previous != BookStorage.none {
            let order = storage.order(previous)
            ahead.ordersAhead += 1
            ahead.sizeAhead += UInt64(order.size)
            previous = order.previous
        }
        return ahead
    }

    /// Where and how large an order rests, or nil when it does not. O(1).
    public func restingOrder(
        _ orderID: UInt64, instrument: InstrumentID
    ) -> (side: BookSide, priceNanos: Int64, size: UInt32)? {
        guard let number = storage.existingInstrument(instrument) else { return nil }
        let (_, found) = storage.find(orderID, number)
        guard found != BookStorage.none else { return nil }
        let order = storage.order(found)
        let level = storage.level(order.level)
        return (level.bookSide, level.priceNanos, order.size)
    }

    /// `incomplete` for an instrument that no record brought. O(1).
    public func state(of instrument: InstrumentID) -> BookState {
        storage.existingInstrument(instrument).map { storage.state($0) } ?? .incomplete
    }

    /// Whether no gap was reported since the book began; an incomplete book is trusted as far as it goes.
    public func isTrusted(_ instrument: InstrumentID) -> Bool { state(of: instrument) != .notTrusted }
}
