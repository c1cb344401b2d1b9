internal import MarketData
internal import Signals

/// What is wrong with an engine's configuration, all of it at once.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let problems: [String]

    public init(problems: [String]) { self.problems = problems }

    public var description: String { problems.joined(separator: "\n") }
}

/// A number of a configuration in 1e-6, so that thresholds compare without rounding.
struct Micros: Hashable, Comparable, Sendable {
    let value: Int64

    init(_ value: Int64) { self.value = value }
    init(_ number: Double) { value = Int64((number * 1_000_000).rounded()) }

    static func < (a: Micros, b: Micros) -> Bool { a.value < b.value }
    var number: Double { Double(value) / 1_000_000 }
}

/// Takes typed values out of a JSON object, collects problems instead of stopping at the first, and writes down what is in
/// force, so that a changed parameter shows in the engine's version.
struct ConfigurationReader {
    private let fields: [String: JSONValue]
    private let path: String
    private var known: Set<String> = []
    private(set) var problems: [String] = []
    /// `key=value` of every value in force, in order of reading.
    private var inForce = ""
    private var inDefaults = ""

    init(_ bytes: [UInt8]?) {
        var fields: [String: JSONValue] = [:]
        if let bytes {
            do throws(JSONError) {
                if case .object(let object) = try JSONValue.parse(bytes) {
                    fields = object
                } else {
                    problems.append("the configuration must be a JSON object")
                }
            } catch {
                problems.append("the configuration is no JSON: \(error)")
            }
        }
        self.fields = fields
        path = ""
    }

    private init(fields: [String: JSONValue], path: String) {
        self.fields = fields
        self.path = path
    }

    /// Empty for the defaults, else `+` and 8 hexadecimal digits of SHA-256 over what is in force.
    var versionSuffix: String {
        inForce == inDefaults ? "" : "+" + SHA256.hex(SHA256.digest(inForce).prefix(4))
    }

    mutating func number(_ key: String, _ standard: Double, in range: ClosedRange<Double>) -> Micros {
        var result = Micros(standard)
        switch take(key) {
        case nil: break
        case .integer(let value) where range.contains(Double(value)): result = Micros(Double(value))
        case .number(let value) where range.contains(value): result = Micros(value)
        default: refuse(key, "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))")
        }
        note(key, result.value, Micros(standard).value)
        return result
    }

    mutating func integer(_ key: String, _ standard: Int64, in range: ClosedRange<Int64>) -> Int64 {
        var result = standard
        switch take(key) {
        case nil: break
        case .integer(let value) where range.contains(value): result = value
        default: refuse(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        note(key, result, standard)
        return result
    }

    /// Nil when the key is not there.
    mutating func optionalInteger(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
        if fields[key] == nil {
            known.insert(key)
            return nil
        }
        // A default outside the range, so that every given value shows in the version.
        return integer(key, range.lowerBound - 1, in: range)
    }

    mutating func flag(_ key: String, _ standard: Bool) -> Bool {
        var result = standard
        switch take(key) {
        case nil: break
        case .flag(let value): result = value
        default: refuse(key, "true or false")
        }
        note(key, result ? 1 : 0, standard ? 1 : 0)
        return result
    }

    mutating func text(_ key: String, _ standard: String, of allowed: [String]) -> String {
        var result = standard
        switch take(key) {
        case nil: break
        case .text(let value) where allowed.contains(value): result = value
        default: refuse(key, "one of \(allowed.joined(separator: ", "))")
        }
        inForce += "\(path)\(key)=\(result);"
        inDefaults += "\(path)\(key)=\(standard);"
        return result
    }

    /// A list of some of `allowed`, at least one.
    mutating func choices(_ key: String, _ standard: Set<String>, of allowed: [String]) -> Set<String> {
        var result = standard
        switch take(key) {
        case nil: break
        case .list(let values):
            let texts = values.compactMap { if case .text(let text) = $0, allowed.contains(text) { text } else { nil } }
            if texts.count == values.count, !texts.isEmpty { result = Set(texts) } else { fallthrough }
        default: refuse(key, "a list of at least one of \(allowed.joined(separator: ", "))")
        }
        inForce += "\(path)\(key)=\(result.sorted().joined(separator: ","));"
        inDefaults += "\(path)\(key)=\(standard.sorted().joined(separator: ","));"
        return result
    }

    /// Reads an object inside the configuration.
    mutating func section<T>(
        _ key: String, _ read: (inout ConfigurationReader) throws(ConfigurationError) -> T
    ) throws(ConfigurationError) -> T {
        var fields: [String: JSONValue] = [:]
        switch take(key) {
        case nil: break
        case .object(let object): fields = object
        default: refuse(key, "an object")
        }
        var inner = ConfigurationReader(fields: fields, path: path + key + ".")
        let result = try read(&inner)
        inner.refuseUnknownKeys()
        problems += inner.problems
        inForce += inner.inForce
        inDefaults += inner.inDefaults
        return result
    }

    /// A condition between values.
    mutating func require(_ holds: Bool, _ sentence: String) {
        if !holds { problems.append(sentence) }
    }

    /// To be called when everything was read.
    mutating func finish() throws(ConfigurationError) {
        refuseUnknownKeys()
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    private mutating func take(_ key: String) -> JSONValue? {
        known.insert(key)
        return fields[key]
    }

    private mutating func refuse(_ key: String, _ expected: String) {
        problems.append("\(path)\(key) must be \(expected)")
    }

    private mutating func refuseUnknownKeys() {
        for key in fields.keys.sorted() where !known.contains(key) {
            let allowed = known.sorted().joined(separator: ", ")
            problems.append("\(path)\(key) is not known; known are \(allowed)")
        }
    }

    private mutating func note(_ key: String, _ value: Int64, _ standard: Int64) {
        inForce += "\(path)\(key)=\(value);"
        inDefaults += "\(path)\(key)=\(standard);"
    }

    private static func plain(_ value: Double) -> String {
        Int64(exactly: value).map { String($0) } ?? value.description
    }
}
