public import MarketData

/// The parts of a spec that routing depends on.
public struct RolloutPlan: Hashable, Sendable {
    /// How event time is cut into units.
    public enum Block: Hashable, Sendable {
        /// Blocks of so many seconds of event time, counted from 00:00 UTC.
        case seconds(Int)
        /// One exchange date.
        case session
    }

    /// What happens to the baseline's units while the baseline is not ready.
    public enum BaselineDown: String, Hashable, Sendable, CaseIterable {
        case silent
        /// The candidate may take them in `limited` and `full`.
        case candidate
    }

    /// The rollout's id, which is also the salt of its assignment.
    public var id: String
    public var calendar: ExchangeCalendar
    public var block: Block
    /// Weight of the candidate per stage; a stage not named has 0.
    public var weights: [Stage: Weight]
    public var baselineDown: BaselineDown
    public var openEpisodes: OpenEpisodes

    public init(
        id: String, calendar: ExchangeCalendar, block: Block = .seconds(1800),
        weights: [Stage: Weight] = Self.defaultWeights, baselineDown: BaselineDown = .silent,
        openEpisodes: OpenEpisodes = OpenEpisodes()
    ) {
        self.id = id
        self.calendar = calendar
        self.block = block
        self.weights = weights
        self.baselineDown = baselineDown
        self.openEpisodes = openEpisodes
    }

    /// 0, 10, 50 and 100 %.
    public static let defaultWeights: [Stage: Weight] = [
        .shadow: .zero, .canary: Weight(tenThousandths: 1_000) ?? .zero,
        .limited: Weight(tenThousandths: 5_000) ?? .zero, .full: .all,
    ]

    public func weight(in stage: Stage) -> Weight { weights[stage] ?? .zero }
}
