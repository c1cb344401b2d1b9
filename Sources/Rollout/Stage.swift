/// How much of the traffic the candidate may take.
public enum Stage: String, Sendable, Hashable, CaseIterable, Comparable, Codable {
    case shadow, canary, limited, full

    /// 0 for shadow to 3 for full.
    public var level: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public var next: Stage? { level + 1 < Self.allCases.count ? Self.allCases[level + 1] : nil }

    public static func < (a: Stage, b: Stage) -> Bool { a.level < b.level }
}

/// What a rollout is doing in its stage.
public enum Status: String, Sendable, Hashable, CaseIterable, Codable {
    case running
    /// Promotion stopped by a person; routing and protection go on.
    case held
    case awaitingApproval = "awaiting-approval"
    case draining
    case rolledBack = "rolled-back"
    case completed
    case failed
}

/// A share of units in ten-thousandths, so that it is exact.
public struct Weight: Hashable, Comparable, Sendable {
    public static let zero = Weight(unchecked: 0)
    public static let all = Weight(unchecked: 10_000)
    public let tenThousandths: Int

    private init(unchecked: Int) { tenThousandths = unchecked }

    /// Nil outside 0...10,000.
    public init?(tenThousandths: Int) {
        guard (0...10_000).contains(tenThousandths) else { return nil }
        self.tenThousandths = tenThousandths
    }

    public static func < (a: Weight, b: Weight) -> Bool { a.tenThousandths < b.tenThousandths }
}
