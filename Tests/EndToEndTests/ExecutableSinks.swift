import Foundation
import Testing

extension EndToEnd {
    /// Law 7 for programs as sinks: each entry at least once, in order, until it is acknowledged.
    @Suite struct ExecutableSinks {
        let folder: Folder
        let state: State
        let log: String

        init() throws {
            folder = try Folder()
            state = State(folder)
            log = folder.path + "/taken"
            try folder.write(
                "sink.py",
                """
                import json, os, sys, time
                taken, way, count = open(sys.argv[1], "a"), sys.argv[2], 0
                holds = way in ("holds", "stays")
                if way == "stays": print(os.getpid(), file=open(sys.argv[1] + ".pids", "a"))
                for line in sys.stdin:
                    entry = json.loads(line)
                    taken.write(line)
                    taken.flush()
                    count += 1
                    if way == "dies" and count % 40 == 0: os._exit(1)
                    if holds and entry["type"] == "signal" and entry["arm"] == "candidate": continue
                    print(entry["seq"], flush=True)
                if holds and way == "stays": time.sleep(600)
                """)
        }

        private func sink(_ way: String) -> String {
            "{name: \(way), exec: [python3, \(folder.path)/sink.py, \(log), \(way)]}"
        }

        private var taken: [JSON] {
            String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
                .split(separator: "\n").compactMap { JSON(String($0)) }
        }

        /// Each number follows the one before or repeats it, and the last is the live log's end; a new operator may go back to
        /// the last cursor that was on disk.
        private func expectAtLeastOnceInOrder(_ count: Int, restarts: Int = 0) {
            let numbers = taken.compactMap { $0["seq"].int }
            #expect(numbers.first == 1 && numbers.last == count, "\(numbers.suffix(40)) of \(count)")
            let steps = zip(numbers, numbers.dropFirst()).map { $1 - $0 }
            #expect(steps.allSatisfy { $0 <= 1 } && steps.count { $0 < 0 } <= restarts, "\(numbers)")
        }

        @Test func takesEveryEntryOnce() throws {
            var spec = Spec.talkative
            spec.sinks = [sink("answers"), "{name: f, file: signals.ndjson}"]
            try folder.tandem(Undisturbed.words("run", folder, spec: spec) + ["--state", state.path]).expect(0)
            #expect(taken.map { $0["seq"].int } == Array(1...state.sinkLines.count))
            #expect(taken.map { $0["id"].string } == state.sink.map { $0["id"].string })
        }

        @Test func takesEveryEntryWhenItDiesNowAndThen() throws {
            var spec = Spec.talkative
            spec.sinks = [sink("dies"), "{name: f, file: signals.ndjson}"]
            let words = try Undisturbed.words("run", folder, spec: spec) + ["--state", state.path]
            try folder.tandem(words).expect(0)
            expectAtLeastOnceInOrder(state.sinkLines.count)
            #expect(taken.count > state.sinkLines.count, "it never died")
        }

        @Test func takesEveryEntryWhenTheOperatorDies() throws {
            var spec = Spec.talkative
            spec.sinks = [sink("answers"), "{name: f, file: signals.ndjson}"]
            let words = try Undisturbed.words("run", folder, spec: spec) + ["--state", state.path]
            for place in [20, 90] {
                let program = try folder.start(words)
                try eventually("entry \(place)") { !program.isRunning || taken.count >= place ? true : nil }
                program.send(SIGKILL)
                try program.wait()
            }
            try folder.tandem(words).expect(0)
            expectAtLeastOnceInOrder(state.sinkLines.count, restarts: 2)
        }

        /// Entries nobody had taken when the feed ended and the operator died are delivered by the next start, which ends a
        /// program that its operator left behind: it might act on what it has much later.
        @Test func takesTheRestAfterTheEnd() throws {
            var spec = Spec.beats(20_000)
            spec.sinks = [sink("stays"), "{name: f, file: signals.ndjson}"]
            let input = try Sessions.load(records: 100_000, seconds: 600)
            let words =
                try ["run", spec.write(in: folder), "--input", input, "--speed", "max", "--stage", "full"]
                + ["--state", state.path]
            let program = try folder.start(words)
            try eventually("the end of the feed") {
                program.isRunning
                    ? (try? state.number("SELECT count(*) FROM journal WHERE kind = 'end'")) == 1 ? true : nil : true
            }
            let left = try eventually("the sink's program") {
                (try? String(contentsOfFile: log + ".pids", encoding: .utf8))?.split(separator: "\n").first
                    .flatMap { pid_t($0) }
            }
            program.send(SIGKILL)
            try program.wait()
            #expect(isAlive(left))
            try folder.run(["sed", "-i", "s/^holds = .*/holds = False/", folder.path + "/sink.py"]).expect(0)
            try folder.tandem(words).expect(0)
            #expect(!isAlive(left))
            let count = try state.number("SELECT max(seq) FROM journal")
            #expect(count >= 20 && state.sinkLines.count == count)
            expectAtLeastOnceInOrder(count, restarts: 1)
        }

        /// A signal the sink has and never answers is taken back by the rollback; later ones come as revokes only.
        @Test func rollbackRevokesWhatWasNotAcknowledged() throws {
            var spec = Spec.beats(1200)
            spec.sinks = [sink("holds"), "{name: f, file: signals.ndjson}"]
            let program = try folder.start(
                [
                    "run", spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600), "--state",
                    state.path,
                ]
                    + ["--speed", "60", "--stage", "full"])
            let held = try eventually("a signal it holds") { taken.last { $0.isSignal("candidate") }?["seq"].int }
            // One sink never holds up another.
            try eventually("50 more in the file") { state.sinkLines.count >= held + 50 ? true : nil }
            #expect(taken.last?["seq"].int == held)
            let journaled = state.sinkLines.count
            try state.change("rollback").expect(0)
            try eventually("baseline signals behind it") {
                taken.contains { $0.isSignal("baseline") && ($0["seq"].int ?? 0) > journaled } ? true : nil
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let later = Array(taken.drop { $0["seq"].int != held }.dropFirst())
            #expect(later.first?["type"].string == "revoke" && later.first?["seq"].int == held)
            #expect(!later.contains { $0.isSignal("candidate") })
            #expect(later.count { $0["type"].string == "revoke" } >= 50)
            #expect(later.map { $0["seq"].int } == later.indices.map { held + $0 })
        }

        /// The feed is over and the operator waits for a sink that holds on: a rollback still comes through.
        @Test(arguments: ["max", "600"]) func rollbackComesThroughWhileTheEndWaits(speed: String) throws {
            var spec = Spec.beats(5000)
            spec.sinks = [sink("holds"), "{name: f, file: signals.ndjson}"]
            let input = try Sessions.load(records: 100_000, seconds: 600)
            let program = try folder.start(
                [
                    "run", spec.write(in: folder), "--input", input, "--speed", speed, "--stage", "full", "--state",
                    state.path,
                ])
            try eventually("the end of the feed") {
                (try? state.number("SELECT count(*) FROM journal WHERE kind = 'end'")) == 1 ? true : nil
            }
            try state.change("rollback").expect(0)
            try program.wait()
            #expect(try state.status()?["status"].string == "rolled-back")
            #expect(!FileManager.default.fileExists(atPath: state.path + "/KILL"))
            let held = taken.last { $0.isSignal("candidate") }?["seq"].int
            #expect(taken.contains { $0["type"].string == "revoke" && $0["seq"].int == held })
            try state.verify().expect(0)
        }
    }
}
