internal import MarketData

/// The parameters of IFD v1.0, with the names and values of its first implementation.
struct IFDv1Configuration: Sendable {
    /// Lower bounds of volume over open interest.
    struct Levels: Sendable {
        var extreme: Micros
        var veryHigh: Micros
        var high: Micros
        var moderate: Micros
    }

    let minVolOIRatio: Micros
    /// Contracts in the session.
    let minVolume: Int64
    /// Dollars.
    let minDollarSize: Micros
    let maxDistancePercent: Micros
    let levels: Levels
    /// Signals open at once within a session on one underlying.
    let maxOpen: Int
    let horizonSeconds: Int
    /// Decides where a session ends.
    let calendar: ExchangeCalendar

    init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
        minVolOIRatio = reader.number("min_vol_oi_ratio", 10, in: 0...1_000_000)
        minVolume = reader.integer("min_volume", 500, in: 0...1_000_000_000)
        minDollarSize = reader.number("min_dollar_size", 100_000, in: 0...1_000_000_000_000)
        maxDistancePercent = reader.number("max_distance_percent", 2, in: 0...100)
        levels = try reader.section("confidence_thresholds") { reader in
            Levels(
                extreme: reader.number("extreme", 50, in: 0...1_000_000),
                veryHigh: reader.number("very_high", 30, in: 0...1_000_000),
                high: reader.number("high", 20, in: 0...1_000_000),
                moderate: reader.number("moderate", 10, in: 0...1_000_000))
        }
        reader.require(
            levels.extreme >= levels.veryHigh && levels.veryHigh >= levels.high && levels.high >= levels.moderate,
            "confidence_thresholds must not fall from moderate over high and very_high to extreme")
        maxOpen = Int(reader.integer("max_open", 3, in: 1...1000))
        horizonSeconds = Int(reader.integer("horizon_s", 1800, in: 1...86_400))
        let calendarName = reader.text("calendar", "cme-globex-equity", of: ExchangeCalendar.names)
        try reader.finish()
        do throws(CalendarError) {
            calendar = try ExchangeCalendar(named: calendarName)
        } catch {
            throw ConfigurationError(problems: ["calendar: \(error)"])
        }
    }
}
