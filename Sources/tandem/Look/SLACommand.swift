internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

struct SLA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sla", abstract: "State whose doing downtime was. `tandem report sla` counts it.",
        discussion: """
            Evidence is only ever added, with your name; a mistake is put right by another row. Raw uptime never changes by \
            it: an exchange's halt, and maintenance announced a day ahead (up to 60 minutes a month), leave the adjusted one.
            """,
        subcommands: [
            SLAExclude.self, SLACorrect.self, SLAWithdraw.self, SLAAcknowledge.self, SLAEvidence.self,
        ])
}

/// What every row of evidence takes.
struct EvidenceOptions: ParsableArguments {
    @OptionGroup var state: StateOptions
    @Option(help: "Why; kept with your name.") var reason: String
    @Flag(help: "Say what would be added, change nothing.") var dryRun = false
    @OptionGroup var format: FormatOptions

    func add(_ content: EvidenceRow.Content) throws {
        let records = try RolloutRecords(state.folder)
        let store = try EvidenceStore(folder: records.folder)
        let row = try store.add(content, author: Actor.current, at: records.now.nanos, dryRun: dryRun)
        if format.format == .json { return try Output.line(row.line) }
        try Output.line("\(dryRun ? "would add" : "added") evidence \(row.id)")
    }
}

struct ExclusionOptions: ParsableArguments {
    @Option(help: "When it began: RFC 3339, or nanoseconds since 1970.") var from: String
    @Option(help: "When it ended.") var to: String
    @Option(help: "exchange, planned or dependency.") var cause: String
    @Option(help: "Where that is known from: a notice, an address.") var evidence: String

    func exclusion(reason: String) throws -> EvidenceRow.Exclusion {
        guard let cause = DowntimeCause(rawValue: cause), EvidenceRow.causes.contains(cause) else {
            throw Failure(FailureCode.usage, "--cause \(cause): expected exchange, planned or dependency")
        }
        return EvidenceRow.Exclusion(
            from: try TimeText.parse(from).nanos, to: try TimeText.parse(to).nanos, cause: cause, evidence: evidence,
            reason: reason)
    }
}

struct SLAExclude: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude", abstract: "Say that downtime was the exchange's, planned, or a dependency's.",
        discussion: """
            tandem sla exclude --from 2025-11-28T02:40:00Z --to 2025-11-28T13:30:00Z --cause exchange \
            --evidence "CME notice of 2025-11-28" --reason "cooling failure in the data centre"
            A dependency's downtime stays in both figures, under its own name.
            """)

    @OptionGroup var options: EvidenceOptions
    @OptionGroup var exclusion: ExclusionOptions

    func run() throws { try options.add(.exclusion(exclusion.exclusion(reason: options.reason))) }
}

struct SLACorrect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct", abstract: "Put another exclusion in the place of one.")

    @OptionGroup var options: EvidenceOptions
    @Argument(help: "The id of the row that is wrong.") var id: String
    @OptionGroup var exclusion: ExclusionOptions

    func run() throws { try options.add(.correction(of: id, exclusion.exclusion(reason: options.reason))) }
}

struct SLAWithdraw: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "withdraw", abstract: "Take an exclusion back.")

    @OptionGroup var options: EvidenceOptions
    @Argument(help: "The id of the row.") var id: String

    func run() throws { try options.add(.withdrawal(of: id, reason: options.reason)) }
}

struct SLAAcknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Say that you have seen an incident; `report sla` shows how long it took."
    )

    @OptionGroup var options: EvidenceOptions
    @Argument(help: "The incident's id, as `tandem report sla` has it.") var incident: String

    func run() throws { try options.add(.acknowledgement(incident: incident, reason: options.reason)) }
}

struct SLAEvidence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Every row of evidence, in order; -o json prints them as they are kept.")

    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let records = try RolloutRecords(state.folder)
        let book = try records.evidence()
        if format.format == .json {
            for row in book.rows { try Output.line(row.line) }
            return
        }
        let inForce = Set(book.inForce.map(\.row.id))
        try Output.table(
            ["id", "recorded", "by", "in force", "what"],
            book.rows.map { row in
                [
                    row.id, records.calendar.format(Timestamp(nanos: row.recordedAt)), row.author,
                    inForce.contains(row.id) ? "yes" : "", Self.text(row.content, records.calendar),
                ]
            })
    }

    private static func text(_ content: EvidenceRow.Content, _ calendar: ExchangeCalendar) -> String {
        func text(_ exclusion: EvidenceRow.Exclusion) -> String {
            let (from, to) = (Timestamp(nanos: exclusion.from), Timestamp(nanos: exclusion.to))
            return
                "\(exclusion.cause.rawValue), \(calendar.format(from)) to \(calendar.format(to)): \(exclusion.reason) "
                + "(\(exclusion.evidence))"
        }
        switch content {
        case .exclusion(let exclusion): return text(exclusion)
        case .correction(let target, let exclusion): return "in place of \(target): \(text(exclusion))"
        case .withdrawal(let target, let reason): return "withdraws \(target): \(reason)"
        case .acknowledgement(let incident, let reason): return "seen \(incident): \(reason)"
        }
    }
}
