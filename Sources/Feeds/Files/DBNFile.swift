internal import Glibc
public import MarketData

/// Reads one `.dbn`, `.dbn.zst`, `.dbn.frag` or `.dbn.frag.zst` file in bounded memory.
public final class DBNFile {
    public let path: String
    private let descriptor: Int32
    private var decoder: RecordDecoder
    private var compression: ZstandardDecoder?
    private var input: UnsafeMutableRawBufferPointer
    private var inputRange = 0..<0
    private var isAtEnd = false
    private var isInsideFrame = false
    /// Nothing more will come.
    private var isExhausted = false
    private var failure: FeedError?
    /// Complete Zstandard frames so far.
    public private(set) var frames = 0
    public private(set) var truncation: Truncation?

    static let pieceBytes = 1 << 20

    /// Opens the file and reads its metadata, if it has any.
    ///
    /// - Parameters:
    ///   - path: `-` reads standard input.
    ///   - fragmentVersion: for a fragment whose records do not tell their version.
    public init(path: String, fragmentVersion: UInt8? = nil) throws(FeedError) {
        self.path = path
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
        self.descriptor = descriptor
        let isFragment = path.hasSuffix(".frag") || path.hasSuffix(".frag.zst")
        decoder = RecordDecoder(fragment: isFragment, fragmentVersion: fragmentVersion, capacity: 2 * Self.pieceBytes)
        input = .allocate(byteCount: Self.pieceBytes, alignment: 16)
        while inputRange.count < 11, try fill() {}
        let head = Array(input[inputRange].prefix(11))
        if head.starts(with: ZstandardDecoder.magic) {
            compression = ZstandardDecoder()
        } else if head.count >= 8, head[0] & 0xF0 == 0x50, head[1..<4] == [0x2A, 0x4D, 0x18] {
            // A skippable frame; DBZ kept its metadata in one. Source: databento/dbn `rust/dbn/src/decode/dbz.rs`.
            if head[8...] == [0x44, 0x42, 0x5A] { throw .damaged(path: path, .obsoleteDBZ) }
            compression = ZstandardDecoder()
        }
        if !isFragment { try readMetadata() }
    }

    deinit {
        if descriptor > 0 { close(descriptor) }
        input.deallocate()
    }

    public var metadata: Metadata? { decoder.metadata }
    /// The version of the records; nil for a fragment that did not tell yet.
    public var version: UInt8? { decoder.version }
    /// Decompressed bytes so far that were metadata or whole records.
    public var consumedBytes: Int { decoder.consumedBytes }
    public var leftoverBytes: Int { decoder.leftoverBytes }

    /// The next run of whole records, valid until the next call; nil at the end. An error is thrown again by later calls.
    public func nextRun() throws(FeedError) -> RecordRun? {
        if let failure { throw failure }
        do {
            return try readRun()
        } catch {
            failure = error
            throw error
        }
    }

    private func readRun() throws(FeedError) -> RecordRun? {
        while true {
            do {
                if let run = try decoder.nextRun() { return run }
            } catch {
                throw .damaged(path: path, error)
            }
            guard try pump() else {
                if decoder.leftoverBytes > 0 || isInsideFrame {
                    truncation = Truncation(
                        path: path, offset: decoder.consumedBytes, leftoverBytes: decoder.leftoverBytes,
                        isFrameIncomplete: isInsideFrame)
                }
                return nil
            }
        }
    }

    private func readMetadata() throws(FeedError) {
        while decoder.metadata == nil {
            do {
                // Asking for a run reads the metadata; the records stay where they are.
                if try decoder.readMetadata() { return }
            } catch {
                throw .damaged(path: path, error)
            }
            guard try pump() else {
                throw .damaged(path: path, .metadata(offset: decoder.leftoverBytes, reason: "the file ends inside it"))
            }
        }
    }

    /// Moves more bytes into the decoder; false at the end of the file.
    private func pump() throws(FeedError) -> Bool {
        if isExhausted { return false }
        if compression == nil, inputRange.isEmpty { return try readPlain() }
        if inputRange.isEmpty, !isAtEnd, try !fill() { isAtEnd = true }
        // Where the file ends inside a frame the decompressor may still hold what did not fit before.
        if inputRange.isEmpty, !isInsideFrame {
            isExhausted = true
            return false
        }
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(input)[inputRange])
        if compression == nil {
            decoder.append(bytes)
            inputRange = 0..<0
            return true
        }
        do {
            let written = try decompress(bytes)
            if written > 0 || !inputRange.isEmpty { return true }
            isExhausted = isAtEnd
            // A frame may end without giving bytes; only the end of the file ends the loop above.
            return try pump()
        } catch let error as DBNError {
            throw .damaged(path: path, error)
        } catch let error as FeedError {
            throw error
        } catch {
            throw .cannotRead(path: path, reason: "\(error)")
        }
    }

    /// Reads plain bytes to where the decoder wants them, without a copy on the way; false at the end of the file.
    private func readPlain() throws(FeedError) -> Bool {
        var failure: Int32 = 0
        let count = decoder.withSpace(atLeast: Self.pieceBytes) { space in
            while true {
                let count = read(descriptor, space.baseAddress, Self.pieceBytes)
                if count >= 0 { return count }
                if errno != EINTR {
                    failure = errno
                    return 0
                }
            }
        }
        if failure != 0 { throw .cannotRead(path: path, reason: String(cString: strerror(failure))) }
        isExhausted = count == 0
        return count > 0
    }

    private func decompress(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        guard var zstandard = compression.take() else { return 0 }
        var read = 0
        let written = try decoder.withSpace(atLeast: Self.pieceBytes) { space in
            let used = try zstandard.decompress(bytes, into: space)
            read = used.read
            return used.written
        }
        frames = zstandard.completeFrames
        isInsideFrame = !zstandard.isBetweenFrames
        compression = consume zstandard
        inputRange = inputRange.lowerBound + read..<inputRange.upperBound
        return written
    }

    /// Reads more of the file behind what is there; false at its end.
    private func fill() throws(FeedError) -> Bool {
        if inputRange.isEmpty { inputRange = 0..<0 }
        while true {
            let space = UnsafeMutableRawBufferPointer(rebasing: input[inputRange.upperBound...])
            let count = read(descriptor, space.baseAddress, space.count)
            if count > 0 {
                inputRange = inputRange.lowerBound..<inputRange.upperBound + count
                return true
            }
            if count == 0 { return false }
            if errno != EINTR { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
        }
    }
}
