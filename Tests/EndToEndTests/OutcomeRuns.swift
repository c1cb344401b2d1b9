import Foundation
import Testing

extension EndToEnd {
    /// What became of signals: the same whatever happens, checked against the market data, and known to the engines in the
    /// next session.
    @Suite struct OutcomeRuns {
        let folder: Folder
        let state: State
        /// The second of two sessions opens here.
        static let secondOpen: UInt64 = 1_793_660_400_000_000_000

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        private func words(_ input: [String], _ name: String = "s", speed: String = "max") throws -> [String] {
            ["run", try Spec.talkative.write(in: folder), "--input"] + input + ["--state", folder.path + "/" + name]
                + ["--stage", "canary", "--speed", speed, "-o", "json"]
        }

        // MARK: - Checked against the market data

        /// In order and by the clock.
        @Test(arguments: ["max", "10000"]) func everyOutcomeIsMadeAgainFromTheFeed(speed: String) throws {
            let market = try Sessions.market()
            try folder.tandem(words([market], speed: speed)).expect(0)
            let report = try state.verify(input: [market]).expect(0).json()
            #expect((report["outcomes"].int ?? 0) > 400)
            #expect((report["outcomes_remade"].int ?? 0) + (report["outcomes_late"].int ?? 0) == report["outcomes"].int)
            #expect((report["outcomes_remade"].int ?? 0) > 350)
            let said = try folder.tandem(["verify", "--state", state.path, "--input", market]).expect(0)
            #expect(said.output.contains("made again from the market data"))
            // Another market is not this one's.
            let other = try state.verify(input: [Sessions.market(seed: 8)]).expect(9).json()
            #expect(other["problem"].string?.contains("not the files of the rollout") == true)
            try folder.tandem(["verify", "--state", state.path, "--input", folder.path + "/none.dbn"])
                .expect(3, says: ["none.dbn"])

            // Everything moved by one tick: fills, stop, and so the same profit. Only the feed knows better.
            let row = try forge(
                "for key in ('entry', 'exit'): body[key]['price'] += body['tick']\nbody['stop'] += body['tick']")
            try state.verify().expect(0)
            try expectNamed(row, "entry", input: [market])
            // A profit that the fills do not give.
            let another = try forge("body['profitMicros'] += 1000000")
            #expect(another == row)
            try expectNamed(row, "profit")
        }

        private func expectNamed(_ row: Int, _ what: String, input: [String] = []) throws {
            let found = try state.verify(input: input).expect(9).json()
            #expect(found["row"].int == row, "\(found["problem"].string ?? "no problem")")
            #expect(found["problem"].string?.contains(what) == true, "\(found["problem"].string ?? "no problem")")
            let words = ["verify", "--state", state.path] + (input.isEmpty ? [] : ["--input"] + input)
            try folder.tandem(words).expect(9, says: ["row \(row)"])
        }

        /// Changes the body of the first filled outcome in the middle of the journal and makes the chain anew, by another program
        /// than ours. Returns its row.
        private func forge(_ change: String) throws -> Int {
            let script = """
                import hashlib, json, sqlite3, sys
                db = sqlite3.connect(sys.argv[1])
                names = ["n", "ord", "feed_index", "kind", "arm", "id", "time", "at", "instrument_id", "underlying_id",
                    "decision", "reason", "stage", "status", "seq", "body"]
                chain, forged = bytes(32), None
                rows = db.execute(f"SELECT {', '.join(names)} FROM journal ORDER BY n").fetchall()
                for row in rows:
                    fields = dict(zip(names, row))
                    if forged is None and fields["kind"] == "outcome" and fields["n"] > len(rows) // 2:
                        body = json.loads(fields["body"])
                        if "exit" in body:
                            exec(sys.argv[2])
                            fields["body"] = json.dumps(body, separators=(",", ":"), sort_keys=True)
                            forged = fields["n"]
                    texts = [None if fields[name] is None else str(fields[name]).encode() for name in names]
                    chain = hashlib.sha256(chain + b"".join(
                        b"-," if text is None else b"%d:%s," % (len(text), text) for text in texts)).digest()
                    db.execute("UPDATE journal SET body = ?, chain = ? WHERE n = ?", (fields["body"], chain, fields["n"]))
                db.execute("UPDATE head SET chain = ?", (chain,))
                db.commit()
                print(forged)
                """
            let ended = try folder.run(["python3", "-c", script, state.path + "/journal.sqlite", change]).expect(0)
            return try #require(Int(ended.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        }

        /// A run that was cut off holds what is true so far; going on, it comes to the same as the undisturbed run in order:
        /// outcomes follow from the feed and the signal alone.
        @Test func outcomesOfAKilledRunByTheClockAreThoseOfAReplay() throws {
            let undisturbed = try Undisturbed.replay.get()
            let market = try Sessions.market()
            for place in [40, 120] {
                let program = try folder.start(words([market], speed: "10000"))
                try eventually("line \(place)") { !program.isRunning || state.sinkLines.count >= place ? true : nil }
                program.send(SIGKILL)
                try program.wait()
                try state.verify(input: [market]).expect(0)
            }
            try folder.tandem(words([market], speed: "10000")).expect(0)
            let report = try state.verify(input: [market]).expect(0).json()
            #expect((report["outcomes_remade"].int ?? 0) > 350)
            // Arm, id, instruments, where it was known, how it ended, and all figures but the place among those followed.
            func facts(_ rows: [[String]]) throws -> [String: [String]] {
                var result: [String: [String]] = [:]
                for row in rows where row[8] != "late" {
                    let body = row[11].replacing(/"order":\d+,/, with: "")
                    #expect(
                        result.updateValue([row[1], row[5], row[6], row[7], row[8], body], forKey: row[2] + row[3])
                            == nil)
                }
                return result
            }
            let (ours, theirs) = (try facts(state.outcomes()), try facts(undisturbed.outcomes))
            #expect(ours.count * 10 >= theirs.count * 8, "\(ours.count) of \(theirs.count)")
            #expect(ours.filter { theirs[$0.key] != $0.value }.isEmpty)
        }

        /// Cut off in the middle of a replay, the journal ends with whole marks, whose outcomes are all there.
        @Test func outcomesOfAKilledReplayVerify() throws {
            let market = try Sessions.market()
            let words = try Undisturbed.words("replay", folder) + ["--state", state.path]
            let fault = Fault(file: "journal.sqlite-wal", call: .sync, number: 12, action: .killAfter)
            let ended = try folder.tandem(words, environment: fault.environment())
            #expect(ended.code == -SIGKILL)
            let report = try state.verify(input: [market]).expect(0).json()
            #expect(report["outcomes_remade"].int == report["outcomes"].int)
        }

        // MARK: - Fed back

        /// Files of outcomes by their place in the state folder.
        private func files(_ state: State) -> [String: String] {
            var result: [String: String] = [:]
            for arm in ["baseline", "candidate"] {
                for place in ["engines/\(arm)/outcomes", "engines/\(arm)/state/outcomes"] {
                    let names = (try? FileManager.default.contentsOfDirectory(atPath: state.path + "/" + place)) ?? []
                    for name in names {
                        let data = FileManager.default.contents(atPath: "\(state.path)/\(place)/\(name)") ?? Data()
                        result["\(place)/\(name)"] = String(decoding: data, as: UTF8.self)
                    }
                }
            }
            return result
        }

        /// An engine that looks at its folder when the first record of the second session comes.
        @Test func outcomesAreThereBeforeTheNextSessionsFirstRecord() throws {
            let engine = try folder.write(
                "looks.py",
                """
                import json, os, struct, sys
                read, futures, n, ts, trades, looked = sys.stdin.buffer.read, {}, 0, 0, 0, False

                def say(**line): print(json.dumps(line), flush=True)

                def look():
                    folder, found = os.environ["TANDEM_ENGINE_STATE"] + "/outcomes", []
                    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                        found.append(f"{name}: {len(open(folder + '/' + name).readlines())}")
                    say(type="error", code="looked", message=", ".join(found) or "nothing", fatal=False)

                say(type="hello", engine="looks", version="1", contract=1, schemas=["mbo", "definition"])
                read(struct.unpack("<4xI", read(8).ljust(8, b"\\0"))[0])
                look()
                while (head := read(1)) and len(rest := read(head[0] * 4 - 1)) == head[0] * 4 - 1:
                    record = head + rest
                    kind, publisher, instrument, ts = struct.unpack_from("<xBHIQ", record)
                    if not looked and ts >= \(Self.secondOpen):
                        looked = True
                        look()
                    if kind == 0x13 and record[487] == ord("F"): futures[instrument] = True
                    elif kind == 0xA0 and record[38] == ord("T") and instrument in futures:
                        trades += 1
                        if trades % 5 == 0:
                            say(type="signal", id=f"{instrument}-{n}", cause=n, ts_event=ts, instrument_id=instrument,
                                symbol="NQ", underlying_id=instrument, direction="long", strength="HIGH", confidence=0.7,
                                action="BUY", price="25000", target="30000", stop="20000", horizon_s=60)
                    n += 1
                    if kind == 0x17 and publisher == instrument == record[319] == 0:
                        say(type="progress", records=n, ts_event=ts)
                say(type="progress", records=n, ts_event=ts)
                """)
            var spec = Spec()
            spec.baseline = .command(["python3", engine])
            spec.candidate = spec.baseline
            let words = ["replay", try spec.write(in: folder), "--input"] + (try Sessions.two(scale: 0.05))
            try folder.tandem(words + ["--state", state.path]).expect(0)
            for arm in ["baseline", "candidate"] {
                let count = try state.number(
                    "SELECT count(*) FROM journal WHERE kind = 'outcome' AND arm = '\(arm)' AND time < \(Self.secondOpen)"
                )
                #expect(count >= 20)
                let looked = try state.query(
                    "SELECT body FROM journal WHERE kind = 'complaint' AND arm = '\(arm)' AND reason = 'looked' ORDER BY n"
                ).map { JSON($0[0])?["detail"].string }
                #expect(looked == ["nothing", "2026-11-02.jsonl: \(count)"])
            }
        }

        /// The candidate is calibrated by what became of its signals of the session before, and an engine that starts with the
        /// same files says the same.
        @Test func theSecondSessionKnowsTheFirst() throws {
            let two = try Sessions.two()
            let spec = try Spec.talkative.write(in: folder)
            func second(_ arm: String, _ state: State) throws -> [[String]] {
                try state.query(
                    "SELECT id, time, body FROM journal WHERE kind = 'signal' AND arm = '\(arm)' AND time >= \(Self.secondOpen) ORDER BY n"
                ).map { row in
                    let signal = try #require(JSON(row[2]))
                    return row.prefix(2) + ["confidence", "target", "stop"].map { "\(signal[$0].value ?? "nothing")" }
                }
            }
            func learnt(_ name: String, _ also: String) throws -> State {
                let learnt = folder.path + "/learnt-" + name
                try folder.shell(
                    "mkdir \(learnt) && for arm in baseline candidate; do cp -r \(state.path)/engines/$arm/state \(learnt)/$arm; done; \(also)"
                ).expect(0)
                let state = State(folder, name)
                try folder.tandem(
                    ["replay", spec, "--input", two[1], "--engine-state", learnt, "--state", state.path]
                ).expect(0)
                return state
            }
            try folder.tandem(["replay", spec, "--input"] + two + ["--state", state.path]).expect(0)
            try state.verify(input: two).expect(0)
            let whole = try learnt("whole", "true")
            let untold = try learnt("untold", "rm -r \(folder.path)/learnt-untold/*/outcomes")
            for arm in ["baseline", "candidate"] {
                let said = try second(arm, state)
                #expect(said.count >= 200)
                #expect(try second(arm, whole) == said, "\(arm)")
            }
            #expect(try second("baseline", untold) == second("baseline", state))
            let (told, other) = (try second("candidate", state), try second("candidate", untold))
            #expect(told.map { $0[2] } != other.map { $0[2] }, "calibration changed nothing")
        }

        /// Killed in the second session, operator and engines find the files of the first one again, and end with the same.
        @Test func outcomeFilesSurviveKills() throws {
            let two = try Sessions.two()
            let clean = State(folder, "clean")
            let digest = try folder.tandem(words(two, "clean")).expect(0).json()["digest"].string
            let close = try clean.number("SELECT max(n) FROM journal WHERE time < \(Self.secondOpen)")
            let before = try clean.number("SELECT count(*) FROM journal WHERE seq IS NOT NULL AND n <= \(close)")
            let expected = files(clean)
            #expect(expected.count == 4 && expected.values.allSatisfy { $0.split(separator: "\n").count >= 200 })
            for (more, name) in [(20, "tandem"), (60, "engine ifd-v3"), (100, "engine ifd-v1"), (140, "tandem")] {
                let program = try folder.start(words(two))
                try eventually("line \(before + more)", every: 300) {
                    !program.isRunning || state.sinkLines.count >= before + more ? true : nil
                }
                if name == "tandem" {
                    program.send(SIGKILL)
                } else {
                    for child in program.children where child.command.contains(name) { kill(child.pid, SIGKILL) }
                }
                if try program.wait().code == 0 { break }
            }
            let summary = try folder.tandem(words(two)).expect(0).json()
            #expect(summary["digest"].string == digest && summary["complete"].bool == true)
            #expect(try state.outcomes() == clean.outcomes())
            #expect(files(state) == expected)
            try state.verify(input: two).expect(0)
        }
    }
}
