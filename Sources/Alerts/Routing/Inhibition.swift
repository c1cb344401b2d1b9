/// An alert that is open, for what it hides.
public struct OpenAlert: Hashable, Sendable {
    public var alert: Alert
    /// A channel has taken it, as urgent as it is.
    public var isDelivered: Bool

    public init(_ alert: Alert, isDelivered: Bool) {
        self.alert = alert
        self.isDelivered = isDelivered
    }
}

/// Alerts that only say again what a larger one has said.
public enum Inhibition {
    /// What an open alert of `cause` explains.
    static func hidden(by cause: AlertCause) -> [AlertCause] {
        switch cause {
        case .operatorDown: [.candidateDown, .baselineDown, .enginesDown]
        case .enginesDown: [.candidateDown, .baselineDown]
        case .feedDown: [.latency, .dataQuality]
        default: []
        }
    }

    static func canHide(_ cause: AlertCause) -> Bool { !hidden(by: cause).isEmpty }

    /// The oldest open alert that hides `alert`. An urgent one hides only behind an urgent one that was delivered.
    public static func hider(of alert: Alert, among open: [OpenAlert]) -> Alert? {
        open.filter { other in
            hidden(by: other.alert.cause).contains(alert.cause) && other.alert.rollout == alert.rollout
                && other.alert.resolvedAt == nil
                && (!alert.severity.isUrgent || other.alert.severity.isUrgent && other.isDelivered)
        }
        .map(\.alert).min { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
    }
}
