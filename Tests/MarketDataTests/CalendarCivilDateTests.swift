import MarketData
import Testing

@Suite struct CalendarCivilDateTests {
    /// Origin: Python's `datetime.date.toordinal` and `isoweekday`.
    static let days: [(text: String, daysSince1970: Int, weekday: Int)] = [
        ("0001-01-01", -719_162, 1),
        ("1600-02-29", -135_081, 2),
        ("1969-12-31", -1, 3),
        ("1970-01-01", 0, 4),
        ("2000-02-29", 11_016, 2),
        ("2000-03-01", 11_017, 3),
        ("2024-02-29", 19_782, 4),
        ("2026-11-20", 20_777, 5),
        ("2027-12-31", 21_183, 5),
        ("2100-03-01", 47_541, 1),
        ("9999-12-31", 2_932_896, 5),
    ]

    @Test(arguments: days)
    func agreesWithAnotherImplementation(text: String, daysSince1970: Int, weekday: Int) throws {
        let date = try #require(CivilDate(text))
        #expect(date.daysSince1970 == daysSince1970)
        #expect(date.weekday == weekday)
        #expect(CivilDate(daysSince1970: daysSince1970) == date)
        #expect(date.description == text)
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        var previous = CivilDate(daysSince1970: -11_000)
        for day in -10_999...136_000 {
            let date = CivilDate(daysSince1970: day)
            let isNextDay = date.year == previous.year && date.month == previous.month && date.day == previous.day + 1
            #expect(isNextDay || date.day == 1)
            #expect(date.daysSince1970 == day)
            #expect(date > previous)
            previous = date
        }
    }

    @Test(arguments: [
        "", "2026-11-2", "2026-11-200", "2026/11/20", "2026-13-01", "2026-00-01", "2026-11-31", "2026-11-00",
        "2026-02-29", "1900-02-29", "0000-01-01", "2026-1a-01", "-026-11-20", "+026-11-20", "2026-11-2０",
    ])
    func refusesWhatIsNotADate(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func refusesDaysThatDoNotExist() {
        #expect(CivilDate(year: 2023, month: 2, day: 29) == nil)
        #expect(CivilDate(year: 2024, month: 2, day: 29) != nil)
        #expect(CivilDate(year: 0, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 10_000, month: 1, day: 1) == nil)
        #expect(CivilDate(year: 2026, month: -1, day: 1) == nil)
    }

    @Test func addsDaysOverMonthsAndYears() throws {
        let date = try #require(CivilDate("2027-12-31"))
        #expect(date.adding(days: 1).description == "2028-01-01")
        #expect(date.adding(days: -365).description == "2026-12-31")
    }

    @Test func compactIsTheDigitsOfTheDate() throws {
        #expect(try #require(CivilDate("2026-11-20")).compact == 20_261_120)
    }

    @Test func smallYearsKeepFourDigits() throws {
        #expect(try #require(CivilDate(year: 7, month: 3, day: 9)).description == "0007-03-09")
    }
}
