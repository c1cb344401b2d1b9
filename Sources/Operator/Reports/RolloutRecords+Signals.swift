internal import MarketData
package import Monitors

extension RolloutRecords {
    /// Signals and what became of them. Those that came to nothing that can be scored count neither as known nor as
    /// pending.
    package func signals(_ period: ReportPeriod) throws -> SignalsReport {
        let sessions = try period.sessions(of: calendar)
        let counts = try reader.signals(by: sessions)
        let outcomes = try reader.outcomes(by: sessions)
        let known = outcomes.map { row in
            OutcomeSum(
                session: row.session, arm: row.arm, isLive: row.isLive, count: row.scored, wins: row.wins,
                rMicrosSum: row.sum, pending: 0)
        }
        return try SignalsReport(
            counts: counts, outcomes: known + pending(counts, outcomes),
            sessions: try qualities(period).map(\.session), basis: basis)
    }

    /// Signals that may have an outcome yet: of the last session there are rows of, since all others end at their close.
    private func pending(_ counts: [DecisionCount], _ outcomes: [SessionOutcomes]) -> [OutcomeSum] {
        guard let last = counts.map(\.session).max() else { return [] }
        return LatencyArm.allCases.compactMap { arm in
            let said = counts.reduce(0) { sum, row in
                row.session == last && row.arm == arm && row.reason != "monitor" && row.reason != "late"
                    ? sum + row.count : sum
            }
            let ended = outcomes.reduce(0) { $1.session == last && $1.arm == arm ? $0 + $1.count : $0 }
            guard said > ended else { return nil }
            return OutcomeSum(
                session: last, arm: arm, isLive: false, count: 0, wins: 0, rMicrosSum: 0, pending: said - ended)
        }
    }
}
