internal import MarketData

/// Why a line breaks the engine contract.
public enum ContractViolation: Error, Hashable, Sendable {
    case notAnObject(String)
    case missingField(type: String, field: String)
    case badField(type: String, field: String, expected: String)
    case lineTooLong
    case beforeHello
    case secondHello
    case unsupportedContract(Int)
    case decreasingCause(previous: UInt64, found: UInt64)
    case futureCause(found: UInt64, written: UInt64)
    case lateCause(found: UInt64, progress: UInt64)
    case badProgress(found: UInt64, previous: UInt64, written: UInt64)
    case changedRepeat(id: String)
}

extension ContractViolation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAnObject(let reason): return "the line is no JSON object with a \"type\": \(reason)"
        case .missingField(let type, let field): return "a \(type) line lacks \"\(field)\""
        case .badField(let type, let field, let expected): return "\"\(field)\" of a \(type) line must be \(expected)"
        case .lineTooLong: return "the line is longer than \(Contract.maxLineBytes) bytes"
        case .beforeHello: return "the first line must be a hello"
        case .secondHello: return "a second hello"
        case .unsupportedContract(let version):
            return "the engine speaks contract \(version), this operator speaks \(Contract.version)"
        case .decreasingCause(let previous, let found):
            return "cause \(found) after cause \(previous): causes never decrease"
        case .futureCause(let found, let written):
            return "cause \(found), but only \(written) records were written to the engine"
        case .lateCause(let found, let progress):
            return "cause \(found) after progress \(progress), which says that everything before was already sent"
        case .badProgress(let found, let previous, let written):
            return
                "progress \(found) after \(previous) with \(written) records written: it must grow and not pass what was written"
        case .changedRepeat(let id): return "id \(id) was sent before with other content"
        }
    }
}

extension EngineMessage {
    /// Reads one line without its newline.
    ///
    /// - Parameter unknownFields: counts fields this version does not know.
    /// - Throws: `ContractViolation` for anything that is no message of the contract.
    public static func read(
        _ line: UnsafeRawBufferPointer, maxHorizonSeconds: Int = .max, unknownFields: inout Int
    ) throws(ContractViolation) -> EngineMessage {
        guard line.count < Contract.maxLineBytes else { throw .lineTooLong }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(line) } catch { throw .notAnObject(error.description) }
        guard case .object(let fields) = value else { throw .notAnObject("it is another JSON value") }
        guard case .text(let type)? = fields["type"] else { throw .notAnObject("there is no text \"type\"") }
        var reader = FieldReader(type: type, fields: fields)
        let message: EngineMessage
        switch type {
        case "hello":
            message = .hello(
                Hello(
                    engine: try reader.text("engine"), version: try reader.text("version"),
                    contract: Int(clamping: try reader.integer("contract")), schemas: try reader.texts("schemas") ?? [])
            )
        case "signal": message = .signal(try reader.signal(maxHorizonSeconds: maxHorizonSeconds))
        case "progress":
            message = .progress(
                Progress(
                    records: try reader.count("records"), tsEvent: Timestamp(nanos: try reader.count("ts_event")),
                    missing: try reader.texts("missing") ?? []))
        case "error":
            message = .error(
                EngineComplaint(
                    code: try reader.text("code"), message: try reader.text("message"),
                    isFatal: try reader.flag("fatal")))
        default: return .unknown(type: type)
        }
        unknownFields += reader.fields.keys.count { !reader.known.contains($0) }
        return message
    }
}

/// Takes typed fields out of one object and remembers which names it knew.
struct FieldReader {
    let type: String
    let fields: [String: JSONValue]
    var known: Set<String> = ["type"]

    init(type: String, fields: [String: JSONValue]) {
        self.type = type
        self.fields = fields
    }

    private mutating func value(_ name: String) throws(ContractViolation) -> JSONValue {
        known.insert(name)
        guard let value = fields[name] else { throw .missingField(type: type, field: name) }
        return value
    }

    mutating func text(_ name: String) throws(ContractViolation) -> String {
        guard case .text(let text) = try value(name) else { throw .badField(type: type, field: name, expected: "text") }
        return text
    }

    /// Also takes a whole number that an engine's language prints with a point, such as 1800.0.
    mutating func integer(_ name: String) throws(ContractViolation) -> Int64 {
        switch try value(name) {
        case .integer(let number): return number
        case .number(let number) where abs(number) <= 9_007_199_254_740_992 && number.rounded() == number:
            return Int64(number)
        default: throw .badField(type: type, field: name, expected: "an integer")
        }
    }

    mutating func count(_ name: String) throws(ContractViolation) -> UInt64 {
        switch try value(name) {
        case .integer(let number) where number >= 0: return UInt64(number)
        case .count(let number): return number
        case .number(let number) where number >= 0 && number <= 9_007_199_254_740_992 && number.rounded() == number:
            return UInt64(number)
        default: throw .badField(type: type, field: name, expected: "an integer of at least 0")
        }
    }

    mutating func number(_ name: String) throws(ContractViolation) -> Double {
        switch try value(name) {
        case .integer(let number): return Double(number)
        case .count(let number): return Double(number)
        case .number(let number): return number
        default: throw .badField(type: type, field: name, expected: "a number")
        }
    }

    mutating func flag(_ name: String) throws(ContractViolation) -> Bool {
        guard case .flag(let flag) = try value(name) else {
            throw .badField(type: type, field: name, expected: "true or false")
        }
        return flag
    }

    mutating func texts(_ name: String) throws(ContractViolation) -> [String]? {
        guard fields[name] != nil else {
            known.insert(name)
            return nil
        }
        guard case .list(let values) = try value(name) else {
            throw .badField(type: type, field: name, expected: "a list of texts")
        }
        var texts: [String] = []
        for value in values {
            guard case .text(let text) = value else {
                throw .badField(type: type, field: name, expected: "a list of texts")
            }
            texts.append(text)
        }
        return texts
    }

    mutating func price(_ name: String) throws(ContractViolation) -> Price {
        guard case .text(let text) = try value(name), let price = Price(decimal: text) else {
            throw .badField(
                type: type, field: name, expected: "a decimal in quotes with at most 9 digits after the point")
        }
        return price
    }

    mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String) throws(ContractViolation) -> T {
        guard case .text(let text) = try value(name), let choice = T(rawValue: text) else {
            let allowed = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badField(type: type, field: name, expected: "one of \(allowed)")
        }
        return choice
    }

    mutating func instrument(_ name: String) throws(ContractViolation) -> InstrumentID {
        guard let id = UInt32(exactly: try count(name)) else {
            throw .badField(type: type, field: name, expected: "an instrument id (32 bits)")
        }
        return InstrumentID(id)
    }

    mutating func features() throws(ContractViolation) -> [String: Signal.Feature] {
        known.insert("features")
        guard let value = fields["features"] else { return [:] }
        guard case .object(let object) = value else {
            throw .badField(type: type, field: "features", expected: "a flat object")
        }
        var features: [String: Signal.Feature] = [:]
        for (name, value) in object {
            switch value {
            case .integer(let number): features[name] = .integer(number)
            case .count(let number): features[name] = .number(Double(number))
            case .number(let number): features[name] = .number(number)
            case .text(let text): features[name] = .text(text)
            case .flag(let flag): features[name] = .flag(flag)
            case .null: continue
            case .list, .object: throw .badField(type: type, field: "features", expected: "a flat object")
            }
        }
        return features
    }

    mutating func signalID() throws(ContractViolation) -> String {
        let id = try text("id")
        guard !id.isEmpty, id.utf8.count <= Contract.maxIDBytes, id.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw .badField(type: type, field: "id", expected: "1 to \(Contract.maxIDBytes) printable ASCII characters")
        }
        return id
    }

    mutating func signal(maxHorizonSeconds: Int) throws(ContractViolation) -> Signal {
        let id = try signalID()
        let confidence = try number("confidence")
        guard confidence >= 0, confidence <= 1 else {
            throw .badField(type: type, field: "confidence", expected: "between 0 and 1")
        }
        let horizon = try integer("horizon_s")
        guard horizon >= 1, horizon <= maxHorizonSeconds else {
            throw .badField(type: type, field: "horizon_s", expected: "between 1 and \(maxHorizonSeconds)")
        }
        let multiplier = fields["size_multiplier"] == nil ? 1 : try number("size_multiplier")
        known.insert("size_multiplier")
        guard multiplier.isFinite, multiplier >= 0 else {
            throw .badField(type: type, field: "size_multiplier", expected: "a number of at least 0")
        }
        return Signal(
            id: id, cause: try count("cause"), tsEvent: Timestamp(nanos: try count("ts_event")),
            instrumentID: try instrument("instrument_id"), symbol: try text("symbol"),
            underlyingID: try instrument("underlying_id"), direction: try choice("direction"),
            action: try choice("action"), strength: try choice("strength"), confidence: confidence,
            price: try price("price"), target: try price("target"), stop: try price("stop"),
            horizonSeconds: Int(horizon), sizeMultiplier: multiplier, features: try features())
    }
}
