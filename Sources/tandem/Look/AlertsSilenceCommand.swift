internal import Alerts
internal import ArgumentParser
internal import Foundation
internal import Operator

struct AlertsSilence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence", abstract: "Keep alerts back for a while, with your name and a reason.",
        discussion: """
            tandem alerts silence add --cause latency --for 2h --reason "known: the line is being changed"
            A pattern (`*`, `?`) never covers what is critical or an emergency: name its cause and its severity. \
            A silence is on disk when the command returns.
            """,
        subcommands: [Add.self, List.self, Expire.self], defaultSubcommand: List.self)

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Begin a silence.")

        @Option(help: "The alert's cause; * and ? stand for others.") var cause: String?
        @Option(help: "The alert's subject.") var subject: String?
        @Option(help: "info, warning, critical or emergency.") var severity: String?
        @Option(name: .customLong("for"), help: "How long: 30m, 2h.") var duration: String
        @Option(help: "Why; shown with every alert it keeps back.") var reason: String
        @OptionGroup var state: StateOptions
        @Flag(help: "Say what would be added, change nothing.") var dryRun = false
        @OptionGroup var format: FormatOptions

        func run() throws {
            guard let length = DurationText.parse(duration), length > .zero else {
                throw Failure(FailureCode.usage, "--for \(duration): expected a time such as 30m or 2h")
            }
            let now = UInt64(max(0, Date().timeIntervalSince1970 * 1e9))
            let fields: [(AlertSilence.Matcher.Field, String?)] = [
                (.cause, cause), (.subject, subject), (.severity, severity),
            ]
            let silence = AlertSilence(
                id: "S-" + UUID().uuidString.prefix(8).lowercased(), author: Actor.current, reason: reason,
                createdAt: now, expiresAt: now + UInt64(length / .nanoseconds(1)),
                matchers: fields.compactMap { field, pattern in pattern.map { AlertSilence.Matcher(field, $0) } })
            let records = try AlertRecords(state.folder)
            let problems =
                dryRun ? silence.problems(maxHours: records.settings.terms.silenceMaxHours) : try records.add(silence)
            guard problems.isEmpty else { throw Failure(FailureCode.usage, problems.joined(separator: "; ")) }
            if format.format == .json { return try Output.report(silence) }
            try Output.line(
                "\(dryRun ? "would add" : "added") \(silence.id), until \(AlertsOf.time(silence.expiresAt, records.calendar))"
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Silences that hold, and what they kept back.")

        @OptionGroup var state: StateOptions
        @Flag(help: "Also those that are over.") var all = false
        @OptionGroup var format: FormatOptions

        func run() throws {
            let records = try AlertRecords(state.folder)
            let now = UInt64(max(0, Date().timeIntervalSince1970 * 1e9))
            let silences = try records.silences().filter { all || $0.isActive(at: now) }
            if format.format == .json { return try Output.report(silences) }
            guard !silences.isEmpty else { return try Output.line("no silences") }
            try Output.table(
                ["id", "what", "until", "hits", "author", "reason"],
                silences.map { silence in
                    [
                        silence.id,
                        silence.matchers.map { "\($0.field.rawValue)=\($0.pattern)" }.joined(separator: " "),
                        AlertsOf.time(silence.expiresAt, records.calendar), "\(silence.hits)", silence.author,
                        silence.reason,
                    ]
                })
        }
    }

    struct Expire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a silence now; what it kept back and still is so, is told.")

        @Argument(help: "Its id.") var id: String
        @OptionGroup var state: StateOptions

        func run() throws {
            guard try AlertRecords(state.folder).expire(id) else {
                throw Failure(
                    FailureCode.notFound, "there is no silence \(id) that holds; `tandem alerts silence` lists them")
            }
            try Output.line("expired \(id)")
        }
    }
}
