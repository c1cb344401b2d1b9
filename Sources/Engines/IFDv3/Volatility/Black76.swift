internal import Glibc

/// The Black (1976) formula and its inverse, undiscounted: premiums are as if paid at expiry.
///
/// CME options on futures are paid at once, so that a quote is exp(-r T) times this; at r = 5 % and a week to expiry it is 0.1 % of the
/// premium, which moves an at-the-money volatility by as much and is left out. So is the right to exercise early, which is worth
/// less than that over such times.
///
/// With x = ln(F / K) and s = sigma x sqrt(T), the price of a call in units of sqrt(F K) is
/// b(x, s) = e^(x/2) N(x/s + s/2) - e^(-x/2) N(x/s - s/2). Source: P. Jaeckel, "Let's Be Rational", Wilmott, January 2015, section 2.
enum Black76 {
    enum Right: Hashable, Sendable { case call, put }

    /// A year in nanoseconds: 365 days of 86,400 s, nights and holidays counted as time (Actual/365 fixed).
    static let yearNanos: Double = 365 * 86_400 * 1e9

    /// The undiscounted premium, in the unit of `forward` and `strike`.
    ///
    /// - Parameters:
    ///   - forward: above 0, as is `strike`.
    ///   - deviation: volatility x sqrt(years), at least 0.
    static func price(_ right: Right, forward: Double, strike: Double, deviation: Double) -> Double {
        let x = log(forward / strike)
        let intrinsic = right == .call ? max(forward - strike, 0) : max(strike - forward, 0)
        // Put-call parity: the part above the intrinsic value is the same for both.
        return intrinsic + (forward * strike).squareRoot() * timeValue(abs(x), deviation)
    }

    /// b(-x, s) for `x` >= 0: the out-of-the-money price in units of sqrt(F K), which is also what an in-the-money price has
    /// above its intrinsic value.
    static func timeValue(_ x: Double, _ s: Double) -> Double {
        guard s > 0 else { return 0 }
        let high = (x / s - s / 2) * 0.5.squareRoot()
        let low = (x / s + s / 2) * 0.5.squareRoot()
        return max(0.5 * (exp(-x / 2) * erfc(high) - exp(x / 2) * erfc(low)), 0)
    }

    /// The volatility (a year's standard deviation of the logarithm, 0.2 = 20 %) at which the formula gives `price`.
    ///
    /// Nil for a price at or below the intrinsic value, at or above its bound (the forward for calls, the strike for puts), or for
    /// arguments that are not finite and above 0.
    ///
    /// - Complexity: at most 32 evaluations of the formula; 4 to 6 for what is quoted.
    static func impliedVolatility(
        _ right: Right, price: Double, forward: Double, strike: Double, years: Double
    ) -> Double? {
        guard forward > 0, strike > 0, years > 0, price > 0, forward.isFinite, strike.isFinite, years.isFinite,
            price.isFinite
        else { return nil }
        let intrinsic = right == .call ? max(forward - strike, 0) : max(strike - forward, 0)
        guard price > intrinsic, price < (right == .call ? forward : strike) else { return nil }
        let target = (price - intrinsic) / (forward * strike).squareRoot()
        return impliedDeviation(abs(log(forward / strike)), target).map { $0 / years.squareRoot() }
    }

    /// Where in the range of prices a target lies, and with it the function whose root is sought.
    ///
    /// Jaeckel (2015), section 3: near 0 the price behaves like exp(-x^2 / 2 s^2) and near its bound like 1 - exp(-s^2 / 8), so that
    /// 1 / ln b and ln(bound - b) are nearly straight there and Newton steps do not overshoot.
    private enum Objective { case low, middle, high }

    /// The s at which `timeValue(x, s)` is `target`; nil where doubles cannot tell.
    ///
    /// Jaeckel's three objectives with Halley's third-order step. The start is Manaster and Koehler's s = sqrt(2 x), where the
    /// price has its inflection (Journal of Finance 37, 1982), or, at the ends, the leading term of the price there. Each evaluation narrows
    /// an interval that holds the root, and a step that leaves it halves it instead: it always ends.
    static func impliedDeviation(_ x: Double, _ target: Double) -> Double? {
        let bound = exp(-x / 2)
        guard target > 0, target < bound else { return nil }
        let inflection = (2 * x).squareRoot()
        let atInflection = timeValue(x, inflection)
        let objective: Objective
        var s: Double
        var low = 0.0
        var high = 80.0
        if target < atInflection {
            high = inflection
            // b is about exp(-x^2 / 2 s^2) times slower terms.
            s = min(x / (-2 * log(target / bound)).squareRoot(), inflection)
            objective = target < atInflection / 2 ? .low : .middle
        } else {
            low = inflection
            // The tangent at the inflection, whose slope is exp(-x / 2) / sqrt(2 pi).
            let tangent = inflection + (target - atInflection) * (2 * Double.pi).squareRoot() / bound
            objective = target > (atInflection + bound) / 2 ? .high : .middle
            s = objective == .high ? max(tangent, (-8 * log((bound - target) / (2 * bound))).squareRoot()) : tangent
        }
        for _ in 0..<32 {
            if !(s > low && s < high) { s = (low + high) / 2 }
            let value = timeValue(x, s)
            if value == target { return s }
            if value < target { low = s } else { high = s }
            let next = s + step(objective, x: x, s: s, value: value, target: target, bound: bound)
            if abs(next - s) <= 4e-16 * s { return next > 0 ? next : s }
            // Where rounding decides, the interval cannot shrink any more.
            if high - low <= 4e-16 * high { return s }
            s = next
        }
        return s
    }

    /// Halley's step for the objective f: n / (1 + n h / 2), where n = -f / f' and h = f'' / f'.
    private static func step(
        _ objective: Objective, x: Double, s: Double, value: Double, target: Double, bound: Double
    ) -> Double {
        // b' = exp(-(x^2 / s^2 + s^2 / 4) / 2) / sqrt(2 pi) and b'' / b' = x^2 / s^3 - s / 4.
        let slope = exp(-0.5 * ((x / s) * (x / s) + s * s / 4)) / (2 * Double.pi).squareRoot()
        let curvature = x * x / (s * s * s) - s / 4
        guard slope > 0, value > 0, value < bound else { return .nan }
        let newton: Double
        let halley: Double
        switch objective {
        case .middle:
            newton = (target - value) / slope
            halley = curvature
        case .low:
            // f = 1 / ln b - 1 / ln target.
            let logarithm = log(value)
            newton = (1 / log(target) - 1 / logarithm) * -(logarithm * logarithm) * value / slope
            halley = curvature - slope / value * (1 + 2 / logarithm)
        case .high:
            // f = ln(bound - target) - ln(bound - b).
            let rest = bound - value
            newton = log(rest / (bound - target)) * rest / slope
            halley = curvature + slope / rest
        }
        return newton / max(1 + 0.5 * newton * halley, 0.25)
    }
}
