import Foundation
import Testing

extension EndToEnd {
    /// `verify` finds any change to a journal, says which row, and exits 9.
    @Suite struct Tampering {
        let folder: Folder
        let state: State
        let rows: Int

        init() throws {
            folder = try Folder()
            state = State(folder)
            let market = try Sessions.load(records: 100_000, seconds: 600)
            let actions = #"{"at_ts": 1760000600000000000, "verb": "promote", "reason": "up"}"# + "\n"
            try folder.tandem(
                [
                    "replay", Spec.beats(5000).write(in: folder), "--input", market, "--state", state.path, "--stage",
                    "canary",
                ]
                    + ["--actions", folder.write("actions", actions)]
            ).expect(0)
            rows = try state.number("SELECT max(n) FROM journal")
            try state.verify().expect(0)
        }

        private func change(_ sql: String) throws {
            let script =
                "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()"
            try folder.run(["python3", "-c", script, state.path + "/journal.sqlite", sql]).expect(0)
        }

        private func expectNamed(_ row: Int, _ what: String, _ location: SourceLocation = #_sourceLocation) throws {
            let found = try state.verify().expect(9, location).json()
            #expect(
                found["row"].int == row, "\(what): \(found["problem"].string ?? "no problem")", sourceLocation: location
            )
            let said = try folder.tandem(["verify", "--state", state.path]).expect(9, location)
            #expect(said.errors.contains("row \(row)"), "\(what): \(said.errors)", sourceLocation: location)
        }

        /// One byte of one column of a random row, each on a copy of the whole.
        @Test func flippedByteIsNamed() throws {
            let script = """
                import random, sqlite3, sys
                path, seed = sys.argv[1], int(sys.argv[2])
                random.seed(seed)
                db = sqlite3.connect(path)
                columns = ["ord", "feed_index", "kind", "arm", "id", "time", "at", "instrument_id", "underlying_id", "decision",
                    "reason", "stage", "status", "seq", "body", "chain"]
                while True:
                    n = random.randint(1, db.execute("SELECT max(n) FROM journal").fetchone()[0])
                    column = columns[seed % len(columns)]
                    old = db.execute(f"SELECT {column} FROM journal WHERE n = ?", (n,)).fetchone()[0]
                    if old is None: new = 1 if column in ("instrument_id", "underlying_id") else "" if column != "seq" else 999999
                    elif isinstance(old, int): new = old ^ (1 << random.randint(0, 40))
                    else:
                        data = bytearray(old if isinstance(old, bytes) else old.encode())
                        if not data: continue
                        data[random.randrange(len(data))] ^= 1
                        try: new = bytes(data) if isinstance(old, bytes) else data.decode()
                        except UnicodeDecodeError: continue
                    try: db.execute(f"UPDATE journal SET {column} = ? WHERE n = ?", (new, n))
                    except sqlite3.IntegrityError: continue
                    db.commit()
                    print(n, column, repr(old)[:60], repr(new)[:60])
                    break
                """
            let journal = state.path + "/journal.sqlite"
            try folder.run(["cp", journal, journal + ".whole"]).expect(0)
            for seed in 0..<Tandem.count(16, soak: 64) {
                try folder.run(["cp", journal + ".whole", journal]).expect(0)
                let change = try folder.run(["python3", "-c", script, journal, "\(seed)"]).expect(0).output
                let row = try #require(change.split(separator: " ").first.flatMap { Int($0) })
                let found = try state.verify().expect(9).json()
                #expect(found["row"].int == row, "seed \(seed), \(change): \(found["problem"].string ?? "no problem")")
            }
        }

        @Test func deletedRowIsNamed() throws {
            try change("DELETE FROM journal WHERE n = \(rows / 2)")
            try expectNamed(rows / 2, "deleted")
        }

        @Test func swappedRowsAreNamed() throws {
            let (a, b) = (rows / 3, rows / 3 + 1)
            try change(
                "UPDATE journal SET n = -1 WHERE n = \(a); UPDATE journal SET n = \(a) WHERE n = \(b); UPDATE journal SET n = \(b) WHERE n = -1;"
            )
            try expectNamed(a, "swapped")
        }

        @Test func deletedLastRowIsNamed() throws {
            try change("DELETE FROM journal WHERE n = \(rows)")
            try expectNamed(rows, "last row deleted")
        }

        @Test func insertedRowIsNamed() throws {
            try change(
                "INSERT INTO journal SELECT \(rows) + 1, ord, feed_index, 'mark', NULL, NULL, time, at, NULL, NULL, NULL, NULL, stage, status, NULL, '{}', chain FROM journal WHERE n = \(rows)"
            )
            try expectNamed(rows + 1, "inserted")
        }

        @Test func fileThatIsNoJournalIsRefused() throws {
            try folder.write("s/journal.sqlite", String(repeating: "no database ", count: 1000))
            try state.verify().expect(9)
            try folder.tandem(["status", "--state", state.path]).expect(9, says: ["journal.sqlite"])
        }

        @Test func newerJournalIsRefused() throws {
            try change("PRAGMA user_version = 99")
            for verb in ["verify", "status", "history", "signals"] {
                let ended = try folder.tandem([verb, "--state", state.path]).expect(9)
                #expect((ended.errors + ended.output).contains("99"), "\(verb)")
            }
        }
    }
}
