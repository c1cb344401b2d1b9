internal import MarketData
package import Rollout

/// What the first row of a journal holds: everything decisions depend on besides the events.
package struct BeginBody: Codable, Sendable, Hashable {
    package struct Plan: Codable, Sendable, Hashable {
        package var id: String
        package var calendar: String
        /// Seconds of a block; 0 for session blocks.
        package var blockSeconds: Int
        /// Ten-thousandths by stage.
        package var weights: [String: Int]
        package var baselineDown: String
    }

    package enum Mode: String, Codable, Sendable { case ordered, arrival }

    package var mode: Mode
    package var stage: String
    package var plan: Plan
    package var planHash: String
    /// The whole spec in canonical form.
    package var spec: String

    package init(mode: Mode, stage: Stage, spec: Spec) {
        self.mode = mode
        self.stage = stage.rawValue
        let plan = spec.plan
        self.plan = Plan(
            id: plan.id, calendar: plan.calendar.name,
            blockSeconds: { if case .seconds(let seconds) = plan.block { seconds } else { 0 } }(),
            weights: Dictionary(
                uniqueKeysWithValues: Stage.allCases.map { ($0.rawValue, plan.weight(in: $0).tenThousandths) }),
            baselineDown: plan.baselineDown.rawValue)
        planHash = spec.planHash
        self.spec = spec.canonicalJSON
    }

    /// The router as it stood before the first event; nil when the row holds what no spec can say.
    package var router: Router? {
        guard let calendar = try? ExchangeCalendar(named: plan.calendar), let stage = Stage(rawValue: stage),
            let down = RolloutPlan.BaselineDown(rawValue: plan.baselineDown)
        else { return nil }
        var weights: [Stage: Weight] = [:]
        for (name, value) in plan.weights {
            guard let stage = Stage(rawValue: name), let weight = Weight(tenThousandths: value) else { return nil }
            weights[stage] = weight
        }
        let block: RolloutPlan.Block = plan.blockSeconds > 0 ? .seconds(plan.blockSeconds) : .session
        return Router(
            plan: RolloutPlan(id: plan.id, calendar: calendar, block: block, weights: weights, baselineDown: down),
            stage: stage)
    }
}
