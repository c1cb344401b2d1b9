internal import ArgumentParser
internal import CRevision
internal import Foundation

@main
struct Tandem: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tandem",
        abstract: "Progressive delivery for trading-signal engines.",
        discussion: """
            Runs two signal engines side by side on one market-data feed, routes each signal through shadow, canary, limited \
            and full, journals every decision, and can show afterwards why it was made.

            Start with `tandem init DIR`, or in a checkout with `make run`.
            Exit codes: 0 ended as asked, 1 internal, 2 usage or invalid spec, 3 not found, 4 precondition failed, \
            5 degraded, rolled back or closed (status), 6 held (status), 7 timed out, 8 operator unreachable, 9 data failed a check, \
            130 interrupted.
            """,
        version: "tandem 0.1.0 (\(String(cString: tandem_revision())))",
        groupedSubcommands: [
            CommandGroup(name: "Run", subcommands: [Run.self, Replay.self, Init.self, Lint.self, Plan.self]),
            CommandGroup(
                name: "Change",
                subcommands: [
                    Promote.self, Approve.self, Rollback.self, Pause.self, Resume.self, Budget.self, SLA.self,
                ]),
            CommandGroup(
                name: "Look",
                subcommands: [
                    StatusOf.self, Explain.self, History.self, SignalsOf.self, Report.self, Verify.self, Engines.self,
                    Judge.self, AlertsOf.self, RunbookOf.self,
                ]),
            CommandGroup(
                name: "Data", subcommands: [DBN.self, Calendar.self, Generate.self, Bench.self, BenchDecisions.self]),
            CommandGroup(name: "Engines", subcommands: [Engine.self]),
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            exit(with: error)
        }
    }

    /// Says what went wrong in one place, with the exit code its kind has.
    private static func exit(with error: any Error) -> Never {
        if let quiet = error as? Quit { Foundation.exit(quiet.code) }
        if let code = FailureCode.of(error) {
            FileHandle.standardError.write(Data("tandem: \(error)\n".utf8))
            Foundation.exit(code)
        }
        let isAsked = exitCode(for: error) == .success
        let text = fullMessage(for: error)
        (isAsked ? FileHandle.standardOutput : FileHandle.standardError).write(
            Data((text.isEmpty ? "" : text + "\n").utf8))
        Foundation.exit(isAsked ? 0 : FailureCode.usage)
    }
}
