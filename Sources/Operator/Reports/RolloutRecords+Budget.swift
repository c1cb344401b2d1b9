package import MarketData
package import Monitors
internal import Rollout

/// A month's budget with everything a page shows of it.
package struct BudgetFigures {
    package let report: BudgetReport
    package let series: BudgetSeries
    package let explanation: BudgetExplanation
    package let advice: [BudgetAdvice]
}

extension RolloutRecords {
    /// The ledger as it stands.
    package func ledger() throws -> BudgetLedger { try reader.ledger(limits: terms.budget) }

    package func budgetReport(_ month: BudgetPeriod) throws -> BudgetReport {
        try BudgetReport(
            ledger(), period: month, at: now, calendar: calendar, signals: try acceptedSignals(in: month))
    }

    /// - Parameter time: as of when; what was added later counts all the same, forecasts are made from here.
    package func budget(_ month: BudgetPeriod, at time: Timestamp? = nil) throws -> BudgetFigures {
        let ledger = try ledger()
        let now = time ?? now
        return BudgetFigures(
            report: try BudgetReport(
                ledger, period: month, at: now, calendar: calendar, signals: try acceptedSignals(in: month)),
            series: try BudgetSeries(ledger, period: month, at: now, calendar: calendar),
            explanation: try BudgetExplanation(ledger, period: month),
            advice: try BudgetAdvice.list(
                ledger, forecast: BudgetForecast(ledger, period: month, at: now, calendar: calendar),
                schemas: schemas(ledger, month),
                flatPlans: terms.budget.fixedMicros.sorted { $0.key < $1.key }.map {
                    FlatPlan(provider: $0.key, monthMicros: $0.value)
                }))
    }

    /// What each priced schema brought in the month.
    private func schemas(_ ledger: BudgetLedger, _ month: BudgetPeriod) -> [SchemaUse] {
        terms.prices.bySchema.sorted { $0.key < $1.key }.map { name, price in
            SchemaUse(
                schema: name, provider: terms.prices.provider,
                bytes: ledger.meter(CostMeter.source + name, price: price, in: month).quantity, price: price,
                isBilled: true)
        }
    }

    private func acceptedSignals(in month: BudgetPeriod) throws -> [CostArm: [CivilDate: Int]] {
        guard let period = ReportPeriod(month: month.description) else { return [.baseline: [:], .candidate: [:]] }
        return try acceptedSignals(period)
    }

    /// Signals of each engine that were or would have been acted on, by trade date: all but those that said `MONITOR`.
    func acceptedSignals(_ period: ReportPeriod) throws -> [CostArm: [CivilDate: Int]] {
        var counts: [CostArm: [CivilDate: Int]] = [.baseline: [:], .candidate: [:]]
        for count in try reader.signals(by: period.sessions(of: calendar)) {
            guard count.decision != .suppressed, count.reason != "monitor" else { continue }
            let arm: CostArm = count.arm == .baseline ? .baseline : .candidate
            counts[arm, default: [:]][count.session, default: 0] += count.count
        }
        return counts
    }
}
