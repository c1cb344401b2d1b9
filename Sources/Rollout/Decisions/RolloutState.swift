public import MarketData

/// Where a rollout stands, and all that its decisions read beside the evidence.
public struct RolloutState: Hashable, Sendable {
    public var stage: Stage
    public var status = Status.running
    /// Observed sessions committed since the stage was entered.
    public var sessions = 0
    /// Committed sessions since the stage was entered or a person let it go on; those in which it waited for a person
    /// are not counted.
    public var deadlineSessions = 0
    /// The sum of D since the stage was entered, R.
    public var stageD = 0.0
    /// The first session committed in the stage.
    var stageStart: CivilDate?
    /// What the candidate's live signals made since the stage was entered, micro-R.
    public var liveStageMicros: Int64 = 0
    /// The same since the session opened.
    public var liveSessionMicros: Int64 = 0
    /// Sessions until the next promotion out of shadow may be.
    public var coolDown = 0
    /// Falls and stage losses so far.
    public var setbacks = 0
    /// What closed this version of the candidate for good.
    public var closedBy: Trigger?
    /// What made it wait for a person to resume; nil where a person or the deadline did.
    public var heldBy: Trigger?
    public var approval: ApprovalRequest?
    /// Triggers that stand, by the latest of each.
    public var tripped: [Trigger: Tripped] = [:]
    /// Of them those that were acted on.
    public var handled: Set<Trigger> = []
    public var measured: [Measured.Kind: Measured] = [:]
    /// Whether measurements by the wall clock decide; not in a replay.
    public var judgesTime: Bool

    public init(stage: Stage = .shadow, judgesTime: Bool = true) {
        self.stage = stage
        self.judgesTime = judgesTime
    }

    /// Whether protective rules have nothing left to protect.
    public var isOver: Bool { status == .draining || status == .rolledBack || status == .failed }

    /// Whether it waits for a person.
    public var waitsForPerson: Bool { status == .held || status == .awaitingApproval }

    /// The mean of D since the stage was entered, R; nil before its first session.
    public var stageMeanD: Double? { sessions > 0 ? stageD / Double(sessions) : nil }

    /// A trigger stands, or stands no more.
    public mutating func set(_ trigger: Trigger, _ tripped: Tripped?) {
        self.tripped[trigger] = tripped
        if tripped == nil { handled.remove(trigger) }
    }

    /// A session was committed; call before `decide`.
    public mutating func committed(_ session: SessionObservation, _ terms: EvidenceTerms) {
        coolDown = max(coolDown - 1, 0)
        if !waitsForPerson { deadlineSessions += 1 }
        stageStart = stageStart ?? session.session
        guard session.state == .observed else { return }
        sessions += 1
        stageD += session.difference(terms)
    }

    /// A committed session was put right: what is made of the stage's sessions is made of them again.
    mutating func corrected(_ evidence: Evidence) {
        guard let stageStart else { return }
        (sessions, stageD) = (0, 0)
        for session in evidence.sessions where session.session >= stageStart && session.state == .observed {
            sessions += 1
            stageD += session.difference(evidence.terms.evidence)
        }
    }

    /// Counts from the start in another stage.
    mutating func enter(_ stage: Stage, _ status: Status) {
        self.stage = stage
        self.status = status
        sessions = 0
        deadlineSessions = 0
        stageStart = nil
        stageD = 0
        liveStageMicros = 0
        approval = nil
    }
}

/// Persons are asked to agree to a promotion, on the evidence of one moment.
public struct ApprovalRequest: Hashable, Sendable {
    public struct Approval: Hashable, Sendable {
        public var actor: String
        /// Committed sessions when it was given.
        public var atSession: Int

        public init(actor: String, atSession: Int) {
            self.actor = actor
            self.atSession = atSession
        }
    }

    public var stage: Stage
    /// Who asked; `tandem` when it asked by itself.
    public var askedBy: String
    /// Committed sessions when it was asked: the snapshot the approvals are for.
    public var atSession: Int
    public var approvals: [Approval] = []

    public init(stage: Stage, askedBy: String, atSession: Int) {
        self.stage = stage
        self.askedBy = askedBy
        self.atSession = atSession
    }
}

/// The moment of a decision.
public struct Moment: Hashable, Sendable {
    /// The feed's time.
    public var time: Timestamp
    public var windows: PromotionWindows?
    public var calendar: ExchangeCalendar?

    /// - Parameter windows: nil allows promotion at any time.
    public init(time: Timestamp, windows: PromotionWindows? = nil, calendar: ExchangeCalendar? = nil) {
        self.time = time
        self.windows = windows
        self.calendar = calendar
    }

    /// Why no promotion may be now; nil when it may. A time outside of the calendar allows none.
    var obstacle: (until: Timestamp?, reason: String)? {
        guard let windows, let calendar else { return nil }
        do {
            switch try windows.allows(at: time, calendar: calendar) {
            case .allowed: return nil
            case .closed(let until, let reason): return (until, reason.text(calendar))
            }
        } catch {
            return (nil, "the calendar does not cover this time")
        }
    }
}
