internal import MarketData

/// Best prices of the options at one strike, in 1e-9; `Undefined.price` where a side is empty or the option is not listed.
struct StrikeQuote: Hashable, Sendable {
    var strikeNanos: Int64
    var callBid = Undefined.price
    var callAsk = Undefined.price
    var putBid = Undefined.price
    var putAsk = Undefined.price
}

/// The volatility at the forward's price of one expiry.
enum AtTheMoney {
    /// Strikes looked at on either side of the forward: beyond them the smile is another matter.
    static let strikesPerSide = 4
    /// With a usable strike on one side only, it must lie within this share of the forward: 1/100.
    static let loneStrikeDivisor: Int64 = 100

    /// Interpolated, linearly in strike, between the nearest usable strikes on either side of the forward; nil without any.
    ///
    /// A strike's volatility is that of its out-of-the-money option, whose premium is all time value, or of the other one where
    /// the first has no usable quote; at the forward itself it is the mean of both.
    ///
    /// - Parameters:
    ///   - quotes: of one expiry, in any order.
    ///   - remaining: until expiry, in ns.
    /// - Complexity: O(n log n) for n quotes, and at most 4 x `strikesPerSide` inversions.
    static func volatility(_ quotes: [StrikeQuote], forwardNanos forward: Int64, remaining: UInt64) -> Double? {
        guard forward > 0, forward != Undefined.price else { return nil }
        let sorted = quotes.sorted { $0.strikeNanos < $1.strikeNanos }
        let split = sorted.firstIndex { $0.strikeNanos > forward } ?? sorted.endIndex
        let below = firstUsable(sorted[..<split].suffix(strikesPerSide).reversed(), forward, remaining)
        if let below, below.strike == forward { return below.volatility }
        let above = firstUsable(sorted[split...].prefix(strikesPerSide), forward, remaining)
        if let below, let above {
            let share = Double(forward - below.strike) / Double(above.strike - below.strike)
            return below.volatility + share * (above.volatility - below.volatility)
        }
        guard let lone = below ?? above, abs(lone.strike - forward) <= forward / loneStrikeDivisor else { return nil }
        return lone.volatility
    }

    private static func firstUsable(
        _ quotes: some Sequence<StrikeQuote>, _ forward: Int64, _ remaining: UInt64
    ) -> (strike: Int64, volatility: Double)? {
        for quote in quotes {
            if let volatility = volatility(of: quote, forward, remaining) { return (quote.strikeNanos, volatility) }
        }
        return nil
    }

    /// One strike's volatility; nil when neither quote is usable.
    static func volatility(of quote: StrikeQuote, _ forward: Int64, _ remaining: UInt64) -> Double? {
        func call() -> Double? {
            ImpliedVolatility(
                .call, bidNanos: quote.callBid, askNanos: quote.callAsk, strikeNanos: quote.strikeNanos,
                forwardNanos: forward, remaining: remaining
            ).value
        }
        func put() -> Double? {
            ImpliedVolatility(
                .put, bidNanos: quote.putBid, askNanos: quote.putAsk, strikeNanos: quote.strikeNanos,
                forwardNanos: forward, remaining: remaining
            ).value
        }
        if quote.strikeNanos > forward { return call() ?? put() }
        if quote.strikeNanos < forward { return put() ?? call() }
        guard let call = call() else { return put() }
        guard let put = put() else { return call }
        return (call + put) / 2
    }
}

/// How far a price is expected to go.
enum ExpectedMove {
    /// One standard deviation over `horizonSeconds`: forward x volatility x sqrt(horizon / year), in 1e-9, rounded to the nearest.
    ///
    /// The year is the one of `Black76.yearNanos`. It cancels: volatility x sqrt(T / year) is what the options cost, and the move is
    /// that times sqrt(horizon / T). What stays is that a night's hour counts as an hour of the session. The mean absolute move is
    /// sqrt(2 / pi) = 0.80 of the value. Nil for arguments not above 0, or for a move beyond the forward.
    static func nanos(forwardNanos: Int64, volatility: Double, horizonSeconds: Int) -> Int64? {
        guard forwardNanos > 0, forwardNanos != Undefined.price, volatility > 0, horizonSeconds > 0 else { return nil }
        let share = volatility * (Double(horizonSeconds) * 1e9 / Black76.yearNanos).squareRoot()
        guard share < 1 else { return nil }
        return Int64((Double(forwardNanos) * share).rounded())
    }
}
