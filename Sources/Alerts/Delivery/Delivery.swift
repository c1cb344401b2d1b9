internal import MarketData

/// One message for one recipient of one channel, and what has become of it. There is one per key: alert, notice,
/// escalation, channel and recipient.
public struct Delivery: Hashable, Sendable, Codable {
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        case waiting
        /// An attempt has begun and not ended.
        case inFlight = "in-flight"
        case delivered
        /// It never succeeds, or did not within a day.
        case failed
        /// Nobody needs it any more.
        case abandoned
    }

    /// Of the key: 16 hex digits, the same in every attempt. What a provider or reader needs to know a duplicate by.
    public var id: String
    /// Of an alert, or `G-` and ten hex digits for a digest.
    public var alertID: String
    /// Of the notice; 0 for a digest.
    public var number: Int
    /// From 1 for what is sent because nobody acknowledged; 0 for the notice itself.
    public var escalation: Int
    public var channel: String
    public var recipient: String?
    public var severity: AlertSeverity
    /// Place in the route's chain, as seconds.
    public var afterSeconds: Double
    public var status = Status.waiting
    /// Ns since 1970, by the wall clock, as all times here.
    public var createdAt: UInt64
    /// When it is due; means nothing unless it is waiting.
    public var nextAt: UInt64
    /// Of sending and of either way of asking; the number of the last one.
    public var attempts = 0
    /// Attempts to send.
    public var sends = 0
    public var firstAttemptAt: UInt64?
    /// Steps on the slow ladder, and whether it is there: what arrives now is late.
    public var slowSteps = 0
    public var isLate = false
    /// The short form without markup, after the provider refused the full one.
    public var isPlain = false
    /// Attempts of which nobody knows what became.
    public var ambiguities = 0
    /// The provider is asked before it is sent again.
    public var isToBeReconciled = false
    /// It is for the digest, and whether it still waits for that.
    public var isForDigest = false
    public var isPooled = false
    /// The digest, as a delivery, in which it is told.
    public var gatheredIn: String?
    /// The message under way says that the alert is over.
    public var tellsOver = false
    public var endedAt: UInt64?
    public var providerID: String?
    /// The provider took it, and will be asked whether it got there.
    public var inquiry: Inquiry?

    public struct Inquiry: Hashable, Sendable, Codable {
        public var asked = 0
        /// Nil: the last question is under way.
        public var nextAt: UInt64?

        enum CodingKeys: String, CodingKey {
            case asked
            case nextAt = "next_at"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, number, escalation, channel, recipient, severity, status, attempts, sends, ambiguities, inquiry
        case alertID = "alert_id"
        case afterSeconds = "after_seconds"
        case createdAt = "created_at"
        case nextAt = "next_at"
        case firstAttemptAt = "first_attempt_at"
        case slowSteps = "slow_steps"
        case isLate = "is_late"
        case isPlain = "is_plain"
        case isToBeReconciled = "is_to_be_reconciled"
        case isForDigest = "is_for_digest"
        case isPooled = "is_pooled"
        case gatheredIn = "gathered_in"
        case tellsOver = "tells_over"
        case endedAt = "ended_at"
        case providerID = "provider_id"
    }

    init(
        alertID: String, number: Int, escalation: Int = 0, target: RoutePlan.Target, severity: AlertSeverity,
        at now: UInt64
    ) {
        id = Self.id(
            alertID: alertID, number: number, escalation: escalation, channel: target.channel,
            recipient: target.recipient)
        self.alertID = alertID
        self.number = number
        self.escalation = escalation
        channel = target.channel
        recipient = target.recipient
        self.severity = severity
        afterSeconds = target.afterSeconds
        createdAt = now
        nextAt = now
    }

    static func id(alertID: String, number: Int, escalation: Int, channel: String, recipient: String?) -> String {
        let key = "\(alertID)\n\(number)\n\(escalation)\n\(channel)\n\(recipient.map { "=" + $0 } ?? "")"
        return String(SHA256.hex(SHA256.digest(key)).prefix(16))
    }

    public var isDigest: Bool { number == 0 }
    public var errandID: String { Errand.id(alertID: alertID, number: number) }
    public var isLive: Bool { status == .waiting || status == .inFlight }
    /// It failed, or is so late that others have to be told.
    var hasGivenUp: Bool { status == .failed || status == .abandoned || isLate && status != .delivered }
}

/// One try of a delivery. Written when it begins and again when it ends; one that never ended may have arrived.
public struct Attempt: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case send
        /// The provider is asked whether it has the message.
        case reconcile
        /// The provider, who has it, is asked whether it got there.
        case inquire
    }

    public var delivery: String
    /// From 1 within the delivery.
    public var number: Int
    public var kind: Kind
    public var channel: String
    public var startedAt: UInt64
    public var endedAt: UInt64?
    /// Name of the response class, or what asking gave: `FOUND`, `ABSENT`, `ARRIVED`, `UNKNOWN`.
    public var response: String?
    public var providerID: String?
    /// Without secrets.
    public var detail: String?

    enum CodingKeys: String, CodingKey {
        case delivery, number, kind, channel, response, detail
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case providerID = "provider_id"
    }
}

/// What a provider says of a message that may have arrived.
public enum Reconciliation: Hashable, Sendable {
    case found(providerID: String?)
    /// It has it, and it did not get there.
    case failed(ResponseClass)
    case absent
    /// It could not be asked, or does not know.
    case unknown
}

/// What a provider says of a message that it took.
public enum DeliveryReport: Hashable, Sendable {
    /// As far as it will ever say.
    case arrived
    /// Not yet, or it could not be asked.
    case unknown
    case failed(ResponseClass)

    var name: String {
        switch self {
        case .arrived: "ARRIVED"
        case .unknown: "UNKNOWN"
        case .failed(let response): response.name
        }
    }
}
