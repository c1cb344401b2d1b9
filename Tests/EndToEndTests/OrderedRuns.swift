import Foundation
import Testing

/// A session with every kind of transition, undisturbed: what disturbed runs are held against.
struct Undisturbed {
    /// At 25, 50 and 75 % of the session up, at 90 % back.
    static let actions = """
        {"at_ts": 1793594700000000000, "verb": "promote", "to": "limited", "reason": "up"}
        {"at_ts": 1793615400000000000, "verb": "rollback", "to": "canary", "reason": "down a little"}
        {"at_ts": 1793636100000000000, "verb": "resume", "reason": "on"}
        {"at_ts": 1793636200000000000, "verb": "promote", "to": "full", "reason": "up"}
        {"at_ts": 1793648520000000000, "verb": "rollback", "reason": "all the way"}
        """

    let digest: String
    let lines: [String]
    /// What became of each signal, row by row.
    let outcomes: [[String]]
    /// Feed indices of the first and the last signal.
    let signals: ClosedRange<Int>
    /// Commits of the journal.
    let commits: Int

    static let replay = Result { try Undisturbed(verb: "replay") }

    /// Words behind `tandem` for the run that all of these are.
    static func words(_ verb: String, _ folder: Folder, spec: Spec = .talkative, seed: Int = 7) throws -> [String] {
        let actions = try folder.write("actions.jsonl", Self.actions)
        return [verb, try spec.write(in: folder), "--input", try Sessions.market(seed: seed), "--stage", "canary"]
            + ["--actions", actions, "-o", "json"] + (verb == "run" ? ["--speed", "max"] : [])
    }

    private init(verb: String) throws {
        let folder = try Folder()
        let state = State(folder)
        let counter = folder.path + "/commits"
        let counting = try Fault(file: "journal.sqlite-wal", call: .sync, number: 0, action: .none)
            .environment(countsTo: counter)
        let summary = try folder.tandem(Self.words(verb, folder) + ["--state", state.path], environment: counting)
            .expect(0).json()
        digest = try #require(summary["digest"].string)
        lines = state.sinkLines
        outcomes = try state.outcomes()
        let range = try state.query("SELECT min(feed_index), max(feed_index) FROM journal WHERE kind = 'signal'")[0]
        signals = try #require(Int(range[0]))...#require(Int(range[1]))
        commits = Int(String(decoding: FileManager.default.contents(atPath: counter) ?? Data(), as: UTF8.self)) ?? 0
        for (arm, least) in [("baseline", 200), ("candidate", 200)] {
            let counts = summary["signals"][arm]
            let all = (counts["live"].int ?? 0) + (counts["shadow"].int ?? 0) + (counts["suppressed"].int ?? 0)
            #expect(
                all >= least && (counts["live"].int ?? 0) >= 20, "the session is too quiet to show anything: \(arm)")
            #expect(outcomes.count { $0[2] == arm } >= least - 10, "too little became of the signals: \(arm)")
        }
    }

    /// Holds a finished run against this one.
    func expectSame(_ state: State, _ summary: JSON, _ what: String, _ location: SourceLocation = #_sourceLocation)
        throws
    {
        #expect(summary["digest"].string == digest, "\(what)", sourceLocation: location)
        #expect(summary["complete"].bool == true, "\(what)", sourceLocation: location)
        let held = state.sinkLines
        #expect(held.count == lines.count, "\(what)", sourceLocation: location)
        expectBeginning(held, what, location)
        #expect(try state.outcomes() == outcomes, "\(what)", sourceLocation: location)
        let verified = try state.verify()
        #expect(verified.code == 0, "\(what): \(verified.output)", sourceLocation: location)
    }

    /// Law 1, at any instant: what a sink holds is in the journal, in this order, and nothing else ever will be.
    func expectPrefix(_ state: State, _ what: String, _ location: SourceLocation = #_sourceLocation) throws {
        let held = state.sinkLines
        expectBeginning(held, what, location)
        // Killed before its first commit, a journal may not even have its tables yet.
        if held.isEmpty { return }
        let journaled = try state.number("SELECT count(*) FROM journal WHERE seq IS NOT NULL")
        #expect(held.count <= journaled, "the sink is ahead of the journal: \(what)", sourceLocation: location)
    }

    private func expectBeginning(_ held: [String], _ what: String, _ location: SourceLocation) {
        guard let place = held.indices.first(where: { $0 >= lines.count || held[$0] != lines[$0] }) else { return }
        let expected = place < lines.count ? lines[place] : "nothing"
        Issue.record(
            "\(what): line \(place + 1) is \(held[place].prefix(160)), undisturbed \(expected.prefix(160))",
            sourceLocation: location)
    }
}

extension EndToEnd {
    /// Law 6: the same input, spec, engines, start stage and actions give the same digest, whatever happens to the engines.
    @Suite struct OrderedRuns {
        let folder: Folder
        let undisturbed: Undisturbed

        init() throws {
            folder = try Folder()
            undisturbed = try Undisturbed.replay.get()
        }

        private func digest(_ words: [String]) throws -> String? {
            try folder.tandem(words).expect(0).json()["digest"].string
        }

        @Test func runAtFullSpeedEqualsReplay() throws {
            let state = State(folder)
            let summary = try folder.tandem(Undisturbed.words("run", folder) + ["--state", state.path]).expect(0).json()
            try undisturbed.expectSame(state, summary, "run --speed max")
        }

        @Test(arguments: [1000, 50_000]) func windowDoesNotShow(records: Int) throws {
            #expect(try digest(Undisturbed.words("replay", folder) + ["--window", "\(records)"]) == undisturbed.digest)
        }

        @Test(arguments: ["baseline", "candidate"]) func slowEngineDoesNotShow(arm: String) throws {
            let program = try folder.start(Undisturbed.words("replay", folder))
            let name = arm == "baseline" ? "engine ifd-v1" : "engine ifd-v3"
            let engine = try eventually("an engine's process") { program.children.first { $0.command.contains(name) } }
            #expect(setpriority(Int32(PRIO_PROCESS.rawValue), id_t(engine.pid), 19) == 0)
            #expect(try program.wait().expect(0).json()["digest"].string == undisturbed.digest)
        }

        @Test(arguments: ["baseline", "candidate"]) func killedEngineDoesNotShow(arm: String) throws {
            var generator = SplitMix(seed: arm == "baseline" ? 11 : 12)
            let name = arm == "baseline" ? "engine ifd-v1" : "engine ifd-v3"
            var restarts = 0
            for attempt in 0..<Tandem.count(3, soak: 20) {
                let state = State(folder, "s\(attempt)")
                let program = try folder.start(Undisturbed.words("run", folder) + ["--state", state.path])
                let place = Int.random(in: 1..<undisturbed.lines.count, using: &generator)
                try eventually("line \(place) in the sink", every: 500) {
                    !program.isRunning || state.sinkLines.count >= place ? true : nil
                }
                for child in program.children where child.command.contains(name) { kill(child.pid, SIGKILL) }
                let summary = try program.wait().expect(0).json()
                restarts += summary["engines"][arm]["restarts"].int ?? 0
                try undisturbed.expectSame(state, summary, "\(arm) killed after line \(place)")
            }
            #expect(restarts > 0, "no kill came in time")
        }

        @Test func anotherSeedChangesTheDigest() throws {
            #expect(try digest(Undisturbed.words("replay", folder, seed: 8)) != undisturbed.digest)
        }

        @Test func anotherSaltChangesTheDigest() throws {
            var spec = Spec.talkative
            spec.id = "ifd-v4"
            #expect(try digest(Undisturbed.words("replay", folder, spec: spec)) != undisturbed.digest)
        }

        @Test func anotherActionChangesTheDigest() throws {
            var words = try Undisturbed.words("replay", folder)
            let one = Undisturbed.actions.split(separator: "\n").prefix(1).joined() + "\n"
            words[words.firstIndex(of: "--actions")! + 1] = try folder.write("one.jsonl", one)
            #expect(try digest(words) != undisturbed.digest)
        }

        @Test func digestIsTheHashOfWhatSignalsPrints() throws {
            let state = State(folder)
            try folder.tandem(Undisturbed.words("replay", folder) + ["--state", state.path]).expect(0)
            let sum = try folder.shell(
                "set -o pipefail; $TANDEM signals --all -o digest --state \(state.path) | sha256sum"
            ).expect(0)
            #expect(sum.output.hasPrefix(undisturbed.digest))
        }

        @Test func historyReplaysToTheSameDigest() throws {
            let state = State(folder)
            // A candidate that takes its time until everything is typed, however fast the machine is.
            let typed = folder.path + "/typed"
            let throttle = try folder.write(
                "throttle.py",
                """
                import os, subprocess, sys, time
                engine = subprocess.Popen([sys.executable, sys.argv[2]], stdin=subprocess.PIPE, bufsize=0)
                while chunk := os.read(0, 65536):
                    while chunk: chunk = chunk[engine.stdin.write(chunk):]
                    if not os.path.exists(sys.argv[1]): time.sleep(0.05)
                engine.stdin.close()
                sys.exit(engine.wait())
                """)
            var slow = Spec()
            slow.candidate = .command(["python3", throttle, typed, Tandem.repository + "/examples/engine.py"])
            let spec = try slow.write(in: folder)
            let input = try Sessions.market()
            // Typed while it runs: each takes the index of the next release.
            let program = try folder.start(
                ["run", spec, "--input", input, "--speed", "max", "--state", state.path, "-o", "json"])
            try state.waitUntilUp()
            for verb in ["promote", "promote", "pause", "resume"] { try state.change(verb).expect(0) }
            try folder.write("typed", "")
            let summary = try program.wait().expect(0).json()
            let history = try folder.tandem(["history", "-o", "actions", "--state", state.path]).expect(0)
            let actions = try folder.write("typed.jsonl", history.output)
            #expect(history.output.split(separator: "\n").count == 4)
            #expect(
                try digest(["replay", spec, "--input", input, "--actions", actions, "-o", "json"])
                    == summary["digest"].string)
        }
    }
}
