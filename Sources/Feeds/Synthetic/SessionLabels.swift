public import MarketData

/// The truth about one campaign of a generated session.
public struct CampaignLabel: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable { case long, short }

    /// 1, 2, 3, ... in order of time.
    public var campaign: Int
    /// The future that the direction is about.
    public var underlyingID: InstrumentID
    public var underlying: String
    /// What was traded, ascending by position in the universe: the future first, then options by strike. `symbols`
    /// names the same.
    public var instrumentIDs: [InstrumentID]
    public var symbols: [String]
    public var direction: Direction
    /// All child orders of the accumulation lie in `start..<end`; a false start's reversal comes after.
    public var start: Timestamp
    public var end: Timestamp
    /// Ordered in the accumulation, options and futures together, on either side.
    public var contracts: Int
    /// The accumulation broke off; nobody knew anything.
    public var isFalseStart: Bool
    /// Whether the price was given a drift in the campaign's direction: decided when the session is drawn, before its
    /// prices, and not measured on them. Noise comes on top, so the price may end elsewhere once in a while.
    public var moveCame: Bool

    public init(
        campaign: Int, underlyingID: InstrumentID, underlying: String, instrumentIDs: [InstrumentID],
        symbols: [String], direction: Direction, start: Timestamp, end: Timestamp, contracts: Int,
        isFalseStart: Bool, moveCame: Bool
    ) {
        self.campaign = campaign
        self.underlyingID = underlyingID
        self.underlying = underlying
        self.instrumentIDs = instrumentIDs
        self.symbols = symbols
        self.direction = direction
        self.start = start
        self.end = end
        self.contracts = contracts
        self.isFalseStart = isFalseStart
        self.moveCame = moveCame
    }
}

/// The truth about one generated session.
public struct SessionLabels: Hashable, Sendable {
    /// The trade date.
    public var session: CivilDate
    public var seed: UInt64
    /// Number in the series.
    public var index: Int
    /// `MarketParameters.hash`.
    public var parameters: String
    /// Empty in a session without campaigns.
    public var campaigns: [CampaignLabel]

    public init(session: CivilDate, seed: UInt64, index: Int, parameters: String, campaigns: [CampaignLabel]) {
        self.session = session
        self.seed = seed
        self.index = index
        self.parameters = parameters
        self.campaigns = campaigns
    }
}

extension SyntheticMarket {
    /// The truth about this session, without making it.
    public var labels: SessionLabels {
        let path = PricePath(seed: seed, index: session.index, openingSpot: openingSpotPoints, parameters)
        let universe = SyntheticUniverse(seed: seed, session: session, openingSpot: openingSpotPoints, parameters)
        var planner = TradePlanner(self, path: path, universe: universe)
        let plans = planner.planCampaigns(seed, index: session.index)
        func time(_ second: Int) -> Timestamp {
            Timestamp(nanos: session.open.nanos + UInt64(second) * stepNanos)
        }
        let campaigns = plans.enumerated().map { number, plan in
            let contract = universe.contracts[plan.contract]
            let listed = plan.instruments.map { universe.instruments[$0] }
            return CampaignLabel(
                campaign: number + 1, underlyingID: InstrumentID(contract.id), underlying: contract.symbol,
                instrumentIDs: listed.map { InstrumentID($0.id) }, symbols: listed.map(\.symbol),
                direction: plan.campaign.direction > 0 ? .long : .short, start: time(plan.campaign.start),
                end: time(plan.campaign.end), contracts: plan.contracts, isFalseStart: plan.campaign.isFalseStart,
                moveCame: plan.campaign.moveCame)
        }
        return SessionLabels(
            session: session.tradeDate, seed: seed, index: session.index, parameters: parameters.hash,
            campaigns: campaigns)
    }
}
