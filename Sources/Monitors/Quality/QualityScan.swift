internal import MarketData

// The fast part. It only decides how many records in a row have nothing remarkable; what each remarkable record means is
// decided in one place, `QualityMonitor+Records.swift`, which would come to the same figures if this file did not exist
// (but for the sampled ones). Invariant for the loads: a block is looked at only when all of its bytes lie in the run, and
// its fields are believed only after every record's header was found equal to `key`, which fixes type and length.

/// Where the fields lie that the scan reads. Source: `RecordLayout`.
protocol ScanLayout {
    static var stride: Int { get }
    static var flags: Int { get }
    static var received: Int { get }
    static var sequence: Int { get }
    static var action: Int { get }
    /// Whether the byte behind the flags names the channel.
    static var hasChannel: Bool { get }
}

enum MboLayout: ScanLayout {
    static var stride: Int { 56 }
    static var flags: Int { 36 }
    static var received: Int { 40 }
    static var sequence: Int { 52 }
    static var action: Int { 38 }
    static var hasChannel: Bool { true }
}

/// The fields that trades and market-by-price records share.
protocol TradeFields: ScanLayout {}

extension TradeFields {
    static var flags: Int { 30 }
    static var received: Int { 32 }
    static var sequence: Int { 44 }
    static var action: Int { 28 }
    static var hasChannel: Bool { false }
}

enum TradeLayout: TradeFields { static var stride: Int { 48 } }
enum Mbp1Layout: TradeFields { static var stride: Int { 80 } }
enum Mbp10Layout: TradeFields { static var stride: Int { 368 } }

/// What the scan remembers from record to record, in flat memory: allocated once, again only for a new publisher.
struct ScanMemory: ~Copyable {
    static let slotBits = 14
    /// Channels 0 to 255, and one for records that name none.
    static let channels = 257
    static let noChannel = 256
    /// Records of one block.
    static let block = 8
    /// Records of which the first is the sample.
    static let sampled = 64

    /// The highest sequence by publisher and channel; 0 before the first.
    private(set) var sequences: UnsafeMutablePointer<UInt32>
    private(set) var publishers: [UInt16] = []
    /// Instruments looked up before, by a hash of their id: the id, and 1 where its definition is known.
    let slotIDs: UnsafeMutablePointer<UInt32>
    let slotStates: UnsafeMutablePointer<UInt8>

    init() {
        sequences = .allocate(capacity: 0)
        slotIDs = .allocate(capacity: 1 << Self.slotBits)
        slotIDs.initialize(repeating: 0, count: 1 << Self.slotBits)
        slotStates = .allocate(capacity: 1 << Self.slotBits)
        slotStates.initialize(repeating: 0, count: 1 << Self.slotBits)
    }

    deinit {
        sequences.deallocate()
        slotIDs.deallocate()
        slotStates.deallocate()
    }

    /// The channels of a publisher, `channels` numbers.
    mutating func channels(of publisher: UInt16) -> UnsafeMutablePointer<UInt32> {
        if let index = publishers.firstIndex(of: publisher) { return sequences + index * Self.channels }
        let count = publishers.count * Self.channels
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: count + Self.channels)
        larger.moveInitialize(from: sequences, count: count)
        (larger + count).initialize(repeating: 0, count: Self.channels)
        sequences.deallocate()
        sequences = larger
        publishers.append(publisher)
        return larger + count
    }

    func forgetSequences() {
        sequences.update(repeating: 0, count: publishers.count * Self.channels)
    }

    /// Fibonacci hashing: the top bits of the product.
    @inline(__always)
    static func slot(_ id: UInt32) -> Int { Int((id &* 0x9E37_79B1) >> UInt32(32 - slotBits)) }
}

/// What stands before the records of a scan, in memory or in the run before.
struct ScanPast {
    /// The first of the records in a row that have one header.
    let stretch: UnsafeRawPointer
    /// Whether the run begins with it, so that the tail of the run before may belong to it.
    let beginsRun: Bool
}

/// The running figures of one scan, kept apart from the monitor so that they stay in registers.
struct ScanState {
    /// The highest `ts_recv` so far.
    var latest: UInt64
    /// Records at or past this time need a close look.
    let windowEnd: UInt64
    var samples = 0
    var undefined = 0
    var skewed = 0
    var worstSkew: UInt64 = 0
}

extension ScanMemory {
    private static let remarkable =
        RecordFlags.snapshot | RecordFlags.badReceiveTime | RecordFlags.maybeBadBook

    /// How many records from `start` on have nothing remarkable.
    ///
    /// Remarkable: another header than the first, one of three flags, `ts_recv` lower than before or at the window's end,
    /// a sequence below the channel's highest, a repeat. The first of up to 64 records is the sample for definitions and
    /// clocks, which does not stop the scan; an instrument that is not in its slot does.
    ///
    /// - Parameter start: not the first of its stretch.
    @inline(__always)
    func unremarkable<Layout: ScanLayout>(
        _: Layout.Type, from start: UnsafeRawPointer, to end: UnsafeRawPointer, past: ScanPast,
        channels: UnsafeMutablePointer<UInt32>, _ state: inout ScanState
    ) -> Int {
        let key = start.loadUnaligned(as: UInt32.self)
        var position = start
        while true {
            let limit = min(end, position + Self.sampled * Layout.stride)
            let (uniform, isOfOneChannel) = uniformRecords(Layout.self, position, limit, key, state.windowEnd)
            guard uniform > position, sample(position, Layout.received, &state) else { break }
            if isOfOneChannel, areInOrder(Layout.self, position, uniform, past, channels, &state.latest) {
                position = uniform
            } else {
                position = endOfOrder(Layout.self, position, uniform, past, channels, &state.latest)
            }
            guard position == limit else { break }
        }
        return (position - start) / Layout.stride
    }

    /// The end of the records, from `start` on, that have header and flags as they should; and whether all of them are of channel 0, as in Databento's files of CME, or of types without one.
    @inline(__always)
    private func uniformRecords<Layout: ScanLayout>(
        _: Layout.Type, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ key: UInt32, _ windowEnd: UInt64
    ) -> (end: UnsafeRawPointer, isOfOneChannel: Bool) {
        var block = start
        // Flags in the low byte, and the channel behind them in the high one.
        var bits: UInt16 = 0
        blocks: while end - block >= Self.block * Layout.stride {
            let last = block + (Self.block - 1) * Layout.stride
            guard last.loadUnaligned(fromByteOffset: Layout.received, as: UInt64.self) < windowEnd else { break }
            for index in 0..<Self.block {
                let record = block + index &* Layout.stride
                guard record.loadUnaligned(as: UInt32.self) == key else { break blocks }
                bits |= record.loadUnaligned(fromByteOffset: Layout.flags, as: UInt16.self)
            }
            guard UInt8(truncatingIfNeeded: bits) & Self.remarkable == 0 else { break }
            block += Self.block * Layout.stride
        }
        // What is left of the last block, or of one that has a remarkable record.
        while end - block >= Layout.stride, block.loadUnaligned(as: UInt32.self) == key,
            block.loadUnaligned(fromByteOffset: Layout.received, as: UInt64.self) < windowEnd
        {
            let own = block.loadUnaligned(fromByteOffset: Layout.flags, as: UInt16.self)
            guard UInt8(truncatingIfNeeded: own) & Self.remarkable == 0 else { break }
            bits |= own
            block += Layout.stride
        }
        return (block, !Layout.hasChannel || bits >> 8 == 0)
    }

    /// Whether records of one channel come in order and for the first time; notes it only if all do.
    @inline(__always)
    private func areInOrder<Layout: ScanLayout>(
        _: Layout.Type, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ past: ScanPast,
        _ channels: UnsafeMutablePointer<UInt32>, _ latest: inout UInt64
    ) -> Bool {
        let channel = Layout.hasChannel ? 0 : Self.noChannel
        var highest = channels[channel]
        var received = latest
        func next(_ record: UnsafeRawPointer) -> Bool {
            isInOrder(Layout.self, record, past, &highest, &received)
        }
        var record = start
        // Eight at a time: the compiler does not unroll this by itself, and a loop over one costs a third more.
        while end - record >= Self.block * Layout.stride {
            guard next(record), next(record + Layout.stride), next(record + 2 * Layout.stride),
                next(record + 3 * Layout.stride), next(record + 4 * Layout.stride), next(record + 5 * Layout.stride),
                next(record + 6 * Layout.stride), next(record + 7 * Layout.stride)
            else { return false }
            record += Self.block * Layout.stride
        }
        while record < end {
            guard next(record) else { return false }
            record += Layout.stride
        }
        channels[channel] = highest
        latest = received
        return true
    }

    /// The first record, from `start` on, that does not come in order and for the first time.
    @inline(never)
    private func endOfOrder<Layout: ScanLayout>(
        _: Layout.Type, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer, _ past: ScanPast,
        _ channels: UnsafeMutablePointer<UInt32>, _ latest: inout UInt64
    ) -> UnsafeRawPointer {
        var record = start
        while record < end {
            let channel =
                Layout.hasChannel
                ? Int(record.load(fromByteOffset: Layout.flags + 1, as: UInt8.self)) : Self.noChannel
            guard isInOrder(Layout.self, record, past, &channels[channel], &latest) else { return record }
            record += Layout.stride
        }
        return record
    }

    /// Whether a record is received after those before it, in its packet's turn, and no repeat; notes it if so.
    @inline(__always)
    private func isInOrder<Layout: ScanLayout>(
        _: Layout.Type, _ record: UnsafeRawPointer, _ past: ScanPast, _ highest: inout UInt32, _ latest: inout UInt64
    ) -> Bool {
        let received = record.loadUnaligned(fromByteOffset: Layout.received, as: UInt64.self)
        guard received >= latest else { return false }
        let sequence = record.loadUnaligned(fromByteOffset: Layout.sequence, as: UInt32.self)
        if sequence <= highest {
            guard sequence == highest || !Layout.hasChannel,
                !Repeats.isPossible(Layout.self, record) || isNoRepeat(Layout.self, record, past)
            else { return false }
        }
        highest = sequence
        latest = received
        return true
    }

    /// False also where the tail of the run before must be asked.
    @inline(never)
    private func isNoRepeat<Layout: ScanLayout>(
        _: Layout.Type, _ record: UnsafeRawPointer, _ past: ScanPast
    ) -> Bool {
        guard !past.beginsRun || record - past.stretch >= Repeats.reach * Layout.stride else { return false }
        return !Repeats.isRepeat(Layout.self, record, notBefore: past.stretch)
    }

    /// False for an instrument that must be looked up first.
    @inline(__always)
    private func sample(_ record: UnsafeRawPointer, _ receivedOffset: Int, _ state: inout ScanState) -> Bool {
        let id = record.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        let slot = Self.slot(id)
        guard slotIDs[slot] == id else { return false }
        state.samples &+= 1
        state.undefined &+= 1 &- Int(slotStates[slot])
        let event = record.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let received = record.loadUnaligned(fromByteOffset: receivedOffset, as: UInt64.self)
        if event > received {
            state.skewed &+= 1
            state.worstSkew = max(state.worstSkew, event &- received)
        }
        return true
    }
}
