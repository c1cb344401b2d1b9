package import MarketData
package import Monitors

extension RolloutStory {
    /// All that a story is told from: what the journal has of one rollout of one pair of versions.
    package struct Input: Sendable {
        /// The rollout's id.
        package var rollout: String
        package var baseline: String
        package var candidate: String
        /// Candidate versions tried in this rollout, this one included; nil: unknown.
        package var versionsTried: Int?
        package var planHash: String
        package var specHash: String
        package var basis: Basis
        package var terms: DecisionTerms
        /// Where it began.
        package var start: Stage
        /// Committed ones, in the order of their dates.
        package var sessions: [SessionObservation]
        /// In order.
        package var moves: [Move]
        /// Micro-R of the candidate's live signals, by session; nil: unknown.
        package var liveMicros: [Int64?] = []
        /// By session; nil: not measured.
        package var latency: [ByArm<Percentiles>?] = []
        /// Micro-dollars, by session; nil: unknown.
        package var costMicros: [ByArm<Int64>?] = []
        package var metrics: [MetricRow] = []
        /// Nil: unknown, as the three below it.
        package var roiGain: RoiGain?
        package var agreement: ArmAgreement?
        package var paper: ByArm<PaperAccount>?
        /// Nil also where none is kept.
        package var account: LiveReading?
        package var selfCheck: SelfCheck?
        package var corrections: [Correction] = []

        package init(
            rollout: String, baseline: String, candidate: String, versionsTried: Int? = nil, planHash: String,
            specHash: String, basis: Basis, terms: DecisionTerms, start: Stage = .shadow,
            sessions: [SessionObservation], moves: [Move]
        ) {
            self.rollout = rollout
            self.baseline = baseline
            self.candidate = candidate
            self.versionsTried = versionsTried
            self.planHash = planHash
            self.specHash = specHash
            self.basis = basis
            self.terms = terms
            self.start = start
            self.sessions = sessions
            self.moves = moves
        }
    }

    /// A change of stage or status.
    package struct Move: Hashable, Sendable {
        /// Of the event that led to it.
        package var index: UInt64
        package var time: Timestamp
        /// Sessions committed before it.
        package var session: Int
        package var transition: Transition

        package init(index: UInt64, time: Timestamp, session: Int, _ transition: Transition) {
            self.index = index
            self.time = time
            self.session = session
            self.transition = transition
        }
    }

    package struct ByArm<Value: Hashable & Sendable>: Hashable, Sendable {
        package var baseline: Value
        package var candidate: Value

        package init(baseline: Value, candidate: Value) {
            self.baseline = baseline
            self.candidate = candidate
        }
    }

    /// Of the time to answer, milliseconds; nil: unknown.
    package struct Percentiles: Hashable, Sendable {
        package var p50: Double?
        package var p99: Double?

        package init(p50: Double?, p99: Double?) {
            self.p50 = p50
            self.p99 = p99
        }
    }

    /// A success metric of both arms.
    package struct MetricRow: Hashable, Sendable {
        package var name: String
        package var unit: ReportUnit
        package var baseline: Estimate
        package var candidate: Estimate
        /// Nil where a difference says nothing.
        package var difference: Estimate?

        package init(
            _ name: String, _ unit: ReportUnit, baseline: Estimate, candidate: Estimate, difference: Estimate?
        ) {
            self.name = name
            self.unit = unit
            self.baseline = baseline
            self.candidate = candidate
            self.difference = difference
        }
    }

    /// A committed session that was put right later.
    package struct Correction: Hashable, Sendable {
        package var session: CivilDate
        /// Sessions committed by then.
        package var afterSession: Int
        /// Of D, R.
        package var before: Double
        package var after: Double

        package init(session: CivilDate, afterSession: Int, before: Double, after: Double) {
            self.session = session
            self.afterSession = afterSession
            self.before = before
            self.after = after
        }
    }
}
