/// Writes the header of a stream by the offsets of `dbn-format.md`, section 2, sharing nothing with `Metadata`.
struct DBNHeader {
    struct Mapping {
        var symbol: String
        var intervals: [(start: UInt32, end: UInt32, symbol: String)] = []
    }

    var version: UInt8 = 3
    var dataset = "GLBX.MDP3"
    var schema: UInt16 = 0
    var start: UInt64 = 0
    var end = UInt64.max
    var limit: UInt64 = 0
    var stypeIn: UInt8 = 1
    var stypeOut: UInt8 = 0
    var tsOut = false
    var symbols: [String] = []
    var partial: [String] = []
    var notFound: [String] = []
    var mappings: [Mapping] = []

    var symbolBytes: Int { version == 1 ? 22 : 71 }

    var bytes: [UInt8] {
        var body = Self.text(dataset, 16)
        body += Self.little(schema) + Self.little(start) + Self.little(end) + Self.little(limit)
        if version == 1 { body += Self.little(UInt64.max) }
        body += [stypeIn, stypeOut, tsOut ? 1 : 0]
        if version > 1 { body += Self.little(UInt16(71)) }
        body += [UInt8](repeating: 0, count: 100 - body.count)
        body += Self.little(UInt32(0))
        for list in [symbols, partial, notFound] {
            body += Self.little(UInt32(list.count)) + list.flatMap { Self.text($0, symbolBytes) }
        }
        body += Self.little(UInt32(mappings.count))
        for mapping in mappings {
            body += Self.text(mapping.symbol, symbolBytes) + Self.little(UInt32(mapping.intervals.count))
            for interval in mapping.intervals {
                body += Self.little(interval.start) + Self.little(interval.end)
                body += Self.text(interval.symbol, symbolBytes)
            }
        }
        while version == 3, body.count % 8 != 0 { body.append(0) }
        return Array("DBN".utf8) + [version] + Self.little(UInt32(body.count)) + body
    }

    static func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func text(_ text: String, _ count: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }
}

/// A record with nothing but its header set; `byteCount` is put in as it is, whatever the type needs.
func bareRecord(type: UInt8, byteCount: Int, instrumentID: UInt32 = 1, fill: UInt8 = 0) -> [UInt8] {
    var bytes = [UInt8](repeating: fill, count: byteCount)
    bytes[0] = UInt8(byteCount / 4)
    bytes[1] = type
    bytes.replaceSubrange(4..<8, with: DBNHeader.little(instrumentID))
    return bytes
}
