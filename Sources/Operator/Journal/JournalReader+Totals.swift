internal import GRDB
package import MarketData
package import Monitors

/// A trade date and the event time that belongs to it: since the close before, to its own.
package struct SessionSpan: Hashable, Sendable {
    package let date: CivilDate
    package let from: Timestamp
    package let to: Timestamp
}

/// How signals of one session ended that are scored.
package struct SessionOutcomes: Hashable, Sendable {
    /// Trade date.
    package let session: CivilDate
    package let arm: LatencyArm
    package let isLive: Bool
    /// With those that could not be resolved.
    package let count: Int
    package let scored: Int
    /// With a profit.
    package let wins: Int
    /// Micro-R.
    package let sum: Int64
}

extension JournalReader {
    /// What was decided about signals, by the trade date of their causes.
    package func signals(by sessions: [SessionSpan]) throws(JournalError) -> [DecisionCount] {
        try totals(
            "SELECT arm, decision, reason, count(*) AS k FROM journal INDEXED BY signals_by_time "
                + "WHERE kind = 'signal' AND time >= ? AND time < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", sessions
        ) { row, session in
            guard let arm = LatencyArm(rawValue: row["arm"]),
                let decision = DecisionCount.Decision(rawValue: row["decision"])
            else { return nil }
            return DecisionCount(
                session: session, arm: arm, decision: decision, reason: row["reason"], count: row["k"])
        }
    }

    /// What became of signals, by the trade date on which that was known.
    package func outcomes(by sessions: [SessionSpan]) throws(JournalError) -> [SessionOutcomes] {
        try totals(
            "SELECT arm, decision <> 'unresolvable' AS resolved, EXISTS (SELECT 1 FROM journal s INDEXED BY live_signals "
                + "WHERE s.kind = 'signal' AND s.seq IS NOT NULL AND s.arm = o.arm AND s.id = o.id) AS live, "
                + "count(*) AS k, count(scored_r_micros) AS scored, coalesce(sum(scored_r_micros > 0), 0) AS wins, "
                + "coalesce(sum(scored_r_micros), 0) AS total FROM journal o INDEXED BY outcomes_by_time "
                + "WHERE kind = 'outcome' AND time >= ? AND time < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", sessions
        ) { row, session in
            guard let arm = LatencyArm(rawValue: row["arm"]) else { return nil }
            let isResolved: Bool = row["resolved"]
            return SessionOutcomes(
                session: session, arm: arm, isLive: row["live"], count: row["k"],
                scored: isResolved ? row["scored"] : 0, wins: isResolved ? row["wins"] : 0,
                sum: isResolved ? row["total"] : 0)
        }
    }

    private func totals<Total>(
        _ sql: String, _ sessions: [SessionSpan], _ total: (Row, CivilDate) -> Total?
    ) throws(JournalError) -> [Total] {
        // An older journal has neither the indexes nor the column; the next run adds them.
        let sql =
            version >= 2
            ? sql
            : ["signals_by_time", "outcomes_by_time", "live_signals"].reduce(sql) {
                $0.replacing("INDEXED BY \($1) ", with: "")
            }.replacing("scored_r_micros", with: Journal.scoredProfit)
        return try fetch(doing: "counting by session") { db in
            let statement = try db.makeStatement(sql: sql)
            return try sessions.flatMap { session in
                try Row.fetchAll(
                    statement,
                    arguments: [Int64(clamping: session.from.nanos), Int64(clamping: session.to.nanos)]
                ).map { row in
                    guard let total = total(row, session.date) else {
                        throw JournalError.damaged(
                            path: path, row: 0, reason: "a row of \(session.date) has a foreign arm")
                    }
                    return total
                }
            }
        }
    }
}
