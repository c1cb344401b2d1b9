internal import MarketData

/// Why bytes are no session record. Offsets count from the first byte.
enum SessionRecordError: Error, Hashable, Sendable {
    case tooLarge(bytes: Int, most: Int)
    case truncated(offset: Int, needed: Int, available: Int)
    case notASessionRecord
    case unsupportedVersion(UInt8)
    case wrongChecksum
    /// Whole, but not what this program writes.
    case invalid(offset: Int, reason: String)
    /// Learnt with other parameters.
    case otherLayout
    /// The file says another date than its name.
    case otherSession(found: CivilDate)
}

extension SessionRecordError: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooLarge(let bytes, let most): "\(bytes) bytes, at most \(most) are read"
        case .truncated(let offset, let needed, let available):
            "ends at byte \(offset): \(needed) bytes needed, \(available) left"
        case .notASessionRecord: "does not begin with TNSR: no session record"
        case .unsupportedVersion(let version): "session record of version \(version), expected 1"
        case .wrongChecksum: "damaged: its checksum is another"
        case .invalid(let offset, let reason): "at byte \(offset): \(reason)"
        case .otherLayout: "learnt with other parameters"
        case .otherSession(let found): "is of session \(found)"
        }
    }
}

/// The bytes of a record: equal records have equal bytes, and one record has one spelling.
///
/// `TNSR`, version (1), date (u32, 20261120), layout (u64), scorer (u64), then cells and predictions, then the first 8
/// bytes of SHA-256 over all before. Integers are little-endian or, where a count, LEB128 without needless bytes;
/// numbers are IEEE 754 bits. Cells: their count, then each: steps from the cell before, number of windows, log-ratio,
/// log volume. A measure: mean, sum of squares, bins, then for each bin steps from the one before and its count less
/// one. Predictions: their count, then length, id, raw score of each.
extension SessionRecord {
    static let magic = Array("TNSR".utf8)
    static let version: UInt8 = 1
    static let mostBytes = 8 << 20
    private static let checksumBytes = 8

    var bytes: [UInt8] {
        var out = Self.magic
        out.append(Self.version)
        out.appendInteger(session.compact)
        out.appendInteger(layout)
        out.appendInteger(scorer)
        let filled = cells.enumerated().compactMap { number, cell in cell.map { (number, $0) } }
        out.appendCount(UInt64(filled.count))
        var next = 0
        for (number, cell) in filled {
            out.appendCount(UInt64(number - next))
            next = number + 1
            out.appendCount(cell.logRatio.moments.count)
            out.append(cell.logRatio)
            out.append(cell.logVolume)
        }
        out.appendCount(UInt64(predictions.count))
        for prediction in predictions {
            out.appendCount(UInt64(prediction.id.utf8.count))
            out += prediction.id.utf8
            out.appendInteger(prediction.raw.bitPattern)
        }
        return out + Self.checksum(out[...])
    }

    init(_ bytes: [UInt8]) throws(SessionRecordError) {
        guard bytes.count <= Self.mostBytes else { throw .tooLarge(bytes: bytes.count, most: Self.mostBytes) }
        var reader = SessionRecordReader(bytes)
        guard try reader.take(4).elementsEqual(Self.magic) else { throw .notASessionRecord }
        let version = try reader.integer(UInt8.self)
        guard version == Self.version else { throw .unsupportedVersion(version) }
        guard reader.left >= Self.checksumBytes else {
            throw .truncated(offset: reader.offset, needed: Self.checksumBytes, available: reader.left)
        }
        let end = bytes.count - Self.checksumBytes
        guard Self.checksum(bytes[..<end]) == Array(bytes[end...]) else { throw .wrongChecksum }
        reader.end = end
        let session = try reader.date()
        let layout = try reader.integer(UInt64.self)
        let scorer = try reader.integer(UInt64.self)
        let cells = try reader.cells()
        let predictions = try reader.predictions()
        guard reader.left == 0 else { throw reader.invalid("more after the end") }
        self.init(session, layout: layout, scorer: scorer, cells: cells, predictions: predictions)
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return Array(hash.digest().prefix(checksumBytes))
    }
}

extension [UInt8] {
    fileprivate mutating func appendInteger(_ value: some FixedWidthInteger & UnsignedInteger) {
        for byte in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    /// LEB128.
    fileprivate mutating func appendCount(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    fileprivate mutating func append(_ measure: SessionRecord.Measure) {
        appendInteger(measure.moments.mean.bitPattern)
        appendInteger(measure.moments.squares.bitPattern)
        appendCount(UInt64(measure.sketch.bins.count))
        var next = -Int(QuantileSketch.largestKey)
        for bin in measure.sketch.bins {
            appendCount(UInt64(Int(bin.key) - next))
            next = Int(bin.key) + 1
            appendCount(UInt64(bin.count) - 1)
        }
    }
}

/// Reads inside its bytes only, and only what `bytes` writes.
private struct SessionRecordReader {
    private let bytes: [UInt8]
    private(set) var offset = 0
    var end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    var left: Int { end - offset }

    func invalid(_ reason: String) -> SessionRecordError { .invalid(offset: offset, reason: reason) }

    mutating func take(_ count: Int) throws(SessionRecordError) -> ArraySlice<UInt8> {
        guard count <= left else { throw .truncated(offset: offset, needed: count, available: left) }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_: T.Type) throws(SessionRecordError) -> T {
        var value: T = 0
        for (index, byte) in try take(T.bitWidth / 8).enumerated() { value |= T(byte) << T(8 * index) }
        return value
    }

    mutating func count(_ what: String, atMost limit: UInt64) throws(SessionRecordError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            // Most of a record; one byte at a time has to be cheap.
            guard offset < end else { throw .truncated(offset: offset, needed: 1, available: 0) }
            let byte = bytes[offset]
            offset += 1
            // Nine groups of 7 bits are far above every limit here.
            guard shift < 63 else { throw invalid("\(what) is too long a number") }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 7 else { throw invalid("\(what) has needless bytes") }
                break
            }
        }
        guard value <= limit else { throw invalid("\(what) is \(value), at most \(limit)") }
        return value
    }

    mutating func number(_ what: String) throws(SessionRecordError) -> Double {
        let value = Double(bitPattern: try integer(UInt64.self))
        guard value.isFinite else { throw invalid("\(what) is not finite") }
        return value
    }

    mutating func date() throws(SessionRecordError) -> CivilDate {
        let compact = Int(try integer(UInt32.self))
        guard let date = CivilDate(year: compact / 10_000, month: compact / 100 % 100, day: compact % 100) else {
            throw invalid("\(compact) is no date")
        }
        return date
    }

    mutating func cells() throws(SessionRecordError) -> [SessionRecord.Cell?] {
        var cells: [SessionRecord.Cell?] = Array(repeating: nil, count: BaselineKey.count)
        var next = 0
        for _ in 0..<(try count("number of cells", atMost: UInt64(BaselineKey.count))) {
            guard next < BaselineKey.count else { throw invalid("a cell past the last key") }
            let number = next + Int(try count("cell", atMost: UInt64(BaselineKey.count - 1 - next)))
            let windows = try count("windows of a cell", atMost: UInt64(UInt32.max))
            guard windows > 0 else { throw invalid("a cell without windows") }
            cells[number] = SessionRecord.Cell(
                logRatio: try measure(windows: windows), logVolume: try measure(windows: windows))
            next = number + 1
        }
        return cells
    }

    private mutating func measure(windows: UInt64) throws(SessionRecordError) -> SessionRecord.Measure {
        let mean = try number("a mean")
        let squares = try number("a sum of squares")
        // Larger ones could not come from logarithms and would overflow when merged.
        guard mean.magnitude <= 1e3, squares.sign == .plus, squares <= 1e18 else {
            throw invalid("a mean or a sum of squares that no windows have")
        }
        let largest = Int(QuantileSketch.largestKey)
        var bins: [QuantileSketch.Bin] = []
        var next = -largest
        var sum: UInt64 = 0
        let binCount = Int(try count("number of bins", atMost: UInt64(2 * largest + 1)))
        bins.reserveCapacity(binCount)
        for _ in 0..<binCount {
            guard next <= largest else { throw invalid("a bin past the last") }
            let key = next + Int(try count("bin", atMost: UInt64(largest - next)))
            let windows = try count("windows of a bin", atMost: UInt64(UInt32.max) - 1) + 1
            bins.append(QuantileSketch.Bin(key: Int16(key), count: UInt32(windows)))
            sum += windows
            next = key + 1
        }
        guard sum == windows else { throw invalid("bins hold \(sum) windows of \(windows)") }
        return SessionRecord.Measure(
            moments: Moments(count: windows, mean: mean, squares: squares), sketch: QuantileSketch(checked: bins))
    }

    mutating func predictions() throws(SessionRecordError) -> [SessionRecord.Prediction] {
        var predictions: [SessionRecord.Prediction] = []
        for _ in 0..<(try count("number of predictions", atMost: UInt64(SessionRecord.mostPredictions))) {
            let length = Int(try count("length of an id", atMost: 128))
            let id = String(decoding: try take(length), as: UTF8.self)
            let prediction = SessionRecord.Prediction(id: id, raw: try number("a raw score"))
            guard prediction.isValid else { throw invalid("a prediction that no signal has") }
            predictions.append(prediction)
        }
        return predictions
    }
}
