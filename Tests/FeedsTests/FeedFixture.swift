import Feeds
import Foundation
import MarketData
import Testing

/// A folder of its own for one test, removed with the last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/tandem-feeds-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // Left-overs in a temporary folder harm nobody.

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// A version 1, 2 or 3 header with the names of instruments, written by the offsets of `dbn-format.md`, section 2.
func header(
    version: UInt8 = 3, stypeIn: UInt8 = 1, tsOut: Bool = false,
    mappings: [(symbol: String, start: UInt32, end: UInt32, name: String)] = []
) -> [UInt8] {
    let symbolBytes = version == 1 ? 22 : 71
    func text(_ text: String) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: symbolBytes - text.utf8.count)
    }
    var body = [UInt8](repeating: 0, count: 104)
    body.replaceSubrange(0..<9, with: Array("GLBX.MDP3".utf8))
    body[version == 1 ? 50 : 42] = stypeIn
    body[version == 1 ? 52 : 44] = tsOut ? 1 : 0
    if version > 1 { body[45] = 71 }
    body += [UInt8](repeating: 0, count: 12) + little(UInt32(mappings.count))
    for mapping in mappings {
        body +=
            text(mapping.symbol) + little(UInt32(1)) + little(mapping.start) + little(mapping.end) + text(mapping.name)
    }
    while version == 3, body.count % 8 != 0 { body.append(0) }
    return Array("DBN".utf8) + [version] + little(UInt32(body.count)) + body
}

func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A market-by-order record whose two times are the same; `order` tells it apart from others.
func mbo(at time: UInt64, instrument: UInt32 = 1, order: Int64 = 0) -> [UInt8] {
    RecordBuilder.record(
        type: RecordType.mbo, instrumentID: instrument, tsEvent: time,
        numbers: ["order_id": order, "ts_recv": Int64(bitPattern: time)])
}

/// Midnight UTC of a date, plus seconds, in nanoseconds.
func time(_ date: String, _ seconds: Double = 0) throws -> UInt64 {
    let day = try #require(CivilDate(date)).daysSince1970
    return UInt64(day * 86_400) * 1_000_000_000 + UInt64(seconds * 1e9)
}

/// A merged stream read to its end, with every record as a copy.
struct ReadFeed {
    struct Chunk: Hashable {
        var number: Int
        var firstIndex: UInt64
        var recordCount: Int
        var sourceRecordCount: Int
        var mark: Mark?
        var time: UInt64
        var bytes: [UInt8]
    }

    var chunks: [Chunk] = []
    /// All records of the stream in order.
    var records: [[UInt8]] = []
    var truncations: [Truncation] = []

    init(_ plan: FeedPlan) throws {
        let feed = try MergedFeed(plan)
        while let chunk = try feed.nextChunk() {
            let bytes = chunk.withBytes { Array($0) }
            chunks.append(
                Chunk(
                    number: chunk.number, firstIndex: chunk.firstIndex, recordCount: chunk.recordCount,
                    sourceRecordCount: chunk.sourceRecordCount, mark: chunk.mark, time: chunk.time.nanos, bytes: bytes))
            var offset = 0
            while offset < bytes.count {
                let length = Int(bytes[offset]) * 4
                records.append(Array(bytes[offset..<offset + length]))
                offset += length
            }
        }
        truncations = feed.truncations
    }

    init(
        _ files: [String], calendar: String = "24x7", mark: UInt64 = 10_000_000_000, span: UInt64 = .max
    ) throws {
        try self.init(
            FeedPlan(
                files: files, calendar: try ExchangeCalendar(named: calendar), markIntervalNanos: mark,
                chunkSpanNanos: span))
    }

    var marks: [Mark] { chunks.compactMap(\.mark) }

    /// Order ids of the market-by-order records, in order.
    var orders: [UInt64] { records.filter { $0[1] == RecordType.mbo }.map { $0.number(at: 16) } }

    /// Instrument and symbol of every symbol mapping, in order.
    var names: [String] {
        records.filter { $0[1] == RecordType.symbolMapping }.map { record in
            "\(record.number(at: 4) & 0xFFFF_FFFF) \(String(decoding: record[89..<160].prefix { $0 != 0 }, as: UTF8.self))"
        }
    }

    /// What kind of record stands where: `m` for a mark, `n` for a name, `.` for anything else.
    var shape: String {
        String(
            records.map { record in
                switch record[1] {
                case RecordType.system: "m"
                case RecordType.symbolMapping: "n"
                default: "."
                }
            })
    }
}

extension [UInt8] {
    /// The little-endian 64 bits at `offset`.
    func number(at offset: Int) -> UInt64 { self[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct FeedRandom: RandomNumberGenerator {
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
