import MarketData
import Testing

@Suite struct CalendarTotalsTests {
    private func summary(_ calendar: String, _ month: String) throws -> ExchangeCalendar.MonthSummary {
        let fields = month.split(separator: "-").map { Int($0)! }
        return try CalendarVectors.calendar(calendar).monthSummary(year: fields[0], month: fields[1])
    }

    private func minutes(_ duration: Duration) -> Double { duration / .seconds(60) }

    @Test(arguments: CalendarVectors.months)
    func globexMonthAgreesWithTheReference(month: CalendarVectors.Month) throws {
        let found = try summary("cme-globex-equity", month.month)
        #expect(found.openMinutes == month.globexMinutes)
        #expect(abs(minutes(found.allowedDowntime) - month.globexAllowedMinutes) <= 0.0501)
    }

    @Test(arguments: CalendarVectors.months)
    func regularHoursMonthAgreesWithTheReference(month: CalendarVectors.Month) throws {
        let found = try summary("us-equity-rth", month.month)
        #expect(found.sessions.count == month.cashDays)
        #expect(found.openMinutes == month.regularMinutes)
        #expect(abs(minutes(found.allowedDowntime) - month.regularAllowedMinutes) <= 0.00501)
    }

    /// Reference, section 3, last row.
    @Test(arguments: [(2025, 353_235, 250), (2026, 354_825, 251), (2027, 354_135, 251)])
    func yearTotalsAgreeWithTheReference(year: Int, globexMinutes: Int, cashDays: Int) throws {
        let globex = try CalendarVectors.calendar()
        let regular = try CalendarVectors.calendar("us-equity-rth")
        var minutes = 0
        var days = 0
        for month in 1...12 {
            minutes += try globex.monthSummary(year: year, month: month).openMinutes
            days += try regular.monthSummary(year: year, month: month).sessions.count
        }
        #expect(minutes == globexMinutes)
        #expect(days == cashDays)
    }

    /// Holidays, half days and trading days of the New York Stock Exchange as commonly known; the exchange's notices
    /// were not read again for this.
    @Test(arguments: [
        (
            2023, 250, "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25", "07-03 11-24"
        ),
        (
            2024, 252, "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"
        ),
    ])
    func derivedYearsHaveThePublishedCashDays(year: Int, cashDays: Int, holidays: String, halfDays: String) throws {
        let regular = try CalendarVectors.calendar("us-equity-rth")
        let first = CalendarVectors.date("\(year)-01-01")
        let weekdays = (0..<366).map { first.adding(days: $0) }.filter { $0.year == year && $0.weekday <= 5 }
        let closed = try weekdays.filter { try regular.session(on: $0) == nil }
        let short = try weekdays.filter { try regular.session(on: $0)?.openSeconds == 210 * 60 }
        #expect(closed.map { String($0.description.dropFirst(5)) }.joined(separator: " ") == holidays)
        #expect(short.map { String($0.description.dropFirst(5)) }.joined(separator: " ") == halfDays)
        #expect(weekdays.count - closed.count == cashDays)
    }

    @Test func monthListsItsSpecialDays() throws {
        let december = try summary("cme-globex-equity", "2026-12")
        #expect(december.specialDays.map(\.date.description) == ["2026-12-24", "2026-12-25"])
        #expect(december.specialDays.map(\.treatment) == [.earlyClose(hour: 12, minute: 15), .closed])
        #expect(december.specialDays.map(\.provenance) == [.libraries, .libraries])
        let cash = try summary("us-equity-rth", "2026-12")
        #expect(cash.specialDays.map(\.treatment) == [.earlyClose(hour: 13, minute: 0), .closed])
    }

    @Test func allowedDowntimeIsAThousandth() throws {
        #expect(try summary("24x7", "2026-11").allowedDowntime == .seconds(2592))
        #expect(try summary("24x7", "2024-02").openMinutes == 29 * 1440)
        #expect(try summary("24x7", "2024-02").sessions.count == 29)
    }

    @Test(arguments: ["2025-01-09", "2026-04-03", "2027-03-26", "2024-06-19", "2027-06-18", "2027-12-24", "2026-07-03"])
    func regularHoursAreClosedOnHolidays(date: String) throws {
        #expect(try CalendarVectors.calendar("us-equity-rth").session(on: CalendarVectors.date(date)) == nil)
    }

    @Test(arguments: [
        ("2026-11-20", "2026-11-20T14:30", "2026-11-20T21:00"),
        ("2026-07-02", "2026-07-02T13:30", "2026-07-02T20:00"),
        ("2026-11-27", "2026-11-27T14:30", "2026-11-27T18:00"),
        ("2025-07-03", "2025-07-03T13:30", "2025-07-03T17:00"),
        ("2026-12-24", "2026-12-24T14:30", "2026-12-24T18:00"),
    ])
    func regularHoursOfADay(date: String, open: String, close: String) throws {
        let session = try CalendarVectors.calendar("us-equity-rth").session(on: CalendarVectors.date(date))
        #expect(session?.open == CalendarVectors.utc(open))
        #expect(session?.close == CalendarVectors.utc(close))
    }
}
