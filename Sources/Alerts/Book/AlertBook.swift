internal import MarketData

/// The open alerts of one rollout: makes notices of facts. Equal facts at equal times give equal notices.
public struct AlertBook: Sendable {
    /// Repeats of an alert are journaled at most once in so long unless its evidence or severity changed, ns.
    public static let repeatInterval: UInt64 = 60_000_000_000

    public let rollout: String
    /// Alerts of this rollout since its first; the next one's id depends on it.
    public private(set) var opened: Int
    private var entries: [Key: Entry]

    /// What has its own alert; hashing this per fact costs less than the digest it stands for.
    private struct Key: Hashable {
        var cause: AlertCause
        var subject: String
    }

    private struct Entry {
        var alert: Alert
        /// Of the last notice.
        var number: Int
        /// When that was made, ns since 1970.
        var noticedAt: UInt64
    }

    /// - Parameters:
    ///   - open: the last notice of each alert that is open.
    ///   - opened: how many alerts this rollout has had, those that are open included.
    public init(rollout: String, open: [AlertNotice] = [], opened: Int = 0) {
        self.rollout = rollout
        self.opened = opened
        entries = [:]
        for notice in open { keep(notice) }
    }

    /// The open alerts, oldest first.
    public var open: [Alert] {
        entries.values.map(\.alert).sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
    }

    /// Takes a journaled notice in; call it with all of them in order to have the book as it was.
    public mutating func restore(_ notice: AlertNotice) {
        if notice.kind == .opened { opened += 1 }
        keep(notice)
    }

    private mutating func keep(_ notice: AlertNotice) {
        let alert = notice.alert
        let key = Key(cause: alert.cause, subject: alert.subject)
        guard alert.resolvedAt == nil else {
            if entries[key]?.alert.id == alert.id { entries[key] = nil }
            return
        }
        entries[key] = Entry(alert: alert, number: notice.number, noticedAt: alert.updatedAt)
    }

    /// What is to be journaled because of `fact`; nil when nothing is.
    ///
    /// A repeat that gives nil is counted in the next notice of its alert. A moment opens an alert that is resolved as
    /// it opens (`resolvedAt` = `openedAt`) and leaves an open one of the same fingerprint alone.
    ///
    /// - Parameter wallNanos: since 1970. A clock that was set back makes no alert end before it began.
    public mutating func take(_ fact: AlertFact, at wallNanos: UInt64) -> AlertNotice? {
        let key = Key(cause: fact.cause, subject: fact.subject)
        if fact.isMoment {
            var alert = newAlert(fact, at: wallNanos)
            alert.resolvedAt = wallNanos
            return AlertNotice(.opened, number: 1, alert)
        }
        guard let entry = entries[key] else {
            guard !fact.isOver else { return nil }
            let alert = newAlert(fact, at: wallNanos)
            entries[key] = Entry(alert: alert, number: 1, noticedAt: wallNanos)
            return AlertNotice(.opened, number: 1, alert)
        }
        return fact.isOver ? resolve(entry, fact, at: wallNanos) : update(entry, fact, at: wallNanos)
    }

    private mutating func newAlert(_ fact: AlertFact, at wallNanos: UInt64) -> Alert {
        opened += 1
        let fingerprint = Self.fingerprint(rollout: rollout, cause: fact.cause, subject: fact.subject)
        return Alert(
            id: Self.alertID(fingerprint: fingerprint, opened: opened), fingerprint: fingerprint, rollout: rollout,
            cause: fact.cause, subject: fact.subject, severity: fact.severity, summary: fact.summary,
            details: fact.details, evidence: fact.evidence, stage: fact.stage, status: fact.status,
            openedAt: wallNanos, updatedAt: wallNanos, resolvedAt: nil, time: fact.time.nanos, count: 1)
    }

    private mutating func update(_ entry: Entry, _ fact: AlertFact, at wallNanos: UInt64) -> AlertNotice? {
        var entry = entry
        let isRaised = fact.severity > entry.alert.severity
        let isNews = isRaised || fact.evidence != entry.alert.evidence
        entry.alert.count += 1
        entry.alert.severity = max(entry.alert.severity, fact.severity)
        entry.alert.say(fact, at: wallNanos)
        let isDue = wallNanos < entry.noticedAt || wallNanos - entry.noticedAt >= Self.repeatInterval
        defer { entries[Key(cause: fact.cause, subject: fact.subject)] = entry }
        guard isNews || isDue else { return nil }
        entry.number += 1
        entry.noticedAt = wallNanos
        return AlertNotice(isRaised ? .raised : .repeated, number: entry.number, entry.alert)
    }

    private mutating func resolve(_ entry: Entry, _ fact: AlertFact, at wallNanos: UInt64) -> AlertNotice {
        var alert = entry.alert
        alert.say(fact, at: wallNanos)
        alert.resolvedAt = max(alert.openedAt, wallNanos)
        entries[Key(cause: fact.cause, subject: fact.subject)] = nil
        return AlertNotice(.resolved, number: entry.number + 1, alert)
    }

    /// 16 hex digits of the SHA-256 of rollout, cause and subject with a newline between them.
    public static func fingerprint(rollout: String, cause: AlertCause, subject: String) -> String {
        String(SHA256.hex(SHA256.digest("\(rollout)\n\(cause.rawValue)\n\(subject)")).prefix(16))
    }

    /// `A-` and 10 hex digits of the SHA-256 of the fingerprint and, on a line of its own, the alert's place from 1 in
    /// its rollout's history.
    static func alertID(fingerprint: String, opened: Int) -> String {
        "A-" + SHA256.hex(SHA256.digest("\(fingerprint)\n\(opened)")).prefix(10)
    }
}

extension Alert {
    /// What the newest fact says replaces what the one before said.
    fileprivate mutating func say(_ fact: AlertFact, at wallNanos: UInt64) {
        summary = fact.summary
        details = fact.details
        if !fact.isOver || !fact.evidence.isEmpty { evidence = fact.evidence }
        stage = fact.stage
        status = fact.status
        time = fact.time.nanos
        updatedAt = max(openedAt, wallNanos)
    }
}
