import Foundation
import Testing

extension EndToEnd {
    /// What a reader types from the README, and the shell pipe.
    @Suite struct Examples {
        let folder: Folder
        let engine = Tandem.repository + "/examples/engine.py"

        init() throws { folder = try Folder() }

        @Test func pythonExampleKeepsTheContract() throws {
            let market = try Sessions.market()
            let ended = try folder.tandem(["engines", "check", "--", "python3", engine], input: market, atMost: 180)
                .expect(0)
            #expect(!ended.output.contains("FAIL"), "\(ended.output)")
            #expect(ended.output.contains("ten-points"))
        }

        @Test func checkNamesWhatIsBroken() throws {
            let market = try Sessions.load(records: 2000, seconds: 60)
            let ended = try folder.tandem(["engines", "check", "--", "/bin/echo", "garbage"], input: market).expect(9)
            #expect(ended.output.contains("FAIL hello"), "\(ended.output)")
        }

        @Test func pythonExampleRunsAsCandidate() throws {
            var spec = Spec()
            spec.candidate = .command(["python3", engine])
            let words = try [
                "replay", spec.write(in: folder), "--input", Sessions.market(), "--stage", "limited", "-o", "json",
            ]
            let first = try folder.tandem(words).expect(0).json()
            #expect(first["engines"]["candidate"]["engine"].string == "ten-points")
            #expect(first["engines"]["candidate"]["restarts"].int == 0)
            #expect((first["signals"]["candidate"]["live"].int ?? 0) > 20)
            #expect(try folder.tandem(words).expect(0).json()["digest"].string == first["digest"].string)
        }

        @Test func readmeShowsTheExampleVerbatim() throws {
            let readme = String(
                decoding: FileManager.default.contents(atPath: Tandem.repository + "/README.md") ?? Data(),
                as: UTF8.self)
            let source = String(decoding: FileManager.default.contents(atPath: engine) ?? Data(), as: UTF8.self)
            let blocks = readme.components(separatedBy: "```python\n").dropFirst().compactMap {
                $0.components(separatedBy: "```").first
            }
            #expect(!source.isEmpty && blocks.contains(source))
        }

        @Test func initGivesASpecThatRuns() throws {
            try folder.tandem(["init", folder.path + "/new"]).expect(0)
            let spec = folder.path + "/new/rollout/ifd-v3.yaml"
            try folder.tandem(["lint", spec]).expect(0)
            try folder.tandem(["replay", spec, "--input", Sessions.market(), "-o", "json"]).expect(0)
            try folder.tandem(["init", folder.path + "/new"]).expect(4, says: ["exists"])
        }

        /// Alone in a pipe an engine says the same signals as under the operator, at its own count of the records.
        @Test(arguments: ["ifd-v1", "ifd-v3"]) func engineInAPipeSaysTheSame(name: String) throws {
            let market = try Sessions.market()
            let arm = name == "ifd-v1" ? "baseline" : "candidate"
            let state = State(folder)
            let spec = try Spec.talkative.write(in: folder)
            try folder.tandem(["replay", spec, "--input", market, "--state", state.path]).expect(0)
            let piped = try folder.shell(
                "set -o pipefail; $TANDEM dbn cat \(market) -o dbn | $TANDEM engine \(name) --config \(folder.path)/\(arm)-spec.yaml"
            ).expect(0)
            let signals = piped.jsonLines.filter { $0["type"].string == "signal" }
            let journaled = try state.query(
                "SELECT body FROM journal WHERE kind = 'signal' AND arm = '\(arm)' ORDER BY n"
            ).map { try #require(JSON($0[0])) }
            // Not where it happened: a pipe has no marks, so records count differently and later ones close windows; the quotes of
            // such a record are rated with the window, which shows in the third decimal of a confidence now and then.
            func said(_ signal: JSON) -> [String] {
                ["id", "direction", "price", "target", "stop"].map { "\(signal[$0].value ?? "nothing")" }
            }
            #expect(journaled.count >= 200)
            #expect(signals.map(said) == journaled.map(said))
            let differences = zip(signals, journaled).map {
                abs(($0["confidence"].double ?? -1) - ($1["confidence"].double ?? 1))
            }
            #expect(differences.allSatisfy { $0 < 0.01 })
            #expect(differences.count { $0 > 0 } * 50 <= differences.count)
        }

        @Test(arguments: [
            "dbn cat FILE", "dbn cat FILE -o dbn", "dbn cat FILE -o table", "dbn book FILE --depth 0 -o json",
            "calendar --month 2026-11",
        ])
        func brokenPipeEndsQuietly(verb: String) throws {
            let words = verb.replacing("FILE", with: try Sessions.market())
            let ended = try folder.shell("set -o pipefail; $TANDEM \(words) | head -c 1 > /dev/null")
            #expect(ended.errors.isEmpty, "\(ended.errors)")
            #expect([0, 141].contains(ended.code), "\(ended.code)")
        }

        @Test func engineWhoseReaderIsGoneEndsQuietly() throws {
            let market = try Sessions.market()
            let ended = try folder.shell(
                "$TANDEM dbn cat \(market) -o dbn | $TANDEM engine ifd-v3 | head -1", atMost: 30)
            #expect(ended.output.contains("\"hello\"") && ended.errors.isEmpty, "\(ended.errors)")
        }

        @Test func sameSeedGivesTheSameBytes() throws {
            for name in ["a", "b"] {
                try folder.tandem([
                    "generate", "--seed", "7", "--scale", "0.1", "--out", folder.path + "/\(name).dbn.zst",
                ]).expect(0)
            }
            let sums = try folder.shell("sha256sum < \(folder.path)/a.dbn.zst; sha256sum < \(folder.path)/b.dbn.zst")
                .expect(0)
            #expect(Set(sums.output.split(separator: "\n")).count == 1)
        }

        /// Real exchange data: orders of ESM4 with their definition.
        @Test(.needsTestData) func realOrdersRunClean() throws {
            let glbx = (Tandem.testData ?? "") + "/dbn/glbx/"
            let orders = glbx + "orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst"
            let words = try [
                "replay", Spec().write(in: folder), "--input", glbx + "orderbooks_definition.dbn.zst", orders, "-o",
                "json",
            ]
            let summary = try folder.tandem(words).expect(0).json()
            #expect(summary["complete"].bool == true && (summary["source_records"].int ?? 0) > 1000)
            #expect(
                summary["engines"]["baseline"]["restarts"].int == 0
                    && summary["engines"]["candidate"]["restarts"].int == 0)
            #expect(try folder.tandem(words).expect(0).json()["digest"].string == summary["digest"].string)
            try folder.tandem(["replay", folder.path + "/spec.yaml", "--input", orders, "-o", "json"]).expect(0)
        }
    }
}
