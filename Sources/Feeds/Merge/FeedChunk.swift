public import MarketData

/// A piece of the operator's merged stream: version 3 records back to back, with at most one mark, the last record.
///
/// The same files, calendar and interval always give the same chunks, so a chunk's number is a position in the stream.
public final class FeedChunk: @unchecked Sendable {
    // Sendable because the bytes are written once, in init, before anyone else holds a reference.
    public let number: Int
    /// Feed index of the first record.
    public let firstIndex: UInt64
    public let recordCount: Int
    /// Records that came from the sources: all but marks and symbol mappings made here.
    public let sourceRecordCount: Int
    /// Bytes of those by schema, as they came; what no schema brings is not among them.
    public let sourceBytes: [SchemaBytes]
    public let mark: Mark?
    /// Event time of the last record.
    public let time: Timestamp
    private let storage: UnsafeMutableRawBufferPointer
    public let byteCount: Int

    init(
        number: Int, firstIndex: UInt64, recordCount: Int, sourceRecordCount: Int, sourceBytes: [SchemaBytes],
        mark: Mark?, time: Timestamp, storage: UnsafeMutableRawBufferPointer, byteCount: Int
    ) {
        self.number = number
        self.firstIndex = firstIndex
        self.recordCount = recordCount
        self.sourceRecordCount = sourceRecordCount
        self.sourceBytes = sourceBytes
        self.mark = mark
        self.time = time
        self.storage = storage
        self.byteCount = byteCount
    }

    deinit { storage.deallocate() }

    /// Feed index after the last record.
    public var endIndex: UInt64 { firstIndex + UInt64(recordCount) }
    /// Feed index of the mark, if the chunk ends with one.
    public var markIndex: UInt64? { mark == nil ? nil : endIndex - 1 }

    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[..<byteCount]))
    }

    /// The records, as a run that must not leave `body`.
    public func withRun<R>(_ body: (RecordRun) throws -> R) rethrows -> R {
        // Chunks are made of whole records, checked when they were read or made here.
        try withBytes { try body(RecordRun(within: $0, from: 0)) }
    }
}
