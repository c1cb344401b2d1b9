package import Alerts
internal import Foundation
package import MarketData
internal import Monitors
internal import Rollout

/// A rollout's alerts as its state folder has them: what is to be told by the journal, what became of it by the store.
package struct AlertRecords {
    /// An alert as it stands, and how far it got.
    package struct Entry: Sendable, Encodable {
        package var alert: Alert
        /// `open`, `acknowledged`, `resolved`; `once` for what stands for itself.
        package var state: String
        /// In words: to whom and when, or why not.
        package var told: String
        package var acknowledgedBy: String?
        package var deadlineMissed: Bool

        enum CodingKeys: String, CodingKey {
            case alert, state, told
            case acknowledgedBy = "acknowledged_by"
            case deadlineMissed = "deadline_missed"
        }
    }

    /// Everything there is to say of one alert.
    package struct Story: Sendable, Encodable {
        package var entry: Entry
        package var runbook: String
        package var notices: [AlertNotice]
        package var errands: [Errand]
        package var deliveries: [Sent]
    }

    package struct Sent: Sendable, Encodable {
        package var delivery: Alerts.Delivery
        package var attempts: [Attempt]
    }

    package let folder: StateFolder
    package let rollout: String
    package let calendar: ExchangeCalendar
    package let settings: AlertSettings
    private let reader: JournalReader
    private let isOrdered: Bool

    package init(_ folder: StateFolder) throws {
        self.folder = folder
        reader = try JournalReader(folder: folder.path)
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        let begin: BeginBody = try EventCodec.decode(first)
        guard let calendar = begin.calendar else { throw EventCodec.damaged(first, "its calendar is not known") }
        self.calendar = calendar
        rollout = begin.plan.id
        isOrdered = begin.mode == .ordered
        let stored = FileManager.default.contents(atPath: folder.specFile).map(Array.init) ?? []
        settings = try AlertSettings(storedIn: stored, path: folder.specFile)
    }

    /// The store; nil while nothing was to be sent from this folder.
    private var store: AlertStore? {
        get throws {
            let path = folder.path + "/" + AlertStore.fileName
            return FileManager.default.fileExists(atPath: path) ? try AlertStore(folder: folder.path) : nil
        }
    }

    /// Newest first; without `all`, those that are open.
    package func list(all: Bool) throws -> [Entry] {
        var latest: [String: AlertNotice] = [:]
        for (_, notice) in try reader.notices() { latest[notice.alert.id] = notice }
        for notice in try tests() { latest[notice.alert.id] = notice }
        let store = try store
        let errands = Dictionary(grouping: try store?.errands() ?? [], by: \.notice.alert.id)
        let deliveries = Dictionary(grouping: try store?.deliveries() ?? [], by: \.alertID)
        let entries = latest.values.map { entry($0, errands[$0.alert.id] ?? [], deliveries[$0.alert.id] ?? []) }
        return entries.filter { all || $0.state == "open" || $0.state == "acknowledged" }
            .sorted { ($0.alert.openedAt, $0.alert.id) > ($1.alert.openedAt, $1.alert.id) }
    }

    /// Nil for an unknown id. An id may be given without its `A-`, or its beginning where that is enough.
    package func story(_ id: String) throws -> Story? {
        let notices = try reader.notices().map(\.notice) + tests()
        let ids = Set(notices.map(\.alert.id)).filter { $0 == id || $0.dropFirst(2).hasPrefix(id) || $0.hasPrefix(id) }
        guard let found = ids.contains(id) ? id : ids.count == 1 ? ids.first : nil else { return nil }
        let own = notices.filter { $0.alert.id == found }
        guard let last = own.last else { return nil }
        let store = try store
        let errands = try store?.errands(of: found) ?? []
        let deliveries = try store?.deliveries(of: found) ?? []
        return Story(
            entry: entry(last, errands, deliveries), runbook: settings.terms.runbook(for: last.alert.cause),
            notices: own, errands: errands,
            deliveries: try deliveries.map { Sent(delivery: $0, attempts: try store?.attempts(of: $0.id) ?? []) })
    }

    /// Tests of channels stand in the store alone.
    private func tests() throws -> [AlertNotice] {
        try store?.errands().map(\.notice).filter { $0.alert.cause == .test } ?? []
    }

    private func entry(_ notice: AlertNotice, _ errands: [Errand], _ deliveries: [Alerts.Delivery]) -> Entry {
        let alert = notice.alert
        let isMoment = notice.kind == .opened && alert.resolvedAt != nil
        let acknowledgedBy = errands.compactMap(\.acknowledgedBy).first
        let state =
            isMoment ? "once" : alert.resolvedAt != nil ? "resolved" : acknowledgedBy != nil ? "acknowledged" : "open"
        return Entry(
            alert: alert, state: state, told: told(alert, errands, deliveries), acknowledgedBy: acknowledgedBy,
            deadlineMissed: errands.contains { $0.missedAt != nil })
    }

    private func told(_ alert: Alert, _ errands: [Errand], _ deliveries: [Alerts.Delivery]) -> String {
        guard !errands.isEmpty else {
            if isOrdered { return "not sent: replay" }
            return settings.channels.isEmpty ? "not sent: no channel" : "not sent yet"
        }
        for errand in errands {
            switch errand.hold {
            case .silence(let id)?: return "silenced by \(id)"
            case .inhibition(let id)?: return "hidden by \(id)"
            case nil: continue
            }
        }
        let delivered = deliveries.filter { $0.status == .delivered }
        if !delivered.isEmpty { return Set(delivered.map(\.channel)).sorted().joined(separator: ", ") }
        if errands.contains(where: { $0.missedAt != nil }) { return "nobody in time" }
        if deliveries.contains(where: { $0.isPooled }) { return "in the next digest" }
        return deliveries.isEmpty || deliveries.allSatisfy({ !$0.isLive }) ? "nobody" : "being sent"
    }

    /// What is open, which channels do not get through, and what reached nobody in time.
    func statusLine() throws -> String {
        let open = try list(all: false).map(\.alert)
        var parts = [open.isEmpty ? "none open" : "\(open.count) open"]
        if let worst = open.max(by: { $0.severity < $1.severity }), worst.severity > .info {
            parts.append("\(worst.severity.rawValue) \(worst.id): \(worst.summary)")
        }
        for channel in try health() {
            guard let since = channel.redSince, let reason = channel.redReason else { continue }
            parts.append(
                "channel \(channel.channel) is red since \(calendar.format(Timestamp(nanos: since))): \(reason)")
        }
        if let missed = try slo()?.missed, missed > 0 { parts.append("\(missed) told too late or to nobody") }
        return parts.joined(separator: "; ")
    }

    // MARK: People

    /// - Throws: when there is no such alert.
    package func acknowledge(_ id: String, by person: String) throws -> Alert? {
        guard let story = try story(id) else { return nil }
        try AlertStore(folder: folder.path).acknowledge(story.entry.alert.id, by: person, at: Desk.wallClock())
        return story.entry.alert
    }

    package func silences() throws -> [AlertSilence] { try store?.silences() ?? [] }

    /// - Returns: what is wrong with it; empty when it is on disk.
    package func add(_ silence: AlertSilence) throws -> [String] {
        let problems = silence.problems(maxHours: settings.terms.silenceMaxHours)
        if problems.isEmpty { try AlertStore(folder: folder.path).add(silence) }
        return problems
    }

    package func expire(_ id: String) throws -> Bool {
        try store?.expire(id, at: Desk.wallClock()) ?? false
    }

    /// Who would get such an alert now, and why.
    package func plan(_ cause: AlertCause, _ severity: AlertSeverity, subject: String) throws -> RoutePlan? {
        let now = Desk.wallClock()
        let last = try reader.last(JournalRow.Kind.allCases)
        let fact = AlertFact(
            cause, subject: subject, severity: severity, summary: cause.rawValue, stage: last?.stage ?? "",
            status: last?.status ?? "", time: Timestamp(nanos: now))
        var book = AlertBook(rollout: rollout)
        guard let notice = book.take(fact, at: now) else { return nil }
        let open = try list(all: false).map { OpenAlert($0.alert, isDelivered: !$0.told.isEmpty) }
        return settings.terms.plan(
            for: notice, at: now, market: MarketMoment(at: Timestamp(nanos: now), calendar: calendar),
            silences: try silences(), open: open)
    }

    /// Channels that do not get through, and why; nothing while none was used.
    package func health() throws -> [ChannelHealth] {
        guard let store = try store else { return [] }
        let now = Desk.wallClock()
        let left = try store.unfinished(attemptsSince: now - min(now, 7 * 86_400 * 1_000_000_000))
        return Outbox(
            settings.terms, calendar: calendar, restoring: left.errands, deliveries: left.deliveries,
            attempts: left.attempts, at: now
        ).health
    }

    /// How urgent alerts of a span of event time reached somebody, as `report sla` has it; nil while nothing was to be sent.
    func delivery(from: Timestamp, to: Timestamp) throws -> SLAReport.AlertDelivery? {
        try slo(from: from.nanos, to: to.nanos).map { slo in
            SLAReport.AlertDelivery(
                notices: slo.notices, met: slo.met, missed: slo.missed, unknown: slo.unknown,
                channels: slo.channels.map {
                    SLAReport.AlertDelivery.Channel(
                        $0.channel, acknowledged: $0.acknowledged, p50Seconds: $0.p50Seconds, p99Seconds: $0.p99Seconds)
                })
        }
    }

    /// How urgent alerts of a span of event time reached somebody; nil while nothing was to be sent.
    package func slo(from: UInt64 = 0, to: UInt64 = .max) throws -> DeliverySLO? {
        guard let store = try store else { return nil }
        let errands = try store.errands().filter { $0.notice.alert.time >= from && $0.notice.alert.time < to }
        return DeliverySLO(errands: errands, deliveries: try store.deliveries(), at: Desk.wallClock())
    }
}
