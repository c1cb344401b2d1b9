import MarketData
import Rollout
import Testing

@Suite struct EvidenceSelfCheckTests {
    private func session(
        _ index: Int, state: SessionObservation.State = .observed, micros: Int64 = 0, quality: (Int64, Int)? = nil
    ) -> SessionObservation {
        var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
        (candidate.accountMicros, candidate.actionable, candidate.sumMicros) = (micros, 5, quality?.0 ?? 0)
        (baseline.actionable, baseline.sumMicros) = (quality?.1 ?? 4, 0)
        return SessionObservation(session: judgedDay(index), state: state, baseline: baseline, candidate: candidate)
    }

    /// Losses and gains of up to 10 R, candidate signals of -0.4 to 1.2 R; some sessions with a silent baseline, empty or tainted.
    private func history(_ count: Int, _ random: inout RolloutRandom) -> [SessionObservation] {
        (0..<count).map { index in
            let state: SessionObservation.State = random.chance(10) ? .tainted : random.chance(5) ? .empty : .observed
            let sum = Int64.random(in: -2_000_000...6_000_000, using: &random)
            return session(
                index, state: state, micros: Int64.random(in: -10_000_000...10_000_000, using: &random),
                quality: (sum, random.chance(15) ? 0 : 4))
        }
    }

    /// Turning a session around is exchanging its arms.
    private func exchanged(_ session: SessionObservation) -> SessionObservation {
        var other = session
        (other.baseline, other.candidate) = (session.candidate, session.baseline)
        return other
    }

    /// The evidence that decides, over exchanged sessions, with signs from the same bits.
    @Test(arguments: [20, 64, 65, 130], 0..<evidenceRounds(1, soak: 20))
    func theCheckRunsTheEvidenceThatDecides(count: Int, seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed * 1_000 + count))
        var terms = DecisionTerms()
        terms.harm.alpha = 0.3
        // Both parts have a say, and a session without a Q differs from one with a Q of 0.
        terms.harm.account = HarmTerms.Part(weight: 0.3, toleranceR: 0.5)
        terms.harm.quality = HarmTerms.Part(weight: 0.7, toleranceR: -0.2)
        let history = history(count, &random)
        let draws = 60
        var (first, second) = (random, random)
        let check = SelfCheck(of: history, terms: terms, betterAlpha: 0.3, draws: draws, using: &first)

        let observed = history.filter { $0.state == .observed }
        var (harmful, better) = (0, 0)
        for _ in 0..<draws {
            let words = (0..<(observed.count + 63) / 64).map { _ in second.next() }
            var evidence = Evidence(terms: terms)
            var (isHarmful, isBetter) = (false, false)
            for (index, session) in observed.enumerated() {
                let isExchanged = words[index / 64] & 1 << UInt64(index % 64) != 0
                evidence.commit(isExchanged ? exchanged(session) : session)
                if evidence.harmE >= 1 / terms.harm.alpha { isHarmful = true }
                if evidence.betterE >= 1 / 0.3 { isBetter = true }
            }
            if isHarmful { harmful += 1 }
            if isBetter { better += 1 }
        }
        #expect(check.sessions == observed.count && check.draws == draws)
        #expect(check.harmful == harmful && check.better == better, "seed \(seed)")
        #expect(check.harmRate == Double(harmful) / 60 && check.betterRate == Double(better) / 60)
    }

    /// One session of 8 R is E = 1.5 with the sign that it has in half of the draws.
    @Test func signsAreFair() throws {
        var random = RolloutRandom(seed: 3)
        let check = SelfCheck(
            of: [session(0, micros: 8_000_000)], terms: DecisionTerms(), betterAlpha: 0.67, draws: 2_000, using: &random
        )
        #expect(isNear(check.betterRate, 0.5, within: 4 * 0.5 / 2_000.0.squareRoot()))
        #expect(check.harmRate == 0)
    }

    @Test func twoEqualEnginesAreNeverCalledUnequal() {
        var random = RolloutRandom(seed: 3)
        let check = SelfCheck(
            of: (0..<60).map { session($0) }, terms: DecisionTerms(), betterAlpha: 0.05, draws: 100, using: &random)
        #expect(check.harmRate == 0 && check.betterRate == 0 && check.sessions == 60 && check.draws == 100)
    }

    @Test func withoutAnObservedSessionNothingIsKnown() {
        var random = RolloutRandom(seed: 3)
        let history = [session(0, state: .tainted, micros: 8_000_000), session(1, state: .empty)]
        let check = SelfCheck(of: history, terms: DecisionTerms(), betterAlpha: 0.05, using: &random)
        #expect(check.sessions == 0 && check.harmRate == nil && check.betterRate == nil)
    }

    @Test func theSameSeedGivesTheSameRates() {
        var random = RolloutRandom(seed: 9)
        let history = history(40, &random)
        var (first, second) = (random, random)
        let checks = [
            SelfCheck(of: history, terms: DecisionTerms(), betterAlpha: 0.5, draws: 200, using: &first),
            SelfCheck(of: history, terms: DecisionTerms(), betterAlpha: 0.5, draws: 200, using: &second),
        ]
        #expect(checks[0] == checks[1] && checks[0].better > 0)
    }

    /// Signs drawn anew make sessions that favour nobody: alarms are as rare as alpha allows, four standard errors.
    @Test func ratesStayBelowAlpha() throws {
        var random = RolloutRandom(seed: 21)
        let draws = evidenceRounds(150, soak: 3_000)
        let check = SelfCheck(
            of: history(60, &random), terms: DecisionTerms(), betterAlpha: 0.10, draws: draws, using: &random)
        let n = Double(draws)
        #expect(try #require(check.harmRate) <= 0.025 + 4 * (0.025 * 0.975 / n).squareRoot())
        #expect(try #require(check.betterRate) <= 0.10 + 4 * (0.10 * 0.90 / n).squareRoot())
    }
}
