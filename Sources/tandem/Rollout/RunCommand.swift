internal import ArgumentParser
internal import Foundation
internal import Logging
internal import MarketData
internal import Operator
internal import Rollout

struct LogOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Log more on standard error.") var verbose = false

    func logger() -> Logger {
        var logger = Logger(label: "tandem") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .debug : .warning
        return logger
    }
}

/// Starts an operator, shows how far it is, and hands signals to it.
enum Operation {
    static func run(
        _ spec: Spec, folder: StateFolder, options: RunOptions, logger: Logger
    ) throws -> RunSummary {
        do {
            return try operate(spec, folder, options, logger)
        } catch {
            LastWords(spec, folder: folder, options: options, logger: logger)?.tell(error)
            throw error
        }
    }

    private static func operate(
        _ spec: Spec, _ folder: StateFolder, _ options: RunOptions, _ logger: Logger
    ) throws -> RunSummary {
        let rollout = try RolloutOperator(spec: spec, folder: folder, options: options, logger: logger)
        let signals = SignalWatch(rollout.stopper)
        defer { signals.cancel() }
        let calendar = spec.plan.calendar
        let progress = ProgressLine()
        rollout.onProgress = { records, time in
            progress.show(records: records, time: time.nanos > 0 ? calendar.format(time) : nil)
        }
        defer { progress.end() }
        return try rollout.run()
    }

    /// Prints the summary and gives the exit code.
    static func finish(_ summary: RunSummary, _ format: TableOrJSON, calendar: ExchangeCalendar) throws {
        switch format {
        case .json: try Output.json(summary)
        case .table: try SummaryText.print(summary, calendar)
        }
        for truncation in summary.truncations { Output.note("tandem: \(truncation)") }
        if summary.stoppedBy == SIGINT { throw Quit(code: 130) }
    }

    static func inputs(_ named: [String], _ spec: Spec) -> [String] {
        named.isEmpty ? spec.feed.files.map(\.resolved) : named
    }
}

/// Hands SIGTERM and SIGINT to the run once; a second SIGINT ends the program at once.
private final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable (Int32) -> Void) {
        let queue = DispatchQueue(label: "signals")
        let interrupts = Counter()
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if number == SIGINT, interrupts.increment() > 1 { _exit(130) }
                stop(number)
            }
            source.resume()
            return source
        }
    }

    func cancel() { for source in sources { source.cancel() } }

    /// Counts on one queue only.
    private final class Counter: @unchecked Sendable {
        private var count = 0
        func increment() -> Int {
            count += 1
            return count
        }
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a rollout in the foreground.",
        discussion: """
            Both engines read one feed; every signal is routed, journaled and, when live, handed to the sinks. Change the stage \
            from another shell with promote, pause and rollback, look with status, signals and history.
            On files it ends after the last record with a summary. --speed max goes as fast as the engines answer and gives the \
            same decisions every time; --speed N plays event time N times as fast and judges latency, stalls and deaths too.
            An unfinished state folder is resumed.
            """)

    enum Speed: ExpressibleByArgument {
        case max
        case times(Double)

        init?(argument: String) {
            if argument == "max" {
                self = .max
            } else if let number = Double(argument), number > 0, number.isFinite {
                self = .times(number)
            } else {
                return nil
            }
        }
    }

    @Argument(help: "The spec, for example rollout/ifd-v3.yaml.") var spec: String
    @Option(parsing: .upToNextOption, help: "Files to read instead of the spec's feed.files.") var input: [String] = []
    @OptionGroup var state: StateOptions
    @Option(help: "max, or event time times this number.") var speed = Speed.times(60)
    @Option(help: "Stage to start in.") var stage: StageArgument = .init(.shadow)
    @Option(help: "JSON lines of commands to come at a place in the stream; see `tandem history -o actions`.")
    var actions: String?
    @Option(help: "HOST:PORT for the web page (refused until there is a login).") var listen: String?
    @Flag(help: "Stay after the last record until stopped.") var linger = false
    @Flag(help: "With --speed max, send alerts, which are only written down then; they always are sent otherwise.")
    var send = false
    @Flag(help: "With --speed max, let latency, errors and cost decide, too; they always do otherwise.")
    var judgeTime = false
    @OptionGroup var format: FormatOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        if let listen {
            throw Failure(
                FailureCode.usage,
                "--listen \(listen): beyond its Unix socket the operator does not listen until there is a login; use the socket in the state folder"
            )
        }
        let spec = try Spec.load(path: spec)
        let mode: RunOptions.Mode =
            switch speed {
            case .max: .ordered
            case .times(let number): .arrival(speed: number)
            }
        var options = RunOptions(
            mode: mode, inputs: Operation.inputs(input, spec), startStage: stage.stage,
            actions: try actions.map { try Schedule.read(path: $0) } ?? Schedule(), lingers: linger)
        options.judgesTime = judgeTime
        if case .ordered = mode { options.sendsAlerts = send }
        let summary = try Operation.run(spec, folder: state.folder, options: options, logger: log.logger())
        try Operation.finish(summary, format.format, calendar: spec.plan.calendar)
    }
}

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a whole rollout offline, reproducibly.",
        discussion: """
            The same input, spec, engines, start stage and actions give the same digest, whatever the load of the machine, and \
            also when it is killed and started again on the same --state.
            tandem replay rollout/ifd-v3.yaml --input session.dbn.zst --stage canary -o json
            """)

    @Argument(help: "The spec.") var spec: String
    @Option(parsing: .upToNextOption, help: "Files to read; the spec's feed.files if not given.") var input: [String] =
        []
    @Option(help: "State folder to keep (a temporary one if not given).") var state: String?
    @Option(help: "Stage to start in.") var stage: StageArgument = .init(.shadow)
    @Option(help: "JSON lines of commands: {\"at_index\" or \"at_ts\", \"verb\", \"to\", \"reason\"}.") var actions:
        String?
    @Option(help: "Another configuration for the candidate, YAML or JSON.") var candidateConfig: String?
    @Option(help: "Folder with baseline/ and candidate/: what the engines have learnt before.") var engineState: String?
    @Option(help: "Records the feed may run ahead of the release.") var window: Int?
    @Flag(help: "Let latency, errors and cost decide, too; the digest is not reproducible then.") var judgeTime = false
    @Flag(help: "Send alerts, which a replay only writes down.") var send = false
    @OptionGroup var format: FormatOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        if let window, window < 1 { throw ValidationError("--window must be at least 1") }
    }

    func run() throws {
        var spec = try Spec.load(path: spec)
        if let candidateConfig { spec.candidate.configuration = try EngineConfiguration.load(path: candidateConfig) }
        let temporary = state == nil
        let folder = StateFolder(path: try state ?? Self.temporaryFolder())
        defer { if temporary { try? FileManager.default.removeItem(atPath: folder.path) } }
        // Without a folder to keep, what sinks would hold is nobody's.
        if temporary { spec.sinks = [] }
        var options = RunOptions(
            mode: .ordered, inputs: Operation.inputs(input, spec), window: window, startStage: stage.stage,
            actions: try actions.map { try Schedule.read(path: $0) } ?? Schedule(), engineState: engineState)
        options.judgesTime = judgeTime
        options.sendsAlerts = send
        let summary = try Operation.run(spec, folder: folder, options: options, logger: log.logger())
        try Operation.finish(summary, format.format, calendar: spec.plan.calendar)
    }

    private static func temporaryFolder() throws -> String {
        var template = Array((NSTemporaryDirectory() + "/tandem-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                FailureCode.precondition, "cannot make a temporary folder: \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A stage on the command line.
struct StageArgument: ExpressibleByArgument {
    let stage: Stage

    init(_ stage: Stage) { self.stage = stage }

    init?(argument: String) {
        guard let stage = Stage(rawValue: argument) else { return nil }
        self.stage = stage
    }

    static var allValueStrings: [String] { Stage.allCases.map(\.rawValue) }
    var defaultValueDescription: String { stage.rawValue }
}
