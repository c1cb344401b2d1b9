/// The header of a DBN stream.
public struct Metadata: Hashable, Sendable {
    public struct Interval: Hashable, Sendable {
        /// Dates as decimal YYYYMMDD; `end` is exclusive.
        public var start: UInt32
        public var end: UInt32
        public var symbol: String

        public init(start: UInt32, end: UInt32, symbol: String) {
            self.start = start
            self.end = end
            self.symbol = symbol
        }
    }

    public struct Mapping: Hashable, Sendable {
        public var rawSymbol: String
        public var intervals: [Interval]

        public init(rawSymbol: String, intervals: [Interval]) {
            self.rawSymbol = rawSymbol
            self.intervals = intervals
        }
    }

    public var version: UInt8
    public var dataset: String
    public var schema: UInt16
    public var start: UInt64
    /// `UInt64.max` or 0: none.
    public var end: UInt64
    /// 0: none.
    public var limit: UInt64
    public var stypeIn: UInt8
    public var stypeOut: UInt8
    public var tsOut: Bool
    public var symbols: [String] = []
    public var partial: [String] = []
    public var notFound: [String] = []
    public var mappings: [Mapping] = []

    public init(
        version: UInt8 = 3, dataset: String, schema: UInt16, start: UInt64, end: UInt64 = .max, limit: UInt64 = 0,
        stypeIn: UInt8, stypeOut: UInt8, tsOut: Bool = false
    ) {
        self.version = version
        self.dataset = dataset
        self.schema = schema
        self.start = start
        self.end = end
        self.limit = limit
        self.stypeIn = stypeIn
        self.stypeOut = stypeOut
        self.tsOut = tsOut
    }

    /// The header of a Live session, which is what every engine reads: mixed schemas, names only in records.
    public static func liveSession(dataset: String, start: UInt64) -> Metadata {
        Metadata(
            dataset: dataset, schema: Schema.mixed, start: start, stypeIn: SymbolType.mixed,
            stypeOut: SymbolType.instrumentID)
    }
}

// MARK: - Reading

extension Metadata {
    static let preludeBytes = 8
    static let fixedBytes = 100
    /// Over ten million mappings; a length beyond it is damage, and is not waited for in memory.
    static let maximumBytes = 1 << 30

    /// The length of the whole header once its first 8 bytes are there; nil while they are not.
    static func headerBytes(_ bytes: UnsafeRawBufferPointer) throws(DBNError) -> Int? {
        let magic: [UInt8] = [0x44, 0x42, 0x4E]
        let shown = min(bytes.count, 3)
        guard Array(bytes.prefix(shown)) == Array(magic.prefix(shown)) else {
            throw .notDBN(firstBytes: Array(bytes.prefix(8)))
        }
        guard bytes.count >= preludeBytes else { return nil }
        let version = bytes[3]
        guard version != 0 else { throw .obsoleteDBZ }
        guard version <= 3 else { throw .unsupportedVersion(version) }
        let length = Int(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard length >= fixedBytes else {
            throw .metadata(offset: 4, reason: "length \(length) is below the \(fixedBytes) bytes of its fixed part")
        }
        guard length <= maximumBytes else {
            throw .metadata(offset: 4, reason: "length \(length) is above \(maximumBytes), the most that is read")
        }
        return preludeBytes + length
    }

    /// Reads a whole header (`bytes` is exactly as long as `headerBytes` said).
    static func parse(_ bytes: UnsafeRawBufferPointer) throws(DBNError) -> Metadata {
        var cursor = MetadataCursor(bytes: bytes, offset: preludeBytes)
        let version = bytes[3]
        let dataset = try cursor.text(16)
        let schema: UInt16 = try cursor.integer()
        let start: UInt64 = try cursor.integer()
        let end: UInt64 = try cursor.integer()
        let limit: UInt64 = try cursor.integer()
        if version == 1 { let _: UInt64 = try cursor.integer() }
        let stypeIn: UInt8 = try cursor.integer()
        let stypeOut: UInt8 = try cursor.integer()
        let tsOut: UInt8 = try cursor.integer()
        var symbolBytes = 22
        if version > 1 {
            let length: UInt16 = try cursor.integer()
            symbolBytes = Int(length)
            guard symbolBytes > 0 else {
                throw .metadata(offset: cursor.offset - 2, reason: "symbols are said to have 0 bytes")
            }
        }
        cursor.offset = preludeBytes + fixedBytes
        let definitionLength: UInt32 = try cursor.integer()
        guard definitionLength == 0 else {
            throw .metadata(
                offset: cursor.offset - 4, reason: "a schema definition of \(definitionLength) bytes is not supported")
        }
        var result = Metadata(
            version: version, dataset: dataset, schema: schema, start: start, end: end, limit: limit,
            stypeIn: stypeIn, stypeOut: stypeOut, tsOut: tsOut != 0)
        result.symbols = try cursor.texts(symbolBytes)
        result.partial = try cursor.texts(symbolBytes)
        result.notFound = try cursor.texts(symbolBytes)
        let count = try cursor.count(ofAtLeast: symbolBytes + 4)
        result.mappings.reserveCapacity(count)
        for _ in 0..<count {
            let raw = try cursor.text(symbolBytes)
            let intervals = try cursor.count(ofAtLeast: symbolBytes + 8)
            var mapping = Mapping(rawSymbol: raw, intervals: [])
            mapping.intervals.reserveCapacity(intervals)
            for _ in 0..<intervals {
                let start: UInt32 = try cursor.integer()
                let end: UInt32 = try cursor.integer()
                mapping.intervals.append(Interval(start: start, end: end, symbol: try cursor.text(symbolBytes)))
            }
            result.mappings.append(mapping)
        }
        return result
    }
}

/// A position in metadata bytes that never reads past their end.
private struct MetadataCursor {
    let bytes: UnsafeRawBufferPointer
    var offset: Int

    mutating func integer<T: FixedWidthInteger>() throws(DBNError) -> T {
        try need(MemoryLayout<T>.size)
        defer { offset += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    mutating func text(_ length: Int) throws(DBNError) -> String {
        try need(length)
        defer { offset += length }
        return String(decoding: bytes[offset..<offset + length].prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A count of things that need at least `size` bytes each, checked against what is left before anything is allocated.
    mutating func count(ofAtLeast size: Int) throws(DBNError) -> Int {
        let count: UInt32 = try integer()
        guard Int(count) <= (bytes.count - offset) / size else {
            throw .metadata(
                offset: offset - 4, reason: "\(count) entries do not fit in the \(bytes.count - offset) bytes left")
        }
        return Int(count)
    }

    mutating func texts(_ length: Int) throws(DBNError) -> [String] {
        let count = try count(ofAtLeast: length)
        var result: [String] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try text(length)) }
        return result
    }

    private func need(_ length: Int) throws(DBNError) {
        guard length <= bytes.count - offset else {
            throw .metadata(offset: offset, reason: "\(length) bytes needed, \(bytes.count - offset) left")
        }
    }
}

// MARK: - Writing

extension Metadata {
    static let symbolBytesV3 = 71

    /// The header as version 3 bytes, padded to a multiple of 8; symbols longer than 70 bytes are cut.
    public func encoded() -> [UInt8] {
        var body: [UInt8] = []
        body.append(text: dataset, bytes: 16)
        body.append(integer: schema)
        body.append(integer: start)
        body.append(integer: end)
        body.append(integer: limit)
        body.append(contentsOf: [stypeIn, stypeOut, tsOut ? 1 : 0])
        body.append(integer: UInt16(Self.symbolBytesV3))
        body.append(contentsOf: [UInt8](repeating: 0, count: Self.fixedBytes - body.count))
        body.append(integer: UInt32(0))
        for list in [symbols, partial, notFound] {
            body.append(integer: UInt32(list.count))
            for symbol in list { body.append(text: symbol, bytes: Self.symbolBytesV3) }
        }
        body.append(integer: UInt32(mappings.count))
        for mapping in mappings {
            body.append(text: mapping.rawSymbol, bytes: Self.symbolBytesV3)
            body.append(integer: UInt32(mapping.intervals.count))
            for interval in mapping.intervals {
                body.append(integer: interval.start)
                body.append(integer: interval.end)
                body.append(text: interval.symbol, bytes: Self.symbolBytesV3)
            }
        }
        while body.count % 8 != 0 { body.append(0) }
        var bytes: [UInt8] = [0x44, 0x42, 0x4E, 3]
        bytes.append(integer: UInt32(body.count))
        return bytes + body
    }
}

extension [UInt8] {
    mutating func append<T: FixedWidthInteger>(integer: T) {
        Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
    }

    /// NUL-padded to `bytes`, with at least one NUL at the end.
    mutating func append(text: String, bytes: Int) {
        let kept = text.utf8.prefix(bytes - 1)
        append(contentsOf: kept)
        append(contentsOf: [UInt8](repeating: 0, count: bytes - kept.count))
    }
}
