/// Every number of the synthetic market, with the reason for it.
///
/// The values are assumptions, fixed before an engine was tuned on the market and fitted to none; `history` (in
/// `MarketParameters+History.swift`) names every later change. The market is not NQ: it has the shapes an engine must
/// cope with. What the public sample of real data shows (spread, depth and trade sizes of a front future, in ticks and
/// contracts) a test prints beside the generated; everything about options and about who trades why is assumed, and
/// rests on published work where there is some:
///
/// - Kyle (1985), Econometrica 53: an informed trader spreads his orders over time and the price takes up part of what
///   he knows meanwhile, in proportion to his flow.
/// - Almgren, Thum, Hauptmann and Li (2005), Risk 18: impact is measured in the asset's own volatility, and a part of
///   it is temporary.
/// - Easley, O'Hara and Srinivas (1998), Journal of Finance 53: bought calls and sold puts (bought puts and sold calls)
///   foretell a rise (a fall) of the underlying; option volume without its side does not.
/// - Pan and Poteshman (2006), Review of Financial Studies 19: what option flow foretells comes over time.
/// - Barclay and Warner (1993), Journal of Financial Economics 34: informed orders hide in medium sizes.
/// - Lakonishok, Lee, Pearson and Poteshman (2007), Review of Financial Studies 20: most option volume is no bet on
///   direction. Chaput and Ederington (2003), Journal of Derivatives 10: much of the large volume is combinations.
/// - Barber and Odean (2008), Review of Financial Studies 21: individuals buy what has their attention.
/// - Avellaneda and Stoikov (2008), Quantitative Finance 8: makers quote around a fair value and shift with inventory.
///   Muravyev (2016), Journal of Finance 71: inventory moves option makers more than fear of the informed.
/// - Hasbrouck and Saar (2009), Journal of Financial Markets 12: many quotes live for seconds and are replaced.
/// - Bollen and Whaley (2004), Journal of Finance 59: net buying of options raises their implied volatility.
///
/// Known differences from real data: a future's makers move their orders (M) where real ones mostly cancel and add, the
/// future moves once a second, and books are shallow.
///
/// Rates are per second of the nominal 23-hour session. Activity is meant at scale 1.
public struct MarketParameters: Hashable, Sendable {
    /// A point of a piecewise linear function of the session's time.
    public struct Knot: Hashable, Sendable, CustomStringConvertible {
        public var hoursAfterOpen: Double
        public var value: Double

        public init(_ hoursAfterOpen: Double, _ value: Double) {
            self.hoursAfterOpen = hoursAfterOpen
            self.value = value
        }

        public var description: String { "\(hoursAfterOpen):\(value)" }
    }

    // MARK: Prices

    /// Index points before the first session: where NQ stood in the autumn of 2025, as in the benchmark generator.
    public var firstSpotPoints = 24_800.0
    /// Futures over spot a year, as a share: a short rate of 4 % less a small dividend yield.
    public var carryPerYear = 0.034
    /// Standard deviation of one session's move without campaigns, as a share: about 235 points. With the moves of
    /// campaigns a session has about 1.4 %, near the long-run daily figure of NQ.
    public var sessionVolatility = 0.0095
    /// Relative activity through the session, which opens at 17:00 Chicago: a small peak at the open, quiet until
    /// London (02:00, hour 9), loud at the cash open (08:30, hour 15.5) and the cash close (15:00, hour 22). Only the
    /// shape matters: it is divided by its mean. Prices move with its square root, so that variance goes with activity.
    public var activity: [Knot] = [
        Knot(0, 0.6), Knot(1, 0.3), Knot(3, 0.25), Knot(8, 0.3), Knot(9, 0.6), Knot(13, 0.5), Knot(15, 0.8),
        Knot(15.5, 3),
        Knot(16.5, 1.9), Knot(18.5, 1.1), Knot(21, 1.6), Knot(21.9, 2.8), Knot(22.2, 0.9), Knot(23, 0.5),
    ]
    /// Points by which a deferred future's basis wanders (standard deviation): enough that futures are not copies.
    public var basisNoisePoints = 0.6
    /// Annual volatility in option prices, mean: what `sessionVolatility` and the campaigns' moves amount to, less a
    /// little, as the expected half hour (39 points) should lie near the usual half hour's noise (35).
    public var impliedVolatility = 0.21
    /// Relative standard deviation of the slow noise in implied volatility, and the seconds after which it has
    /// forgotten itself: percents an hour, as volatility indices move on days without news.
    public var impliedVolatilityNoise = 0.03
    public var impliedVolatilitySeconds = 3_600
    /// Relative rise of implied volatility when a campaign only buys options (as much of a fall when it only sells),
    /// gone again when the time of its move is over (Bollen and Whaley 2004).
    public var campaignVolatilityBump = 0.04
    /// Times a session when implied volatility rises without any campaign, over so many seconds, by so much, and is
    /// crushed three times as fast: scheduled news.
    public var volatilityEvents = 2
    public var volatilityEventSeconds = 1_200
    public var volatilityEventBump = 0.15
    /// Implied volatility by contract over that of the front one, and how much of its changes each takes part in: a
    /// gently rising term structure that inverts when the front one spikes. There is no smile.
    public var volatilityTerm = [1, 1.02, 1.04]
    public var volatilityTermShare = [1, 0.6, 0.4]

    // MARK: Instruments

    /// Quarterly futures with a chain each. Three give routing by underlying something to divide.
    public var contractCount = 3
    /// Days before its third Friday at which a contract stops being the front one: the usual roll week.
    public var rollDays = 8
    /// Points between strikes by contract: near expiries list finer strikes.
    public var strikeStepPoints = [25, 25, 50]
    /// Points from the money to the last strike by contract: beyond 2 % (500 points), so that a distance rule has work.
    public var strikeReachPoints = [750, 700, 700]
    /// Share of the background events by contract, future and chain together: the front month dominates.
    public var contractShare = [0.62, 0.23, 0.15]
    /// Share of a contract's background events that is the future's: futures trade far more than any one strike.
    public var futureShare = [0.50, 0.30, 0.30]
    /// Strikes this near the money (share of the price) may be thin; the rest never are.
    public var thinReach = 0.022
    /// Share of those that are thin, as newly listed strikes are: the ones where a spike outgrows the open interest.
    public var thinShare = 0.12
    /// Contracts of open interest of a thin strike: 500 contracts are then 5 to 12 times as much.
    public var thinOpenInterest = 40...90
    /// Contracts of open interest of the other strikes: no session's volume gets near 10 times that.
    public var openInterest = 400...6_000
    /// Contracts of open interest of the futures: front month as published for NQ, the others small.
    public var futureOpenInterest = [265_000, 31_000, 4_200]

    // MARK: Books and makers

    /// Orders a side that others than makers hold, futures and options: shallow, so that books stay small and move.
    public var futureDepth = 9
    public var optionDepth = 3
    /// Makers an instrument, each with one bid and one ask of equal size. Three and two: enough to be replaced in turn.
    public var futureMakers = 3
    public var optionMakers = 2
    /// Ticks between fair value and a maker's order, by contract's future, before rounding to the grid: the
    /// front month is a tick or two wide.
    public var futureHalfSpreadTicks = [0.3, 2, 4]
    /// Half spread of an option as a share of its price, at least two ticks: option makers quote wider on dearer
    /// options.
    public var optionHalfSpread = 0.004
    /// Contracts of an option maker's quote on each side; one value is drawn when a maker changes its size. Round lots,
    /// as automatic quotes have.
    public var optionQuoteSizes = [5, 10, 10, 15, 20, 25]
    /// Contracts of a futures maker's quote: a few, as NQ shows about a tenth of the depth of ES.
    public var futureQuoteSizes = [1, 2, 2, 3, 4]
    /// Chance that a maker comes back with another size: rarely, sizes are a setting.
    public var quoteSizeChange = 0.04
    /// Chance that one side of an option maker's new quote is a tick further out: quotes are not perfectly even.
    public var quoteSkewChance = 0.15
    /// Points the front future moves before option makers near the money replace their quotes together, and strikes
    /// each side of the money that take part: about a thousand waves a session.
    public var waveMovePoints = 9.0
    public var waveStrikes = 5
    /// Points a future moves, by contract, before its makers follow; and the seconds after which a maker of the front
    /// one shows up in any case, so that a price is at most that old.
    public var futureFollowPoints = [2.25, 6, 9]
    public var futureQuoteSeconds = 4
    /// Mean ticks behind the makers' price at which others rest, the touch counted as 1, futures and options: books
    /// are spread over many prices, so that a move of a few ticks passes few orders.
    public var futureOrderTicks = 12.0
    public var optionOrderTicks = 12.0
    /// Mean contracts of other resting orders, futures and options.
    public var futureOrderSize = 2.6
    public var optionOrderSize = 8.0
    /// Tail index of futures trade sizes, the least integer below a Pareto variate: median 1, one in ten at least 4,
    /// one in a hundred at least 17, as in the real sample of ES (medians 1, 4 and 16).
    public var futureTradeTail = 1.6
    public var optionTradeSize = 3.0

    // MARK: Background flow

    /// Independent arrivals a second, mean over the session: gives about half a million records in all.
    public var arrivalsPerSecond = 0.48
    /// Chance that an arrival is followed by another on the same instrument within milliseconds: half come in clusters.
    public var clusterChance = 0.35
    /// Shares of an arrival's actions; what is left of 1 are trades. Option makers' own rhythm makes most of an
    /// option's events; adds and cancels balance and modifies are few, as in the real sample.
    public var futureRequoteShare = 0.25
    public var optionRequoteShare = 0.45
    public var addShare = 0.22
    public var cancelShare = 0.10
    public var modifyShare = 0.06
    /// Chance that an order which the fair value has passed is traded against rather than taken away: the reason trades
    /// and price moves go together. Option makers are faster than those who would hit them.
    public var futureStaleFillChance = 0.15
    public var optionStaleFillChance = 0.02
    /// Mean seconds for which background futures buyers or sellers stay in the majority, and their share then: order
    /// flow has memory without knowing anything.
    public var regimeSeconds = 420.0
    public var regimeShare = 0.70

    // MARK: Institutions

    /// Chance that a session has campaigns at all: engines must also be seen to keep silent.
    public var campaignSessionChance = 0.875
    /// Campaigns of a session that has any.
    public var campaigns = 6...10
    /// Seconds between the starts of two campaigns at least: one move is over before the next begins.
    public var campaignSpacingSeconds = 3_000
    /// Share of the campaigns placed where the market is busy; the others fall anywhere.
    public var campaignBusyShare = 0.5
    /// Seconds an accumulation lasts: minutes, several windows of any engine (Kyle 1985: spread over time).
    public var campaignSeconds = 420...900
    /// Share of false starts: the accumulation breaks off, nobody knew anything.
    public var falseStartShare = 0.15
    /// Share of the planned time and contracts after which a false start breaks off; half of them are then reversed
    /// within the rest of the time.
    public var falseStartPart: ClosedRange<Double> = 0.30...0.60
    public var falseStartReversal = 0.5
    /// Chance that the move comes after a campaign that is no false start.
    public var moveChance = 0.80
    /// Size of the move: `moveFixed` expected half hours (of `impliedVolatility`) plus `moveScaled` half hours' noise
    /// of that time of day, times a factor of 0.8 to 1.2. Both, because impact goes with volatility (Almgren et al.
    /// 2005) and a quiet night's move should still pay. Nearly three in all, so that half an hour's noise rarely hides it.
    public var moveFixed = 1.1
    public var moveScaled = 1.7
    /// Share of the move that leaks while the campaign accumulates (Kyle 1985). Also when no move comes: the pressure
    /// alone does it, and that part is temporary (Almgren et al. 2005).
    public var leakShare = 0.20
    /// Seconds over which the rest follows, from the accumulation's end.
    public var moveSeconds = 900...1_500
    /// When the move does not come: chance that price goes against the campaign, and by how much of the move's size.
    /// Else only the leak is undone.
    public var againstChance = 0.5
    public var againstPart = 0.45
    /// Contracts of options of a whole campaign: at 3 to 5 strikes some hundreds each, far above what a strike trades
    /// in an hour, and below its open interest.
    public var campaignContracts = 1_200...3_600
    /// Neighbouring strikes, counted from the first, which lies so many strikes in front of the money in the move's
    /// direction.
    public var campaignStrikes = 3...5
    public var campaignFirstStrike = -2...1
    /// Chance that a strike's options are bought (calls for a rise, puts for a fall) and not sold (puts for a rise, calls
    /// for a fall), drawn once a campaign; and that a strike is traded both ways. Both ways are informed (Easley, O'Hara
    /// and Srinivas 1998); buying is commoner, as it needs no margin.
    public var campaignBoughtShare: ClosedRange<Double> = 0.25...0.95
    public var campaignBothShare = 0.25
    /// Contracts in the future for each in options: some of the position is taken where it is cheapest.
    public var campaignFutureRatio = 0.12
    /// Mean contracts of a child order, options and futures: medium sizes hide best (Barclay and Warner 1993).
    public var campaignChildSize = 11.0
    public var campaignFutureChildSize = 3.0
    /// Share of the child orders on the campaign's side; the others disguise it. Far above the half of noise.
    public var campaignSideShare = 0.86
    /// Campaigns by contract: the front month is where depth is.
    public var campaignContractShare = [0.70, 0.20, 0.10]

    // MARK: Flow without information

    /// Individuals who buy calls or puts at a strike or three for a minute or four, in small lots, mostly from one side
    /// (Barber and Odean 2008).
    public var retailBursts = 40
    public var retailStrikes = 1...3
    public var retailContracts = 60...360
    public var retailSeconds = 60...240
    public var retailTradeSize = 2.5
    public var retailSideShare = 0.88
    /// Spikes at a thin strike, so many times its open interest but at least so many contracts: two parties who know
    /// each other's interest and nothing of direction. What a rule on volume over open interest sees. Two to five give
    /// such a rule some signals every session.
    public var thinSpikes = 2...5
    public var thinSpikeMultiple = 10...22
    public var thinSpikeContracts = 520
    /// Spikes at any other strike, contracts of each.
    public var plainSpikes = 10
    public var plainSpikeContracts = 250...900
    public var spikeSeconds = 120...600
    public var spikeTradeSize = 24.0
    /// Share of the spikes that are balanced; the others are one-sided by so much and mean as little (Lakonishok et al.
    /// 2007: volume is seldom a bet on direction).
    public var spikeBalancedShare = 0.5
    public var spikeSideShare = 0.85
    /// Makers who lay off inventory at a strike, often call and put alike, while their two-sided quotes at that strike
    /// go on being replaced (Muravyev 2016).
    public var inventoryRuns = 26
    public var inventoryStraddleShare = 0.5
    public var inventoryContracts = 120...600
    public var inventorySeconds = 150...540
    public var inventoryTradeSize = 9.0
    public var inventorySideShare = 0.88
    /// New quotes after each of those trades.
    public var inventoryRequotes = 2
    /// Combinations: straddles, verticals, and risk reversals, synthetics and single options hedged with the opposite
    /// future, all legs within a millisecond (Chaput and Ederington 2003).
    public var structures = 45
    public var structureContracts = 60...400
    public var structureSeconds = 60...420
    public var structureClip = 18.0
    /// Positions closed, either side, in the last hours before the cash close: hours after the open from and to.
    public var closings = 24
    public var closingHours: ClosedRange<Double> = 19.5...22.2
    public var closingContracts = 80...400
    public var closingSeconds = 120...900
    public var closingTradeSize = 7.0
    public var closingBuyShare: ClosedRange<Double> = 0.30...0.70
    /// Positions rolled to the next contract: one month sold, the other bought, in one clip.
    public var rolls = 14
    public var rollContracts = 40...240
    public var rollSeconds = 120...600
    public var rollClip = 8.0
    /// Trades without information by contract: more even than the background, so that every underlying has its own.
    public var flowContractShare = [0.55, 0.26, 0.19]
    /// Strikes each side of the money among which such flow chooses: most volume trades within a percent or two.
    public var flowStrikes = 12

    public static let standard = MarketParameters()

    public init() {}
}
