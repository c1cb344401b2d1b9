import Engines
import MarketData
import Signals
import Testing

/// Market of most tests: future 100 trades at 5200; call 200 (strike 5250) and put 300 (strike 5150) on it, 50 dollars a point,
/// open interest 100.
private func market(openInterest: Int64 = 100) -> Feed {
    var feed = Feed()
    feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
    feed.define(200, "C", strike: 5250, underlying: 100, symbol: "ESM4 C5250", at: -60)
    feed.define(300, "P", strike: 5150, underlying: 100, symbol: "ESM4 P5150", at: -60)
    feed.openInterest(200, openInterest, at: -60)
    feed.openInterest(300, openInterest, at: -60)
    feed.trade(100, 5200, 1, at: -1)
    return feed
}

private func signals(_ feed: Feed, _ configuration: String? = nil) throws -> [Signal] {
    var engine = try IFDv1(configuration: configuration.map { Array($0.utf8) })
    return feed.signals(of: &engine)
}

private func missing(_ feed: Feed) throws -> [String] {
    var engine = try IFDv1()
    return feed.progress(of: &engine).last?.missing ?? ["no progress"]
}

@Suite struct IFDv1SignalTests {
    /// 1000 contracts on an open interest of 100 are 10 times, MODERATE; 1000 x 10.00 x 50 dollars = 500,000 dollars; the strike
    /// is 50 / 5200 = 0.96 % away; the stop half of 50 below.
    @Test func aCallSaysLongWithTheStrikeAsTarget() throws {
        var feed = market()
        feed.trade(200, 10, 1000, at: 0)
        let signal = try #require(try signals(feed).first)
        #expect(signal.id == "v1-20240508-200-MODERATE")
        #expect(signal.cause == 6 && signal.tsEvent.nanos == nanos(noon))
        #expect(
            signal.instrumentID.rawValue == 200 && signal.symbol == "ESM4 C5250" && signal.underlyingID.rawValue == 100)
        #expect(signal.direction == .long && signal.action == .buy && signal.strength == .moderate)
        #expect(signal.confidence == 0.65 && signal.sizeMultiplier == 1 && signal.horizonSeconds == 1800)
        #expect(
            signal.price.description == "5200" && signal.target.description == "5250"
                && signal.stop.description == "5175")
        #expect(signal.integer("volume") == 1000 && signal.integer("open_interest") == 100)
        #expect(signal.number("vol_oi") == 10 && signal.number("dollar_size") == 500_000)
        #expect(
            signal.text("option_price") == "10" && signal.text("strike") == "5250" && signal.text("right") == "call")
    }

    @Test func aPutSaysShort() throws {
        var feed = market()
        feed.trade(300, 10, 1000, side: "A", at: 0)
        let signal = try #require(try signals(feed).first)
        #expect(signal.direction == .short && signal.action == .sell)
        #expect(signal.target.description == "5150" && signal.stop.description == "5225")
    }

    /// Where the strike lies behind the price the plan is the same.
    @Test func aStrikeBehindThePriceKeepsTheRule() throws {
        var feed = market()
        feed.define(201, "C", strike: 5190, underlying: 100, at: -60)
        feed.openInterest(201, 100, at: -60)
        feed.trade(201, 10, 1000, at: 0)
        let signal = try #require(try signals(feed).first)
        #expect(signal.direction == .long && signal.target.description == "5190" && signal.stop.description == "5195")
    }

    @Test(
        arguments: [
            (Int64(999), nil), (1000, Signal.Strength.moderate), (1999, .moderate), (2000, .high), (2999, .high),
            (3000, .veryHigh),
            (4999, .veryHigh), (5000, .extreme), (1_000_000, .extreme),
        ] as [(Int64, Signal.Strength?)])
    func levelsBeginAtTheirThreshold(volume: Int64, expected: Signal.Strength?) throws {
        var feed = market()
        feed.trade(200, 10, volume, at: 0)
        #expect(try signals(feed).first?.strength == expected)
    }

    @Test(
        arguments: [
            (Int64(5000), Signal.Action.strongBuy, 0.95, 3.0), (3000, .buy, 0.85, 2), (2000, .buy, 0.75, 1.5),
            (1000, .buy, 0.65, 1),
        ] as [(Int64, Signal.Action, Double, Double)])
    func confidenceActionAndSizeFollowTheLevel(volume: Int64, action: Signal.Action, confidence: Double, size: Double)
        throws
    {
        var feed = market()
        feed.trade(200, 10, volume, at: 0)
        let signal = try #require(try signals(feed).first)
        #expect(signal.action == action && signal.confidence == confidence && signal.sizeMultiplier == size)
    }

    @Test func theSumOfTradesCounts() throws {
        var feed = market()
        feed.trade(200, 10, 600, at: 0)
        feed.trade(200, 10, 399, side: "N", at: 1)
        feed.trade(200, 10, 1, side: "A", at: 2)
        #expect(try signals(feed).map(\.cause) == [8])
    }

    @Test func minVolumeHolds() throws {
        var feed = market(openInterest: 10)
        feed.trade(200, 100, 499, at: 0)
        #expect(try signals(feed).isEmpty)
        feed.trade(200, 100, 1, at: 1)
        #expect(try signals(feed).map(\.strength) == [.extreme])
    }

    /// 1000 x 1.99 x 50 = 99,500 dollars; 1000 x 2.00 x 50 = 100,000.
    @Test(arguments: [(1.99, 0), (2.0, 1)])
    func minDollarSizeHolds(price: Double, count: Int) throws {
        var feed = market()
        feed.trade(200, price, 1000, at: 0)
        #expect(try signals(feed).count == count)
    }

    /// 2 % of 5200 are 104 points.
    @Test(arguments: [(5304.0, 1), (5304.05, 0), (5096.0, 1), (5095.95, 0)])
    func maxDistanceHolds(strike: Double, count: Int) throws {
        var feed = market()
        feed.define(201, "C", strike: strike, underlying: 100, at: -60)
        feed.openInterest(201, 100, at: -60)
        feed.trade(201, 10, 1000, at: 0)
        #expect(try signals(feed).count == count)
    }

    /// NQ: 20 dollars a point, by `contract_multiplier` where it is set and by `unit_of_measure_qty` where not.
    @Test(arguments: [(Int32(20), nil), (.max, 20.0), (20, 999.0)] as [(Int32, Double?)])
    func theMultiplierComesFromTheDefinition(multiplier: Int32, quantity: Double?) throws {
        var feed = market()
        feed.define(201, "C", strike: 5250, underlying: 100, quantity: quantity, multiplier: multiplier, at: -60)
        feed.openInterest(201, 100, at: -60)
        feed.trade(201, 10, 1000, at: 0)
        #expect(try signals(feed).first?.number("dollar_size") == 200_000)
    }

    @Test func openInterestIsTheLatestAndCanBeDeleted() throws {
        var feed = market()
        feed.openInterest(200, 7, type: 6, at: -50)  // another statistic
        feed.openInterest(200, 1000, at: -40)
        feed.trade(200, 10, 1000, at: 0)
        #expect(try signals(feed).isEmpty)
        feed.openInterest(200, 50, at: 1)
        feed.openInterest(200, 0, deleted: true, at: 2)
        feed.trade(200, 10, 1000, at: 3)
        #expect(try signals(feed).isEmpty)
        feed.openInterest(200, 100, at: 4)
        feed.trade(200, 10, 1, at: 5)
        #expect(try signals(feed).map(\.strength) == [.high])
    }
}

@Suite struct IFDv1SessionTests {
    @Test func eachRisingLevelSignalsOnce() throws {
        var feed = market()
        for second in 0..<60 { feed.trade(200, 10, 100, at: Double(second)) }
        #expect(try signals(feed, #"{"max_open": 10}"#).map(\.volume) == [1000, 2000, 3000, 5000])
    }

    @Test func aJumpSignalsTheHigherLevelOnly() throws {
        var feed = market()
        feed.trade(200, 10, 3000, at: 0)
        feed.trade(200, 10, 1, at: 1)
        #expect(try signals(feed).map(\.strength) == [.veryHigh])
    }

    /// The session closes at 21:00Z, six hours after `noon`; what trades then counts for the next one.
    @Test func volumeAndLevelsStartAfreshWithTheSession() throws {
        var feed = market()
        feed.trade(200, 10, 1000, at: 0)
        feed.trade(200, 10, 500, at: 6 * 3600 - 0.001)
        feed.trade(100, 5200, 1, at: 6 * 3600)
        feed.trade(200, 10, 999, at: 7 * 3600 + 1)
        #expect(try signals(feed).map(\.id) == ["v1-20240508-200-MODERATE"])
        feed.trade(200, 10, 1, at: 7 * 3600 + 2)
        #expect(try signals(feed).map(\.id) == ["v1-20240508-200-MODERATE", "v1-20240509-200-MODERATE"])
    }

    /// Also a record of another instrument or a mark moves the time on, and time never goes back.
    @Test func aMarkEndsTheSession() throws {
        var feed = market()
        feed.trade(200, 10, 999, at: 0)
        feed.mark(at: 6 * 3600)
        feed.trade(100, 5200, 1, at: 1)
        feed.trade(200, 10, 1, at: 2)
        #expect(try signals(feed).isEmpty)
    }

    @Test func thePriceOfAnotherSessionIsNoPrice() throws {
        var feed = market()
        feed.trade(200, 10, 1000, at: 8 * 3600)
        #expect(try signals(feed).isEmpty)
        #expect(try missing(feed) == ["price of underlying 100 (ESM4)"])
    }

    @Test func theCalendarDecidesWhereASessionEnds() throws {
        var feed = market()
        feed.trade(200, 10, 999, at: 0)
        feed.trade(100, 5200, 1, at: 7 * 3600)
        feed.trade(200, 10, 1, at: 7 * 3600 + 1)
        let ids = try signals(feed, #"{"calendar": "24x7"}"#).map(\.id)
        #expect(ids == ["v1-20240508-200-MODERATE"])
    }

    @Test func aDateWithoutCalendarDataIsNamed() throws {
        var feed = Feed()
        feed.mark(at: 40 * 365.25 * 86_400)
        let text = try #require(try missing(feed).first)
        #expect(text.hasPrefix("session date: calendar cme-globex-equity covers"))
    }
}

@Suite struct IFDv1OpenSignalTests {
    /// Options 200 to 205 with strikes 5250 to 5255, each signalling at once.
    private func crowd(_ configuration: String = #"{"max_open": 2}"#, _ more: (inout Feed) -> Void) throws -> [UInt32] {
        var feed = market()
        for id: UInt32 in 200...205 {
            feed.define(id, "C", strike: 5250 + Double(id - 200), underlying: 100, at: -60)
            feed.openInterest(id, 100, at: -60)
        }
        for id: UInt32 in 200...205 { feed.trade(id, 10, 1000, at: Double(id - 200)) }
        more(&feed)
        return try signals(feed, configuration).map(\.instrumentID.rawValue)
    }

    @Test func atMostMaxOpenAtOnce() throws {
        #expect(try crowd { _ in } == [200, 201])
        #expect(try crowd("{}") { _ in } == [200, 201, 202])
    }

    /// Held back is not used up: the next trade evaluates again.
    @Test func theTargetFreesAPlace() throws {
        #expect(
            try crowd {
                $0.trade(100, 5249.75, 1, at: 10)
                $0.trade(204, 10, 1, at: 11)
            } == [200, 201])
        #expect(
            try crowd {
                $0.trade(100, 5250, 1, at: 10)
                $0.trade(204, 10, 1, at: 11)
            } == [200, 201, 204])
    }

    /// The stops are at 5175 and 5174.5.
    @Test func theStopFreesAPlace() throws {
        #expect(
            try crowd {
                $0.trade(100, 5175.25, 1, at: 10)
                $0.trade(204, 10, 1, at: 11)
            } == [200, 201])
        #expect(
            try crowd {
                $0.trade(100, 5175, 1, at: 10)
                $0.trade(204, 10, 1, at: 11)
            } == [200, 201, 204])
        let both = try crowd {
            $0.trade(100, 5170, 1, at: 10)
            $0.trade(100, 5200, 1, at: 11)
            for id: UInt32 in 202...205 { $0.trade(id, 10, 1, at: 12) }
        }
        #expect(both == [200, 201, 202, 203])
    }

    @Test func theHorizonFreesAPlace() throws {
        #expect(try crowd { $0.trade(204, 10, 1, at: 1799.9) } == [200, 201])
        #expect(try crowd { $0.trade(204, 10, 1, at: 1800) } == [200, 201, 204])
    }

    @Test func theSessionsEndFreesAllPlaces() throws {
        let ids = try crowd(#"{"max_open": 2, "horizon_s": 86400}"#) {
            $0.trade(100, 5200, 1, at: 7 * 3600)
            for id: UInt32 in 203...205 { $0.trade(id, 10, 1000, at: 7 * 3600 + 1) }
        }
        #expect(ids == [200, 201, 203, 204])
    }
}

@Suite struct IFDv1SourceTests {
    @Test(arguments: Feed.TradeKind.allCases)
    func anyRecordTypeAloneCounts(kind: Feed.TradeKind) throws {
        var feed = Feed()
        feed.define(100, "F", at: -60)
        feed.define(200, "C", strike: 5250, underlying: 100, at: -60)
        feed.openInterest(200, 100, at: -60)
        feed.trade(100, 5200, 1, kind: kind, at: -1)
        for second in 0..<10 { feed.trade(200, 10, 100, kind: kind, at: Double(second)) }
        #expect(try signals(feed).map(\.volume) == [1000])
    }

    /// The same ten trades in three schemas at once, in every order of arrival, are 1000 contracts.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func nothingCountsTwice(order: [Int]) throws {
        var feed = market()
        for second in 0..<10 {
            for kind in order { feed.trade(200, 10, 100, kind: Feed.TradeKind.allCases[kind], at: Double(second)) }
        }
        #expect(try signals(feed).map(\.volume) == [1000])
        feed.trade(200, 10, 999, at: 20)
        #expect(try signals(feed).count == 1)
        feed.trade(200, 10, 1, at: 21)
        #expect(try signals(feed).map(\.volume) == [1000, 2000])
    }

    /// Five trades from `trades`, then market by order starts with the third again: 500, nothing for the repetitions, then 100 each.
    @Test func aBetterSourceTakesOverWithoutLoss() throws {
        var feed = market()
        for second in 0..<5 { feed.trade(200, 10, 100, kind: .trades, at: Double(second)) }
        for second in 2..<10 {
            feed.trade(200, 10, 100, kind: .mbo, at: Double(second) + 0.5, event: Double(second))
            feed.trade(200, 10, 100, kind: .trades, at: Double(second) + 0.6, event: Double(second))
        }
        let all = try signals(feed)
        #expect(all.map(\.volume) == [1000] && all.map(\.tsEvent.nanos) == [nanos(noon + 9)])
    }

    /// One sweep at one event time in two parts, of which the old source told one before the switch.
    @Test func theInstantOfTheSwitchIsSplitBySize() throws {
        var feed = market()
        feed.trade(200, 10, 600, kind: .trades, at: 0)
        feed.trade(200, 10, 600, kind: .mbo, at: 0)
        feed.trade(200, 10, 399, kind: .mbo, at: 0)
        #expect(try signals(feed).isEmpty)
        feed.trade(200, 10, 1, kind: .mbo, at: 0)
        #expect(try signals(feed).map(\.volume) == [1000])
    }

    @Test(arguments: ["F", "A", "C", "M", "R", "N"] as [Character])
    func onlyActionTIsATrade(action: Character) throws {
        var feed = market()
        for kind in Feed.TradeKind.allCases { feed.trade(200, 10, 5000, kind: kind, action: action, at: 0) }
        #expect(try signals(feed).isEmpty)
    }
}

@Suite struct IFDv1MissingTests {
    @Test func noUnderlyingPriceMeansNoSignal() throws {
        var feed = Feed()
        feed.define(200, "C", strike: 5250, underlying: 100, at: -60)
        feed.openInterest(200, 100, at: -60)
        feed.trade(200, 10, 1000, at: 0)
        #expect(try signals(feed).isEmpty)
        #expect(try missing(feed) == ["price of underlying 100"])
        feed.trade(100, 5200, 1, at: 1)
        #expect(try missing(feed) == ["definition of 100"])
        feed.trade(200, 10, 1, at: 2)
        #expect(try signals(feed).count == 1)
    }

    @Test func noDefinitionMeansNoSignal() throws {
        var feed = Feed()
        feed.name(200, "ESM4 C5250")
        feed.openInterest(200, 100, at: -60)
        feed.trade(200, 10, 1000, at: 0)
        #expect(try missing(feed) == ["definition of 200 (ESM4 C5250)"])
        feed.define(200, "C", strike: 5250, underlying: 100, at: 1)
        #expect(try missing(feed).isEmpty)
    }

    @Test func aDeletedDefinitionIsNone() throws {
        var feed = market()
        feed.define(200, "C", strike: 5250, underlying: 100, action: "D", at: -1)
        feed.trade(200, 10, 1000, at: 0)
        #expect(try signals(feed).isEmpty)
        #expect(try missing(feed) == ["definition of 200 (ESM4 C5250)"])
        feed.define(200, "C", strike: 5245, underlying: 100, action: "M", at: 1)
        feed.trade(200, 10, 1, at: 2)
        #expect(try signals(feed).map(\.target.description) == ["5245"])
    }

    @Test func noMultiplierMeansNoSignal() throws {
        var feed = market()
        feed.define(200, "C", strike: 5250, underlying: 100, quantity: nil, symbol: "X", action: "M", at: -1)
        feed.trade(200, 10, 1000, at: 0)
        #expect(try signals(feed).isEmpty)
        #expect(try missing(feed) == ["contract multiplier of 200 (X)"])
    }

    @Test func theListIsBounded() throws {
        var feed = Feed()
        for id: UInt32 in 1...100 { feed.trade(id, 10, 1, at: 0) }
        let texts = try missing(feed)
        #expect(texts.count == 33 && texts.last == "and more")
    }
}
