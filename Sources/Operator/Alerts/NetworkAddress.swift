/// An Internet address by its bytes, in network order.
struct NetworkAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 4 || self.bytes.count == 16 else { return nil }
    }

    /// Whether it is globally reachable by IANA's registries of special-purpose addresses (RFC 6890), and no multicast.
    /// Of an IPv6 address that holds one of IPv4, that one counts.
    var isGlobal: Bool {
        if bytes.count == 4 { return !Self.special4.contains(where: isWithin) }
        if let (_, offset) = Self.embedding.first(where: { isWithin($0.block) }) {
            return NetworkAddress(bytes[offset..<offset + 4])?.isGlobal == true
        }
        // Nothing else is given out yet.
        return isWithin(Block([0x20], 3)) && !Self.special6.contains(where: isWithin)
    }

    private struct Block {
        let first: [UInt8]
        let bits: Int
        init(_ first: [UInt8], _ bits: Int) { (self.first, self.bits) = (first, bits) }
    }

    private func isWithin(_ block: Block) -> Bool {
        (0..<block.bits).allSatisfy { bit in
            let ours = bytes[bit / 8] >> (7 - bit % 8) & 1
            let theirs = bit / 8 < block.first.count ? block.first[bit / 8] >> (7 - bit % 8) & 1 : 0
            return ours == theirs
        }
    }

    private static let special4 = [
        // This network, private ones, shared by carriers, this machine, link-local.
        Block([0], 8), Block([10], 8), Block([172, 16], 12), Block([192, 168], 16), Block([100, 64], 10),
        Block([127], 8), Block([169, 254], 16),
        // Protocols, examples, benchmarks, relays.
        Block([192, 0, 0], 24), Block([192, 0, 2], 24), Block([198, 51, 100], 24), Block([203, 0, 113], 24),
        Block([198, 18], 15), Block([192, 88, 99], 24),
        // Multicast, reserved, broadcast.
        Block([224], 4), Block([240], 4),
    ]

    private static let special6 = [
        // Protocols, examples.
        Block([0x20, 0x01, 0], 23), Block([0x20, 0x01, 0x0d, 0xb8], 32), Block([0x3f, 0xff, 0], 20),
    ]

    /// Ranges that hold an address of IPv4, and where.
    private static let embedding = [
        // ::ffff:0:0/96, mapped; 64:ff9b::/96, translated; 2002::/16, 6to4.
        (block: Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96), offset: 12),
        (block: Block([0, 0x64, 0xff, 0x9b], 96), offset: 12),
        (block: Block([0x20, 0x02], 16), offset: 2),
    ]
}
