package import Alerts
internal import Foundation
internal import GRDB
internal import MarketData

/// Reads a journal beside its writer, without ever writing.
package final class JournalReader: Sendable {
    package let path: String
    /// The journal's format: an older one has no measurements.
    let version: Int
    private let database: DatabaseQueue

    package init(folder: String) throws(JournalError) {
        path = folder + "/" + Journal.fileName
        guard FileManager.default.fileExists(atPath: path) else { throw .notFound(path: path) }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            database = try DatabaseQueue(path: path, configuration: configuration)
            version = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            if version > Journal.formatVersion { throw JournalError.newer(path: path, version: version) }
        } catch {
            throw Journal.opening(path, error)
        }
    }

    /// What to pick; nil picks all.
    package struct Filter: Sendable {
        package var kinds: [JournalRow.Kind]?
        package var arm: String?
        package var decision: String?
        package var instrumentID: UInt32?
        /// Event time, half-open, nanoseconds.
        package var from: UInt64?
        package var to: UInt64?

        package init(
            kinds: [JournalRow.Kind]? = nil, arm: String? = nil, decision: String? = nil, instrumentID: UInt32? = nil,
            from: UInt64? = nil, to: UInt64? = nil
        ) {
            self.kinds = kinds
            self.arm = arm
            self.decision = decision
            self.instrumentID = instrumentID
            self.from = from
            self.to = to
        }

        var sql: (conditions: String, arguments: StatementArguments) {
            var parts: [String] = []
            var arguments = StatementArguments()
            func add(_ part: String, _ value: (any DatabaseValueConvertible)?) {
                guard let value else { return }
                parts.append(part)
                arguments += [value]
            }
            if let kinds { parts.append("kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ",")))") }
            add("arm = ?", arm)
            add("decision = ?", decision)
            if let instrumentID {
                parts.append("(instrument_id = ? OR underlying_id = ?)")
                arguments += [Int64(instrumentID), Int64(instrumentID)]
            }
            add("time >= ?", from.map { Int64(clamping: $0) })
            add("time < ?", to.map { Int64(clamping: $0) })
            return (parts.map { " AND " + $0 }.joined(), arguments)
        }
    }

    /// Up to `limit` rows after row `after`, in order, each with its chain value.
    package func rows(
        after: Int64 = 0, limit: Int = 1000, filter: Filter = Filter()
    ) throws(JournalError) -> [(row: JournalRow, chain: [UInt8])] {
        let (conditions, more) = filter.sql
        do {
            return try database.read { db in
                let sql = "SELECT * FROM journal WHERE n > ?\(conditions) ORDER BY n LIMIT ?"
                return try Row.fetchAll(db, sql: sql, arguments: [after] + more + [limit]).map { row in
                    guard let decoded = JournalRow(row) else {
                        throw JournalError.damaged(path: path, row: row["n"], reason: "a column holds what cannot be")
                    }
                    return (decoded, Array((row["chain"] as Data?) ?? Data()))
                }
            }
        } catch let error as JournalError {
            throw error
        } catch {
            throw .damaged(path: path, row: after + 1, reason: Journal.plain(error))
        }
    }

    /// Calls `body` with every row that fits, in order, a thousand at a time in memory.
    package func scan(_ filter: Filter = Filter(), after: Int64 = 0, _ body: (JournalRow) throws -> Void) throws {
        var position = after
        while true {
            let batch = try rows(after: position, filter: filter)
            for (row, _) in batch { try body(row) }
            guard let last = batch.last else { return }
            position = last.row.n
        }
    }

    /// Calls `body` with every session that became evidence or was put right, and every transition, in order.
    package func scanDecisions(_ body: (JournalRow) throws -> Void) throws {
        guard version >= 3 else { return try scan(Filter(kinds: [.transition, .evidence, .correction]), body) }
        let rows = try fetch(doing: "reading decisions") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM journal INDEXED BY decisions WHERE \(Journal.decisionRows) ORDER BY n"
            ).map { row in
                guard let decoded = JournalRow(row) else {
                    throw JournalError.damaged(path: path, row: row["n"], reason: "a column holds what cannot be")
                }
                return decoded
            }
        }
        for row in rows { try body(row) }
    }

    /// What was to be told behind a row, in order; nothing in a journal from before there were alerts.
    package func notices(after row: Int64 = 0) throws -> [(row: Int64, notice: AlertNotice)] {
        guard version >= 4 else { return [] }
        let rows = try fetch(doing: "reading alerts") { db in
            try Row.fetchAll(
                db,
                sql: "SELECT n, body FROM journal INDEXED BY alerts WHERE \(Journal.alertRows) AND n > ? ORDER BY n",
                arguments: [row]
            ).map { (n: $0["n"] as Int64, body: $0["body"] as String) }
        }
        return try rows.map { row in
            guard let notice = try? JSONDecoder().decode(AlertNotice.self, from: Data(row.body.utf8)) else {
                throw JournalError.damaged(path: path, row: row.n, reason: "its alert does not read")
            }
            return (row.n, notice)
        }
    }

    /// Reads in one transaction; what is wrong comes out as a `JournalError`.
    func fetch<Value>(doing: String, _ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try database.read(body)
        } catch let error as JournalError {
            throw error
        } catch {
            throw .failed(doing: "\(doing) in \(path)", reason: Journal.plain(error))
        }
    }

    /// Entries of the live log behind `seq`, in order.
    package func live(after seq: Int64, limit: Int) throws(JournalError) -> [JournalRow] {
        try fetch(doing: "reading the live log") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", arguments: [seq, limit]
            ).compactMap(JournalRow.init)
        }
    }

    /// The highest place in the live log that the latest rollback took back, by a person or by itself; 0 without one.
    package func revokedThrough() throws(JournalError) -> Int64 {
        try fetch(doing: "reading transitions") { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT max(seq) FROM journal WHERE seq IS NOT NULL AND n <
                        (SELECT max(n) FROM journal WHERE kind = 'transition'
                            AND (reason = 'rollback' OR stage = 'shadow' AND decision <> 'shadow'))
                    """) ?? 0
        }
    }

    package func last(_ kinds: [JournalRow.Kind]) throws(JournalError) -> JournalRow? {
        let sql =
            "SELECT * FROM journal WHERE kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ","))) ORDER BY n DESC LIMIT 1"
        return try fetch(doing: "reading rows") { db in try Row.fetchOne(db, sql: sql).flatMap(JournalRow.init) }
    }

    package func head() throws(JournalError) -> (row: Int64, chain: [UInt8]) {
        try fetch(doing: "reading the head") { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT n, chain FROM head") else { return (0, []) }
            return (row["n"], Array(row["chain"] as Data))
        }
    }

    package func cursors() throws(JournalError) -> [String: Int64] {
        try fetch(doing: "reading cursors") { db in
            var result: [String: Int64] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT sink, seq FROM cursors") {
                result[row["sink"]] = row["seq"]
            }
            return result
        }
    }

    /// Signals counted by arm and decision.
    package func counts() throws(JournalError) -> [SignalTotal] {
        try fetch(doing: "counting signals") { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT arm, decision, reason, count(*) AS k FROM journal WHERE kind = 'signal' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            ).map { SignalTotal(arm: $0["arm"], decision: $0["decision"], reason: $0["reason"], count: $0["k"]) }
        }
    }
}

package struct SignalTotal: Hashable, Sendable {
    package let arm: String
    package let decision: String
    package let reason: String
    package let count: Int
}

extension JournalRow {
    fileprivate init?(_ row: Row) {
        guard let kindText = String.fromDatabaseValue(row["kind"]), let kind = Kind(rawValue: kindText),
            let ord = Int64.fromDatabaseValue(row["ord"]), let index = Int64.fromDatabaseValue(row["feed_index"]),
            let time = Int64.fromDatabaseValue(row["time"]), let at = Int64.fromDatabaseValue(row["at"]),
            let stage = String.fromDatabaseValue(row["stage"]), let status = String.fromDatabaseValue(row["status"]),
            let body = String.fromDatabaseValue(row["body"]), index >= 0, time >= 0, at >= 0
        else { return nil }
        self.init(
            ord: ord, feedIndex: UInt64(index), kind: kind, arm: String.fromDatabaseValue(row["arm"]),
            id: String.fromDatabaseValue(row["id"]), time: UInt64(time), at: UInt64(at),
            instrumentID: Int64.fromDatabaseValue(row["instrument_id"]).flatMap { UInt32(exactly: $0) },
            underlyingID: Int64.fromDatabaseValue(row["underlying_id"]).flatMap { UInt32(exactly: $0) },
            decision: String.fromDatabaseValue(row["decision"]), reason: String.fromDatabaseValue(row["reason"]),
            stage: stage, status: status, seq: Int64.fromDatabaseValue(row["seq"]), body: body)
        n = row["n"]
    }
}
