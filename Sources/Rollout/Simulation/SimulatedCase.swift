/// A candidate with known truth, to be decided on; source: `decision-statistics.md`, section 6.
public struct SimulatedCase: Hashable, Sendable {
    public let name: String
    public let market: MarketTerms
    /// Sessions by which the evidence comes late.
    public let lag: Int
    /// Whether the rollout only watches, as the profile `aa` does: no gate, no deadline, and nothing to gain.
    public let watches: Bool

    init(
        _ name: String, _ traffic: Traffic, candidate: ClosedRange<Int>? = nil, lag: Int = 0, watches: Bool = false,
        _ change: (inout MarketTerms) -> Void = { _ in }
    ) {
        self.name = name
        self.lag = lag
        self.watches = watches
        var market = MarketTerms()
        market.baselineSignals = traffic.baseline
        market.candidateSignals = candidate ?? traffic.baseline
        change(&market)
        self.market = market
    }

    /// How often the engines speak, signals a session.
    public struct Traffic: Hashable, Sendable {
        public var baseline: ClosedRange<Int>
        /// Of a candidate that says more.
        public var candidate: ClosedRange<Int>

        public init(baseline: ClosedRange<Int> = 3...8, candidate: ClosedRange<Int> = 5...15) {
            self.baseline = baseline
            self.candidate = candidate
        }

        /// Of a candidate that says somewhat more: 5...12 where nothing else is said.
        var between: ClosedRange<Int> {
            let upper = (baseline.upperBound + candidate.upperBound + 1) / 2
            return candidate.lowerBound...max(upper, candidate.lowerBound)
        }
    }

    /// By what this case's rollout decides.
    func terms(_ terms: DecisionTerms) -> DecisionTerms {
        guard watches else { return terms }
        var watching = terms
        watching.mode = .watch
        watching.gates = [:]
        watching.noGain = nil
        watching.deadlineSessions = [:]
        return watching
    }

    /// The session before which nothing is counted of what live signals made, from 1.
    var countsFrom: Int { market.breaks?.session ?? 1 }

    /// Which of the seed's streams of numbers is the case's own.
    var stream: Int { name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } }

    /// Where the engine breaks that does so.
    static let breakSession = 31
    /// Sessions of a run.
    public static let sessions = 120

    public static let all = cases(Traffic())

    /// All cases, with traffic of one's own.
    public static func cases(_ traffic: Traffic) -> [SimulatedCase] {
        func broken(_ accuracy: Double) -> (inout MarketTerms) -> Void {
            { market in
                market.candidateAccuracy = 0.75
                market.breaks = MarketTerms.Break(session: breakSession, accuracy: accuracy)
            }
        }
        return [
            SimulatedCase("equal", traffic),
            SimulatedCase("equal-clustered", traffic) {
                $0.correlation = 0.6
                $0.sharedLuck = 0
            },
            SimulatedCase("equal-late", traffic, lag: 2),
            SimulatedCase("equal-noedge", traffic) {
                $0.baselineAccuracy = 0.42
                $0.candidateAccuracy = 0.42
            },
            SimulatedCase("worse-10", traffic) { $0.candidateAccuracy = 0.55 },
            SimulatedCase("worse-20", traffic) { $0.candidateAccuracy = 0.45 },
            SimulatedCase("worse-thin", traffic, candidate: traffic.candidate) { $0.candidateAccuracy = 0.546 },
            SimulatedCase("better-10", traffic) { $0.candidateAccuracy = 0.75 },
            SimulatedCase("better-mild", traffic, candidate: traffic.between) { $0.candidateAccuracy = 0.70 },
            SimulatedCase("better-target", traffic, candidate: traffic.candidate) { $0.candidateAccuracy = 0.75 },
            SimulatedCase("better-target-clustered", traffic, candidate: traffic.candidate) {
                $0.candidateAccuracy = 0.75
                $0.correlation = 0.6
            },
            SimulatedCase("breaks-45", traffic, candidate: traffic.candidate, broken(0.45)),
            SimulatedCase("breaks-inverted", traffic, candidate: traffic.candidate, broken(0.25)),
            SimulatedCase("aa-acting", traffic) { $0.isMirror = true },
            SimulatedCase("aa", traffic, watches: true) { $0.isMirror = true },
        ]
    }
}
