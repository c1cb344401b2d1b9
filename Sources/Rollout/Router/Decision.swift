/// What becomes of a signal.
public enum Decision: Hashable, Sendable {
    /// Reaches the sinks.
    case live(LiveReason)
    /// Recorded and scored only.
    case shadow(ShadowReason)
    /// Would have been live but for the named reason.
    case suppressed(SuppressedReason)

    public enum LiveReason: String, Hashable, Sendable { case assigned, episode, fallback }

    public enum ShadowReason: String, Hashable, Sendable {
        case otherArm = "other-arm"
        case stage
        case rolledBack = "rolled-back"
        case monitor
    }

    public enum SuppressedReason: Hashable, Sendable {
        case kill, stop, late, closed
        /// A limit of the candidate's stage.
        case limit(Limit)
        /// A check of the live account.
        case risk(LiveAccount.Refusal)
    }

    /// What bounds a live candidate before any statistics do.
    public enum Limit: String, Hashable, Sendable, CaseIterable {
        /// Target or stop on the wrong side.
        case side
        /// Live signals of a session.
        case session
        /// The loss of a session.
        case loss
        /// Silent until the session ends.
        case unrouted
    }

    /// `live`, `shadow` or `suppressed`.
    public var name: String {
        switch self {
        case .live: return "live"
        case .shadow: return "shadow"
        case .suppressed: return "suppressed"
        }
    }

    public var reason: String {
        switch self {
        case .live(let reason): return reason.rawValue
        case .shadow(let reason): return reason.rawValue
        case .suppressed(let reason): return reason.text
        }
    }

    public var isLive: Bool { if case .live = self { true } else { false } }
}

extension Decision.SuppressedReason {
    /// `kill`, `stop`, `late`, `closed`, `limit.RULE` or `risk.RULE`.
    public var text: String {
        switch self {
        case .kill: "kill"
        case .stop: "stop"
        case .late: "late"
        case .closed: "closed"
        case .limit(let limit): "limit.\(limit.rawValue)"
        case .risk(let refusal): "risk.\(refusal.rawValue)"
        }
    }
}

/// A step of the rollout from one stage and status to another.
public struct Transition: Hashable, Sendable {
    public var from: Stage
    public var to: Stage
    public var statusBefore: Status
    public var status: Status
    /// What led to it: a command's verb, `gate`, `new-version`, or a trigger.
    public var cause: String
    public var actor: String
    public var reason: String

    public init(
        from: Stage, to: Stage, statusBefore: Status, status: Status, cause: String, actor: String, reason: String
    ) {
        self.from = from
        self.to = to
        self.statusBefore = statusBefore
        self.status = status
        self.cause = cause
        self.actor = actor
        self.reason = reason
    }
}

extension Transition {
    /// Whether everything goes back to the baseline.
    public var takesBack: Bool { from > .shadow && to == .shadow }
}

/// What an event led to.
public enum Effect: Hashable, Sendable {
    case decided(Decision, stage: Stage)
    case moved(Transition)
    /// A command that does not fit the state the rollout is in; nothing changed.
    case refused(reason: String)
    /// A command that asks for what already is; nothing changed, and that is fine.
    case unchanged(reason: String)
    /// A person agreed to a promotion.
    case approved(stage: Stage, detail: String)
}
