package import MarketData
package import Monitors
internal import Rollout

/// A month's budget with everything a page shows of it.
package struct BudgetFigures {
    package let report: BudgetReport
    package let series: BudgetSeries
    package let explanation: BudgetExplanation
}

extension RolloutRecords {
    /// The ledger as it stands.
    package func ledger() throws -> BudgetLedger { try reader.ledger(limits: terms.budget) }

    /// - Parameter time: as of when; what was added later counts all the same, forecasts are made from here.
    package func budget(_ month: BudgetPeriod, at time: Timestamp? = nil) throws -> BudgetFigures {
        let ledger = try ledger()
        let now = time ?? now
        return BudgetFigures(
            report: try BudgetReport(
                ledger, period: month, at: now, calendar: calendar, signals: try acceptedSignals(in: month)),
            series: try BudgetSeries(ledger, period: month, at: now, calendar: calendar),
            explanation: try BudgetExplanation(ledger, period: month))
    }

    /// Signals of each engine that were or would have been acted on, by trade date: all but those that said `MONITOR`.
    private func acceptedSignals(in month: BudgetPeriod) throws -> [CostArm: [CivilDate: Int]] {
        var counts: [CostArm: [CivilDate: Int]] = [.baseline: [:], .candidate: [:]]
        guard let period = ReportPeriod(month: month.description) else { return counts }
        for count in try reader.signals(by: period.sessions(of: calendar)) {
            guard let arm = CostArm(rawValue: count.arm), count.decision != "suppressed", count.reason != "monitor"
            else {
                continue
            }
            counts[arm, default: [:]][count.session, default: 0] += count.count
        }
        return counts
    }
}
