internal import MarketData

/// The parameters of IFD v3.0's core. Names shared with its first implementation keep their values.
struct IFDv3Configuration: Sendable {
    /// Lower bounds of confidence.
    struct Levels: Sendable {
        var extreme: Micros
        var veryHigh: Micros
        var high: Micros
    }

    let windowSeconds: Int
    let includesOptions: Bool
    let includesFutures: Bool
    let minPressureRatio: Micros
    /// Contracts with an aggressor in the window.
    let minTotalVolume: Int64
    /// Contracts added to both sides before the ratio is taken.
    let smoothingVolume: Int64
    /// Contracts at which the volume part of the confidence is full.
    let fullVolume: Int64
    /// The share of dominance in the confidence; volume has the rest.
    let dominanceWeight: Micros
    let levels: Levels
    /// Target and stop distances as multiples of the underlying's realised range over the last `rangeWindows` windows.
    let targetFactor: Micros
    let stopFactor: Micros
    let rangeWindows: Int
    /// The least distances, in ticks of the underlying.
    let minTargetTicks: Int64
    let minStopTicks: Int64
    let horizonSeconds: Int

    init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
        windowSeconds = Int(reader.integer("window_s", 300, in: 1...86_400))
        let universe = reader.choices("universe", ["options", "futures"], of: ["options", "futures"])
        includesOptions = universe.contains("options")
        includesFutures = universe.contains("futures")
        minPressureRatio = reader.number("min_pressure_ratio", 2, in: 1...1000)
        minTotalVolume = reader.integer("min_total_volume", 100, in: 1...1_000_000_000)
        smoothingVolume = reader.integer("smoothing_volume", 10, in: 1...1_000_000)
        fullVolume = reader.integer("full_volume", 500, in: 2...1_000_000_000)
        dominanceWeight = reader.number("dominance_weight", 0.6, in: 0...1)
        levels = reader.section("confidence_thresholds") { reader in
            Levels(
                extreme: reader.number("extreme", 0.9, in: 0...1),
                veryHigh: reader.number("very_high", 0.8, in: 0...1),
                high: reader.number("high", 0.7, in: 0...1))
        }
        reader.require(
            levels.extreme >= levels.veryHigh && levels.veryHigh >= levels.high,
            "confidence_thresholds must not fall from high over very_high to extreme")
        reader.require(fullVolume > minTotalVolume, "full_volume must be greater than min_total_volume")
        targetFactor = reader.number("k_target", 0.5, in: 0...100)
        stopFactor = reader.number("k_stop", 0.25, in: 0...100)
        rangeWindows = Int(reader.integer("range_windows", 6, in: 1...288))
        minTargetTicks = reader.integer("min_target_ticks", 16, in: 1...10_000)
        minStopTicks = reader.integer("min_stop_ticks", 8, in: 1...10_000)
        horizonSeconds = Int(reader.integer("horizon_s", 1800, in: 1...86_400))
        try reader.finish()
    }
}
