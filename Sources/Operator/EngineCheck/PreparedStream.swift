internal import MarketData

/// A DBN file in the shape in which the operator feeds engines: Live header, names as records, marks, version 3.
struct PreparedStream {
    static let markNanos: UInt64 = 10_000_000_000

    private(set) var bytes: [UInt8]
    let headerBytes: Int
    /// Byte position behind each record.
    private(set) var ends: [Int] = []
    /// Indices of marks, ascending.
    private(set) var marks: [Int] = []

    /// Marks stand before the first record at or past each multiple of 10 s of feed time, and after the last record.
    ///
    /// - Parameter file: plain or Zstandard, of any version; what follows the last whole record is left out.
    init(file: [UInt8]) throws(DBNError) {
        var decoder = RecordDecoder()
        try Self.load(file, into: &decoder)
        var run = try decoder.nextRun()
        let metadata = decoder.metadata
        bytes = Metadata.liveSession(dataset: metadata?.dataset ?? "", start: metadata?.start ?? 0).encoded()
        headerBytes = bytes.count
        appendRecords(metadata?.symbolMappingRecords() ?? [])
        let upgrader = RecordUpgrader(version: decoder.version ?? 3, tsOut: metadata?.tsOut ?? false)
        var now: UInt64 = 0
        while let records = run {
            for record in records { append(record, upgrader, &now) }
            run = try decoder.nextRun()
        }
        append(RecordBuilder.mark(at: now), isMark: true)
    }

    var count: Int { ends.count }

    func start(of record: Int) -> Int { record == 0 ? headerBytes : ends[record - 1] }

    func tsEvent(of record: Int) -> UInt64 {
        let start = start(of: record) + 8
        return bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func load(_ file: [UInt8], into decoder: inout RecordDecoder) throws(DBNError) {
        guard file.starts(with: ZstandardDecoder.magic) else { return file.withUnsafeBytes { decoder.append($0) } }
        var zstandard = ZstandardDecoder()
        var space = [UInt8](repeating: 0, count: 1 << 20)
        var position = 0
        while true {
            let step: Result<(read: Int, written: Int), DBNError> = file.withUnsafeBytes { input in
                space.withUnsafeMutableBytes { output in
                    do throws(DBNError) {
                        return .success(
                            try zstandard.decompress(UnsafeRawBufferPointer(rebasing: input[position...]), into: output)
                        )
                    } catch {
                        return .failure(error)
                    }
                }
            }
            let (read, written) = try step.get()
            space.withUnsafeBytes { decoder.append(UnsafeRawBufferPointer(rebasing: $0[..<written])) }
            position += read
            if written == 0, read == 0 || position == file.count { return }
        }
    }

    private mutating func append(_ record: RecordView, _ upgrader: RecordUpgrader, _ now: inout UInt64) {
        let time = record.indexTime
        if time > now, time != .max {
            let mark = time / Self.markNanos * Self.markNanos
            if now > 0, mark > now / Self.markNanos * Self.markNanos {
                append(RecordBuilder.mark(at: mark), isMark: true)
            }
            now = time
        }
        append(upgrader.isUnchanged(record) ? Array(record.bytes) : upgrader.upgraded(record), isMark: record.isMark)
    }

    private mutating func append(_ record: [UInt8], isMark: Bool) {
        if isMark { marks.append(ends.count) }
        bytes += record
        ends.append(bytes.count)
    }

    /// Whole records back to back, none of them a mark.
    private mutating func appendRecords(_ records: [UInt8]) {
        var position = 0
        while position < records.count {
            let length = Int(records[position]) * 4
            append(Array(records[position..<position + length]), isMark: false)
            position += length
        }
    }
}
