import Feeds
import MarketData
import Testing

/// How time passes in the stream: design.md, section 4, "Marks".
@Suite struct MarkTests {
    private static let second: UInt64 = 1_000_000_000

    /// A feed of one file with a record at each time.
    private static func feed(
        at times: [UInt64], calendar: String = "cme-globex-equity", every interval: UInt64 = 10 * second
    ) throws -> ReadFeed {
        let folder = try TemporaryFolder()
        return try ReadFeed(
            [try folder.write("a.dbn", header() + times.flatMap { mbo(at: $0) })], calendar: calendar, mark: interval)
    }

    private static func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    /// A Thursday, 18:00 UTC, in the middle of a session.
    private static func noon() throws -> UInt64 { try time("2026-11-19", 64_800) }

    @Test func theFirstRecordHasAMarkAtTheMultipleBeforeIt() throws {
        let feed = try Self.feed(at: [try Self.noon() + 13 * Self.second])
        #expect(feed.marks.first == Mark(time: Timestamp(nanos: try Self.noon() + 10 * Self.second)))
        #expect(feed.shape == "m.m")
    }

    @Test func aRecordAtAMultipleHasItsMarkBefore() throws {
        let noon = try Self.noon()
        let feed = try Self.feed(at: [noon + 1, noon + 10 * Self.second - 1, noon + 10 * Self.second])
        #expect(feed.shape == "m..m.m")
        #expect(feed.marks.map(\.time.nanos) == [noon, noon + 10 * Self.second, noon + 10 * Self.second])
    }

    @Test func aQuietHourIsPassedWithOneMark() throws {
        let noon = try Self.noon()
        let feed = try Self.feed(at: [noon, noon + 3605 * Self.second])
        #expect(feed.marks.map { ($0.time.nanos - noon) / Self.second } == [0, 3600, 3605])
    }

    @Test func oneMarkFollowsTheLastRecord() throws {
        let noon = try Self.noon()
        let feed = try Self.feed(at: [noon, noon + 7])
        #expect(feed.marks.last == Mark(time: Timestamp(nanos: noon + 7)))
        #expect(feed.shape.hasSuffix(".m"))
    }

    @Test(arguments: UInt64(1)...20, [1, 3, 10, 60] as [UInt64])
    func everyMultipleStandsBeforeTheFirstRecordAtOrPastIt(seed: UInt64, seconds: UInt64) throws {
        var random = FeedRandom(seed: seed)
        let interval = seconds * Self.second
        var now = try Self.noon()
        let times = (0..<300).map { _ in
            now +=
                [0, 1, 999_999_999, 1_000_000_000, 7_500_000_000, 130_000_000_000].randomElement(using: &random) ?? 0
            return now
        }
        let feed = try Self.feed(at: times, every: interval)
        var expected: [UInt64] = []
        var latest: UInt64?
        for time in times {
            let multiple = time / interval * interval
            if latest.map({ multiple > $0 }) ?? true { expected.append(multiple) }
            latest = max(latest ?? 0, multiple)
        }
        #expect(feed.marks.map(\.time.nanos) == expected + [now], "seed \(seed)")
    }

    /// The bytes of a mark by `dbn-format.md`: a SystemMsg of 320 bytes, code 0, publisher 0, instrument 0.
    @Test func aMarkIsAHeartbeatOfPublisherZero() throws {
        let noon = try Self.noon()
        let mark = try #require(try Self.feed(at: [noon]).records.first)
        let expected: [UInt8] = [80, 23, 0, 0, 0, 0, 0, 0] + little(noon) + Array("Heartbeat".utf8)
        #expect(mark == expected + [UInt8](repeating: 0, count: 320 - expected.count))
    }

    // MARK: - Sessions (winter: Globex is open 23:00 to 22:00 UTC, Sunday evening to Friday)

    @Test func theMaintenanceHourHasACloseAndAnOpen() throws {
        let close = try time("2026-11-19", 22 * 3600)
        let open = try time("2026-11-19", 23 * 3600)
        let feed = try Self.feed(at: [close - 1, open + 1])
        let edges = feed.marks.filter { $0.closes != nil || $0.opens != nil }
        #expect(
            edges == [
                Mark(time: Timestamp(nanos: close), closes: try Self.date("2026-11-19")),
                Mark(time: Timestamp(nanos: open), opens: try Self.date("2026-11-20")),
            ])
    }

    @Test func aWeekendLiesBetweenFridaysCloseAndMondaysOpen() throws {
        let close = try time("2026-11-20", 22 * 3600)
        let open = try time("2026-11-22", 23 * 3600)
        let feed = try Self.feed(at: [close - 1, open + 90 * Self.second])
        #expect(
            feed.marks.dropFirst() == [
                Mark(time: Timestamp(nanos: close), closes: try Self.date("2026-11-20")),
                Mark(time: Timestamp(nanos: open), opens: try Self.date("2026-11-23")),
                Mark(time: Timestamp(nanos: open + 90 * Self.second)),
                Mark(time: Timestamp(nanos: open + 90 * Self.second)),
            ])
    }

    @Test func aRecordInClosedHoursComesAfterTheCloseAndBeforeTheOpen() throws {
        let close = try time("2026-11-19", 22 * 3600)
        let feed = try Self.feed(at: [close - 1, close + 1800 * Self.second, close + 3600 * Self.second])
        let kinds = feed.marks.map { $0.closes != nil ? "c" : $0.opens != nil ? "o" : "-" }.joined()
        #expect(kinds == "-c-o-")
        #expect(feed.shape == "m.mm.m.m")
    }

    @Test func aRecordAtTheOpenHasTheOpeningMarkBefore() throws {
        let open = try time("2026-11-19", 23 * 3600)
        let feed = try Self.feed(at: [open])
        #expect(feed.marks.first == Mark(time: Timestamp(nanos: open), opens: try Self.date("2026-11-20")))
    }

    @Test func anEdgeOffTheMultiplesHasItsOwnMark() throws {
        let close = try time("2026-11-19", 22 * 3600)
        let feed = try Self.feed(at: [close - 100 * Self.second, close + 1], every: 7 * Self.second)
        #expect(feed.marks.contains { $0.time.nanos == close && $0.closes != nil })
        #expect(feed.marks.map(\.time.nanos) == feed.marks.map(\.time.nanos).sorted())
    }

    /// MLK day 2026: the halt at noon in Chicago is inside the trade date of the 20th (reference `cme-calendar.md`).
    @Test func aHolidayBreakInsideATradeDateNeitherClosesNorOpens() throws {
        let halt = try time("2026-01-19", 18 * 3600)
        let reopen = try time("2026-01-19", 23 * 3600)
        let feed = try Self.feed(at: [halt - 1, reopen + 1])
        #expect(
            feed.marks.dropFirst() == [
                Mark(time: Timestamp(nanos: halt)), Mark(time: Timestamp(nanos: reopen)),
                Mark(time: Timestamp(nanos: reopen + 1)),
            ])
    }

    @Test func theHolidaysTradeDateOpensOnceAndClosesOnce() throws {
        let open = try time("2026-01-18", 23 * 3600)
        let close = try time("2026-01-20", 22 * 3600)
        let feed = try Self.feed(at: [open, close - 1, close + 1])
        #expect(feed.marks.compactMap(\.opens) == [try Self.date("2026-01-20")])
        #expect(feed.marks.compactMap(\.closes) == [try Self.date("2026-01-20")])
    }

    @Test func midnightIsCloseAndOpenOfADayWithoutHours() throws {
        let midnight = try time("2026-11-20")
        let feed = try Self.feed(at: [midnight - 1, midnight + 1], calendar: "24x7")
        #expect(
            feed.marks.filter { $0.opens != nil } == [
                Mark(
                    time: Timestamp(nanos: midnight), closes: try Self.date("2026-11-19"),
                    opens: try Self.date("2026-11-20"))
            ])
    }

    @Test(arguments: ["2019-05-06", "2028-03-01"]) func aDateTheCalendarDoesNotKnowIsAnErrorThatSaysSo(date: String)
        throws
    {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.dbn", header() + mbo(at: try time(date, 50_000)))
        let error = #expect(throws: FeedError.self) { try ReadFeed([path], calendar: "cme-globex-equity") }
        let text = "\(try #require(error))"
        #expect(text.contains(path) && text.contains("covers 2023-01-01 through 2027-12-31") && text.contains(date))
    }

    @Test func recordsBeforeTheUnknownDateAreDelivered() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.dbn", header() + mbo(at: try Self.noon()) + mbo(at: try time("2030-01-01")))
        let feed = try MergedFeed(FeedPlan(files: [path], calendar: try ExchangeCalendar(named: "cme-globex-equity")))
        #expect(try feed.nextChunk()?.mark?.time.nanos == Self.noon())
        #expect(throws: FeedError.self) { while try feed.nextChunk() != nil {} }
    }
}
