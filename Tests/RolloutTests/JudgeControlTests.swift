import MarketData
import Rollout
import Signals
import Testing

@Suite struct JudgeControlTests {
    /// Labels of many shapes: overlapping campaigns, false starts, empty sessions.
    private static func randomLabels(_ random: inout RolloutRandom, sessions: Int) -> JudgeLabels {
        let campaigns = (0..<sessions).flatMap { session in
            (0..<Int.random(in: 0...9, using: &random)).map { number in
                let start = Int.random(in: 0..<80_000, using: &random)
                return judgedCampaign(
                    session, number, from: start, to: start + Int.random(in: 0...1_800, using: &random),
                    random.chance(50) ? .long : .short, isFalseStart: random.chance(15))
            }
        }
        return judgedLabels(sessions, campaigns)
    }

    private static func outcomes(_ requests: [OracleRequest]) -> [JudgedSignal] {
        requests.map { request in
            let signal = request.signal(
                cause: 1, price: Price(nanos: 100), toTarget: 5, toStop: 3, horizonSeconds: 1_800)
            return JudgedSignal(
                engine: "oracle", session: request.session, signal: signal, rMicros: 1, profitMicros: 1,
                isTargetWrongSide: false, statesProbability: false)
        }
    }

    @Test(arguments: [false, true])
    func oracleFindsEveryCampaignAndNothingElse(withFalseStarts: Bool) {
        var random = RolloutRandom(seed: 11)
        for _ in 0..<20 {
            let truth = Self.randomLabels(&random, sessions: 6)
            let requests = JudgeControls.oracle(truth, withFalseStarts: withFalseStarts)
            let row = Judge(labels: truth, graceSeconds: 0).row(Self.outcomes(requests))
            #expect(row.precision.value == 1 && row.recall.value == 1)
            #expect(row.brierScore == .unknown)
            #expect(Set(requests.map(\.id)).count == requests.count)
        }
    }

    @Test func oracleSpeaksInTheMiddleWithTheTrueDirection() {
        let truth = judgedLabels(
            1,
            [judgedCampaign(0, from: 100, to: 201, .short), judgedCampaign(0, 2, from: 1, to: 2, isFalseStart: true)])
        let requests = JudgeControls.oracle(truth)
        #expect(requests.map(\.time) == [Timestamp(nanos: judgedTime(0, 150).nanos + 500_000_000)])
        let signal = requests[0].signal(
            cause: 9, price: Price(nanos: 100), toTarget: 7, toStop: 4, horizonSeconds: 1_800)
        #expect(signal.id == "oracle-2026-11-02-1" && signal.direction == .short && signal.action == .strongSell)
        #expect(signal.target.nanos == 93 && signal.stop.nanos == 104 && signal.underlyingID == InstrumentID(1))
    }

    private static func tradeSignal(_ number: Int) -> Signal {
        Signal(
            id: "v3-\(number)", cause: 1, tsEvent: judgedTime(0, number), instrumentID: InstrumentID(7), symbol: "S",
            underlyingID: InstrumentID(1), direction: .long, action: .strongBuy, strength: .extreme, confidence: 0.9,
            price: Price(nanos: 1_000), target: Price(nanos: 1_030), stop: Price(nanos: 980), horizonSeconds: 60)
    }

    /// Mirrored at 1000: target 970, stop 1020.
    @Test func coinTurnsHalfOfTheSignalsAround() {
        let signals = (0..<2_000).map(Self.tradeSignal)
        let tossed = JudgeControls.coin(signals, seed: 1)
        for (signal, coin) in zip(signals, tossed) {
            #expect(coin.id == "coin-" + signal.id && coin.tsEvent == signal.tsEvent && coin.price == signal.price)
            if coin.direction == .long {
                #expect(coin.target == signal.target && coin.stop == signal.stop && coin.action == .strongBuy)
            } else {
                #expect(coin.target.nanos == 970 && coin.stop.nanos == 1_020 && coin.action == .strongSell)
            }
        }
        // Half of 2,000 and four standard errors of 22.
        #expect((910...1_090).contains(tossed.count { $0.direction == .short }))
    }

    @Test func coinDependsOnSeedAndIdAlone() {
        let signals = (0..<64).map(Self.tradeSignal)
        let tossed = JudgeControls.coin(signals, seed: 1)
        #expect(JudgeControls.coin(Array(signals.reversed()), seed: 1) == Array(tossed.reversed()))
        #expect(JudgeControls.coin(signals, seed: 2).map(\.direction) != tossed.map(\.direction))
        var short = signals[0]
        short.direction = .short
        #expect(JudgeControls.coin([short], seed: 1).map(\.direction) == [tossed[0].direction])
    }

    @Test func extremePricesDoNotTrap() {
        var signal = Self.tradeSignal(0)
        signal.price = Price(nanos: .max - 1)
        signal.target = Price(nanos: .min)
        for seed in 0..<8 as Range<UInt64> {
            #expect(JudgeControls.coin([signal], seed: seed).allSatisfy { $0.target.nanos != .max })
        }
    }

    @Test(arguments: [2, 3, 7, 8])
    func shuffledLabelsGiveEverySessionAnothersCampaigns(sessions: Int) throws {
        let truth = judgedLabels(sessions, (0..<sessions).map { judgedCampaign($0, from: 1_000 + $0, to: 2_000 + $0) })
        let shuffled = try #require(truth.shuffled())
        #expect(shuffled.sessions == truth.sessions && shuffled.campaigns.count == sessions)
        var sources: Set<Int> = []
        for (target, moved) in shuffled.campaigns.enumerated() {
            #expect(moved.session == judgedDay(target))
            // The second of the day tells where a campaign came from.
            let source = Int(moved.start.seconds % 86_400) - 1_000
            #expect(source != target && moved.start == judgedTime(target, 1_000 + source))
            #expect(moved.end == judgedTime(target, 2_000 + source))
            sources.insert(source)
        }
        #expect(sources.count == sessions)
    }

    @Test func shuffledCampaignsMoveToTheSessionsOwnInstruments() throws {
        let truth = judgedLabels(
            3, [judgedCampaign(0, from: 1, to: 2, on: 10), judgedCampaign(1, from: 1, to: 2, on: 20)])
        let shuffled = try #require(truth.shuffled())
        // Session 0 gives to 1, 1 to 2, which had none and so keeps what session 1 traded.
        #expect(shuffled.campaigns.map(\.session) == [judgedDay(1), judgedDay(2)])
        #expect(shuffled.campaigns.map(\.underlying) == [InstrumentID(20), InstrumentID(20)])
    }

    @Test func oneSessionCannotBeShuffled() { #expect(judgedLabels(1).shuffled() == nil) }

    /// An oracle that hits everything hits other labels only where campaigns happen to lie.
    @Test func knowledgeIsWorthLittleOnShuffledLabels() throws {
        var random = RolloutRandom(seed: 12)
        let truth = Self.randomLabels(&random, sessions: 40)
        let signals = Self.outcomes(JudgeControls.oracle(truth))
        let shuffled = try #require(truth.shuffled())
        let row = Judge(labels: shuffled).row(signals, parts: .detection)
        // About 4.5 campaigns a session of 900 s and 300 s grace, half of them of the right direction, in 80,000 s: 3 %.
        #expect(try #require(row.precision.value) < 0.1)
        #expect(row.accuracy == .unknown && row.unresolvable == nil && row.expectancyR == .unknown)
    }

    @Test func wrongSideTargetsCanBeLeftOut() {
        let signals = [judged(0, at: 1), judged(0, at: 2, isTargetWrongSide: true)]
        #expect(JudgeControls.withoutWrongSideTargets(signals) == [signals[0]])
        #expect(Judge(labels: judgedLabels(1)).row(signals).targetWrongSide == 1)
    }
}
