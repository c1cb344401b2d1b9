import Foundation
import MarketData
import Signals
import Testing

@testable import Engines

/// The same flow in two windows running: the first is to be watched, the second to be acted on.
private func campaign(_ ids: [UInt32] = calls, _ contracts: Int64 = 300, side: Character = "B") -> Feed {
    var feed = Feed.chain()
    feed.press(ids, contracts, side: side, from: 0)
    feed.press(ids, contracts, side: side, from: 300)
    feed.mark(at: 600)
    return feed
}

@Suite struct IFDv3SignalTests {
    @Test(
        arguments: [
            (calls, "B", Signal.Direction.long), (calls, "A", .short), (puts, "B", .short), (puts, "A", .long),
        ] as [([UInt32], Character, Signal.Direction)])
    func directionFollowsRightAndAggressor(ids: [UInt32], side: Character, direction: Signal.Direction) throws {
        let signal = try #require(try Heard(campaign(ids, side: side)).signals.last)
        #expect(signal.direction == direction && signal.action == (direction == .long ? .buy : .sell))
        #expect(signal.strength == .high && signal.sizeMultiplier == 1.5)
        #expect((signal.target > signal.price) == (direction == .long))
        #expect((signal.stop < signal.price) == (direction == .long))
        #expect(signal.text("kind") == (ids == calls ? "call" : "put"))
    }

    /// Options show who accumulates, and the future says it where it alone may speak.
    @Test(arguments: [("B", Signal.Direction.long), ("A", .short)] as [(Character, Signal.Direction)])
    func aFutureSpeaksForItsOptions(side: Character, direction: Signal.Direction) throws {
        var feed = Feed.chain()
        for start in [0.0, 300] {
            feed.press(calls, 300, side: side, from: start)
            feed.trade(100, 5200, 200, side: side, at: start + 100)
        }
        feed.mark(at: 600)
        let signal = try #require(try Heard(feed, #"{"universe": ["futures"]}"#).signals.last)
        #expect(signal.instrumentID.rawValue == 100 && signal.underlyingID.rawValue == 100)
        #expect(signal.direction == direction && signal.strength == .high && signal.text("kind") == "future")
    }

    @Test func whatASignalSays() throws {
        let feed = campaign()
        let heard = try Heard(feed)
        #expect(heard.missing.isEmpty && heard.ids == ["v3-1715180400-201-l", "v3-1715180700-201-l"])
        let signal = try #require(heard.signals.last)
        // The mark at 600 is the last record and closes the second window.
        #expect(signal.cause == UInt64(feed.count - 1) && signal.tsEvent.nanos == nanos(noon + 600))
        #expect(signal.underlyingID.rawValue == 100 && signal.horizonSeconds == 1800)
        #expect(signal.price.description == "5200")
        #expect(signal.integer("buy_volume") == 300 && signal.integer("sell_volume") == 0)
        #expect(signal.integer("trades") == 5 && signal.integer("largest_trade") == 60)
        #expect(signal.integer("group_strikes") == 4 && signal.integer("agreeing_strikes") == 3)
        // (300 + 10) / (0 + 10) = 31 to 1 weighs 30 / 32: 4 x 300 x 0.9375.
        #expect(signal.integer("group_contracts") == 1125 && signal.integer("group_contracts_before") == 1125)
        #expect(signal.integer("group_against") == 0 && signal.integer("group_strikes_before") == 4)
        #expect(abs((signal.number("log_ratio") ?? 0) - log(31)) < 1e-12)
        #expect(signal.number("persistence") == 2.0 / 3 && signal.number("large_share") == 1)
    }

    /// 100 contracts weigh 853 / 1024 at 11 to 1, so the group has 333 of 100 to 1000: its logarithm lies log10(3.33) of the way.
    @Test func theScoreIsTheWeightedMean() throws {
        var feed = Feed.chain()
        feed.press(calls, 100, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed, talkative).signals.first)
        let expected = 0.4 * (0.2 + 0.3 * log10(3.33)) + 0.2 + 0.1
        #expect(abs(signal.confidence - expected) < 1e-9)
        #expect(signal.strength == .moderate && signal.action == .monitor && signal.sizeMultiplier == 1)
    }

    @Test func aRecordAtTheEndClosesTheWindowAndBelongsToTheNext() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        let cause = UInt64(feed.count)
        feed.trade(301, 10, 500, side: "B", at: 300)
        #expect(try Heard(feed, talkative).signals.map(\.cause) == [cause])
        feed.mark(at: 600)
        #expect(try Heard(feed, talkative).ids == ["v3-1715180400-201-l", "v3-1715180700-301-s"])
    }

    @Test func anOpenWindowSaysNothing() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.mark(at: 299)
        #expect(try Heard(feed, talkative).signals.isEmpty)
    }

    /// 200 + 10 to 95 + 10 is 2 to 1 exactly; 20 contracts are enough.
    @Test(arguments: [
        (Int64(200), Int64(95), 1), (200, 96, 0), (95, 200, 1), (96, 200, 0), (19, 0, 0), (20, 0, 1), (500, 500, 0),
    ])
    func ratioAndVolumeHaveToBeReached(bought: Int64, sold: Int64, count: Int) throws {
        var feed = Feed.chain()
        // Apart, so that nothing is taken back within the window.
        for (contracts, side) in [(bought, "B"), (sold, "A")] as [(Int64, Character)] where contracts > 0 {
            feed.trade(201, 10, contracts, side: side, at: 100)
        }
        feed.mark(at: 300)
        #expect(try Heard(feed, talkative).signals.count == count)
    }

    @Test(arguments: [(#"["options"]"#, UInt32(201)), (#"["futures"]"#, 100), (#"["futures", "options"]"#, 100)])
    func theUniverseIsConfigurable(universe: String, id: UInt32) throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.trade(100, 5200, 500, at: 100)
        feed.mark(at: 300)
        let heard = try Heard(feed, "{\"universe\": \(universe), \"min_confidence\": 0}")
        #expect(heard.signals.map(\.instrumentID.rawValue) == [id])
    }
}

@Suite struct IFDv3VoiceTests {
    /// Two underlyings in one window: one signal each, though eight options are under pressure.
    @Test func anUnderlyingHasOneVoice() throws {
        var feed = Feed.chain()
        feed.defineChain(underlying: 110, first: 401, at: 2)
        feed.trade(110, 5200, 1, side: "N", at: 3)
        feed.press(calls, 300, from: 0)
        feed.press([501, 502, 503, 504], 300, from: 0)
        feed.mark(at: 300)
        let signals = try Heard(feed).signals
        #expect(signals.map(\.underlyingID.rawValue) == [100, 110] && signals.map(\.direction) == [.long, .short])
    }

    /// From 5250 all five strikes are in reach, from the others three or four.
    @Test func theStrongestStrikeSpeaks() throws {
        var feed = Feed.chain()
        for (step, strike) in [5200.0, 5225, 5250, 5275, 5300].enumerated() {
            feed.define(UInt32(700 + step), "C", strike: strike, underlying: 100, at: 2)
        }
        feed.press([700, 701, 702, 703, 704], 100, from: 0)
        feed.mark(at: 300)
        #expect(try Heard(feed, talkative).signals.map(\.instrumentID.rawValue) == [702])
    }

    /// Calls bought, and beyond their reach puts bought: the larger of the two directions speaks, long when they are equal.
    @Test(arguments: [(Int64(100), Signal.Direction.long), (60, .long), (140, .short)])
    func theStrongerDirectionSpeaksAlone(contracts: Int64, direction: Signal.Direction) throws {
        var feed = Feed.chain()
        let low: [UInt32] = [711, 712, 713, 714]
        for (step, id) in low.enumerated() {
            feed.define(id, "P", strike: 5000 + 5 * Double(step), underlying: 100, at: 2)
        }
        feed.press(calls, 100, from: 0)
        feed.press(low, contracts, from: 0)
        feed.mark(at: 300)
        #expect(try Heard(feed, talkative).signals.map(\.direction) == [direction])
    }

    private func lasting(windows: Int, marks every: Double = 300) -> Feed {
        var feed = Feed.chain()
        for window in 0..<windows {
            let start = Double(window) * 300
            feed.press(calls, 300, from: start)
            for time in stride(from: start + 250, through: start + 300, by: every) { feed.mark(at: time) }
            feed.trade(100, 5200, 1, side: "N", at: start + 300)
        }
        feed.mark(at: Double(windows) * 300 + 1)
        return feed
    }

    /// A campaign of an hour: watched, five minutes later acted on, then silent for half an hour.
    @Test(arguments: [
        (#"{}"#, [0, 1, 7]), (#"{"repeat_after_s": 900}"#, [0, 1, 4, 7, 10]),
        (#"{"repeat_after_s": 0}"#, Array(0..<12)),
    ])
    func anIdeaIsSpokenOnce(configuration: String, windows: [Int]) throws {
        let heard = try Heard(lasting(windows: 12), configuration)
        #expect(heard.ids == windows.map { "v3-\(1_715_180_400 + $0 * 300)-201-l" })
        #expect(heard.signals.map(\.action) == windows.map { $0 == 0 ? .monitor : .buy })
    }

    /// Two single windows apart never last, so both are only to be monitored, and the second is said after half an hour.
    @Test(arguments: [(1500.0, 1), (1800, 2)]) func watchingIsSaidOnceToo(second: Double, count: Int) throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        feed.trade(100, 5200, 1, side: "N", at: second)
        feed.press(calls, 300, from: second)
        feed.mark(at: second + 300)
        #expect(try Heard(feed).signals.map(\.action) == Array(repeating: .monitor, count: count))
    }

    @Test func theOtherDirectionIsNotSilenced() throws {
        var feed = campaign()
        feed.press(calls, 300, side: "A", from: 600)
        feed.press(calls, 300, side: "A", from: 900)
        feed.mark(at: 1200)
        #expect(try Heard(feed).signals.map(\.action) == [.monitor, .buy, .monitor, .sell])
    }

    /// Marks close windows earlier than trades do; what is said and when it is silent does not follow them.
    @Test func marksDoNotDecideWhoSpeaks() throws {
        let few = try Heard(lasting(windows: 12, marks: 1000))
        let many = try Heard(lasting(windows: 12, marks: 1))
        #expect(few.ids == many.ids && few.ids.count == 3)
    }
}

@Suite struct IFDv3LevelTests {
    private func signals(_ contracts: Int64, side: Character = "B", _ configuration: String) throws -> [Signal] {
        try Heard(campaign(calls, contracts, side: side), configuration).signals
    }

    /// Every level is reached, and each begins where its threshold says.
    @Test(arguments: ["B", "A"] as [Character]) func levelsFollowConfidence(side: Character) throws {
        var seen = Set<Signal.Strength>()
        for contracts in stride(from: Int64(20), through: 320, by: 5) {
            for signal in try signals(contracts, side: side, withoutBaseline) {
                let c = signal.confidence
                let expected: Signal.Strength =
                    c >= 0.9 ? .extreme : c >= 0.8 ? .veryHigh : c >= 0.7 ? .high : .moderate
                #expect(signal.strength == expected, "\(c)")
                let usual: Signal.Action = side == "B" ? .buy : .sell
                let strong: Signal.Action = side == "B" ? .strongBuy : .strongSell
                #expect(signal.action == (expected == .moderate ? .monitor : expected == .extreme ? strong : usual))
                seen.insert(signal.strength)
            }
        }
        #expect(seen == [.moderate, .high, .veryHigh, .extreme])
    }

    @Test func theWholeScoreCanBeReached() throws {
        let signal = try #require(try signals(300, withoutBaseline).last)
        #expect(signal.confidence == 1 && signal.sizeMultiplier == 3)
        // Never seen before, a campaign has no baseline: 0.7 of the score is left.
        #expect(abs(try #require(try signals(300, "{}").last).confidence - 0.7) < 1e-9)
    }

    @Test func belowTheLeastConfidenceNothingIsSaid() throws {
        #expect(try signals(300, #"{"min_confidence": 0.6}"#).map(\.action) == [.buy])
        #expect(try signals(300, #"{"min_confidence": 0.71}"#).isEmpty)
    }

    /// 0.4, 0.3, 0.2 and 0.1 of what the features say is the score, and the confidence while nothing was fed back.
    @Test func theFeaturesExplainTheConfidence() throws {
        var count = 0
        for contracts in stride(from: Int64(20), through: 320, by: 20) {
            for signal in try signals(contracts, talkative) {
                let parts = [
                    "score_pressure", "score_baseline", "score_not_market_making", "score_coordination",
                ].compactMap { signal.number($0) }
                #expect(parts.count == 4 && parts.allSatisfy { (0...1).contains($0) })
                let score = zip(parts, [0.4, 0.3, 0.2, 0.1]).reduce(0) { $0 + $1.0 * $1.1 }
                let raw = try #require(signal.number("raw_confidence"))
                #expect(abs(score - raw) < 1e-9 && raw == signal.confidence)
                count += 1
            }
        }
        #expect(count == 32)
    }
}
