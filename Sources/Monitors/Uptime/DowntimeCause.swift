/// Why a second was bad.
package enum DowntimeCause: String, Codable, Hashable, Sendable, CaseIterable {
    case own
    /// Nobody vouches for the second. Missing telemetry is downtime.
    case telemetry
    /// A feed or a vendor failed while everything here stood.
    case dependency
    /// The exchange halted.
    case exchange
    case planned
}

/// Seconds by the cause that made them bad.
package struct CauseSeconds: Codable, Hashable, Sendable {
    package private(set) var own = 0
    package private(set) var telemetry = 0
    package private(set) var dependency = 0
    package private(set) var exchange = 0
    package private(set) var planned = 0

    package init() {}

    package subscript(cause: DowntimeCause) -> Int {
        get {
            switch cause {
            case .own: own
            case .telemetry: telemetry
            case .dependency: dependency
            case .exchange: exchange
            case .planned: planned
            }
        }
        set {
            switch cause {
            case .own: own = newValue
            case .telemetry: telemetry = newValue
            case .dependency: dependency = newValue
            case .exchange: exchange = newValue
            case .planned: planned = newValue
            }
        }
    }
}
