/// A way to reach somebody, as the spec says it.
public struct ChannelTerms: Hashable, Sendable {
    public var name: String
    public var kind: ChannelKind
    /// Addresses for email, numbers for SMS; empty for all others.
    public var recipients: [String]

    public init(_ name: String, _ kind: ChannelKind, recipients: [String] = []) {
        self.name = name
        self.kind = kind
        self.recipients = recipients
    }
}

public enum ChannelKind: Hashable, Sendable {
    case slackWebhook(SlackWebhookTerms)
    case slack(SlackTerms)
    case email(EmailTerms)
    case sms(SMSTerms)
    case webhook(WebhookTerms)
    case pagerDuty(PagerDutyTerms)
    case alertmanager(AlertmanagerTerms)
    case exec(ExecTerms)

    /// As the spec writes it.
    public var name: String {
        switch self {
        case .slackWebhook: "slack-webhook"
        case .slack: "slack"
        case .email: "email"
        case .sms: "sms"
        case .webhook: "webhook"
        case .pagerDuty: "pagerduty"
        case .alertmanager: "alertmanager"
        case .exec: "exec"
        }
    }

    /// Whether each recipient gets a message of its own.
    public var hasRecipients: Bool {
        switch self {
        case .email, .sms: true
        default: false
        }
    }

    /// Whether the provider can be asked what became of a message.
    public var canReconcile: Bool {
        if case .sms = self { true } else { false }
    }

    /// What has to be found before the channel can send.
    public var secrets: [SecretReference] {
        switch self {
        case .slackWebhook(let terms): [terms.url]
        case .slack(let terms): [terms.token]
        case .email(let terms): terms.password.map { [$0] } ?? []
        case .sms(let terms): [terms.token]
        case .webhook(let terms): terms.secrets
        case .pagerDuty(let terms): [terms.routingKey]
        case .alertmanager(let terms): terms.password.map { [$0] } ?? []
        case .exec: []
        }
    }
}

/// A Slack incoming webhook, whose URL is the secret.
public struct SlackWebhookTerms: Hashable, Sendable {
    public var url: SecretReference

    public init(url: SecretReference) { self.url = url }
}

/// Slack's `chat.postMessage`.
public struct SlackTerms: Hashable, Sendable {
    /// A bot token with `chat:write`.
    public var token: SecretReference
    /// An ID such as `C0123ABCD`, or `#name`.
    public var channel: String
    public var url: String

    public init(token: SecretReference, channel: String, url: String = "https://slack.com/api") {
        self.token = token
        self.channel = channel
        self.url = url
    }
}

public struct EmailTerms: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var security: MailTransaction.Security
    public var user: String?
    public var password: SecretReference?
    public var sender: String

    public init(
        host: String, port: Int = 587, security: MailTransaction.Security = .startTLS, user: String? = nil,
        password: SecretReference? = nil, sender: String
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.sender = sender
    }
}

/// Twilio Messages.
public struct SMSTerms: Hashable, Sendable {
    public enum Sender: Hashable, Sendable {
        /// A number, a short code, or up to eleven letters and digits.
        case from(String)
        case service(sid: String)
    }

    public var account: String
    /// An API key's SID, when `token` is its secret and not the account's token.
    public var key: String?
    public var token: SecretReference
    public var sender: Sender
    public var url: String

    public init(
        account: String, key: String? = nil, token: SecretReference, sender: Sender,
        url: String = "https://api.twilio.com"
    ) {
        self.account = account
        self.key = key
        self.token = token
        self.sender = sender
        self.url = url
    }
}

/// Standard Webhooks 1.0.0.
public struct WebhookTerms: Hashable, Sendable {
    public var url: String
    /// `whsec_...`; two while the secret is being changed.
    public var secrets: [SecretReference]
    /// Whether the host may be in a private network.
    public var allowsPrivate: Bool

    public init(url: String, secrets: [SecretReference], allowsPrivate: Bool = false) {
        self.url = url
        self.secrets = secrets
        self.allowsPrivate = allowsPrivate
    }
}

/// PagerDuty Events v2.
public struct PagerDutyTerms: Hashable, Sendable {
    public var routingKey: SecretReference
    public var url: String

    public init(routingKey: SecretReference, url: String = "https://events.pagerduty.com") {
        self.routingKey = routingKey
        self.url = url
    }
}

/// Alertmanager's API v2.
public struct AlertmanagerTerms: Hashable, Sendable {
    public var url: String
    /// For basic authentication.
    public var user: String?
    public var password: SecretReference?

    public init(url: String, user: String? = nil, password: SecretReference? = nil) {
        self.url = url
        self.user = user
        self.password = password
    }
}

/// A local program that gets the alert as JSON on its standard input.
public struct ExecTerms: Hashable, Sendable {
    /// Its path and its arguments.
    public var arguments: [String]

    public init(arguments: [String]) { self.arguments = arguments }
}
