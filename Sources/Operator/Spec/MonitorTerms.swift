package import MarketData
package import Monitors

/// What the figures of a rollout are held against, and what its data costs. None of it changes a decision of the router
/// or its digest; all of it may change between two runs of one state folder.
package struct MonitorTerms: Hashable, Sendable {
    /// Of the seconds the market is open, in millionths.
    package var uptimeTargetPPM = 999_000
    package var latency = LatencyThresholds.standard
    /// The share of signals that has to be within the latency target.
    package var latencyObjective = LatencyReport.standardObjective
    package var budget = BudgetLimits()
    package var prices = DataPrices()
    package var promotion = PromotionWindows()

    package init() {}
}

/// What a provider asks for data, by schema.
package struct DataPrices: Hashable, Sendable {
    package var provider = "databento"
    /// For bytes, by the schema's name.
    package var bySchema: [String: UnitPrice] = [:]

    package init() {}

    package var isEmpty: Bool { bySchema.isEmpty }
}
