/// One side of what a program trades.
struct TradeLeg: Sendable {
    let instrument: Int
    /// Contracts for each contract of the program; negative sells when the program buys.
    let ratio: Double
}

/// A series of market orders by one party: so many contracts within so much time, cut into child orders.
struct TradeProgram: Sendable {
    var legs: [TradeLeg]
    /// ns after the open.
    var start: UInt64
    var length: UInt64
    var children: Int
    var contracts: Int
    /// Share of the child orders that buy.
    var buyShare: Double
    /// New two-sided quotes on each leg after each child order.
    var requotes = 0

    fileprivate var done = 0
    fileprivate var remaining: Int

    init(
        legs: [TradeLeg], start: UInt64, length: UInt64, contracts: Int, childSize: Double, buyShare: Double,
        requotes: Int = 0
    ) {
        self.legs = legs
        self.start = start
        self.length = length
        self.contracts = contracts
        self.buyShare = buyShare
        self.requotes = requotes
        children = min(max(1, contracts), max(1, Int((Double(contracts) / childSize).rounded())))
        remaining = contracts
    }
}

/// One child order of a program: all legs at once.
struct TradeClip {
    let legs: [TradeLeg]
    let buys: Bool
    let contracts: Int
    let requotes: Int
}

/// All programs of a session, handed out in order of their next child order; a child is made up only when it is due, so
/// that memory goes with programs, not with trades.
struct TradeQueue {
    private var programs: [TradeProgram]
    private var heap = EventHeap()
    private var upcoming: EventHeap.Event?
    private let sizes = QuantileTable<Double>.exponential

    /// ns after the open; nil when all programs are done.
    var nextTime: UInt64? { upcoming?.time }

    init(_ programs: [TradeProgram], _ random: inout SyntheticRandom) {
        self.programs = programs
        for index in programs.indices where programs[index].contracts > 0 { schedule(index, &random) }
        upcoming = heap.pop()
    }

    mutating func next(_ random: inout SyntheticRandom) -> TradeClip? {
        guard let event = upcoming else { return nil }
        let index = Int(event.slot)
        let left = programs[index].children - programs[index].done
        var contracts = programs[index].remaining
        if left > 1 {
            // Around the mean of what is left, so that the last child is no larger than the others.
            let wanted = Double(contracts) / Double(left) * (0.3 + 0.7 * sizes.draw(&random))
            contracts = min(contracts - (left - 1), max(1, Int(wanted.rounded())))
        }
        programs[index].remaining -= contracts
        programs[index].done += 1
        let program = programs[index]
        if left > 1 { schedule(index, &random) }
        upcoming = heap.pop()
        return TradeClip(
            legs: program.legs, buys: random.chance(program.buyShare), contracts: contracts, requotes: program.requotes)
    }

    /// Child number i falls anywhere in the i-th part of the program's time.
    private mutating func schedule(_ index: Int, _ random: inout SyntheticRandom) {
        let program = programs[index]
        let place = (Double(program.done) + random.unit()) / Double(program.children)
        let time = program.start + UInt64(place * Double(program.length))
        heap.push(EventHeap.Event(time: time, kind: .order, slot: Int32(truncatingIfNeeded: index)))
    }
}
