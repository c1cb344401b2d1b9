internal import MarketData

/// What a quote says about volatility: a number, or why it says nothing.
enum ImpliedVolatility: Hashable, Sendable {
    /// A year's standard deviation, 0.2 = 20 %.
    case value(Double)
    case none(Reason)

    enum Reason: String, Hashable, Sendable {
        /// A side without a price, or with one that is not above 0.
        case empty
        case crossed
        /// The spread is more than half of the middle: the price may be anywhere.
        case wide
        /// The middle is at or below what exercise pays.
        case belowIntrinsic = "below-intrinsic"
        /// The middle is at or above the forward (calls) or the strike (puts).
        case aboveBound = "above-bound"
        case expired
        /// No forward or no strike above 0.
        case noForward = "no-forward"
    }

    var value: Double? { if case .value(let value) = self { value } else { nil } }

    /// From the middle of a quote.
    ///
    /// - Parameters:
    ///   - bidNanos: in 1e-9, as are `askNanos`, `strikeNanos` and `forwardNanos`; `Undefined.price` for an empty side.
    ///   - remaining: until expiry, in ns.
    init(
        _ right: Black76.Right, bidNanos: Int64, askNanos: Int64, strikeNanos: Int64, forwardNanos: Int64,
        remaining: UInt64
    ) {
        self = Self.solve(
            right, bid: bidNanos, ask: askNanos, strike: strikeNanos, forward: forwardNanos, remaining: remaining)
    }

    private static func solve(
        _ right: Black76.Right, bid: Int64, ask: Int64, strike: Int64, forward: Int64, remaining: UInt64
    ) -> ImpliedVolatility {
        guard remaining > 0, remaining != Undefined.timestamp else { return .none(.expired) }
        guard forward > 0, strike > 0, forward != Undefined.price, strike != Undefined.price else {
            return .none(.noForward)
        }
        guard bid > 0, ask > 0, bid != Undefined.price, ask != Undefined.price else { return .none(.empty) }
        guard bid <= ask else { return .none(.crossed) }
        // The sum is twice the middle; both are below 2^63, so that it fits.
        let twice = Int128(bid) + Int128(ask)
        guard (Int128(ask) - Int128(bid)) * 4 <= twice else { return .none(.wide) }
        let intrinsic = right == .call ? Int128(forward) - Int128(strike) : Int128(strike) - Int128(forward)
        guard twice > 2 * intrinsic else { return .none(.belowIntrinsic) }
        guard twice < 2 * Int128(right == .call ? forward : strike) else { return .none(.aboveBound) }
        let volatility = Black76.impliedVolatility(
            right, price: Double(twice) / 2e9, forward: Double(forward) / 1e9, strike: Double(strike) / 1e9,
            years: Double(remaining) / Black76.yearNanos)
        return volatility.map { .value($0) } ?? .none(.belowIntrinsic)
    }
}
