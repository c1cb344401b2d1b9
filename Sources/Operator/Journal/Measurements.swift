internal import Foundation
internal import GRDB

/// What monitors measured since the last commit. It stands beside the chained rows: no decision is made again from it.
package struct Measurements: Sendable, Hashable {
    /// The time in which an operator vouches for itself, from its first mark to its last heartbeat.
    package struct Presence: Sendable, Hashable {
        package var epoch: Int
        package var basis: String
        /// Market time, ns since 1970.
        package var from: UInt64
        package var through: UInt64
        /// The same by the wall clock.
        package var fromAt: UInt64
        package var throughAt: UInt64
        package var endedCleanly: Bool
    }

    /// From `time` on a component is good or not.
    package struct State: Sendable, Hashable {
        package var epoch: Int
        /// Market time, ns since 1970.
        package var time: UInt64
        package var component: String
        package var isGood: Bool
        package var cause: String?
        package var reason: String
        /// When it stopped moving, if that was before it was seen.
        package var since: UInt64?
    }

    /// All samples of one span that an operator took in a session; a later row of the same takes its place.
    package struct Latency: Sendable, Hashable {
        package var epoch: Int
        package var basis: String
        /// Trade date.
        package var session: String
        package var stage: String
        /// Empty for what belongs to no engine.
        package var arm: String
        /// The engine's; empty where there is none, or none known.
        package var version: String
        package var span: String
        package var histogram: [UInt8]
    }

    /// What a session's data was worth; a later row of the same session takes its place.
    package struct Quality: Sendable, Hashable {
        package var session: String
        package var basis: String
        package var report: String
    }

    /// What a monitor goes on with after a restart, by the monitor's name.
    package var memories: [String: String] = [:]
    package var presence: Presence?
    package var states: [State] = []
    package var latencies: [Latency] = []
    package var qualities: [Quality] = []

    package init() {}

    package var isEmpty: Bool {
        presence == nil && states.isEmpty && latencies.isEmpty && qualities.isEmpty
            && memories.isEmpty
    }

    package mutating func add(_ other: Measurements) {
        presence = other.presence ?? presence
        states += other.states
        latencies += other.latencies
        qualities += other.qualities
        memories.merge(other.memories) { _, new in new }
    }
}

extension Journal {
    static let measurementTables = """
        CREATE TABLE presence (
            epoch INTEGER PRIMARY KEY, basis TEXT NOT NULL, from_time INTEGER NOT NULL, through_time INTEGER NOT NULL,
            from_at INTEGER NOT NULL, through_at INTEGER NOT NULL, clean INTEGER NOT NULL
        );
        CREATE TABLE states (
            n INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, time INTEGER NOT NULL, component TEXT NOT NULL,
            good INTEGER NOT NULL, cause TEXT, reason TEXT NOT NULL, since INTEGER
        );
        CREATE TABLE latency (
            session TEXT NOT NULL, basis TEXT NOT NULL, stage TEXT NOT NULL, arm TEXT NOT NULL, version TEXT NOT NULL,
            span TEXT NOT NULL, epoch INTEGER NOT NULL, histogram BLOB NOT NULL,
            PRIMARY KEY (session, basis, stage, arm, version, span, epoch)
        ) WITHOUT ROWID;
        CREATE TABLE memories (monitor TEXT PRIMARY KEY, state TEXT NOT NULL);
        CREATE TABLE quality (session TEXT PRIMARY KEY, basis TEXT NOT NULL, report TEXT NOT NULL);

        """

    /// What a year's report counts without a look at the rows themselves.
    static let reportTables = """
        CREATE INDEX signals_by_decision ON journal (arm, decision, reason, time, kind) WHERE kind = 'signal';
        CREATE TABLE scores (
            arm TEXT NOT NULL, live INTEGER NOT NULL, time INTEGER NOT NULL, n INTEGER NOT NULL, r_micros INTEGER,
            PRIMARY KEY (arm, live, time, n)
        ) WITHOUT ROWID;
        \(score) WHERE o.kind = 'outcome';

        """

    /// Keeps of outcome rows when they were known, whether their signals were live, and micro-R; none where there is no
    /// score: unresolvable, or of a `MONITOR` signal.
    static let score = """
        INSERT INTO scores SELECT o.arm,
            EXISTS (SELECT 1 FROM journal s WHERE s.kind = 'signal' AND s.arm = o.arm AND s.id = o.id AND s.seq IS NOT NULL),
            o.time, o.n, CASE WHEN o.decision <> 'unresolvable' AND json_valid(o.body)
                AND json_extract(o.body, '$.action') <> 'MONITOR' THEN json_extract(o.body, '$.rMicros') END
        FROM journal o
        """
}

extension Measurements {
    func insert(_ db: Database) throws {
        if let presence { try presence.insert(db) }
        for state in states {
            try db.execute(
                sql: "INSERT INTO states (epoch, time, component, good, cause, reason, since) VALUES (?,?,?,?,?,?,?)",
                arguments: [
                    state.epoch, Int64(clamping: state.time), state.component, state.isGood, state.cause, state.reason,
                    state.since.map { Int64(clamping: $0) },
                ])
        }
        for latency in latencies {
            try db.execute(
                sql: "INSERT OR REPLACE INTO latency VALUES (?,?,?,?,?,?,?,?)",
                arguments: [
                    latency.session, latency.basis, latency.stage, latency.arm, latency.version, latency.span,
                    latency.epoch, Data(latency.histogram),
                ])
        }
        for (monitor, state) in memories.sorted(by: { $0.key < $1.key }) {
            try db.execute(sql: "INSERT OR REPLACE INTO memories VALUES (?,?)", arguments: [monitor, state])
        }
        for quality in qualities {
            try db.execute(
                sql: "INSERT OR REPLACE INTO quality VALUES (?,?,?)",
                arguments: [quality.session, quality.basis, quality.report])
        }
    }
}

extension Measurements.Presence {
    fileprivate func insert(_ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO presence VALUES (?,?,?,?,?,?,?)",
            arguments: [
                epoch, basis, Int64(clamping: from), Int64(clamping: through), Int64(clamping: fromAt),
                Int64(clamping: throughAt), endedCleanly,
            ])
    }

    fileprivate init?(_ row: Row) {
        guard let from: Int64 = row["from_time"], let through: Int64 = row["through_time"],
            let fromAt: Int64 = row["from_at"], let throughAt: Int64 = row["through_at"], from >= 0, through >= from
        else { return nil }
        self.init(
            epoch: row["epoch"], basis: row["basis"], from: UInt64(from), through: UInt64(through),
            fromAt: UInt64(max(0, fromAt)), throughAt: UInt64(max(0, throughAt)), endedCleanly: row["clean"])
    }
}

extension JournalReader {
    /// In the order of their starts.
    package func presences() throws(JournalError) -> [Measurements.Presence] {
        try measured("SELECT * FROM presence ORDER BY epoch") { Measurements.Presence($0) }
    }

    /// Every change of a component's state, in order.
    package func states() throws(JournalError) -> [Measurements.State] {
        try measured("SELECT * FROM states ORDER BY n") { row in
            guard let time: Int64 = row["time"], time >= 0 else { return nil }
            return Measurements.State(
                epoch: row["epoch"], time: UInt64(time), component: row["component"], isGood: row["good"],
                cause: row["cause"], reason: row["reason"],
                since: (row["since"] as Int64?).map { UInt64(clamping: $0) })
        }
    }

    /// What a monitor had kept; nil when it never did.
    package func memory(of monitor: String) throws(JournalError) -> String? {
        try measured("SELECT state FROM memories WHERE monitor = ?", [monitor]) { $0["state"] as String? }.first
    }

    /// Hands on the rows of one basis by session.
    ///
    /// - Parameter sessions: trade dates, both ends included.
    package func latencies(
        sessions: ClosedRange<String>, basis: String, each: (Measurements.Latency) throws -> Void
    ) throws {
        guard version >= 2 else { return }
        try fetch(doing: "reading latencies") { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM latency WHERE session BETWEEN ? AND ? AND basis = ? ORDER BY session",
                arguments: [sessions.lowerBound, sessions.upperBound, basis])
            while let row = try rows.next() {
                try each(
                    Measurements.Latency(
                        epoch: row["epoch"], basis: basis, session: row["session"], stage: row["stage"],
                        arm: row["arm"], version: row["version"], span: row["span"],
                        histogram: Array(row["histogram"] as Data)))
            }
        }
    }

    /// - Parameter sessions: trade dates, both ends included.
    package func qualities(sessions: ClosedRange<String>) throws(JournalError) -> [Measurements.Quality] {
        try measured(
            "SELECT * FROM quality WHERE session BETWEEN ? AND ? ORDER BY session",
            [sessions.lowerBound, sessions.upperBound]
        ) { Measurements.Quality(session: $0["session"], basis: $0["basis"], report: $0["report"]) }
    }

    private func measured<Value>(
        _ sql: String, _ arguments: StatementArguments = [], _ value: (Row) -> Value?
    ) throws(JournalError) -> [Value] {
        guard version >= 2 else { return [] }
        return try fetch(doing: "reading measurements") { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
                guard let value = value(row) else {
                    throw JournalError.damaged(path: path, row: 0, reason: "a measurement holds what cannot be: \(sql)")
                }
                return value
            }
        }
    }
}
