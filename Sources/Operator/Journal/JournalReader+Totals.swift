internal import GRDB
package import MarketData
package import Monitors

/// A trade date and the event time that belongs to it: since the close before, to its own.
package struct SessionSpan: Hashable, Sendable {
    package let date: CivilDate
    package let from: Timestamp
    package let to: Timestamp
}

/// How signals of one session ended.
package struct SessionOutcomes: Hashable, Sendable {
    /// Trade date on which that was known.
    package let session: CivilDate
    package let arm: LatencyArm
    package let isLive: Bool
    package let count: Int
    /// With a score.
    package let scored: Int
    /// With a profit.
    package let wins: Int
    /// Micro-R.
    package let sum: Int64
}

extension JournalReader {
    /// What was decided about signals, by the trade date of their causes.
    package func signals(by sessions: [SessionSpan]) throws(JournalError) -> [DecisionCount] {
        let index = version >= 2 ? "INDEXED BY signals_by_decision" : ""
        return try fetch(doing: "counting signals") { db in
            let kinds = try Row.fetchAll(
                db,
                sql: "SELECT DISTINCT arm, decision, reason FROM journal \(index) WHERE kind = 'signal' "
                    + "ORDER BY 1, 2, 3")
            let count = try db.makeStatement(
                sql: "SELECT count(*) FROM journal \(index) WHERE kind = 'signal' AND arm = ? AND decision = ? "
                    + "AND reason = ? AND time >= ? AND time < ?")
            return try kinds.flatMap { kind -> [DecisionCount] in
                let (arm, decision, reason): (String, String, String) = (kind["arm"], kind["decision"], kind["reason"])
                guard let knownArm = LatencyArm(rawValue: arm), let known = DecisionCount.Decision(rawValue: decision)
                else {
                    throw JournalError.damaged(
                        path: path, row: 0, reason: "signals of arm \(arm) were decided \(decision)")
                }
                return try sessions.compactMap { session in
                    let counted = try Int.fetchOne(
                        count, arguments: [arm, decision, reason] + session.arguments)
                    guard let counted, counted > 0 else { return nil }
                    return DecisionCount(
                        session: session.date, arm: knownArm, decision: known, reason: reason, count: counted)
                }
            }
        }
    }

    /// What became of signals; a journal of the format before has no scores until its next run.
    package func outcomes(by sessions: [SessionSpan]) throws(JournalError) -> [SessionOutcomes] {
        guard version >= 2 else { return [] }
        return try fetch(doing: "counting outcomes") { db in
            let sum = try db.makeStatement(
                sql: "SELECT count(*) AS k, count(r_micros) AS scored, coalesce(sum(r_micros > 0), 0) AS wins, "
                    + "coalesce(sum(r_micros), 0) AS total FROM scores "
                    + "WHERE arm = ? AND live = ? AND time >= ? AND time < ?")
            var outcomes: [SessionOutcomes] = []
            for arm in LatencyArm.allCases {
                for (isLive, session) in [false, true].flatMap({ live in sessions.map { (live, $0) } }) {
                    let row = try Row.fetchOne(sum, arguments: [arm.rawValue, isLive] + session.arguments)
                    guard let row, row["k"] > 0 else { continue }
                    outcomes.append(
                        SessionOutcomes(
                            session: session.date, arm: arm, isLive: isLive, count: row["k"], scored: row["scored"],
                            wins: row["wins"], sum: row["total"]))
                }
            }
            return outcomes
        }
    }
}

extension SessionSpan {
    fileprivate var arguments: StatementArguments { [Int64(clamping: from.nanos), Int64(clamping: to.nanos)] }
}
