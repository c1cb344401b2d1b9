package import MarketData
package import Monitors

/// What a report is about: whole trade dates, and the time from the first one's open to the last one's close.
package struct ReportPeriod: Hashable, Sendable {
    /// As in `2026-11`, `2026-11-27` or `2026-11-02 to 2026-11-06`.
    package let label: String
    /// Trade dates.
    package let first: CivilDate
    package let last: CivilDate
    package let isMonth: Bool

    /// Nil for what is no month from 1970, such as `2026-11`.
    package init?(month: String) {
        guard let period = BudgetPeriod(month), let first = CivilDate(month + "-01") else { return nil }
        label = month
        self.first = first
        last = CivilDate(daysSince1970: Int(period.end.seconds / 86_400) - 1)
        isMonth = true
    }

    package init(monthOf date: CivilDate) {
        let period = BudgetPeriod(of: date)
        label = period.description
        first = date.adding(days: 1 - date.day)
        last = CivilDate(daysSince1970: Int(period.end.seconds / 86_400) - 1)
        isMonth = true
    }

    /// - Precondition: `first` is not after `last`.
    package init(from first: CivilDate, through last: CivilDate) {
        label = first == last ? first.description : "\(first) to \(last)"
        self.first = first
        self.last = last
        isMonth = false
    }

    /// The months that pay for it.
    package var months: [BudgetPeriod] {
        var months: [BudgetPeriod] = []
        var date = first
        while date <= last {
            months.append(BudgetPeriod(of: date))
            date = ReportPeriod(monthOf: date).last.adding(days: 1)
        }
        return months
    }

    /// The sessions whose trade dates lie in it, each with the time that belongs to it.
    package func sessions(of calendar: ExchangeCalendar) throws -> [SessionSpan] {
        var spans: [SessionSpan] = []
        var before = Self.close(before: first, calendar)
        var date = first
        while date <= last {
            if let session = try calendar.session(on: date) {
                spans.append(SessionSpan(date: date, from: before ?? session.open, to: session.close))
                before = session.close
            }
            date = date.adding(days: 1)
        }
        return spans
    }

    /// Nil where the calendar begins.
    private static func close(before date: CivilDate, _ calendar: ExchangeCalendar) -> Timestamp? {
        for days in 1...14 {
            if let session = try? calendar.session(on: date.adding(days: -days)) { return session.close }
        }
        return nil
    }
}
