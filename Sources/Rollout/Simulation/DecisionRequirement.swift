/// What must hold of a figure; source: `decision-statistics.md`, section 6.
public struct DecisionRequirement: Hashable, Sendable {
    public enum Bound: Hashable, Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    public let name: String
    public let figure: CaseFigure
    public let bound: Bound

    init(_ name: String, _ figure: CaseFigure, _ bound: Bound) {
        self.name = name
        self.figure = figure
        self.bound = bound
    }

    /// Whether it does: what is unknown does not.
    ///
    /// - Parameter runs: below 10,000 a share may miss its bound by three standard errors.
    public func holds(_ value: Double?, runs: Int) -> Bool {
        guard let value else { return false }
        let isShare = figure.unit == .share
        switch bound {
        case .atMost(let most): return value <= most + (isShare && most > 0 ? CaseReference.slack(most, runs: runs) : 0)
        case .atLeast(let least): return value >= least - (isShare ? CaseReference.slack(least, runs: runs) : 0)
        }
    }

    public static let all: [DecisionRequirement] =
        ["equal", "equal-clustered", "equal-late"].flatMap { name in
            [
                DecisionRequirement(name, .harm, .atMost(0.025)), DecisionRequirement(name, .fullBy120, .atMost(0.05)),
                DecisionRequirement(name, .limited, .atMost(0.10)),
            ]
        } + [
            DecisionRequirement("worse-10", .fullBy120, .atMost(0.005)),
            DecisionRequirement("worse-10", .closedBy60, .atLeast(0.93)),
            DecisionRequirement("worse-10", .anyLive, .atMost(0.10)),
            DecisionRequirement("worse-10", .liveMedian, .atMost(0)),
            DecisionRequirement("worse-10", .liveP99, .atMost(50)),
            DecisionRequirement("worse-20", .closedBy60, .atLeast(0.99)),
            DecisionRequirement("worse-20", .anyLive, .atMost(0.02)),
            DecisionRequirement("better-target", .canaryMedian, .atMost(10)),
            DecisionRequirement("better-target", .fullBy60, .atLeast(0.90)),
            DecisionRequirement("better-target", .fullBy120, .atLeast(0.96)),
            DecisionRequirement("better-target-clustered", .fullBy60, .atLeast(0.78)),
            DecisionRequirement("better-10", .fullBy120, .atLeast(0.55)),
            DecisionRequirement("better-10", .closed, .atMost(0.03)),
            DecisionRequirement("breaks-inverted", .stoppedBy50, .atLeast(0.90)),
            DecisionRequirement("breaks-inverted", .liveRP5, .atLeast(-32)),
            // No transition for cause, ever.
            DecisionRequirement("aa", .moved, .atMost(0)),
        ]
}
