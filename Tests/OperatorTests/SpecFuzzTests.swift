import Foundation
import Operator
import Testing

/// Whatever the text, reading a spec ends with a spec or with problems that have a line, soon.
@Suite struct SpecFuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let pieces: [[UInt8]] =
        [
            "[", "]", "{", "}", ": ", ":", "- ", "? ", "&a ", "*a", "!!str ", "!", "|", ">", "'", "\"", "#", "\n",
            "\r\n", "\t",
            "  ", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "~", "0.1", "1e999", "-0", "0x1F", "yes", "id: ",
            "id: x\nid: y\n",
            "weight: ", "\\", "\\u0041", "\\ud800", "\0", "\u{FEFF}", "\u{2028}", "\u{E000}10\u{E000}", "é", "😀", "10s",
            "512MiB",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82]]

    private func mutated(_ bytes: [UInt8], using generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let start = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, start + Int.random(in: 0...12, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            case 2 where start < bytes.count: bytes[start] = UInt8.random(in: 0...255, using: &generator)
            case 3:
                let rows = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
                guard let row = rows.randomElement(using: &generator) else { continue }
                bytes.insert(contentsOf: Array(row) + [0x0A], at: start)
            default:
                guard let piece = Self.pieces.randomElement(using: &generator) else { continue }
                bytes.insert(contentsOf: piece, at: start)
            }
        }
        return bytes
    }

    private func random(using generator: inout Generator) -> [UInt8] {
        (0..<Int.random(in: 0...60, using: &generator)).flatMap { _ in
            Self.pieces.randomElement(using: &generator) ?? []
        }
    }

    @Test func noTextCrashesTheReader() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 2
        let seed = environment["FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0 ... .max)
        let specText = try #require(SpecTemplate.files.first { $0.path == SpecTemplate.specPath }).text
        let configuration = try #require(SpecTemplate.files.last).text
        var generator = Generator(state: seed)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        var rounds = 0
        var accepted = 0
        while clock.now < end {
            rounds += 1
            let isMutation = Bool.random(using: &generator)
            let text = isMutation ? mutated(Array(specText.utf8), using: &generator) : random(using: &generator)
            let other = isMutation ? mutated(Array(configuration.utf8), using: &generator) : random(using: &generator)
            let files = SpecFiles(read: { _ in .success(other) }, executability: { _ in .missing })
            do throws(SpecProblems) {
                let spec = try Spec.parse(bytes: text, path: "x.yaml", files: files)
                accepted += 1
                #expect(spec.differences(from: spec.canonicalJSON).isEmpty, "FUZZ_SEED=\(seed), round \(rounds)")
                let again = try Spec.parse(bytes: Array(text), path: "x.yaml", files: files)
                #expect(again.canonicalJSON == spec.canonicalJSON, "FUZZ_SEED=\(seed), round \(rounds)")
            } catch {
                #expect(!error.problems.isEmpty, "FUZZ_SEED=\(seed), round \(rounds)")
                #expect(error.problems.allSatisfy { $0.line > 0 }, "FUZZ_SEED=\(seed), round \(rounds): \(error)")
            }
            _ = try? EngineConfiguration.load(path: "c.json", files: files)
        }
        print("spec fuzz: \(rounds) texts, \(accepted) accepted, FUZZ_SEED=\(seed)")
    }
}
