/// Follows a sample of resting orders from their add to their cancel, to learn how long orders live.
///
/// Whether an order is followed depends on the hash of its id and on whether its slot is free when it comes, never on what becomes
/// of it, so that lifetimes are not biased by the bound. An order in a slot for longer than the window is given up, since its
/// cancel may never come (it was filled, or its book was cleared).
struct OrderSample: Sendable {
    private struct Slot {
        /// 0 when free.
        var key: UInt64 = 0
        /// When the order was added, ns.
        var born: UInt64 = 0
    }

    private var slots: [Slot]
    private let mask: UInt64
    /// Hashes up to this are followed.
    private let limit: UInt64
    private let maxAge: UInt64

    /// - Parameters:
    ///   - bits: one order in 2^bits is followed; 0 to 32.
    ///   - slotBits: 2^slotBits orders at a time; 1 to 24.
    ///   - maxAge: ns.
    init(bits: Int, slotBits: Int, maxAge: UInt64) {
        let count = 1 << min(max(slotBits, 1), 24)
        slots = [Slot](repeating: Slot(), count: count)
        mask = UInt64(count - 1)
        limit = UInt64.max >> UInt64(min(max(bits, 0), 32))
        self.maxAge = maxAge
    }

    /// The hash that says whether an order is followed, and where; the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    @inline(__always)
    static func hash(_ orderID: UInt64, _ instrument: Int) -> UInt64 {
        var z = orderID &+ UInt64(truncatingIfNeeded: instrument) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inline(__always) func follows(_ hash: UInt64) -> Bool { hash <= limit && hash != 0 }

    /// An order that `follows` was added.
    mutating func begin(_ hash: UInt64, at now: UInt64) {
        let index = Int(hash & mask)
        let slot = slots[index]
        // `born` is never after `now`: the caller's time does not go back.
        if slot.key == 0 || slot.key == hash || now &- slot.born > maxAge {
            slots[index] = Slot(key: hash, born: now)
        }
    }

    /// An order that `follows` ended; gives how long it lived (ns), nil when it was not followed.
    mutating func end(_ hash: UInt64, at now: UInt64) -> UInt64? {
        let index = Int(hash & mask)
        guard slots[index].key == hash else { return nil }
        slots[index].key = 0
        return now &- slots[index].born
    }
}
