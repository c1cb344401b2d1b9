extension ExchangeCalendar {
    /// What a calendar month offers and what an uptime objective allows in it.
    public struct MonthSummary: Hashable, Sendable {
        /// The calendar's name.
        public let calendar: String
        public let year: Int
        public let month: Int
        /// Open seconds from the month's first midnight to the next month's, in the exchange's zone.
        ///
        /// Not the sum over `sessions`: the evening open before the first trade date may lie in the month before.
        public let openSeconds: Int
        /// The sessions with trade dates in the month.
        public let sessions: [Session]
        public let specialDays: [SpecialDay]

        public var openMinutes: Int { openSeconds / 60 }

        /// What may be lost without missing 99.9 % of the open time: a thousandth, so exactly `openSeconds`
        /// milliseconds.
        public var allowedDowntime: Duration { .milliseconds(openSeconds) }
    }

    /// Throws `noSuchMonth`, or `outsideData` when a day of the month is not covered.
    public func monthSummary(year: Int, month: Int) throws(CalendarError) -> MonthSummary {
        guard let first = CivilDate(year: year, month: month, day: 1) else {
            throw .noSuchMonth(year: year, month: month)
        }
        try checkCoverage(of: first)
        let last = first.adding(days: CivilDate.days(inMonth: month, year: year) - 1)
        try checkCoverage(of: last)
        return MonthSummary(
            calendar: name, year: year, month: month,
            openSeconds: try openSeconds(
                from: timestamp(localDate: first, hour: 0, minute: 0),
                to: timestamp(localDate: last, hour: 24, minute: 0)),
            sessions: schedule.sessions(in: first...last),
            specialDays: specialDays.filter { (first...last).contains($0.date) })
    }
}
