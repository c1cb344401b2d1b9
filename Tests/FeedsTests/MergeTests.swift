import Feeds
import MarketData
import Testing

/// Several files as one stream.
@Suite struct MergeTests {
    /// The rule of design.md, section 4, as one sort: by (running maximum of the time within the file, argument, place).
    private static func oracle(_ files: [[(time: UInt64, order: Int64)]]) -> [UInt64] {
        var all: [(time: UInt64, file: Int, place: Int, order: Int64)] = []
        for (file, records) in files.enumerated() {
            var latest: UInt64 = 0
            for (place, record) in records.enumerated() {
                if record.time != .max { latest = max(latest, record.time) }
                all.append((latest, file, place, record.order))
            }
        }
        return all.sorted { ($0.time, $0.file, $0.place) < ($1.time, $1.file, $1.place) }.map { UInt64($0.order) }
    }

    private static func write(
        _ files: [[(time: UInt64, order: Int64)]], to folder: TemporaryFolder
    ) throws -> [String] {
        try files.enumerated().map { number, records in
            try folder.write("\(number).dbn", header() + records.flatMap { mbo(at: $0.time, order: $0.order) })
        }
    }

    private static func random(seed: UInt64) throws -> [[(time: UInt64, order: Int64)]] {
        var random = FeedRandom(seed: seed)
        let begin = try time("2026-11-19", 100)
        var order: Int64 = 0
        return (0..<Int.random(in: 1...6, using: &random)).map { _ in
            var now = begin + UInt64.random(in: 0...60, using: &random) * 1_000_000_000
            return (0..<Int.random(in: 0...200, using: &random)).map { _ in
                order += 1
                // Few different times, so that there are ties; sometimes back, sometimes none at all.
                let step = UInt64.random(in: 0...3, using: &random) * 500_000_000
                now += step
                let back = random.next() % 5 == 0 ? UInt64.random(in: 0...4_000_000_000, using: &random) : 0
                return (random.next() % 20 == 0 ? .max : now - back, order)
            }
        }
    }

    @Test(arguments: UInt64(1)...60) func orderIsThatOfTheRunningMaximum(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let files = try Self.random(seed: seed)
        let feed = try ReadFeed(try Self.write(files, to: folder))
        #expect(feed.orders == Self.oracle(files), "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...20) func everyRecordComesOnceAndUnchanged(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let files = try Self.random(seed: seed)
        let feed = try ReadFeed(try Self.write(files, to: folder))
        let expected = files.flatMap { $0.map { mbo(at: $0.time, order: $0.order) } }
        let ours = feed.records.filter { $0[1] == RecordType.mbo }
        #expect(Set(ours) == Set(expected) && ours.count == expected.count, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...20, [1_000_000_000, 3_000_000_000] as [UInt64])
    func marksDoNotDependOnHowManyFilesHoldTheRecords(seed: UInt64, interval: UInt64) throws {
        let folder = try TemporaryFolder()
        let files = try Self.random(seed: seed)
        let merged = try ReadFeed(try Self.write(files, to: folder), mark: interval)
        let all = merged.records.filter { $0[1] == RecordType.mbo }.flatMap { $0 }
        let one = try ReadFeed([try folder.write("one.dbn", header() + all)], mark: interval)
        #expect(one.records == merged.records, "seed \(seed)")
    }

    @Test func tiesGoToTheFileNamedFirst() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 1)
        let a = try folder.write("a.dbn", header() + mbo(at: now, order: 1) + mbo(at: now, order: 2))
        let b = try folder.write("b.dbn", header() + mbo(at: now, order: 3))
        #expect(try ReadFeed([a, b]).orders == [1, 2, 3])
        #expect(try ReadFeed([b, a]).orders == [3, 1, 2])
    }

    @Test func aFileIsNeverReorderedInside() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 100)
        let path = try folder.write(
            "a.dbn", header() + mbo(at: now, order: 1) + mbo(at: now - 50, order: 2) + mbo(at: now - 100, order: 3))
        #expect(try ReadFeed([path]).orders == [1, 2, 3])
    }

    /// Records are ordered by when they were received, which they may carry beside when they happened.
    @Test func theTimeOfReceiptGoesBeforeTheTimeOfTheEvent() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 100)
        func record(event: UInt64, received: UInt64, order: Int64) -> [UInt8] {
            RecordBuilder.record(
                type: RecordType.mbo, instrumentID: 1, tsEvent: event,
                numbers: ["order_id": order, "ts_recv": Int64(bitPattern: received)])
        }
        let a = try folder.write("a.dbn", header() + record(event: now, received: now + 20, order: 1))
        let b = try folder.write("b.dbn", header() + record(event: now + 10, received: .max, order: 2))
        #expect(try ReadFeed([a, b]).orders == [2, 1])
    }

    @Test func undefinedTimesDoNotMoveTheClock() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 1)
        let path = try folder.write(
            "a.dbn", header() + mbo(at: now, order: 1) + mbo(at: .max, order: 2) + mbo(at: now + 1, order: 3))
        let feed = try ReadFeed([path])
        #expect(feed.orders == [1, 2, 3])
        #expect(feed.marks.map(\.time.nanos) == [now / 10_000_000_000 * 10_000_000_000, now + 1])
    }

    /// A calendar knows nothing of 1970, which is what "no time" would be as a number.
    @Test func aStreamMayBeginWithoutATime() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 41_000)
        let path = try folder.write("a.dbn", header() + mbo(at: .max, order: 1) + mbo(at: now, order: 2))
        let feed = try ReadFeed([path], calendar: "cme-globex-equity")
        #expect(feed.orders == [1, 2])
        #expect(feed.shape == ".m.m")
    }

    @Test func aStreamWithoutAnyTimeIsDeliveredWhole() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.dbn", header() + mbo(at: .max, order: 1) + mbo(at: .max, order: 2))
        #expect(try ReadFeed([path]).orders == [1, 2])
    }

    @Test func manyFilesOneAfterAnotherNeedFewDescriptors() throws {
        let folder = try TemporaryFolder()
        let begin = try time("2026-11-19", 100)
        let files = try (0..<300).map { number in
            let now = begin + UInt64(number) * 1_000_000_000
            let body = (0..<5).flatMap { mbo(at: now + UInt64($0), order: Int64(number * 5 + $0)) }
            return try folder.write("\(number).dbn", header() + body)
        }
        let feed = try MergedFeed(FeedPlan(files: files, calendar: try ExchangeCalendar(named: "24x7")))
        var most = 0
        var records = 0
        while let chunk = try feed.nextChunk() {
            records += chunk.sourceRecordCount
            most = max(most, DescriptorCount.open(in: folder.path))
        }
        #expect(records == 1500)
        #expect(most <= 2)
    }

    @Test func noFilesAreAnEmptyStream() throws { #expect(try ReadFeed([]).chunks.isEmpty) }

    @Test func filesWithoutRecordsAreAnEmptyStream() throws {
        let folder = try TemporaryFolder()
        let files = [try folder.write("a.dbn", header()), try folder.write("b.dbn", header(version: 1))]
        #expect(try ReadFeed(files).chunks.isEmpty)
    }

    @Test func aFileWithoutRecordsChangesNothing() throws {
        let folder = try TemporaryFolder()
        let a = try folder.write("a.dbn", header() + mbo(at: try time("2026-11-19"), order: 4))
        let empty = try folder.write("b.dbn", header())
        #expect(try ReadFeed([empty, a, empty]).chunks == ReadFeed([a]).chunks)
    }

    @Test func aMissingFileIsNamed() throws {
        let error = #expect(throws: FeedError.self) { try ReadFeed(["/nowhere/x.dbn"]) }
        #expect("\(try #require(error))".hasPrefix("cannot open /nowhere/x.dbn: "))
    }
}
