import Foundation
import Operator
import Testing

/// Each file of the folder begins with what must be said about it, all of it and no more: `# LINE: KEY: MESSAGE`.
@Suite struct DecisionBadSpecsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("BadSpecs")

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }.sorted()
    }

    @Test func theFolderIsFound() throws { #expect(try Self.names().count >= 25) }

    @Test func saysExactlyWhatIsWrong() throws {
        for name in try Self.names() {
            let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
            let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
            let expected = rows.prefix { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) }
            #expect(!expected.isEmpty, "\(name)")
            #expect(SpecFixture.problems(text) == expected, "\(name)")
        }
    }
}
