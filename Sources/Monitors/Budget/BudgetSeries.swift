package import MarketData

/// A month's spending day by day, to be drawn against its pace. Cumulated micro-dollars at the end of each trading date.
package struct BudgetSeries: Hashable, Sendable {
    package struct Point: Hashable, Sendable {
        package let date: CivilDate
        /// Committed until then; nil for days that have not begun, and when nothing is known.
        package let spentMicros: Int64?
        /// The limit, spread evenly over the open time of the month.
        package let paceMicros: Int64
        /// Nil for days that are over, and while the forecast is unknown.
        package let forecastMicros: Int64?
        package let lowMicros: Int64?
        package let highMicros: Int64?
    }

    package let period: BudgetPeriod
    package let limitMicros: Int64
    /// By date; the last point's forecast is the month's.
    package let points: [Point]

    /// Throws what `BudgetForecast` throws.
    package init(
        _ ledger: BudgetLedger, period: BudgetPeriod, at now: Timestamp, calendar: ExchangeCalendar
    ) throws(BudgetError) {
        let forecast = try BudgetForecast(ledger, period: period, at: now, calendar: calendar)
        let month = try TradingMonth(period, calendar: calendar)
        let byDay = ledger.committedByDay(in: period)
        var points: [Point] = []
        var weight = 0.0
        var weightAhead = 0.0
        for session in month.sessions {
            weight += month.weight(session)
            weightAhead += month.weightLeft(session, at: now)
            let hasBegun = session.open <= now
            let spent = byDay.reduce(0) { $1.date <= session.date ? $0 + $1.micros : $0 }
            let share = forecast.remainingDays > 0 ? weightAhead / forecast.remainingDays : 1
            let isOver = session.close <= now
            points.append(
                Point(
                    date: session.date, spentMicros: hasBegun && forecast.actualMicros != nil ? spent : nil,
                    paceMicros: BudgetForecast.micros(Double(forecast.limitMicros) * weight / month.weight) ?? 0,
                    forecastMicros: isOver ? nil : forecast.expected(share: share),
                    lowMicros: isOver ? nil : forecast.expected(share: share, band: -1),
                    highMicros: isOver ? nil : forecast.expected(share: share, band: 1)))
        }
        self.period = period
        limitMicros = forecast.limitMicros
        self.points = points
    }
}

extension BudgetForecast {
    /// The forecast after a share of the open time that is left: the mean grows with it, the band with its root.
    fileprivate func expected(share: Double, band: Double = 0) -> Int64? {
        guard let expectedMicros, let lowMicros, let highMicros else { return nil }
        let actual = Double(actualMicros ?? 0)
        let mean = actual + (Double(expectedMicros) - actual) * share
        let edge = band < 0 ? Double(lowMicros) : Double(highMicros)
        return Self.micros(mean + abs(band) * (edge - Double(expectedMicros)) * share.squareRoot())
    }
}
