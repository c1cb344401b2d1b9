internal import Alerts
internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

struct AlertsOf: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "What somebody had to know, and who was told of it.",
        discussion: """
            The spec's alerts section names channels and routes. What is critical or an emergency goes to all of a route's \
            channels at once and to the others after 10 s without an answer; after 25 s it is written to standard error, the \
            system's log and the file ALERT in the state folder, after 30 s the miss is recorded.
            """,
        subcommands: [
            AlertsList.self, AlertsShow.self, AlertsAck.self, AlertsSilence.self, AlertsTest.self, AlertsExplain.self,
        ],
        defaultSubcommand: AlertsList.self)

    /// `09:30:01.250` on the exchange's day.
    static func time(_ nanos: UInt64, _ calendar: ExchangeCalendar) -> String {
        calendar.format(Timestamp(nanos: nanos))
    }

    static func seconds(from: UInt64, to: UInt64) -> String {
        NumberFormat.duration(nanoseconds: to - min(from, to))
    }
}

struct AlertsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Alerts that are open, newest first; --all has those that are over, too.")

    @OptionGroup var state: StateOptions
    @Flag(help: "Also what is over.") var all = false
    @OptionGroup var format: FormatOptions

    func run() throws {
        let records = try AlertRecords(state.folder)
        let entries = try records.list(all: all)
        if format.format == .json { return try Output.report(entries) }
        guard !entries.isEmpty else {
            return try Output.line(all ? "no alerts" : "no open alerts; --all shows those that are over")
        }
        try Output.table(
            ["id", "severity", "what", "since", "state", "told", "times"],
            entries.map { entry in
                [
                    entry.alert.id, entry.alert.severity.rawValue, entry.alert.summary,
                    AlertsOf.time(entry.alert.openedAt, records.calendar), entry.state,
                    entry.told + (entry.deadlineMissed ? " (deadline missed)" : ""), "\(entry.alert.count)",
                ]
            })
    }
}

struct AlertsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One alert: what it rests on, who was told, and every attempt.")

    @Argument(help: "Its id, or the beginning of it.") var id: String
    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let records = try AlertRecords(state.folder)
        guard let story = try records.story(id) else {
            throw Failure(
                FailureCode.notFound,
                "there is no alert \(id) in \(state.folder.path); `tandem alerts list --all` names them")
        }
        if format.format == .json { return try Output.report(story) }
        try show(story, records.calendar)
    }

    private func show(_ story: AlertRecords.Story, _ calendar: ExchangeCalendar) throws {
        let alert = story.entry.alert
        try Output.line("\(alert.id)  \(alert.severity.rawValue)  \(alert.summary)")
        try Output.line("rollout  \(alert.rollout), \(alert.stage), \(alert.status)")
        try Output.line("cause    \(alert.cause.rawValue) (\(alert.subject)), seen \(alert.count) times")
        try Output.line("since    \(AlertsOf.time(alert.openedAt, calendar)), \(story.entry.state)")
        if let by = story.entry.acknowledgedBy { try Output.line("taken by \(by)") }
        if let at = alert.resolvedAt, story.entry.state == "resolved" {
            try Output.line("over     \(AlertsOf.time(at, calendar))")
        }
        try Output.line("runbook  \(story.runbook)")
        if !alert.details.isEmpty { try Output.line(alert.details) }
        if !alert.evidence.isEmpty {
            try Output.table(["evidence", ""], alert.evidence.map { [$0.name, $0.value] })
        }
        for line in story.errands.last?.why ?? [] { try Output.line("  \(line)") }
        guard !story.deliveries.isEmpty else { return try Output.line("told     \(story.entry.told)") }
        let since = Dictionary(story.errands.map { ($0.id, $0.since) }) { first, _ in first }
        try Output.table(
            ["channel", "to", "notice", "attempt", "began", "took", "response", "since the fact", "answer"],
            story.deliveries.flatMap { sent in
                sent.attempts.map { row(sent.delivery, $0, since[sent.delivery.errandID], calendar) }
            })
    }

    private func row(
        _ delivery: Delivery, _ attempt: Attempt, _ since: UInt64?, _ calendar: ExchangeCalendar
    ) -> [String] {
        [
            delivery.channel, delivery.recipient ?? "", "\(delivery.number)",
            "\(attempt.number) \(attempt.kind.rawValue)",
            AlertsOf.time(attempt.startedAt, calendar),
            attempt.endedAt.map { AlertsOf.seconds(from: attempt.startedAt, to: $0) } ?? "under way",
            attempt.response ?? NumberFormat.unknown,
            attempt.endedAt.flatMap { end in since.map { AlertsOf.seconds(from: $0, to: end) } } ?? "",
            attempt.detail ?? "",
        ]
    }
}

struct AlertsAck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Say that you have an alert: nobody else is alarmed any more.")

    @Argument(help: "Its id, or the beginning of it.") var id: String
    @OptionGroup var state: StateOptions
    @Flag(help: "Say what would be done, change nothing.") var dryRun = false

    func run() throws {
        let records = try AlertRecords(state.folder)
        let known = dryRun ? try records.story(id)?.entry.alert : try records.acknowledge(id, by: Actor.current)
        guard let alert = known else {
            throw Failure(
                FailureCode.notFound, "there is no alert \(id) in \(state.folder.path); `tandem alerts list` names them"
            )
        }
        try Output.line("\(dryRun ? "would take" : "taken by \(Actor.current):") \(alert.id) \(alert.summary)")
    }
}

struct AlertsExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Who would be told of such an alert now, and why.",
        discussion: "tandem alerts explain --cause rollback --severity critical")

    @Option(help: "What it is about; `tandem runbook` lists them.") var cause: String
    @Option(help: "info, warning, critical or emergency.") var severity = AlertSeverity.critical.rawValue
    @Option(help: "Which of several.") var subject = "rollout"
    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    private struct View: Encodable {
        var cause: String
        var severity: String
        var who: [RoutePlan.Target]
        var why: [String]
        var heldBy: String?
        var runbook: String
    }

    func run() throws {
        guard let cause = AlertCause(rawValue: cause) else {
            throw Failure(
                FailureCode.usage,
                "--cause \(self.cause): expected one of \(AlertCause.allCases.map(\.rawValue).sorted().joined(separator: ", "))"
            )
        }
        guard let severity = AlertSeverity(rawValue: severity) else {
            throw Failure(
                FailureCode.usage, "--severity \(self.severity): expected info, warning, critical or emergency")
        }
        let records = try AlertRecords(state.folder)
        guard let plan = try records.plan(cause, severity, subject: subject) else { return }
        let held: String? =
            switch plan.heldBy {
            case .silence(let id)?: "silence \(id)"
            case .inhibition(let id)?: "alert \(id)"
            case .digest(let seconds)?: "the digest in \(Int((seconds / 60).rounded(.up))) min"
            case nil: nil
            }
        let runbook = records.settings.terms.runbook(for: cause)
        let view = View(
            cause: cause.rawValue, severity: severity.rawValue, who: plan.who, why: plan.why, heldBy: held,
            runbook: runbook)
        if format.format == .json { return try Output.json(view) }
        try Output.line("\(severity.rawValue) \(cause.rawValue), runbook \(runbook)")
        if let held { try Output.line("held by \(held)") }
        if plan.who.isEmpty {
            try Output.line("nobody is told")
        } else {
            try Output.table(
                ["channel", "to", "when"],
                plan.who.map { target in
                    let wait = target.afterSeconds
                    return [
                        target.channel, target.recipient ?? "",
                        wait == 0 ? "at once" : "after \(wait.formatted()) s, unless somebody has it",
                    ]
                })
        }
        for line in plan.why { try Output.line("  \(line)") }
    }
}
