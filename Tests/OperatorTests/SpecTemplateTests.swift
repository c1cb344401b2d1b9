import Foundation
import Operator
import Testing

@Suite struct SpecTemplateTests {
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func theTemplateIsTheFilesOfThisRepository() throws {
        for file in SpecTemplate.files where file.path.hasPrefix("rollout/") {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(file.path), encoding: .utf8)
            #expect(file.text == text, "copy \(file.path) to SpecTemplate+Texts.swift")
        }
    }

    /// Every whole spec of the folder, profiles included.
    @Test func everySpecUnderRolloutIsValid() throws {
        let folder = Self.repository.appendingPathComponent("rollout").resolvingSymlinksInPath()
        let walk = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let specs = walk.filter { $0.hasSuffix(".yaml") && !$0.contains("engines/") }
        #expect(specs.contains("ifd-v3.yaml"))
        for name in specs {
            let report = Spec.lint(path: folder.appendingPathComponent(name).path, searchPath: "/usr/bin:/bin")
            #expect(report.isValid, "\(report.table)")
            #expect(report.warnings.allSatisfy { $0.path.hasPrefix("feed.files") }, "\(report.table)")
        }
    }

    /// What the comment at the top of the file promises.
    @Test func theSpecShowsTheDefaults() throws {
        let path = Self.repository.appendingPathComponent("rollout/ifd-v3.yaml").path
        let spec = try Spec.load(path: path)
        var bare = try SpecFixture.parse(
            "id: ifd-v3\ncalendar: cme-globex-equity\nbaseline: {engine: ifd-v1}\ncandidate: {engine: ifd-v3}\n")
        bare.baseline = spec.baseline
        bare.candidate = spec.candidate
        bare.feed.files = spec.feed.files
        bare.sinks = spec.sinks
        #expect(spec.canonicalJSON == bare.canonicalJSON)
    }

    @Test func whatInitWritesIsAValidSpec() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spec-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in SpecTemplate.files {
            let place = folder.appendingPathComponent(file.path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try file.text.write(to: place, atomically: false, encoding: .utf8)
        }
        let report = Spec.lint(path: folder.appendingPathComponent(SpecTemplate.specPath).path, searchPath: "")
        #expect(report.isValid, "\(report.table)")
        let readme = try #require(SpecTemplate.files.first { $0.path == "README.md" })
        for file in SpecTemplate.files where file.path != "README.md" { #expect(readme.text.contains(file.path)) }
    }
}
