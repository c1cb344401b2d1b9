internal import MarketData
internal import Signals

/// A configuration with some thresholds moved; all else stays as it was written.
struct TunedConfiguration {
    private let fields: [String: JSONValue]

    /// - Parameter bytes: a JSON object that the engine has accepted; nil for the defaults.
    init(_ bytes: [UInt8]?) {
        // The engine refuses what is no object, so nothing is lost here.
        if let bytes, case .object(let object)? = try? JSONValue.parse(bytes) { fields = object } else { fields = [:] }
    }

    /// The engine with `changes`.
    ///
    /// - Throws: what the engine would refuse, such as thresholds out of order.
    func engine(_ changes: [TunedParameter: Micros]) throws(ConfigurationError) -> IFDv3 {
        try IFDv3(configuration: bytes(changes))
    }

    /// As JSON, keys sorted.
    func bytes(_ changes: [TunedParameter: Micros]) -> [UInt8] {
        var fields = fields
        for (parameter, micros) in changes {
            var path = parameter.rawValue.split(separator: ".").map(String.init)[...]
            Self.set(
                &path, parameter == .minTotalVolume ? .integer(micros.value / 1_000_000) : .number(micros.number),
                &fields)
        }
        var out: [UInt8] = []
        Self.append(.object(fields), to: &out)
        return out
    }

    /// The changed keys alone, as lines of YAML in the order of the parameters; empty without changes.
    static func fragment(_ changes: [TunedParameter: Micros]) -> String {
        var text = ""
        var section: Substring?
        for parameter in TunedParameter.allCases {
            guard let micros = changes[parameter] else { continue }
            let path = parameter.rawValue.split(separator: ".")
            if path.count > 1, path[0] != section { text += "\(path[0]):\n" }
            section = path.count > 1 ? path[0] : nil
            text += (path.count > 1 ? "  " : "") + "\(path[path.count - 1]): \(micros.decimal)\n"
        }
        return text
    }

    private static func set(_ path: inout ArraySlice<String>, _ value: JSONValue, _ fields: inout [String: JSONValue]) {
        guard let key = path.popFirst() else { return }
        if path.isEmpty {
            fields[key] = value
        } else {
            var inner: [String: JSONValue] = [:]
            if case .object(let object)? = fields[key] { inner = object }
            set(&path, value, &inner)
            fields[key] = .object(inner)
        }
    }

    private static func append(_ value: JSONValue, to out: inout [UInt8]) {
        switch value {
        case .null: out += "null".utf8
        case .flag(let flag): out += (flag ? "true" : "false").utf8
        case .integer(let number): out += String(number).utf8
        case .count(let number): out += String(number).utf8
        case .number(let number): out += number.description.utf8
        case .text(let text): out.append(jsonString: text.utf8)
        case .list(let values):
            out.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(value, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let fields):
            out.append(UInt8(ascii: "{"))
            for (index, key) in fields.keys.sorted().enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                out.append(jsonString: key.utf8)
                out.append(UInt8(ascii: ":"))
                append(fields[key] ?? .null, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}
