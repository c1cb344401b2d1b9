/// How much an alert matters; `critical` and `emergency` always reach somebody.
public enum AlertSeverity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// Good to know, gathered into a digest.
    case info
    /// To be looked at during the day.
    case warning
    /// Somebody has to act now.
    case critical
    /// Nothing protects the desk until somebody acts.
    case emergency

    /// Whether it is never dropped, grouped, limited or silenced by a pattern that did not name it.
    public var isUrgent: Bool { self >= .critical }

    public static func < (a: AlertSeverity, b: AlertSeverity) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .critical: 2
        case .emergency: 3
        }
    }
}
