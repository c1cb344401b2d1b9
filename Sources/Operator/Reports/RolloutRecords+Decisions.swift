package import MarketData
internal import Monitors
package import Rollout

extension RolloutRecords {
    /// What decisions read of uptime and money, after a session's close; a replay has no uptime of its own.
    package func measured(_ session: CivilDate) throws -> [Measured] {
        let budget = try budgetReport(BudgetPeriod(of: session))
        let money = [cost(budget), forecast(budget)]
        guard basis == .arrival else {
            return [.uptime, .errorBudget].map { Measured($0, value: nil, threshold: 0, verdict: .notJudged) } + money
        }
        let month = ReportPeriod(monthOf: session)
        let sla = try sla(SLAPeriod(month: month.label, calendar: calendar))
        return [uptime(sla), errorBudget(sla)] + money
    }

    private func uptime(_ report: SLAReport) -> Measured {
        share(.uptime, report.uptimeAdjusted, threshold: report.target) { $0 >= report.target }
    }

    /// The month's budget is spent: no promotion, which costs some when it goes wrong.
    private func errorBudget(_ report: SLAReport) -> Measured {
        share(.errorBudget, report.budgetLeft, threshold: 0) { $0 > 0 }
    }

    /// A signal's cost against the spec's limit; without prices there is nothing to hold against it.
    private func cost(_ report: BudgetReport) -> Measured {
        let limit = terms.budget.costPerSignalMicros
        let cost = report.costPerSignal.first { $0.arm == .candidate }?.microsPerSignal
        guard !terms.prices.isEmpty else { return Measured(.cost, value: 0, threshold: limit, verdict: .pass) }
        let verdict: GateCheck.Verdict = cost.map { $0 <= limit ? .pass : .fail } ?? .error
        return Measured(.cost, value: cost, threshold: limit, verdict: verdict)
    }

    /// What the month is going to cost against its limit.
    private func forecast(_ report: BudgetReport) -> Measured {
        guard !terms.prices.isEmpty else { return Measured(.budget, value: 0, threshold: 1_000_000, verdict: .pass) }
        let share = report.forecastMicros.flatMap { forecast in
            report.limitMicros > 0 ? Double(forecast) / Double(report.limitMicros) : nil
        }
        return self.share(.budget, share, threshold: 1) { $0 <= 1 }
    }

    private func share(
        _ kind: Measured.Kind, _ value: Double?, threshold: Double, isWell: (Double) -> Bool
    ) -> Measured {
        Measured(
            kind, value: value.map { Int64((min(max($0, -1e6), 1e6) * 1e6).rounded()) },
            threshold: Int64((threshold * 1e6).rounded()), verdict: value.map { isWell($0) ? .pass : .fail } ?? .error)
    }
}
