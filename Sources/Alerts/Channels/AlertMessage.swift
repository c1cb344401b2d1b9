internal import MarketData

/// What is to be said on a channel: a notice, or several of them in a digest.
public struct AlertMessage: Hashable, Sendable {
    public enum Purpose: Hashable, Sendable {
        /// What the notice says.
        case alert
        /// The same again to others, because nobody acknowledged it; counted from 1.
        case escalation(step: Int)
        /// `notice` and `others` together.
        case digest
    }

    /// The same in every attempt, on every channel: `<alert id>.<number>`, with `.e<step>` when it escalates and with
    /// `d.` before it in a digest.
    public var id: String
    public var notice: AlertNotice
    /// In a digest, those after the first.
    public var others: [AlertNotice]
    /// In a digest, how many there are beyond those.
    public var more: Int
    public var purpose: Purpose
    /// A URL, or the text `tandem runbook NAME`.
    public var runbook: String

    public init(
        _ notice: AlertNotice, others: [AlertNotice] = [], more: Int = 0, purpose: Purpose = .alert, runbook: String,
        id: String? = nil
    ) {
        let own = "\(notice.alert.id).\(notice.number)"
        switch purpose {
        case .alert: self.id = id ?? own
        case .escalation(let step): self.id = id ?? "\(own).e\(step)"
        case .digest: self.id = id ?? "d.\(own)"
        }
        self.notice = notice
        self.others = others
        self.more = more
        self.purpose = purpose
        self.runbook = runbook
    }

    public var isResolve: Bool { purpose != .digest && notice.kind == .resolved }
    var isDigest: Bool { purpose == .digest }
    var notices: [AlertNotice] { [notice] + others }

    /// Whether it is marked as urgent where a channel can do so.
    var isUrgent: Bool { !isResolve && notices.contains { $0.alert.severity.isUrgent } }

    /// `id` with `-` for all but letters, digits, `-` and `_`: Standard Webhooks allow no dot.
    var webhookID: String {
        String(decoding: id.utf8.map { ChannelText.isLetterOrDigit($0) || $0 == 95 ? $0 : 45 }, as: UTF8.self)
    }
}

/// Where a message of Slack is; what follows on the same alert goes into its thread.
public struct SlackThread: Hashable, Sendable, Codable {
    public var channel: String
    public var ts: String

    public init(channel: String, ts: String) {
        self.channel = channel
        self.ts = ts
    }
}

/// What else a request depends on.
public struct SendContext: Hashable, Sendable {
    /// From 1.
    public var attempt: Int
    /// Since 1970, by the wall clock.
    public var seconds: Int64
    /// This machine's name.
    public var hostName: String
    /// Of the alert's first message on this channel.
    public var thread: SlackThread?
    /// Message-ID of the alert's first mail to this recipient, with its angle brackets.
    public var firstMailID: String?
    /// The channel refused the full form: short and plain now.
    public var isShort: Bool

    public init(
        attempt: Int = 1, seconds: Int64, hostName: String, thread: SlackThread? = nil, firstMailID: String? = nil,
        isShort: Bool = false
    ) {
        self.attempt = attempt
        self.seconds = seconds
        self.hostName = hostName
        self.thread = thread
        self.firstMailID = firstMailID
        self.isShort = isShort
    }

    /// `hostName` where only a host name can stand.
    var localName: String { ChannelAddress.isHostName(hostName) ? hostName : "localhost" }
}
