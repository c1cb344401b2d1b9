import MarketData
import Testing

@testable import Monitors

@Suite struct BudgetSignalCostTests {
    private let now = Budget.time("2026-11-20 23:00")

    private func cost(
        _ arm: CostArm, _ rows: [LedgerRow], signals: [CivilDate: Int]?, at: Timestamp? = nil,
        calendar: String = "us-equity-rth"
    ) throws -> CostPerSignal {
        try CostPerSignal(
            arm: arm, ledger: Budget.ledger(rows), period: try #require(BudgetPeriod("2026-11")), at: at ?? now,
            calendar: Budget.calendar(calendar), signals: signals)
    }

    /// The candidate alone costs 2 + 6 shared = 8 dollars, for 3 signals.
    @Test func sharedCostsCountForEachArm() throws {
        let rows = [
            Budget.cost("s", 6, on: "2026-11-20"),
            Budget.cost("c", 2, on: "2026-11-20", labels: Budget.labels(arm: .candidate)),
            Budget.cost("b", 1, on: "2026-11-20", labels: Budget.labels(arm: .baseline)),
        ]
        let signals = [Budget.date("2026-11-20"): 3]
        let candidate = try cost(.candidate, rows, signals: signals).monthToDate
        #expect(candidate.costMicros == 8_000_000 && candidate.ownMicros == 2_000_000)
        #expect(candidate.microsPerSignal == 2_666_667)
        #expect(candidate.verdict == .pass)
        #expect(try cost(.baseline, rows, signals: signals).monthToDate.costMicros == 7_000_000)
    }

    /// Five trading days up to Friday the 20th begin on Monday the 16th.
    @Test func rollingWindowHasFiveTradingDays() throws {
        let rows = [
            Budget.cost("a", 1, on: "2026-11-13"), Budget.cost("b", 2, on: "2026-11-16"),
            Budget.cost("c", 4, on: "2026-11-20"),
        ]
        let signals = [Budget.date("2026-11-13"): 10, Budget.date("2026-11-16"): 1, Budget.date("2026-11-20"): 2]
        let friday = try cost(.candidate, rows, signals: signals)
        #expect(friday.rolling.costMicros == 6_000_000 && friday.rolling.signals == 3)
        #expect(friday.monthToDate.costMicros == 7_000_000 && friday.monthToDate.signals == 13)
        // On a Saturday they are still the same days, since Monday has not begun.
        let saturday = try cost(.candidate, rows, signals: signals, at: Budget.time("2026-11-21 12:00"))
        #expect(saturday.rolling == friday.rolling)
    }

    @Test(arguments: [
        (4.99, Int?.some(0), CostPerSignal.Verdict.unknown, "n/a, $4.99 spent"), (5, 0, .fail, "n/a, $5.00 spent"),
        (10, 2, .pass, "$5.00"), (10.01, 2, .fail, "$5.01"), (100, nil, .unknown, "unknown"),
    ])
    func gateFailsAboveTheLimitOrAfterItWithoutASignal(
        dollars: Double, signals: Int?, verdict: CostPerSignal.Verdict, text: String
    ) throws {
        let counts = signals.map { [Budget.date("2026-11-20"): $0] }
        let window = try cost(.candidate, [Budget.cost("c", dollars, on: "2026-11-20")], signals: counts).monthToDate
        #expect(window.verdict == verdict)
        #expect(window.text == text)
        #expect((window.microsPerSignal == nil) == (signals ?? 0 == 0))
    }
}
