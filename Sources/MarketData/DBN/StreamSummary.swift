/// What a DBN stream holds: its header, and how many records of which types and instruments.
///
/// Memory grows with the number of instruments only.
public struct StreamSummary: Sendable {
    public let metadata: Metadata?
    /// Of the records; a fragment tells it late, so it may be set until the first run is added. Nil: no record told it.
    public var version: UInt8?
    public private(set) var records = 0
    private var countsByType = [Int](repeating: 0, count: 256)
    private var bytesByType = [Int](repeating: 0, count: 256)
    /// In order of first appearance.
    private var types: [UInt8] = []
    private var instruments: Set<UInt32> = []
    private var latestInstrument: UInt32?

    /// How many symbols, mappings, and intervals of a mapping are shown of what may be thousands.
    private static let shown = 2

    public init(metadata: Metadata?, version: UInt8?) {
        self.metadata = metadata
        self.version = version
    }

    public var instrumentCount: Int { instruments.count }

    public mutating func add(_ run: RecordRun) {
        for record in run {
            records += 1
            let type = Int(record.type)
            if countsByType[type] == 0 { types.append(record.type) }
            countsByType[type] += 1
            bytesByType[type] += record.byteCount
            let instrument = record.instrumentID.rawValue
            if instrument != latestInstrument {
                instruments.insert(instrument)
                latestInstrument = instrument
            }
        }
    }

    /// Records by the names of `RecordLayout`, `unknown_<rtype>` for a type it does not have, in order of first appearance.
    public var countsByName: [(name: String, count: Int)] {
        var result: [(name: String, count: Int)] = []
        for type in types {
            let name = RecordLayout.of(type: type, version: version ?? 3)?.name ?? "unknown_\(type)"
            if let index = result.firstIndex(where: { $0.name == name }) {
                result[index].count += countsByType[Int(type)]
            } else {
                result.append((name, countsByType[Int(type)]))
            }
        }
        return result
    }
}

extension StreamSummary {
    /// Bytes of records by schema, by name: what a vendor bills. All of them belong to the schema the header names, if it
    /// names one.
    public var bytesBySchema: [(name: String, bytes: Int)] {
        var bytes: [String: Int] = [:]
        for type in types {
            let number = Schema.number(ofRecordType: type)
            guard let name = metadata.flatMap({ Schema.name($0.schema) }) ?? number.flatMap(Schema.name) else {
                continue
            }
            bytes[name, default: 0] += bytesByType[Int(type)]
        }
        return bytes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

// MARK: - JSON

extension StreamSummary {
    /// One compact object without a newline; times in nanoseconds, null for what the header leaves open.
    ///
    /// - Parameters:
    ///   - rawBytes: decompressed bytes of the whole stream.
    ///   - frames: Zstandard frames; 0 for a plain stream.
    public func json(rawBytes: Int, frames: Int) -> [UInt8] {
        var out: [UInt8] = []
        out.append(ascii: "{\"raw_bytes\":")
        out.append(decimal: rawBytes)
        out.append(ascii: ",\"zstd_frames\":")
        out.append(decimal: frames)
        out.append(ascii: ",\"records\":")
        out.append(decimal: records)
        out.append(ascii: ",\"by_type\":{")
        for (index, entry) in countsByName.enumerated() {
            if index > 0 { out.append(ascii: ",") }
            out.append(ascii: "\"\(entry.name)\":\(entry.count)")
        }
        out.append(ascii: "},\"bytes_by_schema\":{")
        for (index, entry) in bytesBySchema.enumerated() {
            if index > 0 { out.append(ascii: ",") }
            out.append(ascii: "\"\(entry.name)\":\(entry.bytes)")
        }
        out.append(ascii: "},\"instruments\":")
        out.append(decimal: instrumentCount)
        out.append(ascii: ",\"metadata\":")
        if let metadata {
            Self.append(metadata, to: &out)
        } else {
            out.append(ascii: "null,\"version_of_records\":")
            out.append(ascii: version.map { "\($0)" } ?? "null")
        }
        out.append(ascii: "}")
        return out
    }

    private static func append(_ metadata: Metadata, to out: inout [UInt8]) {
        out.append(ascii: "{\"version\":\(metadata.version),\"dataset\":")
        out.append(jsonString: metadata.dataset.utf8)
        append("schema", text: Schema.name(metadata.schema), to: &out)
        append("start", number: metadata.start, to: &out)
        append("end", number: metadata.definedEnd, to: &out)
        append("limit", number: metadata.definedLimit, to: &out)
        append("stype_in", text: SymbolType.name(metadata.stypeIn), to: &out)
        append("stype_out", text: SymbolType.name(metadata.stypeOut), to: &out)
        out.append(ascii: ",\"ts_out\":\(metadata.tsOut),\"symbols\":\(metadata.symbols.count),\"symbols_first\":")
        append(list: metadata.symbols.prefix(shown), to: &out) { $1.append(jsonString: $0.utf8) }
        out.append(ascii: ",\"partial\":\(metadata.partial.count),\"not_found\":\(metadata.notFound.count)")
        out.append(ascii: ",\"mappings\":\(metadata.mappings.count),\"mappings_first\":")
        append(list: metadata.mappings.prefix(shown), to: &out) { mapping, out in
            out.append(ascii: "{\"raw_symbol\":")
            out.append(jsonString: mapping.rawSymbol.utf8)
            out.append(ascii: ",\"intervals\":")
            append(list: mapping.intervals.prefix(shown), to: &out) { interval, out in
                out.append(
                    ascii: "{\"start\":\"\(dashed(interval.start))\",\"end\":\"\(dashed(interval.end))\",\"symbol\":")
                out.append(jsonString: interval.symbol.utf8)
                out.append(ascii: "}")
            }
            out.append(ascii: "}")
        }
        out.append(ascii: ",\"mapping_intervals_total\":\(metadata.intervalCount)}")
    }

    private static func append<Element>(
        list: some Sequence<Element>, to out: inout [UInt8], _ appendElement: (Element, inout [UInt8]) -> Void
    ) {
        out.append(ascii: "[")
        for (index, element) in list.enumerated() {
            if index > 0 { out.append(ascii: ",") }
            appendElement(element, &out)
        }
        out.append(ascii: "]")
    }

    private static func append(_ name: StaticString, text: String?, to out: inout [UInt8]) {
        out.append(ascii: ",\"\(name)\":")
        if let text { out.append(jsonString: text.utf8) } else { out.append(ascii: "null") }
    }

    private static func append(_ name: StaticString, number: UInt64?, to out: inout [UInt8]) {
        out.append(ascii: ",\"\(name)\":")
        if let number { out.append(decimal: number) } else { out.append(ascii: "null") }
    }

    /// 20240508 as `2024-05-08`.
    private static func dashed(_ date: UInt32) -> String {
        "\(date / 10_000)-\(twoDigits(Int(date / 100 % 100)))-\(twoDigits(Int(date % 100)))"
    }
}

extension Metadata {
    /// Nil for both of DBN's ways to say none.
    fileprivate var definedEnd: UInt64? { end == .max || end == 0 ? nil : end }
    fileprivate var definedLimit: UInt64? { limit == 0 ? nil : limit }
    fileprivate var intervalCount: Int { mappings.reduce(0) { $0 + $1.intervals.count } }
}

// MARK: - Text

extension StreamSummary {
    /// A table for people, one fact a line, each ended by a newline.
    public func text(rawBytes: Int, frames: Int) -> String {
        var rows: [(name: String, value: String)] = []
        if let metadata {
            rows.append(("DBN version", "\(metadata.version)"))
            rows.append(("dataset", metadata.dataset))
            rows.append(("schema", Schema.name(metadata.schema) ?? "mixed"))
            rows.append(("start (UTC)", Self.utc(metadata.start)))
            rows.append(("end (UTC)", metadata.definedEnd.map(Self.utc) ?? "none"))
            rows.append(("limit", metadata.definedLimit.map { "\($0)" } ?? "none"))
            let types = (SymbolType.name(metadata.stypeIn) ?? "mixed", SymbolType.name(metadata.stypeOut) ?? "mixed")
            rows.append(
                ("symbols", "\(metadata.symbols.count), \(types.0) to \(types.1)\(Self.first(metadata.symbols))"))
            rows.append(("partial, not found", "\(metadata.partial.count), \(metadata.notFound.count)"))
            let names = metadata.mappings.map(\.rawSymbol)
            rows.append(("mappings", "\(names.count) in \(metadata.intervalCount) intervals\(Self.first(names))"))
            if metadata.tsOut { rows.append(("send time", "8 bytes behind each record")) }
        } else {
            rows.append(
                (
                    "DBN version",
                    version.map { "\($0), told by record lengths (no metadata)" } ?? "unknown (no metadata)"
                ))
        }
        rows.append(("bytes", frames > 0 ? "\(rawBytes) in \(frames) Zstandard frames" : "\(rawBytes)"))
        for entry in bytesBySchema { rows.append(("  " + entry.name, "\(entry.bytes)")) }
        rows.append(("instruments", "\(instrumentCount)"))
        rows.append(("records", "\(records)"))
        for entry in countsByName { rows.append(("  " + entry.name, "\(entry.count)")) }
        let width = rows.reduce(0) { max($0, $1.name.count) } + 2
        return rows.reduce("") { text, row in
            text + row.name + String(repeating: " ", count: width - row.name.count) + row.value + "\n"
        }
    }

    private static func first(_ names: [String]) -> String {
        guard !names.isEmpty else { return "" }
        return ": " + names.prefix(shown).joined(separator: ", ") + (names.count > shown ? ", ..." : "")
    }

    private static func utc(_ nanos: UInt64) -> String {
        let seconds = Int(nanos / 1_000_000_000)
        let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map { twoDigits($0) }.joined(separator: ":")
        let fraction = nanos % 1_000_000_000
        let digits = fraction == 0 ? "" : "." + String(fraction + 1_000_000_000).dropFirst()
        return "\(CivilDate(daysSince1970: seconds / 86_400)) \(clock)\(digits)"
    }
}
