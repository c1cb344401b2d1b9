import Foundation
import MarketData
import Testing

extension EndToEnd {
    /// Laws 1, 2, 3, 5 and 7 with the test engine on a feed that comes by the clock.
    @Suite struct ArrivalRuns {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        /// Law 5: after `rollback` has returned, silence from the candidate, and no number missing.
        @Test func rollbackSilencesTheCandidate() throws {
            // Both arms, 180 times event time: 300 signals a second, 1,200 in a soak.
            let spec = try Spec.beats(1200).write(in: folder)
            let program = try folder.start(
                ["run", spec, "--input", Sessions.load(records: 600_000, seconds: 3600), "--state", state.path]
                    + ["--speed", Tandem.isSoak ? "720" : "180", "--stage", "full", "-o", "json"])
            try state.waitUntilReady()
            try eventually("300 candidate signals") {
                state.sink.count { $0.isSignal("candidate") } >= 300 ? true : nil
            }
            try state.change("rollback").expect(0)
            let then = state.sink
            let last = then.last { $0.isSignal("candidate") }?["seq"].int ?? 0
            try eventually("300 more lines") { state.sinkLines.count >= then.count + 300 ? true : nil }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let now = state.sink
            #expect(now.last { $0.isSignal("candidate") }?["seq"].int == last)
            #expect(now.map { $0["seq"].int } == Array(1...now.count))
            #expect(now.dropFirst(then.count).allSatisfy { $0.isSignal("baseline") || $0["type"].string == "revoke" })
            let after = "n > (SELECT n FROM journal WHERE kind = 'transition' AND reason = 'rollback')"
            #expect(
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'candidate' AND seq IS NOT NULL AND \(after)") == 0)
            #expect(
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'candidate' AND decision = 'shadow' AND \(after)") > 100)
            try state.verify().expect(0)
        }

        /// Laws 1, 2 and 7: an operator that dies again and again holds in its sink what it decided, once each, in order.
        @Test func killedOperatorLosesAndDoublesNothing() throws {
            let spec = try Spec.beats(1200).write(in: folder)
            let words =
                try ["run", spec, "--input", Sessions.load(records: 600_000, seconds: 3600), "--state", state.path]
                + ["--speed", "360", "--stage", "limited", "-o", "json"]
            var generator = SplitMix(seed: 5)
            for _ in 0..<Tandem.count(3, soak: 10) {
                let goal = state.sinkLines.count + Int.random(in: 30...150, using: &generator)
                let program = try folder.start(words)
                try eventually("line \(goal)") { !program.isRunning || state.sinkLines.count >= goal ? true : nil }
                program.send(SIGKILL)
                try program.wait()
                try expectSinkFollowsJournal(isWhole: false)
            }
            try folder.tandem(words).expect(0)
            try expectSinkFollowsJournal(isWhole: true)
            try state.verify().expect(0)
        }

        /// Every line has its row, (arm, id) is there once, and the whole live log has arrived.
        private func expectSinkFollowsJournal(isWhole: Bool) throws {
            let rows = try state.query("SELECT seq, arm, id FROM journal WHERE seq IS NOT NULL ORDER BY seq")
            let lines = state.sink.map { ["\($0["seq"].int ?? 0)", $0["arm"].string ?? "", $0["id"].string ?? ""] }
            #expect(lines == Array(rows.prefix(lines.count)))
            #expect(!isWhole || lines.count == rows.count)
            #expect(rows.map { $0[0] } == (0..<rows.count).map { "\($0 + 1)" })
            #expect(
                try state.query(
                    "SELECT arm, id, count(*) FROM journal WHERE kind = 'signal' GROUP BY 1, 2 HAVING count(*) > 1"
                ).isEmpty)
        }

        @Test func enginesEndWithTheirOperator() throws {
            let spec = try Spec.beats(1000).write(in: folder)
            let program = try folder.start(
                [
                    "run", spec, "--input", Sessions.load(records: 600_000, seconds: 3600), "--state", state.path,
                    "--speed", "10",
                ])
            try state.waitUntilReady()
            let engines = program.children.map(\.pid)
            #expect(engines.count >= 2)
            program.send(SIGKILL)
            try program.wait()
            try eventually("the engines' end", within: 10) { engines.contains(where: isAlive) ? nil : true }
        }

        /// Law 3: after promotion to limited, the live units are exactly those the assignment function names.
        @Test func limitedUnitsEqualTheAssignmentFunction() throws {
            #expect(bucket("ifd-v3", "5602/1715126400000000000") == 0xe473_430a_824e_1289)
            var spec = Spec.beats(7000)
            spec.id = "units"
            let actions = try folder.write(
                "actions",
                #"{"at_ts": 1760004000000000000, "verb": "promote", "to": "limited", "reason": "half"}"# + "\n")
            try folder.tandem(
                [
                    "run", spec.write(in: folder), "--input", Sessions.load(records: 400_000, seconds: 43_200),
                    "--state", state.path,
                ]
                    + ["--speed", "max", "--stage", "canary", "--actions", actions]
            ).expect(0)
            // Block start -> arms that were live in it.
            var live: [UInt64: Set<String>] = [:]
            for row in try state.query(
                "SELECT arm, time, underlying_id FROM journal WHERE kind = 'signal' AND decision = 'live'")
            {
                let time = try #require(UInt64(row[1]))
                #expect(row[2] == "42000000")
                live[time - time % 60_000_000_000, default: []].insert(row[0])
            }
            let units = live.filter { $0.key >= 1_760_004_060_000_000_000 }
            #expect(units.count > 600)
            for (start, arms) in units {
                let expected = bucket("units", "42000000/\(start)") < 1 << 63 ? "candidate" : "baseline"
                #expect(arms == [expected], "unit 42000000/\(start)")
            }
            let share = Double(units.values.count { $0 == ["candidate"] }) / Double(units.count)
            #expect((0.4...0.6).contains(share))
        }

        /// Design, section 5, by hand: the first 8 bytes, big-endian, of SHA-256(salt, newline, key).
        private func bucket(_ salt: String, _ key: String) -> UInt64 {
            SHA256.digest(salt + "\n" + key).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}

extension JSON {
    func isSignal(_ arm: String) -> Bool { self["type"].string == "signal" && self["arm"].string == arm }
}
