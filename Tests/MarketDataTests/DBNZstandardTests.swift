import MarketData
import Testing

@Suite struct DBNZstandardTests {
    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ZstandardEncoder()
        var out: [UInt8] = []
        bytes.withUnsafeBytes { encoder.compress($0) { out += Array($0) } }
        encoder.finish { out += Array($0) }
        return out
    }

    /// Text that compresses, with parts that do not.
    private static func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SplitMix(seed: seed)
        return (0..<count).map {
            $0 / 100 % 2 == 0 ? UInt8(truncatingIfNeeded: $0 / 10) : UInt8(truncatingIfNeeded: random.next())
        }
    }

    private static func skippable(_ count: Int) -> [UInt8] {
        [0x51, 0x2A, 0x4D, 0x18] + DBNHeader.little(UInt32(count)) + [UInt8](repeating: 0xEE, count: count)
    }

    /// In pieces of `inputPiece` bytes into spaces of `space` bytes.
    private static func decompressed(
        _ bytes: [UInt8], inputPiece: Int, space: Int
    ) throws -> (bytes: [UInt8], frames: Int, isBetweenFrames: Bool) {
        var decoder = ZstandardDecoder()
        var out: [UInt8] = []
        var room = [UInt8](repeating: 0, count: space)
        var offset = 0
        while true {
            let end = min(offset + inputPiece, bytes.count)
            let used = try bytes.withUnsafeBytes { input in
                try room.withUnsafeMutableBytes {
                    try decoder.decompress(UnsafeRawBufferPointer(rebasing: input[offset..<end]), into: $0)
                }
            }
            out += room[..<used.written]
            offset += used.read
            if offset == bytes.count, used.written == 0 {
                return (out, decoder.completeFrames, decoder.isBetweenFrames)
            }
        }
    }

    @Test(arguments: [0, 1, 1000, 500_000]) func whatIsCompressedComesBack(count: Int) throws {
        let bytes = Self.sample(count)
        #expect(try TestData.decompressed(Self.compressed(bytes)).bytes == bytes)
    }

    @Test(arguments: [1, 7, 4096], [1, 13, 4096]) func piecesOfAnySizeGiveTheSameBytes(inputPiece: Int, space: Int)
        throws
    {
        let bytes = Self.sample(5000)
        let back = try Self.decompressed(Self.compressed(bytes), inputPiece: inputPiece, space: space)
        #expect(back.bytes == bytes)
        #expect(back.isBetweenFrames)
    }

    @Test func framesFollowEachOther() throws {
        let parts = [Self.sample(1000), Self.sample(10, seed: 2), Self.sample(70_000, seed: 3)]
        let back = try TestData.decompressed(parts.flatMap { Self.compressed($0) })
        #expect(back.bytes == parts.flatMap { $0 })
        #expect(back.frames == 3)
    }

    @Test func skippableFramesGiveNoBytes() throws {
        let bytes = Self.sample(1000)
        let file =
            Self.skippable(5) + Self.compressed(bytes) + Self.skippable(0) + Self.compressed(bytes)
            + Self.skippable(300)
        #expect(try TestData.decompressed(file).bytes == bytes + bytes)
    }

    /// Every frame we write carries a checksum of its content, its last four bytes.
    @Test func aWrongChecksumIsAnError() {
        var file = Self.compressed(Self.sample(1000))
        file[file.count - 1] ^= 1
        #expect(throws: DBNError.self) { try TestData.decompressed(file) }
    }

    @Test func aFlippedBitIsNeverReadAsSomethingElse() {
        let bytes = Self.sample(2000)
        let file = Self.compressed(bytes)
        for index in file.indices {
            var damaged = file
            damaged[index] ^= 4
            // A damaged header may also announce a checksum that is not there: then the frame does not end.
            let back = try? Self.decompressed(damaged, inputPiece: 4096, space: 4096)
            #expect(back == nil || back?.isBetweenFrames == false || back?.bytes == bytes, "byte \(index)")
        }
    }

    @Test func theErrorSaysWhereTheDamageIs() {
        let first = Self.compressed(Self.sample(1000))
        let error = #expect(throws: DBNError.self) { try TestData.decompressed(first + [1, 2, 3, 4, 5, 6, 7, 8, 9]) }
        guard case .damagedCompression(let offset, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offset >= first.count && offset <= first.count + 9)
    }

    @Test func aCutFrameIsNoErrorButNotBetweenFrames() throws {
        let file = Self.compressed(Self.sample(3000))
        for cut in 1..<file.count {
            let back = try Self.decompressed(Array(file[..<cut]), inputPiece: 4096, space: 8192)
            #expect(!back.isBetweenFrames, "cut at \(cut)")
        }
    }
}
