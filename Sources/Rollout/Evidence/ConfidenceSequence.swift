/// Which means of D the observations leave open, at any time and however often it is asked.
///
/// Earlier intervals are not intersected: that goes empty when the mean drifts. Source: `decision-statistics.md`, section 3.
public enum ConfidenceSequence {
    /// The interval after all of `observations`, R: from the mean against which "at most" reaches 2 / alpha to the one
    /// against which "at least" does. It holds the mean of what was observed, and is all of -clip...clip at first.
    ///
    /// - Parameters:
    ///   - clip: above 0; an observation beyond it counts as it.
    ///   - alpha: of both sides together, above 0 and below 1.
    /// - Complexity: 120 bets an observation.
    public static func interval(of observations: [Double], clip: Double, alpha: Double) -> (low: Double, high: Double) {
        interval(of: observations[...], clip: clip, alpha: alpha)
    }

    /// The interval after the first observation, the first two, and so on.
    ///
    /// - Complexity: quadratic, 871,200 bets for 120 observations.
    public static func intervals(
        of observations: [Double], clip: Double, alpha: Double
    ) -> [(low: Double, high: Double)] {
        observations.indices.map { interval(of: observations[...$0], clip: clip, alpha: alpha) }
    }

    private static func interval(
        of observations: ArraySlice<Double>, clip: Double, alpha: Double
    ) -> (low: Double, high: Double) {
        let low = border(clip) { mean in
            evidence(observations) { Stake.better($0, null: mean, clip: clip) } >= 2 / alpha
        }
        let high = border(clip) { mean in
            evidence(observations) { Stake.worse($0, null: mean, clip: clip) } < 2 / alpha
        }
        return (low, high)
    }

    /// Where a claim that holds for small means ceases to hold, within -clip...clip.
    private static func border(_ clip: Double, holds: (_ mean: Double) -> Bool) -> Double {
        var (low, high) = (-clip, clip)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private static func evidence(_ observations: ArraySlice<Double>, stake: (Double) -> Double) -> Double {
        var mixture = BetMixture()
        for d in observations { mixture.bet(stake(d)) }
        return mixture.value
    }
}
