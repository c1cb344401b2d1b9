import MarketData
import Testing

@testable import Engines

@Suite struct MarketMakingVerdictTests {
    /// Quoted by market makers all the time, as options are; 2,000 contracts bought in ten trades.
    @Test func quotingAloneDoesNotCondemnADirection() throws {
        var market = QuotedMarket()
        market.quote(0)
        for step in 0..<10 { market.trade(200, bought: true, at: 120 + Double(step)) }
        let verdict = market.making.verdict(0, other: nil)
        #expect(try #require(verdict.quoting).score > 0.95)
        #expect(verdict.probability == 0 && !market.making.rejects(verdict.probability))
    }

    @Test func balancedVolumeIsAMarketMakers() {
        var market = QuotedMarket()
        market.quote(0)
        for step in 0..<40 { market.trade(10, bought: step % 2 == 0, at: 120 + Double(step)) }
        let verdict = market.making.verdict(0, other: nil)
        #expect(verdict.probability > 0.8 && market.making.rejects(verdict.probability))
    }

    /// What a window under pressure of 2 : 1 trades is no sign, whatever else it does.
    @Test func aPressureOfTwoToOneIsNotBalance() {
        var market = QuotedMarket()
        for step in 0..<30 { market.trade(10, bought: step % 3 > 0, at: 1) }
        #expect(market.making.verdict(0, other: nil).flow.balanced == 0)
        for _ in 0..<15 { market.trade(10, bought: false, at: 2) }
        // 200 bought, 250 sold in 45 trades: 400 / 450 is two thirds of the way from 2/3 to 1; 45 / 49 for the count.
        let flow = market.making.verdict(0, other: nil).flow
        #expect(abs(flow.balanced - 2.0 / 3 * 45 / 49) < 1e-12)
    }

    /// 100 bought, then 80 sold two minutes later: 20 stay of 180.
    @Test func pressureThatIsTakenBackIsInventory() {
        var market = QuotedMarket()
        for _ in 0..<10 { market.trade(10, bought: true, at: 10) }
        #expect(market.making.verdict(0, other: nil).flow.reversed == 0)
        for _ in 0..<8 { market.trade(10, bought: false, at: 130) }
        let flow = market.making.verdict(0, other: nil).flow
        #expect(abs(flow.reversed - (1 - 20.0 / 180) * 18 / 22) < 1e-12)
    }

    @Test func aBoughtStraddleIsRejectedAndASyntheticIsNot() {
        for putIsBought in [true, false] {
            var market = QuotedMarket()
            market.quote(0)
            for step in 0..<5 {
                market.trade(100, bought: true, of: 0, at: Double(step) * 20)
                market.trade(95, bought: putIsBought, of: 1, at: Double(step) * 20 + 1)
            }
            let verdict = market.making.verdict(0, other: 1)
            #expect(market.making.rejects(verdict.probability) == putIsBought)
            #expect((verdict.flow.straddled > 0.9) == putIsBought)
            #expect(market.making.verdict(1, other: 0).flow.straddled == verdict.flow.straddled)
            #expect(market.making.verdict(0, other: nil).flow.straddled == 0)
        }
    }

    /// The same volumes minutes apart are two flows.
    @Test func legsHaveToTradeTogether() {
        var market = QuotedMarket()
        market.trade(500, bought: true, of: 0, at: 5)
        market.trade(500, bought: true, of: 1, at: 95)
        #expect(market.making.taken(0, other: 1).inStep == 0)
        market.trade(400, bought: true, of: 0, at: 96)
        #expect(market.making.taken(0, other: 1).inStep == 400 && market.making.taken(1, other: 0).inStep == 400)
        // A piece in which they go apart speaks against it.
        market.trade(300, bought: true, of: 0, at: 125)
        market.trade(100, bought: false, of: 1, at: 126)
        #expect(market.making.taken(0, other: 1).inStep == 300)
        #expect(market.making.taken(0, other: 9).inStep == 0 && market.making.taken(9, other: 0).inStep == 0)
    }

    /// Busy strikes: 150 trades each of a call, three quarters of them purchases, and of a put that is nobody's.
    @Test func aDirectionBesideABusyOtherRightIsKept() {
        var random = FlowRandom(seed: 3)
        var rejected = (pressed: 0, balanced: 0)
        for _ in 0..<200 {
            var pressed = QuotedMarket()
            var balanced = QuotedMarket()
            for step in 0..<150 {
                let time = Double(step) * 1.9
                let size = Int64(1 + random.below(20))
                pressed.trade(size, bought: random.below(4) > 0, of: 0, at: time)
                balanced.trade(size, bought: random.below(2) > 0, of: 0, at: time)
                for side in [0, 1] where random.below(2) == side {
                    pressed.trade(size, bought: side == 0, of: 1, at: time)
                    balanced.trade(size, bought: side == 0, of: 1, at: time)
                }
            }
            if pressed.making.rejects(pressed.making.verdict(0, other: 1).probability) { rejected.pressed += 1 }
            if balanced.making.rejects(balanced.making.verdict(0, other: 1).probability) { rejected.balanced += 1 }
        }
        #expect(rejected.pressed <= 10 && rejected.balanced >= 190)
    }

    @Test func withoutOrdersTheFlowStillSpeaks() {
        var market = QuotedMarket()
        for step in 0..<40 { market.trade(10, bought: step % 2 == 0, at: Double(step) / 10) }
        let verdict = market.making.verdict(0, other: nil)
        #expect(verdict.quoting == nil && market.making.rejects(verdict.probability))
        #expect(market.making.verdict(77, other: 78).probability == 0)
    }

    /// More of any part never makes market making less likely, and 0 and 1 are reached.
    @Test func theProbabilityRisesWithEachPart() {
        var random = FlowRandom(seed: 1)
        for _ in 0..<2000 {
            let parts = (0..<8).map { _ in random.unit() }
            let knowsLives = random.below(2) == 0
            func probability(_ parts: [Double]) -> Double {
                MarketMakingVerdict.probability(
                    quoting: QuotingParts(
                        twoSided: parts[0], symmetry: parts[1], cancelled: parts[2], replaced: parts[3],
                        shortLived: knowsLives ? parts[4] : nil),
                    flow: FlowParts(balanced: parts[5], straddled: parts[6], reversed: parts[7]))
            }
            let before = probability(parts)
            #expect(before >= 0 && before <= 1)
            for index in parts.indices {
                var more = parts
                more[index] += (1 - more[index]) * random.unit()
                #expect(probability(more) >= before)
            }
        }
        let most = QuotingParts(twoSided: 1, symmetry: 1, cancelled: 1, replaced: 1, shortLived: 1)
        let none = FlowParts(balanced: 0, straddled: 0, reversed: 0)
        #expect(MarketMakingVerdict.probability(quoting: most, flow: none) == 0)
        let certain = MarketMakingVerdict.probability(
            quoting: most, flow: FlowParts(balanced: 1, straddled: 0, reversed: 0))
        #expect(abs(certain - 1) < 1e-12)
    }
}

@Suite struct QuoteActivityTests {
    @Test func whatFillsTakeIsNotCancelled() {
        var market = QuotedMarket()
        let orders = (0..<4).map { _ in market.add("B", at: 0) }
        // One match: two orders filled whole, one in part; the third cancel is its owner's.
        for order in orders.prefix(3) { market.send("F", "B", order, at: 1) }
        market.send("C", "B", orders[0], at: 1.001, event: 1)
        market.send("C", "B", orders[1], at: 1.001, event: 1)
        market.send("M", "B", orders[2], at: 1.001, event: 1)
        market.send("C", "B", orders[2], at: 2)
        let activity = market.making.activity(0)
        #expect(activity.cancels == 1 && activity.modifies == 0 && activity.adds == 4)
        // A fill whose cancel never comes excuses nothing later.
        market.send("F", "B", orders[3], at: 3)
        market.send("C", "B", orders[3], at: 4)
        #expect(market.making.activity(0).cancels == 2)
    }

    @Test func anAddSoonAfterACancelOfItsSideReplaces() {
        var market = QuotedMarket()
        let bid = market.add("B", at: 0)
        market.send("C", "B", bid, at: 1)
        market.add("A", at: 1.05)
        #expect(market.making.activity(0).replacements == 0)
        let next = market.add("B", at: 1.1)
        #expect(market.making.activity(0).replacements == 1)
        market.add("B", at: 1.15)
        market.send("C", "B", next, at: 2)
        market.add("B", at: 2.101)
        #expect(market.making.activity(0).replacements == 1)
    }

    @Test func theWindowForgetsAndSnapshotsDoNotQuote() {
        var market = QuotedMarket()
        market.add("B", at: 0)
        market.add("A", at: 40)
        market.trade(5, bought: true, at: 40)
        market.add("B", flags: RecordFlags.snapshot, at: 41)
        market.add("B", flags: RecordFlags.topOfBook, at: 41)
        #expect(market.making.activity(0).adds == 2)
        // Ten pieces of 30 s: at 300 s the first is gone, at 330 s the second.
        market.add(of: 1, at: 300)
        #expect(market.making.activity(0).adds == 1 && market.making.taken(0, other: nil).bought == 5)
        market.add(of: 1, at: 330)
        #expect(market.making.activity(0) == QuoteActivity())
        #expect(market.making.activity(-1) == QuoteActivity() && market.making.activity(99) == QuoteActivity())
        market.making.removeAll()
        #expect(market.making.activity(1) == QuoteActivity())
    }

    /// Two adds, a cancel and a trade of a feed; trades are told apart from orders by the caller.
    @Test func recordsOfAFeedCount() throws {
        var feed = Feed()
        feed.trade(7, 10, 3, side: "B", action: "A", at: 1)
        feed.trade(7, 11, 4, side: "A", action: "A", at: 2)
        feed.trade(7, 10, 3, side: "B", action: "C", at: 3)
        feed.trade(7, 11, 4, side: "B", action: "T", at: 4)
        var decoder = RecordDecoder(fragment: true, fragmentVersion: 3)
        Array(feed.records.joined()).withUnsafeBytes { decoder.append($0) }
        var making = MarketMaking()
        while let run = try decoder.nextRun() {
            for record in run {
                if let order = record.asMbo { making.observe(order, instrument: 0, at: record.indexTime) }
            }
        }
        let activity = making.activity(0)
        #expect(activity.bidSize == 3 && activity.askSize == 4 && activity.adds == 2 && activity.cancels == 1)
        #expect(making.taken(0, other: nil).trades == 0)
    }

    /// Time that jumps back counts as now; "no time" is no time.
    @Test func oddTimesAndActionsAreSurvived() {
        var market = QuotedMarket()
        market.add("B", at: 100)
        market.add("B", at: 10)
        #expect(market.making.activity(0).adds == 2)
        for action in 0...255 as ClosedRange<UInt8> {
            for side in [UInt8(0), 65, 66, 78] {
                for time in [UInt64.max, 0, nanos(noon + 101)] {
                    market.making.observe(
                        OrderEvent(
                            action: action, side: side, size: .max, priceNanos: .min, orderID: .max, tsEvent: .max),
                        instrument: 0, at: time)
                }
            }
        }
        #expect(market.making.activity(0).adds == 8)
        market.making.observe(
            OrderEvent(action: 65, side: 65, size: 1, priceNanos: 0, orderID: 1, tsEvent: 0), instrument: 0,
            at: .max - 1)
        #expect(market.making.activity(0).adds == 1)
    }

    /// Random orders of three instruments against a list of all that happened.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func sumsAreThoseOfTheRecordsInTheWindow(seed: UInt64) {
        var random = FlowRandom(seed: seed)
        var market = QuotedMarket()
        var happened: [(time: Double, instrument: Int, what: String, size: Int64)] = []
        var time = 0.0
        for _ in 0..<3000 {
            time += random.unit() * 0.4
            let instrument = random.below(3)
            let side: Character = random.below(2) == 0 ? "B" : "A"
            let size = Int64(1 + random.below(50))
            switch random.below(6) {
            case 0, 1, 2: market.add(side, 10, UInt32(size), of: instrument, at: time)
            case 3: market.send("M", side, 1, size: UInt32(size), of: instrument, at: time)
            case 4: market.send("C", side, 1, size: UInt32(size), of: instrument, at: time)
            default:
                market.trade(size, bought: side == "B", of: instrument, at: time)
                happened.append((time, instrument, "T\(side)", size))
                continue
            }
            // Which of the three it was shows in the maker's own adds.
            happened.append((time, instrument, "?\(side)", size))
        }
        // Times are kept in whole milliseconds, as in `nanos`.
        let piece = Int((time * 1000).rounded(.down)) / 30_000
        for instrument in 0..<3 {
            let window = happened.filter {
                $0.instrument == instrument && Int(($0.time * 1000).rounded(.down)) / 30_000 > piece - 10
            }
            let activity = market.making.activity(instrument)
            let taken = market.making.taken(instrument, other: nil)
            #expect(taken.bought == window.filter { $0.what == "TB" }.map(\.size).reduce(0, +))
            #expect(taken.sold == window.filter { $0.what == "TA" }.map(\.size).reduce(0, +))
            #expect(taken.trades == window.filter { $0.what.hasPrefix("T") }.count)
            #expect(activity.updates == window.filter { $0.what.hasPrefix("?") }.count)
            let pieces = Dictionary(grouping: window.filter { $0.what.hasPrefix("T") }) {
                Int(($0.time * 1000).rounded(.down)) / 30_000
            }
            let swing = pieces.values.map { abs($0.map { $0.what == "TB" ? $0.size : -$0.size }.reduce(0, +)) }
            #expect(taken.swing == swing.reduce(0, +))
            #expect(market.making.taken(2, other: instrument).otherSwing == taken.swing)
            for other in [nil, 0, 1, 2] as [Int?] {
                let verdict = market.making.verdict(instrument, other: other)
                #expect(market.making.probability(instrument, other: other) == verdict.probability)
            }
        }
    }
}

@Suite struct OrderLifetimeTests {
    @Test func theShareOfShortLivesIsExactWhenAllAreFollowed() {
        var market = QuotedMarket()
        for step in 0..<20 {
            let order = market.add("B", at: Double(step) * 5)
            market.send("C", "B", order, at: Double(step) * 5 + (step < 15 ? 1 : 1.001))
        }
        let activity = market.making.activity(0)
        #expect(activity.ended == 20 && activity.shortLived == 15)
        #expect(market.making.verdict(0, other: nil).quoting?.shortLived == 0.75)
    }

    @Test func filledOrdersSayNothingOfLifetimes() {
        var market = QuotedMarket()
        let order = market.add("B", at: 0)
        market.send("F", "B", order, at: 0.5)
        market.send("C", "B", order, at: 0.5)
        #expect(market.making.activity(0).ended == 0)
    }

    /// 40 % of the orders live half a second, the rest ten: the sample of one in 16, in a table that is mostly full, says so within
    /// five standard errors.
    @Test(arguments: [4, 10])
    func theSampleIsNotBiased(slotBits: Int) {
        var rules = MarketMakingRules()
        rules.sampleSlotBits = slotBits
        var market = QuotedMarket(rules)
        var random = FlowRandom(seed: 9)
        // Orders to cancel by the step of 4 ms at which they end.
        var ends: [Int: [UInt64]] = [:]
        for step in 0..<60_000 {
            let time = Double(step) * 0.004
            for order in ends.removeValue(forKey: step) ?? [] { market.send("C", "B", order, at: time) }
            if step % 4 == 0 {
                ends[step + (random.below(5) < 2 ? 125 : 2500), default: []].append(market.add("B", at: time))
            }
        }
        let activity = market.making.activity(0)
        let share = Double(activity.shortLived) / Double(activity.ended)
        #expect(activity.ended > 50)
        #expect(abs(share - 0.4) < 5 * (0.24 / Double(activity.ended)).squareRoot())
    }
}

@Suite struct QuoteFlagTests {
    @Test(arguments: [(201, true), (200, false)])
    func moreUpdatesInASecondThanTheLimitIsStuffing(updates: Int, isStuffed: Bool) {
        var market = QuotedMarket()
        for step in 0..<updates { market.add("B", at: 0.5 + Double(step) * 0.004) }
        let verdict = market.making.verdict(0, other: nil)
        #expect(verdict.isStuffed == isStuffed && verdict.activity.peakPerSecond == updates)
    }

    /// Six bids at six prices in a tenth of a second, gone together three seconds later.
    private func ladder(_ prices: Int = 6, bothSides: Bool = false, cancelled: Int = 6, over: Double = 0.1) -> Bool {
        var market = QuotedMarket()
        var orders: [(UInt64, Double)] = []
        for step in 0..<6 {
            let price = 10 - Double(step % prices) * 0.05
            orders.append((market.add("B", price, at: Double(step) / 60), price))
            if bothSides { market.add("A", 11 + Double(step) * 0.05, at: Double(step) / 60 + 0.001) }
        }
        for (step, (order, price)) in orders.prefix(cancelled).enumerated() {
            market.send("C", "B", order, price: price, at: 3 + over * Double(step) / 6)
        }
        return market.making.verdict(0, other: nil).isLayered
    }

    @Test func aOneSidedLadderThatVanishesIsALayer() {
        #expect(ladder())
        #expect(ladder(cancelled: 5))
        #expect(!ladder(cancelled: 4))
        #expect(!ladder(bothSides: true))
        #expect(!ladder(1))
        #expect(!ladder(over: 60))
    }

    @Test func aMarketMakersQuotesAreNoLayers() {
        var market = QuotedMarket()
        market.quote(0)
        #expect(!market.making.verdict(0, other: nil).isLayered)
    }
}

@Suite struct StrikePairTests {
    private func terms(
        _ kind: InstrumentTerms.Kind, _ strike: Int64, expiry: UInt64 = 1, underlying: UInt32 = 7
    ) -> InstrumentTerms {
        var terms = InstrumentTerms()
        terms.kind = kind
        terms.strikeNanos = strike
        terms.expiration = expiry
        terms.underlyingID = InstrumentID(underlying)
        return terms
    }

    @Test func theOtherRightIsOfTheSameStrikeExpiryAndUnderlying() {
        var pairs = StrikePairs()
        pairs.apply(terms(.call, 100), at: 3)
        pairs.apply(terms(.put, 100, expiry: 2), at: 4)
        pairs.apply(terms(.put, 100, underlying: 8), at: 5)
        pairs.apply(terms(.put, 101), at: 6)
        pairs.apply(terms(.future, 100), at: 7)
        #expect((0...9).allSatisfy { pairs.other(of: $0) == nil })
        pairs.apply(terms(.put, 100), at: 8)
        #expect(pairs.other(of: 3) == 8 && pairs.other(of: 8) == 3)
        // Changed and deleted definitions leave.
        pairs.apply(terms(.put, 102), at: 8)
        #expect(pairs.other(of: 3) == nil)
        pairs.apply(terms(.put, 100), at: 8)
        pairs.apply(InstrumentTerms(), at: 3)
        #expect(pairs.other(of: 8) == nil && pairs.other(of: 3) == nil)
    }
}
