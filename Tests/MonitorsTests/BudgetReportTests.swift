import Foundation
import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetReportTests {
    private static let period = BudgetPeriod(of: Budget.date("2026-11-20"))
    private static let now = Budget.time("2026-11-20 23:00")

    private static func metered(_ id: String, _ bytes: Int64, _ micros: Int64, on day: String) throws -> LedgerRow {
        .cost(
            LedgerEntry(
                id: id, time: Budget.time("\(day) 15:00"), tradingDate: Budget.date(day), labels: Budget.labels(),
                quantity: bytes, unit: .bytes, unitPrice: try UnitPrice("$0.40/GB"), amountMicros: micros,
                recordedAt: Budget.time("\(day) 15:00"), actor: "feed"))
    }

    static func rows() throws -> [LedgerRow] {
        [
            try metered("a", 5_001_250, 2001, on: "2026-11-18"), try metered("b", 2_500_000, 1000, on: "2026-11-18"),
            try metered("c", 2_501_250, 1000, on: "2026-11-19"),
            Budget.cost(
                "d", 3.5, on: "2026-11-19",
                labels: Budget.labels(arm: .candidate, provider: "aws", category: .infrastructure)),
            Budget.cost(
                "e", 0.0158, on: "2026-11-20",
                labels: Budget.labels(provider: "twilio", category: .alerts, purpose: .protection)),
            Budget.cost(
                "k", -0.5, on: "2026-11-19",
                labels: Budget.labels(arm: .candidate, provider: "aws", category: .correction), corrects: "d"),
            .override(
                BudgetOverride(
                    note: Budget.note(
                        "o", at: "2026-11-19 10:00", reason: String(repeating: "a long reason ", count: 12)),
                    scope: .month, grant: .extra, micros: 20_000_000, expires: Budget.time("2026-11-20 10:00"))),
        ]
    }

    private static func report(_ rows: [LedgerRow], signals: [CostArm: [CivilDate: Int]] = [:]) throws -> BudgetReport {
        try BudgetReport(
            Budget.ledger(rows), period: period, at: now, calendar: Budget.calendar("us-equity-rth"), signals: signals)
    }

    /// 0.002001 + 0.001 + 0.001 + 3.5 + 0.0158 - 0.5 dollars.
    @Test func everyDimensionAddsUpToWhatWasSpent() throws {
        let report = try Self.report(Self.rows())
        #expect(report.spentMicros == 3_019_801)
        #expect(report.byProvider == ["databento": 4001, "aws": 3_000_000, "twilio": 15_800])
        #expect(
            report.byCategory == ["data": 4001, "infrastructure": 3_500_000, "alerts": 15_800, "correction": -500_000])
        #expect(report.byArm == ["shared": 19_801, "candidate": 3_000_000])
        #expect(report.days == ["2026-11-18": 3001, "2026-11-19": 3_001_000, "2026-11-20": 15_800])
    }

    @Test func jsonHasItsKeysAndNullForTheUnknown() throws {
        let report = try Self.report(
            Self.rows(), signals: [.candidate: [Budget.date("2026-11-20"): 2], .baseline: [:]])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in [
            "spent_micros", "limit_micros", "aim_micros", "reserved_micros", "forecast_micros", "forecast_low_micros",
            "forecast_high_micros", "by_provider", "by_category", "by_arm", "cost_per_signal_micros",
            "pace_micros_today", "thresholds", "overrides", "days", "period", "drift",
        ] { #expect(object[key] != nil, "\(key)") }
        let costs = try #require(object["cost_per_signal_micros"] as? [String: Any])
        // (3,000,000 + 19,801) / 2, half up.
        #expect(costs["candidate"] as? Int == 1_509_901)
        #expect(costs["baseline"] is NSNull)
        #expect(try JSONDecoder().decode(BudgetReport.self, from: data) == report)

        let empty = try encoder.encode(Self.report([]))
        let unknown = try #require(try JSONSerialization.jsonObject(with: empty) as? [String: Any])
        for key in ["spent_micros", "forecast_micros", "forecast_low_micros", "exhaustion", "over_probability"] {
            #expect(unknown[key] is NSNull, "\(key)")
        }
    }

    @Test func overridesAreShownWithWhetherTheyCount() throws {
        let report = try Self.report(Self.rows())
        #expect(report.overrides.map(\.active) == [false])
        #expect(report.limitMicros == 200_000_000)
    }

    /// 7,501,250 bytes are 3000.5 micro-dollars, so 3001; the stream's next 2,501,250 bytes end at 4001, 0.5 less than
    /// rounded by themselves.
    @Test func explanationIsQuantityTimesPrice() throws {
        let explanation = try BudgetExplanation(Budget.ledger(Self.rows()), period: Self.period)
        #expect(explanation.spentMicros == 3_019_801)
        let data = explanation.rows.filter { $0.category == "data" }
        #expect(data.map(\.day) == ["2026-11-18", "2026-11-19"])
        #expect(data.map(\.quantity) == [7_501_250, 2_501_250])
        #expect(data.map(\.amountMicros) == [3001, 1000])
        #expect(data.map(\.differenceMicros) == [0, -1])
        #expect(data.map(\.unitPrice) == ["$0.40/GB", "$0.40/GB"])
        #expect(data.map(\.entries) == [2, 1])
        #expect(explanation.csv.contains("\n2026-11-18,databento,data,7501250,bytes,$0.40/GB,3001,0,2\n"))
    }

    /// August 2026: 21 days, $1 on each of the first four; from the 7th on $1 a day is expected.
    @Test func seriesRunsFromWhatWasSpentToTheForecast() throws {
        let rows = (3...6).map { Budget.cost("c\($0)", 1, on: "2026-08-0\($0)") }
        let series = try BudgetSeries(
            Budget.ledger(rows), period: try #require(BudgetPeriod("2026-08")), at: Budget.time("2026-08-07 00:00"),
            calendar: Budget.calendar("us-equity-rth"))
        #expect(series.points.count == 21)
        #expect(series.points.map(\.spentMicros).prefix(5) == [1_000_000, 2_000_000, 3_000_000, 4_000_000, nil])
        #expect(series.points.map(\.forecastMicros).prefix(5) == [nil, nil, nil, nil, 5_000_000])
        #expect(series.points.last?.forecastMicros == 21_000_000)
        #expect(series.points.last?.paceMicros == 200_000_000)
        #expect(series.points.first?.paceMicros == 9_523_810)
    }

    @Test func periodInTheFutureIsAnError() throws {
        #expect(throws: BudgetError.self) {
            try BudgetReport(
                Budget.ledger([]), period: try #require(BudgetPeriod("2026-12")), at: Self.now,
                calendar: Budget.calendar("24x7"))
        }
    }
}

@Suite struct BudgetAdviceTests {
    private let period = BudgetPeriod(of: Budget.date("2026-11-20"))

    private func advice(
        _ rows: [LedgerRow], schemas: [SchemaUse] = [], plans: [FlatPlan] = [], at now: String = "2026-11-16 00:00"
    ) throws -> [BudgetAdvice] {
        let ledger = try Budget.ledger(rows)
        let forecast = try BudgetForecast(
            ledger, period: period, at: Budget.time(now), calendar: Budget.calendar("24x7"))
        return try BudgetAdvice.list(ledger, forecast: forecast, schemas: schemas, flatPlans: plans)
    }

    private func use(_ schema: String, gigabytes: Int64?, isBilled: Bool = true) throws -> SchemaUse {
        SchemaUse(
            schema: schema, provider: "databento", bytes: gigabytes.map { $0 * 1_000_000_000 },
            price: try UnitPrice("$0.40/GB"), isBilled: isBilled)
    }

    @Test func nothingIsSaidWhereNothingWouldCostLess() throws {
        #expect(try advice([]).isEmpty)
        #expect(try advice([], schemas: [use("mbp-1", gigabytes: 10)]).isEmpty)
        #expect(try advice([], schemas: [use("mbo", gigabytes: 0)]).isEmpty)
    }

    /// 100 GB of mbo are $40; mbp-1 would be 25 GB, $10; trades are paid for anyway.
    @Test func schemasAreComparedInDollars() throws {
        let schemas = [
            try use("mbo", gigabytes: 100), try use("trades", gigabytes: 5),
            try use("mbp-1", gigabytes: 25, isBilled: false),
        ]
        let advice = try advice([], schemas: schemas)
        #expect(advice.map(\.savesMicros) == [40_000_000, 30_000_000, 40_000_000])
        #expect(advice.first?.text.hasPrefix("mbo costs $40.00 of the $42.00") == true)
    }

    @Test func whatWasNotMeasuredIsUnknown() throws {
        let unmeasured = try advice([], schemas: [use("mbo", gigabytes: nil)])
        #expect(unmeasured.map(\.savesMicros) == [nil])
        let alone = try advice([], schemas: [use("mbo", gigabytes: 100)])
        #expect(alone.map(\.savesMicros) == [nil, nil])
        #expect(alone.allSatisfy { $0.text.contains("unknown") })
        let plan = try advice([], plans: [FlatPlan(provider: "databento", monthMicros: 199_000_000)])
        #expect(plan.map(\.savesMicros) == [nil])
    }

    @Test func dearSessionsAndTheDearerArmAreNamed() throws {
        let rows = [
            Budget.cost("a", 2, on: "2026-11-10"), Budget.cost("b", 2, on: "2026-11-11"),
            Budget.cost("c", 3, on: "2026-11-12"),
            Budget.cost("d", 7, on: "2026-11-13", labels: Budget.labels(arm: .candidate)),
            Budget.cost("e", 2, on: "2026-11-14", labels: Budget.labels(arm: .baseline)),
        ]
        let advice = try advice(rows)
        #expect(advice.map(\.kind) == [.session, .arm])
        #expect(advice.map(\.savesMicros) == [5_000_000, 5_000_000])
        #expect(advice[0].text == "the session of 2026-11-13 cost $7.00, the median one $2.00")
    }

    /// Half of the month is over: $120 by use so far are $240 in the month.
    @Test func flatPlanIsWeighedAgainstUse() throws {
        let dear = (1...15).map { Budget.cost("c\($0)", 8, on: "2026-11-\($0 < 10 ? "0" : "")\($0)") }
        let plan = FlatPlan(provider: "databento", monthMicros: 199_000_000)
        #expect(try advice(dear, plans: [plan]).map(\.savesMicros) == [41_000_000])
        let cheap = dear.prefix(2)
        #expect(try advice(Array(cheap), plans: [plan]).isEmpty)
        // On the plan, 125 GB in half a month would be $50, and $100 in the month.
        let fee = Budget.cost("f", 99.5, on: "2026-11-10", labels: Budget.labels(category: .subscription))
        let onPlan = try advice([fee], schemas: [use("mbp-1", gigabytes: 125)], plans: [plan])
        #expect(onPlan.map(\.savesMicros) == [99_000_000])
        #expect(onPlan.first?.text.hasPrefix("pay as you go of databento is cheaper") == true)
    }
}
