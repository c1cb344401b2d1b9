package import MarketData

/// What the thresholds look at, at one instant.
package struct BudgetReading: Hashable, Sendable {
    package var period: BudgetPeriod
    package var tradingDate: CivilDate
    package var limitMicros: Int64
    /// Committed in the month.
    package var spentMicros: Int64
    /// Committed, reserved, owed as fees and set aside, with the next slice: above the limit the next slice is refused.
    package var claimedMicros: Int64
    package var dayLimitMicros: Int64
    /// Committed and reserved on the trading date, with the next slice.
    package var dayClaimedMicros: Int64
    /// P50 and P10 of the forecast; nil while unknown.
    package var forecastMicros: Int64?
    package var forecastLowMicros: Int64?

    package init(
        period: BudgetPeriod, tradingDate: CivilDate, limitMicros: Int64, spentMicros: Int64, claimedMicros: Int64,
        dayLimitMicros: Int64, dayClaimedMicros: Int64, forecastMicros: Int64?, forecastLowMicros: Int64?
    ) {
        self.period = period
        self.tradingDate = tradingDate
        self.limitMicros = limitMicros
        self.spentMicros = spentMicros
        self.claimedMicros = claimedMicros
        self.dayLimitMicros = dayLimitMicros
        self.dayClaimedMicros = dayClaimedMicros
        self.forecastMicros = forecastMicros
        self.forecastLowMicros = forecastLowMicros
    }

    package init(
        _ ledger: BudgetLedger, period: BudgetPeriod, tradingDate: CivilDate, at now: Timestamp,
        forecast: BudgetForecast?
    ) {
        let limits = ledger.limits(at: now)
        let room = ledger.room(in: period, on: tradingDate, at: now)
        self.init(
            period: period, tradingDate: tradingDate, limitMicros: limits.monthMicros,
            spentMicros: ledger.spentMicros(in: period) ?? 0,
            claimedMicros: limits.monthMicros - room.month + limits.sliceMicros, dayLimitMicros: limits.dayMicros,
            dayClaimedMicros: limits.dayMicros - room.day + limits.sliceMicros,
            forecastMicros: forecast?.expectedMicros, forecastLowMicros: forecast?.lowMicros)
    }
}
