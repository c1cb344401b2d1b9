import Foundation
import MarketData
import Testing

/// Real CME files against checkpoints that come with them (their `cross_check` names another implementation).
@Suite struct BookFileTests {
    private static let folder = ProcessInfo.processInfo.environment["TANDEM_TESTDATA"].map { $0 + "/dbn/glbx" }
    private static let checkpointFiles: [String] = {
        guard let folder else { return [] }
        let suffix = ".book.json"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
            .filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0.dropLast(suffix.count))" }
    }()

    private struct Checkpoints: Decodable {
        var checkpoints: [Checkpoint]
        var final: Checkpoint
    }

    private struct Checkpoint: Decodable {
        /// Counted from 0: the book is compared after this record.
        var afterRecord: Int
        var liveOrders: Int
        var unknownOrderIDs: UInt64?
        var book: [String: Book]

        enum CodingKeys: String, CodingKey {
            case afterRecord = "after_record"
            case liveOrders = "live_orders"
            case unknownOrderIDs = "unknown_order_ids"
            case book
        }
    }

    private struct Book: Decodable {
        var bids: [[Int64]]
        var asks: [[Int64]]
        var levels: [Int]
    }

    @Test(.enabled(if: folder != nil, "TANDEM_TESTDATA is not set"))
    func thereAreFilesToCompare() { #expect(!Self.checkpointFiles.isEmpty) }

    @Test(.enabled(if: folder != nil, "TANDEM_TESTDATA is not set"), arguments: checkpointFiles)
    func booksOfRealFilesEqualTheirCheckpoints(file: String) throws {
        let expected = try JSONDecoder().decode(
            Checkpoints.self, from: Data(contentsOf: URL(fileURLWithPath: file + ".book.json")))
        let checkpoints = expected.checkpoints + [expected.final]
        let books = OrderBooks()
        var decoder = RecordDecoder()
        try decompress(file).withUnsafeBytes { decoder.append($0) }
        var index = 0
        var compared = 0
        while let run = try decoder.nextRun() {
            for record in run {
                books.apply(try #require(record.asMbo))
                for checkpoint in checkpoints where checkpoint.afterRecord == index {
                    compare(books, checkpoint)
                    compared += 1
                }
                index += 1
            }
        }
        #expect(compared == checkpoints.count)
        #expect(books.instruments.allSatisfy { books.state(of: $0) == .complete })
    }

    private func compare(_ books: OrderBooks, _ expected: Checkpoint) {
        #expect(books.liveOrders == expected.liveOrders)
        #expect(books.instruments.map(\.description).sorted() == expected.book.keys.sorted())
        if let unknown = expected.unknownOrderIDs {
            #expect(books.counters.unknownCancels + books.counters.unknownModifies == unknown)
        }
        for instrument in books.instruments {
            guard let book = expected.book[instrument.description] else { continue }
            let counts = books.levelCounts(of: instrument)
            #expect([counts.bids, counts.asks] == book.levels)
            for (side, rows) in [(BookSide.bid, book.bids), (.ask, book.asks)] {
                let levels = books.levels(of: instrument, side: side, depth: rows.count)
                #expect(levels.map { [$0.priceNanos, Int64($0.size), Int64($0.orders)] } == rows)
            }
        }
    }

    private func decompress(_ file: String) throws -> [UInt8] {
        let compressed = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
        var zstandard = ZstandardDecoder()
        var out: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 1 << 16)
        var offset = 0
        while true {
            let (read, written) = try compressed.withUnsafeBytes { input in
                try space.withUnsafeMutableBytes {
                    try zstandard.decompress(UnsafeRawBufferPointer(rebasing: input[offset...]), into: $0)
                }
            }
            offset += read
            out += space[..<written]
            if read == 0, written == 0 { return out }
        }
    }
}
