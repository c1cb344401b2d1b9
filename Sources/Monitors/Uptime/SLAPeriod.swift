package import MarketData

/// What an uptime report is about.
package struct SLAPeriod: Hashable, Sendable {
    /// Included, a whole second.
    package let from: Timestamp
    /// Excluded, a whole second after `from`.
    package let to: Timestamp
    /// `2026-11`, `2026-11-02 to 2026-11-06` or `session 2026-11-20`.
    package let label: String
    /// Whether it is one calendar month of the exchange: only those have a budget that promotions depend on.
    package let isMonth: Bool

    /// A month such as `2026-11` of the exchange's zone.
    package init(month: String, calendar: ExchangeCalendar) throws(UptimeError) {
        guard let first = CivilDate(month + "-01") else {
            throw .badText(field: "month", text: month, expected: "a month such as 2026-11")
        }
        let next = first.firstOfNextMonth
        try self.init(
            calendar.midnight(of: first), calendar.midnight(of: next), label: month, isMonth: true, calendar: calendar)
    }

    /// From the first midnight of `first` to the last of `last`, in the exchange's zone.
    package init(from first: CivilDate, through last: CivilDate, calendar: ExchangeCalendar) throws(UptimeError) {
        guard first <= last else {
            throw .badText(field: "to", text: "\(last)", expected: "a date not before \(first)")
        }
        try self.init(
            calendar.midnight(of: first), calendar.midnight(of: last.adding(days: 1)),
            label: first == last ? "\(first)" : "\(first) to \(last)", isMonth: false, calendar: calendar)
    }

    /// A session by its trade date, from its first open to its last close.
    package init(session date: CivilDate, calendar: ExchangeCalendar) throws(UptimeError) {
        guard let session = try UptimeError.asking({ () throws(CalendarError) in try calendar.session(on: date) })
        else {
            throw .badText(
                field: "session", text: "\(date)", expected: "a date on which \(calendar.name) has a session")
        }
        try self.init(session.open, session.close, label: "session \(date)", isMonth: false, calendar: calendar)
    }

    private init(
        _ from: Timestamp, _ to: Timestamp, label: String, isMonth: Bool, calendar: ExchangeCalendar
    ) throws(UptimeError) {
        // Dates that the calendar does not cover are refused here.
        _ = try UptimeError.asking { () throws(CalendarError) in try calendar.openSeconds(from: from, to: to) }
        self.from = from
        self.to = to
        self.label = label
        self.isMonth = isMonth
    }
}

extension CivilDate {
    var firstOfMonth: CivilDate { adding(days: 1 - day) }
    var firstOfNextMonth: CivilDate { firstOfMonth.adding(days: 31).firstOfMonth }
}

extension ExchangeCalendar {
    func midnight(of date: CivilDate) -> Timestamp { timestamp(localDate: date, hour: 0, minute: 0) }

    /// `coverage` as instants, the last excluded.
    var coveredInstants: Range<Timestamp> {
        midnight(of: coverage.lowerBound)..<midnight(of: coverage.upperBound.adding(days: 1))
    }
}
