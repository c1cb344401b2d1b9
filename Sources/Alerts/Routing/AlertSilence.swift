/// A promise of a person that some alerts need not be told for a while.
public struct AlertSilence: Hashable, Sendable, Codable {
    public struct Matcher: Hashable, Sendable, Codable {
        public enum Field: String, Hashable, Sendable, Codable, CaseIterable {
            case cause, subject, severity
        }

        public var field: Field
        /// `*` stands for any text, `?` for one character; all else for itself.
        public var pattern: String

        public init(_ field: Field, _ pattern: String) {
            self.field = field
            self.pattern = pattern
        }

        var isExact: Bool { !pattern.contains { $0 == "*" || $0 == "?" } }

        func matches(_ alert: Alert) -> Bool { Self.glob(pattern, Self.text(of: field, alert)) }

        private static func text(of field: Field, _ alert: Alert) -> String {
            switch field {
            case .cause: alert.cause.rawValue
            case .subject: alert.subject
            case .severity: alert.severity.rawValue
            }
        }

        /// Linear in the product of the lengths: on a mismatch only the last `*` takes one character more.
        static func glob(_ pattern: String, _ text: String) -> Bool {
            let (p, t) = (Array(pattern), Array(text))
            var (i, j) = (0, 0)
            var star: (pattern: Int, text: Int)?
            while j < t.count {
                if i < p.count, p[i] == "*" {
                    star = (i, j)
                    i += 1
                } else if i < p.count, p[i] == "?" || p[i] == t[j] {
                    (i, j) = (i + 1, j + 1)
                } else if let last = star {
                    star = (last.pattern, last.text + 1)
                    (i, j) = (last.pattern + 1, last.text + 1)
                } else {
                    return false
                }
            }
            return p[i...].allSatisfy { $0 == "*" }
        }
    }

    public var id: String
    public var author: String
    public var reason: String
    /// Ns since 1970, by the wall clock, as the next; that instant no longer counts.
    public var createdAt: UInt64
    public var expiresAt: UInt64
    /// All have to match.
    public var matchers: [Matcher]
    /// Notices it has held back.
    public var hits: Int

    public init(
        id: String, author: String, reason: String, createdAt: UInt64, expiresAt: UInt64, matchers: [Matcher],
        hits: Int = 0
    ) {
        self.id = id
        self.author = author
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.matchers = matchers
        self.hits = hits
    }

    enum CodingKeys: String, CodingKey {
        case id, author, reason, matchers, hits
        case createdAt = "created_at"
        case expiresAt = "expires_at"
    }

    public func isActive(at wallNanos: UInt64) -> Bool { createdAt <= wallNanos && wallNanos < expiresAt }

    /// Whether it holds `alert` back while it is active. An urgent alert has to be named: its cause and its severity,
    /// without wildcards.
    public func covers(_ alert: Alert) -> Bool {
        guard !matchers.isEmpty, matchers.allSatisfy({ $0.matches(alert) }) else { return false }
        return !alert.severity.isUrgent || names(.cause) && names(.severity)
    }

    private func names(_ field: Matcher.Field) -> Bool { matchers.contains { $0.field == field && $0.isExact } }

    /// What is wrong with it, one sentence each; empty when it may be committed.
    public func problems(maxHours: Double) -> [String] {
        var problems: [String] = []
        if author.isEmpty { problems.append("a silence needs an author") }
        if reason.isEmpty { problems.append("a silence needs a reason") }
        if expiresAt <= createdAt {
            problems.append("a silence has to expire after it begins")
        } else if Double(expiresAt - createdAt) > maxHours * 3600e9 {
            problems.append("a silence may last \(short(maxHours)) h at most")
        }
        if matchers.isEmpty { problems.append("a silence needs a matcher: cause, subject or severity") }
        for matcher in matchers where !matcher.canMatch {
            problems.append("no \(matcher.field.rawValue) is matched by \"\(matcher.pattern)\"")
        }
        return problems
    }
}

extension AlertSilence.Matcher {
    /// False for a cause or severity that does not exist.
    fileprivate var canMatch: Bool {
        switch field {
        case .cause: AlertCause.allCases.contains { Self.glob(pattern, $0.rawValue) }
        case .severity: AlertSeverity.allCases.contains { Self.glob(pattern, $0.rawValue) }
        case .subject: !pattern.isEmpty
        }
    }
}
