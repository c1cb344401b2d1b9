internal import MarketData

/// The volatilities of all expiries that are watched, at most `capacity`.
///
/// Fed at window closes, not per record.
struct VolatilityMonitor: Sendable {
    struct Expiry: Hashable, Comparable, Sendable {
        let underlying: InstrumentID
        /// ns since 1970.
        let expiration: UInt64

        static func < (a: Expiry, b: Expiry) -> Bool {
            (a.underlying, a.expiration) < (b.underlying, b.expiration)
        }
    }

    /// What a signal can carry and a filter can ask; every part is nil when unknown or, for crush and spike, not so.
    struct Features: Hashable, Sendable {
        /// At the money, a year's standard deviation; no older than the history's `maxAge`.
        var atTheMoney: Double?
        var crush: Double?
        var spike: Double?
        /// Over the expiries of the underlying; see `TermStructure.slope`.
        var termSlope: Double?

        var isInverted: Bool { termSlope.map { $0 <= TermStructure.inversion } ?? false }
    }

    let capacity: Int
    private var series: [(expiry: Expiry, history: VolatilityHistory)] = []

    /// - Parameter capacity: expiries, at least 1; the ones farthest in the future are not watched when there are more.
    init(capacity: Int = 64) { self.capacity = max(1, capacity) }

    var count: Int { series.count }

    /// Takes the quotes of one expiry at time `now` (ns since 1970); gives its volatility at the money, nil when they do not tell.
    @discardableResult
    mutating func update(_ expiry: Expiry, quotes: [StrikeQuote], forwardNanos: Int64, now: UInt64) -> Double? {
        removeExpired(now)
        guard expiry.expiration > now, expiry.expiration != Undefined.timestamp else { return nil }
        let remaining = expiry.expiration - now
        guard let volatility = AtTheMoney.volatility(quotes, forwardNanos: forwardNanos, remaining: remaining) else {
            return nil
        }
        if let index = series.firstIndex(where: { $0.expiry == expiry }) {
            series[index].history.append(volatility, at: now)
        } else if hasRoom(for: expiry) {
            var history = VolatilityHistory()
            history.append(volatility, at: now)
            series.append((expiry, history))
            series.sort { $0.expiry < $1.expiry }
        }
        return volatility
    }

    /// The history knows; `now` decides what of it is old.
    func features(_ expiry: Expiry, now: UInt64) -> Features {
        var features = Features()
        if let history = series.first(where: { $0.expiry == expiry })?.history, let last = history.last,
            now <= last.time || now - last.time <= history.maxAge
        {
            features.atTheMoney = last.volatility
            features.crush = history.crush
            features.spike = history.spike
        }
        features.termSlope = TermStructure.slope(
            series.compactMap { item in
                guard item.expiry.underlying == expiry.underlying, item.expiry.expiration > now,
                    let last = item.history.last, now <= last.time || now - last.time <= item.history.maxAge
                else { return nil }
                return (item.expiry.expiration - now, last.volatility)
            })
        return features
    }

    /// The volatility of the underlying's nearest expiry that has `TermStructure.leastRemaining` to go, for its expected move.
    func nearestVolatility(_ underlying: InstrumentID, now: UInt64) -> Double? {
        for item in series where item.expiry.underlying == underlying && item.expiry.expiration > now {
            guard item.expiry.expiration - now >= TermStructure.leastRemaining, let last = item.history.last,
                now <= last.time || now - last.time <= item.history.maxAge
            else { continue }
            return last.volatility
        }
        return nil
    }

    private mutating func removeExpired(_ now: UInt64) {
        if series.contains(where: { $0.expiry.expiration <= now }) {
            series.removeAll { $0.expiry.expiration <= now }
        }
    }

    /// Makes room by giving up the farthest expiry when `expiry` is nearer.
    private mutating func hasRoom(for expiry: Expiry) -> Bool {
        if series.count < capacity { return true }
        guard let farthest = series.indices.max(by: { series[$0].expiry.expiration < series[$1].expiry.expiration }),
            series[farthest].expiry.expiration > expiry.expiration
        else { return false }
        series.remove(at: farthest)
        return true
    }
}
