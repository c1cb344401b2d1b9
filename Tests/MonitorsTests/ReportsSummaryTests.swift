import MarketData
import Testing

@testable import Monitors

@Suite struct ReportsSummaryTests {
    private static let session = Budget.date("2026-11-20")

    private static func latency(basis: Basis = .arrival) throws -> LatencyReport {
        let key = LatencyKey(session: session, stage: "canary", arm: .candidate, version: "3.0", span: .endToEnd)
        return try LatencyReport(
            [key: latencies([UInt64](repeating: ms(12), count: 211) + [ms(200)])], basis: basis)
    }

    private static func budget(_ rows: [LedgerRow]) throws -> BudgetReport {
        try BudgetReport(
            Budget.ledger(rows), period: BudgetPeriod(of: session), at: Budget.time("2026-11-20 23:00"),
            calendar: Budget.calendar("us-equity-rth"), signals: [.candidate: [session: 2]])
    }

    private static func signals() throws -> SignalsReport {
        try SignalsReport(
            counts: [
                DecisionCount(session: session, arm: .candidate, decision: .live, reason: "assigned", count: 3),
                DecisionCount(session: session, arm: .candidate, decision: .shadow, reason: "stage", count: 5),
            ],
            outcomes: [
                OutcomeSum(
                    session: session, arm: .candidate, isLive: true, count: 3, wins: 2, rMicrosSum: 1_230_000,
                    pending: 5)
            ], basis: .arrival)
    }

    private static let uptime = MonitorSummary.Uptime(
        raw: 0.999_512, adjusted: 1, target: 0.999, badSeconds: 213, budgetLeft: -0.125, incidents: 2)

    /// 211 of 212 are 99.528 %; 193 dollars of 200 are 96.5 %; all costs are shared. The forecast: of the days' costs
    /// 193, 0 and 0 the median is 0 and the weighted mean 193 × .757858 / 2.628409 = 55.648, so a day costs 27.824, and
    /// 4 days and 3.5 of 6.5 hours are left.
    @Test func aSessionIsToldInTwelveLines() throws {
        let text = MonitorSummary.daily(
            Self.session, uptime: Self.uptime, latency: try Self.latency(),
            budget: try Self.budget([Budget.cost("a", 193, on: "2026-11-18")]), signals: try Self.signals())
        #expect(
            text == """
                Session 2026-11-20
                uptime    raw 99.9512 %, adjusted 100.0000 %, target 99.9 %
                incidents 2, bad 3 min 33 s, error budget left -12.5 %
                latency   baseline  unknown
                latency   candidate inconclusive: 99.52 % of 212 within 100 ms, p99 12.06 ms
                signals   baseline  0, 0 live; won 0 of 0, mean unknown, 0 pending
                signals   candidate 8, 3 live; won 2 of 3, mean +0.41 R, 5 pending
                budget    2026-11 spent $193.00 of $200.00, forecast $319.28
                a signal  costs baseline unknown, candidate $96.50
                limits    passed actual_50, actual_80, actual_90_or_forecast, actual_95

                """)
    }

    @Test func whatIsUnknownSaysSo() throws {
        let text = MonitorSummary.daily(Self.session, uptime: nil, latency: nil, budget: nil, signals: nil)
        #expect(
            text == """
                Session 2026-11-20
                uptime    unknown
                latency   baseline  unknown
                latency   candidate unknown
                signals   baseline  unknown
                signals   candidate unknown
                budget    unknown

                """)
        let lines = MonitorSummary.daily(
            Self.session, uptime: .init(), latency: nil, budget: try Self.budget([]), signals: nil
        ).split(separator: "\n")
        #expect(lines[1] == "uptime    raw unknown, adjusted unknown, target unknown")
        #expect(lines[2] == "incidents unknown, bad unknown, error budget left unknown")
        #expect(lines.contains("budget    2026-11 spent unknown of $200.00, forecast unknown"))
    }

    @Test func aWeekNamesItsSessions() {
        let text = MonitorSummary.weekly(
            Budget.date("2026-11-16")...Self.session, uptime: nil, latency: nil, budget: nil, signals: nil)
        #expect(text.hasPrefix("Week 2026-11-16 to 2026-11-20\nuptime    unknown\n"))
    }

    @Test func aReplayIsNotJudged() throws {
        let text = MonitorSummary.daily(
            Self.session, uptime: nil, latency: try Self.latency(basis: .replay), budget: nil, signals: nil)
        #expect(text.contains("candidate not judged: 99.52 % of 212 within 100 ms, p99 12.06 ms\n"))
    }

    @Test func linesAreShorterThanEightyColumns() throws {
        let rows = [
            Budget.cost("a", 1e12 / 4, on: "2026-11-18"), Budget.cost("b", 1e11, on: "2026-11-19"),
            Budget.cost("c", 1e12, on: "2026-11-20"),
        ]
        let text = MonitorSummary.daily(
            Self.session,
            uptime: .init(
                raw: 0.999_999_999, adjusted: 0.999_999_999, target: 0.999_999, badSeconds: .max, budgetLeft: -12345.6,
                incidents: .max),
            latency: try Self.latency(basis: .replay), budget: try Self.budget(rows), signals: try Self.signals())
        let lines = text.split(separator: "\n")
        #expect(lines.count <= 12)
        for line in lines { #expect(line.count < 80, "\(line)") }
    }
}
