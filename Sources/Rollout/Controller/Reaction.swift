/// What an event led to, in order.
public struct Reaction: Hashable, Sendable {
    /// What became of the event itself.
    public var effect: Effect?
    /// How gate and evidence stood when a person moved the rollout.
    public var basis: Basis?
    public var steps: [Step] = []

    /// Something that follows from evidence or state.
    public enum Step: Hashable, Sendable {
        /// A session became evidence.
        case committed(SessionObservation, EvidenceFigures)
        /// A committed session was put right, and D changed by so much, R.
        case corrected(SessionObservation, changeR: Double, EvidenceFigures)
        /// A trigger was acted on, and how.
        case tripped(Tripped, TriggerAction)
        /// Stage or status moved by itself, on this evidence.
        case moved(Transition, Basis)
        /// A sink is to close what it holds of a candidate's signal.
        case close(id: String)
    }

    /// What a move rested on.
    public struct Basis: Hashable, Sendable {
        public var reasons: [Tripped]
        public var checks: [GateCheck]
        public var figures: EvidenceFigures

        public init(reasons: [Tripped], checks: [GateCheck], figures: EvidenceFigures) {
            self.reasons = reasons
            self.checks = checks
            self.figures = figures
        }
    }
}

/// The evidence in numbers, as it is journaled.
public struct EvidenceFigures: Hashable, Sendable {
    public var observed: Int
    public var committed: Int
    public var meanD: Double?
    public var better: Double
    /// By the stage whose gate asks for it.
    public var notWorse: [Stage: Double]
    public var noGain: Double
    public var harm: Double
    public var accountHarm: Double
    public var qualityHarm: Double
    public var fall: Double
    public var fallReference: Double
    public var resolved: Int
    public var correct: Int

    public init(_ evidence: Evidence) {
        observed = evidence.observed
        committed = evidence.sessions.count
        meanD = evidence.meanD
        better = evidence.betterE
        notWorse = [:]
        for (stage, gate) in evidence.terms.gates where gate.notWorse != nil {
            notWorse[stage] = evidence.notWorseE(stage)
        }
        noGain = evidence.noGainE
        harm = evidence.harmE
        accountHarm = evidence.accountHarmE
        qualityHarm = evidence.qualityHarmE
        fall = evidence.fallValue
        fallReference = evidence.fallReference
        resolved = evidence.resolved
        correct = evidence.correct
    }
}
