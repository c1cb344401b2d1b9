internal import MarketData

/// The side of the book; as an aggressor's side, `bid` buys.
enum SyntheticSide: Int {
    case bid = 0
    case ask = 1

    var opposite: SyntheticSide { self == .bid ? .ask : .bid }
    var code: UInt8 { self == .bid ? UInt8(ascii: "B") : UInt8(ascii: "A") }
}

/// What all records of one venue event share.
struct EventStamp {
    var tsEvent: UInt64
    var tsRecv: UInt64
    /// ns between the venue's sending and `tsRecv`.
    var tsInDelta: Int32
    var sequence: UInt32
}

/// Stamps events in order: one packet and one sequence number an event, the receive time never going back.
struct SyntheticClock {
    private(set) var lastRecv: UInt64
    private var sequence: UInt32 = 1_000_000
    private let latency = QuantileTable<Double>.exponential

    init(start: UInt64) { lastRecv = start }

    /// Receive time is 90 us plus an exponential 35 us after the event, as in the benchmark generator.
    mutating func stamp(_ tsEvent: UInt64, _ random: inout SyntheticRandom) -> EventStamp {
        lastRecv = max(lastRecv, tsEvent &+ 90_000 &+ UInt64(latency.draw(&random) * 35_000))
        let delta = 15_000 + Int32(sequence & 4095)
        defer { sequence &+= 1 }
        return EventStamp(tsEvent: tsEvent, tsRecv: lastRecv, tsInDelta: delta, sequence: sequence)
    }
}

/// Record bytes in a reused buffer. Owns its memory; every write is checked against the buffer's end.
struct RecordWriter: ~Copyable {
    private let buffer: UnsafeMutableRawBufferPointer
    private var used = 0
    /// Records written so far.
    private(set) var records = 0

    static let capacity = 1 << 20

    init() { buffer = .allocate(byteCount: Self.capacity, alignment: 16) }

    deinit { buffer.deallocate() }

    /// Hands the bytes to `emit` once at least `threshold` are waiting; 0 empties the buffer.
    mutating func drain(
        over threshold: Int = RecordWriter.capacity / 2, _ emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        guard used > threshold else { return }
        let pending = UnsafeRawBufferPointer(rebasing: buffer[..<used])
        used = 0
        try emit(pending)
    }

    mutating func append(record: [UInt8]) {
        precondition(
            used + record.count <= buffer.count, "\(record.count) bytes do not fit behind \(used) of \(buffer.count)")
        record.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[used...]).copyMemory(from: $0) }
        used += record.count
        records += 1
    }

    /// One MBO record of publisher 1, channel 0.
    mutating func appendMbo(
        instrument: UInt32, orderID: UInt64, priceNanos: Int64, size: UInt32, action: UInt8, side: UInt8, flags: UInt8,
        _ stamp: EventStamp
    ) {
        precondition(used + 56 <= buffer.count, "a record does not fit behind \(used) of \(buffer.count) bytes")
        guard let base = buffer.baseAddress.map({ $0 + used }) else { return }
        // Header: 14 words, type 0xA0, publisher 1.
        base.storeBytes(of: UInt32(14 | 0xA0 << 8 | 1 << 16).littleEndian, as: UInt32.self)
        base.storeBytes(of: instrument.littleEndian, toByteOffset: 4, as: UInt32.self)
        base.storeBytes(of: stamp.tsEvent.littleEndian, toByteOffset: 8, as: UInt64.self)
        base.storeBytes(of: orderID.littleEndian, toByteOffset: 16, as: UInt64.self)
        base.storeBytes(of: priceNanos.littleEndian, toByteOffset: 24, as: Int64.self)
        base.storeBytes(of: size.littleEndian, toByteOffset: 32, as: UInt32.self)
        base.storeBytes(of: flags, toByteOffset: 36, as: UInt8.self)
        base.storeBytes(of: 0, toByteOffset: 37, as: UInt8.self)
        base.storeBytes(of: action, toByteOffset: 38, as: UInt8.self)
        base.storeBytes(of: side, toByteOffset: 39, as: UInt8.self)
        base.storeBytes(of: stamp.tsRecv.littleEndian, toByteOffset: 40, as: UInt64.self)
        base.storeBytes(of: stamp.tsInDelta.littleEndian, toByteOffset: 48, as: Int32.self)
        base.storeBytes(of: stamp.sequence.littleEndian, toByteOffset: 52, as: UInt32.self)
        used += 56
        records += 1
    }
}

/// The flags of records as real GLBX files carry them.
enum SyntheticFlags {
    static let none: UInt8 = 0
    /// LAST and the publisher's own bit.
    static let last: UInt8 = 130
    /// SNAPSHOT and BAD_TS_RECV.
    static let snapshot: UInt8 = 40
    static let snapshotLast: UInt8 = 168
}

enum SyntheticAction {
    static let add = UInt8(ascii: "A")
    static let cancel = UInt8(ascii: "C")
    static let modify = UInt8(ascii: "M")
    static let trade = UInt8(ascii: "T")
    static let fill = UInt8(ascii: "F")
    static let clear = UInt8(ascii: "R")
    static let noSide = UInt8(ascii: "N")
}
