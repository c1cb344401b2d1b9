import MarketData
import Signals
import Testing

@testable import Engines

@Suite struct IFDv3DefinitionTests {
    /// What has no definition cannot speak and is named; the rest goes on.
    @Test func missingDefinitionsAreNamed() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.press([900, 901], 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.missing == ["definition of 900", "definition of 901"])
        #expect(heard.ids == ["v3-1715180400-201-l"])
        // A window without them lacks nothing.
        feed.press(calls, 300, from: 300)
        feed.mark(at: 600)
        #expect(try Heard(feed).missing.isEmpty)
    }

    @Test func aFutureWithoutDefinitionHasNoTicks() throws {
        var feed = Feed()
        for (step, id) in calls.enumerated() {
            feed.define(id, "C", strike: 5200 + 5 * Double(step), underlying: 100, at: -60)
        }
        feed.trade(100, 5200, 1, side: "N", at: 1)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.signals.isEmpty && heard.missing == ["definition of 100"])
    }

    @Test func anOptionWithoutUnderlyingIsNamed() throws {
        var feed = Feed.chain()
        feed.define(900, "C", strike: 5200, underlying: 0, symbol: "LOST", at: 2)
        feed.press([900], 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed, talkative)
        #expect(heard.signals.isEmpty && heard.missing == ["underlying of 900 (LOST)"])
    }

    /// The futures' channel is not subscribed: the option's definition names a future nobody saw.
    @Test func anUnderlyingThatNeverTradesIsNamed() throws {
        var feed = Feed()
        feed.defineChain(at: -60)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.signals.isEmpty && heard.missing == ["price of underlying 100 (ESM4)"])
    }

    /// Definitions that come after the trades, but before the window is judged, are in time.
    @Test func lateDefinitionsCount() throws {
        var feed = Feed()
        feed.trade(100, 5200, 1, side: "N", at: 1)
        feed.press(calls, 300, from: 0)
        feed.defineChain(at: 299)
        feed.mark(at: 300)
        var early = Feed.chain()
        early.press(calls, 300, from: 0)
        early.mark(at: 300)
        let (late, usual) = (try Heard(feed), try Heard(early))
        #expect(late.missing.isEmpty && late.signals.map(\.withoutCause) == usual.signals.map(\.withoutCause))
    }

    /// The id of a call given to a put at another strike: the last word counts, also for who belongs together.
    @Test func changedDefinitionsCount() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        for (step, id) in calls.enumerated() {
            feed.define(id, "P", strike: 5230 + 5 * Double(step), underlying: 100, action: "M", at: 290)
        }
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.signals.map(\.direction) == [.short] && heard.signals.first?.text("kind") == "put")
        for id in calls { feed.define(id, "P", strike: 5230, underlying: 100, action: "D", at: 310) }
        feed.press(calls, 300, from: 300)
        feed.mark(at: 600)
        let after = try Heard(feed)
        #expect(after.ids == heard.ids && after.missing == calls.map { "definition of \($0)" })
    }

    /// Strikes of two expiries do not agree with each other, and are no straddle.
    @Test func twoExpiriesWithOneStrikeAreApart() throws {
        var feed = Feed.chain()
        let later = usualExpiration + 7 * 86_400_000_000_000
        feed.define(801, "C", strike: 5200, underlying: 100, expiration: later, at: 2)
        feed.define(802, "P", strike: 5205, underlying: 100, expiration: later, at: 2)
        feed.press([201], 300, from: 0)
        feed.press([801], 100, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed, talkative).signals.first)
        #expect(signal.instrumentID.rawValue == 201 && signal.integer("agreeing_strikes") == 0)
        #expect(signal.integer("group_contracts") == 281)
        var pair = Feed.chain()
        pair.define(802, "P", strike: 5200, underlying: 100, expiration: later, at: 2)
        pair.press([201, 802], 300, from: 0)
        pair.mark(at: 300)
        let straddle = try #require(try Heard(pair, talkative).signals.first)
        #expect(straddle.instrumentID.rawValue == 201 && straddle.number("market_making") == 0)
    }

    /// At 15:02 the options expire: their flow was real and speaks for the future; volatility then comes from nowhere.
    @Test func anOptionMayExpireWhileItsWindowIsOpen() throws {
        var feed = Feed()
        feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
        for (step, id) in calls.enumerated() {
            feed.define(
                id, "C", strike: 5200 + 5 * Double(step), underlying: 100, expiration: nanos(noon + 120), at: -60)
        }
        feed.trade(100, 5200, 1, side: "N", at: 1)
        feed.quote(201, 1, 1.25, at: 2)
        for id in calls { feed.trade(id, 1, 300, at: 100) }
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed).signals.first)
        #expect(signal.number("implied_volatility") == nil && signal.text("expected_move_from") == "realised")
    }

    /// A future that is gone has no price to trade at.
    @Test func anExpiredFutureIsNotTraded() throws {
        var feed = Feed()
        feed.defineChain(at: -60)
        feed.define(100, "F", tick: 0.25, symbol: "ESM4", action: "M", expiration: nanos(noon + 120), at: -59)
        feed.trade(100, 5200, 1, side: "N", at: 1)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.signals.isEmpty && heard.missing == ["price of underlying 100 (ESM4)"])
    }

    /// Trades of the future alone tell no campaign: that options lack is said, and the engine goes on.
    @Test func aSessionOfFuturesLacksOptions() throws {
        var feed = Feed()
        feed.define(100, "F", tick: 0.25, symbol: "ESM4", at: -60)
        for window in 0..<3 {
            feed.press([100], 300, from: Double(window) * 300)
            feed.mark(at: Double(window + 1) * 300)
        }
        let heard = try Heard(feed)
        #expect(heard.signals.isEmpty && heard.missing == ["trades in options of 100 (ESM4)"])
        let weights = #"{"weights": {"pressure": 0, "baseline": 0, "not_market_making": 1, "coordination": 0}}"#
        let spoken = try Heard(feed, weights).signals
        #expect(spoken.map(\.strength) == [.extreme] && spoken.map(\.instrumentID.rawValue) == [100])
    }
}

@Suite struct IFDv3BookTests {
    private func price(_ prepare: (inout Feed) -> Void) throws -> String {
        var feed = Feed.chain()
        prepare(&feed)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let heard = try Heard(feed)
        #expect(heard.missing.isEmpty)
        return try #require(heard.signals.first).price.description
    }

    /// A book that is crossed, locked, one-sided, emptied or in doubt has no middle: the last trade counts.
    @Test func unusableBooksAreNotAsked() throws {
        #expect(try price { $0.quote(100, 5210, 5211, at: 2) } == "5210.5")
        #expect(try price { $0.quote(100, 5211, 5210, at: 2) } == "5200")
        #expect(try price { $0.quote(100, 5210, 5210, at: 2) } == "5200")
        #expect(try price { $0.order(100, 1, "A", "B", 5210, at: 2) } == "5200")
        #expect(
            try price {
                $0.quote(100, 5210, 5211, at: 2)
                $0.order(100, 0, "R", "N", 0, at: 3)
            } == "5200")
        #expect(
            try price {
                $0.quote(100, 5210, 5211, at: 2)
                $0.order(100, 9, "A", "B", 5209, flags: RecordFlags.last | RecordFlags.maybeBadBook, at: 3)
            } == "5200")
    }

    /// A book known from its snapshot alone has prices; its orders are nobody's quoting.
    @Test func aSnapshotIsABook() throws {
        let flags = RecordFlags.snapshot | RecordFlags.badReceiveTime
        var feed = Feed.chain()
        feed.order(100, 0, "R", "N", 0, flags: flags, at: 2)
        feed.quote(100, 5210, 5211, flags: flags, at: 2)
        feed.order(201, 0, "R", "N", 0, flags: flags, at: 2)
        for order: UInt64 in 10..<400 { feed.order(201, order, "A", "B", 9, flags: flags, at: 35) }
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed).signals.first)
        #expect(signal.price.description == "5210.5" && signal.flag("quote_stuffing") == false)
    }

    /// Crossed option books give no volatility, and nobody is silent for that.
    @Test func crossedOptionsHaveNoVolatility() throws {
        var feed = Feed.chain()
        feed.quote(201, 60, 55, at: 2)
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        let signal = try #require(try Heard(feed).signals.first)
        #expect(signal.number("implied_volatility") == nil && signal.text("expected_move_from") == "realised")
    }

    /// Where the exchange names no aggressor, the option's own book does, else the tick rule, else nobody.
    @Test func tradesWithoutASide() throws {
        func signals(quoted: Bool, prices: [Double]) throws -> [Signal] {
            var feed = Feed.chain()
            if quoted { feed.quote(201, 10, 11, at: 2) }
            for (step, price) in prices.enumerated() {
                feed.trade(201, price, 100, side: "N", at: 40 + Double(step) * 10)
            }
            feed.mark(at: 300)
            return try Heard(feed, talkative).signals
        }
        #expect(try signals(quoted: true, prices: [11, 11]).map(\.direction) == [.long])
        #expect(try signals(quoted: true, prices: [10, 10]).map(\.direction) == [.short])
        #expect(try signals(quoted: true, prices: [10.5, 10.5]).isEmpty)
        #expect(try signals(quoted: false, prices: [10, 10.25, 10.25]).map(\.direction) == [.long])
        #expect(try signals(quoted: false, prices: [10, 9.75]).map(\.direction) == [.short])
        #expect(try signals(quoted: false, prices: [10, 10]).isEmpty)
        let rising = try signals(quoted: false, prices: [10, 10.25, 10.25])
        #expect(rising.first?.integer("unsided_volume") == 100 && rising.first?.integer("buy_volume") == 200)
    }
}

@Suite struct IFDv3TimeTests {
    /// Open interest, its corrections and deletions are nothing to this engine.
    @Test func statisticsChangeNothing() throws {
        var (plain, corrected) = (Feed.chain(), Feed.chain())
        for id in calls { corrected.openInterest(id, 100, at: 2) }
        for start in [0.0, 300] {
            plain.press(calls, 300, from: start)
            corrected.press(calls, 300, from: start)
            for id in calls {
                corrected.openInterest(id, 9_000_000, at: start + 250)
                corrected.openInterest(id, -1, deleted: true, at: start + 251)
                corrected.openInterest(id, 77, type: 6, at: start + 252)
            }
        }
        plain.mark(at: 600)
        corrected.mark(at: 600)
        let (one, other) = (try Heard(plain), try Heard(corrected))
        #expect(one.signals.map(\.withoutCause) == other.signals.map(\.withoutCause))
        #expect(one.signals.count == 2 && other.missing.isEmpty)
    }

    /// A record from an hour ago neither reopens a window nor closes one; its trade counts where feed time is.
    @Test func timeThatJumpsBackDoesNotMoveWindows() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.mark(at: 300)
        feed.press(calls, 200, from: 300)
        for id in calls { feed.trade(id, 10, 100, at: -3600) }
        feed.mark(at: -3590)
        feed.mark(at: 600)
        let heard = try Heard(feed)
        #expect(heard.ids == ["v3-1715180400-201-l", "v3-1715180700-201-l"])
        #expect(heard.signals.map { $0.integer("buy_volume") } == [300, 300])
    }

    @Test func aRecordWithoutTimeClosesNothing() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.append(
            RecordBuilder.record(type: RecordType.status, instrumentID: 100, tsEvent: .max, numbers: ["ts_recv": -1]))
        #expect(try Heard(feed).signals.isEmpty)
    }

    /// After silence the window that was open is closed once, and the next one is where time is.
    @Test func emptyWindowsAreSkipped() throws {
        var feed = Feed.chain()
        feed.press(calls, 300, from: 0)
        feed.trade(100, 5200, 1, side: "N", at: 5000)
        feed.press(calls, 300, from: 5100)
        feed.mark(at: 5400)
        let heard = try Heard(feed, talkative)
        #expect(heard.ids == ["v3-1715180400-201-l", "v3-1715185500-201-l"])
        #expect(heard.signals.map { $0.integer("group_contracts_before") } == [0, 0])
    }

    /// A stream that begins later gives the same signals for the windows it has whole, once it knows as much of the past.
    @Test func idsAndContentsDoNotDependOnTheBeginning() throws {
        func feed(from first: Int) -> Feed {
            var feed = Feed.chain(at: Double(first) * 300 + 1)
            for window in first..<40 {
                let start = Double(window) * 300
                feed.trade(100, 5200 + Double(window % 7), 1, side: "N", at: start + 5)
                feed.press(window % 11 < 6 ? calls : puts, 100 + Int64(window % 5) * 40, from: start)
                feed.mark(at: start + 300)
            }
            return feed
        }
        let all = try Heard(feed(from: 0), talkative).signals.map(\.withoutCause)
        let late = try Heard(feed(from: 10), talkative).signals.map(\.withoutCause)
        #expect(all.count == 40 && late.map(\.id) == all.suffix(30).map(\.id))
        #expect(late.suffix(11) == all.suffix(11))
    }
}
