import MarketData
import Signals
import Testing

@testable import Engines

/// 2024-05-08T15:00:00Z is a multiple of 300 s, so windows are 0...300, 300...600 and so on after `noon`.
private func market() -> Feed {
    var feed = Feed()
    feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
    feed.define(200, "C", strike: 5250, underlying: 100, symbol: "ESM4 C5250", at: -60)
    feed.define(300, "P", strike: 5150, underlying: 100, symbol: "ESM4 P5150", at: -60)
    feed.trade(100, 5200, 1, side: "N", at: 1)
    return feed
}

private func signals(_ feed: Feed, _ configuration: String? = nil) throws -> [Signal] {
    var engine = try IFDv3(configuration: configuration.map { Array($0.utf8) })
    return feed.signals(of: &engine)
}

private func missing(_ feed: Feed) throws -> [String] {
    var engine = try IFDv3()
    return feed.progress(of: &engine).last?.missing ?? ["no progress"]
}

@Suite struct IFDv3WindowTests {
    /// 900 bought and 100 sold: ratio (900 + 10) / (100 + 10), dominance 0.8, confidence 0.6 x (0.8 - 1/3) / (2/3) + 0.4 x 1 = 0.82.
    /// The future only traded at 5200: no range, so 16 and 8 ticks of 0.25 are the distances.
    @Test func aWindowSaysWhatPressedIt() throws {
        var feed = market()
        feed.trade(200, 10, 900, side: "B", at: 10)
        feed.trade(200, 10, 100, side: "A", at: 20)
        feed.trade(200, 10, 5000, side: "N", at: 30)
        feed.mark(at: 300)
        let signal = try #require(try signals(feed).first)
        #expect(signal.id == "v3-1715180400-200" && signal.cause == 7 && signal.tsEvent.nanos == nanos(noon + 300))
        #expect(signal.direction == .long && signal.action == .buy && signal.strength == .veryHigh)
        #expect(abs(signal.confidence - 0.82) < 1e-12 && signal.sizeMultiplier == 2 && signal.horizonSeconds == 1800)
        #expect(signal.underlyingID.rawValue == 100 && signal.symbol == "ESM4 C5250")
        #expect(
            signal.price.description == "5200" && signal.target.description == "5204"
                && signal.stop.description == "5198")
        #expect(signal.integer("buy_volume") == 900 && signal.integer("sell_volume") == 100)
        #expect(signal.integer("buy_trades") == 1 && signal.integer("sell_trades") == 1)
        #expect(signal.number("pressure_ratio") == 910.0 / 110.0)
    }

    @Test func aRecordAtTheEndClosesTheWindowAndBelongsToTheNext() throws {
        var feed = market()
        feed.trade(200, 10, 500, at: 299.999)
        feed.trade(300, 10, 500, at: 300)
        #expect(try signals(feed).map(\.cause) == [5])
        feed.mark(at: 600)
        let all = try signals(feed)
        #expect(all.map(\.id) == ["v3-1715180400-200", "v3-1715180700-300"])
        #expect(all.map(\.cause) == [5, 6])
    }

    @Test func anOpenWindowSaysNothing() throws {
        var feed = market()
        feed.trade(200, 10, 500, at: 10)
        feed.mark(at: 299)
        #expect(try signals(feed).isEmpty)
    }

    /// Long silence: one closing, and the next window is where time is.
    @Test func emptyWindowsAreSkipped() throws {
        var feed = market()
        feed.trade(200, 10, 500, at: 10)
        feed.trade(100, 5200, 1, at: 5000)
        feed.trade(200, 10, 500, at: 5010)
        feed.mark(at: 5100)
        #expect(try signals(feed).map(\.id) == ["v3-1715180400-200", "v3-1715185200-200"])
    }

    @Test func signalsOfOneWindowComeByInstrument() throws {
        var feed = market()
        for id: UInt32 in [900, 250, 700] {
            feed.define(id, "C", strike: 5250, underlying: 100, at: 2)
            feed.trade(id, 10, 500, at: 3)
        }
        feed.trade(100, 5201, 500, at: 4)
        feed.mark(at: 300)
        let all = try signals(feed)
        #expect(all.map(\.instrumentID.rawValue) == [100, 250, 700, 900])
        #expect(Set(all.map(\.cause)) == [11])
    }

    @Test(
        arguments: [
            ("C", "B", Signal.Direction.long), ("C", "A", .short), ("P", "B", .short), ("P", "A", .long),
            ("F", "B", .long),
            ("F", "A", .short),
        ] as [(Character, Character, Signal.Direction)])
    func directionFollowsRightAndAggressor(kind: Character, side: Character, direction: Signal.Direction) throws {
        var feed = market()
        let id: UInt32 = kind == "C" ? 200 : kind == "P" ? 300 : 100
        feed.trade(id, 5200, 1000, side: side, at: 10)
        feed.mark(at: 300)
        let signal = try #require(try signals(feed).first)
        #expect(signal.direction == direction && signal.confidence == 1 && signal.strength == .extreme)
        #expect(signal.action == (direction == .long ? .strongBuy : .strongSell))
        #expect(signal.text("dominant_side") == (side == "B" ? "buy" : "sell"))
        #expect((signal.target > signal.price) == (direction == .long))
        #expect((signal.stop < signal.price) == (direction == .long))
    }

    @Test(arguments: [
        ("[\"options\"]", [UInt32(200)]), ("[\"futures\"]", [100]), ("[\"futures\", \"options\"]", [100, 200]),
    ])
    func theUniverseIsConfigurable(universe: String, ids: [UInt32]) throws {
        var feed = market()
        feed.trade(100, 5200, 500, at: 10)
        feed.trade(200, 10, 500, at: 10)
        feed.mark(at: 300)
        #expect(try signals(feed, "{\"universe\": \(universe)}").map(\.instrumentID.rawValue) == ids)
    }

    /// (200 + 10) / (95 + 10) is 2 exactly.
    @Test(arguments: [
        (Int64(200), Int64(95), 1), (200, 96, 0), (96, 200, 0), (95, 200, 1), (99, 0, 0), (100, 0, 1), (500, 500, 0),
    ])
    func ratioAndVolumeHaveToBeReached(bought: Int64, sold: Int64, count: Int) throws {
        var feed = market()
        if bought > 0 { feed.trade(200, 10, bought, side: "B", at: 10) }
        if sold > 0 { feed.trade(200, 10, sold, side: "A", at: 10) }
        feed.mark(at: 300)
        #expect(try signals(feed).count == count)
    }

    @Test func aOneSidedWindowIsFinite() throws {
        var feed = market()
        feed.trade(200, 10, 100, at: 10)
        feed.mark(at: 300)
        let signal = try #require(try signals(feed).first)
        #expect(signal.number("pressure_ratio") == 11)
        #expect(signal.strength == .moderate && signal.action == .monitor)
    }

    /// Range 5190 to 5210.1 is 20.1 points: half is 10.05, up to ticks 10.25; a quarter 5.025, up to 5.25. After six windows the
    /// range is forgotten.
    @Test func distancesFollowTheRealisedRange() throws {
        var feed = market()
        feed.trade(100, 5190, 1, side: "N", at: 20)
        feed.trade(100, 5210.1, 1, side: "N", at: 30)
        feed.trade(100, 5200, 1, side: "N", at: 320)
        feed.trade(200, 10, 1000, side: "A", at: 330)
        feed.mark(at: 600)
        let signal = try #require(try signals(feed).first)
        #expect(signal.target.description == "5189.75" && signal.stop.description == "5205.25")
        #expect(signal.text("range") == "20.1")
        feed.trade(100, 5200, 1, side: "N", at: 8 * 300 + 10)
        feed.trade(200, 10, 1000, side: "A", at: 8 * 300 + 20)
        feed.mark(at: 9 * 300)
        #expect(try signals(feed).last?.target.description == "5196")
    }

    @Test func whatIsMissingIsNamed() throws {
        var feed = Feed()
        feed.define(100, "F", symbol: "ESM4", at: -60)
        feed.define(200, "C", strike: 5250, underlying: 100, at: -60)
        feed.trade(200, 10, 1000, at: 10)
        feed.trade(201, 10, 1000, at: 10)
        feed.mark(at: 300)
        #expect(try signals(feed).isEmpty)
        #expect(try missing(feed) == ["definition of 201", "price of underlying 100 (ESM4)"])
        feed.trade(100, 5200, 1, at: 310)
        feed.trade(200, 10, 1000, at: 320)
        feed.mark(at: 600)
        // Without a tick the floor of the distances is unknown.
        #expect(try missing(feed) == ["definition of 100 (ESM4)"])
    }

    /// A stream that begins later gives the same signals for the windows it has whole.
    @Test func idsAndContentsDoNotDependOnTheBeginning() throws {
        func feed(from first: Int) -> Feed {
            var feed = market()
            for step in first..<40 {
                feed.trade(100, 5200 + Double(step % 7), 1, side: "N", at: Double(step * 60 + 5))
                feed.trade(200, 10, 300, side: step % 5 < 4 ? "B" : "A", at: Double(step * 60 + 10))
            }
            feed.mark(at: 2400)
            return feed
        }
        let all = try signals(feed(from: 0))
        let late = try signals(feed(from: 10))
        #expect(all.count == 8 && late.count == 6)
        // The range looks back six windows; from there on everything but the cause is equal.
        func stripped(_ signal: Signal) -> Signal {
            var signal = signal
            signal.cause = 0
            return signal
        }
        #expect(late.map(\.id) == all.suffix(6).map(\.id))
        #expect(stripped(try #require(late.last)) == stripped(try #require(all.last)))
    }
}

@Suite struct PressureConfidenceTests {
    private func confidence() throws -> PressureConfidence {
        var reader = ConfigurationReader(nil)
        return PressureConfidence(try IFDv3Configuration(&reader))
    }

    @Test func theWholeRangeIsReached() throws {
        let confidence = try confidence()
        #expect(confidence.value(dominance: 1.0 / 3, volume: 100) == 0)
        #expect(confidence.value(dominance: 1, volume: 1000) == 1)
        var seen = Set<Int>()
        for dominance in 0...1000 {
            for volume in stride(from: 0, through: 1200, by: 10) {
                let value = confidence.value(dominance: Double(dominance) / 1000, volume: Double(volume))
                #expect(value >= 0 && value <= 1)
                seen.insert(Int(value * 100))
            }
        }
        #expect(seen == Set(0...100))
    }

    @Test func moreOfEitherNeverMeansLess() throws {
        let confidence = try confidence()
        for step in 0..<100 {
            for other in 0...20 {
                let dominance = Double(step) / 100
                let volume = Double(other) * 60
                #expect(
                    confidence.value(dominance: dominance + 0.01, volume: volume)
                        >= confidence.value(dominance: dominance, volume: volume))
                let next = Double(other) / 20
                let size = Double(step) * 12
                #expect(
                    confidence.value(dominance: next, volume: size + 12)
                        >= confidence.value(dominance: next, volume: size))
            }
        }
    }
}
