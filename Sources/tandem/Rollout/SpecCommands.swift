internal import ArgumentParser
internal import Engines
internal import Foundation
internal import Operator

struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a spec: all problems at once, with their lines.",
        discussion: "--schema prints a JSON Schema of all keys, for editors.")

    @Argument(help: "The spec.") var spec: String?
    @Flag(help: "Print the JSON Schema of specs.") var schema = false
    @Flag(help: "Refuse a channel whose secret is not there; else it is a warning.") var secrets = false
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if (spec != nil) == schema { throw ValidationError("name a spec, or ask for --schema") }
    }

    func run() throws {
        guard let spec else { return try Output.write(Array(SpecSchema.text.utf8)) }
        let environment = ProcessInfo.processInfo.environment
        let report = Spec.lint(
            path: spec, searchPath: environment["PATH"] ?? "", secrets: SecretStore(environment: environment),
            needsSecrets: secrets, configurationProblems: Self.problems)
        try Output.line(format.format == .json ? report.json : report.table)
        if !report.isValid { throw Quit(code: FailureCode.usage) }
    }

    /// What a built-in engine finds wrong with its configuration.
    private static func problems(_ engine: EngineSpec) -> [String] {
        guard case .builtIn(let name) = engine.kind, let builtIn = BuiltInEngine(rawValue: name) else { return [] }
        do throws(ConfigurationError) {
            _ = try builtIn.make(configuration: engine.configuration)
            return []
        } catch {
            return error.problems
        }
    }
}

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start from an example: a spec and engine configurations in a new folder.")

    @Argument(help: "The folder to make.") var folder: String

    func run() throws {
        for file in SpecTemplate.files {
            let path = folder + "/" + file.path
            if FileManager.default.fileExists(atPath: path) {
                throw Failure(FailureCode.precondition, "\(path) exists already; nothing was written over it")
            }
        }
        for file in SpecTemplate.files {
            let url = URL(fileURLWithPath: folder + "/" + file.path)
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: url, options: .atomic)
            } catch {
                throw Failure(
                    FailureCode.precondition, "cannot write \(url.path): \((error as NSError).localizedDescription)")
            }
            try Output.line("wrote \(url.path)")
        }
        try Output.line("next: tandem lint \(folder)/\(SpecTemplate.specPath)")
    }
}

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a journal: every row, its chain, and every decision made again from its events.",
        discussion: """
            Every outcome is computed again from its fills and the spec's costs, and must belong to a journaled signal. With \
            --input, the market data of the rollout in the order it had them, every outcome is also made again from the feed: \
            entry, exit, and what was known when. In runs by the clock signals that came too late to be followed are left out \
            there, and counted.
            Exit code 9: something does not hold; the first row that differs is named.
            """)

    @OptionGroup var state: StateOptions
    @Option(parsing: .upToNextOption, help: "The rollout's market data, to make every outcome again from it.")
    var input: [String] = []
    @OptionGroup var format: FormatOptions

    func run() throws {
        let report = try Verifier.verify(folder: state.folder.path, inputs: input)
        if format.format == .json {
            try Output.json(report)
        } else if let problem = report.problem {
            Output.note("tandem: \(problem)")
        } else {
            try Output.line(
                "\(report.rows) rows, \(report.events) events, \(report.signals) signals, \(report.transitions) transitions: the chain holds and every decision follows from its events"
            )
            try Output.line(outcomes(report))
            try Output.line("digest \(report.digest)")
        }
        if report.problem != nil { throw Quit(code: FailureCode.badData) }
    }

    private func outcomes(_ report: VerifyReport) -> String {
        var text = "\(report.outcomes) outcomes: each of a journaled signal, its figures follow from its fills"
        if let remade = report.outcomesRemade { text += "; \(remade) made again from the market data" }
        if let late = report.outcomesLate, late > 0 { text += ", \(late) of late signals left out" }
        return text
    }
}
