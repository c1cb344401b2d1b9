internal import Glibc

/// The last volatilities of one expiry, and what their course says.
struct VolatilityHistory: Sendable {
    struct Point: Hashable, Sendable {
        /// ns since 1970.
        let time: UInt64
        let volatility: Double
    }

    /// Points that crush and spike look at.
    static let span = 10
    static let leastCrush = 0.20
    static let leastSpike = 0.30
    /// Points after a peak before its fall counts, so that one bad quote is no crush.
    static let pointsAfterPeak = 3

    let capacity: Int
    /// Points older than this are not recent; ns.
    let maxAge: UInt64
    private var ring: [Point] = []
    private var next = 0

    /// - Precondition: `capacity` is at least `span`.
    init(capacity: Int = 64, maxAgeSeconds: Int = 3600) {
        precondition(capacity >= Self.span, "capacity \(capacity), expected at least \(Self.span)")
        self.capacity = capacity
        maxAge = UInt64(max(0, maxAgeSeconds)) * 1_000_000_000
    }

    var last: Point? { ring.isEmpty ? nil : ring[(next + ring.count - 1) % ring.count] }

    /// Ignores what is no volatility, and a point that is not later than the last.
    mutating func append(_ volatility: Double, at time: UInt64) {
        guard volatility > 0, volatility.isFinite else { return }
        if let last, time <= last.time { return }
        let point = Point(time: time, volatility: volatility)
        if ring.count < capacity {
            ring.append(point)
        } else {
            ring[next] = point
            next = (next + 1) % capacity
        }
    }

    /// At most `span` points no older than `maxAge` before the last, in order of time.
    var recent: [Point] {
        guard let last else { return [] }
        let points = (0..<ring.count).suffix(Self.span).map { ring[(next + $0) % ring.count] }
        return points.filter { last.time - $0.time <= maxAge }
    }

    /// The fall from the highest recent point to the last, as a share of the highest, where more than `leastCrush` and at least
    /// `pointsAfterPeak` points follow the (last) highest; else nil.
    var crush: Double? {
        let points = recent
        guard let last = points.last else { return nil }
        var peak = 0
        for (index, point) in points.enumerated() where point.volatility >= points[peak].volatility { peak = index }
        guard points.count - 1 - peak >= Self.pointsAfterPeak else { return nil }
        let fall = 1 - last.volatility / points[peak].volatility
        return fall > Self.leastCrush ? fall : nil
    }

    /// The rise from the lowest recent point to the last, as a share of the lowest, where more than `leastSpike`; else nil.
    var spike: Double? {
        let points = recent
        guard let last = points.last, let lowest = points.map(\.volatility).min() else { return nil }
        let rise = last.volatility / lowest - 1
        return rise > Self.leastSpike ? rise : nil
    }
}

/// How volatility changes with the time to expiry.
enum TermStructure {
    /// At or below this the near expiries cost so much more that an event is priced in.
    static let inversion = -0.1
    /// Expiries nearer than this are left out: with minutes to go one tick of premium moves the volatility by a half. ns.
    static let leastRemaining: UInt64 = 3600 * 1_000_000_000

    /// The slope of ln volatility over ln time by least squares: at -0.1 the volatility falls 6.7 % when time doubles. Nil without
    /// two expiries at different times.
    static func slope(_ points: [(remaining: UInt64, volatility: Double)]) -> Double? {
        let usable = points.filter { $0.remaining >= leastRemaining && $0.volatility > 0 && $0.volatility.isFinite }
        guard usable.count >= 2 else { return nil }
        let x = usable.map { log(Double($0.remaining)) }
        let y = usable.map { log($0.volatility) }
        let count = Double(usable.count)
        let meanX = x.reduce(0, +) / count
        let meanY = y.reduce(0, +) / count
        var xx = 0.0
        var xy = 0.0
        for (x, y) in zip(x, y) {
            xx += (x - meanX) * (x - meanX)
            xy += (x - meanX) * (y - meanY)
        }
        return xx > 1e-12 ? xy / xx : nil
    }
}
