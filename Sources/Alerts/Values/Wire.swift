/// What is to leave the machine for one message to one recipient. Holds secrets: never logged, never stored.
public enum WireRequest: Hashable, Sendable {
    case http(HTTPExchange)
    case mail(MailTransaction)
    case program(ProgramCall)
}

public struct HTTPExchange: Hashable, Sendable {
    public var method: String
    public var url: String
    /// In order, names as sent.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// For basic authentication.
    public var user: String?
    public var password: String?
    /// Bytes of the answer's body that are worth keeping.
    public var answerLimit = 4096
    /// Whether it goes to globally reachable addresses only, whatever name they have, and to this machine where the URL says so.
    public var isPublicOnly = false

    public init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        user: String? = nil, password: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.user = user
        self.password = password
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.method == b.method && a.url == b.url && a.body == b.body && a.user == b.user && a.password == b.password
            && a.answerLimit == b.answerLimit && a.isPublicOnly == b.isPublicOnly
            && a.headers.elementsEqual(b.headers, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(url)
        hasher.combine(body)
    }
}

public struct MailTransaction: Hashable, Sendable {
    public enum Security: String, Hashable, Sendable, Codable, CaseIterable {
        /// STARTTLS, required.
        case startTLS = "starttls"
        /// TLS from the first byte.
        case tls
        /// Nothing; only for a server on this machine.
        case none
    }

    public var host: String
    public var port: Int
    public var security: Security
    /// What we call ourselves in EHLO.
    public var localName: String
    public var user: String?
    public var password: String?
    public var sender: String
    public var recipient: String
    /// Headers and body, lines ended by CRLF.
    public var message: [UInt8]

    public init(
        host: String, port: Int, security: Security, localName: String, user: String?, password: String?,
        sender: String, recipient: String, message: [UInt8]
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.localName = localName
        self.user = user
        self.password = password
        self.sender = sender
        self.recipient = recipient
        self.message = message
    }
}

public struct ProgramCall: Hashable, Sendable {
    /// The program's path and its arguments.
    public var arguments: [String]
    /// For its standard input.
    public var input: [UInt8]

    public init(_ arguments: [String], input: [UInt8]) {
        self.arguments = arguments
        self.input = input
    }
}

/// How an exchange ended.
public struct WireResult: Hashable, Sendable {
    /// Why there is no complete answer.
    public enum Failure: String, Hashable, Sendable, Codable, CaseIterable {
        /// Before a byte of the request left: name, route, refusal, or TLS that broke.
        case notSent = "not-sent"
        /// A certificate or host name does not hold.
        case certificate
        /// The server does not offer the encryption asked for.
        case noEncryption = "no-encryption"
        /// The host has no address but in private networks, where it may not go.
        case privateAddress = "private-address"
        /// User and password were refused.
        case login
        /// The server refused a command before the message (SMTP); `status` is its reply.
        case refused
        /// The server refused the message after its end (SMTP), or answered what no server should.
        case rejected
        /// After bytes of the request left: reset, closed, or no answer in time.
        case lost
        /// The program did not start, or did not end in time.
        case program
    }

    public var failure: Failure?
    /// HTTP status, SMTP reply code, or a program's exit status. SMTP: may be of an earlier command when `failure` is `lost`.
    public var status: Int?
    /// Of an HTTP answer, seconds or a date, as sent.
    public var retryAfter: String?
    /// What was answered, its first 4 KiB unless the request asks for more.
    public var body: [UInt8]
    /// The transport's own words, without secrets.
    public var detail: String
    /// Ns since 1970, by the wall clock.
    public var startedAt: UInt64
    public var endedAt: UInt64

    public init(
        failure: Failure? = nil, status: Int? = nil, retryAfter: String? = nil, body: [UInt8] = [],
        detail: String = "", startedAt: UInt64, endedAt: UInt64
    ) {
        self.failure = failure
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
        self.detail = detail
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// Carries messages; blocks until an answer or a time-out. Called from a channel's own thread.
public protocol AlertTransport: Sendable {
    func carry(_ request: WireRequest) -> WireResult
}
