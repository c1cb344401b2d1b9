import MarketData

@testable import Monitors

/// Records of a session in which nothing is wrong, to spoil one thing at a time.
///
/// The session of Tuesday 2026-11-03 on Globex: Monday 23:00 UTC to 22:00 UTC, 46 half hours, 1,380 minutes.
struct QualityStream {
    static let second: UInt64 = 1_000_000_000
    static let halfHour: UInt64 = 1800 * second
    /// 2026-11-02T23:00:00Z
    static let open: UInt64 = 1_793_660_400 * second
    static let close: UInt64 = open + 23 * 3600 * second
    static let instrument: UInt32 = 5602
    static let halfHours = 46

    var records: [[UInt8]] = []

    /// An order each `step`, in its own packet, with marks where they are due, a definition first, and a mark at the close.
    static func clean(step: UInt64 = 5 * second, from start: UInt64 = open, to end: UInt64 = close) -> QualityStream {
        step == 5 * second && start == open && end == close ? whole : made(step, start, end)
    }

    private static let whole = made(5 * second, open, close)

    private static func made(_ step: UInt64, _ start: UInt64, _ end: UInt64) -> QualityStream {
        var stream = QualityStream()
        stream.records.append(RecordBuilder.mark(at: start))
        stream.records.append(definition(instrument, at: start))
        var lastMark = start
        var sequence: UInt32 = 1000
        var time = start + second
        while time < end {
            let due = time - time % (10 * second)
            if due > lastMark {
                stream.records.append(RecordBuilder.mark(at: due))
                lastMark = due
            }
            stream.records.append(order(at: time, sequence: sequence, id: UInt64(sequence)))
            // Other instruments of the channel take numbers in between.
            sequence += 3
            time += step
        }
        if end == close { stream.records.append(RecordBuilder.mark(at: close)) }
        return stream
    }

    static func order(
        at time: UInt64, event: UInt64? = nil, sequence: UInt32, id: UInt64, instrument: UInt32 = Self.instrument,
        action: Character = "A", price: Int64 = 5_000_000_000_000, size: Int64 = 3, flags: UInt8 = 130,
        channel: Int64 = 0,
        publisher: UInt16 = 1
    ) -> [UInt8] {
        var record = template
        set(UInt64(publisher), in: &record, at: 2, bytes: 2)
        set(UInt64(instrument), in: &record, at: 4, bytes: 4)
        set(event ?? time - 100_000, in: &record, at: 8, bytes: 8)
        set(id, in: &record, at: 16, bytes: 8)
        set(UInt64(bitPattern: price), in: &record, at: 24, bytes: 8)
        set(UInt64(size), in: &record, at: 32, bytes: 4)
        record[36] = flags
        record[37] = UInt8(channel)
        record[38] = action.asciiValue ?? 0
        set(time, in: &record, at: 40, bytes: 8)
        set(UInt64(sequence), in: &record, at: 52, bytes: 4)
        return record
    }

    private static let template = RecordBuilder.record(
        type: RecordType.mbo, instrumentID: 0, tsEvent: 0, numbers: ["side": Int64(UInt8(ascii: "B"))])

    static func definition(_ id: UInt32, at time: UInt64, action: Character = "A") -> [UInt8] {
        RecordBuilder.record(
            type: RecordType.definition, instrumentID: id, tsEvent: time,
            numbers: [
                "ts_recv": Int64(time), "security_update_action": Int64(action.asciiValue ?? 0),
                "instrument_class": Int64(UInt8(ascii: "F")),
            ])
    }

    /// The place of the first order received at `time` or later.
    func place(at time: UInt64) -> Int {
        records.firstIndex { $0[1] == RecordType.mbo && Self.received($0) >= time } ?? records.count
    }

    static func received(_ record: [UInt8]) -> UInt64 { number(record, 40, 8) }
    static func sequence(_ record: [UInt8]) -> UInt32 { UInt32(number(record, 52, 4)) }

    static func number(_ record: [UInt8], _ offset: Int, _ bytes: Int) -> UInt64 {
        (0..<bytes).reduce(0) { $0 | UInt64(record[offset + $1]) << UInt64(8 * $1) }
    }

    static func set(_ value: UInt64, in record: inout [UInt8], at offset: Int, bytes: Int) {
        for index in 0..<bytes { record[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
}

extension QualityStream {
    /// What a monitor says of the session after all records, in runs of `run` records.
    ///
    /// - Parameter facts: called before each record with its time, for what others tell the monitor.
    func report(
        _ terms: QualityTerms = QualityTerms(), run: Int = .max, calendar: String = "cme-globex-equity",
        after: (inout QualityMonitor) -> Void = { _ in }, facts: ((inout QualityMonitor, UInt64) -> Void)? = nil
    ) throws -> QualityReport? {
        var monitor = QualityMonitor(calendar: try ExchangeCalendar(named: calendar), terms: terms)
        let run = facts == nil ? run : 1
        var start = 0
        while start < records.count {
            let end = start + min(run, records.count - start)
            let bytes = records[start..<end].flatMap { $0 }
            if let facts, records[start][1] == RecordType.mbo { facts(&monitor, Self.received(records[start])) }
            bytes.withUnsafeBytes { monitor.apply(RecordRun(within: $0, from: 0)) }
            start = end
        }
        after(&monitor)
        return monitor.takeFinished().last ?? monitor.current
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct QualityRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
