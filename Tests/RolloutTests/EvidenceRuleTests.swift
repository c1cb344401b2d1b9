import Foundation
import Rollout
import Testing

/// How often random histories are tried: a few, or many under `make soak`.
func evidenceRounds(_ few: Int, soak: Int) -> Int {
    ProcessInfo.processInfo.environment["TANDEM_SOAK"] == "1" ? soak : few
}

@Suite struct EvidenceRuleTests {
    @Test(arguments: 0..<evidenceRounds(20, soak: 2_000))
    func theOrderOfSessionsDoesNotMatter(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let history = (0..<120).map { _ in Double.random(in: -8...8, using: &random) }
        func value(_ history: [Double]) -> Double {
            var mixture = BetMixture()
            for d in history { mixture.bet(Stake.worse(d, null: 0, clip: 8)) }
            return mixture.value
        }
        let expected = value(history)
        #expect(agrees(value(history.shuffled(using: &random)), expected, relative: 1e-12), "seed \(seed)")
        #expect(agrees(value(history.sorted()), expected, relative: 1e-12), "seed \(seed)")
    }

    /// Whatever comes, a stake is at least -1 and no evidence is below 0, infinite or undefined.
    @Test(arguments: 0..<evidenceRounds(20, soak: 2_000))
    func evidenceIsNeverBelowZero(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        var processes = GoldenProcesses()
        for _ in 0..<300 {
            let d = Double.random(in: -20...20, using: &random)
            let null = Double.random(in: -7...7, using: &random)
            #expect(Stake.better(d, null: null, clip: 8) >= -1 && Stake.worse(d, null: null, clip: 8) >= -1)
            processes.observe(d)
            #expect(processes.values.allSatisfy { $0 >= 0 && $0.isFinite }, "seed \(seed)")
        }
    }

    /// By hand: (4 - 2) / (8 + 2), (2 - 4) / (8 - 2), 0 at the null, -1 at the worst, and beyond the clip as at it.
    @Test func stakesAreAsByHand() {
        #expect(Stake.better(4, null: 2, clip: 8) == 0.2)
        #expect(Stake.worse(4, null: 2, clip: 8) == -1.0 / 3)
        #expect(Stake.better(2, null: 2, clip: 8) == 0 && Stake.worse(2, null: 2, clip: 8) == 0)
        #expect(Stake.better(-8, null: 2, clip: 8) == -1 && Stake.worse(8, null: 2, clip: 8) == -1)
        #expect(Stake.better(-8.5, null: 2, clip: 8) == -1 && Stake.worse(8.5, null: 2, clip: 8) == -1)
        #expect(Stake.better(9, null: 0, clip: 8) == 1 && Stake.worse(-9, null: 0, clip: 8) == 1)
    }

    /// By hand: (3 / .6 - 4) / 10, (15 / .6 - 20) / 20, and -1 where none of ten or more is correct.
    @Test func accuracyIsStakedPerSession() {
        #expect(agrees(Stake.accuracy(correct: 3, resolved: 4, null: 0.6), 0.1, relative: 1e-14))
        #expect(agrees(Stake.accuracy(correct: 15, resolved: 20, null: 0.6), 0.25, relative: 1e-14))
        #expect(Stake.accuracy(correct: 0, resolved: 20, null: 0.6) == -1)
        #expect(Stake.accuracy(correct: 0, resolved: 4, null: 0.6) == -0.4)
    }

    /// 1.05 to the power of 14,158 is the first above 1e300.
    @Test func wealthIsAtMost1e300() {
        var mixture = BetMixture()
        for _ in 0..<14_200 { mixture.bet(1) }
        #expect(agrees(mixture.value, 1e300, relative: 1e-15))
        // It can be lost again: the mean of 1 - c over the bets is a half.
        mixture.bet(-1)
        #expect(agrees(mixture.value, 0.5e300, relative: 1e-14))
    }

    @Test func wealthBelow1eMinus300IsGone() {
        var mixture = BetMixture(start: 2e-300)
        mixture.bet(-1)
        // 2 x .95, .85, .75, .65, .55 are kept, 2 x .45 and less are not.
        #expect(agrees(mixture.value, 0.1 * 2e-300 * (0.95 + 0.85 + 0.75 + 0.65 + 0.55), relative: 1e-14))
        mixture.bet(1)
        let regained = 0.95 * 1.05 + 0.85 * 1.15 + 0.75 * 1.25 + 0.65 * 1.35 + 0.55 * 1.45
        #expect(agrees(mixture.value, 0.1 * 2e-300 * regained, relative: 1e-14))
    }

    /// .95 to the power of 13,468 is the last above 1e-300.
    @Test func nothingComesBackFromZero() {
        var mixture = BetMixture()
        for _ in 0..<13_600 { mixture.bet(-1) }
        #expect(mixture.value == 0)
        for _ in 0..<1_000 { mixture.bet(1) }
        #expect(mixture.value == 0)
    }

    /// Sessions at the tolerated mean win and lose nothing, before, at and after the horizon: the starts add up to 1.
    @Test(arguments: [0.0, -0.1]) func startsOfHarmAddUpToOne(null: Double) {
        var harm = HarmProcess(null: null, clip: 1.5, horizon: 30)
        #expect(harm.value == 1)
        for _ in 0..<60 {
            harm.observe(null)
            #expect(agrees(harm.value, 1, relative: 1e-14))
        }
    }

    /// Half of the starts on the first session, the rest spread: one loss of 8 R wins (1 + c) on what had begun.
    @Test func harmBetsOnlyWhatHasBegun() {
        var harm = HarmProcess(null: 0, clip: 8, horizon: 3)
        harm.observe(-8)
        #expect(agrees(harm.value, 0.5 * 1.5 + 0.5, relative: 1e-14))
        harm = HarmProcess(null: 0, clip: 8, horizon: 3)
        harm.observe(0)
        harm.observe(-8)
        #expect(agrees(harm.value, 0.75 * 1.5 + 0.25, relative: 1e-14))
    }

    /// At the reference the sum grows by one a session.
    @Test func fallCountsSessionsAtItsReference() {
        var fall = FallDetector(clip: 8)
        fall.restart(reference: 1.5)
        for count in 1...50 {
            fall.observe(1.5)
            #expect(agrees(fall.value, Double(count), relative: 1e-14))
        }
    }
}
