import MarketData
import Testing

@testable import Feeds

/// Sessions on consecutive days; dates do not matter to prices.
private func series(_ count: Int, seed: UInt64, from day: String = "2026-11-02") throws -> [SyntheticMarket] {
    let first = try #require(CivilDate(day))
    let sessions = (0..<count).map { number in
        let date = first.adding(days: number)
        let open = Timestamp(seconds: Int64(date.daysSince1970) * 86_400 - 3600)
        return SyntheticSession(
            index: number, tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800))
    }
    return SyntheticMarket.sessions(seed: seed, sessions)
}

private func path(_ market: SyntheticMarket) -> PricePath {
    PricePath(
        seed: market.seed, index: market.session.index, openingSpot: market.openingSpotPoints, market.parameters)
}

/// What became of entering at `second` with target and stop one expected half hour away: +1, -1, or 0 by the end.
private func outcome(_ path: PricePath, at second: Int, direction: Int, _ parameters: MarketParameters) -> Int {
    let entry = path.spot[second]
    let reach = parameters.expectedHalfHourPoints(price: entry)
    for later in path.spot[second...] {
        let gain = (later - entry) * Double(direction)
        if gain >= reach { return 1 }
        if gain <= -reach { return -1 }
    }
    return 0
}

@Suite struct MarketModelTests {
    /// 48 sessions of one seed, about 330 campaigns: prices only, which is quick.
    private static let paths = Result { try series(48, seed: 101).map(path) }

    // MARK: Campaigns

    @Test func campaignsAreAsManyAsPromised() throws {
        let paths = try Self.paths.get()
        let counts = paths.map(\.campaigns.count)
        #expect(Set(counts).isSubset(of: [0] + Array(6...10)), "\(counts)")
        // One session in eight, within three standard errors (48 draws: .14).
        let empty = counts.count { $0 == 0 }
        #expect((1...13).contains(empty), "\(empty) sessions without campaigns")
        let campaigns = paths.flatMap(\.campaigns)
        let real = campaigns.filter { !$0.isFalseStart }
        let falseShare = 1 - Double(real.count) / Double(campaigns.count)
        let cameShare = Double(real.count { $0.moveCame }) / Double(real.count)
        let longShare = Double(campaigns.count { $0.direction > 0 }) / Double(campaigns.count)
        print(
            "\(campaigns.count) campaigns in \(counts.count) sessions, \(empty) sessions without; false starts",
            "\(falseShare), moves of the others \(cameShare), long \(longShare)")
        // About 330 campaigns: three standard errors are .06, .07 and .08.
        #expect((falseShare - 0.15).magnitude < 0.06)
        #expect((cameShare - 0.80).magnitude < 0.07)
        #expect((longShare - 0.5).magnitude < 0.08)
        #expect(campaigns.allSatisfy { !($0.isFalseStart && $0.moveCame) })
    }

    @Test func oneMoveIsOverBeforeTheNextCampaignBegins() throws {
        for path in try Self.paths.get() {
            for (one, next) in zip(path.campaigns, path.campaigns.dropFirst()) { #expect(one.horizon <= next.start) }
            if let last = path.campaigns.last { #expect(last.horizon < PricePath.seconds) }
        }
    }

    /// Entering at the campaign's middle with target and stop one expected half hour away wins about as often as moves
    /// come; with a direction by chance, half the time.
    @Test func whoKnowsTheTruthWinsAndACoinDoesNot() throws {
        var came: [Int] = []
        var missed: [Int] = []
        var all: [Int] = []
        var coin: [Int] = []
        var random = FeedRandom(seed: 4)
        let parameters = MarketParameters.standard
        for path in try Self.paths.get() {
            for campaign in path.campaigns {
                let middle = campaign.start + campaign.seconds / 2
                let result = outcome(path, at: middle, direction: campaign.direction, parameters)
                if !campaign.isFalseStart {
                    all.append(result)
                    if campaign.moveCame { came.append(result) } else { missed.append(result) }
                }
                let side = Bool.random(using: &random) ? 1 : -1
                coin.append(outcome(path, at: middle, direction: side, parameters))
            }
        }
        func share(_ results: [Int]) -> Double { Double(results.count { $0 > 0 }) / Double(results.count) }
        print(
            "won: move came \(share(came)) of \(came.count), move missing \(share(missed)) of \(missed.count),",
            "campaigns that were no false starts \(share(all)), coin \(share(coin)) of \(coin.count)")
        #expect(share(came) > 0.90)
        #expect(share(missed) < 0.5)
        #expect((share(all) - Double(came.count) / Double(all.count)).magnitude < 0.07)
        #expect((share(coin) - 0.5).magnitude < 0.085)
    }

    /// Without campaigns the price is a martingale: entering anywhere wins half the time.
    @Test func elsewhereThereIsNothingToKnow() throws {
        var results: [Int] = []
        for path in try Self.paths.get() {
            for second in stride(from: 600, to: 79_000, by: 3_600)
            where path.campaigns.allSatisfy({ second + 1_800 < $0.start || second > $0.horizon }) {
                results.append(outcome(path, at: second, direction: 1, .standard))
            }
        }
        let won = Double(results.count { $0 > 0 }) / Double(results.count)
        #expect(results.count > 400)
        #expect((won - 0.5).magnitude < 0.075, "\(won) of \(results.count)")
    }

    // MARK: What the tape shows

    /// Labels against the tape: at the named instruments more than three quarters of what is traded in the named time is
    /// on the campaign's side, and at least so much is traded.
    @Test func labelsNameWhatWasTraded() throws {
        let market = try #require(try series(3, seed: 7).first { $0.labels.campaigns.count > 5 })
        let tape = try MarketTape(market)
        let labels = market.labels
        for label in labels.campaigns {
            let ids = label.instrumentIDs.map(\.rawValue)
            var with = 0
            var against = 0
            for trade in tape.trades
            where (label.start.nanos..<label.end.nanos).contains(trade.time) && ids.contains(trade.instrument) {
                guard let place = ids.firstIndex(of: trade.instrument) else { continue }
                let symbol = label.symbols[place]
                let gains = trade.buys != symbol.contains(" P")
                if gains == (label.direction == .long) { with += trade.contracts } else { against += trade.contracts }
            }
            #expect(with + against >= label.contracts, "campaign \(label.campaign)")
            // The future among them trades for many other reasons.
            let share = Double(with) / Double(with + against)
            #expect(share > 0.62, "campaign \(label.campaign): \(share)")
        }
    }

    /// The price that can be traded is the path's, by carry (3.4 % a year) and within a tick or two.
    @Test func quotesFollowThePath() throws {
        let market = try series(1, seed: 9)[0]
        let path = path(market)
        let tape = try MarketTape(market)
        let open = market.session.open.nanos
        let expiry = 1_797_604_200.0  // 2026-12-18 14:30 UTC
        // From the trade date to the expiry's date, as the exchange counts.
        let days = ((expiry - Double(open / 1_000_000_000)) / 86_400).rounded(.down)
        let carry = 1 + 0.034 * days / 365
        var far = 0
        for quote in tape.quotes {
            let second = min(82_799, Int((quote.time - open) / 1_000_000_000))
            let middle = Double(quote.bid + quote.ask) / 2e9
            if (middle - path.spot[second] * carry).magnitude > 5 { far += 1 }
        }
        #expect(tape.quotes.count > 50_000)
        #expect(Double(far) / Double(tape.quotes.count) < 0.03, "\(far) of \(tape.quotes.count)")
    }

    // MARK: Values

    /// Expected values: Python's `statistics.NormalDist().cdf`.
    @Test func normalDistributionIsRight() {
        let normal = NormalTable()
        for (x, expected) in [
            (0.0, 0.5), (0.1, 0.539827837277029), (1, 0.8413447460685429), (-1.959963984540054, 0.025),
            (2.5758293035489, 0.995), (-4.3, 8.539905471e-06), (7.99, 1), (9, 1), (-9, 0),
        ] {
            #expect((normal.below(x) - expected).magnitude < 2e-10, "\(x)")
        }
    }

    /// Options before the open of 2026-11-20, with 28.65 days to NQZ6's expiry, against Black (1976) computed with
    /// Python's `math.erf` for the printed future, volatility .21.
    @Test func optionsFollowBlack() throws {
        var parameters = MarketParameters.standard
        parameters.impliedVolatilityNoise = 0
        parameters.volatilityEvents = 0
        parameters.campaignVolatilityBump = 0
        parameters.firstSpotPoints = 25_000
        parameters.carryPerYear = 0
        let date = try #require(CivilDate("2026-11-20"))
        let open = Timestamp(seconds: Int64(date.daysSince1970) * 86_400 - 3600)
        let session = SyntheticSession(tradeDate: date, open: open, close: open.advanced(bySeconds: 82_800))
        let market = SyntheticMarket(seed: 1, session: session, parameters: parameters)
        let universe = SyntheticUniverse(seed: 1, session: session, openingSpot: 25_000, parameters)
        let values = FairValues(market, path: path(market), universe: universe)
        let expectations = [
            ("NQZ6 C25000", 586.6661644521137), ("NQZ6 P25000", 586.6661644521155),
            ("NQZ6 C25300", 452.27299766644137), ("NQZ6 P24500", 364.7015381872625),
            ("NQZ6 C24500", 864.7015381872643), ("NQZ6 P25750", 1044.0572836549654),
        ]
        for (symbol, expected) in expectations {
            let instrument = try #require(universe.instruments.firstIndex { $0.symbol == symbol })
            #expect((values.points(instrument) - expected).magnitude < 1e-5, "\(symbol)")
        }
    }

    /// A changed value needs a new last entry of the history.
    @Test func theHistoryEndsWithTheseValues() throws {
        let last = try #require(MarketParameters.history.last)
        #expect(
            last.hash == MarketParameters.standard.hash,
            "values changed: add a line with this hash and the reason to MarketParameters.history")
        let dates = MarketParameters.history.map(\.date.daysSince1970)
        #expect(dates == dates.sorted())
        var other = MarketParameters.standard
        other.moveChance = 0.81
        #expect(other.hash != MarketParameters.standard.hash)
        #expect(other.canonicalText.contains("moveChance=0.81\n"))
    }
}
