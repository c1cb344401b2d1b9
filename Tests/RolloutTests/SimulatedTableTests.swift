import Foundation
import Testing

@testable import Rollout

@Suite struct SimulatedTableTests {
    /// What must hold (`decision-statistics.md`, section 6), each share with three standard errors of so few runs.
    @Test(arguments: Set(DecisionRequirement.all.map(\.name)).sorted())
    func whatMustHoldHolds(name: String) {
        let runs = count(200, soak: 2000)
        var rollout = SimulatedRollout(.named(name))
        let table = DecisionTable([
            CaseRuns(name: name, tandem: (0..<runs).map { rollout.runAlone($0, seed: 1) })
        ])
        #expect(!table.verdicts.isEmpty)
        for verdict in table.verdicts {
            let figure = verdict.requirement.figure
            #expect(verdict.holds, "\(name) \(figure.rawValue) is \(figure.text(verdict.value)) in \(runs) runs")
        }
        let strays = table.strays.filter { $0.figure.unit == .share }
        #expect(strays.isEmpty, "\(strays)")
    }

    @Test func figuresAreSharesAndQuantilesOfTheRuns() {
        var runs = (0..<4).map { _ in SimulatedRun() }
        for (number, session) in [(0, 10), (1, 30), (2, 31)] { runs[number].note(.canary, in: session) }
        runs[0].note(.full, in: 30)
        runs[1].note(.noGain, in: 61)
        runs[2].note(.harm, in: 60)
        for (number, live) in [4, 1, 0, 2].enumerated() { runs[number].live = live }
        runs[2].liveMicros = -5_000_000
        let sorted = SortedRuns(runs)
        #expect(CaseFigure.canary.value(sorted) == 0.75)
        #expect(CaseFigure.canaryMedian.value(sorted) == 30.5)
        #expect(CaseFigure.fullBy30.value(sorted) == 0.25)
        #expect(CaseFigure.closedBy60.value(sorted) == 0.25)
        #expect(CaseFigure.closed.value(sorted) == 0.5)
        #expect(CaseFigure.harmBy60.value(sorted) == 0.25)
        #expect(CaseFigure.moved.value(sorted) == 0.75)
        #expect(CaseFigure.limitedMedian.value(sorted) == nil, "most never were there")
        #expect(CaseFigure.anyLive.value(sorted) == 0.75)
        #expect(CaseFigure.liveMean.value(sorted) == 1.75)
        #expect(CaseFigure.liveMedian.value(sorted) == 1.5)
        #expect(CaseFigure.liveRMean.value(sorted) == -1.25)
        #expect(CaseFigure.canary.value(SortedRuns([])) == nil)
    }

    @Test func onlyTheFirstOfItsKindIsNoted() {
        var run = SimulatedRun()
        #expect(run.first(.fall) == nil)
        run.note(.fall, in: 7)
        run.note(.fall, in: 9)
        #expect(run.first(.fall) == 7)
        #expect(run.came([.fall, .harm], by: 7) && !run.came([.fall, .harm], by: 6) && !run.came([.harm]))
    }

    /// The example in numpy's documentation of `percentile`: the median of 10, 7, 4, 3, 2, 1 is 3.5.
    @Test func quantilesAreNumpys() {
        #expect(SortedRuns.quantile([1, 2, 3, 4, 7, 10], 0.5) == 3.5)
        #expect(SortedRuns.quantile([1, 2, 3, 4, 7, 10], 1) == 10)
        #expect(SortedRuns.quantile([5], 0.99) == 5)
        #expect(SortedRuns.quantile([], 0.5) == nil)
        #expect(SortedRuns.quantile([1, .infinity], 0) == 1)
    }

    @Test func partsPutTogetherGiveTheWhole() throws {
        let simulated = SimulatedCase.named("better-10")
        let whole = DecisionTable([CaseRuns(simulated, runs: 0..<12, seed: 1)])
        var parts = CaseRuns(simulated, runs: 7..<12, seed: 1)
        parts.merge(CaseRuns(simulated, runs: 0..<7, seed: 1))
        #expect(try json(DecisionTable([parts])) == json(whole))
        #expect(DecisionTable([parts]).text == whole.text)
        #expect(try json(whole) != json(DecisionTable([CaseRuns(simulated, runs: 0..<12, seed: 2)])))
    }

    @Test func jsonHasEachRulesFiguresByCase() throws {
        let table = DecisionTable([CaseRuns(.named("worse-20"), runs: 0..<3, seed: 1)])
        let object = try #require(JSONSerialization.jsonObject(with: json(table)) as? [String: [String: [String: Any]]])
        let rules = try #require(object["worse-20"])
        #expect(rules.keys.sorted() == ["fixed-threshold", "mann-whitney", "tandem", "z-test"])
        let keys = [
            "canary", "canary_median", "limited", "full_by_30", "full_by_60", "full_by_120", "closed_by_60", "harm",
            "no_gain", "loss", "fall", "any_live", "live_mean", "live_p95", "live_p99", "live_r_mean", "live_r_p5",
            "live_r_p1",
        ]
        for (rule, figures) in rules { #expect(keys.allSatisfy { figures[$0] != nil }, "\(rule)") }
        #expect(rules["tandem"]?["limited_median"] is NSNull, "unknown is not 0")
    }

    /// ±2 points, ±.3 below 1 %, medians ±1 session, p99 ±10 %; nothing where the page says nothing.
    @Test func tolerancesAreThePages() throws {
        let tolerance = { CaseReference.tolerance($0, of: "equal", runs: 10_000) }
        #expect(tolerance(.canary) == 0.02)
        #expect(tolerance(.loss) == 0.003)
        #expect(tolerance(.canaryMedian) == 1)
        #expect(tolerance(.liveP99) == 18.5)
        #expect(tolerance(.liveMean) == nil && tolerance(.deadline) == nil)
        // Three standard errors of 63 % in 100 runs are 14.5 points.
        let few = try #require(CaseReference.tolerance(.canary, of: "equal", runs: 100))
        #expect(abs(few - 0.02 - 0.1448) < 1e-3)
    }

    @Test func boundsHoldOnTheirOwnSide() {
        let atMost = DecisionRequirement("equal", .limited, .atMost(0.10))
        #expect(atMost.holds(0.10, runs: 10_000) && !atMost.holds(0.1001, runs: 10_000))
        // Three standard errors of 10 % in 900 runs are 3 points.
        #expect(atMost.holds(0.129, runs: 900) && !atMost.holds(0.131, runs: 900))
        let atLeast = DecisionRequirement("worse-20", .closedBy60, .atLeast(0.99))
        #expect(atLeast.holds(0.99, runs: 10_000) && !atLeast.holds(0.98, runs: 10_000))
        let never = DecisionRequirement("aa", .moved, .atMost(0))
        #expect(never.holds(0, runs: 10) && !never.holds(0.1, runs: 10), "never is never, however few the runs")
        #expect(!atMost.holds(nil, runs: 10_000), "unknown is not good")
    }

    @Test func textNamesWhatFails() {
        // Equal engines all at full are neither what must hold nor what the reference says.
        var run = SimulatedRun()
        run.note(.full, in: 20)
        let table = DecisionTable([CaseRuns(name: "equal", tandem: Array(repeating: run, count: 10_000))])
        let lines = table.text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("FAILS  equal  full_by_120") && $0.hasSuffix("100.0 %  at most 5.0 %") })
        #expect(lines.contains { $0.contains("full_by_120") && $0.contains("0.6 % +-0.3 %") && $0.contains("OUTSIDE") })
        #expect(table.verdicts.filter(\.holds).map(\.requirement.figure) == [.harm, .limited])
    }

    private func json(_ table: DecisionTable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(table)
    }
}
