public import MarketData

/// Why a rollout stands where it does, what it waits for, and for how long: a function of state, evidence and the moment.
public struct ExplainReport: Hashable, Sendable {
    /// Something the gate to the next stage asks for.
    public struct Check: Hashable, Sendable {
        public let metric: GateCheck.Metric
        /// In `unit`; nil: unknown, or not judged.
        public let value: Double?
        /// Nil where nothing was measured that has one.
        public let threshold: Double?
        public let unit: ReportUnit
        /// Whether the value has to stay at or below the threshold; else at or above.
        public let isUpperLimit: Bool
        public let verdict: GateCheck.Verdict
        /// min(1, 1 / E), of proofs alone.
        public let p: Double?
        /// What a proof is about, with its 95 % interval.
        public let estimate: Estimate?
        /// What is missing, in words; nil where nothing is.
        public let missing: String?
        /// Nil where nothing is missing.
        public let wait: ExpectedWait?
    }

    public struct Gate: Hashable, Sendable {
        /// Where it leads to.
        public let stage: Stage
        public let isPassed: Bool
        public let checks: [Check]
    }

    /// A part of the evidence of harm.
    public struct HarmPart: Hashable, Sendable {
        public let name: String
        public let weight: Double
        public let e: Double
        /// `weight` times `e`.
        public let weighted: Double
        /// Whether it is the one that would be named as the cause.
        public let isLargest: Bool
    }

    public struct TriggerRow: Hashable, Sendable {
        public enum State: String, Hashable, Sendable, CaseIterable {
            case quiet, tripped
            /// Acted on already.
            case handled
            /// Not asked in this stage, or not at all.
            case off
            case notJudged = "not-judged"
            case unknown
        }

        public let trigger: Trigger
        public let value: Double?
        public let threshold: Double?
        public let unit: ReportUnit
        /// Whether values at or below the threshold trip it; else those at or above.
        public let isLowerLimit: Bool
        /// What it reads.
        public let evidence: String
        /// What would follow now.
        public let action: String
        public let state: State
    }

    /// What happens next.
    public struct Next: Hashable, Sendable {
        /// `stay`, `promote`, `await-approval`, and so on.
        public let action: String
        public let target: Stage?
        /// `session-commit`, `promotion-window`, `approval`, `person` or `never`.
        public let waitsFor: String
        public let until: Timestamp?
        /// In words, one fact each; what happens comes first.
        public let facts: [String]
    }

    public let time: Timestamp
    public let stage: Stage
    public let status: Status
    public let mode: DecisionTerms.Mode
    public let judgesTime: Bool
    /// The answer, in one sentence.
    public let summary: String
    /// Nil in the highest stage, and where no gate leads on.
    public let gate: Gate?
    public let triggers: [TriggerRow]
    public let harm: [HarmPart]
    public let next: Next
    public let evidence: EvidenceSummary
    public let setbacks: Int
    public let closedBy: Trigger?
    let terms: DecisionTerms

    /// - Parameter counts: where triggers that only count stand below their thresholds, as far as the caller knows.
    public init(
        state: RolloutState, evidence: Evidence, now: Moment, counts: [Trigger: Double] = [:]
    ) {
        let summary = EvidenceSummary(evidence)
        let decision = decide(state, evidence, now: now)
        let gate = state.stage.next.flatMap { Gate(to: $0, state, evidence, summary) }
        let words = DecisionWords(state: state, terms: evidence.terms, decision: decision, evidence: evidence)
        time = now.time
        stage = state.stage
        status = state.status
        mode = evidence.terms.mode
        judgesTime = state.judgesTime
        self.summary = words.summary(gate)
        self.gate = gate
        triggers = Trigger.allCases.map { TriggerReading(state, evidence, counts).row($0) }
        harm = Self.harm(evidence)
        next = words.next(summary)
        self.evidence = summary
        setbacks = state.setbacks
        closedBy = state.closedBy
        terms = evidence.terms
    }

    private static func harm(_ evidence: Evidence) -> [HarmPart] {
        let terms = evidence.terms.harm
        let parts = [
            ("account", terms.account.weight, evidence.accountHarmE),
            ("quality", terms.quality.weight, evidence.qualityHarmE),
        ]
        let largest = parts.map { $1 * $2 }.max()
        return parts.map { name, weight, e in
            HarmPart(name: name, weight: weight, e: e, weighted: weight * e, isLargest: weight * e == largest)
        }
    }
}
