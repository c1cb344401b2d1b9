import MarketData
import Testing

@testable import Rollout

@Suite struct SimulatedMarketTests {
    /// The first numbers of the authors' C program for the state 1, 2, 3, 4, as other ports list them.
    @Test func generatorGivesItsAuthorsNumbers() {
        var random = SimulationRandom(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
        ]
        let drawn = expected.map { _ in random.next() }
        #expect(drawn == expected)
    }

    @Test func everySeedStreamAndRunHasItsOwnNumbers() {
        var firsts: Set<UInt64> = []
        for number in 0..<1000 {
            var random = SimulationRandom(seed: UInt64(number / 100), stream: number / 10 % 10, run: number % 10)
            firsts.insert(random.next())
        }
        #expect(firsts.count == 1000)
    }

    /// Mean of D and its effect by three scores: `decision-statistics.md`, section 2, [scores].
    @Test(arguments: ScoreRow.all)
    func scoresAreTheReferences(row: ScoreRow) {
        var sums = Scores(row.terms, sessions: count(5_000, soak: 100_000))
        for (measured, expected) in zip(sums.figures(), row.expected) {
            // Four standard errors of the mean, and half a unit of the table's last place; the table's own error besides.
            #expect(abs(measured.mean - expected.mean) < 5 * measured.error + 0.005, "\(row.name)")
            #expect(abs(measured.effect - expected.effect) < 6 * measured.effectError + 0.005, "\(row.name)")
        }
    }

    @Test func winsOfOneEngineInASessionHangTogetherByRho() {
        var terms = MarketTerms()
        terms.halfHourCorrelation = 0
        let correlation = Pairs(terms, sessions: count(10_000, soak: 100_000)).correlation { $0.baselinePairs }
        #expect(abs(correlation - 0.4) < 0.03)
    }

    @Test func enginesShareTheSessionsLuckAsOftenAsTheyShould() {
        var terms = MarketTerms()
        terms.halfHourCorrelation = 0
        terms.twins = 0
        let correlation = Pairs(terms, sessions: count(10_000, soak: 100_000)).correlation { $0.mixedPairs }
        #expect(abs(correlation - 0.4 * 0.5) < 0.03)
    }

    @Test func halfHoursBindBothEnginesSignals() {
        var terms = MarketTerms()
        terms.correlation = 0
        terms.twins = 0
        let pairs = Pairs(terms, sessions: count(10_000, soak: 100_000))
        #expect(abs(pairs.correlation { $0.mixedPairs.filter(\.isSameHalfHour) } - 0.2) < 0.05)
        #expect(abs(pairs.correlation { $0.mixedPairs.filter { !$0.isSameHalfHour } }) < 0.03)
    }

    /// Of k1 signals each is a twin with one half, as far as the candidate has as many: by hand for 4 and 2 signals that is
    /// E min(B(4, 1/2), 2) = (4 x 1 + 11 x 2) / 16.
    @Test func twinsAreTheSameSignals() {
        var terms = MarketTerms()
        terms.baselineSignals = 4...4
        terms.candidateSignals = 2...2
        var market = SimulatedMarket(terms: terms)
        var random = SimulationRandom(seed: 1)
        let sessions = count(5_000, soak: 100_000)
        var twins = 0
        for _ in 0..<sessions {
            market.advance(&random)
            let shared = market.candidate.filter { signal in market.baseline.contains { $0.minute == signal.minute } }
            #expect(
                shared.allSatisfy { market.baseline.contains($0) }, "equal engines: equal outcomes of the same signal")
            twins += shared.count
        }
        #expect(abs(Double(twins) / Double(sessions) - 26.0 / 16) < 0.05)
    }

    @Test func signalsLieInTheSessionInOrder() {
        var market = SimulatedMarket(terms: MarketTerms())
        var random = SimulationRandom(seed: 2)
        var counts: [Int: Int] = [:]
        for session in 1...2000 {
            market.advance(&random)
            #expect(market.session == session)
            counts[market.baseline.count, default: 0] += 1
            for signals in [market.baseline, market.candidate] {
                #expect(zip(signals, signals.dropFirst()).allSatisfy { $0.minute <= $1.minute })
                #expect(
                    signals.allSatisfy { $0.minute >= 0 && $0.minute < 390 && $0.exit > $0.minute && $0.exit <= 390 })
                #expect(signals.allSatisfy { $0.halfHour == Int($0.minute / 30) && (0..<20).contains($0.instrument) })
                #expect(signals.allSatisfy { $0.rMicros == -1_050_000 || (950_000...1_950_000).contains($0.rMicros) })
            }
        }
        #expect(counts.keys.sorted() == Array(3...8))
        #expect(counts.values.allSatisfy { abs($0 - 333) < 80 }, "each number as likely as any other: \(counts)")
    }

    @Test(arguments: [(10, 3), (2, 1), (1, 3), (100, 1)])
    func accountTakesWhatItsLimitsAllow(entries: Int, atOnce: Int) {
        var terms = EvidenceTerms()
        terms.entries = entries
        terms.atOnce = atOnce
        var market = SimulatedMarket(terms: SimulatedCase.named("worse-thin").market)
        var random = SimulationRandom(seed: 3)
        for _ in 0..<500 {
            market.advance(&random)
            let observation = market.observation(terms)
            #expect(observation.state == .observed)
            #expect(observation.baseline == accountOracle(market.baseline, terms))
            #expect(observation.candidate == accountOracle(market.candidate, terms))
        }
    }

    @Test func engineBreaksInItsSession() {
        let market = SimulatedCase.named("breaks-inverted").market
        #expect(market.accuracy(inSession: 30) == 0.75)
        #expect(market.accuracy(inSession: 31) == 0.25)
    }

    @Test func mirroredCandidateIsTheBaseline() {
        var market = SimulatedMarket(terms: SimulatedCase.named("aa").market)
        var random = SimulationRandom(seed: 4)
        for _ in 0..<200 {
            market.advance(&random)
            #expect(market.candidate == market.baseline)
            #expect(market.observation(EvidenceTerms()).accountDifferenceMicros == 0)
        }
    }

    @Test func casesTakeTheTrafficTheyAreGiven() {
        let traffic = SimulatedCase.Traffic(baseline: 1...2, candidate: 9...11)
        let cases = SimulatedCase.cases(traffic)
        #expect(cases.map(\.name) == SimulatedCase.all.map(\.name))
        #expect(cases.allSatisfy { $0.market.baselineSignals == 1...2 })
        #expect(SimulatedCase.named("better-target", in: cases).market.candidateSignals == 9...11)
        #expect(SimulatedCase.named("better-10", in: cases).market.candidateSignals == 1...2)
        // The reference's 5-12 lies between 3-8 and 5-15.
        #expect(SimulatedCase.named("better-mild").market.candidateSignals == 5...12)
    }
}

/// A row of the table [scores].
struct ScoreRow: Sendable, CustomTestStringConvertible {
    var name: String
    var candidate = 3...8
    var accuracy = 0.65
    /// By mean R, plain sum and account.
    var expected: [(mean: Double, effect: Double)]

    var testDescription: String { name }
    var terms: MarketTerms {
        var terms = MarketTerms()
        terms.candidateSignals = candidate
        terms.candidateAccuracy = accuracy
        return terms
    }

    static let all = [
        ScoreRow(name: "75 %", accuracy: 0.75, expected: [(0.25, 0.34), (1.38, 0.30), (1.36, 0.30)]),
        ScoreRow(
            name: "target", candidate: 5...15, accuracy: 0.75, expected: [(0.25, 0.31), (5.07, 0.72), (3.74, 0.64)]),
        ScoreRow(name: "more of the same", candidate: 5...15, expected: [(0, 0), (2.50, 0.38), (1.63, 0.30)]),
        ScoreRow(name: "thin", candidate: 5...15, accuracy: 0.546, expected: [(-0.26, -0.31), (0, 0), (-0.46, -0.07)]),
        ScoreRow(
            name: "spam", candidate: 15...30, accuracy: 0.45,
            expected: [(-0.50, -0.53), (-1.38, -0.08), (-2.31, -0.29)]),
        ScoreRow(
            name: "sniper", candidate: 0...3, accuracy: 0.85, expected: [(0.23, 0.23), (-1.54, -0.32), (-1.46, -0.31)]),
    ]
}

/// Differences of the engines' scores over many sessions.
private struct Scores {
    private var values: [[Double]] = [[], [], []]

    init(_ terms: MarketTerms, sessions: Int) {
        var market = SimulatedMarket(terms: terms)
        var random = SimulationRandom(seed: 5)
        func mean(_ tally: SessionObservation.ArmTally) -> Double {
            Double(tally.sumMicros) / 1e6 / Double(max(tally.actionable, 1))
        }
        for _ in 0..<sessions {
            market.advance(&random)
            let observation = market.observation(EvidenceTerms())
            let (baseline, candidate) = (observation.baseline, observation.candidate)
            values[0].append(mean(candidate) - mean(baseline))
            values[1].append(Double(candidate.sumMicros - baseline.sumMicros) / 1e6)
            values[2].append(Double(observation.accountDifferenceMicros) / 1e6)
        }
    }

    mutating func figures() -> [(mean: Double, error: Double, effect: Double, effectError: Double)] {
        values.map { values in
            let (mean, deviation) = moments(values)
            let root = Double(values.count).squareRoot()
            return (mean, deviation / root, mean / deviation, 1 / root)
        }
    }
}

/// Wins of two signals of one session.
private struct Pair {
    let first: Bool
    let second: Bool
    let isSameHalfHour: Bool
}

private struct Pairs {
    struct Session {
        var baselinePairs: [Pair] = []
        var mixedPairs: [Pair] = []
    }

    private var sessions: [Session] = []

    init(_ terms: MarketTerms, sessions count: Int) {
        var market = SimulatedMarket(terms: terms)
        var random = SimulationRandom(seed: 6)
        func pair(_ first: SimulatedSignal, _ second: SimulatedSignal) -> Pair {
            Pair(
                first: first.rMicros > 0, second: second.rMicros > 0, isSameHalfHour: first.halfHour == second.halfHour)
        }
        for _ in 0..<count {
            market.advance(&random)
            var session = Session()
            for (index, signal) in market.baseline.enumerated() {
                session.baselinePairs += market.baseline[..<index].map { pair($0, signal) }
                session.mixedPairs += market.candidate.map { pair($0, signal) }
            }
            sessions.append(session)
        }
    }

    /// Of wins at 65 %.
    func correlation(_ pairs: (Session) -> [Pair]) -> Double {
        let all = sessions.flatMap(pairs)
        let both = Double(all.count { $0.first && $0.second }) / Double(all.count)
        return (both - 0.65 * 0.65) / (0.65 * 0.35)
    }
}

/// The account's rule, written out once more: among what it took before, what is open.
private func accountOracle(_ signals: [SimulatedSignal], _ terms: EvidenceTerms) -> SessionObservation.ArmTally {
    var taken: [SimulatedSignal] = []
    for signal in signals where taken.count < terms.entries {
        if taken.filter({ $0.exit > signal.minute }).count < terms.atOnce { taken.append(signal) }
    }
    var tally = SessionObservation.ArmTally()
    tally.accountMicros = taken.map(\.rMicros).reduce(0, +)
    tally.sumMicros = signals.map(\.rMicros).reduce(0, +)
    tally.admitted = taken.count
    tally.actionable = signals.count
    tally.resolved = signals.count
    tally.correct = signals.filter { $0.rMicros > 0 }.count
    return tally
}
