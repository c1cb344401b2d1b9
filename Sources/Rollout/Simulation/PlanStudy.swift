internal import MarketData

/// What a spec's gates can decide, found out before the first session: simulated rollouts by its terms, of candidates with
/// known truth or on the sessions of a journal. Source: `decision-statistics.md`, section 7.
public struct PlanStudy: Sendable {
    /// Rollouts of one kind. Whoever asks may split its runs over threads, and merge what they bring.
    public struct Job: Hashable, Sendable {
        public let name: String
        public let runs: Int
        fileprivate let kind: Kind
        fileprivate let sessions: Int
    }

    fileprivate enum Kind: Hashable, Sendable {
        case market(SimulatedCase)
        /// The mean of D is made to be so much, R.
        case journal(truth: Double)
    }

    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case unknownTarget(String)

        public var description: String {
            switch self {
            case .unknownTarget(let name):
                "there is no simulated case \(name) to plan for; there are \(PlanStudy.targets.joined(separator: ", "))"
            }
        }
    }

    /// One for each row of the table, and a last one for the gates.
    public let jobs: [Job]
    let plan: SimulatedPlan
    let target: String
    let runs: Int
    let seed: UInt64
    /// Nil: the model alone.
    let journal: JournalSessions?

    /// Names of candidates to plan for.
    public static let targets = SimulatedCase.all.filter { !$0.market.isMirror }.map(\.name)

    /// - Parameters:
    ///   - target: the candidate whose chances to pass the gates are judged; with a journal, that is the seen one.
    ///   - journal: the sessions of a journal; with fewer than 20 observed ones the model is used.
    public init(
        _ plan: SimulatedPlan = SimulatedPlan(), traffic: SimulatedCase.Traffic = SimulatedCase.Traffic(),
        target: String = "better-target", journal: [SessionObservation]? = nil, runs: Int = 2000,
        seed: UInt64 = 20_261_120
    ) throws(Failure) {
        let cases = SimulatedCase.cases(traffic).filter { !$0.market.isMirror }
        guard let targetCase = cases.first(where: { $0.name == target }) else { throw .unknownTarget(target) }
        self.plan = plan
        self.runs = runs
        self.seed = seed
        self.journal = journal.map { JournalSessions($0, plan.terms.evidence) }
        let kinds: [(name: String, kind: Kind)]
        let last: (name: String, kind: Kind)
        if let journal = self.journal, journal.isEnough {
            kinds = zip(["worse", "equal", "better", "as seen"], journal.truths).map { ($0, .journal(truth: $1)) }
            last = ("as seen", .journal(truth: journal.mean))
        } else {
            kinds = cases.map { ($0.name, .market($0)) }
            last = (target, .market(targetCase))
        }
        self.target = last.name
        let long = Self.sessionsToDecide(plan.terms)
        jobs =
            kinds.map { Job(name: $0.name, runs: runs, kind: $0.kind, sessions: SimulatedCase.sessions) }
            + [Job(name: last.name, runs: runs, kind: last.kind, sessions: long)]
    }

    /// So many that no stage is cut off before its deadline.
    private static func sessionsToDecide(_ terms: DecisionTerms) -> Int {
        [Stage.shadow, .canary, .limited].reduce(0) { $0 + sessionsToPass($1, terms) }
    }

    /// Sessions that a stage has to pass the gate above it.
    static func sessionsToPass(_ stage: Stage, _ terms: DecisionTerms) -> Int {
        terms.deadlineSessions[stage] ?? SimulatedCase.sessions
    }

    /// Simulates some of a job's runs.
    public func run(_ job: Job, runs: Range<Int>) -> CaseRuns {
        switch job.kind {
        case .market(let simulatedCase):
            var rollout = SimulatedRollout(simulatedCase, plan, sessions: job.sessions)
            return CaseRuns(name: job.name, tandem: runs.map { rollout.runAlone($0, seed: seed) })
        case .journal(let truth):
            // Every truth on the same draws.
            let drawn = runs.map { number in
                var random = SimulationRandom(seed: seed, stream: 0, run: number)
                return journal?.run(truth: truth, plan, sessions: job.sessions, &random) ?? SimulatedRun()
            }
            return CaseRuns(name: job.name, tandem: drawn)
        }
    }

    /// - Parameter results: of each job, in their order.
    public func table(_ results: [CaseRuns]) -> PlanTable {
        let rows = zip(jobs, results).dropLast().map { row($0, $1) }
        return PlanTable(self, rows: Array(rows), gates: results.last.map(gates) ?? [])
    }

    /// All of it on this thread.
    public func table() -> PlanTable { table(jobs.map { run($0, runs: 0..<$0.runs) }) }

    private func row(_ job: Job, _ results: CaseRuns) -> PlanTable.Row {
        switch job.kind {
        case .market(let simulatedCase):
            let (mean, deviation) = difference(simulatedCase)
            return PlanTable.Row(
                results, mean: mean, deviation: deviation,
                error: deviation / Double(runs * Self.sampledPerRun).squareRoot())
        case .journal(let truth):
            return PlanTable.Row(results, mean: truth, deviation: journal?.deviation ?? 0, error: 0)
        }
    }

    /// Sessions drawn for each rollout of a row to see how D varies.
    private static let sampledPerRun = 20

    /// Mean and deviation of D before anything breaks, R.
    private func difference(_ simulatedCase: SimulatedCase) -> (mean: Double, deviation: Double) {
        var market = SimulatedMarket(terms: simulatedCase.market)
        // Run -1 is nobody's.
        var random = SimulationRandom(seed: seed, stream: simulatedCase.stream, run: -1)
        let terms = plan.terms.evidence
        return moments(
            (0..<runs * Self.sampledPerRun).map { _ in
                market.restart()
                market.advance(&random)
                return market.observation(terms).difference(terms)
            })
    }

    private func gates(_ runs: CaseRuns) -> [PlanTable.Gate] {
        let passages: [(from: Stage, to: SimulatedRun.Event, stage: Stage)] = [
            (.shadow, .canary, .canary), (.canary, .limited, .limited), (.limited, .full, .full),
        ]
        return passages.compactMap { from, event, stage in
            guard plan.terms.gates[stage] != nil else { return nil }
            let sessions = Self.sessionsToPass(from, plan.terms)
            let entered = (runs.runs[.tandem] ?? []).compactMap { run in
                Self.entry(from, run).map { (entered: $0, passed: run.first(event)) }
            }
            let passed = entered.count { entry, passed in passed.map { $0 - entry <= sessions } ?? false }
            let chance = entered.isEmpty ? nil : Double(passed) / Double(entered.count)
            return PlanTable.Gate(stage: stage, sessions: sessions, chance: chance)
        }
    }

    /// The session at whose end a stage was entered first; nil: never.
    private static func entry(_ stage: Stage, _ run: SimulatedRun) -> Int? {
        switch stage {
        case .shadow: 0
        case .canary: run.first(.canary)
        case .limited: run.first(.limited)
        case .full: run.first(.full)
        }
    }
}
