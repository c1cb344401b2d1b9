import MarketData
import Testing

@testable import Monitors

/// Vectors worked out apart from the code from the formulas of the reference, the long ones with ten lines of Python. On `24x7` every UTC day is one regular
/// trading day, which keeps the sums short.
@Suite struct BudgetForecastTests {
    private func november(_ dollars: [Double]) throws -> BudgetLedger {
        try Budget.ledger(
            dollars.enumerated().map { Budget.cost("c\($0)", $1, on: "2026-11-\($0 < 9 ? "0" : "")\($0 + 1)") })
    }

    private func forecast(
        _ ledger: BudgetLedger, _ period: String = "2026-11", at now: String, calendar: String = "24x7"
    ) throws -> BudgetForecast {
        try BudgetForecast(
            ledger, period: try #require(BudgetPeriod(period)), at: Budget.time(now),
            calendar: Budget.calendar(calendar))
    }

    /// Six days, 24 to come. Median of the last five 20; weights 2^(-age/5): mean 22.955; m = 21.477593, sd = 11.692287.
    @Test func meanBandAndRiskFollowTheTable() throws {
        let forecast = try forecast(november([10, 20, 30, 20, 10, 40]), at: "2026-11-07 00:00")
        #expect(forecast.remainingDays == 24)
        #expect(forecast.fullDays == 6 && !forecast.isBandWidened)
        expect(forecast.dailyMicros, 21.477593)
        expect(forecast.expectedMicros, 645.462231)
        expect(forecast.lowMicros, 572.143483)
        expect(forecast.highMicros, 718.780979)
    }

    /// Two days: m = 2.034602, sd = 1.415060, counted twice; 4 + 28 m = 60.968855.
    @Test func bandOfTwoDaysIsTwiceAsWide() throws {
        let forecast = try forecast(november([1, 3]), at: "2026-11-03 00:00")
        #expect(forecast.isBandWidened)
        expect(forecast.expectedMicros, 60.968855)
        expect(forecast.lowMicros, 41.800104)
        expect(forecast.highMicros, 80.137606)
    }

    /// Ten dollars a day, six days: 60 + 24 x 10; the 140 left last 14 days, through the 20th.
    @Test func steadySpendingIsForecastWithoutABand() throws {
        let forecast = try forecast(november(Array(repeating: 10, count: 6)), at: "2026-11-07 00:00")
        #expect(forecast.expectedMicros == 300_000_000)
        #expect(forecast.lowMicros == 300_000_000 && forecast.highMicros == 300_000_000)
        #expect(forecast.overProbability == 1)
        #expect(forecast.exhaustion == Budget.date("2026-11-20"))
    }

    @Test func nothingIsForecastBeforeTwoFullDays() throws {
        let forecast = try forecast(november([10, 10]), at: "2026-11-02 23:59")
        #expect(forecast.fullDays == 1)
        #expect(forecast.dailyMicros == nil && forecast.expectedMicros == nil && forecast.lowMicros == nil)
        #expect(forecast.overProbability == nil && forecast.exhaustion == nil)
        #expect(forecast.actualMicros == 20_000_000)
        #expect(forecast.paceMicrosToday != nil)
    }

    /// A fee of $30: 6 accrued, 24 to come, all of it in the forecast and none of it in the daily mean.
    @Test func feesCountInFullAndOnlyOnce() throws {
        var limits = BudgetLimits()
        limits.fixedMicros = ["databento": 30_000_000]
        let days = ["2026-11-01", "2026-11-02", "2026-11-03"]
        let rows = days.flatMap { day in
            [
                Budget.cost("d" + day, 1, on: day),
                Budget.cost("f" + day, 2, on: day, labels: Budget.labels(category: .subscription)),
            ]
        }
        let forecast = try forecast(Budget.ledger(rows, limits: limits), at: "2026-11-04 00:00")
        #expect(forecast.actualMicros == 9_000_000)
        #expect(forecast.fixedLeftMicros == 24_000_000)
        #expect(forecast.dailyMicros == 1_000_000)
        #expect(forecast.expectedMicros == 60_000_000)
        // (200 - 9 - 24 - 3) / 27
        #expect(forecast.paceMicrosToday == 6_074_074)
    }

    /// 27 November 2026: the cash market closes at 13:00, after 7/13 of a regular day. $13 a day and $7 on the half day.
    @Test func halfDaysAreWeightedByTheirMinutes() throws {
        let rows = [("2026-11-23", 13.0), ("2026-11-24", 13), ("2026-11-25", 13), ("2026-11-27", 7)].map {
            day, dollars in
            Budget.cost("c" + day, dollars, on: day)
        }
        let ledger = try Budget.ledger(rows)
        let after = try forecast(ledger, at: "2026-11-28 00:00", calendar: "us-equity-rth")
        #expect(after.fullDays == 4)
        #expect(after.remainingDays == 1)
        #expect(after.dailyMicros == 13_000_000)
        #expect(after.expectedMicros == 59_000_000)
        #expect(abs(after.monthDays - (19 + 7.0 / 13)) < 1e-9)
        // 16:15 UTC is 11:15 in New York: 105 of 390 minutes and all of Monday are left.
        let during = try forecast(ledger, at: "2026-11-27 16:15", calendar: "us-equity-rth")
        #expect(during.fullDays == 3)
        #expect(abs(during.remainingDays - (1 + 105.0 / 390)) < 1e-9)
    }

    /// August 2026 has 21 regular days: 200 / 21 = 9.52, and (200 - 3) / 21 = 9.38 with the reserve apart.
    @Test func paceSpreadsWhatIsLeftOverTheDaysLeft() throws {
        let empty = try Budget.ledger([])
        let first = try forecast(empty, "2026-08", at: "2026-08-03 00:00", calendar: "us-equity-rth")
        #expect(first.remainingDays == 21)
        #expect(first.averagePaceMicros == 9_523_810)
        #expect(first.paceMicrosToday == 9_380_952)
        let last = try forecast(empty, "2026-08", at: "2026-08-31 00:00", calendar: "us-equity-rth")
        #expect(last.paceMicrosToday == 50_000_000)
        let over = try forecast(
            try Budget.ledger([Budget.cost("c", 300, on: "2026-08-03")]), "2026-08", at: "2026-08-04 00:00",
            calendar: "us-equity-rth")
        #expect(over.paceMicrosToday == 0)
        #expect(over.exhaustion == Budget.date("2026-08-04"))
        #expect(try forecast(empty, "2026-08", at: "2026-09-01 00:00").paceMicrosToday == nil)
    }

    @Test func monthThatIsOverIsWhatItCost() throws {
        let forecast = try forecast(november([10, 30]), at: "2026-12-05 00:00")
        #expect(forecast.expectedMicros == 40_000_000)
        #expect(forecast.lowMicros == 40_000_000 && forecast.highMicros == 40_000_000)
        #expect(forecast.overProbability == 0)
    }

    @Test func monthWithoutDataIsUnknownAndOneToComeAnError() throws {
        let ledger = try november([10, 30])
        let october = try forecast(ledger, "2026-10", at: "2026-11-05 00:00")
        #expect(october.actualMicros == nil && october.expectedMicros == nil)
        let error = #expect(throws: BudgetError.self) { try forecast(ledger, "2026-12", at: "2026-11-30 23:59") }
        #expect(error?.description == "2026-12 lies in the future; it is 2026-11 now")
        #expect(throws: BudgetError.self) {
            try forecast(ledger, "2028-01", at: "2028-01-05 00:00", calendar: "us-equity-rth")
        }
    }

    /// The last full days of November are the first of December's.
    @Test func historyGoesOnOverTheEndOfAMonth() throws {
        let rows = (25...30).map { Budget.cost("c\($0)", 2, on: "2026-11-\($0)") }
        let forecast = try forecast(try Budget.ledger(rows), "2026-12", at: "2026-12-01 00:00")
        #expect(forecast.fullDays == 6)
        #expect(forecast.expectedMicros == 62_000_000)
    }

    /// Days before the first row are unknown; a day without a row after it did cost nothing.
    @Test func historyBeginsWithTheFirstRow() throws {
        let rows = [Budget.cost("a", 4, on: "2026-11-10"), Budget.cost("b", 4, on: "2026-11-12")]
        let forecast = try forecast(try Budget.ledger(rows), at: "2026-11-13 00:00")
        #expect(forecast.fullDays == 3)
        // Median 4; weighted mean (4 + 0.757858 x 4) / 2.628409 = 2.675167.
        expect(forecast.dailyMicros, 3.337584)
    }

    /// Quantiles of the normal distribution from printed tables.
    @Test(arguments: [(0.0, 0.5), (1.281_552, 0.1), (1.959_964, 0.025), (-1.0, 0.841_345)])
    func riskIsTheNormalTail(limit: Double, share: Double) {
        let probability = BudgetForecast.probability(above: 10 + 2 * limit, mean: 10, deviation: 2)
        #expect(abs(probability - share) < 1e-6)
    }

    @Test func consequencesOfTheDefaultsAreSaid() {
        let texts = BudgetAdvice.consequences(of: BudgetLimits(), days: 21)
        #expect(
            texts == [
                "$200.00 a month is an average pace of $9.52 a day",
                "the limit of $50.00 a day alone would allow $1050.00",
                "$5.00 a signal takes 40 accepted signals a month",
            ])
        var flat = BudgetLimits()
        flat.fixedMicros = ["databento": 199_000_000]
        #expect(BudgetAdvice.consequences(of: flat, days: 21).last?.contains("no paid call will be made") == true)
    }

    /// To the micro-dollar as far as the vector is given.
    private func expect(_ micros: Int64?, _ dollars: Double, sourceLocation: SourceLocation = #_sourceLocation) {
        let value = micros.map { Double($0) / 1e6 }
        #expect(
            abs((value ?? .nan) - dollars) < 0.000_002, "\(String(describing: value))", sourceLocation: sourceLocation)
    }
}
