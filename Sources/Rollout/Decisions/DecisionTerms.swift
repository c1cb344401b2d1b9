/// By what a rollout decides: part of its plan, fixed before the first session.
///
/// Source of all defaults: `decision-statistics.md`, sections 4 and 5.
public struct DecisionTerms: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Promotes, limits, demotes and rolls back by itself.
        case act
        /// Gathers evidence and says what it would do; nothing moves by itself, and no limit binds.
        case watch
    }

    public var mode = Mode.act
    public var evidence = EvidenceTerms()
    public var harm = HarmTerms()
    /// Nil: a candidate without a gain is never closed for it.
    public var noGain: NoGainTerms? = NoGainTerms()
    /// Nil: nothing is demoted for having fallen.
    public var fall: FallTerms? = FallTerms()
    /// By the stage they lead to; a stage without a gate is entered by hand only.
    public var gates: [Stage: GateTerms] = GateTerms.standard
    /// Sessions in a stage after which a person has to decide; none: no deadline.
    public var deadlineSessions: [Stage: Int] = [.shadow: 60, .canary: 60, .limited: 60]
    /// What the candidate's live signals may do, by stage.
    public var liveLimits: [Stage: LiveLimits] = LiveLimits.standard
    public var triggers = TriggerTerms()
    /// Sessions without a new promotion after a stage loss.
    public var coolDownSessions = 5
    /// Sessions in full during which the baseline stays ready for an instant return; then the rollout is completed.
    public var rollbackWindowSessions = 20
    public var openEpisodes = OpenEpisodes()
    /// Nil: what is live is not sized or checked here.
    public var risk: RiskTerms?

    public init() {}

    /// The defaults, without acting on them.
    public static let watching: DecisionTerms = {
        var terms = DecisionTerms()
        terms.mode = .watch
        return terms
    }()
}

/// What becomes of the candidate's open positions when it has to go.
public struct OpenEpisodes: Hashable, Sendable {
    public enum Policy: String, Hashable, Sendable, CaseIterable {
        /// The baseline may speak for their underlyings at once.
        case handOver = "hand-over"
        /// They run to their own ends, and nobody else speaks for their underlyings until then.
        case hold
        /// Sinks are told to close them.
        case close
    }

    public var policy = Policy.handOver
    /// How long held ones may last, seconds of event time.
    public var drainSeconds = 1800

    public init() {}
}

/// How promotion into a stage comes about once its gate is passed.
public enum PromotionMode: String, Hashable, Sendable, CaseIterable {
    case automatic
    /// A person promotes; approvals may be asked for besides.
    case manual
}

/// What must hold before the candidate may take more: everything at once, on the evidence as it stands.
public struct GateTerms: Hashable, Sendable {
    public struct NotWorse: Hashable, Sendable {
        /// R an observation.
        public var marginR: Double
        public var alpha: Double

        public init(marginR: Double, alpha: Double) {
            self.marginR = marginR
            self.alpha = alpha
        }
    }

    public struct Accuracy: Hashable, Sendable {
        /// The share seen.
        public var point: Double
        /// The share proven.
        public var bound: Double
        public var alpha: Double

        public init(point: Double, bound: Double, alpha: Double) {
            self.point = point
            self.bound = bound
            self.alpha = alpha
        }
    }

    /// A measurement that a gate may ask for.
    public enum Measure: String, Hashable, Sendable, CaseIterable, Comparable {
        case cost, errors, latency, uptime

        public static func < (a: Measure, b: Measure) -> Bool { a.rawValue < b.rawValue }

        var kind: Measured.Kind {
            switch self {
            case .cost: .cost
            case .errors: .errors
            case .latency: .latency
            case .uptime: .uptime
            }
        }

        var metric: GateCheck.Metric {
            switch self {
            case .cost: .cost
            case .errors: .errors
            case .latency: .latency
            case .uptime: .uptime
            }
        }
    }

    /// Observed sessions in the stage before.
    public var sessions = 0
    /// The candidate's actionable signals with an outcome, since the rollout began.
    public var resolvedSignals: Int?
    public var notWorse: NotWorse?
    /// Alpha of "better than the baseline".
    public var betterAlpha: Double?
    /// The least mean of D in the stage before, R.
    public var stageMeanR: Double?
    public var accuracy: Accuracy?
    /// Mean R per signal not worse by so much.
    public var quality: NotWorse?
    /// What monitors measure and must be well: in arrival mode, where there is such a measurement to have.
    public var measures = Set(Measure.allCases)
    public var promotion = PromotionMode.automatic
    /// Persons who have to agree, 0 to 2.
    public var approvals = 0
    /// Sessions after which an approval is void.
    public var approvalSessions = 5

    public init() {}

    /// Of a proof that the candidate is better, where a gate asks for none of its own.
    public static let provenAlpha = 0.05

    public static let standard: [Stage: GateTerms] = {
        var canary = GateTerms()
        canary.sessions = 5
        canary.resolvedSignals = 20
        canary.notWorse = NotWorse(marginR: 1, alpha: 0.20)
        var limited = GateTerms()
        limited.sessions = 5
        limited.betterAlpha = 0.10
        limited.stageMeanR = 0
        var full = GateTerms()
        full.sessions = 10
        full.betterAlpha = provenAlpha
        full.stageMeanR = 0
        full.accuracy = Accuracy(point: 0.70, bound: 0.60, alpha: 0.10)
        full.quality = NotWorse(marginR: 0.25, alpha: 0.10)
        return [.canary: canary, .limited: limited, .full: full]
    }()
}

/// What bounds the damage a live candidate can do in a stage; nil binds nothing.
public struct LiveLimits: Hashable, Sendable {
    /// Live signals a session.
    public var perSession: Int?
    /// After a live loss of so many R in a session, nothing more of it.
    public var lossRSession: Double?
    /// After a live loss of so many R since the stage was entered, back to shadow.
    public var lossRStage: Double?

    public init(perSession: Int? = nil, lossRSession: Double? = nil, lossRStage: Double? = nil) {
        self.perSession = perSession
        self.lossRSession = lossRSession
        self.lossRStage = lossRStage
    }

    public static let standard: [Stage: LiveLimits] = [
        .canary: LiveLimits(perSession: 3, lossRSession: 3, lossRStage: 6),
        .limited: LiveLimits(perSession: 8, lossRSession: 3, lossRStage: 12),
        .full: LiveLimits(lossRSession: 3, lossRStage: 24),
    ]
}
