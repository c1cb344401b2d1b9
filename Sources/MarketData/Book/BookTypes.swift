/// One of the two sides of a book.
public enum BookSide: UInt8, Hashable, Sendable, CaseIterable {
    case bid = 0
    case ask = 1

    /// Nil for every byte of DBN but `B` and `A`.
    @inlinable init?(wire: UInt8) {
        switch wire {
        case UInt8(ascii: "B"): self = .bid
        case UInt8(ascii: "A"): self = .ask
        default: return nil
        }
    }
}

/// Whether a book is all that rests at the venue. The feed decides this, not what the book looks like: a crossed book may
/// be complete.
public enum BookState: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// Begun by an R, or by a snapshot into an empty book, and no gap since.
    case complete
    /// Begun in the middle of a session: orders that were there before are missing.
    case incomplete
    /// A record had the flag MAYBE_BAD_BOOK; ends with the next R, or with a snapshot into an empty book.
    case notTrusted
}

/// An order in the queue of its price.
public struct QueuedOrder: Hashable, Sendable {
    public let orderID: UInt64
    /// In the venue's units (contracts); 0 for an order that an M reduced to nothing.
    public let size: UInt32

    public init(orderID: UInt64, size: UInt32) {
        self.orderID = orderID
        self.size = size
    }
}

extension OrderBooks {
    /// All orders of one side at one price.
    @frozen public struct Level: Hashable, Sendable {
        /// Units of 1e-9; any number the wire has, `Undefined.price` included.
        public let priceNanos: Int64
        /// The sum over the orders.
        public let size: UInt64
        public let orders: UInt32

        @inlinable public init(priceNanos: Int64, size: UInt64, orders: UInt32) {
            self.priceNanos = priceNanos
            self.size = size
            self.orders = orders
        }
    }

    /// What the feed sent that a whole and correct feed does not, since the start. None of it is an error.
    public struct Counters: Hashable, Sendable {
        /// An A for an id that rests already; it replaced the order.
        public var duplicateAdds: UInt64 = 0
        /// An M for an id that does not rest; it was taken as an A.
        public var unknownModifies: UInt64 = 0
        /// A C for an id that does not rest; ignored.
        public var unknownCancels: UInt64 = 0
        /// An A or M without a side, for an id that does not rest; ignored.
        public var badSides: UInt64 = 0
        /// An M that names the other side; the order stayed on its own.
        public var sideChanges: UInt64 = 0
        /// An A, C or M with the flag TOB, which describes a price and not an order; ignored.
        public var topOfBookRecords: UInt64 = 0
        /// An action that is none of A, C, M, R, T, F, N; ignored.
        public var unknownActions: UInt64 = 0
        /// Records with the flag MAYBE_BAD_BOOK.
        public var maybeBadBookRecords: UInt64 = 0

        public init() {}
    }
}
