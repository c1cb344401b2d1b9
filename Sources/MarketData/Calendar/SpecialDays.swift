/// The special days of the equity-index products on CME Globex and of the New York Stock Exchange, 2023 through 2027.
///
/// Rows of 2025 to 2027 are those of the project's reference `cme-calendar.md`, section 2, with their provenance codes.
/// Rows of 2023 and 2024 are derived from the same fixed rules and were not checked against exchange notices; hence "R"
/// on all of them.
///
/// Whether Good Friday trades depends on the jobs report being published that day (report: until 08:15; none: closed),
/// so it is data and never computed.
enum SpecialDays {
    /// The dates for which every special day is known.
    static let coverage: ClosedRange<CivilDate> = date(2023, 1, 1)...date(2027, 12, 31)

    /// By date, in Central Time.
    static let globex: [SpecialDay] = of2023 + of2024 + of2025 + of2026 + of2027

    /// By date, in Eastern Time, with the provenance of the Globex row.
    ///
    /// The exchange has a half day where Globex equity products stop at 12:15 CT and is closed on every other special
    /// day of Globex. That is our reading; it gives the cash days and minutes of every month in the reference's section
    /// 3.
    static let newYork: [SpecialDay] = globex.map { row in
        SpecialDay(
            date: row.date, reason: row.reason,
            treatment: row.treatment == .eve ? .earlyClose(hour: 13, minute: 0) : .closed,
            provenance: row.provenance)
    }

    private static let of2023: [SpecialDay] = [
        day(2023, 1, 2, "New Year's Day observed (Mon)", .closed, .derived),
        day(2023, 1, 16, "MLK", .halted, .derived),
        day(2023, 2, 20, "Presidents", .halted, .derived),
        day(2023, 4, 7, "Good Friday (jobs report day)", .earlyClose(hour: 8, minute: 15), .derived),
        day(2023, 5, 29, "Memorial", .halted, .derived),
        day(2023, 6, 19, "Juneteenth", .halted, .derived),
        day(2023, 7, 3, "eve of July 4", .eve, .derived),
        day(2023, 7, 4, "Independence", .halted, .derived),
        day(2023, 9, 4, "Labor", .halted, .derived),
        day(2023, 11, 23, "Thanksgiving", .halted, .derived),
        day(2023, 11, 24, "day after Thanksgiving", .eve, .derived),
        day(2023, 12, 25, "Christmas", .closed, .derived),
    ]

    private static let of2024: [SpecialDay] = [
        day(2024, 1, 1, "New Year's Day", .closed, .derived),
        day(2024, 1, 15, "MLK", .halted, .derived),
        day(2024, 2, 19, "Presidents", .halted, .derived),
        day(2024, 3, 29, "Good Friday", .closed, .derived),
        day(2024, 5, 27, "Memorial", .halted, .derived),
        day(2024, 6, 19, "Juneteenth", .halted, .derived),
        day(2024, 7, 3, "eve of July 4", .eve, .derived),
        day(2024, 7, 4, "Independence", .halted, .derived),
        day(2024, 9, 2, "Labor", .halted, .derived),
        day(2024, 11, 28, "Thanksgiving", .halted, .derived),
        day(2024, 11, 29, "day after Thanksgiving", .eve, .derived),
        day(2024, 12, 24, "Christmas Eve", .eve, .derived),
        day(2024, 12, 25, "Christmas", .closed, .derived),
    ]

    private static let of2025: [SpecialDay] = [
        day(2025, 1, 1, "New Year's Day", .closed, .librariesAndPractice),
        day(2025, 1, 9, "Day of Mourning (Carter)", .earlyClose(hour: 8, minute: 30), .exchangeNotice),
        day(2025, 1, 20, "MLK", .halted, .exchangeNotice),
        day(2025, 2, 17, "Presidents", .halted, .libraries),
        day(2025, 4, 18, "Good Friday", .closed, .goodFridayNotices),
        day(2025, 5, 26, "Memorial", .halted, .libraries),
        day(2025, 6, 19, "Juneteenth", .halted, .libraries),
        day(2025, 7, 3, "eve of July 4", .eve, .libraries),
        day(2025, 7, 4, "Independence", .halted, .libraries),
        day(2025, 9, 1, "Labor", .halted, .libraries),
        day(2025, 11, 27, "Thanksgiving", .halted, .libraries),
        day(2025, 11, 28, "day after Thanksgiving", .eve, .libraries),
        day(2025, 12, 24, "Christmas Eve", .eve, .libraries),
        day(2025, 12, 25, "Christmas", .closed, .libraries),
    ]

    private static let of2026: [SpecialDay] = [
        day(2026, 1, 1, "New Year's Day", .closed, .exchangeListing),
        day(2026, 1, 19, "MLK", .halted, .exchangeListing),
        day(2026, 2, 16, "Presidents", .halted, .exchangeListing),
        day(2026, 4, 3, "Good Friday (jobs report day)", .earlyClose(hour: 8, minute: 15), .goodFridayJobsReport),
        day(2026, 5, 25, "Memorial", .halted, .exchangeListing),
        day(2026, 6, 19, "Juneteenth (Fri)", .halted, .exchangeListing),
        day(2026, 7, 3, "Independence observed (Fri)", .halted, .exchangeListing),
        day(2026, 9, 7, "Labor", .halted, .exchangeListing),
        day(2026, 11, 26, "Thanksgiving", .halted, .exchangeListing),
        day(2026, 11, 27, "day after Thanksgiving", .eve, .exchangeListing),
        day(2026, 12, 24, "Christmas Eve", .eve, .libraries),
        day(2026, 12, 25, "Christmas (Fri)", .closed, .libraries),
    ]

    private static let of2027: [SpecialDay] = [
        day(2027, 1, 1, "New Year's Day (Fri)", .closed, .derived),
        day(2027, 1, 18, "MLK", .halted, .derived),
        day(2027, 2, 15, "Presidents", .halted, .derived),
        day(2027, 3, 26, "Good Friday", .closed, .derivedUncertain),
        day(2027, 5, 31, "Memorial", .halted, .derived),
        day(2027, 6, 18, "Juneteenth observed (Fri)", .halted, .derived),
        day(2027, 7, 5, "Independence observed (Mon)", .halted, .derived),
        day(2027, 9, 6, "Labor", .halted, .derived),
        day(2027, 11, 25, "Thanksgiving", .halted, .derived),
        day(2027, 11, 26, "day after Thanksgiving", .eve, .derived),
        day(2027, 12, 24, "Christmas observed (Fri)", .closed, .derivedUncertain),
    ]

    private static func day(
        _ year: Int, _ month: Int, _ day: Int, _ reason: String, _ treatment: SpecialDay.Treatment,
        _ provenance: SpecialDay.Provenance
    ) -> SpecialDay {
        SpecialDay(date: date(year, month, day), reason: reason, treatment: treatment, provenance: provenance)
    }

    private static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        guard let date = CivilDate(year: year, month: month, day: day) else {
            preconditionFailure("the table of special days names \(year)-\(month)-\(day), which does not exist")
        }
        return date
    }
}

extension SpecialDay.Treatment {
    /// Most US holidays on Globex: a halt at 12:00 CT.
    fileprivate static let halted = Self.halted(hour: 12, minute: 0)
    /// Equity products on the eve of 4 July and of Christmas and on the day after Thanksgiving: a close at 12:15 CT.
    fileprivate static let eve = Self.earlyClose(hour: 12, minute: 15)
}
