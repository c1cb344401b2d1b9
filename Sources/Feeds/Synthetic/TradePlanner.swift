/// Decides who trades what when, apart from makers and the anonymous background: every program of a session.
///
/// The part of the market to replace for another one.
struct TradePlanner {
    let universe: SyntheticUniverse
    let path: PricePath
    let parameters: MarketParameters
    /// Length of one second of the path in real time.
    let stepNanos: UInt64
    /// Real ns the session lasts.
    let durationNanos: UInt64
    /// Multiplies the number of programs without information, and the contracts of campaigns.
    let scale: Double
    var random: SyntheticRandom
    private(set) var programs: [TradeProgram] = []
    private let months: WeightedTable
    /// Minutes of the session by activity.
    private let busy: WeightedTable

    init(_ market: SyntheticMarket, path: PricePath, universe: SyntheticUniverse) {
        self.universe = universe
        self.path = path
        parameters = market.parameters
        stepNanos = market.stepNanos
        durationNanos = market.durationNanos
        scale = market.scale
        random = SyntheticRandom(seed: market.seed, stream: .orders, index: market.session.index)
        months = WeightedTable(parameters.flowContractShare)
        busy = WeightedTable(stride(from: 0, to: PricePath.seconds, by: 60).map { path.activity[$0] })
    }

    mutating func add(
        _ legs: [TradeLeg], second: Int, seconds: Int, contracts: Int, childSize: Double, buyShare: Double,
        requotes: Int = 0
    ) {
        programs.append(
            TradeProgram(
                legs: legs, start: UInt64(second) * stepNanos, length: UInt64(max(1, seconds)) * stepNanos,
                contracts: contracts, childSize: childSize, buyShare: buyShare, requotes: requotes))
    }

    /// Number of the strike nearest the money.
    func money(_ contract: Int, at second: Int) -> Int {
        universe.chains[contract].nearest(
            path.spot[min(second, PricePath.seconds - 1)] * universe.contracts[contract].carry)
    }

    // MARK: Flow without information

    /// Plans everything that means nothing.
    mutating func planNoise() {
        for _ in 0..<scaled(parameters.retailBursts) { planRetail(place()) }
        for _ in 0..<scaled(random.within(parameters.thinSpikes)) { planThinSpike(place()) }
        for _ in 0..<scaled(parameters.plainSpikes) {
            let place = place()
            planSpike(anyOption(place), place.second, random.within(parameters.plainSpikeContracts))
        }
        for _ in 0..<scaled(parameters.inventoryRuns) { planInventory(place()) }
        for _ in 0..<scaled(parameters.structures) { planStructure(place()) }
        for _ in 0..<scaled(parameters.closings) { planClosing(place()) }
        for _ in 0..<scaled(parameters.rolls) { planRoll(place()) }
    }

    /// Somewhere, some time: a strike near the money, oftener when the market is busy.
    private mutating func place() -> Place {
        let contract = months.draw(&random)
        let last = PricePath.seconds - 1_000
        let second = random.chance(0.6) ? busy.draw(&random) * 60 + random.below(60) : random.below(last)
        // The nearer of two draws: most volume trades close to the money.
        let reach = 2 * parameters.flowStrikes + 1
        let offsets = [random.below(reach) - parameters.flowStrikes, random.below(reach) - parameters.flowStrikes]
        let offset = offsets[0].magnitude < offsets[1].magnitude ? offsets[0] : offsets[1]
        let strike = universe.chains[contract].clamped(money(contract, at: second) + offset)
        return Place(contract: contract, second: min(second, last), strike: strike)
    }

    struct Place {
        let contract: Int
        let second: Int
        let strike: Int
    }

    /// `count` times `scale`, the fraction as a chance of one more.
    private mutating func scaled(_ count: Int) -> Int {
        let exact = Double(count) * scale
        let whole = Int(exact)
        return whole + (random.chance(exact - Double(whole)) ? 1 : 0)
    }

    private mutating func anyOption(_ place: Place) -> Int {
        let chain = universe.chains[place.contract]
        return random.chance(0.5) ? chain.call(place.strike) : chain.put(place.strike)
    }

    private mutating func eitherSide(_ share: Double) -> Double { random.chance(0.5) ? share : 1 - share }

    private mutating func planRetail(_ place: Place) {
        let chain = universe.chains[place.contract]
        let isCall = random.chance(0.5)
        let count = random.within(parameters.retailStrikes)
        // Individuals buy options far oftener than they sell them, but not always.
        let buyShare = random.chance(0.8) ? parameters.retailSideShare : 1 - parameters.retailSideShare
        let seconds = random.within(parameters.retailSeconds)
        let contracts = random.within(parameters.retailContracts)
        for number in 0..<count {
            let strike = chain.clamped(place.strike + number)
            add(
                [TradeLeg(instrument: isCall ? chain.call(strike) : chain.put(strike), ratio: 1)],
                second: place.second, seconds: seconds, contracts: contracts / count,
                childSize: parameters.retailTradeSize, buyShare: buyShare)
        }
    }

    /// At the thin option nearest to the place, if the chain has one.
    private mutating func planThinSpike(_ place: Place) {
        let chain = universe.chains[place.contract]
        let wanted = chain.lowestPoints + place.strike * chain.stepPoints
        let thin = (chain.first..<chain.first + 2 * chain.strikes).filter { universe.instruments[$0].isThin }
        func distance(_ option: Int) -> Int { abs(universe.instruments[option].strikePoints - wanted) }
        guard let option = thin.min(by: { (distance($0), $0) < (distance($1), $1) }) else { return }
        let multiple = random.within(parameters.thinSpikeMultiple)
        let contracts = max(parameters.thinSpikeContracts, multiple * universe.instruments[option].openInterest)
        planSpike(option, place.second, contracts)
    }

    private mutating func planSpike(_ option: Int, _ second: Int, _ contracts: Int) {
        let isBalanced = random.chance(parameters.spikeBalancedShare)
        let share = eitherSide(parameters.spikeSideShare)
        add(
            [TradeLeg(instrument: option, ratio: 1)], second: second, seconds: random.within(parameters.spikeSeconds),
            contracts: contracts, childSize: parameters.spikeTradeSize, buyShare: isBalanced ? 0.5 : share)
    }

    private mutating func planInventory(_ place: Place) {
        let chain = universe.chains[place.contract]
        let isStraddle = random.chance(parameters.inventoryStraddleShare)
        let options =
            isStraddle ? [chain.call(place.strike), chain.put(place.strike)] : [anyOption(place)]
        let share = eitherSide(parameters.inventorySideShare)
        let seconds = random.within(parameters.inventorySeconds)
        let contracts = random.within(parameters.inventoryContracts)
        for option in options {
            add(
                [TradeLeg(instrument: option, ratio: 1)], second: place.second, seconds: seconds,
                contracts: contracts / options.count, childSize: parameters.inventoryTradeSize, buyShare: share,
                requotes: parameters.inventoryRequotes)
        }
    }

    private mutating func planStructure(_ place: Place) {
        let chain = universe.chains[place.contract]
        let future = place.contract
        func call(_ offset: Int) -> Int { chain.call(chain.clamped(place.strike + offset)) }
        func put(_ offset: Int) -> Int { chain.put(chain.clamped(place.strike + offset)) }
        let legs: [(Int, Double)]
        switch random.below(6) {
        case 0: legs = [(call(0), 1), (put(0), 1)]
        case 1: legs = [(call(0), 1), (call(2), -1)]
        case 2: legs = [(put(0), 1), (put(-2), -1)]
        // Deltas near the money: half a future an option, so one for a call and a put together.
        case 3: legs = [(call(2), 1), (put(-2), -1), (future, -0.9)]
        case 4: legs = [(call(0), 1), (put(0), -1), (future, -1)]
        default: legs = random.chance(0.5) ? [(call(0), 1), (future, -0.5)] : [(put(0), 1), (future, 0.5)]
        }
        add(
            legs.map { TradeLeg(instrument: $0.0, ratio: $0.1) }, second: place.second,
            seconds: random.within(parameters.structureSeconds),
            contracts: random.within(parameters.structureContracts),
            childSize: parameters.structureClip, buyShare: random.chance(0.5) ? 1 : 0)
    }

    private mutating func planClosing(_ place: Place) {
        let second = Int(random.within(parameters.closingHours) * 3_600)
        let chain = universe.chains[place.contract]
        let strike = chain.clamped(money(place.contract, at: second) + random.below(9) - 4)
        let there = Place(contract: place.contract, second: second, strike: strike)
        add(
            [TradeLeg(instrument: anyOption(there), ratio: 1)], second: second,
            seconds: random.within(parameters.closingSeconds), contracts: random.within(parameters.closingContracts),
            childSize: parameters.closingTradeSize, buyShare: random.within(parameters.closingBuyShare))
    }

    /// Sells a future, or an option and its neighbour a month further out, and buys the next.
    private mutating func planRoll(_ place: Place) {
        let from = min(place.contract, universe.contracts.count - 2)
        guard from >= 0 else { return }
        let (near, far) = (universe.chains[from], universe.chains[from + 1])
        let strike = near.clamped(place.strike)
        let points = Double(near.lowestPoints + strike * near.stepPoints)
        let legs: [(Int, Double)]
        switch random.below(3) {
        case 0: legs = [(from, -1), (from + 1, 1)]
        case 1: legs = [(near.call(strike), -1), (far.call(far.nearest(points)), 1)]
        default: legs = [(near.put(strike), -1), (far.put(far.nearest(points)), 1)]
        }
        add(
            legs.map { TradeLeg(instrument: $0.0, ratio: $0.1) }, second: place.second,
            seconds: random.within(parameters.rollSeconds), contracts: random.within(parameters.rollContracts),
            childSize: parameters.rollClip, buyShare: 1)
    }
}
