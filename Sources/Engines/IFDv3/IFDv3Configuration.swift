internal import MarketData

/// The parameters of IFD v3.0.
struct IFDv3Configuration: Sendable {
    /// Lower bounds of confidence.
    struct Levels: Sendable {
        var extreme: Micros
        var veryHigh: Micros
        var high: Micros
    }

    let includesOptions: Bool
    let includesFutures: Bool
    /// Of the stronger side's contracts to the weaker's, and its logarithm.
    let minPressureRatio: Micros
    let minLogRatio: Double
    /// Contracts of an instrument in the window, below which it does not speak.
    let minTotalVolume: Int64
    let strength: PressureStrength
    let pressure: PressureParameters
    let baselines: BaselineParameters
    let marketMaking: MarketMakingRules
    let coordination: CoordinationRules
    /// No signal while its expiry's volatility collapses.
    let rejectsCrush: Bool
    let weights: PressureScore.Weights
    /// Below it nothing is said.
    let minConfidence: Micros
    let levels: Levels
    /// Distances as multiples of the underlying's expected move over the horizon.
    let targetFactor: Micros
    let stopFactor: Micros
    /// The least distances, in ticks of the underlying.
    let minTargetTicks: Int64
    let minStopTicks: Int64
    /// Buckets of five minutes whose range stands in for an unknown volatility.
    let rangeWindows: Int
    let rangeNanos: UInt64 = 300_000_000_000
    let horizonSeconds: Int
    /// How long an idea that was spoken is not spoken again.
    let repeatNanos: UInt64

    init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
        let universe = reader.choices("universe", ["options", "futures"], of: ["options", "futures"])
        includesOptions = universe.contains("options")
        includesFutures = universe.contains("futures")
        minPressureRatio = reader.number("min_pressure_ratio", 2, in: 1...1000)
        minLogRatio = PortableMath.log(minPressureRatio.number)
        minTotalVolume = reader.integer("min_total_volume", 20, in: 1...1_000_000_000)
        let leastVolume = reader.integer("least_volume", 100, in: 1...1_000_000_000)
        let fullVolume = reader.integer("full_volume", 1000, in: 2...1_000_000_000)
        reader.require(fullVolume > leastVolume, "full_volume must be greater than least_volume")
        strength = PressureStrength(leastVolume: leastVolume, fullVolume: max(fullVolume, leastVolume + 1))
        pressure = try reader.section("pressure") { reader in PressureParameters(&reader) }
        baselines = try reader.section("baselines") { reader throws(ConfigurationError) in
            try BaselineParameters(&reader)
        }
        marketMaking = try reader.section("market_making") { reader in MarketMakingRules(&reader) }
        coordination = try reader.section("coordination") { reader in CoordinationRules(&reader) }
        rejectsCrush = reader.flag("reject_volatility_crush", true)
        weights = try reader.section("weights") { reader in
            PressureScore.Weights(
                pressure: reader.number("pressure", 0.4, in: 0...1),
                baseline: reader.number("baseline", 0.3, in: 0...1),
                notMaking: reader.number("not_market_making", 0.2, in: 0...1),
                coordination: reader.number("coordination", 0.1, in: 0...1))
        }
        reader.require(weights.sum > 0, "one of weights must be above 0")
        minConfidence = reader.number("min_confidence", 0.5, in: 0...1)
        levels = try reader.section("confidence_thresholds") { reader in
            Levels(
                extreme: reader.number("extreme", 0.9, in: 0...1),
                veryHigh: reader.number("very_high", 0.8, in: 0...1),
                high: reader.number("high", 0.7, in: 0...1))
        }
        reader.require(
            levels.extreme >= levels.veryHigh && levels.veryHigh >= levels.high,
            "confidence_thresholds must not fall from high over very_high to extreme")
        targetFactor = reader.number("k_target", 1, in: 0...100)
        stopFactor = reader.number("k_stop", 1, in: 0...100)
        minTargetTicks = reader.integer("min_target_ticks", 16, in: 1...10_000)
        minStopTicks = reader.integer("min_stop_ticks", 8, in: 1...10_000)
        rangeWindows = Int(reader.integer("range_windows", 20, in: 1...288))
        horizonSeconds = Int(reader.integer("horizon_s", 1800, in: 1...86_400))
        repeatNanos = UInt64(reader.integer("repeat_after_s", 1800, in: 0...86_400)) * 1_000_000_000
        try reader.finish()
    }
}

extension CoordinationRules {
    /// Reads the section `coordination` of an engine's configuration; distances in points.
    init(_ reader: inout ConfigurationReader) {
        let standard = CoordinationRules()
        reachNanos =
            reader.integer("reach_points", standard.reachNanos / 1_000_000_000, in: 1...100_000) * 1_000_000_000
        fullAgreement = Int(reader.integer("full_agreement", Int64(standard.fullAgreement), in: 1...100))
        concentration = reader.number("concentration", standard.concentration.number, in: 0...1000)
    }
}
