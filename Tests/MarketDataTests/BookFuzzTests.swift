import Foundation
import MarketData
import Testing

/// Any bytes are a book change or nothing, never a trap.
@Suite struct BookFuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 2

    /// Rounds of 5,000 records: one at least, more while the time lasts.
    @Test func randomBytesNeverCrash() throws {
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var seed: UInt64 = 0
        repeat {
            try applyRandomRecords(seed: seed)
            seed += 1
        } while ContinuousClock.now < end
    }

    private func applyRandomRecords(seed: UInt64) throws {
        var random = BookRandom(state: seed)
        var bytes: [UInt8] = []
        for _ in 0..<5_000 {
            var record = (0..<7).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
            record[0] = 14
            record[1] = RecordType.mbo
            // Wholly random bytes hardly ever name an action or meet an order again; most records get a little sense.
            if random.chance(80) { record[38] = random.pick(Array("AAAACCMMRTFN".utf8)) }
            if random.chance(80) { record[39] = random.pick([65, 66]) }
            if random.chance(90) { record.replaceSubrange(4..<8, with: [UInt8(random.next(below: 3)), 0, 0, 0]) }
            if random.chance(90) { record.replaceSubrange(17..<24, with: repeatElement(0, count: 7)) }
            if random.chance(50) { record.replaceSubrange(25..<32, with: repeatElement(0, count: 7)) }
            bytes += record
        }
        let books = OrderBooks(expectedOrders: 0)
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
        bytes.withUnsafeBytes { decoder.append($0) }
        books.apply(try #require(try decoder.nextRun()))
        var orders = 0
        for instrument in books.instruments {
            for side in BookSide.allCases {
                for level in books.levels(of: instrument, side: side) {
                    let queue = books.queue(of: instrument, side: side, priceNanos: level.priceNanos)
                    #expect(queue.count == Int(level.orders), "seed \(seed)")
                    #expect(queue.reduce(0) { $0 + UInt64($1.size) } == level.size, "seed \(seed)")
                    orders += queue.count
                }
            }
        }
        #expect(orders == books.liveOrders, "seed \(seed)")
        #expect(!books.bookJSON().isEmpty)
    }
}
