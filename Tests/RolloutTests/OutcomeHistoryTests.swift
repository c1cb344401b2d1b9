import MarketData
import Rollout
import Signals
import Testing

/// A random market of two underlyings with everything that goes wrong in one, and signals on it.
private struct RandomHistory {
    var steps: [FeedStep] = []
    var statements: [Statement] = []
    private var random: RolloutRandom
    private var index: UInt64 = 0
    private var time = outcomeTime(0)
    private var middle: Int64 = 400

    init(seed: UInt64) {
        random = RolloutRandom(seed: seed)
        if random.chance(85) { define(1) }
        if random.chance(85) { define(2) }
        for _ in 0..<Int.random(in: 15...70, using: &random) { step() }
        if random.chance(80) { close() }
        statements.sort { $0.causeIndex < $1.causeIndex }
    }

    private mutating func tick(_ kind: MarketTick.Kind, _ id: UInt32, sameRecord: Bool = false) {
        if !sameRecord { index += 1 }
        steps.append(.tick(MarketTick(index: index, time: time, underlying: InstrumentID(id), kind: kind)))
    }

    private mutating func define(_ id: UInt32) {
        let expires = random.chance(20) ? time + UInt64.random(in: 1...300, using: &random) * 1_000_000_000 : .max
        let tick: Int64 = random.chance(95) ? 250_000_000 : 0
        self.tick(
            .terms(UnderlyingTerms(tickNanos: tick, multiplierNanos: 20_000_000_000, expiration: expires)), id)
    }

    private mutating func close() {
        index += 1
        steps.append(.close(time: time, index: index))
    }

    private mutating func step() {
        // Bursts, pauses and now and then a step back.
        let milliseconds = UInt64.random(in: 0...(random.chance(20) ? 9000 : 400), using: &random)
        time += milliseconds * 1_000_000
        if random.chance(3) { time -= 700_000_000 }
        if random.chance(2) { time += 61_000_000_000 }
        let id: UInt32 = random.chance(75) ? 1 : 2
        middle += Int64.random(in: -6...6, using: &random)
        let price = middle * 250_000_000
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<62: quote(price, id)
        case 62..<80: tick(.trade(price), id)
        case 80..<82: tick(.halted, id)
        case 82..<86: tick(.trading, id)
        case 86..<87: tick(.notTrading, id)
        case 87..<88: tick(.gap, id)
        case 88..<89: define(id)
        case 89..<90: if random.chance(20) { tick(.expired, id) }
        case 90..<99:
            index += 1
            steps.append(.mark(time: time, index: index))
        default: close()
        }
        if random.chance(15) { say() }
    }

    private mutating func quote(_ price: Int64, _ id: UInt32) {
        let width = Int64.random(in: random.chance(5) ? -3...0 : 0...4, using: &random) * 250_000_000
        tick(.quote(bid: random.chance(5) ? nil : price, ask: random.chance(5) ? nil : price + width), id)
        if random.chance(10) { tick(.trade(price), id, sameRecord: true) }
    }

    private mutating func say() {
        let isLong = random.chance(50)
        func distance(_ random: inout RolloutRandom) -> Int64 {
            Int64.random(in: random.chance(15) ? -15...0 : 1...20, using: &random) * 250_000_000 * (isLong ? 1 : -1)
        }
        let price = middle * 250_000_000
        let signal = Signal(
            id: "s\(statements.count)", cause: 0, tsEvent: Timestamp(nanos: time - 50_000_000),
            instrumentID: InstrumentID(9), symbol: "S", underlyingID: InstrumentID(random.chance(80) ? 1 : 2),
            direction: isLong ? .long : .short, action: random.chance(20) ? .monitor : isLong ? .buy : .sell,
            strength: .high, confidence: 0.5, price: Price(nanos: price),
            target: Price(nanos: price + distance(&random)), stop: Price(nanos: price - distance(&random)),
            horizonSeconds: Int.random(in: 1...120, using: &random))
        statements.append(
            Statement(
                arm: random.chance(50) ? .baseline : .candidate, signal: signal, causeIndex: index, causeTime: time))
    }
}

@Suite struct OutcomeHistoryTests {
    /// Thousands of markets against a follower that looks through the whole history anew for every signal.
    @Test func everyHistoryAgreesWithTheReference() {
        var counts: [String: Int] = [:]
        for seed in 1...2000 as ClosedRange<UInt64> {
            let history = RandomHistory(seed: seed)
            var tracker = OutcomeTracker()
            let outcomes = OutcomeFeed.run(history.steps, history.statements, &tracker)
            let byID = Dictionary(outcomes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            #expect(byID.count == outcomes.count, "seed \(seed): a signal ended twice")
            for statement in history.statements {
                let expected = OutcomeReference(steps: history.steps, statement: statement).answer()
                let outcome = byID[statement.signal.id]
                #expect(
                    outcome.map { OutcomeReference.Answer($0) } == expected,
                    "seed \(seed), \(statement.signal.id) caused by \(statement.causeIndex)")
                if let outcome {
                    counts[outcome.kind.reason?.rawValue ?? outcome.kind.name, default: 0] += 1
                    Self.check(outcome, seed)
                }
            }
            #expect(tracker.openCount == history.statements.count - outcomes.count, "seed \(seed)")
        }
        // The histories are worth something only when they reach every end.
        for kind in [
            "target", "stop", "horizon", "session-close", "expiry", "no-entry", "no-underlying", "no-terms", "expired",
        ] {
            #expect(counts[kind, default: 0] >= 20, "\(kind): \(counts)")
        }
    }

    /// Money by another way: in ticks of $5.
    private static func check(_ outcome: Outcome, _ seed: UInt64) {
        #expect(outcome.recomputed(under: OutcomeTerms()) == outcome, "seed \(seed)")
        guard outcome.isResolved, let entry = outcome.entry, let exit = outcome.exit, let stop = outcome.stop else {
            #expect(outcome.rMicros == 0 && outcome.profitMicros == 0)
            return
        }
        let ticks = (exit.price.nanos - entry.price.nanos) / 250_000_000 * (outcome.direction == .long ? 1 : -1)
        let profit = ticks * 5_000_000 - 11_700_000
        let risk = max(abs(entry.price.nanos - stop.nanos) / 250_000_000, 8) * 5_000_000
        let r = Int64((Double(profit) * 1e6 / Double(risk)).rounded(.down))
        #expect(outcome.profitMicros == profit && outcome.riskMicros == risk, "seed \(seed)")
        #expect(outcome.rMicros == min(max(r, -1_500_000), 3_000_000), "seed \(seed)")
        #expect(outcome.flags.contains(.clipped) == (r < -1_500_000 || r > 3_000_000), "seed \(seed)")
    }

    /// However ticks are cut into batches: the same outcomes in the same order, by index and then by following.
    @Test func batchesDoNotMatter() {
        for seed in 1...500 as ClosedRange<UInt64> {
            let history = RandomHistory(seed: seed)
            var whole = OutcomeTracker()
            let expected = OutcomeFeed.run(history.steps, history.statements, &whole)
            let places = expected.map { [$0.knownIndex, $0.order] }
            #expect(places == places.sorted { $0.lexicographicallyPrecedes($1) }, "seed \(seed)")
            var single = OutcomeTracker()
            let singly = OutcomeFeed.run(history.steps, history.statements, &single, maxBatch: 1)
            // Two ticks of one record may end two signals against their order; only a whole batch can put that right.
            #expect(
                singly.sorted { ($0.knownIndex, $0.order) < ($1.knownIndex, $1.order) } == expected, "seed \(seed)")
        }
    }
}
