internal import Foundation
internal import GRDB
internal import MarketData

/// Lines that are only ever added, each chained to the one before: the costs, or the evidence, of a state folder.
///
/// A database connection of its own, so that people and the operator may add at the same time: SQLite lets one in after
/// the other, and whoever adds has read everything before.
package final class AppendOnlyLog {
    package enum Table: String, Sendable {
        case ledger, evidence
    }

    package let path: String
    package let table: Table
    private let database: DatabaseQueue
    private var lastLine: Int64 = 0
    private var head = [UInt8](repeating: 0, count: 32)

    /// Opens the journal in `folder`, which must exist.
    package init(_ table: Table, folder: String) throws(JournalError) {
        self.table = table
        path = folder + "/" + Journal.fileName
        guard FileManager.default.fileExists(atPath: path) else { throw .notFound(path: path) }
        do {
            database = try Journal.openDurable(path)
        } catch {
            throw Journal.opening(path, error)
        }
    }

    /// Reads the lines nobody here has seen yet, and adds what `add` makes of them, as one step that no other writer
    /// comes between. On disk when this returns.
    ///
    /// - Parameter add: gets the new lines in order, and gives those to be added. An error adds nothing.
    package func extend(_ add: (_ unseen: [String]) throws -> [String]) throws {
        var (line, chain) = (lastLine, head)
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for text in try add(unseen(db, &line, &chain)) {
                        line += 1
                        chain = Self.chain(text, after: chain)
                        try db.execute(
                            sql: "INSERT INTO \(table.rawValue) VALUES (?, ?, ?)", arguments: [line, text, Data(chain)])
                    }
                    return .commit
                }
            }
        } catch let error as DatabaseError {
            throw JournalError.failed(doing: "adding to the \(table.rawValue) of \(path)", reason: Journal.plain(error))
        }
        (lastLine, head) = (line, chain)
    }

    private func unseen(_ db: Database, _ line: inout Int64, _ chain: inout [UInt8]) throws -> [String] {
        try Self.lines(db, table, path: path, after: &line, &chain)
    }

    static func lines(
        _ db: Database, _ table: Table, path: String, after line: inout Int64, _ chain: inout [UInt8]
    ) throws -> [String] {
        let sql = "SELECT n, line, chain FROM \(table.rawValue) WHERE n > ? ORDER BY n"
        return try Row.fetchAll(db, sql: sql, arguments: [line]).map { row in
            let text: String = row["line"]
            line += 1
            chain = Self.chain(text, after: chain)
            guard row["n"] == line, Array(row["chain"] as Data) == chain else {
                throw JournalError.damaged(
                    path: path, row: line,
                    reason: "the \(table.rawValue)'s chain breaks here: a line was changed or removed")
            }
            return text
        }
    }

    private static func chain(_ line: String, after previous: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(previous)
        hash.update(Array(line.utf8))
        return hash.digest()
    }
}

extension Journal {
    static let ledgerTables = [AppendOnlyLog.Table.ledger, .evidence].map { table in
        """
        CREATE TABLE \(table.rawValue) (n INTEGER PRIMARY KEY, line TEXT NOT NULL, chain BLOB NOT NULL);
        CREATE TRIGGER \(table.rawValue)_is_never_changed BEFORE UPDATE ON \(table.rawValue)
            BEGIN SELECT RAISE(ABORT, 'lines are only added'); END;
        CREATE TRIGGER \(table.rawValue)_is_never_shortened BEFORE DELETE ON \(table.rawValue)
            BEGIN SELECT RAISE(ABORT, 'lines are only added'); END;

        """
    }.joined()
}

extension JournalReader {
    /// Every line, in order; throws when one was changed or removed.
    package func lines(of table: AppendOnlyLog.Table) throws(JournalError) -> [String] {
        guard version >= 2 else { return [] }
        return try fetch(doing: "reading the \(table.rawValue)") { db in
            var line: Int64 = 0
            var chain = [UInt8](repeating: 0, count: 32)
            return try AppendOnlyLog.lines(db, table, path: path, after: &line, &chain)
        }
    }
}
