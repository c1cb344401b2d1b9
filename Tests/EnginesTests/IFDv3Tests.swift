import MarketData
import Signals
import Testing

@testable import Engines

/// 2024-05-08T15:00:00Z is a multiple of 300 s, so windows are 0...300, 300...600 and so on after `noon`. Calls of 5200 to
/// 5275 are 201 to 204, the puts 301 to 304, all on the future 100.
private func market() -> Feed {
    var feed = Feed()
    feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
    for index in 0..<4 {
        let strike = 5200 + Double(index) * 25
        feed.define(201 + UInt32(index), "C", strike: strike, underlying: 100, symbol: "ESM4 C\(strike)", at: -60)
        feed.define(301 + UInt32(index), "P", strike: strike, underlying: 100, symbol: "ESM4 P\(strike)", at: -60)
    }
    feed.trade(100, 5200, 1, side: "N", at: 1)
    feed.trade(100, 5210, 1, side: "N", at: 2)
    return feed
}

extension Feed {
    /// One-sided flow of `size` contracts at each option, a little into the window that begins at `window`.
    fileprivate mutating func press(_ ids: ClosedRange<UInt32>, side: Character, size: Int64 = 200, window: Double) {
        for (place, id) in ids.enumerated() {
            trade(id, 10, size, side: side, at: window + 10 + Double(place))
        }
    }
}

private func engine(_ configuration: String = #"{"min_confidence": 0}"#) throws -> IFDv3 {
    try IFDv3(configuration: Array(configuration.utf8))
}

private func signals(_ feed: Feed, _ configuration: String = #"{"min_confidence": 0}"#) throws -> [Signal] {
    var engine = try engine(configuration)
    return feed.signals(of: &engine)
}

@Suite struct IFDv3Tests {
    @Test(arguments: [
        (UInt32(201), Character("B"), Signal.Direction.long), (201, "A", .short), (301, "B", .short), (301, "A", .long),
        (100, "B", .long), (100, "A", .short),
    ])
    func directionFollowsFromRightAndAggressor(first: UInt32, side: Character, direction: Signal.Direction) throws {
        var feed = market()
        feed.press(first...(first == 100 ? 100 : first + 2), side: side, window: 0)
        feed.mark(at: 300)
        let all = try signals(feed)
        #expect(all.map(\.direction) == [direction])
        #expect(all.first?.underlyingID.rawValue == 100 && all.first?.action == .monitor)
    }

    /// Three strikes are one idea: the one with the highest score speaks, and the id says window, instrument and direction.
    @Test func oneVoiceForAnUnderlyingAndDirection() throws {
        var feed = market()
        feed.press(201...203, side: "B", window: 0)
        feed.mark(at: 300)
        let signal = try #require(try signals(feed).first)
        #expect(try signals(feed).count == 1)
        #expect(signal.id == "v3-1715180400-\(signal.instrumentID.rawValue)-l")
        #expect(signal.integer("agreeing_strikes") == 2 && signal.integer("group_strikes") == 3)
        #expect(signal.integer("buy_volume") == 200 && signal.integer("sell_volume") == 0)
    }

    /// The first window is only watched; that it lasts makes it a signal; after that the idea is silent.
    @Test func whatLastsIsActedOnOnce() throws {
        var feed = market()
        for window in 0..<5 { feed.press(201...204, side: "B", size: 400, window: Double(window) * 300) }
        feed.mark(at: 1500)
        let configuration = #"{"confidence_thresholds": {"high": 0.6}, "min_confidence": 0.3}"#
        let all = try signals(feed, configuration)
        #expect(all.map(\.action) == [.monitor, .buy])
        #expect(all.map(\.tsEvent.nanos) == [nanos(noon + 310), nanos(noon + 610)])
        #expect(all.map { $0.integer("group_strikes_before") } == [0, 4])
        let soon = #"{"confidence_thresholds": {"high": 0.6}, "min_confidence": 0.3, "repeat_after_s": 300}"#
        #expect(try signals(feed, soon).map(\.action) == [.monitor, .buy, .buy, .buy, .buy])
    }

    /// The weighted mean of the components in `features` is the score, and without calibration the confidence.
    @Test func featuresExplainTheScore() throws {
        var feed = market()
        for window in 0..<3 {
            feed.press(201...203, side: "B", size: 90 + Int64(window) * 100, window: Double(window) * 300)
        }
        feed.mark(at: 900)
        let all = try signals(feed, #"{"min_confidence": 0, "repeat_after_s": 0}"#)
        #expect(all.count == 3)
        for signal in all {
            let parts = [
                ("score_pressure", 0.4), ("score_baseline", 0.3), ("score_not_market_making", 0.2),
                ("score_coordination", 0.1),
            ]
            let sum = try parts.reduce(0.0) { $0 + $1.1 * (try #require(signal.number($1.0))) }
            #expect(abs(sum - (try #require(signal.number("raw_confidence")))) < 1e-9)
            #expect(abs(sum - signal.confidence) < 1e-9)
        }
    }

    @Test func structuresAreNoDirection() throws {
        var feed = market()
        // A straddle at one strike, and a vertical over two.
        feed.press(201...201, side: "B", window: 0)
        feed.press(301...301, side: "B", window: 0)
        feed.press(203...203, side: "B", window: 0)
        feed.press(204...204, side: "A", window: 0)
        feed.mark(at: 300)
        #expect(try signals(feed).isEmpty)
    }

    /// Bought and sold in balance within the window: a market maker's inventory, not an idea.
    @Test func balancedFlowSaysNothing() throws {
        var feed = market()
        for second in 0..<40 {
            feed.trade(201, 10, 10, side: second % 2 == 0 ? "B" : "A", at: 10 + Double(second))
        }
        feed.mark(at: 300)
        #expect(try signals(feed).isEmpty)
    }

    /// Without quotes the expected move is that of the range: 10 points in 100 minutes are 10 / 1.6651 x sqrt(1800 / 6000)
    /// = 3.2894 in half an hour, so target and stop are 14 ticks of 0.25 away, or as far as the least distances say.
    @Test func targetAndStopLieAnExpectedMoveAway() throws {
        var feed = market()
        feed.press(201...203, side: "B", window: 0)
        feed.mark(at: 300)
        let signal = try #require(
            try signals(feed, #"{"min_confidence": 0, "min_target_ticks": 1, "min_stop_ticks": 1}"#).first)
        #expect(signal.text("expected_move_from") == "realised" && signal.horizonSeconds == 1800)
        #expect(signal.price.description == "5210")
        #expect(signal.target.description == "5213.5" && signal.stop.description == "5206.5")
        let least = try #require(try signals(feed).first)
        #expect(least.target.description == "5214" && least.stop.description == "5206.5")
    }

    @Test func tradesWithoutASideFollowTheTickRule() throws {
        var feed = market()
        for id: UInt32 in 201...203 {
            feed.trade(id, 10, 1, side: "N", at: 5)
            feed.trade(id, 10.5, 200, side: "N", at: 6)
        }
        feed.mark(at: 300)
        #expect(try signals(feed).map(\.direction) == [.long])
    }

    // MARK: - Closed sessions

    /// The same flow at the same time of day from Wednesday to Friday: from the second on there is something to compare it with.
    @Test func closedSessionsAreWhatIsUsual() throws {
        var feed = market()
        for day in 0..<3 {
            let start = Double(day) * 86_400
            feed.trade(100, 5200, 1, side: "N", at: start + 3)
            feed.press(201...203, side: "B", window: start)
            feed.mark(at: start + 300)
            // Two hours on the session is over, which an engine sees with the next record.
            feed.mark(at: start + 6 * 3600 + 60)
        }
        var lent = try engine()
        lent.remember(in: ProcessMemory())
        let reliabilities = feed.signals(of: &lent).map { $0.number("baseline_reliability") ?? -1 }
        #expect(reliabilities.count == 3 && reliabilities.first == 0)
        #expect(zip(reliabilities, reliabilities.dropFirst()).allSatisfy { $0 < $1 })
        var forgetful = try engine()
        #expect(feed.signals(of: &forgetful).allSatisfy { $0.number("baseline_reliability") == 0 })
    }

    // MARK: - What data can be like

    @Test func whatLacksIsNamedAndTheRestGoesOn() throws {
        var feed = market()
        feed.define(400, "C", strike: 5200, underlying: 999, symbol: "X", at: -60)
        feed.trade(400, 10, 500, at: 20)
        feed.trade(777, 10, 500, at: 21)
        feed.press(201...203, side: "B", window: 0)
        feed.mark(at: 300)
        var engine = try engine()
        let messages = feed.messages(of: &engine)
        #expect(
            messages.contains { if case .signal(let signal) = $0 { signal.instrumentID.rawValue < 300 } else { false } }
        )
        let missing = feed.progress(of: &engine)
        #expect(missing.isEmpty == false)
        #expect(engine.missing.contains("definition of 777"), "\(engine.missing)")
    }

    @Test func aDefinitionThatComesLateOrChangesIsTaken() throws {
        var feed = market()
        feed.trade(500, 10, 200, at: 10)
        feed.press(201...202, side: "B", window: 0)
        feed.define(500, "C", strike: 5250, underlying: 100, symbol: "late", at: 100)
        // What was a call is a put now.
        feed.define(203, "P", strike: 5250, underlying: 100, symbol: "changed", at: 101)
        feed.mark(at: 300)
        #expect(try signals(feed).first?.integer("group_strikes") == 3)
    }

    @Test func timeThatJumpsBackIsNoTime() throws {
        var feed = market()
        feed.press(201...203, side: "B", window: 0)
        feed.trade(201, 10, 50, at: -3000)
        feed.mark(at: 300)
        #expect(try signals(feed).count == 1)
    }

    @Test func aFuturesOnlySessionIsHeard() throws {
        var feed = Feed()
        feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
        feed.trade(100, 5200, 1, side: "N", at: 1)
        feed.trade(100, 5201, 900, side: "B", at: 10)
        feed.mark(at: 300)
        let all = try signals(feed)
        #expect(all.map(\.action) == [.monitor] && all.first?.number("score_coordination") == 0)
    }

    /// Crossed, one-sided and snapshot-only books give no volatility and stop nothing.
    @Test(arguments: [UInt8(0), RecordFlags.snapshot]) func strangeBooksStopNothing(flags: UInt8) throws {
        var feed = market()
        func order(_ id: UInt32, _ side: Character, _ price: Double, _ number: Int64) -> [UInt8] {
            RecordBuilder.record(
                type: 0xA0, instrumentID: id, tsEvent: nanos(noon + 3),
                numbers: [
                    "ts_recv": Int64(nanos(noon + 3)), "price": Feed.price(price), "size": 5, "order_id": number,
                    "flags": Int64(flags | RecordFlags.last),
                ], texts: ["action": "A", "side": String(side)])
        }
        feed.append(order(201, "B", 30, 1))
        feed.append(order(201, "A", 20, 2))
        feed.append(order(202, "B", 30, 3))
        feed.press(201...203, side: "B", window: 0)
        feed.mark(at: 300)
        #expect(try signals(feed).first?.text("expected_move_from") == "realised")
    }
}

@Suite struct PressureScoreTests {
    private static let weights = PressureScore.Weights(
        pressure: Micros(0.4), baseline: Micros(0.3), notMaking: Micros(0.2), coordination: Micros(0.1))

    private func score(_ parts: [Double]) -> Double {
        PressureScore(
            pressure: parts[0], baseline: parts[1], notMaking: parts[2], coordination: parts[3], weights: Self.weights
        ).value
    }

    @Test func itRisesInEachComponentFromZeroToOne() {
        #expect(score([0, 0, 0, 0]) == 0 && abs(score([1, 1, 1, 1]) - 1) < 1e-12)
        var random = PressureRandom(seed: 5)
        for _ in 0..<2000 {
            let parts = (0..<4).map { _ in random.unit() }
            for place in parts.indices {
                var more = parts
                more[place] += (1 - parts[place]) * 0.5
                #expect(score(more) > score(parts))
            }
        }
    }

    @Test func strengthRisesInEachPartFromZeroToOne() {
        let strength = PressureStrength(leastVolume: 100, fullVolume: 1000)
        #expect(strength.value(GroupFlow()) == 0)
        let most = GroupFlow(contracts: 2000, against: 0, strikes: 4, contractsBefore: 2000, strikesBefore: 4)
        #expect(abs(strength.value(most) - 1) < 1e-12)
        var random = PressureRandom(seed: 6)
        func number(_ limit: UInt64) -> Int64 { Int64(random.next() % limit) }
        for _ in 0..<2000 {
            let group = GroupFlow(
                contracts: number(1500), against: number(300), strikes: Int(number(5)), contractsBefore: number(1500),
                strikesBefore: Int(number(5)))
            var more = group
            more.contracts += number(500)
            more.strikes += Int(number(2))
            more.contractsBefore += number(500)
            more.strikesBefore += Int(number(2))
            #expect(strength.value(more) >= strength.value(group))
            more = group
            more.against += 100
            #expect(strength.value(more) <= strength.value(group))
        }
    }

    /// The lower of score and probability has the level.
    @Test(arguments: [
        (0.95, 0.95, Signal.Strength.extreme), (0.95, 0.85, .veryHigh), (0.72, 0.95, .high), (0.95, 0.69, .moderate),
        (0.9, 0.9, .extreme), (0.8, 0.8, .veryHigh), (0.7, 0.7, .high),
    ])
    func levels(confidence: Double, score: Double, strength: Signal.Strength) throws {
        #expect(try engine("{}").strength(confidence, score: score) == strength)
    }
}
