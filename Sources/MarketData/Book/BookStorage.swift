// The one file of this folder with unsafe pointers. Invariants:
// - Every pointer in `Pools` is owned by one `BookStorage`, which alone sees it and frees it. Pointers never leave this file:
//   callers hold numbers (order, level, instrument, slot).
// - A number handed out stays valid until that order or level is removed, a slot until the next insert or removal. Reading
//   by number checks in debug that it is below the count of its pool.
// - The slot table has a power of two of slots, at most half of them used, so that every probe ends at an empty one.
// - All elements are trivial, so growing copies bytes and freeing needs no deinitialization.

/// Levels of a side by rising key, so the best is last: most changes are near the best and move few entries.
struct SideList {
    var entries: UnsafeMutablePointer<LevelEntry>
    var count: UInt32
    var capacity: UInt32
}

struct InstrumentBook {
    var bids: SideList
    var asks: SideList
    var id: UInt32
    var orders: UInt32
    var state: BookState
}

/// Contiguous storage of one kind of node; the free list is threaded through the nodes by the owner.
struct Pool<Element: BitwiseCopyable> {
    var base: UnsafeMutablePointer<Element>
    /// Elements ever used, those on the free list included.
    var count: UInt32 = 0
    var capacity: Int
    var firstFree = BookStorage.none

    init(capacity: Int) {
        self.capacity = max(16, capacity)
        base = .allocate(capacity: self.capacity)
    }

    mutating func append(_ element: Element) -> UInt32 {
        if Int(count) == capacity {
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
            larger.update(from: base, count: Int(count))
            base.deallocate()
            base = larger
            capacity *= 2
        }
        base[Int(count)] = element
        count &+= 1
        return count &- 1
    }
}

struct Pools {
    var orders: Pool<OrderNode>
    var levels: Pool<LevelNode>
    var books: Pool<InstrumentBook>
    /// Open addressing by (order id, instrument): the hash above, the order's number + 1 below, 0 for empty.
    var slots: UnsafeMutablePointer<UInt64>
    var slotMask: Int
    /// The hash shifted right by this is its first slot.
    var slotShift: UInt32
    var liveOrders = 0
    /// Open addressing by instrument id: the id above, the instrument's number + 1 below, 0 for empty.
    var instrumentSlots: UnsafeMutablePointer<UInt64>
    var instrumentMask: Int
    /// The instrument asked for last; `lastNumber` is `none` at the start.
    var lastID: UInt32 = 0
    var lastNumber = BookStorage.none
}

/// The orders, price levels and queues of all instruments.
///
/// Functions change what the pointers lead to, not the struct: that keeps exclusivity checks of the class above out of
/// the hot path. Counts use wrapping arithmetic: fewer than 2^31 orders rest (they alone would fill 100 GB), so that a
/// level's size, a sum of that many 32-bit sizes, fits 64 bits.
struct BookStorage: ~Copyable {
    static let none = UInt32.max
    private let pools: UnsafeMutablePointer<Pools>

    init(expectedOrders: Int) {
        let expected = min(max(expectedOrders, 16), 1 << 28)
        let bits = Int.bitWidth - (expected * 2 - 1).leadingZeroBitCount
        pools = .allocate(capacity: 1)
        pools.initialize(
            to: Pools(
                orders: Pool<OrderNode>(capacity: expected), levels: Pool<LevelNode>(capacity: expected / 4),
                books: Pool<InstrumentBook>(capacity: 64),
                slots: Self.emptySlots(1 << bits), slotMask: (1 << bits) - 1, slotShift: UInt32(32 - bits),
                instrumentSlots: Self.emptySlots(128), instrumentMask: 127))
    }

    deinit {
        for number in 0..<Int(pools.pointee.books.count) {
            pools.pointee.books.base[number].bids.entries.deallocate()
            pools.pointee.books.base[number].asks.entries.deallocate()
        }
        pools.pointee.orders.base.deallocate()
        pools.pointee.levels.base.deallocate()
        pools.pointee.books.base.deallocate()
        pools.pointee.slots.deallocate()
        pools.pointee.instrumentSlots.deallocate()
        pools.deallocate()
    }

    private static func emptySlots(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        slots.initialize(repeating: 0, count: count)
        return slots
    }

    var liveOrders: Int { pools.pointee.liveOrders }
    var instrumentCount: Int { Int(pools.pointee.books.count) }

    /// Rises from the worst to the best price of a side. `~` reverses the order as `-` does, without its overflow.
    @inline(__always) static func key(_ priceNanos: Int64, _ side: BookSide) -> Int64 {
        side == .bid ? priceNanos : ~priceNanos
    }

    @inline(__always) func order(_ order: UInt32) -> OrderNode {
        assert(order < pools.pointee.orders.count)
        return pools.pointee.orders.base[Int(order)]
    }

    @inline(__always) func level(_ level: UInt32) -> LevelNode {
        assert(level < pools.pointee.levels.count)
        return pools.pointee.levels.base[Int(level)]
    }

    // MARK: Instruments

    @inline(__always) private func book(_ instrument: UInt32) -> UnsafeMutablePointer<InstrumentBook> {
        assert(instrument < pools.pointee.books.count)
        return pools.pointee.books.base + Int(instrument)
    }

    func instrumentID(_ instrument: UInt32) -> InstrumentID { InstrumentID(book(instrument).pointee.id) }
    func orderCount(_ instrument: UInt32) -> Int { Int(book(instrument).pointee.orders) }
    func state(_ instrument: UInt32) -> BookState { book(instrument).pointee.state }
    func setState(_ state: BookState, _ instrument: UInt32) { book(instrument).pointee.state = state }

    @inline(__always) private func firstSlot(instrumentID: UInt32) -> Int {
        // The product's upper half; consecutive ids spread well (Knuth, volume 3, section 6.4).
        Int((UInt64(instrumentID) &* 0x9E37_79B9_7F4A_7C15) >> 40) & pools.pointee.instrumentMask
    }

    /// The number of an instrument, or nil when no record brought it. O(1).
    @inline(__always) func existingInstrument(_ id: InstrumentID) -> UInt32? {
        let id = id.rawValue
        if id == pools.pointee.lastID, pools.pointee.lastNumber != Self.none { return pools.pointee.lastNumber }
        var slot = firstSlot(instrumentID: id)
        while true {
            let found = pools.pointee.instrumentSlots[slot]
            if found == 0 { return nil }
            if UInt32(truncatingIfNeeded: found >> 32) == id {
                let number = UInt32(truncatingIfNeeded: found) &- 1
                pools.pointee.lastID = id
                pools.pointee.lastNumber = number
                return number
            }
            slot = (slot &+ 1) & pools.pointee.instrumentMask
        }
    }

    /// The number of an instrument; begins an empty, incomplete book at the first call. O(1).
    @inline(__always) func instrument(_ id: InstrumentID) -> UInt32 {
        existingInstrument(id) ?? addInstrument(id.rawValue)
    }

    @inline(never) private func addInstrument(_ id: UInt32) -> UInt32 {
        func list() -> SideList { SideList(entries: .allocate(capacity: 16), count: 0, capacity: 16) }
        let book = InstrumentBook(bids: list(), asks: list(), id: id, orders: 0, state: .incomplete)
        let number = pools.pointee.books.append(book)
        if Int(number) * 2 >= pools.pointee.instrumentMask {
            pools.pointee.instrumentSlots.deallocate()
            let count = (pools.pointee.instrumentMask + 1) * 2
            pools.pointee.instrumentSlots = Self.emptySlots(count)
            pools.pointee.instrumentMask = count - 1
            for earlier in 0..<number { enterInstrument(self.book(earlier).pointee.id, earlier) }
        }
        enterInstrument(id, number)
        return number
    }

    private func enterInstrument(_ id: UInt32, _ number: UInt32) {
        var slot = firstSlot(instrumentID: id)
        while pools.pointee.instrumentSlots[slot] != 0 { slot = (slot + 1) & pools.pointee.instrumentMask }
        pools.pointee.instrumentSlots[slot] = UInt64(id) << 32 | UInt64(number + 1)
    }

    // MARK: Levels

    @inline(__always) private func list(_ instrument: UInt32, _ side: BookSide) -> UnsafeMutablePointer<SideList> {
        let book = book(instrument)
        // Through the field's own address, so that no copy of the book is made.
        return side == .bid
            ? UnsafeMutableRawPointer(book).assumingMemoryBound(to: SideList.self)
            : UnsafeMutableRawPointer(book).assumingMemoryBound(to: SideList.self) + 1
    }

    @inline(__always) func levelCount(_ instrument: UInt32, _ side: BookSide) -> Int {
        Int(list(instrument, side).pointee.count)
    }

    /// The level at `rank` from the best (0), or nil beyond the last. O(1).
    @inline(__always) func level(_ instrument: UInt32, _ side: BookSide, rank: Int) -> UInt32? {
        let list = list(instrument, side).pointee
        guard rank < Int(list.count) else { return nil }
        return list.entries[Int(list.count) &- 1 &- rank].level
    }

    /// Where `key` is in the list, or where it belongs. O(distance from the best), O(log levels) when that is far.
    @inline(__always) private func place(_ key: Int64, in list: SideList) -> (position: Int, isFound: Bool) {
        var position = Int(list.count)
        let near = max(0, position &- 16)
        while position > near {
            let other = list.entries[position &- 1].key
            if other < key { return (position, false) }
            position &-= 1
            if other == key { return (position, true) }
        }
        return position == 0 ? (0, false) : placeFar(key, in: list, below: position)
    }

    @inline(never) private func placeFar(
        _ key: Int64, in list: SideList, below end: Int
    ) -> (position: Int, isFound: Bool) {
        var low = 0
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if list.entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < end && list.entries[low].key == key)
    }

    func findLevel(_ instrument: UInt32, _ side: BookSide, priceNanos: Int64) -> UInt32? {
        let list = list(instrument, side).pointee
        let (position, isFound) = place(Self.key(priceNanos, side), in: list)
        return isFound ? list.entries[position].level : nil
    }

    @inline(__always) private func levelForInsert(_ instrument: UInt32, _ side: BookSide, _ key: Int64) -> UInt32 {
        let list = list(instrument, side)
        let (position, isFound) = place(key, in: list.pointee)
        if isFound { return list.pointee.entries[position].level }
        let node = LevelNode(
            key: key, size: 0, orders: 0, head: Self.none, tail: Self.none, side: UInt32(side.rawValue))
        var level = pools.pointee.levels.firstFree
        if level == Self.none {
            level = pools.pointee.levels.append(node)
        } else {
            pools.pointee.levels.firstFree = pools.pointee.levels.base[Int(level)].head
            pools.pointee.levels.base[Int(level)] = node
        }
        openEntry(list, position, LevelEntry(key: key, level: level))
        return level
    }

    @inline(__always) private func openEntry(
        _ list: UnsafeMutablePointer<SideList>, _ position: Int, _ entry: LevelEntry
    ) {
        let count = Int(list.pointee.count)
        if count == Int(list.pointee.capacity) { growList(list) }
        let start = list.pointee.entries + position
        (start + 1).update(from: start, count: count &- position)
        start.pointee = entry
        list.pointee.count &+= 1
    }

    @inline(never) private func growList(_ list: UnsafeMutablePointer<SideList>) {
        let capacity = Int(list.pointee.capacity) * 2
        let larger = UnsafeMutablePointer<LevelEntry>.allocate(capacity: capacity)
        larger.update(from: list.pointee.entries, count: Int(list.pointee.count))
        list.pointee.entries.deallocate()
        list.pointee.entries = larger
        list.pointee.capacity = UInt32(capacity)
    }

    @inline(__always) private func removeLevel(_ level: UInt32, _ instrument: UInt32) {
        let node = pools.pointee.levels.base + Int(level)
        let list = list(instrument, node.pointee.bookSide)
        let (position, isFound) = place(node.pointee.key, in: list.pointee)
        assert(isFound)
        let start = list.pointee.entries + position
        list.pointee.count &-= 1
        start.update(from: start + 1, count: Int(list.pointee.count) &- position)
        node.pointee.head = pools.pointee.levels.firstFree
        pools.pointee.levels.firstFree = level
    }

    // MARK: Orders

    /// Spreads order and instrument over 32 bits; order ids of a venue are mostly consecutive.
    @inline(__always) private func hash(_ orderID: UInt64, _ instrument: UInt32) -> UInt32 {
        let mixed = orderID &+ UInt64(instrument) &* 0xD6E8_FEB8_6659_FD93
        return UInt32(truncatingIfNeeded: ((mixed ^ (mixed >> 32)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    /// The slot of an order and its number, or the slot it would take and `none`. O(1).
    @inline(__always) func find(_ orderID: UInt64, _ instrument: UInt32) -> (slot: Int, order: UInt32) {
        let hash = hash(orderID, instrument)
        let mask = pools.pointee.slotMask
        let slots = pools.pointee.slots
        var slot = Int(hash >> pools.pointee.slotShift)
        while true {
            let found = slots[slot]
            if found == 0 { return (slot, Self.none) }
            if UInt32(truncatingIfNeeded: found >> 32) == hash {
                let order = UInt32(truncatingIfNeeded: found) &- 1
                let node = pools.pointee.orders.base + Int(order)
                if node.pointee.orderID == orderID, node.pointee.instrument == instrument { return (slot, order) }
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Puts a new order at the tail of its price.
    ///
    /// - Parameter slot: from `find`, with no insert or removal since.
    @inline(__always) func insert(
        _ orderID: UInt64, _ instrument: UInt32, _ side: BookSide, priceNanos: Int64, size: UInt32, slot: Int
    ) {
        let node = OrderNode(
            orderID: orderID, size: size, next: Self.none, previous: Self.none, level: Self.none, instrument: instrument
        )
        var order = pools.pointee.orders.firstFree
        if order == Self.none {
            order = pools.pointee.orders.append(node)
        } else {
            pools.pointee.orders.firstFree = pools.pointee.orders.base[Int(order)].next
            pools.pointee.orders.base[Int(order)] = node
        }
        pools.pointee.slots[slot] = UInt64(hash(orderID, instrument)) << 32 | UInt64(order &+ 1)
        pools.pointee.liveOrders &+= 1
        book(instrument).pointee.orders &+= 1
        link(order, side, Self.key(priceNanos, side))
        if pools.pointee.liveOrders &* 2 > pools.pointee.slotMask { growSlots() }
    }

    /// Takes an order out and forgets it.
    @inline(__always) func remove(_ order: UInt32, slot: Int) {
        unlink(order)
        forget(order, slot: slot)
    }

    /// Changes a size without touching the place in the queue.
    @inline(__always) func resize(_ order: UInt32, to size: UInt32) {
        let node = pools.pointee.orders.base + Int(order)
        let level = pools.pointee.levels.base + Int(node.pointee.level)
        level.pointee.size = level.pointee.size &- UInt64(node.pointee.size) &+ UInt64(size)
        node.pointee.size = size
    }

    /// Gives an order a new side, price and size, at the tail of that price.
    @inline(__always) func move(_ order: UInt32, _ side: BookSide, priceNanos: Int64, size: UInt32) {
        unlink(order)
        pools.pointee.orders.base[Int(order)].size = size
        link(order, side, Self.key(priceNanos, side))
    }

    /// Drops all orders of an instrument. O(its orders).
    func clear(_ instrument: UInt32) {
        for side in BookSide.allCases {
            let list = list(instrument, side)
            for position in 0..<Int(list.pointee.count) {
                let level = list.pointee.entries[position].level
                var order = pools.pointee.levels.base[Int(level)].head
                while order != Self.none {
                    let next = pools.pointee.orders.base[Int(order)].next
                    forget(order, slot: find(pools.pointee.orders.base[Int(order)].orderID, instrument).slot)
                    order = next
                }
                pools.pointee.levels.base[Int(level)].head = pools.pointee.levels.firstFree
                pools.pointee.levels.firstFree = level
            }
            list.pointee.count = 0
        }
    }

    @inline(__always) private func link(_ order: UInt32, _ side: BookSide, _ key: Int64) {
        let node = pools.pointee.orders.base + Int(order)
        let number = levelForInsert(node.pointee.instrument, side, key)
        let level = pools.pointee.levels.base + Int(number)
        let tail = level.pointee.tail
        node.pointee.level = number
        node.pointee.previous = tail
        node.pointee.next = Self.none
        if tail == Self.none { level.pointee.head = order } else { pools.pointee.orders.base[Int(tail)].next = order }
        level.pointee.tail = order
        level.pointee.size &+= UInt64(node.pointee.size)
        level.pointee.orders &+= 1
    }

    @inline(__always) private func unlink(_ order: UInt32) {
        let orders = pools.pointee.orders.base
        let node = orders[Int(order)]
        let level = pools.pointee.levels.base + Int(node.level)
        level.pointee.orders &-= 1
        if level.pointee.orders == 0 { return removeLevel(node.level, node.instrument) }
        level.pointee.size &-= UInt64(node.size)
        if node.previous == Self.none {
            level.pointee.head = node.next
        } else {
            orders[Int(node.previous)].next = node.next
        }
        if node.next == Self.none {
            level.pointee.tail = node.previous
        } else {
            orders[Int(node.next)].previous = node.previous
        }
    }

    /// Frees the node and closes the gap in the slot table, so that no probe ends too early (Knuth, algorithm 6.4 R).
    @inline(__always) private func forget(_ order: UInt32, slot: Int) {
        let node = pools.pointee.orders.base + Int(order)
        book(node.pointee.instrument).pointee.orders &-= 1
        node.pointee.next = pools.pointee.orders.firstFree
        pools.pointee.orders.firstFree = order
        pools.pointee.liveOrders &-= 1
        let mask = pools.pointee.slotMask
        let shift = pools.pointee.slotShift
        let slots = pools.pointee.slots
        var gap = slot
        var probe = slot
        while true {
            probe = (probe &+ 1) & mask
            let found = slots[probe]
            if found == 0 { break }
            let home = Int(UInt32(truncatingIfNeeded: found >> 32) >> shift)
            if (probe &- home) & mask >= (probe &- gap) & mask {
                slots[gap] = found
                gap = probe
            }
        }
        slots[gap] = 0
    }

    @inline(never) private func growSlots() {
        let old = pools.pointee.slots
        let oldCount = pools.pointee.slotMask + 1
        pools.pointee.slots = Self.emptySlots(oldCount * 2)
        pools.pointee.slotMask = oldCount * 2 - 1
        pools.pointee.slotShift -= 1
        for found in UnsafeBufferPointer(start: old, count: oldCount) where found != 0 {
            var slot = Int(UInt32(truncatingIfNeeded: found >> 32) >> pools.pointee.slotShift)
            while pools.pointee.slots[slot] != 0 { slot = (slot + 1) & pools.pointee.slotMask }
            pools.pointee.slots[slot] = found
        }
        old.deallocate()
    }
}
