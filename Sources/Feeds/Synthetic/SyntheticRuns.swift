/// A series of trades on one instrument, mostly from one side: an institution at work, or a crowd that looks like one.
struct SyntheticRun {
    var instrument: Int
    /// Nanoseconds after the open: of the next trade.
    var next: UInt64
    /// Mean ns between its trades.
    let gap: Double
    /// Contracts still to trade.
    var remaining: Int
    /// Share of its trades that buy.
    let buyShare: Double
}

/// All runs of a session, handed out in order of their next trade.
///
/// The part of the market that decides who trades what when; replacing it is how another market model comes in.
struct SyntheticRuns {
    /// A binary heap by (`next`, `instrument`).
    private var heap: [SyntheticRun] = []

    /// Nil when all runs are done.
    var nextTime: UInt64? { heap.first?.next }
    var count: Int { heap.count }

    /// - Parameters:
    ///   - stepNanos: length of one second of the path in real time.
    ///   - scale: multiplies the number of runs, not their size.
    init(
        seed: UInt64, index: Int, path: PricePath, universe: SyntheticUniverse, stepNanos: UInt64, scale: Double,
        _ parameters: MarketParameters
    ) {
        var random = SyntheticRandom(seed: seed, stream: .runs, index: index)
        let thin = universe.contracts.indices.map { contract in
            universe.instruments.indices.filter {
                universe.instruments[$0].contract == contract && universe.instruments[$0].isThin
            }
        }
        let chains = universe.contracts.indices.map { contract in
            universe.instruments.indices.filter {
                universe.instruments[$0].contract == contract && !universe.instruments[$0].isFuture
            }
        }
        let months = WeightedTable(parameters.runContractShare)
        var order: [SyntheticRun] = []

        func draw(_ range: ClosedRange<Int>) -> Int { range.lowerBound + random.below(range.count) }

        /// `direction`: +1 or -1 is an opinion, nil none.
        func addRun(second: Int, contract: Int, direction: Int?) {
            var instrument = contract
            if !random.chance(parameters.futureRunShare) {
                let candidates =
                    random.chance(parameters.thinRunShare) && !thin[contract].isEmpty
                    ? thin[contract] : chains[contract]
                let price = path.spot[min(second, PricePath.seconds - 1)] * universe.contracts[contract].carry
                var nearest = Double.infinity
                for _ in 0..<max(1, parameters.runStrikeDraws) {
                    let candidate = candidates[random.below(candidates.count)]
                    let distance = (Double(universe.instruments[candidate].strikePoints) - price).magnitude
                    if distance < nearest { (nearest, instrument) = (distance, candidate) }
                }
            }
            let listed = universe.instruments[instrument]
            var contracts = draw(parameters.runContracts)
            if listed.isThin {
                contracts = max(
                    parameters.runContracts.lowerBound, draw(parameters.runOpenInterestMultiple) * listed.openInterest)
            }
            var buyShare = 0.5
            if let direction {
                let buys = (direction > 0) == (listed.isFuture || listed.isCall)
                buyShare = buys ? parameters.runSideShare : 1 - parameters.runSideShare
            } else if !random.chance(parameters.balancedShare) {
                buyShare = random.chance(0.5) ? parameters.runSideShare : 1 - parameters.runSideShare
            }
            let duration = Double(draw(parameters.runSeconds)) * Double(stepNanos)
            let tradeSize = listed.isFuture ? parameters.futureRunTradeSize : parameters.optionRunTradeSize
            order.append(
                SyntheticRun(
                    instrument: instrument, next: UInt64(second) * stepNanos + UInt64(random.below(1_000_000_000)),
                    gap: duration * tradeSize / Double(contracts), remaining: contracts, buyShare: buyShare))
        }

        for episode in path.episodes {
            let contract = months.draw(&random)
            for _ in 0..<Self.scaled(draw(parameters.runsPerEpisode), by: scale, &random) {
                addRun(
                    second: episode.start + random.below(parameters.episodeSeconds), contract: contract,
                    direction: episode.direction)
            }
        }
        let last = PricePath.seconds - parameters.runSeconds.upperBound
        for _ in 0..<Self.scaled(parameters.isolatedRuns, by: scale, &random) {
            addRun(second: random.below(last), contract: months.draw(&random), direction: nil)
        }
        for run in order { push(run) }
    }

    /// The next trade of the earliest run: its instrument, side and size. The run comes back later unless it is done.
    mutating func next(
        _ random: inout SyntheticRandom, sizes: (Int, inout SyntheticRandom) -> Int
    ) -> (instrument: Int, buys: Bool, contracts: Int)? {
        guard var run = heap.first else { return nil }
        let contracts = min(run.remaining, sizes(run.instrument, &random))
        let buys = random.chance(run.buyShare)
        run.remaining -= contracts
        run.next += UInt64(QuantileTable<Double>.exponential.draw(&random) * run.gap) + 1
        removeFirst()
        if run.remaining > 0 { push(run) }
        return (run.instrument, buys, contracts)
    }

    /// `count` times `scale`, the fraction as a chance of one more.
    private static func scaled(_ count: Int, by scale: Double, _ random: inout SyntheticRandom) -> Int {
        let exact = Double(count) * scale
        let whole = Int(exact)
        return whole + (random.chance(exact - Double(whole)) ? 1 : 0)
    }

    private static func precedes(_ a: SyntheticRun, _ b: SyntheticRun) -> Bool {
        (a.next, a.instrument) < (b.next, b.instrument)
    }

    private mutating func push(_ run: SyntheticRun) {
        heap.append(run)
        var place = heap.count - 1
        while place > 0, Self.precedes(heap[place], heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && Self.precedes(heap[child], heap[least]) {
                least = child
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
