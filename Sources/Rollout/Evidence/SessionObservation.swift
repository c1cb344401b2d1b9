public import MarketData
public import Signals

/// What one session said about both engines: whole, written once, in whole numbers.
public struct SessionObservation: Hashable, Sendable {
    /// Decided without a look at who did better.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case observed
        /// Neither arm had an admitted signal.
        case empty
        /// Too many of its half hours, or of the baseline's signals, cannot be judged.
        case tainted
    }

    /// What one arm did; signals caused in tainted half hours are in `tainted` alone.
    public struct ArmTally: Hashable, Sendable {
        /// Micro-R of the admitted signals.
        public var accountMicros: Int64 = 0
        /// Micro-R of all actionable signals.
        public var sumMicros: Int64 = 0
        /// Actionable signals that the account took.
        public var admitted = 0
        /// Of them unresolvable.
        public var admittedUnresolvable = 0
        public var actionable = 0
        /// Of the actionable ones.
        public var resolved = 0
        /// Resolved with a profit.
        public var correct = 0
        /// Actionable, and left out for their half hour.
        public var tainted = 0

        public init() {}

        public var unresolvable: Int { actionable - resolved }
    }

    /// Trade date; the last one of an observation over several.
    public var session: CivilDate
    public var state: State
    public var baseline: ArmTally
    public var candidate: ArmTally
    public var taintedHalfHours: Int
    public var halfHours: Int

    public init(
        session: CivilDate, state: State, baseline: ArmTally, candidate: ArmTally, taintedHalfHours: Int = 0,
        halfHours: Int = 13
    ) {
        self.session = session
        self.state = state
        self.baseline = baseline
        self.candidate = candidate
        self.taintedHalfHours = taintedHalfHours
        self.halfHours = halfHours
    }

    public func tally(_ arm: Arm) -> ArmTally { arm == .baseline ? baseline : candidate }

    /// The candidate's account less the baseline's, not clipped, micro-R.
    public var accountDifferenceMicros: Int64 { candidate.accountMicros - baseline.accountMicros }

    /// D: the difference that decides, clipped, R.
    public func difference(_ terms: EvidenceTerms) -> Double {
        switch terms.score {
        case .account: clip(Double(accountDifferenceMicros) / 1e6, terms.clipR)
        // A silent arm made nothing.
        case .perSignal: clip(mean(candidate) - mean(baseline), terms.qualityClipR)
        }
    }

    /// Q: the difference of the mean R per signal, clipped; nil where an arm was silent.
    public func qualityDifference(_ terms: EvidenceTerms) -> Double? {
        guard candidate.actionable > 0, baseline.actionable > 0 else { return nil }
        return clip(mean(candidate) - mean(baseline), terms.qualityClipR)
    }

    private func mean(_ tally: ArmTally) -> Double {
        tally.actionable > 0 ? Double(tally.sumMicros) / 1e6 / Double(tally.actionable) : 0
    }

    private func clip(_ value: Double, _ limit: Double) -> Double { min(max(value, -limit), limit) }
}
