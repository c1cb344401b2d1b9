import Signals
import Testing

@testable import Rollout

@Suite struct JudgeIntervalTests {
    /// Expected values: NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, to its three places.
    @Test(arguments: [
        (0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 5, 2.571), (0.975, 10, 2.228), (0.975, 30, 2.042),
        (0.975, 39, 2.023), (0.975, 100, 1.984), (0.95, 1, 6.314), (0.95, 2, 2.920), (0.95, 10, 1.812),
        (0.95, 39, 1.685), (0.95, 100, 1.660),
    ])
    func quantilesOfStudentAreRight(probability: Double, degrees: Int, expected: Double) {
        #expect(isNear(StudentT.quantile(probability, degrees: degrees), expected, within: 0.0006))
    }

    /// Newcombe, Statistics in Medicine 17:857 (1998), table I, Wilson's method. One signal a session is independence; t instead
    /// of the normal and n - 1 instead of n are worth .001.
    @Test(arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)])
    func independentSignalsGetWilsonsInterval(wins: Int, count: Int, low: Double, high: Double) {
        let share = SessionStatistics.share((0..<count).map { ($0 < wins ? 1 : 0, 1) })
        #expect(isNear(share.value, Double(wins) / Double(count)))
        #expect(isNear(share.low, low, within: 0.001) && isNear(share.high, high, within: 0.001))
    }

    /// Wins in whole sessions count as so many sessions: 20 signals each change nothing.
    @Test func copiesWithinASessionAddNothing() {
        let single = SessionStatistics.share((0..<12).map { ($0 < 9 ? 1 : 0, 1) })
        let copied = SessionStatistics.share((0..<12).map { ($0 < 9 ? 20 : 0, 20) })
        #expect(isNear(copied.low, single.low ?? 0) && isNear(copied.high, single.high ?? 0))
        #expect(copied.count == 240)
    }

    /// Wilson's lower limit for n of n is n / (n + t^2); 2.0227 is t for 39 degrees of freedom.
    @Test func agreementOfAllIsNoCertainty() {
        let all = SessionStatistics.share([(hits: Int, trials: Int)](repeating: (5, 5), count: 40))
        #expect(all.value == 1 && all.high == 1)
        #expect(isNear(all.low, 40 / (40 + 2.0227 * 2.0227), within: 1e-4))
        let none = SessionStatistics.share([(hits: Int, trials: Int)](repeating: (0, 5), count: 40))
        #expect(none.low == 0 && isNear(none.high, 1 - (all.low ?? 0)))
    }

    @Test func oneSessionHasNoInterval() {
        let row = Judge(labels: judgedLabels(1)).row([judged(0, at: 1), judged(0, at: 2, r: -1), judged(0, at: 3)])
        for estimate in [row.accuracy, row.winLoss, row.profitFactor, row.expectancyR, row.brierScore] {
            #expect(estimate.value != nil && estimate.low == nil && estimate.high == nil && estimate.count == 3)
        }
        #expect(row.accuracyLowerBound == nil)
    }

    /// By hand: lanes 10/2 and 2/2, so 3 with, 1 and 5 without one; se = sqrt(1/2 x (4 + 4)) = 2, t(1) = 12.706.
    @Test func meanOfTwoSessionsIsAsByHand() {
        let mean = SessionStatistics.mean([SIMD4(10, 2, 0, 0), SIMD4(2, 2, 0, 0)], count: 4)
        #expect(mean.value == 3)
        #expect(isNear(mean.low, 3 - 25.4124, within: 1e-3) && isNear(mean.high, 3 + 25.4124, within: 1e-3))
        #expect(SessionStatistics.mean([SIMD4(10, 2, 0, 0), SIMD4(2, 2, 0, 0)], count: 4, within: 0...5).low == 0)
    }

    /// Deleting each session's signals in earnest, and solving the score equation instead of using its closed form.
    @Test func accuracyIsTheScoreIntervalOfTheDeletedSessions() throws {
        var random = RolloutRandom(seed: 5)
        let engine = ClusteredEngine(sessions: 15)
        let judge = Judge(labels: judgedLabels(15))
        for _ in 0..<20 {
            let signals = engine.signals(&random)
            let row = judge.row(signals)
            let share = Double(signals.count { ($0.rMicros ?? 0) > 0 }) / Double(signals.count)
            var squares = 0.0
            for session in 0..<15 {
                let rest = signals.filter { $0.session != judgedDay(session) }
                let without = Double(rest.count { ($0.rMicros ?? 0) > 0 }) / Double(rest.count)
                squares += (without - share) * (without - share)
            }
            let trials = min(share * (1 - share) / (squares * 14 / 15), Double(signals.count))
            // t for 14 degrees of freedom.
            let limit = { (t: Double, side: Double) in
                bisect(from: share, to: side) { p in
                    (share - p).magnitude < t * (p * (1 - p) / trials).squareRoot()
                }
            }
            #expect(isNear(row.accuracy.low, limit(2.144787, 0), within: 1e-6))
            #expect(isNear(row.accuracy.high, limit(2.144787, 1), within: 1e-6))
            #expect(isNear(row.accuracyLowerBound, limit(1.761310, 0), within: 1e-6))
            let odds = try #require(row.accuracy.low)
            #expect(isNear(row.winLoss.low, odds / (1 - odds)))
        }
    }

    /// Sessions drawn with replacement, 4,000 times: the other way to respect dependence.
    @Test func spreadOfRatiosIsThatOfASessionBootstrap() throws {
        var random = RolloutRandom(seed: 6)
        let signals = ClusteredEngine(sessions: 60).signals(&random)
        let row = Judge(labels: judgedLabels(60)).row(signals)
        let sums = (0..<60).map { session in
            let r = signals.filter { $0.session == judgedDay(session) }.map { Double($0.rMicros ?? 0) }
            return (
                gain: r.filter { $0 > 0 }.reduce(0, +), loss: -r.filter { $0 <= 0 }.reduce(0, +),
                wins: Double(r.count { $0 > 0 }), losses: Double(r.count { $0 <= 0 })
            )
        }
        var factors: [Double] = []
        var payoffs: [Double] = []
        for _ in 0..<4_000 {
            var total = (gain: 0.0, loss: 0.0, wins: 0.0, losses: 0.0)
            for _ in 0..<60 {
                let one = sums[Int.random(in: 0..<60, using: &random)]
                total = (
                    total.gain + one.gain, total.loss + one.loss, total.wins + one.wins, total.losses + one.losses
                )
            }
            factors.append(total.gain / total.loss)
            payoffs.append(total.gain / total.wins / (total.loss / total.losses))
        }
        for (estimate, draws) in [(row.profitFactor, factors), (row.payoffRatio, payoffs)] {
            let sorted = draws.sorted()
            let low = try #require(estimate.low)
            let high = try #require(estimate.high)
            // Percentiles of the bootstrap; a fifth of the interval's width apart at most.
            #expect((low - sorted[100]).magnitude < 0.2 * (high - low))
            #expect((high - sorted[3_899]).magnitude < 0.2 * (high - low))
        }
    }

    /// 400 repetitions: the standard error of a coverage of .95 is .011.
    @Test(arguments: [
        (ClusteredEngine(), 31), (ClusteredEngine(rho: 0), 32), (ClusteredEngine(accuracy: 0.9, rho: 0.6), 33),
        (ClusteredEngine(accuracy: 0.5, sessions: 12), 34),
    ])
    func intervalsHoldTheTruthAsOftenAsTheySay(engine: ClusteredEngine, seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let judge = Judge(labels: judgedLabels(engine.sessions))
        var covered = (accuracy: 0, expectancy: 0, factor: 0, bound: 0, naive: 0)
        for _ in 0..<400 {
            let row = judge.row(engine.signals(&random))
            covered.accuracy += row.accuracy.covers(engine.accuracy) ? 1 : 0
            covered.expectancy += row.expectancyR.covers(engine.expectancy) ? 1 : 0
            covered.factor += row.profitFactor.covers(engine.profitFactor) ? 1 : 0
            covered.bound += (row.accuracyLowerBound ?? 1) <= engine.accuracy ? 1 : 0
            let share = row.accuracy.value ?? 0
            let naive = 1.96 * (share * (1 - share) / Double(row.accuracy.count)).squareRoot()
            covered.naive += (share - engine.accuracy).magnitude <= naive ? 1 : 0
        }
        for count in [covered.accuracy, covered.expectancy, covered.factor] { #expect((360...392).contains(count)) }
        #expect((360...396).contains(covered.bound))
        // What the method is for: signals taken as independent promise far more than they keep.
        if engine.rho >= 0.4 { #expect(covered.naive < 340) }
    }

    /// Symmetric around 600 s, half of the spread shared by the session.
    @Test func medianIntervalHoldsTheTruth() {
        var random = RolloutRandom(seed: 41)
        var covered = 0
        for _ in 0..<400 {
            let sessions = (0..<30).map { _ in
                let shared = Double.random(in: -200...200, using: &random)
                return (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    600 + shared + Double.random(in: -200...200, using: &random)
                }
            }
            covered += SessionStatistics.median(sessions).covers(600) ? 1 : 0
        }
        #expect((360...394).contains(covered))
    }

    /// The sign test needs 6 independent values for a 95 % interval; t makes it a little more.
    @Test func medianOfFewHasNoInterval() {
        let five = SessionStatistics.median([[1], [2], [3], [4], [5]])
        #expect(five.value == 3 && five.low == nil && five.high == nil && five.count == 5)
        let twelve = SessionStatistics.median((1...12).map { [Double($0)] })
        #expect(twelve.value == 6.5)
        // By hand: Wilson around 1/2 with n* = 11 (one session less) and t(11) = 2.201 is .2234 to .7766; x 12 is 2.68.
        #expect(twelve.low == 2 && twelve.high == 11)
    }

    /// A gain that both engines owe to the same luck is known better than each accuracy.
    @Test func sharedLuckCancelsInAGain() throws {
        var random = RolloutRandom(seed: 51)
        let first = ClusteredEngine(rho: 0.6).signals(&random)
        // The same outcomes, but each tenth win is lost.
        let second = first.enumerated().map { index, signal in
            var worse = signal
            if index % 10 == 0 { worse.rMicros = -1_050_000 }
            return worse
        }
        let judge = Judge(labels: judgedLabels(40))
        let gain = judge.accuracyGain(of: first, over: second)
        let accuracy = judge.row(first).accuracy
        let wins = { (signals: [JudgedSignal]) in Double(signals.count { ($0.rMicros ?? 0) > 0 }) }
        #expect(isNear(gain.value, (wins(first) - wins(second)) / Double(first.count)))
        let width = try #require(gain.high) - #require(gain.low)
        #expect(width < (try #require(accuracy.high) - #require(accuracy.low)) / 2)
    }
}

/// The border between `true` at `inside` and `false` at `outside`.
private func bisect(from inside: Double, to outside: Double, _ holds: (Double) -> Bool) -> Double {
    var inside = inside
    var outside = outside
    for _ in 0..<80 {
        let middle = (inside + outside) / 2
        if holds(middle) { inside = middle } else { outside = middle }
    }
    return (inside + outside) / 2
}
