import Feeds
import Foundation
import MarketData
import Testing

enum DescriptorCount {
    /// Files of this process that are open below a folder.
    static func open(in folder: String) -> Int {
        let links = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return links.count { name in
            // A descriptor may close between listing and reading.
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            return target?.hasPrefix(folder) ?? false
        }
    }
}

/// The stream in pieces: numbers, indices, sizes.
@Suite struct MergeChunkTests {
    /// About 12,000 records of several types and 400 instruments over a few minutes.
    private static func busy(_ folder: TemporaryFolder, seed: UInt64 = 3) throws -> String {
        var random = FeedRandom(seed: seed)
        var now = try time("2026-11-19", 100)
        var bytes = header()
        for order in 0..<12_000 {
            now += UInt64.random(in: 0...24_000_000, using: &random)
            switch random.next() % 20 {
            case 0:
                bytes += RecordBuilder.record(
                    type: RecordType.definition, instrumentID: UInt32(random.next() % 400), tsEvent: now,
                    numbers: ["ts_recv": Int64(now)])
            case 1:
                var record = mbo(at: now, order: Int64(order)) + [UInt8](repeating: 0, count: 960)
                record[0] = UInt8(record.count / 4)
                bytes += record
            default: bytes += mbo(at: now, instrument: UInt32(random.next() % 400), order: Int64(order))
            }
        }
        return try folder.write("busy.dbn", bytes)
    }

    @Test(arguments: [UInt64.max, 0, 1, 50_000_000, 5_000_000_000]) func theSameFilesGiveTheSameChunks(span: UInt64)
        throws
    {
        let folder = try TemporaryFolder()
        let path = try Self.busy(folder)
        #expect(try ReadFeed([path], span: span).chunks == ReadFeed([path], span: span).chunks)
    }

    @Test(arguments: [UInt64.max, 0, 50_000_000]) func indicesAreDense(span: UInt64) throws {
        let folder = try TemporaryFolder()
        let feed = try ReadFeed([try Self.busy(folder)], span: span)
        var next: UInt64 = 0
        for (number, chunk) in feed.chunks.enumerated() {
            #expect(chunk.number == number && chunk.firstIndex == next)
            next += UInt64(chunk.recordCount)
        }
        #expect(next == UInt64(feed.records.count))
    }

    @Test func theSpanChangesTheCutsAndNotTheStream() throws {
        let folder = try TemporaryFolder()
        let path = try Self.busy(folder)
        #expect(try ReadFeed([path], span: 20_000_000).records == ReadFeed([path]).records)
    }

    @Test func noChunkSpansMoreThanItsTime() throws {
        let folder = try TemporaryFolder()
        let span: UInt64 = 30_000_000
        for chunk in try ReadFeed([try Self.busy(folder)], span: span).chunks where chunk.sourceRecordCount > 1 {
            let first = chunk.bytes.number(at: chunk.bytes[1] == RecordType.definition ? 16 : 40)
            let last = chunk.mark == nil ? chunk.time : first
            #expect(last - first < span)
        }
    }

    @Test func noChunkIsLargerThanItsBound() throws {
        let folder = try TemporaryFolder()
        let feed = try ReadFeed([try Self.busy(folder)])
        #expect(feed.chunks.count > 5)
        for chunk in feed.chunks { #expect(chunk.bytes.count <= 260 * 1024) }
    }

    @Test func aMarkEndsItsChunk() throws {
        let folder = try TemporaryFolder()
        for chunk in try ReadFeed([try Self.busy(folder)]).chunks {
            let marks = ReadFeed.marks(in: chunk.bytes)
            #expect(marks.count == (chunk.mark == nil ? 0 : 1))
            #expect(marks.last == nil || marks.last == chunk.recordCount - 1)
        }
    }

    @Test func sourceRecordsAreAllButMarksAndNames() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 100)
        let path = try folder.write(
            "a.dbn",
            header(mappings: [("ESZ6", 20_261_119, 20_261_120, "1")]) + mbo(at: now) + mbo(at: now + 10_000_000_000))
        let feed = try ReadFeed([path])
        #expect(feed.shape == "mn.m.m")
        #expect(feed.chunks.reduce(0) { $0 + $1.sourceRecordCount } == 2)
    }

    /// A time stamp gone wrong makes every later session edge due at once.
    @Test(.timeLimit(.minutes(1))) func aTimeCenturiesAheadIsPassedSoon() throws {
        let folder = try TemporaryFolder()
        let now = try time("2026-11-19", 100)
        let path = try folder.write("a.dbn", header() + mbo(at: now) + mbo(at: try time("2300-01-01")))
        let feed = try MergedFeed(FeedPlan(files: [path], calendar: try ExchangeCalendar(named: "24x7")))
        var marks = 0
        while let chunk = try feed.nextChunk() { marks += chunk.mark == nil ? 0 : 1 }
        #expect(marks > 99_000)
    }
}

extension ReadFeed {
    /// Places of the marks among the records of a chunk.
    static func marks(in bytes: [UInt8]) -> [Int] {
        var offset = 0
        var index = 0
        var result: [Int] = []
        while offset < bytes.count {
            if bytes[offset + 1] == RecordType.system { result.append(index) }
            offset += Int(bytes[offset]) * 4
            index += 1
        }
        return result
    }
}
