/// Who is told of which alerts. A route matches when all of its conditions do.
public struct AlertRoute: Hashable, Sendable {
    public enum Hours: String, Hashable, Sendable, CaseIterable {
        case any
        case marketHours = "market-hours"
        /// All time in which the market is not open, maintenance included.
        case afterHours = "after-hours"
        case maintenance
    }

    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// All channels at once.
        case fanOut = "fan-out"
        /// One after the other, until one has it.
        case chain
    }

    public var name: String
    public var atLeast: AlertSeverity?
    /// Empty: any; so are the next two.
    public var severities: [AlertSeverity] = []
    public var causes: [AlertCause] = []
    public var stages: [String] = []
    public var hours = Hours.any
    /// In the order of a chain.
    public var channels: [String]
    /// For an urgent alert that no channel has taken; empty: all other channels.
    public var fallback: [String] = []
    /// Nil: a chain. An urgent alert always goes to all channels at once.
    public var mode: Mode?
    /// To the next of a chain, or to the fall-back of an urgent alert, seconds.
    public var waitSeconds = AlertTerms.fallbackSeconds
    /// What is only good to know is told now, not in the digest.
    public var isImmediate = false
    /// Later routes may match too.
    public var continues = false

    public init(_ name: String, channels: [String]) {
        self.name = name
        self.channels = channels
    }

    public func allows(_ severity: AlertSeverity) -> Bool {
        severity >= (atLeast ?? .info) && (severities.isEmpty || severities.contains(severity))
    }

    /// Why it does not match; nil when it does. Hours that nobody knows keep nothing back.
    func mismatch(_ alert: Alert, _ market: MarketMoment) -> String? {
        if !allows(alert.severity) { return "not for \(alert.severity.rawValue)" }
        if !causes.isEmpty && !causes.contains(alert.cause) { return "not for \(alert.cause.rawValue)" }
        if !stages.isEmpty && !stages.contains(alert.stage) { return "not for stage \(alert.stage)" }
        guard let now = market.hours else { return nil }
        switch hours {
        case .any: return nil
        case .marketHours: return now == .open ? nil : "only while the market is open"
        case .afterHours: return now == .open ? "only while the market is closed" : nil
        case .maintenance: return now == .maintenance ? nil : "only in the exchange's maintenance"
        }
    }
}
