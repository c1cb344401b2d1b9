public import MarketData
public import Signals

/// A signal engine as a value: batches of version 3 records in, lines of the engine contract out.
///
/// No input or output, no clock and no randomness: equal configuration and equal records give equal bytes, however the records
/// are cut into runs. Source of the contract: design, section 4.
public protocol SignalEngine: Sendable {
    /// As in `hello` and on the command line.
    static var name: String { get }

    /// - Parameter configuration: a JSON object; nil for the defaults.
    /// - Throws: all problems at once; keys the engine does not know are problems.
    init(configuration: [UInt8]?) throws(ConfigurationError)

    /// A constant that changes with behaviour, plus a hash of the configuration when that differs from the default.
    var version: String { get }
    /// DBN schemas the engine can use, as in `hello`.
    var schemas: [String] { get }
    /// What the engine lacks to judge, in words; sorted and bounded.
    var missing: [String] { get }

    /// The index of the next record: how many were processed.
    var recordCount: UInt64 { get }

    /// Lends the engine what it may remember closed sessions by; before the first record, and at most once.
    mutating func remember(in memory: any EngineMemory)
    /// Asks for a line with every signal that says what it was compared with.
    mutating func explainBaselines()

    /// Appends what the records cause, in order, and a progress line after every mark.
    ///
    /// - Parameter firstIndex: the index of the run's first record, counted from the first record this engine was given.
    mutating func process(_ run: RecordRun, firstIndex: UInt64, into output: inout EngineOutput)

    /// End of input: the last progress line, unless the last record was a mark and so has one.
    mutating func finish(into output: inout EngineOutput)
}

extension SignalEngine {
    public var hello: Hello { Hello(engine: Self.name, version: version, schemas: schemas) }

    public mutating func remember(in memory: any EngineMemory) {}
    public mutating func explainBaselines() {}
}

/// Lines that wait to be written, in order, and what a test engine asks of its host.
public struct EngineOutput: Sendable {
    /// Something only the host can do; every line appended before it is written first.
    public enum Act: Hashable, Sendable {
        case exit(code: Int32)
        case hang
        /// Start a process that keeps the engine's standard output open for that long.
        case fork(seconds: Int)
        case log(bytes: Int)
        /// A line for people.
        case explain(String)
    }

    public private(set) var bytes: [UInt8] = []
    public private(set) var acts: [Act] = []
    public private(set) var signalCount = 0

    public init() {}

    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        acts.removeAll(keepingCapacity: true)
    }

    public mutating func append(_ signal: Signal) {
        signalCount += 1
        EngineMessage.signal(signal).append(to: &bytes)
    }

    public mutating func append(_ complaint: EngineComplaint) { EngineMessage.error(complaint).append(to: &bytes) }

    mutating func append(_ progress: Progress) { EngineMessage.progress(progress).append(to: &bytes) }

    mutating func append(raw: [UInt8]) { bytes.append(contentsOf: raw) }

    mutating func append(_ act: Act) { acts.append(act) }
}
