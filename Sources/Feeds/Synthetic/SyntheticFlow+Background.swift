extension SyntheticFlow {
    // MARK: Values

    /// Fair value and half the makers' spread, in price units.
    func fair(_ instrument: Int) -> (value: Int32, halfSpread: Int32) {
        let points = fairValues.points(instrument)
        let units = Int32(points * Double(SyntheticExchange.unitsPerPoint))
        let tick = exchange.tick(instrument, at: units)
        let listed = universe.instruments[instrument]
        if listed.isFuture {
            return (units, Int32(Double(tick) * parameters.futureHalfSpreadTicks[listed.contract]))
        }
        let share = Int32(points * parameters.optionHalfSpread * Double(SyntheticExchange.unitsPerPoint))
        return (units, max(2 * tick, share))
    }

    /// A price that anybody would show on `side`.
    mutating func quote(_ instrument: Int, _ side: SyntheticSide) -> Int32 {
        let (value, halfSpread) = fair(instrument)
        let distances = universe.instruments[instrument].isFuture ? futureDistances : optionDistances
        let away = halfSpread + Int32(distances.draw(&random) - 1) * exchange.tick(instrument, at: value)
        return side == .bid ? value - away : value + away
    }

    mutating func orderSize(_ instrument: Int) -> UInt32 {
        UInt32((universe.instruments[instrument].isFuture ? futureSizes : optionSizes).draw(&random))
    }

    // MARK: What happens

    /// Something happens in an instrument: a maker's new quotes, somebody's order, cancel or modify, or a trade.
    mutating func arrive(_ instrument: Int, at time: UInt64) {
        let isFuture = universe.instruments[instrument].isFuture
        var choice = random.unit()
        let requoteShare = isFuture ? parameters.futureRequoteShare : parameters.optionRequoteShare
        if choice < requoteShare { return requote(instrument, at: time) }
        choice -= requoteShare

        follow(instrument, at: time)
        let side: SyntheticSide = random.chance(0.5) ? .bid : .ask
        let count = exchange.count(instrument, side)
        let target =
            makers.count(instrument) + (isFuture ? parameters.futureDepth : parameters.optionDepth)
        if choice < parameters.addShare || count < target / 2 {
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
        let size = (isFuture ? futureTrades : optionTrades).draw(&random)
        exchange.trade(instrument, aggressor: buys ? .bid : .ask, size: UInt32(size), at: time)
    }

    /// What fair value has passed is taken away, or moved where the book is thin, or somebody trades with it first; and
    /// a side that was left behind comes back.
    mutating func follow(_ instrument: Int, at time: UInt64) {
        let (value, halfSpread) = fair(instrument)
        let isFuture = universe.instruments[instrument].isFuture
        for side in [SyntheticSide.bid, .ask] {
            for _ in 0..<8 {
                let count = exchange.count(instrument, side)
                guard count > 0 else { break }
                let order = exchange.order(instrument, side, 0)
                guard side == .bid ? order.price > value : order.price < value else { break }
                if random.chance(isFuture ? parameters.futureStaleFillChance : parameters.optionStaleFillChance),
                    count > 2
                {
                    let size = min(order.size, UInt32((isFuture ? futureTrades : optionTrades).draw(&random)))
                    exchange.trade(instrument, aggressor: side.opposite, size: size, at: time)
                } else if count > makers.count(instrument) + 2 {
                    exchange.cancel(instrument, side, 0, at: time)
                } else {
                    exchange.modify(instrument, side, 0, near: quote(instrument, side), size: order.size, at: time)
                }
            }
        }
        for side in [SyntheticSide.bid, .ask] {
            let count = exchange.count(instrument, side)
            guard count > 0 else { continue }
            let slack = halfSpread * 2 + (isFuture ? 2 : 4) * exchange.tick(instrument, at: value)
            let behind =
                side == .bid
                ? value - exchange.order(instrument, side, 0).price : exchange.order(instrument, side, 0).price - value
            guard behind > slack else { continue }
            let size = exchange.order(instrument, side, count - 1).size
            let wanted = side == .bid ? value - halfSpread : value + halfSpread
            exchange.modify(instrument, side, count - 1, near: wanted, size: size, at: time)
        }
    }

    /// A market order that is always filled: makers stand ready for the flow they see, so what the book lacks is added
    /// first, beside the makers' quotes.
    mutating func take(_ instrument: Int, aggressor: SyntheticSide, contracts: UInt32, at time: UInt64) {
        follow(instrument, at: time)
        let side = aggressor.opposite
        var left = contracts
        for _ in 0..<4 where left > 0 {
            if exchange.available(instrument, side) < left {
                let (value, halfSpread) = fair(instrument)
                let wanted = side == .bid ? value - halfSpread : value + halfSpread
                exchange.add(instrument, side, near: wanted, size: max(left, orderSize(instrument)), at: time)
            }
            left -= exchange.trade(instrument, aggressor: aggressor, size: left, at: time)
        }
    }
}
