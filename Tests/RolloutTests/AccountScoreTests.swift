import MarketData
import Signals
import Testing

@testable import Rollout

@Suite struct AccountScoreTests {
    private func score(_ signals: [ScoredSignal], entries: Int = 10, atOnce: Int = 3) -> AccountScore {
        var terms = EvidenceTerms()
        terms.entries = entries
        terms.atOnce = atOnce
        return AccountScore.admitted(signals, under: terms)
    }

    @Test func aFourthPositionWaitsUntilOneHasEnded() {
        let signals = [
            scoredSignal(at: 0, until: 10), scoredSignal(at: 1, until: 20), scoredSignal(at: 2, until: 20),
            scoredSignal(at: 9, until: 20),
            scoredSignal(at: 10, until: 20), scoredSignal(at: 19, until: 30), scoredSignal(at: 20, until: 30),
        ]
        // At 10 the exit at 10 no longer lies after the signal; at 20 three have ended at once.
        #expect(score(signals).indices == [0, 1, 2, 4, 6])
    }

    @Test func anAccountTakesTenSignalsASession() {
        let signals = (0..<12).map { scoredSignal(at: Double($0), until: Double($0) + 1, r: $0 < 10 ? 0.25 : 3) }
        let score = score(signals)
        #expect(score.indices == Array(0..<10))
        #expect(score.tally.accountMicros == 2_500_000 && score.tally.sumMicros == 8_500_000)
        #expect(score.tally.admitted == 10 && score.tally.actionable == 12)
    }

    @Test func whatCannotBeResolvedMakesNothingAndIsCounted() {
        let score = score(
            [
                scoredSignal(at: 0, until: nil, r: 2, isResolved: false),
                scoredSignal(at: 1, until: nil, r: 2, isResolved: false),
                scoredSignal(at: 2, until: 9, r: 1), scoredSignal(at: 3, until: 9, r: 2, isResolved: false),
            ], entries: 3, atOnce: 1)
        #expect(score.indices == [0, 1, 2])
        #expect(score.tally.accountMicros == 1_000_000 && score.tally.sumMicros == 1_000_000)
        #expect(score.tally.admittedUnresolvable == 2 && score.tally.unresolvable == 3)
        #expect(score.tally.resolved == 1 && score.tally.correct == 1)
    }

    @Test func signalsOfTaintedHalfHoursTakeNoPlace() {
        let score = score(
            [
                scoredSignal(at: 0, until: 100, r: 2, isTainted: true), scoredSignal(at: 1, until: 100, r: -1),
                scoredSignal(at: 2, until: 3, r: 2, isTainted: true),
            ], entries: 1, atOnce: 1)
        #expect(score.indices == [1])
        #expect(score.tally.tainted == 2 && score.tally.actionable == 1 && score.tally.sumMicros == -1_000_000)
        #expect(score.tally.correct == 0)
    }

    @Test func aSignalThatLagsOpensNothingAgain() {
        let signals = [scoredSignal(at: 0, until: 10), scoredSignal(at: 10, until: 11), scoredSignal(at: 5, until: 11)]
        // At 5 the first one would still be open; but the account has seen 10.
        #expect(score(signals, atOnce: 1).indices == [0, 1])
        #expect(
            score([signals[0], scoredSignal(at: 12, until: 13), scoredSignal(at: 5, until: 12)], atOnce: 1).indices == [
                0, 1,
            ])
        #expect(
            score(
                [scoredSignal(at: 20, until: 21), scoredSignal(at: 5, until: 19), scoredSignal(at: 21, until: 22)],
                atOnce: 1
            ).indices == [0, 2])
    }

    @Test func withoutAPlaceOrAnEntryNothingIsAdmitted() {
        #expect(score([scoredSignal(at: 0, until: 1)], entries: 0).indices.isEmpty)
        #expect(score([scoredSignal(at: 0, until: 1)], atOnce: 0).tally.actionable == 1)
        #expect(score([scoredSignal(at: 0, until: 1)], atOnce: 0).indices.isEmpty)
        #expect(score([]).tally == SessionObservation.ArmTally())
    }

    /// What holds a place: all but what was never entered; to the session's end without an end before it.
    @Test func positionsHeldToTheCloseHoldTheirPlace() {
        let fill = { (second: Double) in
            Outcome.Fill(index: 1, time: outcomeTime(second), price: Price(nanos: points(1)))
        }
        func exit(_ kind: Outcome.Kind, entry: Double?, exit: Double?) -> UInt64? {
            var end = outcome(of: signal(on: 1, at: noon), .baseline)
            end.kind = kind
            end.entry = entry.map(fill)
            end.exit = exit.map(fill)
            return ScoredSignal(time: 0, outcome: end, isTaintedHalfHour: false).exitTime
        }
        #expect(exit(.stop, entry: 1, exit: 5) == outcomeTime(5))
        #expect(exit(.horizon, entry: 1, exit: 6) == outcomeTime(6))
        #expect(exit(.sessionClose, entry: 3, exit: 2) == .max)
        #expect(exit(.expiry, entry: 3, exit: 2) == outcomeTime(3))
        #expect(exit(.unresolvable(.noExit), entry: 3, exit: nil) == .max)
        #expect(exit(.unresolvable(.noEntry), entry: nil, exit: nil) == nil)
    }

    @Test func theWalkIsThatOfTheDefinition() {
        let rounds = accountRounds(300, 20_000)
        for seed in 0..<UInt64(rounds) {
            var random = RolloutRandom(seed: seed)
            let signals = (0..<Int.random(in: 0...60, using: &random)).map { number in
                let time = Double(number * 10 + Int.random(in: -15...15, using: &random) + 20)
                let exit = random.chance(90) ? time + .random(in: 0...150, using: &random) : nil
                return scoredSignal(
                    at: time.rounded(), until: exit?.rounded(), r: .random(in: -1.5...3, using: &random),
                    isResolved: random.chance(90), isTainted: random.chance(10))
            }
            let entries = Int.random(in: 0...20, using: &random)
            let atOnce = Int.random(in: 0...6, using: &random)
            let got = score(signals, entries: entries, atOnce: atOnce)
            let oracle = AccountOracle(signals, entries: entries, atOnce: atOnce)
            #expect(got.indices == oracle.taken && got.tally == oracle.tally, "seed \(seed)")
        }
    }
}

/// The definition read aloud: for each signal, look at every one before it.
private struct AccountOracle {
    var taken: [Int] = []
    var tally = SessionObservation.ArmTally()

    init(_ signals: [ScoredSignal], entries: Int, atOnce: Int) {
        let seen = signals.indices.filter { !signals[$0].isTaintedHalfHour }
        for index in seen {
            let now = seen.filter { $0 <= index }.map { signals[$0].time }.max() ?? 0
            let open = taken.count { (signals[$0].exitTime ?? 0) > now }
            if open < atOnce, taken.count < entries { taken.append(index) }
        }
        let resolved = seen.filter { signals[$0].isResolved }
        tally.actionable = seen.count
        tally.tainted = signals.count - seen.count
        tally.resolved = resolved.count
        tally.correct = resolved.count { signals[$0].rMicros > 0 }
        tally.sumMicros = resolved.reduce(0) { $0 + signals[$1].rMicros }
        tally.admitted = taken.count
        tally.admittedUnresolvable = taken.count { !signals[$0].isResolved }
        tally.accountMicros = taken.reduce(0) { $0 + (signals[$1].isResolved ? signals[$1].rMicros : 0) }
    }
}
