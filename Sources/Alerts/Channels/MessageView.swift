/// A message as people read it: clean, with an end to every text.
struct MessageView {
    /// `CRITICAL`, `RESOLVED`, `WARNING, escalation 2`, `DIGEST`.
    let label: String
    /// Label, cause and summary in one line.
    let title: String
    let summary: String
    let details: String
    /// `name: value`
    let evidence: [String]
    /// Since when, where, how often.
    let facts: [String]
    /// Lines of a digest.
    let entries: [String]
    /// How many lines of evidence or of a digest there are beyond those.
    let more: Int
    /// What to do: runbook, acknowledgement, identity.
    let actions: [String]
    let runbook: String

    static let summaryLimit = 500
    static let detailsLimit = 4000
    static let evidenceLimit = 50
    static let entryLimit = 100

    init(_ message: AlertMessage) {
        let alert = message.notice.alert
        let cause = alert.cause.rawValue
        runbook = ChannelText.line(message.runbook, 300)
        let id = ChannelText.line(alert.id, 40)
        let messageID = ChannelText.line(message.id, 80)
        guard !message.isDigest else {
            let notices = message.notices
            label = "DIGEST"
            let count = notices.count + message.more
            summary = count == 1 ? "1 alert" : "\(count) alerts"
            title = "\(label): \(summary)"
            details = ""
            evidence = []
            facts = []
            entries = notices.prefix(Self.entryLimit).map(Self.entry)
            more = count - entries.count
            actions = ["Show one: tandem alerts show ID", "Message \(messageID)"]
            return
        }
        label = Self.label(message)
        summary = ChannelText.line(alert.summary, Self.summaryLimit)
        title = "\(label) \(cause): \(summary)"
        details = ChannelText.paragraph(alert.details, Self.detailsLimit)
        evidence = Self.evidence(alert)
        facts = Self.facts(message)
        entries = []
        more = alert.evidence.count - evidence.count
        let acknowledgement =
            message.isResolve || alert.resolvedAt != nil ? [] : ["Acknowledge: tandem alerts ack \(id)"]
        actions = ["Runbook: \(runbook)"] + acknowledgement + ["Alert \(id), message \(messageID)"]
    }

    /// Evidence, or the lines of a digest.
    var list: [String] { evidence + entries }

    private static func label(_ message: AlertMessage) -> String {
        let severity = message.notice.alert.severity.rawValue.uppercased()
        if case .escalation(let step) = message.purpose { return "\(severity), escalation \(step)," }
        switch message.notice.kind {
        case .resolved: return "RESOLVED"
        case .raised: return "\(severity), raised,"
        case .opened, .repeated: return severity
        }
    }

    static func evidence(_ alert: Alert) -> [String] {
        alert.evidence.prefix(evidenceLimit).map {
            "\(ChannelText.line($0.name, 80)): \(ChannelText.line($0.value, 300))"
        }
    }

    private static func facts(_ message: AlertMessage) -> [String] {
        let alert = message.notice.alert
        var facts = ["Since \(ChannelTime.shown(nanos: alert.openedAt))"]
        if alert.count > 1 { facts[0] += ", \(alert.count) times" }
        if message.isResolve {
            let end = alert.resolvedAt ?? alert.updatedAt
            let seconds = end > alert.openedAt ? (end - alert.openedAt) / 1_000_000_000 : 0
            facts.append("Over at \(ChannelTime.shown(nanos: end)), after \(duration(seconds))")
        }
        let place = [
            ("Rollout", alert.rollout), ("subject", alert.subject), ("stage", alert.stage), ("status", alert.status),
        ]
        let named = place.filter { !$0.1.isEmpty }.map { "\($0.0) \(ChannelText.line($0.1, 80))" }
        if !named.isEmpty { facts.append(named.joined(separator: ", ")) }
        return facts
    }

    private static func entry(_ notice: AlertNotice) -> String {
        let alert = notice.alert
        let label = notice.kind == .resolved ? "RESOLVED" : alert.severity.rawValue.uppercased()
        let summary = ChannelText.line(alert.summary, 200)
        return "\(label) \(alert.cause.rawValue): \(summary) (\(ChannelText.line(alert.id, 40)))"
    }

    private static func duration(_ seconds: UInt64) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
