extension TradePlanner {
    /// What a campaign trades.
    struct CampaignPlan: Sendable {
        let campaign: SyntheticCampaign
        let contract: Int
        /// Positions among the instruments, ascending.
        let instruments: [Int]
        /// Of the accumulation, options and futures together.
        let contracts: Int
    }

    /// Plans the campaigns that fit into the session with what follows, in order of time.
    mutating func planCampaigns(_ seed: UInt64, index: Int) -> [CampaignPlan] {
        // Their own numbers: campaigns stay the same when other flow changes.
        var own = SyntheticRandom(seed: seed, stream: .institutions, index: index)
        swap(&own, &random)
        defer { swap(&own, &random) }
        let contracts = WeightedTable(parameters.campaignContractShare)
        var plans: [CampaignPlan] = []
        for campaign in path.campaigns {
            let contract = contracts.draw(&random)
            let legs = legs(of: campaign, contract)
            let total = Double(random.within(parameters.campaignContracts)) * campaign.part * scale
            // Unequal, as orders are: each strike gets half to three halves of an even share.
            let weights = legs.map { _ in 0.5 + random.unit() }
            guard UInt64(campaign.horizon) * stepNanos < durationNanos, total >= 1 else { continue }
            let unit = total / weights.reduce(0, +)
            var orders = zip(legs, weights).map { ($0, Int(($1 * unit).rounded()), parameters.campaignChildSize) }
            let futures = Int((total * parameters.campaignFutureRatio).rounded())
            let future = TradeLeg(instrument: contract, ratio: Double(campaign.direction))
            orders.append((future, futures, parameters.campaignFutureChildSize))
            orders = orders.filter { $0.1 > 0 }
            guard !orders.isEmpty else { continue }
            for (leg, contracts, childSize) in orders { accumulate(leg, contracts, childSize, campaign) }
            plans.append(
                CampaignPlan(
                    campaign: campaign, contract: contract, instruments: orders.map(\.0.instrument).sorted(),
                    contracts: orders.reduce(0) { $0 + $1.1 }))
        }
        return plans
    }

    /// Options of neighbouring strikes; the sign of each ratio is the side: bought calls and sold puts gain from a rise,
    /// the reverse from a fall.
    private mutating func legs(of campaign: SyntheticCampaign, _ contract: Int) -> [TradeLeg] {
        let chain = universe.chains[contract]
        let first =
            money(contract, at: campaign.start) + campaign.direction * random.within(parameters.campaignFirstStrike)
        let strikes = (0..<random.within(parameters.campaignStrikes)).map {
            chain.clamped(first + campaign.direction * $0)
        }
        var legs: [TradeLeg] = []
        for strike in Set(strikes).sorted() {
            let buys = random.chance(campaign.boughtShare)
            let both = random.chance(parameters.campaignBothShare)
            let (gaining, other) =
                campaign.direction > 0
                ? (chain.call(strike), chain.put(strike)) : (chain.put(strike), chain.call(strike))
            if buys || both { legs.append(TradeLeg(instrument: gaining, ratio: 1)) }
            if !buys || both { legs.append(TradeLeg(instrument: other, ratio: -1)) }
        }
        return legs
    }

    private mutating func accumulate(
        _ leg: TradeLeg, _ contracts: Int, _ childSize: Double, _ campaign: SyntheticCampaign
    ) {
        add(
            [leg], second: campaign.start, seconds: campaign.seconds, contracts: contracts, childSize: childSize,
            buyShare: parameters.campaignSideShare)
        if campaign.reversalSeconds > 0 {
            add(
                [leg], second: campaign.end, seconds: campaign.reversalSeconds, contracts: contracts,
                childSize: childSize, buyShare: 1 - parameters.campaignSideShare)
        }
    }
}
