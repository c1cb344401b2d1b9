internal import ArgumentParser
internal import Engines
internal import Foundation
internal import MarketData
internal import Operator
internal import Signals

struct Engines: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The two engines: state, logs, restart; and whether a program keeps the contract.",
        subcommands: [List.self, Logs.self, Restart.self, Check.self], defaultSubcommand: List.self)
}

struct ArmArgument: ExpressibleByArgument {
    let arm: Arm
    init?(argument: String) {
        guard let arm = Arm(rawValue: argument) else { return nil }
        self.arm = arm
    }
    static var allValueStrings: [String] { Arm.allCases.map(\.rawValue) }
}

extension Engines {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Versions, health, restarts and memory.")

        @OptionGroup var state: StateOptions
        @OptionGroup var format: FormatOptions

        func run() throws {
            let status = try ControlClient(folder: state.folder).status()
            if format.format == .json { return try Output.json(status.engines) }
            try Output.table(
                ["arm", "engine", "version", "health", "pid", "restarts", "answered", "MiB", "lacks"],
                status.engines.map {
                    [
                        $0.arm, $0.engine ?? "unknown", $0.version ?? "unknown", $0.reason ?? $0.health,
                        $0.pid.map { "\($0)" } ?? "-", "\($0.restarts)", "\($0.answered)",
                        $0.residentBytes.map { "\($0 >> 20)" } ?? "unknown", $0.missing.first ?? "",
                    ]
                })
        }
    }

    struct Logs: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What an engine wrote on standard error.")

        @Argument(help: "baseline or candidate.") var arm: ArmArgument
        @OptionGroup var state: StateOptions
        @Option(help: "The last so many lines.") var lines = 200

        func run() throws {
            let path = state.folder.logs + "/\(arm.arm.rawValue).log"
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Failure(FailureCode.notFound, "there is no log \(path)")
            }
            let text = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            for line in text.dropLast(text.last?.isEmpty == true ? 1 : 0).suffix(max(0, lines)) {
                try Output.line(String(line))
            }
        }
    }

    struct Restart: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an engine's process and start a new one from the session's first record.",
            discussion: "Also brings back an engine that was quarantined.")

        @Argument(help: "baseline or candidate.") var arm: ArmArgument
        @OptionGroup var options: ChangeOptions

        func run() throws {
            if options.dryRun {
                return try options.show(
                    ControlAnswer(result: "done", detail: "the \(arm.arm.rawValue) engine would restart"))
            }
            try options.show(try ControlClient(folder: options.state.folder).restart(arm: arm.arm.rawValue))
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell whether a program keeps the engine contract.",
            discussion: """
                Runs it three times over the DBN file on standard input.
                tandem engines check -- python3 examples/engine.py < session.dbn.zst
                """)

        @OptionGroup var format: FormatOptions
        @Argument(parsing: .postTerminator, help: "The program and its arguments.") var command: [String] = []

        private struct View: Encodable {
            struct Rule: Encodable {
                var rule: String
                var passed: Bool
                var detail: String
            }
            var passed: Bool
            var engine: String?
            var version: String?
            var records: Int
            var marks: Int
            var signals: Int
            var rules: [Rule]
        }

        func run() throws {
            guard !command.isEmpty else {
                throw Failure(
                    FailureCode.usage, "name the program behind --: tandem engines check -- ./engine < session.dbn.zst")
            }
            let input = FileHandle.standardInput.readDataToEndOfFile()
            let report = try EngineCheck.run(command: command, stream: Array(input))
            if format.format == .json {
                try Output.json(
                    View(
                        passed: report.passed, engine: report.engine, version: report.version, records: report.records,
                        marks: report.marks, signals: report.signals,
                        rules: report.rules.map { .init(rule: $0.name, passed: $0.passed, detail: $0.detail) }))
            } else {
                let name = [report.engine, report.version].compactMap { $0 }.joined(separator: " ")
                try Output.line(
                    "\(name.isEmpty ? "no hello" : name): \(report.records) records, \(report.marks) marks, \(report.signals) signals"
                )
                for rule in report.rules {
                    try Output.line(
                        "\(rule.passed ? "ok  " : "FAIL") \(rule.name): \(rule.passed ? rule.demand : rule.detail)")
                }
            }
            if !report.passed { throw Quit(code: FailureCode.badData) }
        }
    }
}

/// A built-in engine as a filter.
struct Engine: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a built-in engine: DBN on standard input, signals on standard output.",
        discussion: """
            tandem dbn cat session.dbn.zst -o dbn | tandem engine ifd-v3

            With tune it reads nothing from standard input. It proposes thresholds of ifd-v3 from the signals and outcomes
            that a rollout has journaled, with what they would have changed and how sure that is. Nothing is changed: a
            proposal is written into the configuration by hand, and is another version of the engine.
            tandem engine ifd-v3 tune --state state
            """, shouldDisplay: false)

    enum Task: String, ExpressibleByArgument, CaseIterable { case tune }

    @Argument(help: "ifd-v1 or ifd-v3.") var name: String
    @Argument(help: "tune: propose thresholds from the journal of the rollout in --state instead of running.")
    var task: Task?
    @Option(help: "Its configuration, YAML or JSON (TANDEM_ENGINE_CONFIG if not given).") var config: String?
    @Option(
        name: .customLong("warm"), parsing: .upToNextOption,
        help: "Instead of reading standard input, learn from these recorded sessions into --state.")
    var warmFiles: [String] = []
    @Option(
        help: ArgumentHelp(
            "Where what was learnt is kept (TANDEM_ENGINE_STATE if not given); for tune the rollout's state folder.",
            valueName: "dir"))
    var state: String?
    @Option(help: "The exchange calendar of the sessions to learn from.") var calendar = "cme-globex-equity"
    @Flag(help: "With each signal, say on standard error what it was compared with.") var explainBaseline = false
    @Option(help: ArgumentHelp("Descriptor to watch: the engine ends when it closes.", visibility: .hidden))
    var lifeline: Int32?
    @Option(help: ArgumentHelp("Process to die with.", visibility: .hidden)) var parent: Int32?
    @Option(help: "For tune: whose signals, baseline or candidate (candidate if not given).") var arm: ArmArgument?
    @Option(
        name: [.customShort("o"), .customLong("output")], help: "For tune: table for people, json for programs.")
    var output: TableOrJSON?

    func validate() throws {
        if task == .tune {
            guard name == "ifd-v3" else { throw ValidationError("thresholds are proposed for ifd-v3 only") }
            guard warmFiles.isEmpty, config == nil, !explainBaseline else {
                throw ValidationError(
                    "tune reads the configuration in the journal; it takes --state, --arm and -o only")
            }
        } else if arm != nil || output != nil {
            throw ValidationError("--arm and -o belong to tune: tandem engine ifd-v3 tune --state DIR")
        }
    }

    func run() throws {
        if task == .tune { return try tune() }
        let path = try config.map(Self.asJSON)
        defer { if let path { unlink(path) } }
        if !warmFiles.isEmpty { return try warm(path) }
        if let state { setenv("TANDEM_ENGINE_STATE", state, 1) }
        let code = EngineHost.run(
            name: name, configurationPath: path, lifeline: lifeline, parent: parent, explains: explainBaseline)
        if code != 0 { throw Quit(code: code) }
    }

    private func tune() throws {
        let folder = StateFolder(path: state ?? ProcessInfo.processInfo.environment["TANDEM_STATE"] ?? "state")
        do {
            let report = try EngineHost.tune(stateFolder: folder.path, arm: arm?.arm ?? .candidate)
            if output == .json { return try Output.json(report) }
            try Output.line(report.heading)
            if !report.proposals.isEmpty { try Output.table(TuningReport.header, report.rows) }
            for line in report.footing { try Output.line(line) }
        } catch let error as EngineHost.TuningError {
            throw Failure(FailureCode.precondition, error.description)
        }
    }

    private func warm(_ configuration: String?) throws {
        let environment = ProcessInfo.processInfo.environment["TANDEM_ENGINE_STATE"]
        guard let folder = state ?? environment, !folder.isEmpty else {
            throw ValidationError("--warm needs a folder to keep what is learnt: --state DIR")
        }
        let sessions = try ExchangeCalendar(named: calendar)
        let progress = ProgressLine(total: nil)
        let summary = try EngineHost.warm(
            name: name, configurationPath: configuration, files: warmFiles, stateFolder: folder, calendar: sessions,
            complain: { FileHandle.standardError.write(Data("tandem engine: \($0)\n".utf8)) },
            onProgress: { progress.show(records: $0, time: sessions.format($1)) })
        progress.end()
        try Output.json(summary)
    }

    /// The configuration as the JSON file engines read.
    private static func asJSON(_ path: String) throws -> String {
        let bytes = try EngineConfiguration.load(path: path)
        let copy = NSTemporaryDirectory() + "/tandem-engine-\(getpid()).json"
        try Data(bytes).write(to: URL(fileURLWithPath: copy))
        return copy
    }
}
