import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct MetricRoiTests {
    /// - Parameters: dollars, by session.
    private func gain(
        _ baseline: [(profit: Double, cost: Double)], _ candidate: [(profit: Double, cost: Double)]
    ) -> RoiGain {
        metricTally(
            zip(baseline, candidate).map { first, second in
                MetricSession(
                    signals: [
                        measuredSignal(.baseline, dollars: first.profit),
                        measuredSignal(.candidate, dollars: second.profit),
                    ],
                    costs: (
                        ArmCost(costMicros: accountMicros(first.cost), signals: 1),
                        ArmCost(costMicros: accountMicros(second.cost), signals: 1)
                    ))
            }
        ).metrics.roiGain
    }

    /// By hand: .4 against .5 is 20 % less; .7 against -.5 is 240 % more, as it is divided by what the basis is in size.
    @Test func theGainIsRelativeToTheBaselinesReturn() {
        let worse = gain([(3, 5), (2, 5)], [(1, 5), (3, 5)])
        #expect(isNear(worse.estimate.value, -0.2) && worse.estimate.count == 2 && worse.error == nil)
        let better = gain([(-3, 5), (-2, 5)], [(6, 5), (1, 5)])
        #expect(isNear(better.estimate.value, 2.4))
    }

    @Test func almostNothingIsNoBasis() {
        let least = gain([(0.1, 5), (0, 5)], [(1, 5), (1, 5)])
        #expect(isNear(least.estimate.value, 19) && least.error == nil)
        let less = gain([(0.099, 5), (0, 5)], [(1, 5), (1, 5)])
        #expect(less.estimate.value == nil && less.error == "no basis")
        #expect(gain([(-0.099, 5), (0, 5)], [(1, 5), (1, 5)]).hasNoBasis)
    }

    @Test func withoutCostsThereIsNoBasis() {
        #expect(gain([(3, 0), (2, 0)], [(1, 5), (3, 5)]).hasNoBasis)
        let free = gain([(3, 5), (2, 5)], [(1, 0), (3, 0)])
        #expect(free.hasNoBasis && free.estimate.value == nil)
    }

    @Test func sessionsWithOneCostOnlyAreNotCompared() {
        var sessions = (0..<3).map { _ in
            MetricSession(
                signals: [measuredSignal(.baseline, dollars: 5), measuredSignal(.candidate, dollars: 10)],
                costs: (ArmCost(costMicros: 10_000_000, signals: 1), ArmCost(costMicros: 10_000_000, signals: 1)))
        }
        sessions[2].costs = nil
        sessions[2].signals[0].profitMicros = 1_000_000_000
        let gain = metricTally(sessions).metrics.roiGain
        #expect(gain.estimate.value == 1 && gain.estimate.count == 2)
    }
}
