internal import GRDB
package import MarketData

/// A trade date and the event time that belongs to it: since the close before, to its own.
package struct SessionSpan: Hashable, Sendable {
    package let date: CivilDate
    package let from: Timestamp
    package let to: Timestamp
}

/// Signals of one session by what was decided about them.
package struct SessionSignals: Hashable, Sendable {
    package let session: CivilDate
    package let arm: String
    package let decision: String
    package let reason: String
    package let count: Int
}

/// Outcomes of one session's end, of signals that are scored.
package struct SessionOutcomes: Hashable, Sendable {
    package let session: CivilDate
    package let arm: String
    /// How they ended; `unresolvable` has no profit.
    package let ending: String
    package let count: Int
    /// With a profit.
    package let scored: Int
    package let wins: Int
    /// Micro-R.
    package let sum: Int64
}

extension JournalReader {
    package func signals(by sessions: [SessionSpan]) throws(JournalError) -> [SessionSignals] {
        try totals(
            "SELECT arm, decision, reason, count(*) AS k FROM journal INDEXED BY signals_by_time "
                + "WHERE kind = 'signal' AND time >= ? AND time < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", sessions
        ) { row, session in
            SessionSignals(
                session: session, arm: row["arm"], decision: row["decision"], reason: row["reason"], count: row["k"])
        }
    }

    package func outcomes(by sessions: [SessionSpan]) throws(JournalError) -> [SessionOutcomes] {
        try totals(
            "SELECT arm, decision, count(*) AS k, count(scored_r_micros) AS scored, "
                + "coalesce(sum(scored_r_micros > 0), 0) AS wins, coalesce(sum(scored_r_micros), 0) AS total "
                + "FROM journal INDEXED BY outcomes_by_time "
                + "WHERE kind = 'outcome' AND time >= ? AND time < ? GROUP BY 1, 2 ORDER BY 1, 2", sessions
        ) { row, session in
            SessionOutcomes(
                session: session, arm: row["arm"], ending: row["decision"], count: row["k"], scored: row["scored"],
                wins: row["wins"], sum: row["total"])
        }
    }

    private func totals<Total>(
        _ sql: String, _ sessions: [SessionSpan], _ total: (Row, CivilDate) -> Total
    ) throws(JournalError) -> [Total] {
        // An older journal has neither the indexes nor the column; the next run adds them.
        let sql =
            version >= 2
            ? sql
            : sql.replacing("INDEXED BY signals_by_time ", with: "").replacing("INDEXED BY outcomes_by_time ", with: "")
                .replacing("scored_r_micros", with: Journal.scoredProfit)
        return try fetch(doing: "counting by session") { db in
            let statement = try db.makeStatement(sql: sql)
            return try sessions.flatMap { session in
                try Row.fetchAll(
                    statement,
                    arguments: [Int64(clamping: session.from.nanos), Int64(clamping: session.to.nanos)]
                ).map { total($0, session.date) }
            }
        }
    }
}
