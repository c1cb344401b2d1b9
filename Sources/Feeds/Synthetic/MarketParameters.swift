/// Every number of the synthetic market, with the reason for it.
///
/// The model is deliberately simple and its values are assumptions, chosen before any engine ran on it and fitted to
/// none. It does not claim to be NQ: it has the shapes that engines must cope with (several underlyings, thin strikes,
/// one-sided flow with and without information, quiet nights). Rates are per second of the nominal 23-hour session.
public struct MarketParameters: Hashable, Sendable {
    /// A point of a piecewise linear function of the session's time.
    public struct Knot: Hashable, Sendable {
        public var hoursAfterOpen: Double
        public var value: Double

        public init(_ hoursAfterOpen: Double, _ value: Double) {
            self.hoursAfterOpen = hoursAfterOpen
            self.value = value
        }
    }

    // MARK: Prices

    /// Index points before the first session: where NQ stood in the autumn of 2025, as in the benchmark generator.
    public var firstSpotPoints = 24_800.0
    /// Futures over spot a year, as a share: a short rate of 4 % less a small dividend yield.
    public var carryPerYear = 0.034
    /// Standard deviation of one session's move, as a share: about 320 points, near the long-run daily figure of NQ.
    public var sessionVolatility = 0.013
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
    /// Annual volatility in option prices: a round usual level; fixed, so that option prices only follow the
    /// underlying.
    public var impliedVolatility = 0.20

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
    /// Share of those that are thin: enough strikes where a burst outgrows the open interest.
    public var thinShare = 0.8
    /// Contracts of open interest of a thin strike: a burst of 500 is then 5 to 25 times as much.
    public var thinOpenInterest = 20...110
    /// Contracts of open interest of the other strikes: no session's volume gets near 10 times that.
    public var openInterest = 400...6_000
    /// Contracts of open interest of the futures: front month as published for NQ, the others small.
    public var futureOpenInterest = [265_000, 31_000, 4_200]

    // MARK: Books

    /// Orders a side that makers aim for, futures and options: shallow, so that books stay small and move.
    public var futureDepth = 16
    public var optionDepth = 7
    /// Ticks between fair value and the nearest order, by contract's future: the front month is a tick or two wide.
    public var futureHalfSpreadTicks = [1, 3, 5]
    /// Half spread of an option as a share of its price, at least two ticks: option makers quote wider on dearer
    /// options.
    public var optionHalfSpread = 0.004
    /// Mean contracts of a resting order, futures and options: small orders in futures, maker's quotes in options.
    public var futureOrderSize = 3.5
    public var optionOrderSize = 11.0

    // MARK: Background flow

    /// Independent arrivals a second, mean over the session: gives about half a million records in all.
    public var arrivalsPerSecond = 0.80
    /// Chance that an arrival is followed by another on the same instrument within milliseconds: half come in clusters.
    public var clusterChance = 0.35
    /// Shares of an arrival's actions; what is left of 1 are trades. About the mix of the benchmark generator.
    public var addShare = 0.42
    public var cancelShare = 0.27
    public var modifyShare = 0.17
    /// Chance that an order which the fair value has passed is traded against rather than moved away: the reason trades
    /// and price moves go together. Option makers are faster than those who would hit them.
    public var futureStaleFillChance = 0.15
    public var optionStaleFillChance = 0.02
    /// Mean seconds for which background futures buyers or sellers stay in the majority, and their share then.
    public var regimeSeconds = 420.0
    public var regimeShare = 0.70

    // MARK: Bursts

    /// Times a session when some party has an opinion on direction and trades it at several strikes at once.
    public var episodeCount = 42
    /// Chance that the price follows an episode: more often than not, far from always.
    public var followThroughChance = 0.6
    /// Points it then goes, on average, over `followThroughSeconds`: half a standard deviation of such a period.
    public var followThroughPoints = 28.0
    public var followThroughSeconds = 1_800
    /// Seconds an episode's runs start within.
    public var episodeSeconds = 600
    /// Runs of one episode.
    public var runsPerEpisode = 8...13
    /// Runs a session without any opinion, one-sided by chance or balanced: spikes that mean nothing.
    public var isolatedRuns = 180
    /// Share of isolated runs that are balanced.
    public var balancedShare = 0.4
    /// Share of the runs at futures.
    public var futureRunShare = 0.08
    /// Share of the option runs at thin strikes.
    public var thinRunShare = 0.9
    /// Strikes drawn for a run, of which the one nearest the money is taken: most volume trades within a percent of it.
    public var runStrikeDraws = 7
    /// A run at a thin strike trades so many times its open interest: several runs are needed for the highest levels.
    public var runOpenInterestMultiple = 5...19
    /// Contracts of every other run, and the least of one at a thin strike.
    public var runContracts = 150...700
    /// Seconds a run lasts.
    public var runSeconds = 150...660
    /// Mean contracts of a run's trades, futures and options.
    public var futureRunTradeSize = 9.0
    public var optionRunTradeSize = 26.0
    /// Share of a one-sided run's trades on its side: far above two to one, so that noise does not hide it.
    public var runSideShare = 0.86
    /// Runs by contract: more even than the background, so that every underlying has its own.
    public var runContractShare = [0.50, 0.28, 0.22]

    public static let standard = MarketParameters()

    public init() {}
}
