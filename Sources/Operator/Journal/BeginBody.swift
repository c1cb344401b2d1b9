internal import Feeds
package import MarketData
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
    /// Whether the wall clock decides in ordered mode, too; nil in arrival mode, where it always does.
    package var judgesTime: Bool?
    /// The whole spec in canonical form.
    package var spec: String

    package init(mode: Mode, stage: Stage, spec: Spec, judgesTime: Bool = false) {
        self.mode = mode
        self.judgesTime = mode == .ordered && judgesTime ? true : nil
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

    /// Nil when neither the name nor the spec says which.
    package var calendar: ExchangeCalendar? {
        (try? ExchangeCalendar(named: plan.calendar))
            ?? canonicalSpec?["calendar"].flatMap(ExchangeCalendar.init(canonical:))
    }

    /// The rollout as it stood before the first event; nil when the row holds what no spec can say.
    package var controller: Controller? {
        guard let calendar, let stage = Stage(rawValue: stage),
            let down = RolloutPlan.BaselineDown(rawValue: plan.baselineDown)
        else { return nil }
        var weights: [Stage: Weight] = [:]
        for (name, value) in plan.weights {
            guard let stage = Stage(rawValue: name), let weight = Weight(tenThousandths: value) else { return nil }
            weights[stage] = weight
        }
        let block: RolloutPlan.Block = plan.blockSeconds > 0 ? .seconds(plan.blockSeconds) : .session
        let terms: DecisionTerms?
        // Without terms it would only watch: what does not read is not the same as none.
        do { terms = try storedTerms() } catch { return nil }
        return Controller(
            plan: RolloutPlan(
                id: plan.id, calendar: calendar, block: block, weights: weights, baselineDown: down,
                openEpisodes: terms?.openEpisodes ?? OpenEpisodes()),
            stage: stage, terms: terms, windows: windows, judgesTime: mode == .arrival || !isReproducible)
    }
}

extension BeginBody {
    /// Whether the same input gives the same digest; of an ordered run that its spec, engines and input alone decide.
    package var isReproducible: Bool { judgesTime != true }

    /// When promotion may happen, as the rollout began; a later change is an event.
    private var windows: PromotionWindows? {
        (try? MonitorTerms(storedIn: Array(spec.utf8), path: StateFolder.specName))?.promotion
    }

    /// By what it decides; nil for a rollout from before there were decisions.
    var decisionTerms: DecisionTerms? { try? storedTerms() }

    private func storedTerms() throws -> DecisionTerms? {
        try canonicalSpec.flatMap { try DecisionTerms(storedIn: $0) }
    }

    /// How the rollout's outcomes were made, out of its spec; nil when that does not say so.
    var outcomeTerms: OutcomeTerms? { canonicalSpec.flatMap(OutcomeTerms.init(storedIn:)) }

    /// The stream that these files made for the rollout; nil when its spec does not say how.
    func feedPlan(files: [String]) -> FeedPlan? {
        guard let interval = canonicalSpec?["feed"]?["mark_interval"]?.duration, interval > .zero,
            let calendar
        else { return nil }
        return FeedPlan(files: files, calendar: calendar, markIntervalNanos: UInt64(interval.wholeNanoseconds))
    }

    private var canonicalSpec: CanonicalJSON? {
        try? CanonicalJSON.read(Array(spec.utf8), maxDepth: 2 * YAMLDocument.maxDepth)
    }
}

extension CanonicalJSON {
    fileprivate var duration: Duration? { if case .text(let text) = self { DurationText.parse(text) } else { nil } }
}
