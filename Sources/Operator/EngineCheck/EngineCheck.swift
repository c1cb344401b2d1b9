internal import Glibc
internal import MarketData
internal import Signals

/// Tells whether a program keeps the engine contract (design, section 4), by running it three times over one stream.
///
/// First in step: input stops behind marks until the mark is answered. Then the whole stream at once. Then in pieces of random
/// sizes. Every wait has a limit, so a program that hangs, floods or ignores its input only fails.
public enum EngineCheck {
    /// Wall-clock limits, in seconds.
    public struct Limits: Sendable {
        /// Until `hello`, before anything is written.
        public var start = 20.0
        /// From a mark to the progress line past it, with no input behind the mark.
        public var stall = 2.0
        /// From the end of input to the exit.
        public var drain = 5.0
        /// Without taking input or making progress while input is offered.
        public var idle = 60.0
        /// How many marks to wait behind, spread over the stream.
        public var stepMarks = 100

        public init() {}
    }

    /// - Parameters:
    ///   - command: the program, looked up in PATH, and its arguments.
    ///   - stream: a DBN file, plain or Zstandard, of any version; it is upgraded and gets a Live header, names and marks.
    ///   - configurationPath: what the program gets as `TANDEM_ENGINE_CONFIG`.
    ///   - seed: of the random pieces.
    /// - Throws: `DBNError` for a stream that is no DBN, `EngineCheckError` or `SystemError` when nothing could be started.
    public static func run(
        command: [String], stream: [UInt8], configurationPath: String? = nil, limits: Limits = Limits(),
        seed: UInt64 = 1
    ) throws -> EngineCheckReport {
        // A program that ends early must not end the check.
        signal(SIGPIPE, SIG_IGN)
        let prepared = try PreparedStream(file: stream)
        var findings = EngineFindings()
        func probe(_ pace: EngineProbe.Pace) throws -> EngineProbe.Outcome {
            let folder = try ProbeFolder()
            var environment = [
                "PATH=\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")", "LANG=C.UTF-8", "TZ=UTC",
                "TANDEM_ENGINE_STATE=\(folder.path)", "TANDEM_EPOCH=0", "TANDEM_INSTANCE=0",
            ]
            if let configurationPath { environment.append("TANDEM_ENGINE_CONFIG=\(configurationPath)") }
            let process = try ProbedProcess(command: command, environment: environment)
            var probe = EngineProbe(stream: prepared, limits: limits, pace: pace)
            return probe.run(process)
        }
        let first = try probe(.steps)
        findings.add(first, run: "in step")
        // What does not even start would only wait for the same limits twice more.
        if first.hello != nil {
            let second = try probe(.whole)
            findings.add(second, run: "second run")
            findings.compare(first, second, .repeats, run: "second run")
            let third = try probe(.pieces(seed: seed))
            findings.add(third, run: "random pieces")
            findings.compare(first, third, .pieces, run: "random pieces")
        }
        return findings.report(first, stream: prepared)
    }
}

public enum EngineCheckError: Error, Sendable, CustomStringConvertible {
    case noCommand
    case cannotStart(program: String, reason: String)
    case system(String, code: Int32)

    public var description: String {
        switch self {
        case .noCommand: return "no program to check was given"
        case .cannotStart(let program, let reason): return "\(program) cannot be started: \(reason)"
        case .system(let what, let code): return "\(what): \(SystemError.text(of: code))"
        }
    }
}

/// What was found, rule by rule.
public struct EngineCheckReport: Sendable, Hashable {
    public struct Rule: Sendable, Hashable {
        /// `hello`, `lines`, `progress`, `causes`, `end`, `exit`, `repeats` or `pieces`.
        public let name: String
        /// What the rule asks for.
        public let demand: String
        public let passed: Bool
        /// Numbers when it passed, the first faults when not.
        public let detail: String
    }

    public let rules: [Rule]
    /// From `hello`; nil without a readable one.
    public let engine: String?
    public let version: String?
    /// Of the stream as the program got it, with names and marks.
    public let records: Int
    public let marks: Int
    /// Of the first run.
    public let signals: Int
    public let progressLines: Int
    public let unknownFields: Int
    public let unknownLines: Int

    public var passed: Bool { rules.allSatisfy(\.passed) }
}
