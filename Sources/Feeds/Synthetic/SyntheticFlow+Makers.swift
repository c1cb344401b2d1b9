/// Which resting orders belong to which maker. A maker holds one bid and one ask of equal size in an instrument.
struct MakerQuotes {
    /// Places for makers in each instrument.
    private let places: Int
    private let counts: [Int]
    /// Order ids by instrument, maker and side; 0 for none.
    private var ids: [UInt64]
    private var sizes: [UInt32]
    private var turns: [Int]
    /// Points, and second, of each future's last new quotes by its makers.
    var followed: [(points: Double, second: Int)]
    /// Points of the front future at the option makers' last wave.
    var wavePoints: Double?

    init(_ universe: SyntheticUniverse, _ parameters: MarketParameters) {
        places = max(1, parameters.futureMakers, parameters.optionMakers)
        counts = universe.instruments.map { max(1, $0.isFuture ? parameters.futureMakers : parameters.optionMakers) }
        ids = Array(repeating: 0, count: universe.instruments.count * places * 2)
        sizes = Array(repeating: 0, count: universe.instruments.count * places)
        turns = Array(repeating: 0, count: universe.instruments.count)
        followed = universe.contracts.map { _ in (0, 0) }
    }

    func count(_ instrument: Int) -> Int { counts[instrument] }

    subscript(_ instrument: Int, _ maker: Int, _ side: SyntheticSide) -> UInt64 {
        get { ids[(instrument * places + maker) * 2 + side.rawValue] }
        set { ids[(instrument * places + maker) * 2 + side.rawValue] = newValue }
    }

    /// 0 before the maker's first quote.
    subscript(size instrument: Int, _ maker: Int) -> UInt32 {
        get { sizes[instrument * places + maker] }
        set { sizes[instrument * places + maker] = newValue }
    }

    /// Makers of an instrument act in turn.
    mutating func next(_ instrument: Int) -> Int {
        defer { turns[instrument] = (turns[instrument] + 1) % counts[instrument] }
        return turns[instrument]
    }
}

extension SyntheticFlow {
    /// Quotes that rest before the session.
    mutating func openMakers(_ instrument: Int) {
        for maker in 0..<makers.count(instrument) {
            let size = quoteSize(instrument, maker)
            for side in [SyntheticSide.bid, .ask] {
                let price = makerPrice(instrument, side)
                makers[instrument, maker, side] =
                    exchange.addResting(instrument, side, near: price, size: size) ?? 0
            }
        }
    }

    /// The maker whose turn it is replaces both quotes around fair value.
    ///
    /// Option makers cancel both orders and send two new ones; futures makers move theirs, as their orders are worth a
    /// place in the queue.
    mutating func requote(_ instrument: Int, at time: UInt64) {
        let maker = makers.next(instrument)
        let size = quoteSize(instrument, maker)
        let isFuture = universe.instruments[instrument].isFuture
        if !isFuture {
            for side in [SyntheticSide.bid, .ask] {
                guard let place = exchange.place(of: makers[instrument, maker, side], instrument, side) else {
                    continue
                }
                exchange.cancel(instrument, side, place, at: time)
            }
        }
        follow(instrument, at: time)
        for side in [SyntheticSide.bid, .ask] {
            let price = makerPrice(instrument, side)
            if let place = exchange.place(of: makers[instrument, maker, side], instrument, side) {
                let order = exchange.order(instrument, side, place)
                guard order.price != exchange.restingPrice(instrument, side, near: price) || order.size != size else {
                    continue
                }
                exchange.modify(instrument, side, place, near: price, size: size, at: time)
            } else {
                makers[instrument, maker, side] = exchange.add(instrument, side, near: price, size: size, at: time) ?? 0
            }
        }
    }

    /// Once a second: futures makers go after fair value, and option makers near the money after the front future.
    mutating func watch(at time: UInt64) {
        let second = fairValues.second
        for contract in universe.contracts.indices {
            let points = fairValues.future(contract)
            let (before, since) = makers.followed[contract]
            let isOld =
                contract == 0 && Double(second - since) >= Double(parameters.futureQuoteSeconds) * patience * patience
            let limit = parameters.futureFollowPoints[contract] * patience
            guard (points - before).magnitude >= limit || isOld else { continue }
            makers.followed[contract] = (points, second)
            requote(contract, at: time)
        }
        let front = fairValues.future(0)
        let before = makers.wavePoints ?? front
        if makers.wavePoints == nil { makers.wavePoints = front }
        guard (front - before).magnitude >= parameters.waveMovePoints * patience else { return }
        makers.wavePoints = front
        let chain = universe.chains[0]
        let money = chain.nearest(front)
        var wave = time
        for strike in max(0, money - parameters.waveStrikes)..<min(chain.strikes, money + parameters.waveStrikes + 1) {
            for option in [chain.call(strike), chain.put(strike)] {
                wave += 40_000
                requote(option, at: wave)
            }
        }
    }

    private mutating func makerPrice(_ instrument: Int, _ side: SyntheticSide) -> Int32 {
        let (value, halfSpread) = fair(instrument)
        let isSkewed = random.chance(parameters.quoteSkewChance)
        let away = halfSpread + (isSkewed ? exchange.tick(instrument, at: value) : 0)
        return side == .bid ? value - away : value + away
    }

    private mutating func quoteSize(_ instrument: Int, _ maker: Int) -> UInt32 {
        let known = makers[size: instrument, maker]
        guard known == 0 || random.chance(parameters.quoteSizeChange) else { return known }
        let sizes =
            universe.instruments[instrument].isFuture ? parameters.futureQuoteSizes : parameters.optionQuoteSizes
        let size = UInt32(sizes[random.below(sizes.count)])
        makers[size: instrument, maker] = size
        return size
    }
}
