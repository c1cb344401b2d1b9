import MarketData
import Rollout
import Signals
import Testing

/// Every rule by a market small enough to reckon by hand. Times are seconds, prices points of NQ ($20, ticks of $5).
@Suite struct OutcomeRuleTests {
    private func only(_ feed: OutcomeFeed, _ terms: OutcomeTerms = OutcomeTerms()) throws -> Outcome {
        let outcomes = feed.outcomes(terms: terms)
        try #require(outcomes.count == 1, "\(outcomes.count) outcomes")
        return outcomes[0]
    }

    /// A long signal at 0 s, entered at 100.50 by the quote at 0.1 s; risk 5.50 points.
    private func entered(horizon: Int = 1800, target: Double = 110, stop: Double = 95) -> OutcomeFeed {
        var feed = OutcomeFeed()
        feed.say(target: target, stop: stop, horizon: horizon)
        feed.quote(100, 100.25, at: 0.099)
        feed.quote(100.25, 100.5, at: 0.1)
        return feed
    }

    // MARK: Entry

    /// 9.5 points x $20 = $190; two fills of $0.85 and a tick of $5 leave $178.30; over a risk of $110 that is 1.62 R.
    @Test func longEntersAtTheAskAfterTheLatencyAndExitsAtTheBid() throws {
        var feed = entered()
        feed.quote(99, 99.5, at: 1)
        feed.quote(109.75, 110.5, at: 2)
        feed.quote(110, 110.5, at: 3)
        let outcome = try only(feed)
        #expect(outcome.kind == .target)
        #expect(outcome.entry == Outcome.Fill(index: 2, time: outcomeTime(0.1), price: Price(nanos: points(100.5))))
        #expect(outcome.exit == Outcome.Fill(index: 5, time: outcomeTime(3), price: Price(nanos: points(110))))
        #expect(outcome.profitMicros == 178_300_000)
        #expect(outcome.riskMicros == 110_000_000)
        #expect(outcome.rMicros == 1_620_909)
        // The worst bid was 99: 1.5 points of 5.5.
        #expect(outcome.adverseNanos == points(1.5))
        #expect(outcome.adverseRMicros == 272_727)
        #expect(outcome.isWin && outcome.flags == [])
    }

    /// Entered at the bid of 100.25, out at the ask of 104: -3.75 points and the costs; risk 3.75 points, so below -1 R.
    @Test func shortEntersAtTheBidAndIsStoppedAtTheAsk() throws {
        var feed = OutcomeFeed()
        feed.say(.short, target: 90, stop: 104)
        feed.quote(100.25, 100.5, at: 0.1)
        feed.quote(103.75, 104, at: 1)
        let outcome = try only(feed)
        #expect(outcome.kind == .stop)
        #expect(outcome.entry?.price == Price(nanos: points(100.25)))
        #expect(outcome.profitMicros == -75_000_000 - 11_700_000)
        #expect(outcome.rMicros == -1_156_000)
        #expect(!outcome.isWin)
    }

    @Test func withoutQuotesForFiveSecondsATradeEntersOneTickWorse() throws {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95)
        feed.trade(100, at: 5.099)
        feed.trade(101, at: 5.1)
        feed.quote(100.75, 101, at: 5.2)
        feed.close(at: 6)
        let outcome = try only(feed)
        #expect(outcome.entry?.price == Price(nanos: points(101.25)))
        #expect(outcome.entry?.index == 2)
        #expect(outcome.flags == .entryOnTrade)
        #expect(outcome.exit?.price == Price(nanos: points(100.75)))
    }

    @Test func aQuoteAfterFiveSecondsIsStillAnEntry() throws {
        var feed = OutcomeFeed()
        feed.say(target: 101, stop: 95)
        feed.quote(99, nil, at: 1)
        feed.quote(100, 100.25, at: 30)
        feed.quote(101, 101.25, at: 31)
        #expect(try only(feed).entry?.price == Price(nanos: points(100.25)))
    }

    @Test func nothingForSixtySecondsIsNoEntry() throws {
        var feed = OutcomeFeed()
        feed.quote(100, 100.25, at: 0)
        feed.say(target: 110, stop: 95)
        feed.mark(at: 60)
        feed.mark(at: 60.1)
        let outcome = try only(feed)
        #expect(outcome.kind == .unresolvable(.noEntry))
        #expect(outcome.knownIndex == 3)
        #expect(outcome.rMicros == 0 && outcome.entry == nil)
    }

    @Test func aQuoteAfterSixtySecondsIsTooLate() throws {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95)
        feed.quote(100, 100.25, at: 60.1)
        #expect(try only(feed).kind == .unresolvable(.noEntry))
    }

    @Test func aHorizonThatEndsBeforeTheEntryIsNoEntry() throws {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95, horizon: 2)
        feed.quote(100, 100.25, at: 2)
        #expect(try only(feed).kind == .unresolvable(.noEntry))
    }

    @Test func anUnderlyingThatWasNeverSeenThisSessionIsSaidSo() throws {
        var feed = OutcomeFeed()
        feed.quote(100, 100.25, at: 0)
        feed.close(at: 1)
        feed.mark(at: 2)
        feed.say(target: 110, stop: 95)
        feed.mark(at: 70)
        #expect(try only(feed).kind == .unresolvable(.noUnderlying))
    }

    @Test func withoutATickAndAMultiplierThereIsNoProfit() throws {
        var feed = OutcomeFeed(defined: false)
        feed.quote(100, 100.25, at: 0)
        feed.say(target: 110, stop: 95)
        feed.quote(100, 100.25, at: 1)
        #expect(try only(feed).kind == .unresolvable(.noTerms))
    }

    // MARK: Exit

    @Test func aGapThroughTheStopFillsWhereTheMarketIs() throws {
        var feed = entered()
        feed.quote(90, 91, at: 1)
        let outcome = try only(feed)
        #expect(outcome.kind == .stop && outcome.exit?.price == Price(nanos: points(90)))
        #expect(outcome.flags == [.gap, .clipped])
        #expect(outcome.rMicros == -1_500_000)
        // -10.5 points and the costs: money is not clipped.
        #expect(outcome.profitMicros == -221_700_000)
    }

    @Test func aGapThroughTheTargetFillsWhereTheMarketIs() throws {
        var feed = entered()
        feed.quote(140, 141, at: 1)
        let outcome = try only(feed)
        #expect(outcome.kind == .target && outcome.exit?.price == Price(nanos: points(140)))
        #expect(outcome.rMicros == 3_000_000 && outcome.flags == [.gap, .clipped])
    }

    /// The trade says target and the quote of the same record says stop.
    @Test func bothInOneRecordIsTheStop() throws {
        var feed = entered()
        feed.quote(95, 95.25, at: 10)
        feed.trade(112, at: 10, sameRecord: true)
        #expect(try only(feed).kind == .stop)
    }

    @Test func theHorizonEndsAtTheFirstPriceFromThenOn() throws {
        var feed = entered(horizon: 10)
        feed.quote(101, 101.25, at: 9.999)
        feed.mark(at: 10)
        feed.quote(nil, 101.25, at: 11)
        feed.quote(102, 102.25, at: 12)
        let outcome = try only(feed)
        #expect(outcome.kind == .horizon && outcome.exit?.price == Price(nanos: points(102)))
        #expect(outcome.flags == [])
    }

    @Test func theSessionEndsAtTheLastQuoteBeforeIt() throws {
        var feed = entered()
        feed.quote(101, 101.25, at: 1)
        feed.quote(103, 102, at: 2)
        feed.close(at: 3)
        feed.quote(120, 121, at: 4)
        let outcome = try only(feed)
        #expect(outcome.kind == .sessionClose)
        #expect(outcome.exit == Outcome.Fill(index: 3, time: outcomeTime(1), price: Price(nanos: points(101))))
        #expect(outcome.knownIndex == 5)
    }

    @Test func withoutAnyPriceToLeaveAtThereIsNoOutcome() throws {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95)
        feed.quote(nil, 100.5, at: 0.1)
        feed.close(at: 3)
        #expect(try only(feed).kind == .unresolvable(.noExit))
    }

    @Test func tradesAloneMakeAnOutcome() throws {
        var feed = OutcomeFeed()
        feed.say(target: 105, stop: 95)
        feed.trade(100, at: 6)
        feed.trade(105, at: 7)
        feed.trade(105.25, at: 8)
        let outcome = try only(feed)
        // A tick against at both ends: in at 100.25, and 105.25 stands for a bid of 105.
        #expect(outcome.entry?.price == Price(nanos: points(100.25)))
        #expect(outcome.exit?.price == Price(nanos: points(105)) && outcome.kind == .target)
        #expect(outcome.flags == [.entryOnTrade, .exitOnTrade])
    }

    @Test func tradesCountOnlyAfterFiveSecondsWithoutAQuote() throws {
        var feed = entered()
        feed.trade(94, at: 5.099)
        feed.trade(94.5, at: 5.1)
        let outcome = try only(feed)
        #expect(outcome.kind == .stop && outcome.exit?.price == Price(nanos: points(94.25)))
        #expect(outcome.exit?.index == 4)
    }

    // MARK: Levels on the wrong side

    @Test func aTargetOnTheWrongSideIsIgnoredAndFlagged() throws {
        var feed = entered(horizon: 10, target: 100.5, stop: 95)
        feed.quote(120, 121, at: 1)
        feed.quote(101, 101.25, at: 10)
        let outcome = try only(feed)
        #expect(outcome.kind == .horizon && outcome.flags == .targetWrongSide)
    }

    /// A stop of 103 above a long entry at 100.50 becomes 98.
    @Test func aStopOnTheWinningSideIsMirrored() throws {
        var feed = entered(target: 99, stop: 103)
        feed.quote(98.25, 98.5, at: 1)
        feed.quote(98, 98.25, at: 2)
        let outcome = try only(feed)
        #expect(outcome.kind == .stop && outcome.flags == [.targetWrongSide, .stopMirrored])
        #expect(outcome.stop == Price(nanos: points(98)) && outcome.exit?.index == 4)
        #expect(outcome.riskMicros == 50_000_000)
    }

    /// A stop a quarter away: risk is 8 ticks of $5, not one.
    @Test func theRiskFloorKeepsTinyStopsFromMintingR() throws {
        var feed = entered(target: 102.5, stop: 100.25)
        feed.quote(102.5, 102.75, at: 1)
        let outcome = try only(feed)
        #expect(outcome.riskMicros == 40_000_000)
        #expect(outcome.profitMicros == 40_000_000 - 11_700_000)
        #expect(outcome.rMicros == 707_500)
    }

    // MARK: Disturbances

    @Test func nothingIsFilledInAHalt() throws {
        var feed = entered()
        feed.append(.halted, at: 1)
        feed.quote(90, 91, at: 2)
        feed.trade(90, at: 20)
        feed.append(.trading, at: 30)
        feed.quote(94, 94.25, at: 31)
        let outcome = try only(feed)
        #expect(outcome.exit?.index == 7 && outcome.exit?.price == Price(nanos: points(94)))
        #expect(outcome.flags == [.gap, .halt])
        #expect(outcome.adverseNanos == points(6.5))
    }

    @Test func aHaltBeforeTheCauseIsNobodysTaint() throws {
        var feed = OutcomeFeed()
        feed.append(.halted, at: 0)
        feed.append(.trading, at: 1)
        feed.say(target: 101, stop: 95)
        feed.quote(100, 100.25, at: 2)
        feed.quote(101, 101.25, at: 3)
        #expect(try only(feed).flags == [])
    }

    @Test func aHaltUntilTheCloseEndsAtTheLastQuoteBeforeIt() throws {
        var feed = entered()
        feed.append(.halted, at: 1)
        feed.quote(90, 91, at: 2)
        feed.close(at: 3)
        let outcome = try only(feed)
        #expect(outcome.kind == .sessionClose && outcome.exit?.price == Price(nanos: points(100.25)))
        #expect(outcome.flags == .halt)
    }

    @Test func auctionsAndCrossedBooksFillNothing() throws {
        var feed = OutcomeFeed()
        feed.append(.notTrading, at: 0)
        feed.say(target: 102, stop: 95)
        feed.quote(100, 100.25, at: 1)
        feed.append(.trading, at: 2)
        feed.quote(101, 100, at: 3)
        feed.quote(100, 100.5, at: 4)
        feed.quote(103, 102, at: 5)
        feed.quote(102, 102.25, at: 6)
        let outcome = try only(feed)
        #expect(outcome.entry?.index == 5 && outcome.exit?.index == 7)
        #expect(outcome.flags == [])
    }

    @Test func aGapInTheFeedIsFlagged() throws {
        var feed = entered()
        feed.append(.gap, at: 1)
        feed.quote(110, 110.25, at: 2)
        #expect(try only(feed).flags == .feedGap)
    }

    @Test(arguments: [true, false]) func expiryEndsAtTheLastQuoteBeforeIt(byTime: Bool) throws {
        var feed = OutcomeFeed(expiration: byTime ? 5 : nil)
        feed.say(target: 110, stop: 95)
        feed.quote(100.25, 100.5, at: 0.1)
        feed.quote(101, 101.25, at: 1)
        if byTime { feed.mark(at: 5) } else { feed.append(.expired, at: 5) }
        feed.say(target: 110, stop: 95, id: "late")
        if byTime { feed.mark(at: 6) } else { feed.append(.expired, at: 6) }
        let outcomes = feed.outcomes()
        #expect(outcomes.map(\.kind) == [.expiry, .unresolvable(.expired)])
        #expect(outcomes.first?.exit?.price == Price(nanos: points(101)))
    }

    /// The definition says another tick and another expiry while the position is open.
    @Test func aCorrectedDefinitionMovesTheExpiryAndNotTheMoney() throws {
        var feed = entered()
        feed.define(tick: 1, expiration: 3, at: 1)
        feed.quote(101, 101.25, at: 2)
        feed.mark(at: 3)
        let outcome = try only(feed)
        #expect(outcome.kind == .expiry && outcome.tickNanos == points(0.25))
        #expect(outcome.profitMicros == 10_000_000 - 11_700_000)
    }

    @Test func timeThatJumpsBackEntersNothingEarly() throws {
        var feed = OutcomeFeed()
        feed.say(target: 101, stop: 95)
        feed.quote(100, 100.25, at: 0)
        feed.quote(100, 100.5, at: 0.2)
        feed.quote(101, 101.25, at: 0.1)
        let outcome = try only(feed)
        #expect(outcome.entry?.index == 2 && outcome.exit?.index == 3)
    }

    // MARK: Several at once

    /// Both arms, MONITOR too, on one underlying: each to its own end, in the order in which they were followed.
    @Test func overlappingSignalsAreFollowedApart() {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95, id: "a", arm: .baseline)
        feed.say(.short, target: 90, stop: 110, id: "b", action: .monitor)
        feed.quote(100.25, 100.5, at: 0.1)
        feed.say(target: 110, stop: 99, id: "c")
        feed.quote(101, 101.25, at: 1)
        feed.quote(99, 99.25, at: 2)
        feed.quote(110, 110.25, at: 3)
        let outcomes = feed.outcomes()
        #expect(outcomes.map(\.id) == ["c", "a", "b"])
        #expect(outcomes.map(\.arm) == [.candidate, .baseline, .candidate])
        #expect(outcomes.map(\.kind) == [.stop, .target, .stop])
        #expect(outcomes.map(\.isActionable) == [true, true, false])
    }

    /// What the engine reads of it.
    @Test func theLineCarriesTheOutcome() throws {
        var feed = entered(target: 99)
        feed.append(.halted, at: 1)
        feed.close(at: 2)
        let line = try only(feed).line
        #expect(line.id == "s" && line.kind == .sessionClose && line.reason == nil)
        #expect(line.entry?.price == Price(nanos: points(100.5)) && line.exit?.time.nanos == outcomeTime(0.1))
        // From ask to bid, 0.25 points, and the costs, over 5.50 points.
        #expect(line.profitMicros == -16_700_000 && line.rMicros == -151_819)
        #expect(line.isTargetWrongSide && line.isTainted)
    }

    @Test func theLineOfNoOutcomeSaysWhy() throws {
        var feed = OutcomeFeed()
        feed.say(target: 110, stop: 95)
        feed.close(at: 1)
        let line = try only(feed).line
        #expect(line.kind == .unresolvable && line.reason == "no-underlying" && line.entry == nil)
    }

    @Test func aChangedRowDoesNotVerify() throws {
        var feed = entered()
        feed.quote(110, 110.5, at: 3)
        var outcome = try only(feed)
        #expect(outcome.recomputed(under: OutcomeTerms()) == outcome)
        #expect(outcome.recomputed(under: OutcomeTerms(costPerSideMicros: 900_000)) != outcome)
        outcome.exit?.price = Price(nanos: points(111))
        #expect(outcome.recomputed(under: OutcomeTerms()) != outcome)
    }

    /// Numbers at the ends of what DBN can carry are no crash.
    @Test func extremePricesDoNotOverflow() {
        var feed = OutcomeFeed(defined: false)
        let most = Int64.max - 1
        feed.append(.terms(UnderlyingTerms(tickNanos: most, multiplierNanos: most)), at: 0)
        feed.say(target: 9_000_000_000, stop: -9_000_000_000)
        feed.say(.short, target: -9_000_000_000, stop: -9_000_000_000)
        feed.append(.quote(bid: .min, ask: .min), at: 1)
        feed.append(.trade(.min), at: 20)
        feed.append(.quote(bid: most, ask: most), at: 21)
        feed.close(at: 22)
        #expect(feed.outcomes().count == 2)
    }
}
