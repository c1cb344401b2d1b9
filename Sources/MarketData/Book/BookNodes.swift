/// A resting order. `next` and `previous` are its neighbours in the queue of its level, `next` also links free nodes.
struct OrderNode {
    var orderID: UInt64
    var size: UInt32
    var next: UInt32
    var previous: UInt32
    var level: UInt32
    var instrument: UInt32
    var padding: UInt32 = 0
}

/// The orders of one side at one price, oldest first from `head`; `head` also links free levels.
struct LevelNode {
    /// See `BookStorage.key`.
    var key: Int64
    var size: UInt64
    var orders: UInt32
    var head: UInt32
    var tail: UInt32
    var side: UInt32

    var bookSide: BookSide { side == 0 ? .bid : .ask }
    var priceNanos: Int64 { side == 0 ? key : ~key }
    var level: OrderBooks.Level { OrderBooks.Level(priceNanos: priceNanos, size: size, orders: orders) }
}

/// A level's place in the sorted list of its side. The key is repeated here so that a search reads only this list.
struct LevelEntry {
    var key: Int64
    var level: UInt32
    var padding: UInt32 = 0
}
