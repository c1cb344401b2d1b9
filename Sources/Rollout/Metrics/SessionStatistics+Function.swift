extension SessionStatistics {
    /// Any smooth function of the sums over all sessions given, plus and minus t se.
    ///
    /// - Parameter statistic: nil where it has no value; the limits are nil as soon as leaving out one session makes it so.
    static func function(_ sessions: [Sums], count: Int, _ statistic: (Sums) -> Double?) -> Estimate {
        let value = statistic(sessions.reduce(.zero, +))
        guard let value, let error = standardError(sessions, statistic) else {
            return Estimate(value: value, low: nil, high: nil, count: count)
        }
        let reach = StudentT.quantile(twoSided, degrees: sessions.count - 1) * error
        return Estimate(value: value, low: value - reach, high: value + reach, count: count)
    }
}

extension Estimate {
    /// Sessions with an observation from which on a metric is known.
    static let leastSessions = 2

    /// Unknown when it rests on too few sessions; `count` stays.
    func known(in sessions: Int) -> Estimate {
        sessions >= Self.leastSessions ? self : Estimate(value: nil, low: nil, high: nil, count: count)
    }

    /// - Parameter factor: at least 0.
    func scaled(by factor: Double) -> Estimate {
        Estimate(
            value: value.map { $0 * factor }, low: low.map { $0 * factor }, high: high.map { $0 * factor }, count: count
        )
    }
}
