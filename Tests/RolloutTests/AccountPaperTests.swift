internal import Foundation
import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct AccountPaperTests {
    /// By hand. Equity in dollars: 100, -150, 50; so the deepest fall is 250. R: 1, -.5, 2.5; 1.5.
    @Test func theCurveOfThreeSessionsIsAsByHand() {
        let tally = metricTally([
            MetricSession(signals: [
                measuredSignal(.candidate, r: 2, dollars: 300), measuredSignal(.candidate, r: -1, dollars: -200),
            ]),
            MetricSession(signals: [measuredSignal(.candidate, r: -1.5, dollars: -250)]),
            MetricSession(signals: [measuredSignal(.candidate, r: 3, dollars: 200)]),
        ])
        let account = tally.account(.candidate)
        #expect(account.sessions.map(\.equityMicros) == [100, -150, 50].map(accountMicros))
        #expect(account.sessions.map(\.equityRMicros) == [1, -0.5, 2.5].map(accountMicros))
        #expect(account.profitMicros == accountMicros(50) && account.profitRMicros == accountMicros(2.5))
        #expect(account.maxDrawdownMicros == accountMicros(250) && account.maxDrawdownRMicros == accountMicros(1.5))
        #expect(account.sessions.map(\.session) == (0..<3).map(judgedDay) && account.signals == 4)
        #expect(tally.account(.baseline).profitMicros == 0 && tally.account(.baseline).sessions.count == 3)
    }

    /// A loss from the first session on is a fall from 0.
    @Test func theCurveBeginsAtZero() {
        let account = metricTally([MetricSession(signals: [measuredSignal(.baseline, r: -1, dollars: -70)])])
            .account(.baseline)
        #expect(account.maxDrawdownMicros == accountMicros(70) && account.maxDrawdownRMicros == accountMicros(1))
    }

    @Test func everySignalCountsAlsoWhereNothingIsScored() {
        let account = metricTally([
            MetricSession(
                state: .tainted,
                signals: [
                    measuredSignal(.candidate, r: 1, dollars: 10),
                    measuredSignal(.candidate, r: 1, dollars: 20, isTainted: true),
                    measuredSignal(.candidate, r: 1, dollars: 40, isResolved: false),
                ])
        ]).account(.candidate)
        #expect(account.signals == 3 && account.unresolvable == 1)
        #expect(account.profitMicros == accountMicros(30) && account.profitRMicros == accountMicros(2))
    }

    @Test func itIsTheSumOfItsSignals() {
        for seed in 0..<UInt64(accountRounds(50, 2000)) {
            var random = RolloutRandom(seed: seed)
            let sessions = randomMetricSessions(20, &random)
            let tally = metricTally(sessions)
            for arm in Arm.allCases {
                let own = sessions.map { $0.signals.filter { $0.arm == arm && $0.score.isResolved } }
                let curve = own.indices.map { last in own[...last].joined().reduce(0) { $0 + $1.profitMicros } }
                let account = tally.account(arm)
                #expect(account.sessions.map(\.equityMicros) == curve, "seed \(seed)")
                let falls = curve.indices.map { end in max(0, curve[...end].max() ?? 0) - curve[end] }
                #expect(account.maxDrawdownMicros == falls.max(), "seed \(seed)")
            }
        }
    }

    @Test func jsonHasWholeNumbersAndDates() throws {
        let account = metricTally([MetricSession(signals: [measuredSignal(.baseline, r: 1, dollars: 5)])])
            .account(.baseline)
        let json = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(account)) as? [String: Any])
        #expect(
            json.keys.sorted() == [
                "max_drawdown_micros", "max_drawdown_r_micros", "profit_micros", "profit_r_micros", "sessions",
                "signals", "unresolvable",
            ])
        let session = try #require((json["sessions"] as? [[String: Any]])?.first)
        #expect(session["session"] as? String == "2026-11-02" && session["equity_micros"] as? Int == 5_000_000)
        #expect(session["equity_r_micros"] as? Int == 1_000_000)
    }
}
