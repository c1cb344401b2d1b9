import MarketData
import Testing

@Suite struct CalendarGlobexTests {
    private func utc(_ text: String) -> Timestamp { CalendarVectors.utc(text) }

    @Test(arguments: CalendarVectors.boundaries)
    func boundaryVector(chicago: String, utc: String, isOpen: Bool) throws {
        #expect(try CalendarVectors.calendar().isOpen(at: CalendarVectors.utc(utc)) == isOpen)
    }

    /// Open to the last second before the stop, closed at it and up to the next open.
    @Test(arguments: CalendarVectors.special)
    func specialDayStopsAndReopens(row: CalendarVectors.Special) throws {
        let calendar = try CalendarVectors.calendar()
        let last = utc(row.lastTrade)
        let next = utc(row.nextOpen)
        #expect(try calendar.isOpen(at: last.advanced(bySeconds: -1)))
        #expect(try !calendar.isOpen(at: last))
        #expect(try calendar.nextClose(after: last.advanced(bySeconds: -1)) == last)
        #expect(try calendar.nextOpen(after: last) == next)
        #expect(try !calendar.isOpen(at: next.advanced(bySeconds: -1)))
        #expect(try calendar.isOpen(at: next))
        #expect(try calendar.openSeconds(from: last, to: next) == 0)
    }

    @Test func specialDaysCarryReasonAndProvenanceOfTheReference() throws {
        let rows = try CalendarVectors.calendar().specialDays.filter { $0.date.year >= 2025 }
        #expect(rows.map(\.date.description) == CalendarVectors.special.map(\.date))
        #expect(rows.map(\.reason) == CalendarVectors.special.map(\.reason))
        #expect(rows.map(\.provenance.rawValue) == CalendarVectors.special.map(\.provenance))
    }

    @Test func derivedYearsSaySo() throws {
        let rows = try CalendarVectors.calendar().specialDays.filter { $0.date.year < 2025 }
        #expect(rows.count == 25)
        #expect(rows.allSatisfy { $0.provenance.rawValue == "R" })
    }

    /// Last trade and next open in UTC of days in 2023 and 2024, computed by hand from the fixed rules.
    @Test(arguments: [
        ("2023-04-07T13:15", "2023-04-09T22:00"),  // Good Friday with a jobs report
        ("2023-07-03T17:15", "2023-07-03T22:00"),
        ("2023-07-04T17:00", "2023-07-04T22:00"),
        ("2023-11-24T18:15", "2023-11-26T23:00"),
        ("2023-12-22T22:00", "2023-12-25T23:00"),  // Christmas on a Monday: no Sunday open
        ("2023-12-29T22:00", "2024-01-01T23:00"),
        ("2024-03-28T21:00", "2024-03-31T22:00"),  // Good Friday without one
        ("2024-06-19T17:00", "2024-06-19T22:00"),
        ("2024-12-24T18:15", "2024-12-25T23:00"),
    ])
    func earlierYearsFollowTheFixedRules(lastTrade: String, nextOpen: String) throws {
        let calendar = try CalendarVectors.calendar()
        #expect(try calendar.nextClose(after: utc(lastTrade).advanced(bySeconds: -1)) == utc(lastTrade))
        #expect(try calendar.nextOpen(after: utc(lastTrade)) == utc(nextOpen))
    }

    @Test func firstOpenOfTheDataIsMondayEvening() throws {
        #expect(try CalendarVectors.calendar().nextOpen(after: utc("2023-01-01T06:00")) == utc("2023-01-02T23:00"))
    }

    /// Times of real CME records in `dbn/glbx` of the test data. The file of 2023-12-24 is for the whole UTC day and
    /// has nothing but a book snapshot from 13:00:05, which fits a Sunday without an evening open at 23:00.
    @Test(arguments: [
        ("2023-12-24T13:00:05", "2023-12-26", false),
        ("2023-12-24T23:59:59", "2023-12-26", false),
        ("2024-05-08T00:00:00", "2024-05-08", true),
        ("2024-05-09T09:55:00", "2024-05-09", true),
        ("2024-07-01T23:58:00", "2024-07-02", true),
    ])
    func realRecordsFallIntoSessions(time: String, date: String, isOpen: Bool) throws {
        let calendar = try CalendarVectors.calendar()
        #expect(try calendar.sessionDate(at: utc(time)).description == date)
        #expect(try calendar.isOpen(at: utc(time)) == isOpen)
    }

    @Test(arguments: [
        ("2026-11-22T23:00", "2026-11-23"),  // Sunday evening
        ("2026-11-21T12:00", "2026-11-23"),  // Saturday
        ("2026-11-23T21:59:59", "2026-11-23"),  // Monday, last second
        ("2026-11-23T22:00", "2026-11-24"),  // maintenance
        ("2025-12-24T18:15", "2025-12-26"),  // Christmas Eve after the close
    ])
    func sessionDateIsTheTradeDate(time: String, date: String) throws {
        let calendar = try CalendarVectors.calendar()
        #expect(try calendar.sessionDate(at: utc(time)).description == date)
        #expect(try calendar.session(atOrAfter: utc(time)).date.description == date)
    }

    /// MLK day 2026 as in CME's listing (reference, section 1); the Friday holidays by our rule.
    @Test(arguments: [
        ("2026-01-20", ["2026-01-18T23:00", "2026-01-19T18:00", "2026-01-19T23:00", "2026-01-20T22:00"]),
        ("2026-06-22", ["2026-06-18T22:00", "2026-06-19T17:00", "2026-06-21T22:00", "2026-06-22T21:00"]),
        ("2025-07-07", ["2025-07-03T22:00", "2025-07-04T17:00", "2025-07-06T22:00", "2025-07-07T21:00"]),
        ("2026-11-27", ["2026-11-25T23:00", "2026-11-26T18:00", "2026-11-26T23:00", "2026-11-27T18:15"]),
        ("2026-11-20", ["2026-11-19T23:00", "2026-11-20T22:00"]),
        ("2025-01-09", ["2025-01-08T23:00", "2025-01-09T14:30"]),
        ("2026-04-03", ["2026-04-02T22:00", "2026-04-03T13:15"]),
        ("2026-03-09", ["2026-03-08T22:00", "2026-03-09T21:00"]),  // the evening after the shift
    ])
    func tradeDateHasItsSegments(date: String, times: [String]) throws {
        let session = try #require(try CalendarVectors.calendar().session(on: CalendarVectors.date(date)))
        #expect(session.date.description == date)
        #expect(session.segments.flatMap { [$0.lowerBound, $0.upperBound] } == times.map(utc))
        #expect(session.open == utc(times[0]))
        #expect(session.close == utc(times[times.count - 1]))
    }

    @Test(arguments: ["2026-01-19", "2026-06-19", "2025-07-04", "2026-12-25", "2026-11-21", "2026-11-22", "2023-12-25"])
    func haltedAndClosedDaysHaveNoTradeDate(date: String) throws {
        #expect(try CalendarVectors.calendar().session(on: CalendarVectors.date(date)) == nil)
    }

    @Test func breakOfASessionIsClosedAndBelongsToIt() throws {
        let calendar = try CalendarVectors.calendar()
        let noon = utc("2026-01-19T18:00")
        #expect(try calendar.session(at: noon) == nil)
        #expect(try calendar.session(atOrAfter: noon).date.description == "2026-01-20")
        let session = try #require(try calendar.session(at: noon.advanced(bySeconds: -1)))
        #expect(session.open <= noon && noon < session.close)
        #expect(!session.isOpen(at: noon))
        #expect(session.openSeconds == (19 + 23) * 3600)
    }

    @Test func boundariesHaveEachSegmentOnce() throws {
        let calendar = try CalendarVectors.calendar()
        // After the open of Sunday, so that it is excluded, and through the close of Tuesday, so that it is included.
        let found = try calendar.boundaries(after: utc("2026-01-18T23:00"), through: utc("2026-01-20T22:00"))
        #expect(found.map(\.time) == ["2026-01-19T18:00", "2026-01-19T23:00", "2026-01-20T22:00"].map(utc))
        #expect(found.map(\.kind) == [.close, .open, .close])
        #expect(found.allSatisfy { $0.sessionDate.description == "2026-01-20" })
    }

    @Test func shortRangesHaveNoBoundaries() throws {
        let calendar = try CalendarVectors.calendar()
        let time = utc("2026-11-20T15:00")
        #expect(try calendar.boundaries(after: time, through: time.advanced(bySeconds: 10)).isEmpty)
        #expect(try calendar.boundaries(after: time, through: time).isEmpty)
        #expect(try calendar.boundaries(after: time, through: time.advanced(bySeconds: -10)).isEmpty)
    }
}
