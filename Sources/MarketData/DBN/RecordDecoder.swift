/// Turns pieces of a DBN byte stream into runs of whole, checked records, without input or output of its own.
///
/// Hand it bytes of any size with `append`; take runs with `nextRun` until it gives nil. Memory is bounded by the largest
/// piece plus one record (or the metadata, while that is incomplete).
public struct RecordDecoder: ~Copyable {
    public private(set) var metadata: Metadata?
    /// 1, 2 or 3; nil until the metadata, or the first telling record of a fragment, was seen.
    ///
    /// Some lengths fit two versions: then it is the higher one, and falls when a record tells. The records before that one
    /// are alike in both.
    public private(set) var version: UInt8?
    /// Bytes of the stream that became metadata or whole records.
    public private(set) var consumedBytes = 0
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var headerDone: Bool
    /// Versions that a fragment's records allow so far, bit 0 for version 1; single once it is certain.
    private var possibleVersions: UInt8

    /// - Parameter fragmentVersion: for records without metadata; nil infers it from record lengths.
    public init(fragment: Bool = false, fragmentVersion: UInt8? = nil, capacity: Int = 1 << 20) {
        headerDone = fragment
        version = fragmentVersion
        possibleVersions = fragment && fragmentVersion == nil ? 0b111 : 1
        buffer = .allocate(byteCount: max(capacity, 4096), alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// What is buffered but not yet a whole record.
    public var leftoverBytes: Int { end - start }

    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        withSpace(atLeast: bytes.count) { space in
            if let source = bytes.baseAddress { space.baseAddress?.copyMemory(from: source, byteCount: bytes.count) }
            return bytes.count
        }
    }

    /// Lets `fill` write into the buffer's free tail (at least `minimum` bytes) and return how many bytes it wrote.
    @discardableResult
    public mutating func withSpace(
        atLeast minimum: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) rethrows -> Int {
        if buffer.count - end < minimum { makeRoom(minimum) }
        let written = try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        precondition(written >= 0 && written <= buffer.count - end, "wrote \(written) of \(buffer.count - end) bytes")
        end += written
        return written
    }

    private mutating func makeRoom(_ minimum: Int) {
        let kept = end - start
        if buffer.count - kept < minimum {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: (kept + minimum) * 2, alignment: 16)
            if let base = buffer.baseAddress { larger.baseAddress?.copyMemory(from: base + start, byteCount: kept) }
            buffer.deallocate()
            buffer = larger
        } else if let base = buffer.baseAddress, kept > 0 {
            base.copyMemory(from: base + start, byteCount: kept)
        }
        start = 0
        end = kept
    }

    /// The longest run of whole records now available, or nil when more bytes are needed.
    ///
    /// - Throws: `DBNError` for bytes that are no DBN; what was handed out before stays valid.
    public mutating func nextRun() throws(DBNError) -> RecordRun? {
        if !headerDone, try !readHeader() { return nil }
        guard end - start >= 16, let base = UnsafeRawPointer(buffer.baseAddress) else { return nil }
        let end = possibleVersions.nonzeroBitCount > 1 ? try inferVersion() : self.end
        let version = self.version ?? 3
        guard (1...3).contains(version) else { throw .unsupportedVersion(version) }
        let minimums = MinimumLength.table(version: version, tsOut: metadata?.tsOut ?? false)
        var position = start
        while end - position >= 16 {
            let length = Int(base.load(fromByteOffset: position, as: UInt8.self)) &* 4
            let type = base.load(fromByteOffset: position + 1, as: UInt8.self)
            let minimum = Int(minimums[Int(type)])
            guard length >= minimum else {
                if position > start { break }
                throw .recordTooShort(offset: consumedBytes, recordType: type, length: length, minimum: minimum)
            }
            guard length <= end - position else { break }
            position += length
        }
        guard position > start else { return nil }
        let run = RecordRun(checked: UnsafeRawBufferPointer(start: base + start, count: position - start))
        consumedBytes += position - start
        start = position
        return run
    }

    /// Reads the metadata if enough bytes are there; false while they are not.
    public mutating func readMetadata() throws(DBNError) -> Bool {
        if !headerDone { return try readHeader() }
        return true
    }

    private mutating func readHeader() throws(DBNError) -> Bool {
        let pending = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
        guard let length = try Metadata.headerBytes(pending), pending.count >= length else { return false }
        let parsed = try Metadata.parse(UnsafeRawBufferPointer(rebasing: pending[..<length]))
        metadata = parsed
        version = parsed.version
        start += length
        consumedBytes += length
        headerDone = true
        return true
    }

    /// Narrows the version by the buffered records whose length differs between versions.
    ///
    /// - Returns: how far the buffered records agree with one version.
    private mutating func inferVersion() throws(DBNError) -> Int {
        guard let base = buffer.baseAddress else { return end }
        var position = start
        while end - position >= 16 {
            let length = Int(base.load(fromByteOffset: position, as: UInt8.self)) &* 4
            let type = base.load(fromByteOffset: position + 1, as: UInt8.self)
            // What is too short for any record is reported where it is checked.
            guard length >= 16 else { return end }
            if let lengths = MinimumLength.byVersion[type], lengths != [lengths[0], lengths[0], lengths[0]] {
                let fitting = (0..<3).reduce(UInt8(0)) { lengths[$1] == length ? $0 | 1 << $1 : $0 } & possibleVersions
                guard fitting != 0 else {
                    if position > start { return position }
                    throw .unknownVersion(offset: consumedBytes)
                }
                possibleVersions = fitting
                version = UInt8(8 - fitting.leadingZeroBitCount)
                if fitting.nonzeroBitCount == 1 { return end }
            }
            position += length
        }
        return end
    }
}

/// The shortest whole record of each type.
enum MinimumLength {
    /// Bytes in versions 1, 2 and 3.
    static let byVersion: [UInt8: [Int]] = {
        var lengths: [UInt8: [Int]] = [:]
        for layout in RecordLayout.all {
            lengths[layout.type, default: [0, 0, 0]][Int(layout.version) - 1] = layout.byteCount
        }
        return lengths
    }()

    private static let tables: [[UInt16]] = {
        var tables: [[UInt16]] = []
        for version in 0..<3 {
            for extra in [0, 8] {
                var table = [UInt16](repeating: UInt16(16 + extra), count: 256)
                for (type, lengths) in byVersion { table[Int(type)] = UInt16(lengths[version] + extra) }
                tables.append(table)
            }
        }
        return tables
    }()

    /// Bytes needed by record type; an unknown type needs only its header.
    static func table(version: UInt8, tsOut: Bool) -> [UInt16] { tables[(Int(version) - 1) * 2 + (tsOut ? 1 : 0)] }
}
