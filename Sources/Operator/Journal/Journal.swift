internal import Foundation
internal import GRDB
internal import MarketData

/// Why a journal cannot be used.
package enum JournalError: Error, Sendable {
    case cannotOpen(path: String, reason: String)
    case notFound(path: String)
    case newer(path: String, version: Int)
    case notDurable(path: String, synchronous: Int)
    case failed(doing: String, reason: String)
    /// A row that does not follow from the one before, or a gap between rows.
    case damaged(path: String, row: Int64, reason: String)
}

extension JournalError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): return "cannot open the journal \(path): \(reason)"
        case .notFound(let path): return "there is no journal at \(path): no rollout has run with this state folder"
        case .newer(let path, let version):
            return
                "the journal \(path) has format \(version), this tandem reads up to \(Journal.formatVersion): use the newer tandem"
        case .notDurable(let path, let synchronous):
            return
                "SQLite runs the journal \(path) with synchronous=\(synchronous), 2 (FULL) is needed: refusing to start"
        case .failed(let doing, let reason): return "the journal failed while \(doing): \(reason)"
        case .damaged(let path, let row, let reason): return "the journal \(path) is damaged at row \(row): \(reason)"
        }
    }
}

/// The one writer of a state folder's journal: an SQLite database in WAL mode that is durable at every commit.
///
/// Not thread-safe: one thread owns it, and blocks while a commit reaches the disk.
package final class Journal {
    package static let formatVersion = 4
    package static let fileName = "journal.sqlite"

    package let path: String
    private let database: DatabaseQueue
    package private(set) var lastRow: Int64 = 0
    package private(set) var lastOrd: Int64 = 0
    package private(set) var lastSeq: Int64 = 0
    private var head = [UInt8](repeating: 0, count: 32)

    /// Opens or creates the journal in `folder`; an older one is copied to `journal.sqlite.v<N>` and migrated.
    package init(folder: String) throws(JournalError) {
        path = folder + "/" + Self.fileName
        do {
            try Self.prepareForMigration(path)
            database = try Self.openDurable(path)
            try Self.migrator.migrate(database)
            try loadHead()
        } catch {
            throw Self.opening(path, error)
        }
    }

    /// A connection whose commits are on disk when they return.
    static func openDurable(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(5)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let synchronous = try database.writeWithoutTransaction { db in
            // GRDB sets NORMAL when it opens a WAL database; "journal before effect" needs FULL.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            return try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
        }
        guard synchronous == 2 else { throw JournalError.notDurable(path: path, synchronous: synchronous) }
        return database
    }

    /// A file that is no database is damaged data; everything else keeps us from using it.
    static func opening(_ path: String, _ error: any Error) -> JournalError {
        if let error = error as? JournalError { return error }
        if let error = error as? DatabaseError, [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            return .damaged(path: path, row: 0, reason: plain(error))
        }
        return .cannotOpen(path: path, reason: plain(error))
    }

    private static func prepareForMigration(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        var configuration = Configuration()
        configuration.readonly = true
        // Somebody who only looks may be leaving at this moment.
        configuration.busyMode = .timeout(5)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let version = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if version > formatVersion { throw JournalError.newer(path: path, version: version) }
        if version > 0, version < formatVersion {
            let copy = "\(path).v\(version)"
            if !FileManager.default.fileExists(atPath: copy) {
                // What the write-ahead log still holds belongs to the copy.
                try database.backup(to: DatabaseQueue(path: copy))
            }
        }
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
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
                    """)
        }
        migrator.registerMigration("2") { db in
            try db.execute(sql: measurementTables + ledgerTables + reportTables + "PRAGMA user_version = 2;")
        }
        // Rows of decisions; the few among the many, for whoever asks how the rollout stands.
        migrator.registerMigration("3") { db in
            try db.execute(
                sql: "CREATE INDEX decisions ON journal (n) WHERE \(decisionRows); PRAGMA user_version = 3;")
        }
        // The few to be told among the many.
        migrator.registerMigration("4") { db in
            try db.execute(sql: "CREATE INDEX alerts ON journal (n) WHERE \(alertRows); PRAGMA user_version = 4;")
        }
        return migrator
    }

    /// Spelt the same in the index and in what uses it.
    static let alertRows = "kind = 'alert'"

    /// Spelt the same in the index and in what uses it.
    static let decisionRows = "kind IN ('transition', 'evidence', 'correction')"

    private func loadHead() throws {
        try database.read { db in
            if let row = try Row.fetchOne(db, sql: "SELECT n, chain FROM head") {
                lastRow = row["n"]
                head = Array(row["chain"] as Data)
            }
            lastOrd = try Int64.fetchOne(db, sql: "SELECT max(ord) FROM journal") ?? 0
            lastSeq = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM journal") ?? 0
        }
    }

    /// Writes rows, numbered and chained, sink cursors and measurements in one transaction that is on disk when this
    /// returns.
    package func append(
        _ rows: [JournalRow], cursors: [String: Int64] = [:], measurements: Measurements = Measurements()
    ) throws(JournalError) {
        var chain = head
        var number = lastRow
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    let insert = try db.cachedStatement(
                        sql: "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
                    for row in rows {
                        number += 1
                        var row = row
                        row.n = number
                        chain = row.chain(after: chain)
                        try insert.execute(arguments: row.arguments(chain: chain))
                        if row.kind == .outcome {
                            try db.cachedStatement(sql: Self.score + " WHERE o.n = ?").execute(arguments: [number])
                        }
                    }
                    if !rows.isEmpty {
                        try db.execute(
                            sql: "INSERT OR REPLACE INTO head VALUES (1, ?, ?)", arguments: [number, Data(chain)])
                    }
                    for sink in cursors.keys.sorted() {
                        try db.execute(
                            sql: "INSERT OR REPLACE INTO cursors VALUES (?, ?)", arguments: [sink, cursors[sink]])
                    }
                    try measurements.insert(db)
                    return .commit
                }
            }
        } catch {
            throw .failed(
                doing: "writing \(rows.count) rows after row \(lastRow) of \(path)", reason: Self.plain(error))
        }
        head = chain
        lastRow = number
        for row in rows {
            lastOrd = max(lastOrd, row.ord)
            lastSeq = max(lastSeq, row.seq ?? 0)
        }
    }

    /// The number of this start of an operator, one more than any before.
    package func beginEpoch(at time: UInt64) throws(JournalError) -> Int {
        do {
            return try database.write { db in
                let epoch = (try Int.fetchOne(db, sql: "SELECT max(epoch) FROM epochs") ?? 0) + 1
                try db.execute(sql: "INSERT INTO epochs VALUES (?, ?)", arguments: [epoch, Int64(clamping: time)])
                return epoch
            }
        } catch {
            throw .failed(doing: "beginning an epoch", reason: Self.plain(error))
        }
    }

    static func plain(_ error: any Error) -> String {
        if let error = error as? DatabaseError { return error.message ?? "\(error.resultCode)" }
        return (error as NSError).localizedDescription
    }
}

extension JournalRow {
    fileprivate func arguments(chain: [UInt8]) -> StatementArguments {
        [
            n, ord, Int64(clamping: feedIndex), kind.rawValue, arm, id, Int64(clamping: time), Int64(clamping: at),
            instrumentID.map { Int64($0) }, underlyingID.map { Int64($0) }, decision, reason, stage, status, seq, body,
            Data(chain),
        ]
    }
}
