internal import Glibc
package import MarketData

/// What a month will have cost, with a band from the 10th to the 90th percentile, and the pace that keeps its limit.
///
/// Source: the project's reference `alerts-sla-budget.md`, section 3.5. Money in micro-dollars; days in regular trading
/// days, so that a half day is the share of open time it has.
package struct BudgetForecast: Hashable, Sendable {
    package let period: BudgetPeriod
    /// A: committed so far; nil when the ledger has no cost row of the period.
    package let actualMicros: Int64?
    package let limitMicros: Int64
    /// Fees of the month not accrued yet, which are owed all the same.
    package let fixedLeftMicros: Int64
    /// m: cost of a regular day, without fees; nil before two full days.
    package let dailyMicros: Int64?
    /// Full days that m and the band rest on, at most 20.
    package let fullDays: Int
    /// Days left, with the rest of today.
    package let remainingDays: Double
    /// All days of the month.
    package let monthDays: Double
    /// P; nil before two full days, except when no day is left.
    package let expectedMicros: Int64?
    /// P - 1.28 sd sqrt(days left), but not below what is owed already.
    package let lowMicros: Int64?
    /// P + 1.28 sd sqrt(days left).
    package let highMicros: Int64?
    /// That the month will cost more than its limit, in 0...1.
    package let overProbability: Double?
    /// Fewer than three full days: the deviation counts twice.
    package let isBandWidened: Bool
    /// What a regular day may cost from now on; never above the day's limit, never below 0. Nil when no day is left.
    package let paceMicrosToday: Int64?
    /// The limit over all days of the month.
    package let averagePaceMicros: Int64?
    /// The trade date on which the limit will be reached at the pace of m; nil when it will not be in this month, and
    /// when that is not known.
    package let exhaustion: CivilDate?

    /// 10th and 90th percentile of the normal distribution, as the reference rounds it.
    static let bandQuantile = 1.28

    /// Throws `periodInFuture` for a month that has not begun, in UTC, and `calendar` for a month that the calendar does
    /// not cover.
    package init(
        _ ledger: BudgetLedger, period: BudgetPeriod, at now: Timestamp, calendar: ExchangeCalendar
    ) throws(BudgetError) {
        guard now >= period.start else { throw .periodInFuture(period, now: BudgetPeriod(of: now)) }
        let limits = ledger.limits(at: period.lastInstant(until: now))
        let month = try TradingMonth(period, calendar: calendar)
        let costs = try DailyCosts(ledger, through: period, at: now, calendar: calendar)
        let actual = ledger.spentMicros(in: period)
        let fixedLeft = ledger.fixedLeftMicros(in: period, limits: limits)
        // A_var + F: what was committed, fees included, and the fees still to come.
        let owed = (actual ?? 0) + fixedLeft
        let days = month.weightLeft(at: now)

        self.period = period
        actualMicros = actual
        limitMicros = limits.monthMicros
        fixedLeftMicros = fixedLeft
        fullDays = costs.days.count
        remainingDays = days
        monthDays = month.weight
        dailyMicros = costs.mean.flatMap(Self.micros)
        isBandWidened = costs.days.count < 3
        averagePaceMicros = Self.micros(Double(limits.monthMicros) / month.weight)

        let expected = days == 0 ? (actual == nil ? nil : Double(owed)) : costs.mean.map { Double(owed) + $0 * days }
        expectedMicros = expected.flatMap(Self.micros)
        let deviation = days == 0 ? 0 : costs.deviation.map { $0 * days.squareRoot() * (costs.days.count < 3 ? 2 : 1) }
        if let expected, let deviation {
            lowMicros = Self.micros(max(expected - Self.bandQuantile * deviation, Double(owed)))
            highMicros = Self.micros(expected + Self.bandQuantile * deviation)
            overProbability = Self.probability(
                above: Double(limits.monthMicros), mean: expected, deviation: deviation)
        } else {
            (lowMicros, highMicros, overProbability) = (nil, nil, nil)
        }

        let free =
            limits.monthMicros - owed - ledger.protectionLeftMicros(in: period, limits: limits)
        paceMicrosToday = Self.pace(free: free, days: days, dayLimit: limits.dayMicros)
        exhaustion = Self.exhaustion(room: limits.monthMicros - owed, daily: costs.mean, month: month, at: now)
    }

    private static func pace(free: Int64, days: Double, dayLimit: Int64) -> Int64? {
        guard days > 0 else { return nil }
        // With less than a day left the whole rest is today's.
        return micros(min(max(0, Double(free) / max(1, days)), Double(dayLimit)))
    }

    private static func exhaustion(
        room: Int64, daily: Double?, month: TradingMonth, at now: Timestamp
    ) -> CivilDate? {
        var room = Double(room)
        for session in month.sessions where session.close > now {
            guard room > 0 else { return session.date }
            guard let daily else { return nil }
            room -= daily * month.weightLeft(session, at: now)
            if room <= 0 { return session.date }
        }
        return nil
    }

    /// 1 - Φ((limit - mean) / deviation), Φ being the normal distribution's share below.
    static func probability(above limit: Double, mean: Double, deviation: Double) -> Double {
        guard deviation > 0 else { return mean > limit ? 1 : 0 }
        return 0.5 * erfc((limit - mean) / deviation / 2.0.squareRoot())
    }

    static func micros(_ value: Double) -> Int64? { Int64(exactly: value.rounded(.toNearestOrAwayFromZero)) }
}

extension BudgetPeriod {
    /// `now`, or the period's last instant when that is over: what was valid then is what a report of it shows.
    func lastInstant(until now: Timestamp) -> Timestamp { min(now, Timestamp(nanos: end.nanos - 1)) }
}
