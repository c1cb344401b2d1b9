import Foundation
import Testing

extension EndToEnd {
    /// Laws 1, 6 and 7: the whole operator dies at any instant, is started again, and nothing is lost or doubled.
    @Suite struct OrderedKills {
        let folder: Folder
        let undisturbed: Undisturbed

        init() throws {
            folder = try Folder()
            undisturbed = try Undisturbed.replay.get()
        }

        /// Kills at chosen system calls, each time further on, then lets it end.
        private func survive(_ verb: String, seed: UInt64, kills: Int, _ next: (inout SplitMix, _ held: Int) -> Fault)
            throws
        {
            var generator = SplitMix(seed: seed)
            let state = State(folder, "s\(seed)")
            let words = try Undisturbed.words(verb, folder) + ["--state", state.path]
            for number in 1...kills {
                let fault = next(&generator, state.sinkLines.count)
                let ended = try folder.tandem(words, environment: fault.environment())
                let what = "seed \(seed), kill \(number): \(fault)"
                // Where less was left than the random place, it ended by itself.
                #expect(ended.code == -SIGKILL || ended.code == 0, "\(what): \(ended.errors)")
                try undisturbed.expectPrefix(state, what)
                if ended.code == 0 { break }
            }
            let summary = try folder.tandem(words).expect(0).json()
            try undisturbed.expectSame(state, summary, "seed \(seed), after its kills")
        }

        /// Between commit and emission, and in the middle of it.
        @Test(arguments: ["replay", "run"]) func diesWhileEmitting(verb: String) throws {
            for seed in 1...UInt64(Tandem.count(1, soak: 5)) {
                try survive(verb, seed: seed, kills: Tandem.count(4, soak: 8)) { generator, held in
                    let left = max(2, undisturbed.lines.count - held)
                    return Fault(
                        file: "signals.ndjson", call: .write, number: .random(in: 1...(left / 2), using: &generator),
                        action: [.killBefore, .torn, .killAfter].randomElement(using: &generator)!)
                }
            }
        }

        /// Just before or just after a transaction is on disk.
        @Test(arguments: ["replay", "run"]) func diesWhileCommitting(verb: String) throws {
            for seed in 101...UInt64(Tandem.count(101, soak: 105)) {
                try survive(verb, seed: seed, kills: Tandem.count(4, soak: 8)) { generator, held in
                    // Commits are as far on as the lines are; a resumed run makes only those that are left.
                    let left = undisturbed.commits * max(2, undisturbed.lines.count - held) / undisturbed.lines.count
                    return Fault(
                        file: "journal.sqlite-wal", call: .sync,
                        number: .random(in: 1...max(2, left / 2), using: &generator),
                        action: [.killBefore, .killAfter].randomElement(using: &generator)!)
                }
            }
        }

        /// In the middle of a page of the write-ahead log.
        @Test func diesWhileWritingTheJournal() throws {
            for seed in 201...UInt64(Tandem.count(201, soak: 203)) {
                try survive("replay", seed: seed, kills: Tandem.count(3, soak: 8)) { generator, _ in
                    Fault(
                        file: "journal.sqlite-wal", call: .write, number: .random(in: 1...2000, using: &generator),
                        action: .torn)
                }
            }
        }

        /// From outside, by the clock, at feed indices of which most lie between the first and the last signal.
        @Test func diesAtRandomPlaces() throws {
            var generator = SplitMix(seed: 301)
            var places: [Int] = []
            let kills = Tandem.count(6, soak: 50)
            var round = 0
            while places.count < kills {
                round += 1
                let state = State(folder, "r\(round)")
                let words = try Undisturbed.words("replay", folder) + ["--state", state.path]
                // Places in rising order; the last of them is followed by an undisturbed end.
                let targets = (0..<5).map { _ in Int.random(in: 1..<undisturbed.lines.count, using: &generator) }
                    .sorted()
                for target in targets where places.count < kills {
                    let program = try folder.start(words)
                    try eventually("line \(target)", every: 300) {
                        !program.isRunning || state.sinkLines.count >= target ? true : nil
                    }
                    program.send(SIGKILL)
                    if try program.wait().code == 0 { break }
                    places.append(try state.number("SELECT max(feed_index) FROM journal"))
                    try undisturbed.expectPrefix(state, "killed at \(places.last ?? 0)")
                }
                let summary = try folder.tandem(words).expect(0).json()
                try undisturbed.expectSame(state, summary, "round \(round), killed at \(places)")
            }
            let inside = places.count { undisturbed.signals.contains($0) }
            #expect(inside * 10 >= places.count * 8, "\(places) of \(undisturbed.signals)")
        }

        /// A full disk under the journal stops the run in one sentence; with room again it goes on where it was.
        @Test func fullDiskUnderTheJournalLosesNothing() throws {
            let state = State(folder)
            let words = try Undisturbed.words("run", folder) + ["--state", state.path]
            let full = Fault(file: "journal.sqlite-wal", call: .write, number: 500, action: .full)
            let ended = try folder.tandem(words, environment: full.environment()).expect(1, says: ["full"])
            #expect(ended.errors.split(separator: "\n").count <= 3, "\(ended.errors)")
            try undisturbed.expectPrefix(state, "full disk")
            try undisturbed.expectSame(state, try folder.tandem(words).expect(0).json(), "full disk")
        }

        /// A sink that cannot write is tried again; what a rollback overtakes meanwhile comes as a revoke, in its place.
        @Test func fullDiskUnderASinkLosesNothing() throws {
            let state = State(folder)
            let words = try Undisturbed.words("run", folder) + ["--state", state.path]
            let full = Fault(file: "signals.ndjson", call: .write, number: 20, action: .full)
            let program = try folder.start(words, environment: full.environment())
            try eventually("19 lines") { state.sinkLines.count >= 19 ? true : nil }
            program.send(SIGKILL)
            try program.wait()
            #expect(state.sinkLines.count == 19)
            #expect(try folder.tandem(words).expect(0).json()["digest"].string == undisturbed.digest)
            #expect(state.sink.map { $0["seq"].int } == Array(1...undisturbed.lines.count))
            let differing = zip(state.sinkLines, undisturbed.lines).filter { $0 != $1 }.map(\.0)
            #expect(
                differing.allSatisfy { $0.hasPrefix("{\"type\":\"revoke\"") && $0.hasSuffix("\"arm\":\"candidate\"}") })
        }

        @Test(arguments: [(SIGTERM, 0), (SIGINT, 130)] as [(Int32, Int32)]) func stoppedRunGoesOn(
            signal: Int32, code: Int32
        ) throws {
            let state = State(folder)
            let words = try Undisturbed.words("run", folder) + ["--state", state.path]
            let program = try folder.start(words)
            try eventually("30 lines", every: 500) { state.sinkLines.count >= 30 ? true : nil }
            program.send(signal)
            let stopped = try program.wait().expect(code).json()
            #expect(stopped["complete"].bool == false && stopped["stopped_by"].int == Int(signal))
            try undisturbed.expectPrefix(state, "stopped")
            try undisturbed.expectSame(
                state, try folder.tandem(words).expect(0).json(), "resumed after signal \(signal)")
        }

        /// The feed is over and journaled, the last lines are not out: the next start brings them.
        @Test func diesAfterTheEndBeforeTheLastLines() throws {
            let state = State(folder)
            let words = try Undisturbed.words("replay", folder) + ["--state", state.path]
            let full = Fault(file: "signals.ndjson", call: .write, number: undisturbed.lines.count - 3, action: .full)
            let program = try folder.start(words, environment: full.environment())
            try eventually("the end of the feed", every: 50_000) {
                (try? state.number("SELECT count(*) FROM journal WHERE kind = 'end'")) == 1 ? true : nil
            }
            program.send(SIGKILL)
            try program.wait()
            #expect(state.sinkLines.count == undisturbed.lines.count - 4)
            try undisturbed.expectSame(state, try folder.tandem(words).expect(0).json(), "killed after the end")
        }

        /// A complete rollout started again says the same and does nothing.
        @Test func completeRunIsLeftAlone() throws {
            let state = State(folder)
            let words = try Undisturbed.words("replay", folder) + ["--state", state.path]
            try folder.tandem(words).expect(0)
            try undisturbed.expectSame(state, try folder.tandem(words).expect(0).json(), "the second time")
        }
    }
}
