/// What editors need to know of a spec: a JSON Schema (draft 2020-12) made from the keys that the reader takes.
///
/// It knows names, kinds, bounds and defaults. What several keys must say together only the reader knows.
package enum SpecSchema {
    package static let text: String = {
        var members = object(of: SpecKeys.spec)
        members["$schema"] = .text("https://json-schema.org/draft/2020-12/schema")
        members["title"] = .text("A rollout of Tandem")
        return CanonicalJSON.object(members).indented + "\n"
    }()

    private static func object(of keys: [SpecKey]) -> [String: CanonicalJSON] {
        var members: [String: CanonicalJSON] = [
            "type": .text("object"), "additionalProperties": .bool(false),
            "properties": .object(
                Dictionary(uniqueKeysWithValues: keys.map { ($0.name, property($0)) })),
        ]
        let required = keys.filter(\.isRequired).names
        if !required.isEmpty { members["required"] = .list(required.map { .text($0) }) }
        return members
    }

    private static func property(_ key: SpecKey) -> CanonicalJSON {
        var members = schema(key.shape)
        if !key.about.isEmpty { members["description"] = .text(key.about) }
        members["default"] = key.usual
        return .object(members)
    }

    private static func schema(_ shape: SpecShape) -> [String: CanonicalJSON] {
        switch shape {
        case .text(let pattern):
            guard let pattern else { return ["type": .text("string"), "minLength": .integer(1)] }
            return ["type": .text("string"), "pattern": .text("^(\(pattern))$")]
        case .words(let words): return ["enum": .list(words.map { .text($0) })]
        case .integer(let range):
            return [
                "type": .text("integer"), "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ]
        case .number(let range):
            return [
                "type": .text("number"), range.excludesLower ? "exclusiveMinimum" : "minimum": .decimal(range.lower),
                range.excludesUpper ? "exclusiveMaximum" : "maximum": .decimal(range.upper),
            ]
        case .flag: return ["type": .text("boolean")]
        case .constant(let value): return ["const": .bool(value)]
        case .list(let element, let least, let most):
            var members = [
                "type": CanonicalJSON.text("array"), "items": .object(schema(element)), "minItems": .integer(least),
            ]
            members["maxItems"] = most.map { .integer($0) }
            return members
        case .mapping(let keys): return object(of: keys)
        case .named(let pattern, let value):
            return [
                "type": .text("object"), "additionalProperties": .object(schema(value)),
                "propertyNames": .object(["pattern": .text("^(\(pattern))$")]),
            ]
        case .either(let shapes): return ["anyOf": .list(shapes.map { .object(schema($0)) })]
        }
    }
}

extension CanonicalJSON {
    /// For people: two spaces a level, and on one line what fits there.
    fileprivate var indented: String { indented(by: "", room: 160) }

    /// - Parameter room: columns left on the line where it begins.
    private func indented(by margin: String, room: Int) -> String {
        let line = oneLine
        let inner = margin + "  "
        guard line.count > room else { return line }
        switch self {
        case .object(let members):
            let rows = members.sorted { $0.key < $1.key }.map { key, value in
                let start = inner + CanonicalJSON.text(key).text + ": "
                return start + value.indented(by: inner, room: 159 - start.count)
            }
            return "{\n" + rows.joined(separator: ",\n") + "\n\(margin)}"
        case .list(let values):
            let rows = values.map { inner + $0.indented(by: inner, room: 159 - inner.count) }
            return "[\n" + rows.joined(separator: ",\n") + "\n\(margin)]"
        case .null, .bool, .number, .text: return line
        }
    }

    private var oneLine: String {
        switch self {
        case .object(let members):
            let rows = members.sorted { $0.key < $1.key }.map { CanonicalJSON.text($0).text + ": " + $1.oneLine }
            return "{" + rows.joined(separator: ", ") + "}"
        case .list(let values): return "[" + values.map(\.oneLine).joined(separator: ", ") + "]"
        case .null, .bool, .number, .text: return text
        }
    }
}
