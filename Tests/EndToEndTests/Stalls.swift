import Foundation
import Testing

extension EndToEnd {
    /// Laws 4 and 11: what a stopped, stalled or dead engine does to the other arm.
    @Suite struct Stalls {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        /// 50 signals and 10 marks a second from each arm.
        private func start(stage: String, extra: String = "") throws -> Program {
            var spec = Spec.beats(1200, mark: "6s")
            spec.extra = extra
            let program = try folder.start(
                [
                    "run", spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600), "--state",
                    state.path,
                ]
                    + ["--speed", "60", "--stage", stage, "-o", "json"])
            try state.waitUntilReady()
            try eventually("signals of both arms") {
                try state.number("SELECT count(DISTINCT arm) FROM journal WHERE kind = 'signal'") == 2 ? true : nil
            }
            return program
        }

        private func pid(of arm: String) throws -> pid_t { try pid_t(#require(state.engine(arm)?["pid"].int)) }

        private func wait(_ arm: String, _ health: String, within seconds: Double) throws {
            try eventually("\(arm) \(health)", within: seconds, every: 20_000) {
                try state.engine(arm)?["health"].string == health ? true : nil
            }
        }

        private static func now() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1e9) }

        /// Seconds from `start` to the first row that fits, by the journal's own clock.
        private func seconds(from start: UInt64, to condition: String) throws -> Double {
            let row = try #require(
                try state.query("SELECT min(at) FROM journal WHERE at > \(start) AND \(condition)").first?.first)
            return (Double(try #require(UInt64(row), "no row: \(condition)")) - Double(start)) / 1e9
        }

        @Test func stoppedCandidateIsReplacedWhileTheBaselineGoesOn() throws {
            let program = try start(stage: "shadow")
            try eventually("250 signals before") { state.sinkLines.count >= 250 ? true : nil }
            let stopped = Self.now()
            kill(try pid(of: "candidate"), SIGSTOP)
            try eventually("a second instance that is ready", within: 15, every: 50_000) {
                let engine = try state.engine("candidate")
                return engine?["restarts"].int == 1 && engine?["health"].string == "ready" ? true : nil
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            #expect(
                try seconds(from: stopped, to: "kind = 'health' AND arm = 'candidate' AND reason = 'not-ready'") <= 2.5)
            #expect(
                try seconds(from: stopped, to: "kind = 'process' AND arm = 'candidate' AND reason = 'started'") <= 6)
            #expect(try seconds(from: stopped, to: "kind = 'health' AND arm = 'candidate' AND reason = 'ready'") <= 6)
            try expectSteadyBaseline(stopped)
            try state.verify().expect(0)
        }

        /// How late each baseline signal was by the feed's own pace, before the stop and in the three seconds after it.
        private func expectSteadyBaseline(_ stopped: UInt64) throws {
            let rows = try state.query(
                "SELECT at, time FROM journal WHERE arm = 'baseline' AND decision = 'live' ORDER BY n")
            let offsets = rows.map { (at: UInt64($0[0]) ?? 0, lag: (Double($0[0]) ?? 0) - (Double($0[1]) ?? 0) / 60) }
            let least = offsets.map(\.lag).min() ?? 0
            func p99(_ part: [(at: UInt64, lag: Double)]) -> Double {
                let sorted = part.map { ($0.lag - least) / 1e6 }.sorted()
                return sorted.isEmpty ? .infinity : sorted[sorted.count * 99 / 100]
            }
            // Without the first second, in which the engines come up.
            let start = (offsets.first?.at ?? 0) + 1_000_000_000
            let before = offsets.filter { $0.at > start && $0.at < stopped }
            let during = offsets.filter { $0.at >= stopped && $0.at < stopped + 3_000_000_000 }
            #expect(during.count >= 100)
            // Twice that before, and what one slow write of the disk adds: a baseline that waited would be seconds late.
            #expect(p99(during) <= 2 * p99(before) + 25, "ms: before \(p99(before)), during \(p99(during))")
        }

        @Test func stalledCandidateComesBackWithoutARestart() throws {
            let program = try start(stage: "full")
            let candidate = try pid(of: "candidate")
            kill(candidate, SIGSTOP)
            try wait("candidate", "not-ready", within: 4)
            kill(candidate, SIGCONT)
            try wait("candidate", "ready", within: 4)
            #expect(try state.engine("candidate")?["restarts"].int == 0)
            // Meanwhile its units were the baseline's.
            #expect(try state.number("SELECT count(*) FROM journal WHERE arm = 'baseline' AND reason = 'fallback'") > 0)
            program.send(SIGTERM)
            try program.wait().expect(0)
            try state.verify().expect(0)
        }

        @Test func deadCandidateFallsBackAndReturns() throws {
            let program = try start(stage: "full")
            kill(try pid(of: "candidate"), SIGKILL)
            try eventually("a second instance that is ready") {
                let engine = try state.engine("candidate")
                return engine?["restarts"].int == 1 && engine?["health"].string == "ready" ? true : nil
            }
            let ready = try state.number("SELECT max(n) FROM journal WHERE kind = 'health' AND reason = 'ready'")
            try eventually("live candidate signals again") {
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'candidate' AND decision = 'live' AND n > \(ready)") > 20
                    ? true : nil
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            try state.verify().expect(0)
        }

        @Test func candidateThatKeepsDyingIsQuarantined() throws {
            let program = try start(stage: "canary")
            var victims: Set<Int> = []
            for death in 1...3 {
                // For a moment `status` has the one before.
                let victim = try eventually("instance \(death)", within: 15) {
                    try state.engine("candidate")?["pid"].int.flatMap { victims.insert($0).inserted ? $0 : nil }
                }
                kill(pid_t(victim), SIGKILL)
                try eventually("its death") { isAlive(pid_t(victim)) ? nil : true }
            }
            try wait("candidate", "quarantined", within: 10)
            let before = state.sinkLines.count
            try eventually("the baseline alone") { state.sinkLines.count > before + 50 ? true : nil }
            try state.change("promote").expect(4, says: [])
            #expect(try folder.tandem(["status", "--state", state.path]).code == 5)
            program.send(SIGTERM)
            try program.wait().expect(0)
            try state.verify().expect(0)
        }

        /// Law 11, and the exception a spec may make.
        @Test(arguments: ["silent", "candidate"]) func nothingFallsToTheCandidateUnasked(down: String) throws {
            let program = try start(stage: "limited", extra: "baseline_down: \(down)")
            let dead = try pid(of: "baseline")
            kill(dead, SIGSTOP)
            try wait("baseline", "not-ready", within: 4)
            let from = try state.number("SELECT max(n) FROM journal")
            try eventually("20 more candidate signals") {
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'candidate' AND kind = 'signal' AND n > \(from)") >= 20
                    ? true : nil
            }
            kill(dead, SIGCONT)
            program.send(SIGTERM)
            try program.wait().expect(0)
            let fallen = try state.number(
                "SELECT count(*) FROM journal WHERE arm = 'candidate' AND reason = 'fallback'")
            #expect(down == "silent" ? fallen == 0 : fallen > 0)
            try state.verify().expect(0)
        }
    }
}
