internal import MarketData

/// Plays one session: background arrivals, makers who follow fair value, and the runs, all against the exchange.
struct SyntheticFlow: ~Copyable {
    private let parameters: MarketParameters
    private let path: PricePath
    private let universe: SyntheticUniverse
    private let open: UInt64
    /// ns after the open at which the last event may happen; what follows from it fits in before the close.
    private let end: UInt64
    private let stepNanos: UInt64
    private let rate: Double
    private let arrivals: WeightedTable
    private let futureSizes: QuantileTable<Int>
    private let optionSizes: QuantileTable<Int>
    private let futureTrades: QuantileTable<Int>
    private let optionTrades: QuantileTable<Int>
    private let distances = QuantileTable<Int>.geometric(success: 0.34, atMost: 20)
    private let gaps = QuantileTable<Double>.exponential
    /// Time value by distance from the money: e^(-x^2) for x = 0, 1/256, ... below 4, then nothing.
    private let bell: [Double]

    private var exchange: SyntheticExchange
    private var runs: SyntheticRuns
    private var random: SyntheticRandom
    /// Second of the path that fair values are of.
    private var second = 0
    /// Points by contract.
    private var basisNoise: [Double]
    private var regimeBuyShare = 0.5

    init(_ market: SyntheticMarket, path: PricePath, universe: SyntheticUniverse) {
        let parameters = market.parameters
        self.parameters = parameters
        self.path = path
        self.universe = universe
        open = market.session.open.nanos
        let duration = max(market.session.close.nanos, open) - open
        end = duration - min(duration, 2_000_000)
        // A session longer than the nominal one is stretched, a shorter one is cut.
        stepNanos = max(1_000_000_000, duration / UInt64(PricePath.seconds) + 1)
        rate = parameters.arrivalsPerSecond * market.scale
        arrivals = WeightedTable(universe.instruments.map(\.weight))
        futureSizes = .geometric(success: 1 / parameters.futureOrderSize, atMost: 100)
        optionSizes = .geometric(success: 1 / parameters.optionOrderSize, atMost: 200)
        futureTrades = .geometric(success: 1 / parameters.futureRunTradeSize, atMost: 100)
        optionTrades = .geometric(success: 1 / parameters.optionRunTradeSize, atMost: 200)
        bell = (0..<1024).map { SyntheticMath.exp(-Double($0 * $0) / 65_536) }
        basisNoise = universe.contracts.map { _ in 0 }
        random = SyntheticRandom(seed: market.seed, stream: .flow, index: market.session.index)
        exchange = SyntheticExchange(
            universe.instruments, start: open,
            random: SyntheticRandom(seed: market.seed, stream: .latencies, index: market.session.index))
        runs = SyntheticRuns(
            seed: market.seed, index: market.session.index, path: path, universe: universe, stepNanos: stepNanos,
            scale: market.scale, parameters)
    }

    /// Gives the number of records written.
    mutating func run(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows -> Int {
        try writeOpening(emit)
        var background = nextArrival(after: 1_000_000_000)
        while true {
            let run = runs.nextTime ?? .max
            let now = min(run, background)
            guard now <= end else { break }
            advance(to: now)
            if run <= background {
                tradeRun(at: open + now)
            } else {
                var time = now
                let instrument = arrivals.draw(&random)
                arrive(instrument, at: open + time)
                while random.chance(parameters.clusterChance) {
                    time += 20_000 + UInt64(gaps.draw(&random) * 2_000_000)
                    guard time <= end else { break }
                    arrive(instrument, at: open + time)
                }
                background = nextArrival(after: now)
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
        guard rate > 0 else { return .max }
        let perNano = rate * path.activity[second] / Double(stepNanos)
        return now + UInt64(min(gaps.draw(&random) / perNano, 1e14)) + 1
    }

    /// Moves fair values to the second of `now`.
    private mutating func advance(to now: UInt64) {
        let target = min(PricePath.seconds - 1, Int(now / stepNanos))
        while second < target {
            second += 1
            for contract in 1..<max(1, basisNoise.count) {
                // Pulled back within about 500 s; the factor keeps the standard deviation at its parameter.
                basisNoise[contract] +=
                    parameters.basisNoisePoints * 0.0632 * random.bell() - basisNoise[contract] * 0.002
            }
            if random.chance(1 / parameters.regimeSeconds) {
                let side = random.below(4)
                regimeBuyShare = side == 0 ? parameters.regimeShare : side == 1 ? 1 - parameters.regimeShare : 0.5
            }
        }
    }

    // MARK: Values

    /// Points.
    private func fairPoints(_ instrument: Int) -> Double {
        let listed = universe.instruments[instrument]
        let contract = universe.contracts[listed.contract]
        let future = path.spot[second] * contract.carry + basisNoise[listed.contract]
        if listed.isFuture { return future }
        let above = future - Double(listed.strikePoints)
        let distance = Int((above / contract.timeValueWidthPoints).magnitude * 256)
        let timeValue = distance < bell.count ? contract.timeValuePoints * bell[distance] : 0
        return max(0.25, max(0, listed.isCall ? above : -above) + timeValue)
    }

    /// Fair value and half the makers' spread, in price units.
    private func fair(_ instrument: Int) -> (value: Int32, halfSpread: Int32) {
        let points = fairPoints(instrument)
        let units = Int32(points * Double(SyntheticExchange.unitsPerPoint))
        let tick = exchange.tick(instrument, at: units)
        let listed = universe.instruments[instrument]
        if listed.isFuture { return (units, tick * Int32(parameters.futureHalfSpreadTicks[listed.contract])) }
        let share = Int32(points * parameters.optionHalfSpread * Double(SyntheticExchange.unitsPerPoint))
        return (units, max(2 * tick, share))
    }

    /// A price that a maker would show on `side`.
    private mutating func quote(_ instrument: Int, _ side: SyntheticSide) -> Int32 {
        let (value, halfSpread) = fair(instrument)
        let away = halfSpread + Int32(distances.draw(&random) - 1) * exchange.tick(instrument, at: value)
        return side == .bid ? value - away : value + away
    }

    private mutating func orderSize(_ instrument: Int) -> UInt32 {
        UInt32((universe.instruments[instrument].isFuture ? futureSizes : optionSizes).draw(&random))
    }

    // MARK: What happens

    private mutating func arrive(_ instrument: Int, at time: UInt64) {
        follow(instrument, at: time)
        let isFuture = universe.instruments[instrument].isFuture
        let target = isFuture ? parameters.futureDepth : parameters.optionDepth
        let side: SyntheticSide = random.chance(0.5) ? .bid : .ask
        let count = exchange.count(instrument, side)
        var choice = random.unit()
        if count < 3 { choice = 0 }
        if choice < parameters.addShare {
            if count >= target + target / 2 { exchange.cancel(instrument, side, count - 1, at: time) }
            exchange.add(instrument, side, near: quote(instrument, side), size: orderSize(instrument), at: time)
            return
        }
        choice -= parameters.addShare
        if choice < parameters.cancelShare {
            if count < target * 2 / 3 {
                exchange.add(instrument, side, near: quote(instrument, side), size: orderSize(instrument), at: time)
            } else {
                exchange.cancel(instrument, side, random.below(count), at: time)
            }
            return
        }
        choice -= parameters.cancelShare
        if choice < parameters.modifyShare {
            let place = random.below(count)
            let order = exchange.order(instrument, side, place)
            if random.chance(0.6) {
                exchange.modify(instrument, side, place, near: quote(instrument, side), size: order.size, at: time)
            } else {
                exchange.modify(instrument, side, place, near: order.price, size: orderSize(instrument), at: time)
            }
            return
        }
        let buys = random.chance(isFuture ? regimeBuyShare : 0.5)
        let size = max(1, orderSize(instrument) / (isFuture ? 1 : 4))
        exchange.trade(instrument, aggressor: buys ? .bid : .ask, size: size, at: time)
    }

    /// Makers move what fair value has passed, or somebody trades with it first, and come back when a side is left
    /// behind.
    private mutating func follow(_ instrument: Int, at time: UInt64) {
        let (value, halfSpread) = fair(instrument)
        let isFuture = universe.instruments[instrument].isFuture
        for side in [SyntheticSide.bid, .ask] {
            for _ in 0..<4 {
                let count = exchange.count(instrument, side)
                guard count > 0 else { break }
                let order = exchange.order(instrument, side, 0)
                guard side == .bid ? order.price > value : order.price < value else { break }
                if random.chance(isFuture ? parameters.futureStaleFillChance : parameters.optionStaleFillChance),
                    count > 2
                {
                    exchange.trade(instrument, aggressor: side.opposite, size: order.size, at: time)
                } else {
                    exchange.modify(instrument, side, 0, near: quote(instrument, side), size: order.size, at: time)
                }
            }
            let count = exchange.count(instrument, side)
            guard count > 0 else { continue }
            let slack = halfSpread * 2 + 4 * exchange.tick(instrument, at: value)
            let behind =
                side == .bid
                ? value - exchange.order(instrument, side, 0).price : exchange.order(instrument, side, 0).price - value
            guard behind > slack else { continue }
            let size = exchange.order(instrument, side, count - 1).size
            let wanted = side == .bid ? value - halfSpread : value + halfSpread
            exchange.modify(instrument, side, count - 1, near: wanted, size: size, at: time)
        }
    }

    private mutating func tradeRun(at time: UInt64) {
        let trade = runs.next(&random) { [universe, futureTrades, optionTrades] instrument, random in
            (universe.instruments[instrument].isFuture ? futureTrades : optionTrades).draw(&random)
        }
        guard let trade else { return }
        follow(trade.instrument, at: time)
        let side: SyntheticSide = trade.buys ? .ask : .bid
        var left = UInt32(trade.contracts)
        // Makers stand ready for the flow they see coming: what the book lacks is added first.
        for _ in 0..<6 where left > 0 {
            if exchange.count(trade.instrument, side) < 4 {
                let size = max(left / 2, orderSize(trade.instrument))
                let wanted = quote(trade.instrument, side)
                exchange.add(trade.instrument, side, near: wanted, size: size, at: time)
            } else {
                left -= exchange.trade(trade.instrument, aggressor: trade.buys ? .bid : .ask, size: left, at: time)
            }
        }
    }
}
