import Foundation
import MarketData
import Testing

@testable import Feeds

/// Single files: whole, cut, empty, foreign, compressed in odd ways.
@Suite struct DBNFileTests {
    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ZstandardEncoder()
        var out: [UInt8] = []
        bytes.withUnsafeBytes { encoder.compress($0) { out += Array($0) } }
        encoder.finish { out += Array($0) }
        return out
    }

    /// Ten records of one instrument, ten milliseconds apart.
    private static func stream() throws -> [UInt8] {
        let now = try time("2026-11-19", 64_800)
        return header() + (0..<10).flatMap { mbo(at: now + UInt64($0) * 10_000_000, order: Int64($0)) }
    }

    /// Records of one file as copies, and what the file said afterwards.
    private struct Contents {
        var records: [[UInt8]] = []
        var truncation: Truncation?
        var frames = 0

        init(_ path: String, fragmentVersion: UInt8? = nil) throws {
            let file = try DBNFile(path: path, fragmentVersion: fragmentVersion)
            while let run = try file.nextRun() {
                for record in run { records.append(Array(record.bytes)) }
            }
            truncation = file.truncation
            frames = file.frames
        }
    }

    // MARK: - Cut files

    @Test func aCutFileGivesWhatIsWholeAndSaysWhatIsLeft() throws {
        let folder = try TemporaryFolder()
        let stream = try Self.stream()
        for cut in stride(from: header().count, through: stream.count, by: 9) {
            let path = try folder.write("cut.dbn", Array(stream[..<cut]))
            let contents = try Contents(path)
            let whole = (cut - header().count) / 56
            let leftover = (cut - header().count) % 56
            #expect(contents.records.count == whole)
            let expected = Truncation(
                path: path, offset: header().count + whole * 56, leftoverBytes: leftover, isFrameIncomplete: false)
            #expect(contents.truncation == (leftover == 0 ? nil : expected), "cut at \(cut)")
        }
    }

    @Test func aCutFrameIsATruncationToo() throws {
        let folder = try TemporaryFolder()
        let file = Self.compressed(try Self.stream()) + Self.compressed(mbo(at: 1))
        let path = try folder.write("cut.dbn.zst", Array(file.dropLast(4)))
        #expect(try Contents(path).truncation?.isFrameIncomplete == true)
    }

    @Test func theMergeReportsTheTruncationsOfItsFiles() throws {
        let folder = try TemporaryFolder()
        let stream = try Self.stream()
        let cut = try folder.write("cut.dbn", Array(stream.dropLast(10)))
        let whole = try folder.write("whole.dbn", stream)
        let feed = try ReadFeed([cut, whole])
        #expect(feed.orders.count == 19)
        let expected = Truncation(path: cut, offset: stream.count - 56, leftoverBytes: 46, isFrameIncomplete: false)
        #expect(feed.truncations == [expected])
    }

    @Test func theSentenceHasFileOffsetAndLeftOverBytes() {
        let truncation = Truncation(path: "x.dbn", offset: 1000, leftoverBytes: 7, isFrameIncomplete: false)
        #expect(
            truncation.description
                == "x.dbn ends inside a record: everything up to byte 1000 was read, 7 bytes are left over")
    }

    @Test func aFileCutInsideItsHeaderIsDamaged() throws {
        let folder = try TemporaryFolder()
        for cut in [1, 5, 8, 100] {
            let path = try folder.write("cut.dbn", Array(header()[..<cut]))
            #expect(throws: FeedError.self, "cut at \(cut)") { try Contents(path) }
        }
    }

    // MARK: - Empty and foreign files

    @Test func anEmptyFileIsDamaged() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("empty.dbn", [])
        #expect(throws: FeedError.self) { try Contents(path) }
    }

    @Test func anEmptyFragmentHasNoRecords() throws {
        let folder = try TemporaryFolder()
        #expect(try Contents(try folder.write("empty.dbn.frag", [])).records.isEmpty)
    }

    @Test(arguments: ["PK\u{3}\u{4}", "<html><body>404</body></html>", "\u{1F}\u{8B}\u{8}\u{0}", "D"])
    func aForeignFileIsRefusedByName(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("foreign.dbn", Array(text.utf8))
        let error = #expect(throws: FeedError.self) { try Contents(path) }
        #expect("\(try #require(error))".hasPrefix(path + ": "))
    }

    /// A skippable frame whose content begins with `DBZ` (databento/dbn `rust/dbn/src/decode/dbz.rs`).
    @Test func theFormatBeforeDBNIsRefusedByName() throws {
        let folder = try TemporaryFolder()
        let file =
            [0x51, 0x2A, 0x4D, 0x18] + little(UInt32(128)) + Array("DBZ\u{1}".utf8) + [UInt8](repeating: 0, count: 124)
        let path = try folder.write("old.dbz", file)
        let error = #expect(throws: FeedError.self) { try Contents(path) }
        #expect("\(try #require(error))".contains("DBZ"))
    }

    @Test func aFolderCannotBeRead() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FeedError.self) { try Contents(folder.path) }
    }

    // MARK: - Compression

    @Test func framesOfAnyNumberAndSkippableOnesMakeOneStream() throws {
        let folder = try TemporaryFolder()
        let stream = try Self.stream()
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 6, 0, 0, 0, 1, 2, 3, 4, 5, 6]
        let cuts = [0, 3, 100, 101, 400, stream.count]
        let frames = zip(cuts, cuts.dropFirst()).flatMap { Self.compressed(Array(stream[$0..<$1])) + skippable }
        let plain = try Contents(try folder.write("a.dbn", stream))
        for file in [frames, skippable + frames] {
            let contents = try Contents(try folder.write("a.dbn.zst", file))
            #expect(contents.records == plain.records)
            #expect(contents.truncation == nil)
        }
    }

    @Test func aWrongChecksumIsDamageAndStaysDamage() throws {
        let folder = try TemporaryFolder()
        var bytes = Self.compressed(try Self.stream())
        bytes[bytes.count - 1] ^= 1
        let path = try folder.write("a.dbn.zst", bytes)
        var file: DBNFile?
        var errors = 0
        for _ in 0..<3 {
            do {
                if file == nil { file = try DBNFile(path: path) }
                while try file?.nextRun() != nil {}
            } catch {
                errors += 1
            }
        }
        #expect(errors == 3)
    }

    /// A frame of run-length blocks without a checksum (RFC 8878, section 3.1.1), whole or cut after a block: nothing of
    /// the input is left when the last of its bytes do not fit into the space at hand. Records are of an unknown type, all
    /// their bytes 16.
    @Test(arguments: [15, 16, 17, 31, 32, 33, 48], [true, false])
    func nothingIsLostWhereOutputOutrunsInput(blocks: Int, isWhole: Bool) throws {
        let folder = try TemporaryFolder()
        let head = header()
        let blockBytes = 128 * 1024
        var file: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        file += Self.block(head.count, kind: 0, isLast: false) + head
        for number in 1...blocks { file += Self.block(blockBytes, kind: 1, isLast: isWhole && number == blocks) + [16] }
        let path = try folder.write("runs.dbn.zst", file)
        let contents = try DBNFile(path: path)
        var records = 0
        while let run = try contents.nextRun() { records += run.bytes.count / 64 }
        #expect(records == blocks * blockBytes / 64)
        #expect((contents.truncation == nil) == isWhole)
    }

    private static func block(_ size: Int, kind: Int, isLast: Bool) -> [UInt8] {
        Array(little(UInt32(size << 3 | kind << 1 | (isLast ? 1 : 0)))[..<3])
    }

    @Test func aLongFileIsReadInBoundedRuns() throws {
        let folder = try TemporaryFolder()
        let bytes = header() + (0..<200_000).flatMap { _ in mbo(at: 5) }
        let file = try DBNFile(path: try folder.write("long.dbn.zst", Self.compressed(bytes)))
        var total = 0
        while let run = try file.nextRun() {
            #expect(run.bytes.count <= 4 << 20)
            total += run.bytes.count
        }
        #expect(total == bytes.count - header().count)
    }

    @Test func damagedRecordsSayWhere() throws {
        let folder = try TemporaryFolder()
        let bytes = try Self.stream() + [UInt8](repeating: 0, count: 16)
        let error = #expect(throws: FeedError.self) { try ReadFeed([try folder.write("a.dbn", bytes)]) }
        #expect("\(try #require(error))".contains("record at byte \(bytes.count - 16) of type 0"))
    }

    // MARK: - Public files

    /// Counts from the files' `*.expected.jsonl`.
    @Test(
        .needsTestData,
        arguments: [
            ("glbx/esh4-glbx-mdp3-20231224.mbo.dbn.zst", 8725),
            ("glbx/orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst", 13_796),
        ]) func publicFilesMergeToVersion3(name: String, records: Int) throws
    {
        let feed = try ReadFeed([TestData.path(name)], calendar: "cme-globex-equity")
        #expect(feed.orders.count == records)
        #expect(feed.names.count == 1)
        #expect(feed.truncations.isEmpty)
    }
}
