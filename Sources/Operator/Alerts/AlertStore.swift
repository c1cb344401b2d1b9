package import Alerts
internal import Foundation
internal import GRDB

/// What has become of alerts, in `<state>/alerts.sqlite`: who is to be told, every attempt, silences and acknowledgements.
///
/// The courier writes it, and the command line beside it: a silence or an acknowledgement is on disk when the command
/// returns, with the operator dead too. Rows of one key are replaced as they change; attempts are never removed.
package final class AlertStore {
    package static let fileName = "alerts.sqlite"
    package static let formatVersion = 1
    package let path: String
    private let database: DatabaseQueue

    /// Opens or creates the store in a state folder.
    package init(folder: String) throws(JournalError) {
        path = folder + "/" + Self.fileName
        do {
            database = try Journal.openDurable(path)
            let version = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            guard version <= Self.formatVersion else {
                let reason = "it has format \(version), this tandem reads up to \(Self.formatVersion)"
                throw JournalError.cannotOpen(path: path, reason: reason + ": use the newer tandem")
            }
            try Self.migrator.migrate(database)
        } catch {
            throw Journal.opening(path, error)
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE cursor (one INTEGER PRIMARY KEY CHECK (one = 1), row INTEGER NOT NULL);
                    CREATE TABLE errands (
                        id TEXT PRIMARY KEY, alert TEXT NOT NULL, number INTEGER NOT NULL, is_open INTEGER NOT NULL,
                        body TEXT NOT NULL);
                    CREATE INDEX open_errands ON errands (is_open) WHERE is_open = 1;
                    CREATE TABLE deliveries (
                        id TEXT PRIMARY KEY, alert TEXT NOT NULL, number INTEGER NOT NULL, is_live INTEGER NOT NULL,
                        body TEXT NOT NULL);
                    CREATE INDEX live_deliveries ON deliveries (is_live) WHERE is_live = 1;
                    CREATE INDEX deliveries_of ON deliveries (alert, number);
                    CREATE TABLE attempts (
                        delivery TEXT NOT NULL, number INTEGER NOT NULL, started INTEGER NOT NULL, body TEXT NOT NULL,
                        PRIMARY KEY (delivery, number));
                    CREATE INDEX attempts_by_time ON attempts (started);
                    CREATE TABLE silences (
                        id TEXT PRIMARY KEY, expires INTEGER NOT NULL, hits INTEGER NOT NULL, body TEXT NOT NULL);
                    CREATE TABLE acknowledgements (
                        n INTEGER PRIMARY KEY, alert TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL);
                    CREATE TABLE threads (
                        alert TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, thread TEXT NOT NULL,
                        PRIMARY KEY (alert, channel, recipient));
                    PRAGMA user_version = \(formatVersion);
                    """)
        }
        return migrator
    }

    // MARK: The courier's

    /// The journal's row up to which everything was taken in.
    package func cursor() throws(JournalError) -> Int64 {
        try run("reading the alerts' cursor") { try Int64.fetchOne($0, sql: "SELECT row FROM cursor") ?? 0 }
    }

    /// What the outbox goes on with.
    package struct Unfinished: Sendable {
        package var errands: [Errand] = []
        package var deliveries: [Delivery] = []
        package var attempts: [Attempt] = []
    }

    /// Errands that are open, deliveries of them and others that are live, and attempts begun since.
    package func unfinished(attemptsSince: UInt64) throws(JournalError) -> Unfinished {
        try run("reading unfinished alerts") { db in
            Unfinished(
                errands: try Self.values(db, "SELECT body FROM errands WHERE is_open = 1 ORDER BY id"),
                deliveries: try Self.values(
                    db,
                    """
                    SELECT body FROM deliveries WHERE is_live = 1
                    UNION SELECT d.body FROM errands e JOIN deliveries d ON d.alert = e.alert AND d.number = e.number
                    WHERE e.is_open = 1
                    """),
                attempts: try Self.values(
                    db, "SELECT body FROM attempts WHERE started >= ? ORDER BY started",
                    [Int64(clamping: attemptsSince)]))
        }
    }

    /// Writes what changed, and how far the journal was read, in one transaction that is on disk when this returns.
    package func write(_ changes: OutboxChanges, cursor: Int64) throws(JournalError) {
        try run("writing alerts") { db in
            try Self.insert(changes.errands, changes.deliveries, changes.attempts, db)
            // Whoever expires one writes the rest of it.
            for silence in changes.silences {
                try db.execute(
                    sql: "UPDATE silences SET hits = ? WHERE id = ?", arguments: [silence.hits, silence.id])
            }
            try db.execute(sql: "INSERT OR REPLACE INTO cursor VALUES (1, ?)", arguments: [cursor])
        }
    }

    /// Writes what was sent outside of the courier's work, which is over whatever came of it.
    package func keepFinished(_ changes: OutboxChanges) throws(JournalError) {
        let errands = changes.errands.map { errand in
            var errand = errand
            errand.isFinished = true
            return errand
        }
        let deliveries = changes.deliveries.map { delivery in
            var delivery = delivery
            if delivery.isLive { delivery.status = .abandoned }
            return delivery
        }
        try run("writing a test") { try Self.insert(errands, deliveries, changes.attempts, $0) }
    }

    private static func insert(
        _ errands: [Errand], _ deliveries: [Alerts.Delivery], _ attempts: [Attempt], _ db: Database
    ) throws {
        for errand in errands {
            try db.execute(
                sql: "INSERT OR REPLACE INTO errands VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    errand.id, errand.notice.alert.id, errand.notice.number, !errand.isFinished,
                    EventCodec.encode(errand),
                ])
        }
        for delivery in deliveries {
            try db.execute(
                sql: "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    delivery.id, delivery.alertID, delivery.number, delivery.isLive, EventCodec.encode(delivery),
                ])
        }
        for attempt in attempts {
            try db.execute(
                sql: "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)",
                arguments: [
                    attempt.delivery, attempt.number, Int64(clamping: attempt.startedAt), EventCodec.encode(attempt),
                ])
        }
    }

    /// The provider's thread of an alert, such as a first message's time stamp.
    package func thread(of alert: String, _ channel: String, _ recipient: String?) throws(JournalError) -> String? {
        try run("reading a thread") { db in
            try String.fetchOne(
                db, sql: "SELECT thread FROM threads WHERE alert = ? AND channel = ? AND recipient = ?",
                arguments: [alert, channel, recipient ?? ""])
        }
    }

    /// The first one of an alert stays.
    package func keep(
        thread: String, of alert: String, _ channel: String, _ recipient: String?
    ) throws(JournalError) {
        try run("keeping a thread") { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO threads VALUES (?, ?, ?, ?)",
                arguments: [alert, channel, recipient ?? "", thread])
        }
    }

    // MARK: People's

    package func acknowledge(_ alert: String, by person: String, at: UInt64) throws(JournalError) {
        try run("acknowledging an alert") { db in
            try db.execute(
                sql: "INSERT INTO acknowledgements (alert, person, at) VALUES (?, ?, ?)",
                arguments: [alert, person, Int64(clamping: at)])
        }
    }

    package struct Acknowledgement: Sendable, Hashable {
        package var number: Int64
        package var alert: String
        package var person: String
        package var at: UInt64
    }

    package func acknowledgements(after number: Int64 = 0) throws(JournalError) -> [Acknowledgement] {
        try run("reading acknowledgements") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM acknowledgements WHERE n > ? ORDER BY n", arguments: [number]).map
            {
                Acknowledgement(
                    number: $0["n"], alert: $0["alert"], person: $0["person"],
                    at: UInt64(clamping: $0["at"] as Int64))
            }
        }
    }

    package func silences() throws(JournalError) -> [AlertSilence] {
        try run("reading silences") { db in
            try Row.fetchAll(db, sql: "SELECT body, hits, expires FROM silences ORDER BY id").map { row in
                var silence: AlertSilence = try Self.value(row["body"])
                silence.hits = row["hits"]
                silence.expiresAt = UInt64(clamping: row["expires"] as Int64)
                return silence
            }
        }
    }

    package func add(_ silence: AlertSilence) throws(JournalError) {
        try run("adding a silence") { db in
            try db.execute(
                sql: "INSERT INTO silences VALUES (?, ?, ?, ?)",
                arguments: [silence.id, Int64(clamping: silence.expiresAt), silence.hits, EventCodec.encode(silence)])
        }
    }

    /// - Returns: false when there is none of that id, or it is over already.
    package func expire(_ id: String, at now: UInt64) throws(JournalError) -> Bool {
        try run("expiring a silence") { db in
            try db.execute(
                sql: "UPDATE silences SET expires = ?1 WHERE id = ?2 AND expires > ?1",
                arguments: [Int64(clamping: now), id])
            return db.changesCount > 0
        }
    }

    // MARK: Looking

    package func errands(of alert: String) throws(JournalError) -> [Errand] {
        try run("reading an alert") { db in
            try Self.values(db, "SELECT body FROM errands WHERE alert = ? ORDER BY number", [alert])
        }
    }

    package func errands() throws(JournalError) -> [Errand] {
        try run("reading alerts") { try Self.values($0, "SELECT body FROM errands ORDER BY alert, number") }
    }

    package func deliveries() throws(JournalError) -> [Delivery] {
        try run("reading deliveries") { try Self.values($0, "SELECT body FROM deliveries ORDER BY id") }
    }

    package func deliveries(of alert: String) throws(JournalError) -> [Delivery] {
        try run("reading deliveries") { db in
            try Self.values(db, "SELECT body FROM deliveries WHERE alert = ? ORDER BY number, id", [alert])
        }
    }

    package func attempts(of delivery: String) throws(JournalError) -> [Attempt] {
        try run("reading attempts") { db in
            try Self.values(db, "SELECT body FROM attempts WHERE delivery = ? ORDER BY number", [delivery])
        }
    }

    /// Changes when another connection has written; the same while nobody has.
    package func version() throws(JournalError) -> Int {
        try run("looking for changes") { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    private static func values<Value: Decodable>(
        _ db: Database, _ sql: String, _ arguments: StatementArguments = []
    ) throws -> [Value] {
        try String.fetchAll(db, sql: sql, arguments: arguments).map { try value($0) }
    }

    private static func value<Value: Decodable>(_ body: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(body.utf8))
    }

    private func run<Value>(_ doing: String, _ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try database.write(body)
        } catch {
            throw .failed(doing: "\(doing) in \(path)", reason: Journal.plain(error))
        }
    }
}
