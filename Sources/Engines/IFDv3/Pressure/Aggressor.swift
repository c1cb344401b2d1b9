internal import MarketData

/// Who took the other side's price in a trade.
enum Aggressor: Hashable, Sendable { case buyer, seller }

/// The best prices of an instrument's own book, in 1e-9.
struct TopOfBook: Hashable, Sendable {
    let bidNanos: Int64
    let askNanos: Int64
}

/// Tells the aggressor of trades.
///
/// 1. The exchange's word: DBN side B is a buying aggressor, A a selling one.
/// 2. Without it, where the price lies in the spread of the instrument's own book: at 0.8 of the way from bid to ask or
///    above a buyer, at 0.2 or below a seller. A crossed, locked or one-sided book does not answer.
/// 3. Else the tick rule: above the last different price a buyer, below it a seller; before any different price nobody.
///
/// Source of 2 before 3: Lee and Ready, "Inferring Trade Direction from Intraday Data", Journal of Finance 46 (1991).
struct AggressorRule: Sendable {
    private struct Tape {
        var lastPrice: Int64 = Undefined.price
        /// Of the last change of price.
        var wentUp: Bool?
    }

    /// By dense index.
    private var tapes: [Tape] = []

    /// Yesterday's last price says nothing about today's first trade.
    mutating func reset() {
        for index in tapes.indices { tapes[index] = Tape() }
    }

    /// To be called for every trade in order, because each moves the tick rule.
    ///
    /// - Parameter top: of the book before the trade; looked at only for trades without a side.
    /// - Returns: nil when nothing tells.
    /// - Complexity: O(1); allocates only for an instrument's first trade.
    mutating func aggressor(of trade: Trade, top: TopOfBook?) -> Aggressor? {
        let byTick = tick(trade)
        switch trade.side {
        case UInt8(ascii: "B"): return .buyer
        case UInt8(ascii: "A"): return .seller
        default: break
        }
        if let top, let price = trade.priceNanos, let bySpread = Self.bySpread(price, top) { return bySpread }
        return byTick
    }

    private mutating func tick(_ trade: Trade) -> Aggressor? {
        while tapes.count <= trade.instrument { tapes.append(Tape()) }
        guard let price = trade.priceNanos else { return nil }
        let last = tapes[trade.instrument].lastPrice
        if price != last {
            if last != Undefined.price { tapes[trade.instrument].wentUp = price > last }
            tapes[trade.instrument].lastPrice = price
        }
        return tapes[trade.instrument].wentUp.map { $0 ? .buyer : .seller }
    }

    /// Nil between 0.2 and 0.8, and without a spread.
    private static func bySpread(_ price: Int64, _ top: TopOfBook) -> Aggressor? {
        guard top.bidNanos != Undefined.price, top.askNanos != Undefined.price, top.bidNanos < top.askNanos else {
            return nil
        }
        // 128 bits: prices come from outside, and their differences need not fit in 64.
        let spread = Int128(top.askNanos) - Int128(top.bidNanos)
        let above = Int128(price) - Int128(top.bidNanos)
        if above * 5 >= spread * 4 { return .buyer }
        return above * 5 <= spread ? .seller : nil
    }
}
