import MarketData
import Testing

@Suite struct CalendarRangeTests {
    private func utc(_ text: String) -> Timestamp { CalendarVectors.utc(text) }

    private func outside(_ date: String, _ calendar: String = "cme-globex-equity") -> CalendarError {
        .outsideData(
            date: CalendarVectors.date(date), first: CalendarVectors.date("2023-01-01"),
            last: CalendarVectors.date("2027-12-31"), calendar: calendar)
    }

    /// Local midnights around the data: 06:00Z in Chicago, 05:00Z in New York.
    @Test(arguments: [
        ("cme-globex-equity", "2023-01-01T05:59:59", "2022-12-31"),
        ("cme-globex-equity", "2028-01-01T06:00", "2028-01-01"),
        ("us-equity-rth", "2023-01-01T04:59:59", "2022-12-31"),
        ("us-equity-rth", "2028-01-01T05:00", "2028-01-01"),
        ("us-equity-rth", "1970-01-01T00:00", "1969-12-31"),
    ])
    func timesOutsideTheDataAreErrors(name: String, time: String, date: String) throws {
        let calendar = try CalendarVectors.calendar(name)
        let time = utc(time)
        let inside = utc("2026-01-01T00:00")
        let expected = outside(date, name)
        #expect(throws: expected) { try calendar.isOpen(at: time) }
        #expect(throws: expected) { try calendar.session(at: time) }
        #expect(throws: expected) { try calendar.session(atOrAfter: time) }
        #expect(throws: expected) { try calendar.sessionDate(at: time) }
        #expect(throws: expected) { try calendar.nextOpen(after: time) }
        #expect(throws: expected) { try calendar.nextClose(after: time) }
        #expect(throws: expected) { try calendar.boundaries(after: time, through: inside) }
        #expect(throws: expected) { try calendar.openSeconds(from: time, to: inside) }
        #expect(throws: expected) { try calendar.session(on: CalendarVectors.date(date)) }
    }

    @Test func firstAndLastSecondOfTheDataAreAnswered() throws {
        let calendar = try CalendarVectors.calendar()
        #expect(try !calendar.isOpen(at: utc("2023-01-01T06:00")))
        #expect(try !calendar.isOpen(at: utc("2028-01-01T05:59:59")))
        #expect(try calendar.isOpen(at: utc("2027-12-31T21:59:59")))
        #expect(try calendar.openSeconds(from: utc("2027-12-31T21:00"), to: utc("2028-01-01T06:00")) == 3600)
    }

    /// New Year's Eve 2027 is covered, but the next open is not.
    @Test func answersPastTheDataAreErrors() throws {
        let calendar = try CalendarVectors.calendar()
        let lastClose = utc("2027-12-31T22:00")
        #expect(throws: outside("2028-01-01")) { try calendar.session(atOrAfter: lastClose) }
        #expect(throws: outside("2028-01-01")) { try calendar.sessionDate(at: lastClose) }
        #expect(throws: outside("2028-01-01")) { try calendar.nextClose(after: lastClose) }
        #expect(throws: outside("2028-01-01")) { try calendar.nextOpen(after: utc("2027-12-31T12:00")) }
        #expect(try calendar.nextClose(after: utc("2027-12-31T12:00")) == lastClose)
    }

    @Test func errorNamesDateRangeAndCalendar() {
        #expect(
            outside("2028-01-01").description
                == "calendar cme-globex-equity covers 2023-01-01 through 2027-12-31, and the question needs 2028-01-01")
    }

    @Test func unknownNameListsTheKnownOnes() {
        let expected = CalendarError.unknownCalendar("nyse", known: ["24x7", "cme-globex-equity", "us-equity-rth"])
        #expect(throws: expected) { try ExchangeCalendar(named: "nyse") }
        #expect(
            expected.description
                == "no calendar is named \"nyse\"; known are 24x7, cme-globex-equity, us-equity-rth")
    }

    @Test(arguments: [(2026, 0), (2026, 13), (0, 1)])
    func impossibleMonthIsAnError(year: Int, month: Int) throws {
        let calendar = try CalendarVectors.calendar()
        #expect(throws: CalendarError.noSuchMonth(year: year, month: month)) {
            try calendar.monthSummary(year: year, month: month)
        }
    }

    @Test func monthPastTheDataIsAnError() throws {
        let calendar = try CalendarVectors.calendar()
        #expect(throws: outside("2028-01-01")) { try calendar.monthSummary(year: 2028, month: 1) }
        #expect(throws: outside("2022-12-01")) { try calendar.monthSummary(year: 2022, month: 12) }
    }

    @Test func dataRangeIsPublished() {
        #expect(ExchangeCalendar.dataRange.lowerBound.description == "2023-01-01")
        #expect(ExchangeCalendar.dataRange.upperBound.description == "2027-12-31")
    }

    @Test func everyNameMakesItsCalendar() throws {
        for name in ExchangeCalendar.names {
            #expect(try ExchangeCalendar(named: name).name == name)
        }
    }
}

@Suite struct CalendarAlwaysOpenTests {
    private func utc(_ text: String) -> Timestamp { CalendarVectors.utc(text) }

    @Test(arguments: ["1970-01-01T00:00", "2022-05-27T12:00", "2026-11-21T23:59:59", "2040-02-29T00:00"])
    func isOpenOnAnyDate(time: String) throws {
        let calendar = try CalendarVectors.calendar("24x7")
        #expect(try calendar.isOpen(at: utc(time)))
        #expect(try calendar.sessionDate(at: utc(time)).description == String(time.prefix(10)))
    }

    @Test func sessionIsTheUTCDay() throws {
        let session = try CalendarVectors.calendar("24x7").session(on: CalendarVectors.date("2026-11-21"))
        #expect(session?.segments == [utc("2026-11-21T00:00")..<utc("2026-11-22T00:00")])
    }

    @Test func midnightClosesAndThenOpens() throws {
        let calendar = try CalendarVectors.calendar("24x7")
        let midnight = utc("2026-11-22T00:00")
        let found = try calendar.boundaries(after: midnight.advanced(bySeconds: -10), through: midnight)
        #expect(found.map(\.time) == [midnight, midnight])
        #expect(found.map(\.kind) == [.close, .open])
        #expect(found.map(\.sessionDate.description) == ["2026-11-21", "2026-11-22"])
        #expect(try calendar.boundaries(after: midnight, through: midnight.advanced(bySeconds: 10)).isEmpty)
        #expect(try calendar.nextOpen(after: midnight) == utc("2026-11-23T00:00"))
    }

    @Test func openSecondsAreAllSeconds() throws {
        let calendar = try CalendarVectors.calendar("24x7")
        #expect(try calendar.openSeconds(from: utc("2026-11-21T00:00"), to: utc("2026-11-22T12:00:01")) == 129_601)
    }

    @Test func undefinedTimeIsAnErrorAndNotACrash() throws {
        let undefined = Timestamp(nanos: .max)
        for name in ExchangeCalendar.names {
            let calendar = try CalendarVectors.calendar(name)
            #expect(throws: CalendarError.self) { try calendar.isOpen(at: undefined) }
            #expect(throws: CalendarError.self) { try calendar.sessionDate(at: undefined) }
            #expect(throws: CalendarError.self) { try calendar.nextOpen(after: undefined) }
        }
    }

    @Test func lastWholeDayIsAnsweredAndItsEndIsTheLimit() throws {
        let calendar = try CalendarVectors.calendar("24x7")
        #expect(calendar.coverage.upperBound.description == "2554-07-20")
        let last = utc("2554-07-20T23:59:59")
        #expect(try calendar.nextClose(after: last) == utc("2554-07-21T00:00"))
        #expect(throws: CalendarError.self) { try calendar.nextOpen(after: last) }
    }
}
