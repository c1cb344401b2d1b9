internal import MarketData

extension EngineMessage {
    /// Appends the line with its newline.
    public func append(to out: inout [UInt8]) {
        switch self {
        case .hello(let hello):
            out.append(ascii: "{\"type\":\"hello\",\"engine\":")
            out.append(jsonString: hello.engine.utf8)
            out.append(ascii: ",\"version\":")
            out.append(jsonString: hello.version.utf8)
            out.append(ascii: ",\"contract\":")
            out.append(decimal: hello.contract)
            out.append(ascii: ",\"schemas\":")
            out.append(jsonStrings: hello.schemas)
        case .signal(let signal):
            out.append(ascii: "{\"type\":\"signal\",")
            signal.appendFields(to: &out)
        case .progress(let progress):
            out.append(ascii: "{\"type\":\"progress\",\"records\":")
            out.append(decimal: progress.records)
            out.append(ascii: ",\"ts_event\":")
            out.append(decimal: progress.tsEvent.nanos)
            if !progress.missing.isEmpty {
                out.append(ascii: ",\"missing\":")
                out.append(jsonStrings: progress.missing)
            }
        case .error(let complaint):
            out.append(ascii: "{\"type\":\"error\",\"code\":")
            out.append(jsonString: complaint.code.utf8)
            out.append(ascii: ",\"message\":")
            out.append(jsonString: complaint.message.utf8)
            out.append(ascii: ",\"fatal\":")
            out.append(ascii: complaint.isFatal ? "true" : "false")
        case .unknown(let type):
            out.append(ascii: "{\"type\":")
            out.append(jsonString: type.utf8)
        }
        out.append(ascii: "}\n")
    }
}

extension Signal {
    /// The fields in their fixed order, features sorted by name, without braces: equal signals give equal bytes.
    public func appendFields(to out: inout [UInt8]) {
        out.append(ascii: "\"id\":")
        out.append(jsonString: id.utf8)
        out.append(ascii: ",\"cause\":")
        out.append(decimal: cause)
        out.append(ascii: ",\"ts_event\":")
        out.append(decimal: tsEvent.nanos)
        out.append(ascii: ",\"instrument_id\":")
        out.append(decimal: instrumentID.rawValue)
        out.append(ascii: ",\"symbol\":")
        out.append(jsonString: symbol.utf8)
        out.append(ascii: ",\"underlying_id\":")
        out.append(decimal: underlyingID.rawValue)
        out.append(ascii: ",\"direction\":\"")
        out.append(ascii: direction.rawValue)
        out.append(ascii: "\",\"action\":\"")
        out.append(ascii: action.rawValue)
        out.append(ascii: "\",\"strength\":\"")
        out.append(ascii: strength.rawValue)
        out.append(ascii: "\",\"confidence\":")
        out.append(ascii: confidence.description)
        out.append(ascii: ",\"price\":\"")
        out.append(ascii: price.description)
        out.append(ascii: "\",\"target\":\"")
        out.append(ascii: target.description)
        out.append(ascii: "\",\"stop\":\"")
        out.append(ascii: stop.description)
        out.append(ascii: "\",\"horizon_s\":")
        out.append(decimal: horizonSeconds)
        out.append(ascii: ",\"size_multiplier\":")
        out.append(ascii: sizeMultiplier.description)
        out.append(ascii: ",\"features\":{")
        for (index, feature) in features.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { out.append(ascii: ",") }
            out.append(jsonString: feature.key.utf8)
            out.append(ascii: ":")
            switch feature.value {
            case .integer(let value): out.append(decimal: value)
            case .number(let value): out.append(ascii: value.isFinite ? value.description : "null")
            case .text(let value): out.append(jsonString: value.utf8)
            case .flag(let value): out.append(ascii: value ? "true" : "false")
            }
        }
        out.append(ascii: "}")
    }

    /// The signal as one canonical JSON object.
    public var canonicalJSON: [UInt8] {
        var out: [UInt8] = []
        out.append(ascii: "{")
        appendFields(to: &out)
        out.append(ascii: "}")
        return out
    }
}

extension [UInt8] {
    mutating func append(jsonStrings texts: [String]) {
        append(ascii: "[")
        for (index, text) in texts.enumerated() {
            if index > 0 { append(ascii: ",") }
            append(jsonString: text.utf8)
        }
        append(ascii: "]")
    }
}
