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
        // Weights as whole numbers, which add up exactly: equal components give just that score, 0 and 1 included.
        let sum =
            Double(weights.pressure.value) * self.pressure + Double(weights.baseline.value) * self.baseline
            + Double(weights.notMaking.value) * self.notMaking
            + Double(weights.coordination.value) * self.coordination
        value = min(max(sum / Double(weights.sum), 0), 1)
    }

    /// 0 at `low` and below, 1 at `high` and above, straight between.
    static func part(_ value: Double, from low: Double, to high: Double) -> Double {
        min(max((value - low) / (high - low), 0), 1)
    }
}

/// What makes pressure strong: how much of it there is, how one-sided its neighbourhood, and whether it lasts.
///
/// It looks at the group of strikes and not at one option, because whoever wants size without moving a price spreads it
/// over strikes and time, and a crowd or a hedger does neither.
struct PressureStrength: Sendable {
    let least: Double
    let full: Double
    let leastBefore: Double
    let fullBefore: Double
    let leastStrikes = 1.0
    let fullStrikes = 3.0

    /// - Parameters:
    ///   - leastVolume: contracts of a group that count as none.
    ///   - fullVolume: contracts from which more are no more; above `leastVolume`. Of the window before half of either.
    init(leastVolume: Int64, fullVolume: Int64) {
        least = PortableMath.log(Double(leastVolume))
        full = PortableMath.log(Double(fullVolume))
        leastBefore = PortableMath.log(Double(leastVolume) / 2)
        fullBefore = PortableMath.log(Double(fullVolume) / 2)
    }

    /// 0.2 dominance among several strikes, 0.3 contracts (by their logarithm), 0.5 the same direction's group in the window
    /// before (its contracts times how many strikes it had); each in 0...1 and rising.
    func value(_ group: GroupFlow) -> Double {
        let dominance = group.strikes > 1 ? group.dominance : 0
        let volume = PressureScore.part(Self.log(group.contracts), from: least, to: full)
        let lasting =
            PressureScore.part(Self.log(group.contractsBefore), from: leastBefore, to: fullBefore)
            * PressureScore.part(Double(group.strikesBefore), from: leastStrikes, to: fullStrikes)
        return 0.2 * dominance + 0.3 * volume + 0.5 * lasting
    }

    private static func log(_ contracts: Int64) -> Double {
        contracts < 1 ? -1 : PortableMath.log(Double(contracts))
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
