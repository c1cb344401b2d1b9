import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct MetricIntervalTests {
    /// Quantiles of Student's t at .975 by degrees of freedom: NIST/SEMATECH e-Handbook, table 1.3.6.7.2.
    private static let student = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201]

    /// Limits are those of tallying anew without each session.
    @Test(arguments: [
        SuccessMetric.expectancyR, .accountR, .accountRPerSession, .sharpe, .sharpeAnnualised, .roi, .costPerSignal,
    ])
    func limitsAreThoseOfTheDeletedSessions(metric: SuccessMetric) throws {
        var compared = 0
        for seed in 0..<UInt64(accountRounds(20, 500)) {
            var random = RolloutRandom(seed: seed)
            let sessions = randomMetricSessions(12, &random)
            for arm in Arm.allCases {
                let observed = sessions.filter { Self.observes(metric, $0, arm) }
                guard observed.count >= 4 else { continue }
                let estimate = Self.estimate(metric, sessions, arm)
                let full = try #require(estimate.value, "seed \(seed)")
                // The sum grows with the number of sessions, so it is the mean that is compared.
                let scale = metric == .accountR ? Double(observed.count) : 1
                var squares = 0.0
                for left in observed.indices {
                    var rest = observed
                    rest.remove(at: left)
                    let restScale = metric == .accountR ? Double(rest.count) : 1
                    let without = try #require(Self.estimate(metric, rest, arm).value, "seed \(seed)")
                    squares += (without / restScale - full / scale) * (without / restScale - full / scale)
                }
                let count = Double(observed.count)
                let reach = Self.student[observed.count - 1] * ((count - 1) / count * squares).squareRoot() * scale
                let tolerance = 0.001 * reach + 1e-9
                #expect(isNear(estimate.low, full - reach, within: tolerance), "seed \(seed), \(arm)")
                #expect(isNear(estimate.high, full + reach, within: tolerance), "seed \(seed), \(arm)")
                compared += 1
            }
        }
        #expect(compared >= 20)
    }

    private static func estimate(_ metric: SuccessMetric, _ sessions: [MetricSession], _ arm: Arm) -> Estimate {
        let row = metricTally(sessions).metrics[metric]
        return arm == .baseline ? row.baseline : row.candidate
    }

    private static func observes(_ metric: SuccessMetric, _ session: MetricSession, _ arm: Arm) -> Bool {
        switch metric {
        case .costPerSignal: return session.costs != nil
        case .roi: return session.costs != nil && session.state != .tainted
        case .expectancyR:
            return session.state != .tainted
                && session.signals.contains { $0.arm == arm && $0.score.isResolved && !$0.score.isTaintedHalfHour }
        default: return session.state == .observed
        }
    }

    /// Metrics of outcomes are those the judge gives for the same signals.
    @Test func engineRowsSayTheSame() {
        var random = RolloutRandom(seed: 8)
        let engine = ClusteredEngine(sessions: 25).signals(&random)
        let row = Judge(labels: judgedLabels(25)).row(engine)
        let metrics = metricTally(
            (0..<25).map { day in
                MetricSession(
                    signals: engine.filter { $0.session == judgedDay(day) }.map {
                        measuredSignal(.candidate, r: Double($0.rMicros ?? 0) / 1e6)
                    })
            }
        ).metrics
        #expect(metrics[.accuracy].candidate == row.accuracy)
        #expect(metrics[.payoffRatio].candidate == row.payoffRatio)
        #expect(metrics[.profitFactor].candidate == row.profitFactor)
        #expect(metrics[.expectancyR].candidate == row.expectancyR)
        #expect(metrics[.accuracy].baseline == .unknown)
    }
}
