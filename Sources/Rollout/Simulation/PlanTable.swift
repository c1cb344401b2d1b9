/// What becomes of candidates with known truth under a spec's terms, and which gates cannot be decided.
public struct PlanTable: Sendable {
    public struct Row: Sendable {
        public let name: String
        /// The mean of D a session, R, and in standard deviations.
        public let meanR: Double
        public let effect: Double
        /// Sessions that even a test with a single look needs; nil where there is no effect to find.
        public let oneLookSessions: Int?
        let figures: DecisionTable.Case
    }

    public struct Gate: Hashable, Sendable {
        /// The stage it leads to.
        public let stage: Stage
        /// Within so many sessions after the stage before was entered.
        public let sessions: Int
        /// Of passing it in that time, once the stage before was entered, 0...1; nil: it was never entered.
        public let chance: Double?

        /// A gate that stops more than one in five of those it is made for decides nothing.
        public var isDecidable: Bool { (chance ?? 0) >= Self.least }
        static let least = 0.80
    }

    public let rows: [Row]
    public let gates: [Gate]
    /// Whose chances the gates name.
    public let target: String
    public let runs: Int
    public let seed: UInt64
    /// Observed sessions of the journal; nil: none was given.
    public let journalSessions: Int?
    /// Whether rollouts were drawn from the journal's sessions.
    public let isFromJournal: Bool

    /// What of the spec is not simulated as it stands.
    private let terms: [String]

    init(_ study: PlanStudy, rows: [Row], gates: [Gate]) {
        self.rows = rows
        self.gates = gates
        target = study.target
        runs = study.runs
        seed = study.seed
        journalSessions = study.journal?.count
        isFromJournal = study.journal?.isEnough ?? false
        terms = Self.notes(study.plan)
    }

    private static func notes(_ plan: SimulatedPlan) -> [String] {
        let ungated = Stage.allCases.filter { $0 > .shadow && plan.terms.gates[$0] == nil }
        return plan.attended.map { "persons have to agree to \($0): simulated as if they did at once" }
            + ungated.map { "no gate leads to \($0): entered by hand only, which is not simulated" }
            + (plan.terms.mode == .watch ? ["the spec only watches: by itself it would do nothing of this"] : [])
    }

    /// A line for each gate that cannot be decided.
    public var warnings: [String] {
        gates.filter { !$0.isDecidable }.map { gate in
            guard let chance = gate.chance else {
                return "the gate to \(gate.stage) is never reached by \(target)"
            }
            let (share, least) = (Self.percent(chance), Self.percent(Gate.least))
            return
                "the gate to \(gate.stage) is not decidable: \(target) passes it within \(gate.sessions) sessions in "
                + "\(share) of rollouts, less than \(least)"
        }
    }

    /// What the figures rest on.
    public var notes: [String] { basis + terms }

    private var basis: [String] {
        guard let journalSessions else { return ["\(runs) rollouts a row on the simulated market, seed \(seed)"] }
        guard isFromJournal else {
            return [
                "the journal has \(journalSessions) observed sessions, fewer than \(JournalSessions.least): the simulated "
                    + "market is used, \(runs) rollouts a row, seed \(seed)"
            ]
        }
        return [
            "\(runs) rollouts a row on \(journalSessions) observed sessions drawn with replacement, seed \(seed); only D is "
                + "moved to each row's mean",
            "a session does not say which of its signals would be live: live figures and loss limits are unknown",
        ]
    }

    static func percent(_ share: Double) -> String { JudgeReport.text(share * 100, places: 1) + " %" }
}

extension PlanTable.Row {
    /// - Parameters:
    ///   - mean: of D, R; its standard error is `error`.
    init(_ runs: CaseRuns, mean: Double, deviation: Double, error: Double) {
        name = runs.name
        meanR = mean
        effect = deviation > 0 ? mean / deviation : 0
        // One-sided 5 %, power 90 %; an effect within three standard errors of 0 is none.
        let isEffect = abs(mean) > 3 * error && effect != 0
        let sessions = 2.927 * 2.927 / (effect * effect)
        oneLookSessions = isEffect && sessions < 1e6 ? Int(sessions.rounded(.up)) : nil
        figures = DecisionTable.Case(runs)
    }
}
