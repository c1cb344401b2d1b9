internal import MarketData

/// Plays one session: makers who follow fair value, the anonymous background, and the programs of everybody else, all
/// against the exchange.
struct SyntheticFlow: ~Copyable {
    let parameters: MarketParameters
    let universe: SyntheticUniverse
    private let activity: [Double]
    private let open: UInt64
    /// ns after the open at which the last event may happen; what follows from it fits in before the close.
    private let end: UInt64
    private let stepNanos: UInt64
    private let scale: Double
    private let arrivals: WeightedTable
    private let gaps = QuantileTable<Double>.exponential
    let futureSizes: QuantileTable<Int>
    let optionSizes: QuantileTable<Int>
    let futureTrades: QuantileTable<Int>
    let optionTrades: QuantileTable<Int>
    let futureDistances: QuantileTable<Int>
    let optionDistances: QuantileTable<Int>
    /// Share of moves of fair value that makers wait for: smaller steps at a larger scale.
    let patience: Double

    var exchange: SyntheticExchange
    var fairValues: FairValues
    var makers: MakerQuotes
    var random: SyntheticRandom
    var regimeBuyShare = 0.5
    private var queue: TradeQueue

    init(_ market: SyntheticMarket, path: PricePath, universe: SyntheticUniverse) {
        let parameters = market.parameters
        self.parameters = parameters
        self.universe = universe
        activity = path.activity
        open = market.session.open.nanos
        end = market.durationNanos - min(market.durationNanos, 2_000_000)
        stepNanos = market.stepNanos
        scale = market.scale
        patience = scale > 0 ? (1 / scale).squareRoot() : 0
        arrivals = WeightedTable(universe.instruments.map(\.weight))
        futureDistances = .geometric(success: 1 / parameters.futureOrderTicks, atMost: 60)
        optionDistances = .geometric(success: 1 / parameters.optionOrderTicks, atMost: 60)
        futureSizes = .geometric(success: 1 / parameters.futureOrderSize, atMost: 100)
        optionSizes = .geometric(success: 1 / parameters.optionOrderSize, atMost: 200)
        futureTrades = .pareto(tail: parameters.futureTradeTail, atMost: 60)
        optionTrades = .geometric(success: 1 / parameters.optionTradeSize, atMost: 60)
        fairValues = FairValues(market, path: path, universe: universe)
        makers = MakerQuotes(universe, parameters)
        random = SyntheticRandom(seed: market.seed, stream: .flow, index: market.session.index)
        exchange = SyntheticExchange(
            universe.instruments, start: open,
            random: SyntheticRandom(seed: market.seed, stream: .latencies, index: market.session.index))
        var planner = TradePlanner(market, path: path, universe: universe)
        _ = planner.planCampaigns(market.seed, index: market.session.index)
        planner.planNoise()
        queue = TradeQueue(planner.programs, &planner.random)
    }

    /// Gives the number of records written.
    mutating func run(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows -> Int {
        try writeOpening(emit)
        var background = nextArrival(after: 1_000_000_000)
        var tick = scale > 0 ? stepNanos : .max
        while true {
            let program = queue.nextTime ?? .max
            let now = min(program, background, tick)
            guard now <= end else { break }
            advance(to: now)
            if now == program {
                // What is due before the market is open waits for it.
                trade(at: open + max(now, 1_000_000_000))
            } else if now == tick {
                watch(at: open + now)
                tick = UInt64(fairValues.second + 1) * stepNanos + UInt64(random.below(400_000_000))
                if fairValues.second + 1 >= PricePath.seconds { tick = .max }
            } else {
                background = arrivals(from: now)
            }
            try exchange.writer.drain(emit)
        }
        try exchange.writer.drain(over: 0, emit)
        return exchange.writer.records
    }

    // MARK: The opening

    private mutating func writeOpening(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var time = open
        for instrument in universe.instruments {
            time += 1_000
            exchange.writer.append(record: universe.definition(instrument, at: time))
            try exchange.writer.drain(emit)
        }
        for (number, instrument) in universe.instruments.enumerated() {
            time += 1_000
            exchange.writer.append(record: universe.openInterest(instrument, at: time, sequence: number + 1))
        }
        for instrument in universe.instruments {
            time += 1_000
            exchange.writer.append(record: universe.tradingStatus(instrument, at: time))
        }
        time += 1_000_000
        for instrument in universe.instruments.indices {
            openMakers(instrument)
            let depth = universe.instruments[instrument].isFuture ? parameters.futureDepth : parameters.optionDepth
            for side in [SyntheticSide.bid, .ask] {
                for _ in 0..<depth {
                    exchange.addResting(instrument, side, near: quote(instrument, side), size: orderSize(instrument))
                }
            }
            exchange.writeSnapshot(instrument, ordersFrom: open - 3_600_000_000_000, at: time)
            try exchange.writer.drain(emit)
        }
    }

    // MARK: Time

    private mutating func nextArrival(after now: UInt64) -> UInt64 {
        guard scale > 0 else { return .max }
        let perNano = parameters.arrivalsPerSecond * scale * activity[fairValues.second] / Double(stepNanos)
        return now + UInt64(min(gaps.draw(&random) / perNano, 1e14)) + 1
    }

    /// One arrival and those that cluster behind it; gives the time of the next one.
    private mutating func arrivals(from now: UInt64) -> UInt64 {
        var time = now
        let instrument = arrivals.draw(&random)
        arrive(instrument, at: open + time)
        while random.chance(parameters.clusterChance) {
            time += 20_000 + UInt64(gaps.draw(&random) * 2_000_000)
            guard time <= end else { break }
            arrive(instrument, at: open + time)
        }
        return nextArrival(after: now)
    }

    /// Moves fair values to the second of `now`.
    private mutating func advance(to now: UInt64) {
        let target = min(PricePath.seconds - 1, Int(now / stepNanos))
        while fairValues.second < target {
            fairValues.advance(&random)
            if random.chance(1 / parameters.regimeSeconds) {
                let side = random.below(4)
                regimeBuyShare = side == 0 ? parameters.regimeShare : side == 1 ? 1 - parameters.regimeShare : 0.5
            }
        }
    }

    /// The next child order of whichever program is due.
    private mutating func trade(at time: UInt64) {
        guard let clip = queue.next(&random) else { return }
        for (number, leg) in clip.legs.enumerated() {
            // Legs of a combination follow each other within a millisecond.
            let legTime = time + UInt64(number) * 80_000
            let contracts = max(1, (leg.ratio.magnitude * Double(clip.contracts)).rounded())
            let buys = clip.buys == (leg.ratio > 0)
            take(leg.instrument, aggressor: buys ? .bid : .ask, contracts: UInt32(min(contracts, 1e6)), at: legTime)
            for _ in 0..<clip.requotes { requote(leg.instrument, at: legTime + 20_000_000) }
        }
    }
}
