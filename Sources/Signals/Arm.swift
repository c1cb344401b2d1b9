/// Which of the two engines of a rollout.
public enum Arm: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// The engine trusted today.
    case baseline
    /// The engine on trial.
    case candidate

    /// Baseline first.
    public static func < (a: Arm, b: Arm) -> Bool { a == .baseline && b == .candidate }

    public var other: Arm { self == .baseline ? .candidate : .baseline }
}
