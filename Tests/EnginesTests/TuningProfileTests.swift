import Engines
import Foundation
import Testing

/// The configurations in `rollout/engines`.
@Suite struct TuningProfileTests {
    private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("rollout/engines")
    private static let profiles = ["production", "conservative", "paper", "testing"]

    /// The part of YAML these files use: mappings of plain values, one inside the other, lists in brackets, comments.
    private func json(_ engine: String, _ profile: String) throws -> [UInt8] {
        let path = Self.folder.appendingPathComponent("\(engine)/\(profile).yaml")
        var parts: [String] = []
        var section: [String]?
        func close() {
            if let inner = section { parts[parts.count - 1] += "{\(inner.joined(separator: ","))}" }
            section = nil
        }
        for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") {
            let text = line.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
            guard let colon = text.firstIndex(of: ":") else { continue }
            let key = text[..<colon].trimmingCharacters(in: .whitespaces)
            let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            let member = "\"\(key)\":" + spelt(value)
            if line.first == " " {
                section?.append(member)
            } else {
                close()
                parts.append(member)
                if value.isEmpty { section = [] }
            }
        }
        close()
        return Array("{\(parts.joined(separator: ","))}".utf8)
    }

    private func spelt(_ value: String) -> String {
        if value.first == "[" {
            let items = value.dropFirst().dropLast().split(separator: ",")
            return "[\(items.map { spelt($0.trimmingCharacters(in: .whitespaces)) }.joined(separator: ","))]"
        }
        return value.isEmpty || value == "true" || value == "false" || Double(value) != nil ? value : "\"\(value)\""
    }

    @Test(arguments: ["ifd-v1", "ifd-v3"]) func everyProfileIsAVersionOfItsOwn(name: String) throws {
        let engine = try #require(BuiltInEngine(rawValue: name))
        let versions = try Self.profiles.map { try engine.make(configuration: try json(name, $0)).version }
        #expect(Set(versions).count == Self.profiles.count, "\(versions)")
        #expect(versions.first == (try engine.make().version), "production is the defaults")
    }

    /// Profiles say all of what production says, so that one can be compared with another line by line.
    @Test(arguments: ["ifd-v1", "ifd-v3"]) func everyProfileNamesTheSameKeys(name: String) throws {
        func keys(_ profile: String) throws -> [String] {
            let path = Self.folder.appendingPathComponent("\(name)/\(profile).yaml")
            return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.first != "#" }
                .compactMap { line in line.firstIndex(of: ":").map { String(line[..<$0]) } }
        }
        let production = try keys("production")
        for profile in Self.profiles { #expect(try keys(profile) == production, "\(profile)") }
    }
}
