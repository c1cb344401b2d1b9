internal import CZstd

/// Streaming decompression of one or more Zstandard frames (RFC 8878), by libzstd.
public struct ZstandardDecoder: ~Copyable {
    public static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private let stream: OpaquePointer
    public private(set) var consumedBytes = 0
    public private(set) var completeFrames = 0
    /// Whether the input so far ended exactly at the end of a frame.
    public private(set) var isBetweenFrames = true

    public init() {
        stream = ZSTD_createDStream()
        ZSTD_initDStream(stream)
    }

    deinit { ZSTD_freeDStream(stream) }

    /// Decompresses from `input` into `output`; gives how many bytes of each were used. Call until the input is used up.
    ///
    /// - Throws: `DBNError.damagedCompression` for a checksum error or bytes that are no frame.
    public mutating func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(DBNError) -> (read: Int, written: Int) {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while source.pos < source.size || !isBetweenFrames, target.pos < target.size {
            let before = (source.pos, target.pos)
            let result = ZSTD_decompressStream(stream, &target, &source)
            guard ZSTD_isError(result) == 0 else {
                throw .damagedCompression(
                    offset: consumedBytes + source.pos, reason: String(cString: ZSTD_getErrorName(result)))
            }
            if result == 0 {
                if source.pos > before.0 || !isBetweenFrames { completeFrames += 1 }
                isBetweenFrames = true
            } else {
                isBetweenFrames = false
            }
            if (source.pos, target.pos) == before { break }
        }
        consumedBytes += source.pos
        return (source.pos, target.pos)
    }
}

/// Streaming compression into one Zstandard frame with a checksum.
public struct ZstandardEncoder: ~Copyable {
    private let stream: OpaquePointer
    private var space = [UInt8](repeating: 0, count: 1 << 17)

    /// - Parameter level: 1 (fastest) to 19.
    public init(level: Int32 = 3) {
        stream = ZSTD_createCStream()
        ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
    }

    deinit { ZSTD_freeCStream(stream) }

    /// Hands compressed bytes to `emit` as they become available.
    public mutating func compress(
        _ input: UnsafeRawBufferPointer, emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try run(input, ZSTD_e_continue, emit)
    }

    /// Ends the frame.
    public mutating func finish(emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        try run(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end, emit)
    }

    private mutating func run(
        _ input: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective, _ emit: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        let stream = stream
        var remaining = 0
        repeat {
            var produced = 0
            space.withUnsafeMutableBytes { bytes in
                var target = ZSTD_outBuffer(dst: bytes.baseAddress, size: bytes.count, pos: 0)
                remaining = ZSTD_compressStream2(stream, &target, &source, mode)
                produced = target.pos
            }
            precondition(ZSTD_isError(remaining) == 0, "libzstd refused to compress from memory")
            try space.withUnsafeBytes { try emit(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
        } while source.pos < source.size || (mode == ZSTD_e_end && remaining > 0)
    }
}
