internal import MarketData

/// What baselines are made of.
struct BaselineParameters: Hashable, Sendable {
    var calendar: ExchangeCalendar
    /// Closed sessions that count.
    var lookbackSessions = 20
    /// How many windows the pooled prior weighs as much as; see `BaselineEstimate`.
    var priorWindows: Int64 = 30

    init(calendar: ExchangeCalendar) { self.calendar = calendar }

    /// Reads the section `baselines` of an engine's configuration.
    init(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
        let name = reader.text("calendar", "cme-globex-equity", of: ExchangeCalendar.names)
        do throws(CalendarError) {
            calendar = try ExchangeCalendar(named: name)
        } catch {
            throw ConfigurationError(problems: ["\(error)"])
        }
        lookbackSessions = Int(reader.integer("lookback_sessions", 20, in: 1...60))
        priorWindows = reader.integer("prior_windows", 30, in: 1...100_000)
    }

    /// Of all that decides what a window's numbers mean and where they are counted. A record of another layout is not
    /// merged.
    func layout(_ pressure: PressureParameters) -> UInt64 {
        let edges = Moneyness.edges.map(String.init).joined(separator: ",")
        return SessionRecord.fingerprint(
            "record 1;window \(PressureRing.windowMinutes);smoothing \(pressure.smoothingVolume);moneyness \(edges);"
                + "calendar \(calendar.name)")
    }
}

extension SessionRecord {
    /// The first 8 bytes of SHA-256, big-endian.
    static func fingerprint(_ text: String) -> UInt64 {
        SHA256.digest(text).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
