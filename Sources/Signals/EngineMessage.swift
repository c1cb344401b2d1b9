public import MarketData

/// The first line of every engine.
public struct Hello: Hashable, Sendable {
    public var engine: String
    public var version: String
    /// The version of this contract: 1.
    public var contract: Int
    public var schemas: [String]

    public init(engine: String, version: String, contract: Int = 1, schemas: [String]) {
        self.engine = engine
        self.version = version
        self.contract = contract
        self.schemas = schemas
    }
}

/// Everything that records 0 to `records` - 1 cause stands above this line.
public struct Progress: Hashable, Sendable {
    public var records: UInt64
    /// `ts_event` of record `records` - 1.
    public var tsEvent: Timestamp
    /// What the engine lacks to judge, in words.
    public var missing: [String]

    public init(records: UInt64, tsEvent: Timestamp, missing: [String] = []) {
        self.records = records
        self.tsEvent = tsEvent
        self.missing = missing
    }
}

/// Trouble an engine reports of itself.
public struct EngineComplaint: Hashable, Sendable {
    public var code: String
    public var message: String
    public var isFatal: Bool

    public init(code: String, message: String, isFatal: Bool) {
        self.code = code
        self.message = message
        self.isFatal = isFatal
    }
}

/// One line of an engine's output.
public enum EngineMessage: Hashable, Sendable {
    case hello(Hello)
    case signal(Signal)
    case progress(Progress)
    case error(EngineComplaint)
    /// A type this version does not know; counted and skipped.
    case unknown(type: String)
}

/// The limits of the engine contract.
public enum Contract {
    public static let version = 1
    /// Bytes of one line with its newline.
    public static let maxLineBytes = 64 * 1024
    public static let maxIDBytes = 128
}
