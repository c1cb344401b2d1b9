public import MarketData

/// Something somebody should know of, as whoever saw it says it.
public struct AlertFact: Hashable, Sendable {
    public var cause: AlertCause
    /// Which of several: an arm, a trigger, a sink, a threshold; printable ASCII.
    public var subject: String
    public var severity: AlertSeverity
    /// One line, without values that change from one moment to the next.
    public var summary: String
    /// What happened and what it means, a few sentences.
    public var details: String
    /// What it rests on, in the order in which it is shown.
    public var evidence: [AlertEvidence]
    /// Stage and status of the rollout after it.
    public var stage: String
    public var status: String
    /// By the feed.
    public var time: Timestamp
    /// It is over: whoever was told is told so.
    public var isOver: Bool
    /// It stands for itself and is never over, such as a promotion.
    public var isMoment: Bool

    public init(
        _ cause: AlertCause, subject: String, severity: AlertSeverity, summary: String, details: String = "",
        evidence: [AlertEvidence] = [], stage: String, status: String, time: Timestamp, isOver: Bool = false,
        isMoment: Bool = false
    ) {
        self.cause = cause
        self.subject = subject
        self.severity = severity
        self.summary = summary
        self.details = details
        self.evidence = evidence
        self.stage = stage
        self.status = status
        self.time = time
        self.isOver = isOver
        self.isMoment = isMoment
    }
}

/// A figure behind an alert, as people read it.
public struct AlertEvidence: Hashable, Sendable, Codable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An alert as it stands: what was said last of one fingerprint since it opened.
public struct Alert: Hashable, Sendable, Codable {
    /// `A-` and ten hex digits; the same in every message about it and over restarts.
    public var id: String
    /// Of rollout, cause and subject: 16 hex digits. One alert of a fingerprint is open at a time.
    public var fingerprint: String
    public var rollout: String
    public var cause: AlertCause
    public var subject: String
    /// The highest so far.
    public var severity: AlertSeverity
    public var summary: String
    public var details: String
    public var evidence: [AlertEvidence]
    public var stage: String
    public var status: String
    /// Ns since 1970, by the wall clock, as the next two.
    public var openedAt: UInt64
    public var updatedAt: UInt64
    public var resolvedAt: UInt64?
    /// Event time of the last fact, ns since 1970.
    public var time: UInt64
    /// How many facts it stands for.
    public var count: Int

    enum CodingKeys: String, CodingKey {
        case id, fingerprint, rollout, cause, subject, severity, summary, details, evidence, stage, status, time, count
        case openedAt = "opened_at"
        case updatedAt = "updated_at"
        case resolvedAt = "resolved_at"
    }
}

/// One thing to be told of an alert. Journaled with the fact behind it; the outbox works them off in order.
public struct AlertNotice: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case opened
        /// The same again: nobody is told, the alert shows it.
        case repeated
        /// The severity rose: told again.
        case raised
        case resolved
    }

    public var kind: Kind
    /// From 1 within the alert; with its id the identity of a message.
    public var number: Int
    /// As it stood then.
    public var alert: Alert

    public init(_ kind: Kind, number: Int, _ alert: Alert) {
        self.kind = kind
        self.number = number
        self.alert = alert
    }
}
