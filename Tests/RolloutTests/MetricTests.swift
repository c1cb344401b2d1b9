internal import Foundation
import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct MetricTests {
    /// Two sessions. Baseline: 1, -1 R and 2 R, so 2 R in all; candidate: 3 R and -1, -1 R, so 1 R in all.
    private static let two = [
        MetricSession(
            signals: [
                measuredSignal(.baseline, r: 1, dollars: 50), measuredSignal(.baseline, r: -1, dollars: -30),
                measuredSignal(.candidate, r: 3, dollars: 90),
            ],
            costs: (ArmCost(costMicros: 10_000_000, signals: 4), ArmCost(costMicros: 30_000_000, signals: 1))),
        MetricSession(
            signals: [
                measuredSignal(.baseline, r: 2, dollars: 20), measuredSignal(.candidate, r: -1, dollars: -10),
                measuredSignal(.candidate, r: -1, dollars: -5),
                measuredSignal(.candidate, r: 2, dollars: 100, isResolved: false),
            ],
            costs: (ArmCost(costMicros: 30_000_000, signals: 1), ArmCost(costMicros: 20_000_000, signals: 4))),
    ]

    /// By hand. Sharpe of 0, 2: mean 1, deviation sqrt 2; of 3, -2: .5 and 5 / sqrt 2.
    private static let byHand: [(SuccessMetric, Double, Double)] = [
        (.accuracy, 0.66666667, 0.33333333), (.payoffRatio, 1.5, 3), (.profitFactor, 3, 1.5),
        (.expectancyR, 0.66666667, 0.33333333), (.accountR, 2, 1), (.accountRPerSession, 1, 0.5),
        (.sharpe, 0.70710678, 0.14142136), (.sharpeAnnualised, 11.22497216, 2.24499443), (.maxDrawdownR, 0, 2),
        (.roi, 1, 1.5), (.costPerSignal, 8, 10),
    ]

    @Test(arguments: byHand)
    func valuesAreAsByHand(metric: SuccessMetric, baseline: Double, candidate: Double) {
        let row = metricTally(Self.two).metrics[metric]
        #expect(isNear(row.baseline.value, baseline, within: 1e-8), "\(row.baseline)")
        #expect(isNear(row.candidate.value, candidate, within: 1e-8), "\(row.candidate)")
    }

    @Test func everyMetricSaysWhatItRestsOn() {
        let metrics = metricTally(Self.two).metrics
        #expect(metrics.rows.map(\.metric) == SuccessMetric.allCases)
        #expect(metrics.rows.map(\.baseline.count) == [3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 5])
        #expect(metrics.rows.map(\.candidate.count) == [3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 5])
        #expect(metrics.observedSessions == 2 && metrics.candidate.unresolvable == 1 && metrics.candidate.signals == 4)
        #expect(metrics.arm(.candidate).version == "3.0.0" && metrics.arm(.baseline).version == "1.0.0")
    }

    /// By hand: D is 3 and -4, so -1 in all; 12.7062 is t for one degree of freedom, 3.5 the standard error.
    @Test func differencesAreOfTheSameSessions() {
        let metrics = metricTally(Self.two).metrics
        #expect(isNear(metrics[.accuracy].difference?.value, -1.0 / 3))
        #expect(isNear(metrics[.expectancyR].difference?.value, -1.0 / 3))
        #expect(isNear(metrics[.costPerSignal].difference?.value, 2))
        let sum = metrics[.accountR].difference
        #expect(isNear(sum?.value, -1) && isNear(sum?.high, -1 + 2 * 12.7062 * 3.5, within: 1e-3))
        let mean = metrics[.accountRPerSession].difference
        #expect(isNear(mean?.value, -0.5) && isNear(mean?.low, -0.5 - 12.7062 * 3.5, within: 1e-3))
        for metric in [SuccessMetric.payoffRatio, .profitFactor, .sharpe, .sharpeAnnualised, .maxDrawdownR, .roi] {
            #expect(metrics[metric].difference == nil)
        }
    }

    @Test func oneSessionSaysNothing() {
        let metrics = metricTally([Self.two[0]]).metrics
        for row in metrics.rows {
            for estimate in [row.baseline, row.candidate, row.difference ?? .unknown] {
                #expect(estimate.value == nil && estimate.low == nil && estimate.high == nil, "\(row.name)")
            }
            #expect(row.baseline.count > 0, "\(row.name)")
        }
        #expect(metrics.roiGain.estimate.value == nil && metrics.roiGain.error == nil)
        #expect(metrics.agreement.same.count == 1 && metrics.agreement.same.share.value == nil)
    }

    /// Two sessions, but only one with an outcome of the candidate.
    @Test func aMetricNeedsTwoSessionsThatObserveIt() {
        var sessions = Self.two
        sessions[1].signals.removeAll { $0.arm == .candidate }
        let metrics = metricTally(sessions).metrics
        for metric in [SuccessMetric.accuracy, .payoffRatio, .profitFactor, .expectancyR] {
            #expect(metrics[metric].candidate.value == nil && metrics[metric].candidate.count == 1)
            #expect(metrics[metric].baseline.value != nil)
        }
        #expect(metrics[.accuracy].difference?.value == nil && metrics[.expectancyR].difference?.value == nil)
        // A silent arm made 0 R.
        #expect(metrics[.accountR].candidate.value == 3)
    }

    @Test func whatIsTaintedCountsForNeitherArm() {
        let clean = metricTally(Self.two).metrics
        var sessions = Self.two
        for index in sessions.indices {
            sessions[index].signals.append(measuredSignal(.baseline, .short, r: 3, dollars: 999, isTainted: true))
        }
        sessions.insert(Self.two[0], at: 1)
        sessions[1].state = .tainted
        sessions[1].costs = nil
        let metrics = metricTally(sessions).metrics
        #expect(metrics.rows == clean.rows && metrics.agreement == clean.agreement && metrics.roiGain == clean.roiGain)
        #expect(metrics.taintedSessions == 1 && metrics.baseline == clean.baseline)
    }

    /// A session in which nobody spoke is no observation, but it costs.
    @Test func anEmptySessionCostsAndSaysNothing() {
        var empty = MetricSession(state: .empty)
        empty.costs = (ArmCost(costMicros: 40_000_000, signals: 0), ArmCost(costMicros: 10_000_000, signals: 0))
        let metrics = metricTally(Self.two + [empty]).metrics
        #expect(metrics[.accountRPerSession].baseline.count == 2 && metrics.emptySessions == 1)
        #expect(metrics[.sharpe].baseline == metricTally(Self.two).metrics[.sharpe].baseline)
        #expect(isNear(metrics[.roi].baseline.value, 0.5) && isNear(metrics[.roi].candidate.value, 75.0 / 60))
        #expect(isNear(metrics[.costPerSignal].baseline.value, 16))
    }

    /// Money spent in a tainted session was spent; its profit is not compared.
    @Test func taintedSessionsCountForCostsPerSignalAndNotForReturn() {
        var sessions = Self.two
        sessions.append(Self.two[0])
        sessions[2].state = .tainted
        let metrics = metricTally(sessions).metrics
        #expect(isNear(metrics[.costPerSignal].baseline.value, 50.0 / 9) && metrics[.roi].baseline.count == 2)
    }

    @Test func unknownCostsAreNotZero() {
        var sessions = Self.two
        sessions.append(MetricSession(signals: [measuredSignal(.baseline, r: 1, dollars: 1_000)]))
        #expect(metricTally(sessions).metrics[.roi] == metricTally(Self.two).metrics[.roi])
        for index in sessions.indices { sessions[index].costs = nil }
        let metrics = metricTally(sessions).metrics
        #expect(metrics[.roi].baseline == .unknown && metrics[.costPerSignal].candidate == .unknown)
        #expect(metrics.roiGain.estimate == .unknown && !metrics.roiGain.hasNoBasis)
    }

    @Test func returnsThatAgreeHaveNoSharpeRatio() {
        let same = MetricSession(signals: [measuredSignal(.baseline, r: 0.1)])
        let row = metricTally([same, same, same]).metrics[.sharpe]
        #expect(row.baseline.value == nil && row.baseline.count == 3 && row.candidate.value == nil)
    }

    @Test func theDeepestFallIsFromTheHighestBefore() {
        let curve = [2.0, -1, 0.5, -2, 3, -1.5].map { MetricSession(signals: [measuredSignal(.candidate, r: $0)]) }
        let fall = metricTally(curve).metrics[.maxDrawdownR].candidate
        #expect(fall == Estimate(value: 2.5, low: nil, high: nil, count: 6))
        // The curve begins at 0.
        let lost = [-1.0, 0.5].map { MetricSession(signals: [measuredSignal(.candidate, r: $0)]) }
        #expect(metricTally(lost).metrics[.maxDrawdownR].candidate.value == 1)
    }

    @Test func monitorIsNeverMeasured() {
        let monitor = outcome(of: signal(on: 1, at: noon, action: .monitor), .candidate)
        #expect(MeasuredSignal(time: 0, outcome: monitor, isTaintedHalfHour: false) == nil)
        let buy = outcome(of: signal(on: 9, at: noon), .candidate)
        let measured = MeasuredSignal(time: 7, outcome: buy, isTaintedHalfHour: true)
        #expect(measured?.underlying == InstrumentID(9) && measured?.arm == .candidate && measured?.profitMicros == 1)
        #expect(measured?.score.time == 7 && measured?.score.isTaintedHalfHour == true)
    }
}
