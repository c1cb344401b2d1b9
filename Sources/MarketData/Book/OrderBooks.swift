/// The market-by-order books of all instruments of a feed, with the queue of every price.
///
/// One thread owns it. A record costs O(1) hash steps, plus a search from the best price where a price is entered or left.
/// Nothing is allocated while resting orders stay below `expectedOrders` and no side gets more levels than it ever had.
///
/// Rules (`dbn-format.md`, section 8): orders are known by (instrument, order id). A puts an order at the tail of its
/// price. C takes its size off and removes the order at zero. M sets price and size: a new price or a larger size goes to
/// the tail, anything else keeps its place. R drops all orders of the instrument. T, F and N change no book.
/// Where the feed is not what it should be:
/// - an A for an id that rests already replaces that order, at the tail, and on the A's side when it names one;
/// - an M for an id that does not rest is an A; an M never changes the side of an order that rests;
/// - an A or M without a side, for an id that does not rest, is ignored, and so is a C for such an id;
/// - A, C and M with the flag TOB describe a price, not an order, and are ignored;
/// - size 0 is a size (only a C removes an order), and the undefined price is a price like any other.
///
/// All but the last are counted. Prices of the two sides may cross; that is normal before an open.
public final class OrderBooks {
    let storage: BookStorage
    public private(set) var counters = Counters()

    /// - Parameter expectedOrders: resting at the same time, over all instruments; more are possible, after growing.
    ///   Memory: about 56 bytes each.
    public init(expectedOrders: Int = 1 << 16) { storage = BookStorage(expectedOrders: expectedOrders) }

    /// Applies all market-by-order records of a run, in order; other types are passed over.
    public func apply(_ run: RecordRun) {
        for record in run {
            if let record = record.asMbo { apply(record) }
        }
    }

    /// Applies one record; gives whether it changed the orders of its instrument.
    @discardableResult
    public func apply(_ record: MboView) -> Bool {
        let action = record.action
        let flags = record.flags
        if flags & Self.rareFlags != 0 { return applyFlagged(record, action: action, flags: flags) }
        switch action {
        case UInt8(ascii: "A"): return add(record, storage.instrument(record.record.instrumentID))
        case UInt8(ascii: "C"): return cancel(record, storage.instrument(record.record.instrumentID))
        case UInt8(ascii: "M"): return modify(record, storage.instrument(record.record.instrumentID))
        default: return applyOther(record, action: action)
        }
    }

    private static let rareFlags = RecordFlags.topOfBook | RecordFlags.snapshot | RecordFlags.maybeBadBook

    @inline(never)
    private func applyOther(_ record: MboView, action: UInt8) -> Bool {
        switch action {
        case UInt8(ascii: "R"):
            let instrument = storage.instrument(record.record.instrumentID)
            let hadOrders = storage.orderCount(instrument) > 0
            storage.clear(instrument)
            storage.setState(.complete, instrument)
            return hadOrders
        case UInt8(ascii: "T"), UInt8(ascii: "F"), UInt8(ascii: "N"):
            return false
        default:
            counters.unknownActions &+= 1
            return false
        }
    }

    @inline(never)
    private func applyFlagged(_ record: MboView, action: UInt8, flags: UInt8) -> Bool {
        let isBad = flags & RecordFlags.maybeBadBook != 0
        defer {
            // After the action: an R that carries the flag itself does not end the doubt.
            if isBad {
                counters.maybeBadBookRecords &+= 1
                storage.setState(.notTrusted, storage.instrument(record.record.instrumentID))
            }
        }
        guard action == UInt8(ascii: "A") || action == UInt8(ascii: "C") || action == UInt8(ascii: "M") else {
            return applyOther(record, action: action)
        }
        guard flags & RecordFlags.topOfBook == 0 else {
            counters.topOfBookRecords &+= 1
            return false
        }
        let instrument = storage.instrument(record.record.instrumentID)
        switch action {
        case UInt8(ascii: "C"): return cancel(record, instrument)
        case UInt8(ascii: "M"): return modify(record, instrument)
        default:
            // Older files open with a snapshot that has no R. Over orders of unknown age it proves nothing.
            if flags & RecordFlags.snapshot != 0, storage.orderCount(instrument) == 0 {
                storage.setState(.complete, instrument)
            }
            return add(record, instrument)
        }
    }

    @inline(__always)
    private func add(_ record: MboView, _ instrument: UInt32) -> Bool {
        let (slot, order) = storage.find(record.orderID, instrument)
        guard order == BookStorage.none else { return replace(record, order) }
        return insert(record, instrument, slot)
    }

    @inline(__always)
    private func insert(_ record: MboView, _ instrument: UInt32, _ slot: Int) -> Bool {
        guard let side = BookSide(wire: record.side) else {
            counters.badSides &+= 1
            return false
        }
        storage.insert(
            record.orderID, instrument, side, priceNanos: record.priceNanos, size: record.size, slot: slot)
        return true
    }

    @inline(never)
    private func replace(_ record: MboView, _ order: UInt32) -> Bool {
        counters.duplicateAdds &+= 1
        let side = BookSide(wire: record.side) ?? storage.level(storage.order(order).level).bookSide
        storage.move(order, side, priceNanos: record.priceNanos, size: record.size)
        return true
    }

    @inline(__always)
    private func cancel(_ record: MboView, _ instrument: UInt32) -> Bool {
        let (slot, order) = storage.find(record.orderID, instrument)
        guard order != BookStorage.none else {
            counters.unknownCancels &+= 1
            return false
        }
        let resting = storage.order(order).size
        let size = record.size
        if size >= resting {
            storage.remove(order, slot: slot)
            return true
        }
        storage.resize(order, to: resting &- size)
        return size > 0
    }

    @inline(__always)
    private func modify(_ record: MboView, _ instrument: UInt32) -> Bool {
        let (slot, order) = storage.find(record.orderID, instrument)
        guard order != BookStorage.none else {
            counters.unknownModifies &+= 1
            return insert(record, instrument, slot)
        }
        let node = storage.order(order)
        let level = storage.level(node.level)
        if let named = BookSide(wire: record.side), named != level.bookSide { counters.sideChanges &+= 1 }
        let size = record.size
        if record.priceNanos == level.priceNanos, size <= node.size {
            storage.resize(order, to: size)
            return size != node.size
        }
        storage.move(order, level.bookSide, priceNanos: record.priceNanos, size: size)
        return true
    }
}

/// One thread owns the books; readers elsewhere get copies (`Level`, JSON).
@available(*, unavailable)
extension OrderBooks: Sendable {}
