import MarketData
import Testing

private typealias Time = CustomCalendar.TimeOfDay
private typealias Hours = CustomCalendar.Hours

private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

@Suite struct CalendarCustomTests {
    private func calendar(
        _ name: String = "mine", zone: String = "UTC", hours: [CustomCalendar.Hours], from first: String = "2026-01-01",
        through last: String = "2026-12-31", closed: [CustomCalendar.ClosedDate] = [],
        early: [CustomCalendar.EarlyClose] = []
    ) throws -> CustomCalendar {
        CustomCalendar(
            name: name, zone: zone, hours: hours, first: try date(first), last: try date(last), closedDates: closed,
            earlyCloses: early)
    }

    private static let cashHours = (1...5).map {
        Hours(weekday: $0, opens: Time(hour: 9, minute: 30), closes: Time(hour: 16, minute: 0))
    }
    private static let globexHours = (1...5).map {
        Hours(
            weekday: $0, opens: Time(hour: 17, minute: 0), closes: Time(hour: 16, minute: 0), opensEveningBefore: true)
    }

    // MARK: Answers

    /// The built-in calendar of the New York Stock Exchange, told again in the words of a user.
    @Test func aCalendarOfAllSpecialDaysIsTheBuiltInOne() throws {
        let builtIn = try ExchangeCalendar(named: "us-equity-rth")
        var closed: [CustomCalendar.ClosedDate] = []
        var early: [CustomCalendar.EarlyClose] = []
        for day in builtIn.specialDays where day.date.year == 2026 {
            switch day.treatment {
            case .earlyClose(let hour, let minute):
                early.append(
                    .init(date: day.date, closes: Time(hour: hour, minute: minute), reason: day.reason, source: "s"))
            default: closed.append(.init(date: day.date, reason: day.reason, source: "s"))
            }
        }
        let mine = try ExchangeCalendar(
            calendar(zone: "America/New_York", hours: Self.cashHours, closed: closed, early: early))
        for month in 1...12 {
            let summary = try mine.monthSummary(year: 2026, month: month)
            let expected = try builtIn.monthSummary(year: 2026, month: month)
            #expect(summary.sessions == expected.sessions)
            #expect(summary.openSeconds == expected.openSeconds)
            #expect(summary.specialDays.map(\.date) == expected.specialDays.map(\.date))
            #expect(summary.specialDays.map(\.treatment) == expected.specialDays.map(\.treatment))
            #expect(summary.specialDays.allSatisfy { $0.provenance == .stated("s") && $0.provenance.meaning == "s" })
        }
        #expect(closed.count == 10)
        #expect(early.count == 2)
    }

    /// Every question, each half hour of three weeks without holidays, over the end of daylight-saving time.
    @Test func eveningOpensBelongToTheNextTradeDate() throws {
        let builtIn = try ExchangeCalendar(named: "cme-globex-equity")
        let mine = try ExchangeCalendar(
            calendar(zone: "America/Chicago", hours: Self.globexHours, from: "2026-10-19", through: "2026-11-20"))
        var time = builtIn.timestamp(localDate: try date("2026-10-25"), hour: 0, minute: 0)
        let end = builtIn.timestamp(localDate: try date("2026-11-15"), hour: 0, minute: 0)
        while time < end {
            #expect(try mine.isOpen(at: time) == builtIn.isOpen(at: time))
            #expect(try mine.session(at: time) == builtIn.session(at: time))
            #expect(try mine.session(atOrAfter: time) == builtIn.session(atOrAfter: time))
            #expect(try mine.sessionDate(at: time) == builtIn.sessionDate(at: time))
            #expect(try mine.nextOpen(after: time) == builtIn.nextOpen(after: time))
            #expect(try mine.nextClose(after: time) == builtIn.nextClose(after: time))
            #expect(try mine.minutesToOpen(at: time) == builtIn.minutesToOpen(at: time))
            #expect(mine.format(time) == builtIn.format(time))
            #expect(try mine.openSeconds(from: time, to: end) == builtIn.openSeconds(from: time, to: end))
            #expect(
                try mine.boundaries(after: time, through: time.advanced(bySeconds: 86_400))
                    == builtIn.boundaries(after: time, through: time.advanced(bySeconds: 86_400)))
            time = time.advanced(bySeconds: 1800)
        }
    }

    @Test func aBreakLeavesTwoSegments() throws {
        let hours = [
            Hours(weekday: 1, opens: Time(hour: 13, minute: 0), closes: Time(hour: 24, minute: 0)),
            Hours(weekday: 1, opens: Time(hour: 9, minute: 30), closes: Time(hour: 12, minute: 0)),
        ]
        let early = [
            CustomCalendar.EarlyClose(
                date: try date("2026-11-09"), closes: Time(hour: 12, minute: 30), reason: "r", source: "s"),
            CustomCalendar.EarlyClose(
                date: try date("2026-11-16"), closes: Time(hour: 14, minute: 0), reason: "r", source: "s"),
        ]
        let mine = try ExchangeCalendar(calendar(hours: hours, early: early))
        let monday = try #require(try mine.session(on: date("2026-11-02")))
        #expect(monday.segments.count == 2)
        // 2.5 and 11 hours.
        #expect(monday.openSeconds == 48_600)
        let noon = mine.timestamp(localDate: try date("2026-11-02"), hour: 12, minute: 0)
        #expect(try !mine.isOpen(at: noon))
        #expect(try mine.session(atOrAfter: noon) == monday)
        #expect(try mine.minutesToOpen(at: noon) == 60)
        // An early close in the break leaves the morning; one in the afternoon cuts it.
        #expect(try mine.session(on: date("2026-11-09"))?.openSeconds == 9000)
        #expect(try mine.session(on: date("2026-11-16"))?.openSeconds == 9000 + 3600)
        #expect(try mine.session(on: date("2026-11-03")) == nil)
    }

    /// Every night of the week open in Chicago: the shifts happen while this market is open.
    @Test func aSessionOverAShiftHasAnHourMoreOrLess() throws {
        let hours = (1...7).map {
            Hours(
                weekday: $0, opens: Time(hour: 17, minute: 0), closes: Time(hour: 16, minute: 0),
                opensEveningBefore: true)
        }
        let mine = try ExchangeCalendar(calendar(zone: "America/Chicago", hours: hours))
        #expect(try mine.session(on: date("2026-03-07"))?.openSeconds == 23 * 3600)
        #expect(try mine.session(on: date("2026-03-08"))?.openSeconds == 22 * 3600)
        #expect(try mine.session(on: date("2026-11-01"))?.openSeconds == 24 * 3600)
        #expect(try mine.session(on: date("2026-11-02"))?.openSeconds == 23 * 3600)
    }

    @Test func hoursThatAShiftSkipsHaveNoTime() throws {
        func sunday(_ opens: (Int, Int), _ closes: (Int, Int)) -> Hours {
            Hours(
                weekday: 7, opens: Time(hour: opens.0, minute: opens.1),
                closes: Time(hour: closes.0, minute: closes.1))
        }
        let mine = try ExchangeCalendar(
            calendar(
                zone: "America/New_York",
                hours: [sunday((1, 0), (2, 30)), sunday((2, 30), (2, 50)), sunday((2, 50), (4, 0))]))
        // On 2026-03-08 the clock goes from 02:00 to 03:00, at 07:00 UTC.
        let session = try #require(try mine.session(on: date("2026-03-08")))
        let shift = Timestamp(seconds: 1_772_953_200)
        #expect(
            session.segments == [
                shift.advanced(bySeconds: -3600)..<shift, shift..<shift.advanced(bySeconds: 3600),
            ])
        #expect(try mine.session(on: date("2026-03-15"))?.openSeconds == 3 * 3600)
    }

    @Test func timesOutsideOfItsDatesAreErrors() throws {
        let mine = try ExchangeCalendar(calendar(hours: Self.cashHours, from: "2026-11-02", through: "2026-11-06"))
        let error = CalendarError.outsideData(
            date: try date("2026-11-07"), first: try date("2026-11-02"), last: try date("2026-11-06"), calendar: "mine")
        let saturday = mine.timestamp(localDate: try date("2026-11-07"), hour: 0, minute: 0)
        #expect(throws: error) { try mine.isOpen(at: saturday) }
        #expect(throws: error) { try mine.nextOpen(after: saturday.advanced(bySeconds: -1)) }
        #expect(throws: CalendarError.self) { try mine.monthSummary(year: 2026, month: 11) }
    }

    @Test func calendarsAreEqualWhenTheySayTheSame() throws {
        let one = try ExchangeCalendar(calendar(hours: Self.cashHours))
        #expect(one == (try ExchangeCalendar(calendar(hours: Self.cashHours))))
        #expect(one.hashValue == (try ExchangeCalendar(calendar(hours: Self.cashHours)).hashValue))
        #expect(one != (try ExchangeCalendar(calendar("other", hours: Self.cashHours))))
        #expect(one != (try ExchangeCalendar(calendar(zone: "America/Chicago", hours: Self.cashHours))))
        #expect(one.name == "mine")
        #expect(one.definition == (try calendar(hours: Self.cashHours)))
        #expect(try ExchangeCalendar(named: "24x7").definition == nil)
        #expect(throws: CalendarError.self) { try ExchangeCalendar(named: "mine") }
    }

    // MARK: Problems

    private func problems(_ calendar: CustomCalendar) -> [CustomCalendarProblem] {
        do {
            _ = try ExchangeCalendar(calendar)
            return []
        } catch {
            #expect(error.description.split(separator: "\n").count == error.problems.count + 1)
            return error.problems
        }
    }

    @Test func allProblemsAreToldAtOnce() throws {
        let bad = Hours(weekday: 8, opens: Time(hour: 9, minute: 60), closes: Time(hour: 24, minute: 1))
        let backwards = Hours(weekday: 1, opens: Time(hour: 17, minute: 0), closes: Time(hour: 16, minute: 0))
        let day = try date("2026-11-03")
        let found = problems(
            try calendar(
                "My calendar", zone: "Europe/London", hours: [bad, backwards], from: "2026-12-31",
                through: "2026-01-01",
                closed: [.init(date: day, reason: "r", source: "s")],
                early: [.init(date: day, closes: Time(hour: 25, minute: 0), reason: "r", source: "s")]))
        #expect(
            found == [
                .badName("My calendar"), .unknownZone("Europe/London"), .badWeekday(8), .badTime(weekday: 8, bad.opens),
                .badTime(weekday: 8, bad.closes), .closesBeforeOpen(backwards),
                .lastBeforeFirst(first: try date("2026-12-31"), last: try date("2026-01-01")), .dateTwice(day),
                .badEarlyClose(day, Time(hour: 25, minute: 0)),
            ])
    }

    @Test func hoursOfOneWeekMustNotOverlap() throws {
        func hours(_ weekday: Int, _ opens: Int, _ closes: Int, evening: Bool = false) -> Hours {
            Hours(
                weekday: weekday, opens: Time(hour: opens, minute: 0), closes: Time(hour: closes, minute: 0),
                opensEveningBefore: evening)
        }
        let morning = hours(2, 9, 13)
        #expect(problems(try calendar(hours: [hours(2, 12, 15), morning])) == [.overlap(morning, hours(2, 12, 15))])
        #expect(problems(try calendar(hours: [morning, hours(2, 13, 15)])).isEmpty)
        // Monday's evening open, on Sunday, against Sunday's own hours: over the end of the week.
        let monday = hours(1, 17, 16, evening: true)
        #expect(problems(try calendar(hours: [monday, hours(7, 10, 18)])) == [.overlap(hours(7, 10, 18), monday)])
        #expect(problems(try calendar(hours: [monday, hours(7, 10, 17)])).isEmpty)
        let tuesday = hours(2, 15, 16, evening: true)
        #expect(problems(try calendar(hours: [tuesday, monday])) == [.overlap(monday, tuesday)])
    }

    @Test func datesMustMakeSense() throws {
        func early(_ text: String, _ hour: Int) throws -> [CustomCalendar.EarlyClose] {
            [.init(date: try date(text), closes: Time(hour: hour, minute: 0), reason: "r", source: "s")]
        }
        func found(_ early: [CustomCalendar.EarlyClose]) throws -> [CustomCalendarProblem] {
            problems(try calendar(hours: Self.cashHours, early: early))
        }
        #expect(try found(early("2027-01-04", 12)) == [.outsideCoverage(date("2027-01-04"))])
        #expect(try found(early("2026-11-07", 12)) == [.nothingToClose(date("2026-11-07"))])
        #expect(
            try found(early("2026-11-06", 9)) == [.earlyCloseBeforeOpen(date("2026-11-06"), Time(hour: 9, minute: 0))])
        #expect(
            try found(early("2026-11-06", 16)) == [
                .earlyCloseIsNotEarly(
                    date("2026-11-06"), Time(hour: 16, minute: 0), regular: Time(hour: 16, minute: 0))
            ])
        #expect(try found(early("2026-11-06", 15)).isEmpty)
        // A closed Saturday is no mistake: holidays fall on weekends.
        let saturday = CustomCalendar.ClosedDate(date: try date("2026-11-07"), reason: "r", source: "s")
        #expect(problems(try calendar(hours: Self.cashHours, closed: [saturday])).isEmpty)
        #expect(
            problems(try calendar(hours: Self.cashHours, closed: [saturday, saturday])) == [.dateTwice(saturday.date)])
    }

    @Test func aCalendarMustBeOpenSometimeAndHaveAName() throws {
        #expect(problems(try calendar(hours: [])) == [.noHours])
        #expect(
            problems(try calendar(hours: Self.cashHours, from: "2026-11-07", through: "2026-11-08")) == [.neverOpen])
        #expect(problems(try calendar("24x7", hours: Self.cashHours)) == [.nameIsBuiltIn("24x7")])
        #expect(problems(try calendar("", hours: Self.cashHours)) == [.badName("")])
        let far = problems(try calendar(hours: Self.cashHours, from: "1969-12-31", through: "2600-01-01"))
        #expect(far.count == 2)
        #expect(far.first?.description.hasPrefix("1969-12-31 lies outside of 1970-01-02 through 2554-07-19") == true)
    }

    // MARK: Minutes

    /// Reference `cme-calendar.md`, section 6: the 12:15 close of Christmas Eve 2025 to the next open.
    @Test func minutesToOpenPassOverHolidaysAndWeekends() throws {
        let globex = try ExchangeCalendar(named: "cme-globex-equity")
        func at(_ text: String, _ hour: Int, _ minute: Int) throws -> Timestamp {
            globex.timestamp(localDate: try date(text), hour: hour, minute: minute)
        }
        #expect(try globex.minutesToOpen(at: at("2025-12-24", 12, 15)) == 28 * 60 + 45)
        #expect(try globex.minutesToClose(at: at("2025-12-24", 12, 15)) == nil)
        #expect(try globex.minutesToClose(at: at("2025-12-24", 12, 14)) == 1)
        #expect(try globex.minutesToOpen(at: at("2025-12-24", 12, 14)) == nil)
        // Thursday 2026-12-24 to Sunday.
        #expect(try globex.minutesToOpen(at: at("2026-12-24", 12, 15)) == 3 * 1440 + 4 * 60 + 45)
    }
}
