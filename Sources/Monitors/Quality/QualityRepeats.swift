internal import MarketData

/// Records that the feed sent twice.
///
/// A repeat is equal to one of the eight records before it, of the same packet (equal sequences in a row), in everything but
/// `ts_recv` and `ts_in_delta`: publisher, instrument, event time, order, price, size, action, side, flags, sequence, levels.
/// It is looked for only behind a record of the same order, or behind one that ends an event: what is sent twice is one
/// record or whole events. Trades and fills never count, since two alike in one packet are normal: an aggressor that meets
/// two orders of one size.
enum Repeats {
    static let reach = 8

    /// Whether it is worth looking further; a record of the same type stands before this one.
    @inline(__always)
    static func isPossible<Layout: ScanLayout>(_: Layout.Type, _ record: UnsafeRawPointer) -> Bool {
        let before = record - Layout.stride
        return before.load(fromByteOffset: Layout.flags, as: UInt8.self) & RecordFlags.last != 0
            || before.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                == record.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                && before.load(fromByteOffset: Layout.action, as: UInt8.self)
                    == record.load(fromByteOffset: Layout.action, as: UInt8.self)
    }

    /// - Parameters:
    ///   - record: one of a stretch of records of one type and length.
    ///   - start: no record before this one is looked at; in the same stretch.
    @inline(never)
    static func isRepeat<Layout: ScanLayout>(
        _: Layout.Type, _ record: UnsafeRawPointer, notBefore start: UnsafeRawPointer
    ) -> Bool {
        guard record > start, isPossible(Layout.self, record), changesBook(Layout.self, record) else { return false }
        var steps = min(reach, (record - start) / Layout.stride)
        var earlier = record
        while steps > 0 {
            earlier -= Layout.stride
            steps -= 1
            guard isOfSamePacket(Layout.self, earlier, record) else { return false }
            if areEqual(Layout.self, earlier, record) { return true }
        }
        return false
    }

    @inline(__always)
    private static func changesBook<Layout: ScanLayout>(_: Layout.Type, _ record: UnsafeRawPointer) -> Bool {
        switch record.load(fromByteOffset: Layout.action, as: UInt8.self) {
        case UInt8(ascii: "A"), UInt8(ascii: "C"), UInt8(ascii: "M"): true
        default: false
        }
    }

    @inline(__always)
    private static func isOfSamePacket<Layout: ScanLayout>(
        _: Layout.Type, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) -> Bool {
        a.loadUnaligned(fromByteOffset: Layout.sequence, as: UInt32.self)
            == b.loadUnaligned(fromByteOffset: Layout.sequence, as: UInt32.self)
    }

    /// Everything before `ts_recv` and behind the sequence; both are multiples of eight bytes.
    @inline(__always)
    private static func areEqual<Layout: ScanLayout>(
        _: Layout.Type, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer
    ) -> Bool {
        areEqual(a, b, 0, Layout.received) && areEqual(a, b, Layout.sequence + 4, Layout.stride)
    }

    @inline(__always)
    private static func areEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ from: Int, _ end: Int) -> Bool {
        var offset = from
        while offset < end {
            guard
                a.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset += 8
        }
        return true
    }
}

/// The last records of the runs before, so that a repeat is found across the end of a run.
struct RecordTail: ~Copyable {
    private static let capacity = (2 * Repeats.reach + 1) * Mbp10Layout.stride
    /// Up to `Repeats.reach` records of one type, and room for the first ones of a run behind them.
    private let bytes: UnsafeMutableRawPointer = .allocate(byteCount: capacity, alignment: 16)
    private var stride = 0
    private var count = 0

    deinit { bytes.deallocate() }

    mutating func forget() { count = 0 }

    /// Keeps the last records of a stretch that ends a run.
    ///
    /// - Parameter continues: the stretch began with the run, so that what is kept stands before it.
    mutating func keep(from start: UnsafeRawPointer, to end: UnsafeRawPointer, stride: Int, continues: Bool) {
        let records = min(Repeats.reach, (end - start) / stride)
        if !continues || stride != self.stride { count = 0 }
        let kept = min(count, Repeats.reach - records)
        if kept > 0, kept < count {
            // The two may overlap, which `copyMemory` allows.
            bytes.copyMemory(from: bytes + (count - kept) * stride, byteCount: kept * stride)
        }
        (bytes + kept * stride).copyMemory(from: end - records * stride, byteCount: records * stride)
        count = kept + records
        self.stride = stride
    }

    /// Whether `record` repeats one of those kept or of its run.
    ///
    /// - Parameter start: of the run, fewer than `Repeats.reach` records before `record`, all of one stretch.
    func isRepeat<Layout: ScanLayout>(_: Layout.Type, _ record: UnsafeRawPointer, start: UnsafeRawPointer) -> Bool {
        let place = bytes + (stride == Layout.stride ? count : 0) * Layout.stride
        place.copyMemory(from: start, byteCount: record - start + Layout.stride)
        return Repeats.isRepeat(
            Layout.self, UnsafeRawPointer(place + (record - start)), notBefore: UnsafeRawPointer(bytes))
    }
}
