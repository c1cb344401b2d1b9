import Testing

@testable import Rollout

@Suite struct RivalTests {
    /// Kayenta, MannWhitneySuite: 10, 20, 30, 40 against 1, 2, 3, 4 has the estimate 22.5 and 95 % bounds 6 and 39.
    @Test func shiftAndItsBoundsAreKayentas() {
        let samples = MannWhitney(baseline: [1, 2, 3, 4], candidate: [10, 20, 30, 40])
        #expect(abs(samples.estimate / 1e6 - 22.5) < 1e-5)
        let within95 = 1.959_963_984_540_054
        #expect(samples.z(shift: 6_000_000) > within95)
        #expect(samples.z(shift: 6_000_001) < within95)
        #expect(samples.z(shift: 39_000_000) < -within95)
        #expect(samples.z(shift: 38_999_999) > -within95)
    }

    /// Labels of Kayenta's ClassifierSuite.
    @Test(
        arguments: [
            ([20, 22, 21, 25, 30], [1, 2.2, 1.1, 2.5, 3], true), ([1, 1, 1, 1, 10], [1, 1, 1, 1, 1], false),
            ([10, 10, 10, 10, 10], [0, 0, 0, 0, 0], true),
        ] as [([Double], [Double], Bool)])
    func labelsAreKayentas(candidate: [Double], baseline: [Double], isHigh: Bool) {
        let samples = MannWhitney(baseline: baseline, candidate: candidate)
        #expect(samples.isShifted(.up) == isHigh)
        #expect(!samples.isShifted(.down))
        // The other way round, high is low.
        let mirrored = MannWhitney(baseline: candidate, candidate: baseline)
        #expect(mirrored.isShifted(.down) == isHigh)
        #expect(!mirrored.isShifted(.up))
    }

    /// Significant, and yet not shifted: by hand, 0 against 1 where most are the same value is refuted at a shift of 0, but
    /// not at a quarter of the estimate, which lies beyond the ties.
    @Test func boundHasToKeepAQuarterOfTheShiftAway() {
        // 8 of 10 against 1 of 10 above; the median difference is 1, and a shift of 0.25 leaves the order of all
        // unequal pairs but turns the equal ones round: 8 x 9 above, 2 x 1 below, 8 + 18 equal ones below as well.
        let samples = MannWhitney(
            baseline: [1] + Array(repeating: 0, count: 9), candidate: [0, 0] + Array(repeating: 1, count: 8))
        #expect(samples.z() > MannWhitney.within98)
        #expect(abs(samples.estimate - 1e6) <= 1)
        // 72 - 28 above half of 100, a half taken off for continuity, ties of 9, 8, 2 and 1.
        let ties = 720.0 + 504 + 6
        let deviation = (100.0 / 12 * (21 - ties / (20 * 19))).squareRoot()
        #expect(abs(samples.z(shift: 250_000) - (72 - 50 - 0.5) / deviation) < 1e-12)
        #expect(samples.z(shift: 250_000) < MannWhitney.within98)
        #expect(!samples.isShifted(.up))
    }

    @Test func ranksAreCountedAsPairs() {
        var random = RolloutRandom(seed: 8)
        for round in 0..<200 {
            let sample = {
                (0..<Int.random(in: 1...12, using: &random)).map { _ in Double(Int.random(in: 0...6, using: &random)) }
            }
            let (baseline, candidate) = (sample(), sample())
            let shift = Int64.random(in: -3...3, using: &random)
            let samples = MannWhitney(baseline: baseline, candidate: candidate)
            let expected = pairOracle(baseline, candidate.map { $0 - Double(shift) })
            #expect(abs(samples.z(shift: shift * 1_000_000) - expected) < 1e-9, "round \(round) of seed 8")
        }
    }

    /// Flagger, "Deployment Strategies": promoted after interval x maxWeight / stepWeight, here 25 minutes for steps of 2 %
    /// up to 50 %, and taken back after interval x threshold, here 10.
    @Test func counterTakesFlaggersTimes() {
        var rival = FixedThresholdRival(passes: [.canary: 12, .limited: 13], threshold: 10)
        var minutes = 0
        while rival.stage != .full, minutes < 100 {
            rival.count(true)
            minutes += 1
        }
        #expect(minutes == 25)
        var failing = FixedThresholdRival(passes: [.canary: 12, .limited: 13], threshold: 10)
        minutes = 0
        while failing.stage != .shadow, minutes < 100 {
            failing.count(false)
            minutes += 1
        }
        #expect(minutes == 10)
    }

    /// Flagger's `failedChecks` never falls within a run.
    @Test func failedChecksAreNeverForgotten() {
        var rival = FixedThresholdRival(passes: [.canary: 1000])
        for check in 0..<9 { rival.count(check % 2 == 1) }
        #expect(rival.stage == .shadow)
    }

    @Test func sameSignalsPassEveryCheck() {
        var market = SimulatedMarket(terms: SimulatedCase.named("aa").market)
        var random = SimulationRandom(seed: 9)
        var rival = FixedThresholdRival()
        for session in 1...20 {
            market.advance(&random)
            rival.judge(market)
            #expect(rival.stage == (session < 5 ? .canary : session < 15 ? .limited : .full))
        }
    }

    /// A candidate that never wins fails each check, one that always does passes each.
    @Test func checksSeeTheDifference() {
        var terms = MarketTerms()
        terms.baselineAccuracy = 1
        terms.candidateAccuracy = 0
        var market = SimulatedMarket(terms: terms)
        var random = SimulationRandom(seed: 10)
        var rival = FixedThresholdRival()
        for _ in 1...4 {
            market.advance(&random)
            rival.judge(market)
        }
        #expect(rival.stage == .canary)
        market.advance(&random)
        rival.judge(market)
        #expect(rival.stage == .shadow)
    }

    /// By hand: of 40 values 30 are 1 and 10 are -1; the mean is .5, the deviation the root of .75.
    @Test func zIsTheMeanInStandardErrors() {
        var rival = BlockTestRival()
        for value in 0..<40 { rival.look(value % 4 == 0 ? -1 : 1) }
        #expect(abs(rival.z - 0.5 * (40 / 0.75).squareRoot()) < 1e-12)
        #expect(rival.stage == .full)
    }

    @Test func zTestWaitsForThirtyValues() {
        var rival = BlockTestRival()
        for value in 0..<29 { rival.look(value % 5 == 0 ? 1 : -1) }
        #expect(rival.z < -1.96)
        #expect(rival.stage == .canary)
        rival.look(-1)
        #expect(rival.stage == .shadow)
    }

    /// `decision-statistics.md`, section 1, [units]: an equal candidate is called harmful within 60 sessions in so many
    /// rollouts, measured on 4,000.
    @Test(arguments: [(0.0, 0.0, 0.189), (0.2, 0.2, 0.252), (0.4, 0.2, 0.294)])
    func zTestCallsEqualCandidatesHarmfulAsOftenAsTheTableSays(rho: Double, halfHour: Double, share: Double) {
        var terms = MarketTerms()
        terms.correlation = rho
        terms.halfHourCorrelation = halfHour
        var market = SimulatedMarket(terms: terms)
        let runs = count(300, soak: 4000)
        var harmful = 0
        for run in 0..<runs {
            var random = SimulationRandom(seed: 11, stream: 0, run: run)
            var rival = BlockTestRival()
            for _ in 0..<60 {
                market.advance(&random)
                rival.judge(market)
            }
            if rival.stage == .shadow { harmful += 1 }
        }
        let error = (share * (1 - share) * (1 / Double(runs) + 1 / 4000)).squareRoot()
        #expect(abs(Double(harmful) / Double(runs) - share) < 4 * error)
    }
}

extension MannWhitney {
    init(baseline: [Double], candidate: [Double]) {
        self.init()
        for value in baseline { insert(baseline: Int64((value * 1e6).rounded())) }
        for value in candidate { insert(candidate: Int64((value * 1e6).rounded())) }
    }
}

/// z of the Mann-Whitney test by its definition: over all pairs, with R's corrections for ties and continuity.
private func pairOracle(_ baseline: [Double], _ candidate: [Double]) -> Double {
    var above = -Double(baseline.count * candidate.count) / 2
    for x in candidate {
        for y in baseline { above += x > y ? 1 : x == y ? 0.5 : 0 }
    }
    let total = Double(baseline.count + candidate.count)
    let ties = Dictionary(grouping: baseline + candidate) { $0 }.values.reduce(0.0) { sum, same in
        sum + Double(same.count * same.count * same.count - same.count)
    }
    let pairs = Double(baseline.count * candidate.count)
    let variance = pairs / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 0 }
    return (above - (above > 0 ? 0.5 : above < 0 ? -0.5 : 0)) / variance.squareRoot()
}
