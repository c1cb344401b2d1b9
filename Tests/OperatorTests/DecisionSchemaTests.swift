import Foundation
import Operator
import Testing

/// The JSON Schema says what the reader does, for every key of a spec.
@Suite struct DecisionSchemaTests {
    /// A place in a spec: names of keys, and `[]` for the first element of a list.
    private typealias Path = [String]
    private typealias Object = [String: Any]

    private static func schema() throws -> Object {
        try #require(try JSONSerialization.jsonObject(with: Data(SpecSchema.text.utf8)) as? Object)
    }

    @Test func theFileIsTheSchema() throws {
        let file = SpecTemplateTests.repository.appendingPathComponent("rollout/spec.schema.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == SpecSchema.text, "write what `tandem lint --schema` prints to rollout/spec.schema.json")
    }

    // MARK: - Walking

    private struct Property {
        let path: Path
        let schema: Object
        /// Whether a section above it is off where it is left out.
        let isBelowOff: Bool
    }

    /// A schema and its alternatives.
    private static func alternatives(_ schema: Object) -> [Object] {
        [schema] + ((schema["anyOf"] as? [Object]) ?? [])
    }

    /// Every key below `schema`, sections before what is in them.
    private static func properties(_ schema: Object, at path: Path = [], belowOff: Bool = false) -> [Property] {
        alternatives(schema).flatMap { schema -> [Property] in
            var found: [Property] = []
            for (name, value) in (schema["properties"] as? [String: Object] ?? [:]).sorted(by: { $0.key < $1.key }) {
                found.append(Property(path: path + [name], schema: value, isBelowOff: belowOff))
                let isOff = belowOff || value["default"] as? String == "off"
                found += properties(value, at: path + [name], belowOff: isOff)
            }
            if let items = schema["items"] as? Object {
                found += properties(items, at: path + ["[]"], belowOff: true)
            }
            return found
        }
    }

    /// The shortest spec with `value` at `path`.
    private static func spec(_ path: Path, _ value: Any) throws -> String {
        var inner = value
        for name in path.reversed() { inner = name == "[]" ? [inner] : [name: inner] }
        var spec: Object = [
            "id": "t", "calendar": "24x7", "baseline": ["engine": "ifd-v1"], "candidate": ["engine": "ifd-v3"],
        ]
        spec.merge(inner as? Object ?? [:]) { _, new in new }
        return String(decoding: try JSONSerialization.data(withJSONObject: spec), as: UTF8.self)
    }

    private static func text(_ path: Path) -> String {
        path.joined(separator: ".").replacingOccurrences(of: ".[]", with: "[0]")
    }

    // MARK: - Claims

    /// An unknown key is put everywhere; the reader then lists those that it takes.
    @Test func theKeysAreThoseOfTheReader() throws {
        let schema = try Self.schema()
        let properties = Self.properties(schema)
        #expect(properties.count > 200)
        let sections = Dictionary(grouping: properties, by: { Array($0.path.dropLast()) })
        for (path, keys) in sections {
            let marker = "unknown key \"zzzzzzzz\"; allowed: "
            let problems = SpecFixture.problems(try Self.spec(path + ["zzzzzzzz"], 1))
            let prefix = path.isEmpty ? "1: \(marker)" : "1: \(Self.text(path)): \(marker)"
            let found = try #require(problems.first { $0.hasPrefix(prefix) }, "\(path): \(problems)")
            let names = found.dropFirst(prefix.count).components(separatedBy: ", ")
            #expect(Set(names) == Set(keys.compactMap(\.path.last)), "\(path)")
            #expect(names.count == keys.count, "\(path)")
        }
        // What holds no keys for the schema holds none for the reader.
        for property in properties
        where sections[property.path] == nil && property.schema["type"] as? String != "object" {
            let problems = SpecFixture.problems(try Self.spec(property.path + ["zzzzzzzz"], 1))
            #expect(!problems.contains { $0.contains("unknown key") }, "\(property.path): \(problems)")
        }
    }

    /// A default written out changes nothing.
    @Test func theDefaultsAreThoseOfTheReader() throws {
        let bare = try SpecFixture.parse(SpecFixture.minimal).canonicalJSON
        let usual = Self.properties(try Self.schema()).filter { !$0.isBelowOff && $0.schema["default"] != nil }
        #expect(usual.count > 120)
        for property in usual {
            let text = try Self.spec(property.path, property.schema["default"] ?? "")
            #expect(SpecFixture.problems(text).isEmpty, "\(property.path)")
            #expect((try? SpecFixture.parse(text).canonicalJSON) == bare, "\(property.path)")
        }
    }

    /// What lies just outside the bounds is refused, at that key; the bounds themselves are numbers that it takes.
    @Test func theBoundsAreThoseOfTheReader() throws {
        var count = 0
        for property in Self.properties(try Self.schema()) {
            for schema in Self.alternatives(property.schema) {
                let step = schema["type"] as? String == "integer" ? 1 : Decimal(string: "0.000001") ?? 0
                for (key, offset) in [
                    ("minimum", -step), ("maximum", step), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0),
                ] {
                    guard let bound = (schema[key] as? NSNumber)?.decimalValue else { continue }
                    count += 1
                    let found = try problems(bound + offset, at: property.path)
                    #expect(!found.isEmpty, "\(property.path) \(bound + offset)")
                    // More than 0 dollars, as the reader says by itself.
                    guard offset != 0, property.path != ["budget", "slice"] else { continue }
                    let taken = try problems(bound, at: property.path).filter { $0.contains(": expected ") }
                    #expect(taken.isEmpty, "\(property.path) \(bound): \(taken)")
                }
            }
        }
        #expect(count > 100)
    }

    /// What is said of the key when it has this value.
    private func problems(_ value: Decimal, at path: Path) throws -> [String] {
        SpecFixture.problems(try Self.spec(path, NSDecimalNumber(decimal: value))).filter {
            $0.hasPrefix("1: \(Self.text(path)): ")
        }
    }

    /// Editors would show a text that says nothing.
    @Test func everySectionIsExplained() throws {
        for property in Self.properties(try Self.schema()) where property.path.count == 1 {
            #expect((property.schema["description"] as? String)?.isEmpty == false, "\(property.path)")
        }
    }
}
