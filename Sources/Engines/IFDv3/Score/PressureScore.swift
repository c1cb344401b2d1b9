/// How much a window speaks for informed flow: four components in 0...1 and their weighted mean.
///
/// It takes every value from 0 to 1 and rises in each component. The weights add up to 1 after `normalised`.
struct PressureScore: Hashable, Sendable {
    struct Weights: Hashable, Sendable {
        var pressure: Micros
        var baseline: Micros
        var notMaking: Micros
        var coordination: Micros

        var sum: Int64 { pressure.value + baseline.value + notMaking.value + coordination.value }
    }

    /// How one-sided, large and lasting the flow is.
    let pressure: Double
    /// How unusual that is for this kind of instrument at this time of day; 0 without history.
    let baseline: Double
    /// 1 less the probability of market making.
    let notMaking: Double
    /// How far other strikes agree.
    let coordination: Double
    let value: Double

    /// - Precondition: at least one weight is above 0, which the configuration's reader checks.
    init(pressure: Double, baseline: Double, notMaking: Double, coordination: Double, weights: Weights) {
        self.pressure = min(max(pressure, 0), 1)
        self.baseline = min(max(baseline, 0), 1)
        self.notMaking = min(max(notMaking, 0), 1)
        self.coordination = min(max(coordination, 0), 1)
        let sum =
            weights.pressure.number * self.pressure + weights.baseline.number * self.baseline
            + weights.notMaking.number * self.notMaking + weights.coordination.number * self.coordination
        value = min(max(sum / (Double(weights.sum) / 1_000_000), 0), 1)
    }

    /// 0 at `low` and below, 1 at `high` and above, straight between.
    static func part(_ value: Double, from low: Double, to high: Double) -> Double {
        min(max((value - low) / (high - low), 0), 1)
    }
}

/// What makes a window's pressure strong: mean of four parts, each 0 at the least that counts and 1 at its best.
struct PressureStrength: Sendable {
    let leastDominance: Double
    let leastLogVolume: Double
    let fullLogVolume: Double

    /// - Parameter ratio: the least ratio of the stronger side to the weaker; (r - 1) / (r + 1) of all volume is its dominance.
    init(leastRatio ratio: Double, leastVolume: Int64, fullVolume: Int64) {
        leastDominance = (ratio - 1) / (ratio + 1)
        leastLogVolume = PortableMath.log(Double(leastVolume))
        fullLogVolume = PortableMath.log(Double(fullVolume))
    }

    /// 0.4 dominance, 0.3 volume (by its logarithm), 0.2 the quarter hour's dominance on the same side, 0.1 large trades.
    func value(_ reading: WindowReading) -> Double {
        let isSame = reading.quarter.isBought == reading.window.isBought
        return 0.4 * PressureScore.part(reading.window.dominance, from: leastDominance, to: 1)
            + 0.3 * PressureScore.part(reading.logVolume, from: leastLogVolume, to: fullLogVolume)
            + 0.2 * (isSame ? PressureScore.part(reading.quarter.dominance, from: leastDominance, to: 1) : 0)
            + 0.1 * reading.window.largeShare
    }
}

/// How unusual a window is: half its log-ratio's deviations in its own direction, half the rank of its volume.
enum BaselineStrength {
    /// Deviations at which the log-ratio's half is full.
    static let fullDeviations = 4.0

    /// In 0...1; each half counts as far as history can be relied on.
    static func value(_ baseline: WindowReading.Baseline?) -> Double {
        guard let baseline else { return 0 }
        let ratio = baseline.logRatio
        let z = ratio.value >= 0 ? ratio.z : -ratio.z
        let deviations = PressureScore.part(z, from: 0, to: fullDeviations) * ratio.reliability
        let volume = PressureScore.part(baseline.logVolume.rank, from: 0.5, to: 1) * baseline.logVolume.reliability
        return 0.5 * deviations + 0.5 * volume
    }
}
