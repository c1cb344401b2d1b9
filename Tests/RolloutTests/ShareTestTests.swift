import Foundation
import MarketData
import Rollout
import Signals
import Testing

@Suite struct ShareTestTests {
    private func weight(_ tenThousandths: Int) throws -> Weight {
        try #require(Weight(tenThousandths: tenThousandths))
    }

    /// `progressive-delivery.md`, section 4.3: 350 and 10 units where 90 and 10 % were planned.
    @Test(arguments: [(100.0, 9.76, 0.006), (20, 12.2, 0.06), (10_000, 0.36, 0.006)])
    func countsReachThePublishedBayesFactors(kappa: Double, expected: Double, tolerance: Double) throws {
        var test = ShareTest(kappa: kappa)
        for unit in 0..<360 { test.observe(isCandidate: unit % 36 != 0, planned: try weight(9_000)) }
        #expect(isNear(test.logBayesFactor, expected, within: tolerance))
        #expect(test.tested == 360 && test.mismatches == 0)
        if kappa == 100 {
            #expect(test.pValue.map { agrees($0, 5.8e-5, relative: 0.01) } == true)
            var standard = ShareTest()
            for unit in 0..<360 { standard.observe(isCandidate: unit % 36 != 0, planned: try weight(9_000)) }
            #expect(standard == test)
        }
    }

    /// The same multinomial vector as in the authors' own test: categories 1, 2, 1, 2, 3 with Dirichlet parameters 1, 1, 1 have
    /// the marginal logs below. Three categories are two tests for two: whether it is 3, and if not, whether it is 1.
    @Test func predictionsAreThoseOfTheDirichletMultinomial() throws {
        let published = [-1.09861, -2.48491, -3.40120, -4.49981, -6.44572]
        let (third, half) = (try weight(3_333), try weight(5_000))
        var (isThree, isOne) = (ShareTest(kappa: 3), ShareTest(kappa: 2))
        var plan = 0.0
        for (category, expected) in zip([1, 2, 1, 2, 3], published) {
            isThree.observe(isCandidate: category == 3, planned: third)
            plan += log(category == 3 ? 0.3333 : 0.6667)
            if category != 3 {
                isOne.observe(isCandidate: category == 1, planned: half)
                plan += log(0.5)
            }
            let marginal = (isThree.logBayesFactor ?? 0) + (isOne.logBayesFactor ?? 0) + plan
            // A third is planned as .3333.
            #expect(isNear(marginal, expected, within: 2e-4))
        }
    }

    /// Gamma(A) / Gamma(A + n) x product of Gamma(a + n) / Gamma(a), over the product of shares to the power of counts.
    private func closedForm(_ counts: [Double], _ shares: [Double], kappa: Double) -> Double {
        let total = counts.reduce(0, +)
        var sum = lgamma(kappa) - lgamma(kappa + total)
        for (count, share) in zip(counts, shares) {
            sum += lgamma(kappa * share + count) - lgamma(kappa * share) - count * log(share)
        }
        return sum
    }

    /// In whatever order the units come.
    @Test(arguments: 0..<evidenceRounds(40, soak: 2_000))
    func theProductIsTheClosedForm(seed: Int) throws {
        var random = RolloutRandom(seed: UInt64(seed))
        let planned = Int.random(in: 1...9_999, using: &random)
        let kappa = Double.random(in: 1...1_000, using: &random)
        let chance = Int.random(in: 0...100, using: &random)
        let share = Double(planned) / 10_000
        var test = ShareTest(kappa: kappa)
        var counts = [0.0, 0.0]
        var lowestP = 1.0
        for _ in 0..<Int.random(in: 1...150, using: &random) {
            let isCandidate = random.chance(chance)
            counts[isCandidate ? 0 : 1] += 1
            test.observe(isCandidate: isCandidate, planned: try weight(planned))
            let expected = min(closedForm(counts, [share, 1 - share], kappa: kappa), log(1e300))
            guard expected < 690 else { break }
            #expect(isNear(test.logBayesFactor, expected, within: 1e-8 * max(1, abs(expected))), "seed \(seed)")
            lowestP = min(lowestP, exp(-expected))
            #expect(test.pValue.map { agrees($0, lowestP, relative: 1e-6) } == true, "seed \(seed)")
        }
    }

    /// A change of plan begins the counts anew, and the factors of all its parts are multiplied.
    @Test func stagesAreTestedApartAndMultiplied() throws {
        let (tenth, half) = (try weight(1_000), try weight(5_000))
        var test = ShareTest()
        for unit in 0..<60 { test.observe(isCandidate: unit % 3 == 0, planned: tenth) }
        for unit in 0..<40 { test.observe(isCandidate: unit % 4 == 0, planned: half) }
        for unit in 0..<30 { test.observe(isCandidate: unit % 10 == 0, planned: tenth) }
        let expected =
            closedForm([20, 40], [0.1, 0.9], kappa: 100) + closedForm([10, 30], [0.5, 0.5], kappa: 100)
            + closedForm([3, 27], [0.1, 0.9], kappa: 100)
        #expect(isNear(test.logBayesFactor, expected, within: 1e-9))
    }

    /// In shadow and in full nothing is left to chance: such a test says nothing, and one unit of the other arm says all.
    @Test func nothingIsKnownWhereOneArmHasAll() {
        var test = ShareTest()
        #expect(test.pValue == nil && test.logBayesFactor == nil)
        for _ in 0..<50 { test.observe(isCandidate: false, planned: .zero) }
        for _ in 0..<50 { test.observe(isCandidate: true, planned: .all) }
        #expect(test.pValue == nil && test.logBayesFactor == nil && test.mismatches == 0 && test.tested == 0)
        test.observe(isCandidate: true, planned: .zero)
        test.observe(isCandidate: false, planned: .all)
        #expect(test.mismatches == 2 && test.pValue == nil)
    }

    /// Evidence stays in the stages that add none.
    @Test func aStageWithoutChoiceKeepsWhatWasShown() throws {
        var test = ShareTest()
        for _ in 0..<20 { test.observe(isCandidate: true, planned: try weight(1_000)) }
        let (p, factor) = (test.pValue, test.bayesFactor)
        for _ in 0..<20 { test.observe(isCandidate: false, planned: .zero) }
        #expect(test.pValue == p && test.bayesFactor == factor && factor > 1)
    }

    /// Evidence that was lost again has been there; a p-value never rises.
    @Test func thePValueRemembersItsLowest() throws {
        var test = ShareTest()
        for _ in 0..<15 { test.observe(isCandidate: true, planned: try weight(1_000)) }
        let p = try #require(test.pValue)
        for _ in 0..<120 { test.observe(isCandidate: false, planned: try weight(1_000)) }
        #expect(test.pValue == p && test.bayesFactor < 1 / p)
    }

    @Test func evidenceIsAtMost1e300() throws {
        var test = ShareTest()
        for _ in 0..<2_000 { test.observe(isCandidate: true, planned: try weight(1)) }
        #expect(test.bayesFactor == 1e300 && test.pValue == 1 / 1e300)
    }

    /// Under the plan, with changes of stage, p is at most alpha in at most a share alpha of rollouts; four standard errors.
    @Test func aRouterThatKeepsToThePlanIsRarelyAccused() throws {
        let runs = evidenceRounds(1_500, soak: 10_000)
        let (tenth, half) = (try weight(1_000), try weight(5_000))
        var accused = 0
        for seed in 0..<runs {
            var random = RolloutRandom(seed: UInt64(seed))
            var test = ShareTest(kappa: 20)
            for unit in 0..<240 {
                let isLimited = (80..<160).contains(unit)
                test.observe(isCandidate: random.chance(isLimited ? 50 : 10), planned: isLimited ? half : tenth)
            }
            if let p = test.pValue, p <= 0.05 { accused += 1 }
        }
        let error = (0.05 * 0.95 / Double(runs)).squareRoot()
        #expect(Double(accused) / Double(runs) <= 0.05 + 4 * error)
        #expect(accused > 0)
    }

    /// The assignment function keeps to its own plan, and is found out when its weight is another.
    @Test func theAssignmentFunctionKeepsToItsPlan() throws {
        let planned = try weight(1_000)
        for (real, isAccused) in [(1_000, false), (3_000, true)] {
            let assignment = Assignment(salt: "ifd-v3", weight: try weight(real))
            var test = ShareTest()
            for underlying in UInt32(1)...400 {
                let unit = UnitKey(underlying: InstrumentID(underlying), at: at(noon), plan: try plan())
                test.observe(isCandidate: assignment.arm(of: unit) == .candidate, planned: planned)
            }
            #expect(test.pValue.map { $0 <= 0.001 } == isAccused)
        }
    }
}
