internal import MarketData

/// Who decides in a simulated rollout.
public enum SimulatedRule: String, Hashable, Sendable, CaseIterable {
    /// The real `decide`.
    case tandem
    case fixedThreshold = "fixed-threshold"
    case mannWhitney = "mann-whitney"
    case zTest = "z-test"
}

/// Rollouts of one case, one at a time: every rule decides on the same sessions.
public struct SimulatedRollout: Sendable {
    private let simulatedCase: SimulatedCase
    private let plan: SimulatedPlan
    private let sessions: Int
    private var market: SimulatedMarket
    /// Of the current run; the last ones are not committed yet where evidence comes late.
    private var observations: [SessionObservation] = []

    public init(
        _ simulatedCase: SimulatedCase, _ plan: SimulatedPlan = SimulatedPlan(), sessions: Int = SimulatedCase.sessions
    ) {
        self.simulatedCase = simulatedCase
        self.sessions = sessions
        self.plan = plan
        market = SimulatedMarket(terms: simulatedCase.market)
        observations.reserveCapacity(sessions)
    }

    /// One rollout: what came of it under every rule, in the order of `SimulatedRule.allCases`.
    ///
    /// - Parameter number: of the run; the same seed and number give the same sessions whatever was run before.
    public mutating func run(_ number: Int, seed: UInt64) -> [SimulatedRun] {
        var fixed = RivalLane(FixedThresholdRival())
        var ranks = RivalLane(MannWhitneyRival())
        var blocks = RivalLane(BlockTestRival())
        let plan = plan
        let tandem = tandem(number, seed: seed) { market, counts in
            fixed.close(market, plan, counts: counts)
            ranks.close(market, plan, counts: counts)
            blocks.close(market, plan, counts: counts)
        }
        return [tandem, fixed.run, ranks.run, blocks.run]
    }

    /// The same without rivals.
    public mutating func runAlone(_ number: Int, seed: UInt64) -> SimulatedRun {
        tandem(number, seed: seed) { _, _ in }
    }

    private mutating func tandem(
        _ number: Int, seed: UInt64, _ rivals: (_ market: SimulatedMarket, _ counts: Bool) -> Void
    ) -> SimulatedRun {
        let terms = simulatedCase.terms(plan.terms)
        var random = SimulationRandom(seed: seed, stream: simulatedCase.stream, run: number)
        var lane = DecisionLane(terms)
        market.restart()
        observations.removeAll(keepingCapacity: true)
        for session in 1...sessions {
            market.advance(&random)
            let counts = session >= simulatedCase.countsFrom
            rivals(market, counts)
            if lane.isOver { continue }
            observations.append(market.observation(terms.evidence))
            let weight = plan.weight(in: lane.stage)
            lane.trade(LiveSession(market, weight: weight, limits: terms.liveLimits[lane.stage]), counts: counts)
            let known = session - 1 - simulatedCase.lag
            lane.close(session, committing: known >= 0 ? observations[known] : nil)
        }
        return lane.run
    }
}

/// A rival's rollout.
private struct RivalLane<R: Rival> {
    private(set) var run = SimulatedRun()
    private var rival: R

    init(_ rival: R) {
        self.rival = rival
        note(in: 1)
    }

    mutating func close(_ market: SimulatedMarket, _ plan: SimulatedPlan, counts: Bool) {
        let live = LiveSession(market, weight: plan.weight(in: rival.stage))
        run.live += live.signals
        if counts { run.liveMicros += live.micros }
        rival.judge(market)
        note(in: market.session)
    }

    private mutating func note(in session: Int) {
        switch rival.stage {
        case .shadow: run.note(.harm, in: session)
        case .canary: run.note(.canary, in: session)
        case .limited: run.note(.limited, in: session)
        case .full: run.note(.full, in: session)
        }
    }
}
