/// How sure a window's pressure makes: a weighted mean of two parts, each 0 at the least that signals at all and 1 at its best.
///
/// - dominance part: (d - d0) / (1 - d0), where d = (stronger - weaker) / volume and d0 is the dominance that the least
///   pressure ratio r stands for, (r - 1) / (r + 1). 1 for a one-sided window.
/// - volume part: (v - v0) / (full - v0), where v0 is the least volume; 1 from `fullVolume` on.
///
/// It rises in each part with the other held, and takes every value in 0...1: 0 at the thresholds of both, 1 for a one-sided
/// window of `fullVolume`.
struct PressureConfidence: Sendable {
    let leastDominance: Double
    let leastVolume: Double
    let fullVolume: Double
    let dominanceWeight: Double

    init(_ configuration: IFDv3Configuration) {
        let ratio = configuration.minPressureRatio.number
        leastDominance = (ratio - 1) / (ratio + 1)
        leastVolume = Double(configuration.minTotalVolume)
        fullVolume = Double(configuration.fullVolume)
        dominanceWeight = configuration.dominanceWeight.number
    }

    /// - Parameter dominance: in 0...1.
    /// - Returns: in 0...1.
    func value(dominance: Double, volume: Double) -> Double {
        let fromDominance = Self.part(dominance, from: leastDominance, to: 1)
        let fromVolume = Self.part(volume, from: leastVolume, to: fullVolume)
        let value = dominanceWeight * fromDominance + (1 - dominanceWeight) * fromVolume
        return min(max(value, 0), 1)
    }

    private static func part(_ value: Double, from low: Double, to high: Double) -> Double {
        min(max((value - low) / (high - low), 0), 1)
    }
}
