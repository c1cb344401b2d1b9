internal import Glibc
internal import MarketData

/// What a regular trading day costs, from the days that are over. Subscriptions stay out: they are owed anyway.
struct DailyCosts {
    /// How many days back the figures look.
    static let window = 20
    static let halfLifeDays = 5.0

    /// Micro-dollars of a regular day, oldest day first: each day's cost by its weight.
    let days: [Double]

    /// - Parameter days: as the property, at most the last `window` are kept.
    init(_ days: [Double]) { self.days = days.suffix(Self.window) }

    /// Full days up to `time` and to the end of `period`, from the ledger's first trading date on. A day without a row
    /// in between did cost nothing.
    ///
    /// - Throws: `calendar` when the period itself is not covered; the history simply begins where the data does.
    init(
        _ ledger: BudgetLedger, through period: BudgetPeriod, at time: Timestamp, calendar: ExchangeCalendar
    ) throws(BudgetError) {
        guard let first = ledger.days.keys.min() else {
            self.init([])
            return
        }
        var days: [Double] = []
        var month = try TradingMonth(period, calendar: calendar)
        var last = period.lastDate
        while true {
            for session in month.sessions.reversed()
            where session.close <= time && session.date >= first && days.count < Self.window {
                let totals = ledger.days[session.date] ?? BudgetLedger.Totals()
                days.append(Double(totals.committed - totals.subscriptionTotal) / month.weight(session))
            }
            last = last.adding(days: -last.day)
            guard days.count < Self.window, last >= first, calendar.coverage.contains(last),
                let earlier = try? TradingMonth(BudgetPeriod(of: last), calendar: calendar)
            else { break }  // An uncovered month ends the history; it is no error of the question.
            month = earlier
        }
        self.init(days.reversed())
    }

    /// 0.5 median of the last five days + 0.5 mean with weights 2^(-age / 5 days); nil before two full days.
    ///
    /// Source: the project's reference `alerts-sla-budget.md`, section 3.5.
    var mean: Double? {
        guard days.count >= 2 else { return nil }
        return 0.5 * Self.median(Array(days.suffix(5))) + 0.5 * weightedMean
    }

    /// The root of the squared residuals about `mean` over n - 1.
    var deviation: Double? {
        guard let mean else { return nil }
        let squares = days.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(days.count - 1)).squareRoot()
    }

    private var weightedMean: Double {
        var sum = 0.0
        var weights = 0.0
        for (age, day) in days.reversed().enumerated() {
            let weight = exp2(-Double(age) / Self.halfLifeDays)
            sum += weight * day
            weights += weight
        }
        return sum / weights
    }

    /// - Precondition: `values` is not empty.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
