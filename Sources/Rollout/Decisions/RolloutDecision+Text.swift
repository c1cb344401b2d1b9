internal import Monitors

extension Tripped {
    /// `harm 41.2 of 40`
    public var text: String { "\(trigger.rawValue) \(figure(value)) (threshold \(figure(threshold)))" }
}

extension GateCheck {
    /// `better 3.2 of 10: inconclusive`
    public var text: String {
        let value = value.map(figure) ?? NumberFormat.unknown
        return "\(metric.rawValue) \(value), \(isUpperLimit ? "at most" : "at least") \(figure(threshold)): "
            + verdict.rawValue
    }
}

extension RolloutDecision {
    /// Why, in one line.
    public var text: String {
        switch action {
        case .expire: "no verdict by the stage's deadline: " + unmet.map(\.text).joined(separator: "; ")
        case .complete: "the rollback window is over"
        case .withdrawApproval(expired: true): "the approvals asked for are void by now"
        case .promote, .awaitApproval, .withdrawApproval, .stay:
            checks.filter { $0.verdict != .notJudged }.map(\.text).joined(separator: "; ")
        default: reasons.map(\.text).joined(separator: "; ")
        }
    }
}

/// As many places as people read: `41.2`, `0.31`, `1,234`.
private func figure(_ value: Double) -> String {
    let magnitude = abs(value)
    if magnitude >= 1e6 || (magnitude > 0 && magnitude < 0.001) { return "\(value)" }
    if value == value.rounded(), magnitude < 1e6 { return "\(Int(value))" }
    return NumberFormat.number(value, places: magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 4)
}
