import Foundation
import Testing

extension EndToEnd {
    /// Usage, specs and market data that cannot be: one clear sentence and the right exit code, never a crash.
    @Suite struct BadInput {
        let folder: Folder

        init() throws { folder = try Folder() }

        private func replay(_ input: String, _ more: String...) throws -> Ended {
            try folder.tandem(["replay", Spec().write(in: folder), "--input", input, "-o", "json"] + more)
        }

        /// A small file of plain records, damaged by `change`.
        private func damaged(_ name: String = "bad.dbn", _ change: (inout Data) -> Void) throws -> String {
            var data = try Data(contentsOf: URL(fileURLWithPath: Sessions.load(records: 2000, seconds: 60)))
            change(&data)
            let path = folder.path + "/" + name
            try data.write(to: URL(fileURLWithPath: path))
            return path
        }

        /// Where the records begin: "DBN", version, length of the metadata.
        private func bodyStart(_ data: Data) -> Int {
            8 + data[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        @Test func listenBeyondTheSocketIsRefused() throws {
            try folder.tandem(["run", Spec().write(in: folder), "--listen", "127.0.0.1:8080"]).expect(
                2, says: ["--listen", "login"])
        }

        @Test func longSocketPathIsRefused() throws {
            let state = folder.path + "/" + String(repeating: "s", count: 90)
            try folder.tandem(
                [
                    "run", Spec().write(in: folder), "--input", Sessions.load(records: 2000, seconds: 60), "--state",
                    state,
                ]
            ).expect(2, says: ["107", "--state"])
            #expect(!FileManager.default.fileExists(atPath: state))
        }

        @Test func missingInputIsNamed() throws {
            try replay(folder.path + "/none.dbn").expect(3, says: [folder.path + "/none.dbn"])
            try folder.tandem(["dbn", "info", folder.path + "/none.dbn"]).expect(3, says: ["none.dbn"])
        }

        @Test func missingSpecIsNamed() throws {
            try folder.tandem(["replay", folder.path + "/none.yaml", "--input", "x"]).expect(2, says: ["none.yaml"])
        }

        @Test func truncatedInputDeliversWhatIsWhole() throws {
            let path = try damaged { $0.removeLast(5) }
            let whole = try replay(Sessions.load(records: 2000, seconds: 60)).expect(0).json()
            let ended = try replay(path).expect(0)
            let summary = try ended.json()
            // An MBO record has 56 bytes.
            #expect(summary["truncated_bytes"].int == 51)
            #expect(summary["source_records"].int == 1999 && whole["source_records"].int == 2000)
            let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
            for fact in [path, "\(size - 51)", "51"] {
                #expect(ended.errors.contains(fact), "\(fact): \(ended.errors)")
            }
        }

        @Test func truncatedFrameDeliversWhatIsWhole() throws {
            var data = try Data(contentsOf: URL(fileURLWithPath: Sessions.market()))
            data.removeLast(data.count / 2)
            let path = folder.path + "/half.dbn.zst"
            try data.write(to: URL(fileURLWithPath: path))
            let ended = try replay(path).expect(0)
            #expect(try (ended.json()["source_records"].int ?? 0) > 100_000)
            #expect(ended.errors.contains(path) && ended.errors.contains("inside"))
        }

        @Test func brokenChecksumIsDamage() throws {
            var data = try Data(contentsOf: URL(fileURLWithPath: Sessions.market()))
            data[data.count / 2] ^= 0x10
            let path = folder.path + "/sum.dbn.zst"
            try data.write(to: URL(fileURLWithPath: path))
            try replay(path).expect(9, says: [path])
            try folder.tandem(["dbn", "info", path]).expect(9, says: [path])
        }

        @Test func shortRecordIsDamage() throws {
            let path = try damaged { $0[bodyStart($0) + 56 * 700] = 3 }
            try replay(path).expect(9, says: [path])
        }

        @Test func zeroLengthRecordIsDamage() throws {
            let path = try damaged { $0[bodyStart($0) + 56 * 700] = 0 }
            try replay(path).expect(9, says: [path])
        }

        @Test func unknownVersionIsDamage() throws {
            let path = try damaged { $0[3] = 9 }
            try replay(path).expect(9, says: [path, "9"])
        }

        @Test func foreignFileIsDamage() throws {
            let path = try folder.write("foreign.dbn", String(repeating: "%PDF-1.7 no market data\n", count: 100))
            try replay(path).expect(9, says: [path])
            try folder.tandem(["dbn", "cat", path]).expect(9, says: [path])
            try folder.tandem(["dbn", "book", path]).expect(9, says: [path])
        }

        @Test func emptyFileIsDamage() throws {
            try replay(folder.write("empty.dbn", "")).expect(9, says: ["empty.dbn"])
        }

        /// What was decided before the damage stays, and stands at the beginning of what the whole file gives.
        @Test func damageMidwayLosesNothingJournaled() throws {
            let whole = try Sessions.load(records: 100_000, seconds: 600)
            var data = try Data(contentsOf: URL(fileURLWithPath: whole))
            data[bodyStart(data) + 56 * 90_000] = 1
            let path = folder.path + "/midway.dbn"
            try data.write(to: URL(fileURLWithPath: path))
            let (state, clean) = (State(folder), State(folder, "clean"))
            let spec = try Spec.beats(1000).write(in: folder)
            try folder.tandem(["replay", spec, "--input", whole, "--state", clean.path]).expect(0)
            for _ in 1...2 {
                try folder.tandem(["replay", spec, "--input", path, "--state", state.path]).expect(9, says: [path])
                let lines = state.sinkLines
                #expect(lines == Array(clean.sinkLines.prefix(lines.count)))
                #expect(try lines.count <= state.number("SELECT max(seq) FROM journal"))
                try state.verify().expect(0)
            }
            // With the file mended it goes on.
            try folder.tandem(["replay", spec, "--input", whole, "--state", state.path]).expect(0)
            #expect(state.sinkLines == clean.sinkLines)
        }

        @Test func invalidSpecSaysAllProblemsWithTheirLines() throws {
            let path = try folder.write(
                "wrong.yaml",
                """
                id: Not A Name
                calendar: cme-globex-equty
                baseline: {engine: ifd-v9}
                candidate: {engine: ifd-v3, command: [x]}
                stages: {canary: {weight: 0.7}, limited: {weight: 0.5}}
                feed: {mark_interval: 10 apples, windw: 3}
                sinks: [{name: a}]
                """)
            for verb in ["lint", "replay", "run"] {
                let ended = try folder.tandem([verb, path] + (verb == "lint" ? [] : ["--input", "x"])).expect(2)
                let said = ended.output + ended.errors
                for line in 1...7 { #expect(said.contains("wrong.yaml:\(line)"), "\(verb), line \(line): \(said)") }
                for advice in ["cme-globex-equity", "ifd-v1", "windw"] {
                    #expect(said.contains(advice), "\(verb): \(said)")
                }
            }
        }

        @Test func invalidEngineConfigurationStopsBeforeTheFeed() throws {
            var spec = Spec()
            spec.baseline = .metronome(["interval_ms": 0])
            let path = try spec.write(in: folder)
            try folder.tandem(["replay", path, "--input", Sessions.load(records: 2000, seconds: 60)])
                .expect(2, says: ["baseline", "interval_ms"])
        }

        @Test func programThatIsNotThereIsNamed() throws {
            var spec = Spec()
            spec.candidate = .command(["./no-such-engine"])
            try folder.tandem(["replay", spec.write(in: folder), "--input", Sessions.load(records: 2000, seconds: 60)])
                .expect(2, says: ["candidate", "no-such-engine"])
        }

        @Test func badActionsAreNamedByLine() throws {
            let good = #"{"at_index": 5, "verb": "promote", "reason": "r"}"#
            for bad in [
                #"{"at_index": 5, "verb": "fly"}"#, #"{"verb": "promote"}"#, "not json",
                #"{"at_ts": 1, "at_index": 1, "verb": "pause"}"#,
            ] {
                let actions = try folder.write("actions", good + "\n" + bad + "\n")
                try replay(Sessions.load(records: 2000, seconds: 60), "--actions", actions).expect(
                    2, says: [actions + ":2"])
            }
        }

        @Test(arguments: [["fly"], ["replay"], ["run", "x", "--speed", "-1"], ["promote"], ["signals", "-o", "xml"]])
        func usageIsExitTwo(words: [String]) throws {
            try folder.tandem(words).expect(2)
        }
    }
}
