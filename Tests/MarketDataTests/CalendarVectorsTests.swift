import MarketData

/// Expected values for the calendar tests, copied from the project's reference `cme-calendar.md` by a script, and
/// helpers that do not use the code under test.
enum CalendarVectors {
    struct Special: Sendable {
        let date: String
        let reason: String
        let lastTrade: String
        let nextOpen: String
        let provenance: String
    }

    struct Month: Sendable {
        let month: String
        let globexMinutes: Int
        let globexAllowedMinutes: Double
        let cashDays: Int
        let regularMinutes: Int
        let regularAllowedMinutes: Double
    }

    /// Section 2: date, reason, last trade and next open in UTC, source code.
    static let special: [Special] = [
        special("2025-01-01", "New Year's Day", "2024-12-31T22:00", "2025-01-01T23:00", "C"),
        special("2025-01-09", "Day of Mourning (Carter)", "2025-01-09T14:30", "2025-01-09T23:00", "A"),
        special("2025-01-20", "MLK", "2025-01-20T18:00", "2025-01-20T23:00", "A"),
        special("2025-02-17", "Presidents", "2025-02-17T18:00", "2025-02-17T23:00", "L"),
        special("2025-04-18", "Good Friday", "2025-04-17T21:00", "2025-04-20T22:00", "B"),
        special("2025-05-26", "Memorial", "2025-05-26T17:00", "2025-05-26T22:00", "L"),
        special("2025-06-19", "Juneteenth", "2025-06-19T17:00", "2025-06-19T22:00", "L"),
        special("2025-07-03", "eve of July 4", "2025-07-03T17:15", "2025-07-03T22:00", "L"),
        special("2025-07-04", "Independence", "2025-07-04T17:00", "2025-07-06T22:00", "L"),
        special("2025-09-01", "Labor", "2025-09-01T17:00", "2025-09-01T22:00", "L"),
        special("2025-11-27", "Thanksgiving", "2025-11-27T18:00", "2025-11-27T23:00", "L"),
        special("2025-11-28", "day after Thanksgiving", "2025-11-28T18:15", "2025-11-30T23:00", "L"),
        special("2025-12-24", "Christmas Eve", "2025-12-24T18:15", "2025-12-25T23:00", "L"),
        special("2025-12-25", "Christmas", "2025-12-24T18:15", "2025-12-25T23:00", "L"),
        special("2026-01-01", "New Year's Day", "2025-12-31T22:00", "2026-01-01T23:00", "A2"),
        special("2026-01-19", "MLK", "2026-01-19T18:00", "2026-01-19T23:00", "A2"),
        special("2026-02-16", "Presidents", "2026-02-16T18:00", "2026-02-16T23:00", "A2"),
        special("2026-04-03", "Good Friday (jobs report day)", "2026-04-03T13:15", "2026-04-05T22:00", "B2"),
        special("2026-05-25", "Memorial", "2026-05-25T17:00", "2026-05-25T22:00", "A2"),
        special("2026-06-19", "Juneteenth (Fri)", "2026-06-19T17:00", "2026-06-21T22:00", "A2"),
        special("2026-07-03", "Independence observed (Fri)", "2026-07-03T17:00", "2026-07-05T22:00", "A2"),
        special("2026-09-07", "Labor", "2026-09-07T17:00", "2026-09-07T22:00", "A2"),
        special("2026-11-26", "Thanksgiving", "2026-11-26T18:00", "2026-11-26T23:00", "A2"),
        special("2026-11-27", "day after Thanksgiving", "2026-11-27T18:15", "2026-11-29T23:00", "A2"),
        special("2026-12-24", "Christmas Eve", "2026-12-24T18:15", "2026-12-27T23:00", "L"),
        special("2026-12-25", "Christmas (Fri)", "2026-12-24T18:15", "2026-12-27T23:00", "L"),
        special("2027-01-01", "New Year's Day (Fri)", "2026-12-31T22:00", "2027-01-03T23:00", "R"),
        special("2027-01-18", "MLK", "2027-01-18T18:00", "2027-01-18T23:00", "R"),
        special("2027-02-15", "Presidents", "2027-02-15T18:00", "2027-02-15T23:00", "R"),
        special("2027-03-26", "Good Friday", "2027-03-25T21:00", "2027-03-28T22:00", "R!"),
        special("2027-05-31", "Memorial", "2027-05-31T17:00", "2027-05-31T22:00", "R"),
        special("2027-06-18", "Juneteenth observed (Fri)", "2027-06-18T17:00", "2027-06-20T22:00", "R"),
        special("2027-07-05", "Independence observed (Mon)", "2027-07-05T17:00", "2027-07-05T22:00", "R"),
        special("2027-09-06", "Labor", "2027-09-06T17:00", "2027-09-06T22:00", "R"),
        special("2027-11-25", "Thanksgiving", "2027-11-25T18:00", "2027-11-25T23:00", "R"),
        special("2027-11-26", "day after Thanksgiving", "2027-11-26T18:15", "2027-11-28T23:00", "R"),
        special("2027-12-24", "Christmas observed (Fri)", "2027-12-23T22:00", "2027-12-26T23:00", "R!"),
    ]

    /// Section 3, with the columns in its order.
    static let months: [Month] = [
        month("2025-01", 29670, 29.7, 20, 7800, 7.80),
        month("2025-02", 27360, 27.4, 19, 7410, 7.41),
        month("2025-03", 29400, 29.4, 21, 8190, 8.19),
        month("2025-04", 28980, 29.0, 21, 8190, 8.19),
        month("2025-05", 29700, 29.7, 21, 8190, 8.19),
        month("2025-06", 29160, 29.2, 20, 7800, 7.80),
        month("2025-07", 31275, 31.3, 22, 8400, 8.40),
        month("2025-08", 28980, 29.0, 21, 8190, 8.19),
        month("2025-09", 30120, 30.1, 21, 8190, 8.19),
        month("2025-10", 31320, 31.3, 23, 8970, 8.97),
        month("2025-11", 27555, 27.6, 19, 7230, 7.23),
        month("2025-12", 29715, 29.7, 22, 8400, 8.40),
        month("2026-01", 28740, 28.7, 20, 7800, 7.80),
        month("2026-02", 27360, 27.4, 19, 7410, 7.41),
        month("2026-03", 30780, 30.8, 22, 8580, 8.58),
        month("2026-04", 29895, 29.9, 21, 8190, 8.19),
        month("2026-05", 28740, 28.7, 20, 7800, 7.80),
        month("2026-06", 30120, 30.1, 21, 8190, 8.19),
        month("2026-07", 31080, 31.1, 22, 8580, 8.58),
        month("2026-08", 29400, 29.4, 21, 8190, 8.19),
        month("2026-09", 30120, 30.1, 21, 8190, 8.19),
        month("2026-10", 29940, 29.9, 22, 8580, 8.58),
        month("2026-11", 28935, 28.9, 20, 7620, 7.62),
        month("2026-12", 29715, 29.7, 22, 8400, 8.40),
        month("2027-01", 27780, 27.8, 19, 7410, 7.41),
        month("2027-02", 27360, 27.4, 19, 7410, 7.41),
        month("2027-03", 30360, 30.4, 22, 8580, 8.58),
        month("2027-04", 29940, 29.9, 22, 8580, 8.58),
        month("2027-05", 29160, 29.2, 20, 7800, 7.80),
        month("2027-06", 30120, 30.1, 21, 8190, 8.19),
        month("2027-07", 29700, 29.7, 21, 8190, 8.19),
        month("2027-08", 30780, 30.8, 22, 8580, 8.58),
        month("2027-09", 30120, 30.1, 21, 8190, 8.19),
        month("2027-10", 28980, 29.0, 21, 8190, 8.19),
        month("2027-11", 29895, 29.9, 21, 8010, 8.01),
        month("2027-12", 29940, 29.9, 22, 8580, 8.58),
    ]

    /// Section 6: the instant in Chicago and in UTC, and whether Globex is open.
    static let boundaries: [(chicago: String, utc: String, isOpen: Bool)] = [
        ("2025-01-01T17:00:00", "2025-01-01T23:00:00", true),
        ("2025-01-09T08:29:59", "2025-01-09T14:29:59", true),
        ("2025-01-09T08:30:00", "2025-01-09T14:30:00", false),
        ("2025-03-09T16:59:59", "2025-03-09T21:59:59", false),
        ("2025-03-09T17:00:00", "2025-03-09T22:00:00", true),
        ("2025-11-02T17:00:00", "2025-11-02T23:00:00", true),
        ("2025-12-24T17:00:00", "2025-12-24T23:00:00", false),
        ("2025-12-25T17:00:00", "2025-12-25T23:00:00", true),
        ("2026-04-03T08:14:59", "2026-04-03T13:14:59", true),
        ("2026-04-03T08:15:00", "2026-04-03T13:15:00", false),
        ("2026-07-02T17:00:00", "2026-07-02T22:00:00", true),
        ("2026-07-03T12:00:00", "2026-07-03T17:00:00", false),
        ("2026-11-20T15:59:59", "2026-11-20T21:59:59", true),
        ("2026-11-20T16:00:00", "2026-11-20T22:00:00", false),
        ("2026-11-23T16:30:00", "2026-11-23T22:30:00", false),
        ("2026-11-26T12:00:00", "2026-11-26T18:00:00", false),
        ("2026-11-26T17:00:00", "2026-11-26T23:00:00", true),
        ("2026-11-27T12:15:00", "2026-11-27T18:15:00", false),
        ("2026-12-24T17:00:00", "2026-12-24T23:00:00", false),
        ("2026-12-27T17:00:00", "2026-12-27T23:00:00", true),
    ]

    /// The instants at which daylight time begins and ends in Chicago. Origin: the tz database by Python's zoneinfo.
    static let daylightTime: [(begin: String, end: String)] = [
        ("2007-03-11T08:00", "2007-11-04T07:00"),
        ("2008-03-09T08:00", "2008-11-02T07:00"),
        ("2009-03-08T08:00", "2009-11-01T07:00"),
        ("2010-03-14T08:00", "2010-11-07T07:00"),
        ("2011-03-13T08:00", "2011-11-06T07:00"),
        ("2012-03-11T08:00", "2012-11-04T07:00"),
        ("2013-03-10T08:00", "2013-11-03T07:00"),
        ("2014-03-09T08:00", "2014-11-02T07:00"),
        ("2015-03-08T08:00", "2015-11-01T07:00"),
        ("2016-03-13T08:00", "2016-11-06T07:00"),
        ("2017-03-12T08:00", "2017-11-05T07:00"),
        ("2018-03-11T08:00", "2018-11-04T07:00"),
        ("2019-03-10T08:00", "2019-11-03T07:00"),
        ("2020-03-08T08:00", "2020-11-01T07:00"),
        ("2021-03-14T08:00", "2021-11-07T07:00"),
        ("2022-03-13T08:00", "2022-11-06T07:00"),
        ("2023-03-12T08:00", "2023-11-05T07:00"),
        ("2024-03-10T08:00", "2024-11-03T07:00"),
        ("2025-03-09T08:00", "2025-11-02T07:00"),
        ("2026-03-08T08:00", "2026-11-01T07:00"),
        ("2027-03-14T08:00", "2027-11-07T07:00"),
        ("2028-03-12T08:00", "2028-11-05T07:00"),
        ("2029-03-11T08:00", "2029-11-04T07:00"),
        ("2030-03-10T08:00", "2030-11-03T07:00"),
    ]

    private static func special(
        _ date: String, _ reason: String, _ lastTrade: String, _ nextOpen: String, _ provenance: String
    ) -> Special {
        Special(date: date, reason: reason, lastTrade: lastTrade, nextOpen: nextOpen, provenance: provenance)
    }

    private static func month(
        _ month: String, _ globexMinutes: Int, _ globexAllowed: Double, _ cashDays: Int, _ regularMinutes: Int,
        _ regularAllowed: Double
    ) -> Month {
        Month(
            month: month, globexMinutes: globexMinutes, globexAllowedMinutes: globexAllowed, cashDays: cashDays,
            regularMinutes: regularMinutes, regularAllowedMinutes: regularAllowed)
    }

    /// Reads `2026-11-20T15:59` or `2026-11-20T15:59:59` as UTC, by counting days.
    static func utc(_ text: String) -> Timestamp {
        let fields = text.split { "-T:".contains($0) }.map { Int($0)! }
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        var days = 0
        for year in 1970..<fields[0] { days += isLeap(year) ? 366 : 365 }
        let lengths = [31, isLeap(fields[0]) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        days += lengths.prefix(fields[1] - 1).reduce(0, +) + fields[2] - 1
        let second = fields.count > 5 ? fields[5] : 0
        return Timestamp(seconds: Int64(days * 86_400 + fields[3] * 3600 + fields[4] * 60 + second))
    }

    static func calendar(_ name: String = "cme-globex-equity") throws -> ExchangeCalendar {
        try ExchangeCalendar(named: name)
    }

    static func date(_ text: String) -> CivilDate { CivilDate(text)! }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failing history can be repeated.
struct CalendarRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
