internal import Glibc

/// Estimates over observations that hang together within a session and not between sessions.
///
/// Every estimate is a function of sums over sessions. Its standard error is the delete-one-session jackknife: the estimate
/// is computed anew without each session, and se^2 = (G - 1) / G x the sum of squared distances from the estimate with all
/// G sessions (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11; distances from the full
/// estimate instead of the mean make it no smaller: Wolter, "Introduction to Variance Estimation", 2007, chapter 4).
/// Whatever binds signals of one session, they leave together, so their dependence needs no model. Limits use Student's t
/// with G - 1 degrees of freedom, where G counts the sessions that have an observation. Unlike a bootstrap it draws
/// nothing, so the same data give the same limits without a seed.
enum SessionStatistics {
    /// Sums of one session; what each lane holds is the caller's matter.
    typealias Sums = SIMD4<Double>

    /// Two-sided 95 %.
    static let twoSided = 0.975
    /// One-sided 95 %.
    static let oneSided = 0.95

    /// A share with limits inside 0...1.
    ///
    /// The Wilson interval (JASA 22:209, 1927) with the effective sample size n* = p (1 - p) / se^2 in place of n, which
    /// keeps its coverage near 0 and 1 where p plus and minus t se does not (Franco, Little, Louis and Slud, "Comparative
    /// Study of Confidence Intervals for Proportions in Complex Sample Surveys", JSSAM 7:334, 2019). n* is at most n: what
    /// looks more regular than independent trials is luck. When all trials agree there is no spread to see, and each
    /// session counts as one trial.
    ///
    /// - Parameter sessions: hits and trials of each; sessions without trials are skipped.
    static func share(_ sessions: [(hits: Int, trials: Int)]) -> Estimate {
        let tally = ShareTally(sessions)
        guard let share = tally.share else { return .unknown }
        let limits = tally.limits(twoSided)
        return Estimate(value: share, low: limits?.low, high: limits?.high, count: tally.trials)
    }

    /// What a share exceeds with 95 % confidence; the lower limit of `share` at one-sided 95 %.
    static func lowerBound(ofShare sessions: [(hits: Int, trials: Int)]) -> Double? {
        ShareTally(sessions).limits(oneSided)?.low
    }

    /// Lane 0 over lane 1, such as a sum over a count: estimate plus and minus t se, cut to `range`.
    static func mean(_ sessions: [Sums], count: Int, within range: ClosedRange<Double>? = nil) -> Estimate {
        let observed = sessions.filter { $0[1] > 0 }
        let statistic: (Sums) -> Double? = { $0[1] > 0 ? $0[0] / $0[1] : nil }
        guard let value = statistic(observed.reduce(.zero, +)) else { return .unknown }
        guard let error = standardError(observed, statistic) else {
            return Estimate(value: value, low: nil, high: nil, count: count)
        }
        let reach = StudentT.quantile(twoSided, degrees: observed.count - 1) * error
        return Estimate(
            value: value, low: max(value - reach, range?.lowerBound ?? -.infinity),
            high: min(value + reach, range?.upperBound ?? .infinity), count: count)
    }

    /// A ratio above 0, whose limits are symmetric for its logarithm: a factor of two too small is as far as one too large.
    ///
    /// - Parameter ratio: nil where it has no value; the limits are nil as soon as leaving out one session makes it so.
    static func ratio(_ sessions: [Sums], count: Int, _ ratio: (Sums) -> Double?) -> Estimate {
        let observed = sessions.filter { $0 != .zero }
        guard let value = ratio(observed.reduce(.zero, +)) else {
            return Estimate(value: nil, low: nil, high: nil, count: count)
        }
        let logarithm: (Sums) -> Double? = { sums in ratio(sums).flatMap { $0 > 0 ? log($0) : nil } }
        guard let error = standardError(observed, logarithm) else {
            return Estimate(value: value, low: nil, high: nil, count: count)
        }
        let factor = exp(StudentT.quantile(twoSided, degrees: observed.count - 1) * error)
        return Estimate(value: value, low: value / factor, high: value * factor, count: count)
    }

    /// Lane 0 over lane 1 less lane 2 over lane 3, as for two engines in the same sessions: luck that both shared in a
    /// session leaves with it.
    ///
    /// - Parameter range: of the difference.
    static func difference(_ sessions: [Sums], count: Int, within range: ClosedRange<Double>) -> Estimate {
        let observed = sessions.filter { $0[1] > 0 || $0[3] > 0 }
        let statistic: (Sums) -> Double? = { $0[1] > 0 && $0[3] > 0 ? $0[0] / $0[1] - $0[2] / $0[3] : nil }
        guard let value = statistic(observed.reduce(.zero, +)) else { return .unknown }
        guard let error = standardError(observed, statistic) else {
            return Estimate(value: value, low: nil, high: nil, count: count)
        }
        let reach = StudentT.quantile(twoSided, degrees: observed.count - 1) * error
        return Estimate(
            value: value, low: max(value - reach, range.lowerBound), high: min(value + reach, range.upperBound),
            count: count)
    }

    /// The median of all values.
    ///
    /// The jackknife fails for quantiles (Efron and Tibshirani, section 11.6). The limits are Woodruff's (JASA 47:635, 1952):
    /// an interval for the share of values up to the median, read back as order statistics, rounded outwards; nil where it
    /// reaches beyond the smallest and largest value.
    static func median(_ sessions: [[Double]]) -> Estimate {
        let sorted = sessions.joined().sorted()
        guard !sorted.isEmpty else { return .unknown }
        let count = sorted.count
        let value = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
        let limits = ShareTally(sessions.map { session in (session.count { $0 <= value }, session.count) })
            .limits(twoSided, at: 0.5)
        let below = limits.map { Int(($0.low * Double(count)).rounded(.down)) } ?? 0
        guard below >= 1 else { return Estimate(value: value, low: nil, high: nil, count: count) }
        return Estimate(value: value, low: sorted[below - 1], high: sorted[count - below], count: count)
    }

    /// Nil with fewer than two sessions, when leaving one out leaves no estimate, and when all agree exactly: no spread seen
    /// is no proof that there is none.
    static func standardError(_ sessions: [Sums], _ statistic: (Sums) -> Double?) -> Double? {
        let total = sessions.reduce(.zero, +)
        guard sessions.count >= 2, let full = statistic(total) else { return nil }
        var squares = 0.0
        for session in sessions {
            guard let without = statistic(total - session) else { return nil }
            squares += (without - full) * (without - full)
        }
        let count = Double(sessions.count)
        let error = ((count - 1) / count * squares).squareRoot()
        return error > 0 && error.isFinite ? error : nil
    }
}

/// Hits and trials by session, and Wilson's limits for them.
private struct ShareTally {
    /// Only sessions with trials.
    let sessions: [(hits: Int, trials: Int)]
    let hits: Int
    let trials: Int

    init(_ sessions: [(hits: Int, trials: Int)]) {
        self.sessions = sessions.filter { $0.trials > 0 }
        hits = sessions.reduce(0) { $0 + $1.hits }
        trials = sessions.reduce(0) { $0 + $1.trials }
    }

    var share: Double? { trials > 0 ? Double(hits) / Double(trials) : nil }

    /// - Parameters:
    ///   - quantile: 0.975 for two-sided 95 %.
    ///   - centre: the share to lay the interval around, if not the seen one.
    /// - Returns: nil with fewer than two sessions.
    func limits(_ quantile: Double, at centre: Double? = nil) -> (low: Double, high: Double)? {
        guard sessions.count >= 2, let share else { return nil }
        let p = centre ?? share
        let t = StudentT.quantile(quantile, degrees: sessions.count - 1)
        let n = effectiveTrials(share)
        let widening = t * t / n
        let middle = (p + widening / 2) / (1 + widening)
        let reach = t / (1 + widening) * (p * (1 - p) / n + widening / (4 * n)).squareRoot()
        return (p <= 0 ? 0 : max(0, middle - reach), p >= 1 ? 1 : min(1, middle + reach))
    }

    private func effectiveTrials(_ share: Double) -> Double {
        guard hits > 0, hits < trials else { return Double(sessions.count) }
        var squares = 0.0
        for session in sessions {
            let without = Double(hits - session.hits) / Double(trials - session.trials)
            squares += (without - share) * (without - share)
        }
        let count = Double(sessions.count)
        let variance = (count - 1) / count * squares
        return min(share * (1 - share) / variance, Double(trials))
    }
}
