import Foundation
import MarketData
import Monitors
import Testing

@testable import Operator

/// Journals of the format before, as it was laid out then.
@Suite struct JournalMigrationTests {
    private static let firstFormat = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1');
        CREATE TABLE journal (
            n INTEGER PRIMARY KEY, ord INTEGER NOT NULL, feed_index INTEGER NOT NULL, kind TEXT NOT NULL,
            arm TEXT, id TEXT, time INTEGER NOT NULL, at INTEGER NOT NULL, instrument_id INTEGER,
            underlying_id INTEGER, decision TEXT, reason TEXT, stage TEXT NOT NULL, status TEXT NOT NULL,
            seq INTEGER, body TEXT NOT NULL, chain BLOB NOT NULL
        );
        CREATE UNIQUE INDEX one_decision_per_signal ON journal (arm, id) WHERE kind = 'signal';
        CREATE UNIQUE INDEX live_log ON journal (seq) WHERE seq IS NOT NULL;
        CREATE INDEX transitions ON journal (n) WHERE kind = 'transition';
        CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, chain BLOB NOT NULL);
        CREATE TABLE cursors (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL);
        CREATE TABLE epochs (epoch INTEGER PRIMARY KEY, started INTEGER NOT NULL);
        PRAGMA user_version = 1;
        """

    /// A journal of the first format with the rows of a small rollout.
    private func old() throws -> JournalFixture {
        let (old, new) = (try JournalFixture(), try JournalFixture(isOld: true))
        try new.write(new.events(30))
        try old.tamper(
            Self.firstFormat + """
                ATTACH '\(new.folder)/\(Journal.fileName)' AS new;
                INSERT INTO journal SELECT n, ord, feed_index, kind, arm, id, time, at, instrument_id, underlying_id,
                    decision, reason, stage, status, seq, body, chain FROM new.journal;
                INSERT INTO head SELECT * FROM new.head;
                """)
        return old
    }

    @Test func anOlderJournalIsMigratedAndVerifies() throws {
        let fixture = try old()
        let rows = try JournalReader(folder: fixture.folder).head().row
        let journal = try Journal(folder: fixture.folder)
        #expect(journal.lastRow == rows)
        var measured = Measurements()
        measured.states = [
            Measurements.State(epoch: 1, time: 5, component: "feed", isGood: true, cause: nil, reason: "")
        ]
        try journal.append([], measurements: measured)
        #expect(try JournalReader(folder: fixture.folder).states() == measured.states)
        let report = try Verifier.verify(folder: fixture.folder)
        #expect(report.problem == nil)
        #expect(report.rows == rows)
    }

    @Test func theOlderFormatStaysAsACopy() throws {
        let fixture = try old()
        let rows = try JournalReader(folder: fixture.folder).head().row
        _ = try Journal(folder: fixture.folder)
        let copy = try JournalFixture()
        try FileManager.default.moveItem(
            atPath: fixture.folder + "/journal.sqlite.v1", toPath: copy.folder + "/" + Journal.fileName)
        #expect(try JournalReader(folder: copy.folder).head().row == rows)
        #expect(try JournalReader(folder: copy.folder).version == 1)
    }

    @Test func anOlderJournalIsReadAsOneWithoutMeasurements() throws {
        let fixture = try old()
        let reader = try JournalReader(folder: fixture.folder)
        #expect(try reader.presences().isEmpty)
        #expect(try reader.states().isEmpty)
        #expect(try reader.lines(of: .ledger).isEmpty)
    }

    /// Outcomes of before are scored like those to come.
    @Test func outcomesOfTheFormatBeforeAreScored() throws {
        let fixture = try old()
        try fixture.tamper(
            """
            INSERT INTO journal SELECT n + 1000, ord, feed_index, 'outcome', arm, id, time, at, 7, 7, 'target', NULL, stage,
                status, NULL, '{"action":"BUY","rMicros":' || n || '}', chain FROM journal WHERE kind = 'signal';
            UPDATE journal SET decision = 'unresolvable' WHERE n = (SELECT min(n) FROM journal WHERE kind = 'outcome');
            """)
        _ = try Journal(folder: fixture.folder)
        let reader = try JournalReader(folder: fixture.folder)
        let all = SessionSpan(
            date: try #require(CivilDate("2026-11-02")), from: Timestamp(nanos: 0), to: Timestamp(nanos: 1 << 62))
        let signals = try reader.signals(by: [all])
        let outcomes = try reader.outcomes(by: [all])
        #expect(signals.reduce(0) { $0 + $1.count } == 60)
        #expect(outcomes.reduce(0) { $0 + $1.count } == 60 && outcomes.reduce(0) { $0 + $1.scored } == 59)
        for arm in LatencyArm.allCases {
            let live = signals.reduce(0) { $1.arm == arm && $1.decision == .live ? $0 + $1.count : $0 }
            #expect(outcomes.reduce(0) { $1.arm == arm && $1.isLive ? $0 + $1.count : $0 } == live)
        }
    }
}
