import Foundation
import Testing

extension EndToEnd {
    /// Engines that break the contract harm nobody but themselves.
    @Suite struct BadEngines {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        /// A candidate beside a baseline that beats each second of a ten-minute load.
        private func words(_ candidate: Spec.Engine, limits: [String] = [], speed: String = "max") throws -> [String] {
            var spec = Spec.beats(1000)
            spec.candidate = candidate
            spec.limits = limits
            return try ["run", spec.write(in: folder), "--input", Sessions.load(records: 100_000, seconds: 600)]
                + ["--state", state.path, "--stage", "canary", "--speed", speed, "-o", "json"]
        }

        /// Runs to the end in ordered mode, where the second death before the next mark takes the candidate out.
        @discardableResult
        private func run(_ candidate: Spec.Engine, limits: [String] = [], code: Int32 = 0) throws -> Ended {
            try folder.tandem(words(candidate, limits: limits), atMost: 60).expect(code)
        }

        private func expectQuarantine(_ ended: Ended) throws {
            let summary = try ended.json()
            #expect(summary["complete"].bool == true)
            // The baseline was live all the time.
            #expect((summary["signals"]["baseline"]["live"].int ?? 0) > 500)
            #expect(
                try state.number(
                    "SELECT count(*) FROM journal WHERE kind = 'health' AND arm = 'candidate' AND reason = 'quarantined'"
                ) == 1)
            try state.verify().expect(0)
        }

        @Test func exitAtOnceIsQuarantined() throws {
            try expectQuarantine(run(.command(["/bin/false"])))
        }

        @Test func exitWithinIsQuarantinedFromThatMark() throws {
            let ended = try run(.metronome(["interval_ms": 1000, "horizon_s": 1, "exit_at_record": 50_000]))
            try expectQuarantine(ended)
            let last = try state.number(
                "SELECT max(feed_index) FROM journal WHERE arm = 'candidate' AND kind = 'signal'")
            #expect(last > 40_000 && last <= 51_000)
        }

        @Test(arguments: ["garbage_at_record", "long_line_at_record"]) func badLineIsJournaledAndQuarantines(
            key: String
        ) throws {
            let ended = try run(.metronome(["interval_ms": 1000, "horizon_s": 1, key: 50_000]))
            try expectQuarantine(ended)
            let bodies = try state.query("SELECT body FROM journal WHERE kind = 'complaint' AND reason = 'contract'")
            #expect(!bodies.isEmpty)
            #expect(bodies.allSatisfy { $0[0].utf8.count < 1000 }, "no more than the first 200 bytes are kept")
            #expect(bodies[0][0].contains(key == "garbage_at_record" ? "%$ this is no line" : "xxxx"))
        }

        /// The line is skipped without being kept.
        @Test func hugeLineIsNotKept() throws {
            let bytes = Tandem.isSoak ? 1_000_000_000 : 200_000_000
            let keys = ["interval_ms": 1000, "horizon_s": 1, "long_line_at_record": 50_000, "long_line_bytes": bytes]
            let program = try folder.start(words(.metronome(keys), limits: ["max_memory: 4GiB"]))
            var peak = 0
            try eventually("the end", within: 60, every: 10_000) {
                if let text = FileManager.default.contents(atPath: "/proc/\(program.pid)/statm") {
                    let pages = String(decoding: text, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap {
                        Int($0)
                    }
                    peak = max(peak, (pages ?? 0) * 4096)
                }
                return program.isRunning ? nil : true
            }
            try expectQuarantine(program.wait().expect(0))
            #expect(peak < 150 << 20, "\(peak >> 20) MiB")
        }

        @Test func garbageFromTheStartIsQuarantined() throws {
            try expectQuarantine(run(.command(["/usr/bin/yes", "garbage"])))
        }

        @Test func hangEndsTheRunWithSeven() throws {
            let ended = try run(
                .metronome(["interval_ms": 1000, "horizon_s": 1, "hang_at_record": 50_000]),
                limits: ["hang_timeout: 1s"], code: 7)
            ended.expect(7, says: ["candidate"])
            #expect(ended.errors.contains("hang_timeout"))
            try state.verify().expect(0)
        }

        /// The feed waits for its answers, which do not come.
        @Test func silenceEndsTheRunWithSeven() throws {
            var spec = Spec.beats(1000)
            spec.candidate = .metronome(["interval_ms": 1000], flags: ["silent"])
            spec.limits = ["hang_timeout: 1s"]
            let input = try Sessions.load(records: 100_000, seconds: 600)
            try folder.tandem(["replay", spec.write(in: folder), "--input", input, "--window", "1000"])
                .expect(7, says: ["candidate", "hang_timeout"])
        }

        /// An exit without the last word is a death, however polite.
        @Test func silenceToTheEndIsQuarantined() throws {
            try expectQuarantine(run(.metronome(["interval_ms": 1000], flags: ["silent"])))
        }

        @Test func engineWithoutHelloIsReplacedInTime() throws {
            let mute = Spec.Engine.metronome(["interval_ms": 1000], flags: ["no_hello"])
            try expectQuarantine(run(mute, limits: ["start_timeout: 500ms"]))
        }

        @Test func badConfigurationIsNotStartedAgain() throws {
            let ended = try run(.command(["/bin/sh", "-c", "echo no such threshold >&2; exit 78"]), code: 2)
            ended.expect(2, says: ["candidate", "no such threshold"])
        }

        @Test func floodedLogIsBounded() throws {
            let ended = try run(.metronome(["interval_ms": 1000, "horizon_s": 1, "log_bytes_per_mark": 250_000]))
            #expect(try ended.json()["complete"].bool == true)
            let files = try FileManager.default.contentsOfDirectory(atPath: state.path + "/logs")
            let bytes = files.reduce(0) { sum, name in
                sum + (FileManager.default.contents(atPath: state.path + "/logs/" + name)?.count ?? 0)
            }
            // 600 marks and more wrote 150 MB; ten files of ten are kept.
            #expect(bytes <= 101_000_000, "\(files): \(bytes >> 20) MiB")
            try folder.tandem(["engines", "logs", "candidate", "--lines", "3", "--state", state.path]).expect(0)
        }

        /// A descendant that holds the pipes open holds nothing up, and is gone afterwards.
        @Test func forkedDescendantHoldsNothingUp() throws {
            let keys = ["interval_ms": 1000, "horizon_s": 1, "fork_at_record": 50_000, "fork_s": 3000]
            let ended = try run(.metronome(keys))
            #expect(try ended.json()["complete"].bool == true)
            let left = try folder.shell("pgrep -x -f 'sleep 3000' || true")
            #expect(left.output.isEmpty, "still there: \(left.output)")
        }

        /// In arrival mode the baseline goes on beside every one of them.
        @Test(arguments: ["exit_at_record", "hang_at_record", "garbage_at_record", "fork_at_record"])
        func baselineGoesOnByTheClock(key: String) throws {
            let program = try folder.start(
                words(.metronome(["interval_ms": 1000, "horizon_s": 1, key: 20_000, "fork_s": 3000]), speed: "240"))
            let summary = try program.wait(atMost: 60).expect(0).json()
            #expect(summary["complete"].bool == true)
            #expect((summary["signals"]["baseline"]["live"].int ?? 0) > 450)
            #expect(summary["engines"]["baseline"]["restarts"].int == 0)
            try state.verify().expect(0)
        }
    }
}
