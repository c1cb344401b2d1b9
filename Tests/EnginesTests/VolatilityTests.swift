import MarketData
import Testing

@testable import Engines

private let second: UInt64 = 1_000_000_000
private let day: UInt64 = 86_400 * second

/// Whether `value` is known and within `tolerance` of `expected`.
private func isNear(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-6) -> Bool {
    value.map { abs($0 - expected) < tolerance } ?? false
}

/// A premium and the volatility it was made with.
private struct Golden: Sendable, CustomStringConvertible {
    let right: Black76.Right
    let forward: Double
    let strike: Double
    let years: Double
    let volatility: Double
    let premium: Double

    init(_ right: Black76.Right, _ f: Double, _ k: Double, _ t: Double, _ volatility: Double, _ premium: Double) {
        (self.right, forward, strike, years) = (right, f, k, t)
        (self.volatility, self.premium) = (volatility, premium)
    }

    var description: String { "\(right) \(forward) \(strike) \(years) \(volatility)" }
}

/// From Black (1976) in mpmath 1.3.0 with 50 digits: F N(d1) - K N(d2) and K N(-d2) - F N(-d1), rounded once to the nearest double. The
/// package py_lets_be_rational 1.0.1, a port of Jaeckel's own program, gives the same volatilities from these premiums to 1e-14.
private let golden: [Golden] = [
    Golden(.call, 24800.25, 24800, 0.019178082191780823, 0.18, 246.744731204803),
    Golden(.put, 24800.25, 24800, 0.019178082191780823, 0.18, 246.494731204803),
    Golden(.call, 24800.25, 25500, 0.019178082191780823, 0.21, 66.1110558210371),
    Golden(.put, 24800.25, 23000, 0.0027397260273972603, 0.55, 0.9510960666176769),
    Golden(.call, 24800.25, 24800.25, 0.0006849315068493151, 0.12, 31.072111328805256),
    Golden(.call, 100, 100, 1, 0.2, 7.965567455405797),
    Golden(.call, 100, 100, 1, 2.5, 78.87004526662895),
    Golden(.put, 100, 60, 0.1, 0.35, 3.358510899132431e-06),
    Golden(.call, 100, 200, 0.5, 0.4, 0.09254502396154854),
    Golden(.call, 100, 80, 0.25, 0.3, 20.40359934784637),
    Golden(.put, 100, 120, 2, 0.15, 22.503775208732236),
    Golden(.call, 5200, 5250, 0.00011415525114155251, 0.3, 0.00673573304617631),
    Golden(.call, 100, 1000, 1, 0.25, 1.353722664214013e-19),
    Golden(.put, 24800.25, 24000, 0.0821917808219178, 0.01, 7.869841331210403e-30),
    Golden(.call, 100, 100, 0.01, 0.01, 0.039894226377883826),
]

@Suite struct Black76Tests {
    @Test(arguments: golden)
    private func thePremiumIsTheFormulas(_ golden: Golden) {
        let price = Black76.price(
            golden.right, forward: golden.forward, strike: golden.strike,
            deviation: golden.volatility * golden.years.squareRoot())
        // Far from the money two nearly equal terms are subtracted, and digits are lost.
        #expect(abs(price / golden.premium - 1) < (golden.premium > 1e-6 ? 1e-11 : 1e-9))
    }

    @Test(arguments: golden)
    private func thePremiumGivesTheVolatilityBack(_ golden: Golden) throws {
        let volatility = try #require(
            Black76.impliedVolatility(
                golden.right, price: golden.premium, forward: golden.forward, strike: golden.strike,
                years: golden.years))
        #expect(abs(volatility / golden.volatility - 1) < 1e-12)
    }

    /// Over the whole plane of moneyness and deviation where doubles can tell: x to 7.2 (strikes 1,300 times the forward) and s to 6.
    @Test func everyDeviationIsFoundFromItsPrice() {
        for step in 0...60 {
            let x = Double(step * step) * 0.002
            for s in stride(from: 0.03, through: 6, by: 0.03) {
                let price = Black76.timeValue(x, s)
                guard price > 1e-290, price < exp2(-x / (2 * 0.6931471805599453)) * (1 - 1e-6) else { continue }
                let found = Black76.impliedDeviation(x, price)
                #expect(
                    isNear(found.map { $0 / s }, 1, 1e-9), "x \(x), s \(s), found \(String(describing: found))")
            }
        }
    }

    @Test func aHigherPremiumIsAHigherVolatility() {
        var last = 0.0
        for cents in 1..<9_900 {
            let volatility = Black76.impliedVolatility(
                .put, price: Double(cents) / 100, forward: 120, strike: 100, years: 0.3)
            #expect((volatility ?? -1) > last)
            last = volatility ?? last
        }
    }

    @Test func whatNoVolatilityGivesHasNone() {
        func volatility(_ price: Double, _ forward: Double = 100, _ strike: Double = 90, _ years: Double = 1) -> Double?
        {
            Black76.impliedVolatility(.call, price: price, forward: forward, strike: strike, years: years)
        }
        for price in [10, 9, 100, 0, .nan, .infinity] { #expect(volatility(price) == nil) }
        #expect(volatility(12, 0) == nil)
        #expect(volatility(12, 100, -1) == nil && volatility(12, 100, 90, 0) == nil)
        #expect(volatility(10.5) != nil && volatility(99.9) != nil)
    }

    private func exp2(_ x: Double) -> Double {
        // 2^x by halving, to be independent of what the formula calls.
        var (whole, rest) = (x.rounded(.down), x - x.rounded(.down))
        var (result, root) = (1.0, 2.0.squareRoot())
        while rest > 0 {
            if rest >= 0.5 { (result, rest) = (result * root, rest - 0.5) }
            (rest, root) = (rest * 2, root.squareRoot())
        }
        while whole < 0 { (result, whole) = (result / 2, whole + 1) }
        return result
    }
}

@Suite struct QuoteVolatilityTests {
    /// 246.74 and 246.49 are the premiums of 18 % in the golden values; ticks of 0.05 around them.
    private func quote(
        _ right: Black76.Right = .call, bid: Double?, ask: Double?, strike: Double = 24800, forward: Double = 24800.25,
        remaining: UInt64 = 7 * day
    ) -> ImpliedVolatility {
        func nanos(_ price: Double?) -> Int64 { price.map(Feed.price) ?? Undefined.price }
        return ImpliedVolatility(
            right, bidNanos: nanos(bid), askNanos: nanos(ask), strikeNanos: nanos(strike), forwardNanos: nanos(forward),
            remaining: remaining)
    }

    @Test func theMiddleOfAQuoteCounts() throws {
        // Half a tick of premium is 0.02 / 246.7 of the volatility.
        let call = try #require(quote(bid: 246.25, ask: 247.25).value)
        let put = try #require(quote(.put, bid: 246, ask: 247).value)
        #expect(abs(call - 0.18) < 1e-5 && abs(put - 0.18) < 1e-5)
    }

    @Test func badQuotesGiveAReasonInsteadOfAValue() {
        #expect(quote(bid: nil, ask: 247) == .none(.empty))
        #expect(quote(bid: 246, ask: nil) == .none(.empty))
        #expect(quote(bid: 0, ask: 247) == .none(.empty))
        #expect(quote(bid: -5, ask: 247) == .none(.empty))
        #expect(quote(bid: 247, ask: 246) == .none(.crossed))
        #expect(quote(bid: 100, ask: 400) == .none(.wide))
        #expect(quote(bid: 790, ask: 810.5, strike: 24000) == .none(.belowIntrinsic))
        #expect(quote(bid: 24801, ask: 24802) == .none(.aboveBound))
        #expect(quote(bid: 246, ask: 247, remaining: 0) == .none(.expired))
        #expect(quote(bid: 246, ask: 247, remaining: .max) == .none(.expired))
        #expect(quote(bid: 246, ask: 247, forward: 0) == .none(.noForward))
        #expect(quote(bid: 246, ask: 246).value != nil)
    }

    @Test func extremeNumbersAreSurvived() {
        let extremes: [Int64] = [.min, -1, 0, 1, 50_000_000, 24_800_000_000_000, .max - 1, .max]
        for bid in extremes {
            for ask in extremes {
                for strike in extremes {
                    for forward in extremes {
                        let found = ImpliedVolatility(
                            .put, bidNanos: bid, askNanos: ask, strikeNanos: strike, forwardNanos: forward,
                            remaining: day)
                        #expect(found.value.map { $0 > 0 && $0.isFinite } ?? true)
                    }
                }
            }
        }
    }
}

/// Quotes that are exactly what `volatility` says at each strike, one unit of 1e-9 wide.
private func chain(
    _ strikes: [Double], forward: Double, remaining: UInt64, volatility: (Double) -> Double
) -> [StrikeQuote] {
    strikes.map { strike in
        let deviation = volatility(strike) * (Double(remaining) / Black76.yearNanos).squareRoot()
        let call = Feed.price(Black76.price(.call, forward: forward, strike: strike, deviation: deviation))
        let put = Feed.price(Black76.price(.put, forward: forward, strike: strike, deviation: deviation))
        return StrikeQuote(
            strikeNanos: Feed.price(strike), callBid: call - 1, callAsk: call + 1, putBid: put - 1, putAsk: put + 1)
    }
}

@Suite struct AtTheMoneyTests {
    private let strikes: [Double] = [25_000, 24_700, 24_900, 24_600, 24_800]

    private func volatility(_ quotes: [StrikeQuote], forward: Double = 24_825) -> Double? {
        AtTheMoney.volatility(quotes, forwardNanos: Feed.price(forward), remaining: 7 * day)
    }

    /// 20 % at 24,800 falling 1 point per 100: a quarter of the way to 24,900 is 19.75 %.
    private func skewed(forward: Double = 24_825) -> [StrikeQuote] {
        chain(strikes, forward: forward, remaining: 7 * day) { 0.2 - ($0 - 24_800) / 10_000 }
    }

    @Test func theNearestStrikesAreInterpolated() throws {
        #expect(isNear(volatility(skewed()), 0.1975, 1e-9))
    }

    @Test func aForwardOnAStrikeNeedsNoOther() throws {
        #expect(isNear(volatility(skewed(forward: 24_900), forward: 24_900), 0.19, 1e-9))
    }

    @Test func theOtherRightAndTheNextStrikeStepIn() throws {
        var quotes = skewed()
        let index = try #require(quotes.firstIndex { $0.strikeNanos == Feed.price(24_900) })
        quotes[index].callBid = quotes[index].callAsk + 1
        #expect(isNear(volatility(quotes), 0.1975, 1e-9))
        quotes[index].putBid = Undefined.price
        // Between 24,800 at 20 % and 25,000 at 18 %, an eighth of the way.
        #expect(isNear(volatility(quotes), 0.1975, 1e-9))
        quotes.removeAll { $0.strikeNanos > Feed.price(24_825) }
        #expect(isNear(volatility(quotes), 0.2, 1e-9))
    }

    /// Who gathers quotes may stop after the nearest strikes of either side.
    @Test func onlyTheNearestStrikesAreLookedAt() {
        var random = FlowRandom(seed: 6)
        for _ in 0..<200 {
            let strikes = (0..<40).filter { _ in random.below(2) == 0 }.map { 24_000 + 40 * Double($0) }
            let forward = 24_000 + 10 * Double(random.below(160))
            var quotes = chain(strikes, forward: forward, remaining: 7 * day) { _ in 0.2 }
            for index in quotes.indices where random.below(2) == 0 {
                quotes[index].callAsk = Undefined.price
                if random.below(2) == 0 { quotes[index].putBid = Undefined.price }
            }
            let below = quotes.filter { $0.strikeNanos <= Feed.price(forward) }.suffix(AtTheMoney.strikesPerSide)
            let above = quotes.filter { $0.strikeNanos > Feed.price(forward) }.prefix(AtTheMoney.strikesPerSide)
            #expect(volatility(quotes, forward: forward) == volatility(Array(below + above), forward: forward))
        }
    }

    @Test func farStrikesAndNoStrikesSayNothing() {
        #expect(volatility([]) == nil)
        #expect(volatility(chain([26_000], forward: 24_825, remaining: 7 * day) { _ in 0.2 }) == nil)
        #expect(volatility(skewed(), forward: 0) == nil)
        #expect(volatility(skewed().map { StrikeQuote(strikeNanos: $0.strikeNanos) }) == nil)
    }

    /// 25,000 at 20 % over half an hour: 25,000 x 0.2 x sqrt(1800 / 31,536,000) = 37.7745...
    @Test func theExpectedMoveIsOneDeviationOverTheHorizon() throws {
        let move = try #require(
            ExpectedMove.nanos(forwardNanos: Feed.price(25_000), volatility: 0.2, horizonSeconds: 1800))
        #expect(abs(Double(move) / 1e9 - 37.774_5) < 1e-3)
        let fourTimes = ExpectedMove.nanos(forwardNanos: Feed.price(25_000), volatility: 0.2, horizonSeconds: 7200)
        #expect(abs((fourTimes ?? 0) - 2 * move) <= 1)
        #expect(ExpectedMove.nanos(forwardNanos: 0, volatility: 0.2, horizonSeconds: 1800) == nil)
        #expect(ExpectedMove.nanos(forwardNanos: 1, volatility: 0, horizonSeconds: 1800) == nil)
        #expect(ExpectedMove.nanos(forwardNanos: .max - 1, volatility: 1e300, horizonSeconds: 1800) == nil)
    }
}

@Suite struct VolatilityHistoryTests {
    private func history(_ values: [Double], every seconds: UInt64 = 60) -> VolatilityHistory {
        var history = VolatilityHistory(capacity: 16)
        for (index, value) in values.enumerated() { history.append(value, at: UInt64(index + 1) * seconds * second) }
        return history
    }

    @Test func aFallOfAFifthWithThreePointsAfterThePeakIsACrush() {
        #expect(isNear(history([0.2, 0.3, 0.29, 0.26, 0.23]).crush, 0.07 / 0.3))
        #expect(history([0.2, 0.3, 0.26, 0.23]).crush == nil)
        #expect(history([0.2, 0.3, 0.29, 0.26, 0.2401]).crush == nil)
        #expect(history([0.2, 0.21, 0.22, 0.23]).crush == nil)
        #expect(history([]).crush == nil)
    }

    @Test func onlyTheLastTenPointsAreRecent() {
        let flat = [Double](repeating: 0.2, count: 9)
        #expect(history([0.4] + flat).crush != nil)
        #expect(history([0.4] + flat + [0.2]).crush == nil)
        #expect(history([0.1] + flat).spike != nil)
        #expect(history([0.1] + flat + [0.2]).spike == nil)
        // Beyond the ring's capacity the oldest go.
        #expect(history([Double](repeating: 0.5, count: 30) + flat + [0.2]).recent.count == 10)
        #expect(history([Double](repeating: 0.5, count: 30) + flat + [0.2]).crush == nil)
    }

    @Test func aRiseOfThreeTenthsIsASpike() {
        #expect(isNear(history([0.2, 0.21, 0.27]).spike, 0.35))
        #expect(history([0.2, 0.21, 0.259]).spike == nil)
        #expect(history([0.3, 0.2]).spike == nil)
    }

    @Test func oldPointsAndNonsenseDoNotCount() {
        #expect(history([0.4, 0.2, 0.2, 0.2], every: 1300).crush == nil)
        var history = history([0.2, 0.2])
        history.append(.nan, at: 300 * second)
        history.append(-1, at: 301 * second)
        history.append(0.9, at: 60 * second)
        #expect(history.recent.map(\.volatility) == [0.2, 0.2])
    }
}

@Suite struct VolatilityMonitorTests {
    private let underlying = InstrumentID(7)
    private let now = nanos(noon)

    private func expiry(_ days: UInt64, of id: UInt32 = 7) -> VolatilityMonitor.Expiry {
        VolatilityMonitor.Expiry(underlying: InstrumentID(id), expiration: now + days * day)
    }

    private func update(
        _ monitor: inout VolatilityMonitor, _ expiry: VolatilityMonitor.Expiry, _ volatility: Double, after: UInt64 = 0
    ) -> Double? {
        let time = now + after * second
        let quotes = chain([24_800, 24_900], forward: 24_850, remaining: expiry.expiration - time) { _ in volatility }
        return monitor.update(expiry, quotes: quotes, forwardNanos: Feed.price(24_850), now: time)
    }

    /// Volatility as days^-0.2: each doubling of the time takes 2^-0.2, the slope is -0.2.
    @Test func dearNearExpiriesAreAnInversion() {
        var monitor = VolatilityMonitor()
        let root = 1.148_698_354_997_035
        let volatilities: [(UInt64, Double)] = [(4, 0.4 / (root * root)), (1, 0.4), (2, 0.4 / root)]
        for (days, volatility) in volatilities {
            #expect(update(&monitor, expiry(days), volatility) != nil)
        }
        #expect(update(&monitor, expiry(3, of: 8), 5) != nil)
        let features = monitor.features(expiry(1), now: now)
        #expect(isNear(features.termSlope, -0.2))
        #expect(features.isInverted && isNear(features.atTheMoney, 0.4))
        #expect(monitor.features(expiry(3, of: 8), now: now).termSlope == nil)
        #expect(isNear(monitor.nearestVolatility(underlying, now: now), 0.4))
        #expect(monitor.nearestVolatility(InstrumentID(9), now: now) == nil)
    }

    @Test func aCrushAndASpikeShowInTheFeatures() {
        var monitor = VolatilityMonitor()
        for (step, value) in [0.2, 0.3, 0.28, 0.25, 0.22].enumerated() {
            _ = update(&monitor, expiry(1), value, after: UInt64(step) * 60)
            if step == 1 {
                #expect(isNear(monitor.features(expiry(1), now: now + 60 * second).spike, 0.5))
            }
        }
        let features = monitor.features(expiry(1), now: now + 240 * second)
        #expect(isNear(features.crush, 0.08 / 0.3))
        // An hour later it is history.
        #expect(monitor.features(expiry(1), now: now + 4000 * second) == VolatilityMonitor.Features())
    }

    @Test func expiredAndTooManyExpiriesLeave() {
        var monitor = VolatilityMonitor(capacity: 2)
        _ = update(&monitor, expiry(30), 0.2)
        _ = update(&monitor, expiry(2), 0.2)
        _ = update(&monitor, expiry(1), 0.2)
        #expect(monitor.count == 2)
        #expect(monitor.features(expiry(30), now: now).atTheMoney == nil)
        #expect(monitor.features(expiry(1), now: now).atTheMoney != nil)
        _ = update(&monitor, expiry(3), 0.2, after: 86_400)
        #expect(monitor.count == 2 && monitor.features(expiry(1), now: now + day).atTheMoney == nil)
        #expect(update(&monitor, expiry(40), 0.2, after: 86_400) != nil)
        #expect(monitor.count == 2)
        #expect(monitor.update(expiry(1), quotes: [], forwardNanos: 1, now: now + 2 * day) == nil)
    }
}
