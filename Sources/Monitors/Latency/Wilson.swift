/// The score interval of a share: where the true share lies, from what was counted.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212,
/// without correction for continuity.
package struct Wilson: Hashable, Sendable {
    /// In 0...1.
    package let low: Double
    package let high: Double

    /// The normal distribution's 0.975 quantile, for 95 % on both sides together.
    package static let z95 = 1.959_963_984_540_054

    /// Nil when nothing was counted.
    ///
    /// - Parameters:
    ///   - hits: at most `count`.
    ///   - z: how many standard errors to each side.
    package init?(_ hits: Int, of count: Int, z: Double = Self.z95) {
        precondition((0...max(0, count)).contains(hits), "\(hits) hits of \(count)")
        guard count > 0 else { return nil }
        let n = Double(count)
        let share = Double(hits) / n
        let scale = 1 + z * z / n
        let middle = (share + z * z / (2 * n)) / scale
        let reach = z / scale * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        // The two ends are exact where rounding would leave the interval short of them.
        low = hits == 0 ? 0 : max(0, middle - reach)
        high = hits == count ? 1 : min(1, middle + reach)
    }
}
