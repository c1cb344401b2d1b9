import MarketData
import Testing

@testable import Rollout

@Suite struct SimulatedRolloutTests {
    /// Without any difference the canary gate opens at session 20 and the rollout is closed at 34, whatever the market does
    /// (`decision-statistics.md`, section 6): 0 R a session is a stake of 1/7 against -1 R, and of 1/7 against a gain of 1 R.
    @Test(arguments: [0, 2, 5])
    func equalEnginesAreDecidedOnWithoutChance(lag: Int) {
        let mirror = SimulatedCase("aa-acting", SimulatedCase.Traffic(), lag: lag) { $0.isMirror = true }
        var rollout = SimulatedRollout(mirror)
        for number in 0..<5 {
            let run = rollout.runAlone(number, seed: 1)
            #expect(run.first(.canary) == 20 + lag)
            #expect(run.first(.noGain) == 34 + lag)
            #expect(run.first(.limited) == nil && run.first(.harm) == nil && run.first(.deadline) == nil)
        }
    }

    /// The profile `aa` watches: no transition for cause, ever.
    @Test func watchingRolloutNeverMoves() {
        var rollout = SimulatedRollout(.named("aa"))
        for number in 0..<20 {
            let run = rollout.runAlone(number, seed: 2)
            #expect(!run.came(SimulatedRun.Event.allCases))
            #expect(run.live == 0)
        }
    }

    @Test func runIsTheSameWhateverWasRunBefore() {
        var fresh = SimulatedRollout(.named("better-target"))
        var used = SimulatedRollout(.named("better-target"))
        _ = used.run(0, seed: 3)
        #expect(fresh.run(7, seed: 3) == used.run(7, seed: 3))
        #expect(fresh.run(7, seed: 3) != fresh.run(8, seed: 3))
        #expect(fresh.run(7, seed: 3) != fresh.run(7, seed: 4))
    }

    @Test func rivalsDoNotTouchTheRollout() {
        var rollout = SimulatedRollout(.named("breaks-45"))
        #expect(rollout.run(1, seed: 5)[0] == rollout.runAlone(1, seed: 5))
    }

    /// Every rival begins at 10 % at once, and none binds its live signals by limits.
    @Test func rivalsTradeFromTheFirstSessionOn() {
        var rollout = SimulatedRollout(.named("better-target"))
        let runs = rollout.run(2, seed: 6)
        #expect(runs.count == SimulatedRule.allCases.count)
        for run in runs.dropFirst() { #expect(run.first(.canary) == 1) }
        // Five looks at 10 % and ten at 50 %.
        #expect(runs[2].first(.limited) == 5 && runs[2].first(.full) == 15)
    }

    @Test func liveSignalsAreThoseOfTheCandidatesHalfHours() throws {
        var market = SimulatedMarket(terms: SimulatedCase.named("better-target").market)
        var random = SimulationRandom(seed: 7)
        var (all, tenth) = (0, 0)
        for _ in 0..<5000 {
            market.advance(&random)
            #expect(LiveSession(market, weight: .zero).signals == 0)
            let whole = LiveSession(market, weight: .all)
            #expect(whole.signals == market.candidate.count)
            #expect(whole.micros == market.candidate.map(\.rMicros).reduce(0, +))
            all += whole.signals
            let canary = LiveSession(market, weight: try #require(RolloutPlan.defaultWeights[.canary]))
            let routed = market.candidate.filter { market.units[$0.halfHour] < 0.1 }
            #expect(canary.signals == routed.count)
            tenth += canary.signals
        }
        #expect(abs(Double(tenth) / Double(all) - 0.1) < 0.01)
    }

    /// The limits, written out once more: a signal is live unless there are as many as may be, or as much is lost as may be.
    @Test(arguments: [(2, nil), (nil, 2.0), (4, 1.0)] as [(Int?, Double?)])
    func liveSignalsKeepTheirLimits(most: Int?, loss: Double?) {
        var market = SimulatedMarket(terms: SimulatedCase.named("worse-thin").market)
        var random = SimulationRandom(seed: 8)
        let limits = LiveLimits(perSession: most, lossRSession: loss)
        for _ in 0..<1000 {
            market.advance(&random)
            var live: [Int64] = []
            for signal in market.candidate
            where live.count < most ?? .max && Double(live.reduce(0, +)) > -(loss ?? .infinity) * 1e6 {
                live.append(signal.rMicros)
            }
            let session = LiveSession(market, weight: .all, limits: limits)
            #expect(session.signals == live.count)
            #expect(session.micros == live.reduce(0, +))
        }
    }

    /// A canary that may not lose anything falls at the first commit after a loss.
    @Test func stageLossIsReadAtTheCommit() {
        var plan = SimulatedPlan()
        plan.weights[.canary] = .all
        plan.terms.liveLimits[.canary] = LiveLimits(lossRStage: 0.5)
        let hopeless = SimulatedCase("hopeless", SimulatedCase.Traffic()) {
            $0.baselineAccuracy = 0
            $0.candidateAccuracy = 0
            $0.candidateSignals = 3...3
            $0.baselineSignals = 3...3
        }
        var rollout = SimulatedRollout(hopeless, plan)
        let run = rollout.runAlone(0, seed: 9)
        // 0 R apart, as equal engines; the session after the gate all three signals are live and lost.
        #expect(run.first(.canary) == 20)
        #expect(run.first(.loss) == 21)
        #expect(run.live % 3 == 0)
    }

    /// Nobody is there: what waits for a person trades no more.
    @Test func rolloutEndsWhereAPersonWouldHaveToDecide() {
        var plan = SimulatedPlan()
        plan.weights[.canary] = .all
        plan.terms.liveLimits = [:]
        plan.terms.deadlineSessions[.canary] = 3
        let mirror = SimulatedCase("aa-acting", SimulatedCase.Traffic(baseline: 4...4)) { $0.isMirror = true }
        var rollout = SimulatedRollout(mirror, plan)
        let run = rollout.runAlone(0, seed: 10)
        #expect(run.first(.canary) == 20 && run.first(.deadline) == 23)
        #expect(run.live == 3 * 4)
        #expect(run.first(.noGain) == nil)
    }

    /// Gates that wait for persons do not keep a simulated rollout waiting.
    @Test func personsAgreeAtOnce() {
        var terms = DecisionTerms()
        terms.gates[.canary]?.approvals = 2
        terms.gates[.limited]?.promotion = .manual
        var attended = SimulatedRollout(.named("better-target"), SimulatedPlan(terms: terms))
        var plain = SimulatedRollout(.named("better-target"))
        #expect(attended.runAlone(3, seed: 11) == plain.runAlone(3, seed: 11))
    }

    /// Live R of a broken engine counts from the break.
    @Test func liveRCountsFromTheBreak() {
        let (broken, sound) = (SimulatedCase.named("breaks-45"), SimulatedCase.named("better-target"))
        #expect(broken.countsFrom == 31 && sound.countsFrom == 1)
        var short = SimulatedRollout(broken, sessions: 30)
        for number in 0..<5 {
            let run = short.runAlone(number, seed: 12)
            #expect(run.live > 0)
            #expect(run.liveMicros == 0)
        }
    }
}
