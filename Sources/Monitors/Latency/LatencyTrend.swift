/// Whether latencies rise or fall from session to session: the least-squares line through one figure a session.
package struct LatencyTrend: Codable, Hashable, Sendable {
    package enum Direction: String, Codable, Hashable, Sendable {
        case rising, falling
        /// The slope is within what chance does.
        case unclear
    }

    package let millisecondsPerSession: Double
    package let standardError: Double
    /// How many sessions had a figure.
    package let sessions: Int
    /// Rising or falling only if the slope is further from zero than Student's t at 95 %, both sides, for sessions - 2
    /// degrees of freedom times its standard error: 12.7 standard errors with three sessions, 2.3 with ten.
    package let direction: Direction

    private enum CodingKeys: String, CodingKey {
        case sessions, direction
        case millisecondsPerSession = "ms_per_session"
        case standardError = "standard_error_ms"
    }

    /// Nil with fewer than three sessions that have a figure.
    ///
    /// - Parameter milliseconds: one a session in order; nil where there was none, which leaves a gap.
    package init?(_ milliseconds: [Double?]) {
        let points = milliseconds.enumerated().compactMap { index, value in value.map { (Double(index), $0) } }
        guard points.count >= 3, let base = points.first?.1 else { return nil }
        // From the first value on, so that equal values give a slope of exactly zero.
        let x = points.map(\.0)
        let y = points.map { $0.1 - base }
        let n = Double(points.count)
        let meanX = x.reduce(0, +) / n
        let meanY = y.reduce(0, +) / n
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
        let residuals = zip(x, y).map { $1 - meanY - slope * ($0 - meanX) }
        let error = (residuals.reduce(0) { $0 + $1 * $1 } / (n - 2) / spread).squareRoot()
        millisecondsPerSession = slope
        standardError = error
        sessions = points.count
        let isJudged = slope.magnitude > Self.t95(degrees: points.count - 2) * error
        direction = isJudged ? slope > 0 ? .rising : .falling : .unclear
    }

    /// The 0.975 quantile of Student's t; from 31 degrees on that of 30, which is a little strict.
    static func t95(degrees: Int) -> Double {
        let quantiles = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
        ]
        return quantiles[min(degrees, quantiles.count) - 1]
    }
}
