/// What a plain scalar means, by YAML 1.2's core schema, and which ones mean other things to other readers.
enum ScalarMeaning: Equatable {
    case null
    case bool(Bool)
    case number(ExactDecimal)
    case text
    /// Somebody's YAML reads it as something else. The text says how to write it.
    case ambiguous(String)

    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case "yes", "Yes", "YES", "on", "On", "ON", "y", "Y":
            self = .ambiguous("write true, or \"\(text)\" in quotes")
        case "no", "No", "NO", "off", "Off", "OFF", "n", "N":
            self = .ambiguous("write false, or \"\(text)\" in quotes")
        default:
            if let number = ExactDecimal(text) {
                self = .number(number)
            } else if Self.looksLikeNumber(text) {
                self = .ambiguous("write a plain decimal number, or \(quoted(text)) in quotes")
            } else {
                self = .text
            }
        }
    }

    /// `007`, `0x1F`, `1_000`, `.5`, `1.`, `.inf`, `12:30`
    private static func looksLikeNumber(_ text: String) -> Bool {
        var rest = text.lowercased()[...]
        if let sign = rest.first, sign == "-" || sign == "+" { rest.removeFirst() }
        if rest == ".inf" || rest == ".nan" { return true }
        if rest.hasPrefix("0x") { return rest.dropFirst(2).allSatisfy { $0.isHexDigit || $0 == "_" } }
        if rest.hasPrefix("0o") || rest.hasPrefix("0b") { rest = rest.dropFirst(2) }
        guard let first = rest.first(where: { $0 != "." }), first.isASCII, first.isNumber else { return false }
        return rest.allSatisfy { "0123456789_.:e".contains($0) } && rest.filter { $0 == "." }.count <= 1
            && rest.filter { $0 == "e" }.count <= 1
    }
}

extension YAMLNode {
    /// For messages: what stands here.
    var kind: String {
        switch content {
        case .list: return "a list"
        case .mapping: return "a mapping"
        case .refused: return "nothing usable"
        case .scalar(let text, let isPlain):
            switch isPlain ? ScalarMeaning(plain: text) : .text {
            case .null: return "nothing"
            case .bool: return "the truth value \(text)"
            case .number: return "the number \(text)"
            case .text, .ambiguous: return "the text \(quoted(text))"
            }
        }
    }

    /// What stands here, without its text.
    var bareKind: String {
        guard case .scalar(let text, let isPlain) = content else { return kind }
        switch isPlain ? ScalarMeaning(plain: text) : .text {
        case .null: return "nothing"
        case .bool: return "a truth value"
        case .number: return "a number"
        case .text, .ambiguous: return "a text"
        }
    }

    /// The value as JSON. Problems are appended; nil when there was one.
    func json(file: String, path: String, problems: inout [SpecProblem]) -> CanonicalJSON? {
        switch content {
        case .refused: return nil
        case .scalar(let text, false): return .text(text)
        case .scalar(let text, true):
            switch ScalarMeaning(plain: text) {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .number(let value): return .number(value)
            case .text: return .text(text)
            case .ambiguous(let advice):
                let message = "\(quoted(text)) means different things to different readers; \(advice)"
                problems.append(SpecProblem(file: file, line: line, path: path, message: message))
                return nil
            }
        case .list(let nodes):
            var values: [CanonicalJSON] = []
            for (index, node) in nodes.enumerated() {
                if let value = node.json(file: file, path: "\(path)[\(index)]", problems: &problems) {
                    values.append(value)
                }
            }
            return .list(values)
        case .mapping(let entries):
            var members: [String: CanonicalJSON] = [:]
            for entry in entries {
                let keyPath = path.isEmpty ? entry.key : path + "." + entry.key
                members[entry.key] = entry.value.json(file: file, path: keyPath, problems: &problems)
            }
            return .object(members)
        }
    }
}
