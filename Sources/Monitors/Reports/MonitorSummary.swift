package import MarketData

/// The monitors in a few lines, for the close of a session or a week: at most 12 lines of at most 79 columns.
///
/// What is nil, or nil within, is said to be unknown.
package enum MonitorSummary {
    /// What the uptime monitor says; ratios in 0...1.
    package struct Uptime: Hashable, Sendable {
        package var raw: Double?
        /// Without what was excluded with evidence.
        package var adjusted: Double?
        package var target: Double?
        package var badSeconds: Int64?
        /// Of the error budget of the SLA's period; below 0 when overspent.
        package var budgetLeft: Double?
        package var incidents: Int?

        package init(
            raw: Double? = nil, adjusted: Double? = nil, target: Double? = nil, badSeconds: Int64? = nil,
            budgetLeft: Double? = nil, incidents: Int? = nil
        ) {
            self.raw = raw
            self.adjusted = adjusted
            self.target = target
            self.badSeconds = badSeconds
            self.budgetLeft = budgetLeft
            self.incidents = incidents
        }
    }

    /// - Parameters:
    ///   - uptime, latency, signals: of the session alone.
    ///   - budget: of the month, at the close.
    package static func daily(
        _ session: CivilDate, uptime: Uptime?, latency: LatencyReport?, budget: BudgetReport?, signals: SignalsReport?
    ) -> String {
        text("Session \(session)", uptime, latency, budget, signals)
    }

    /// - Parameters:
    ///   - sessions: first and last trade date.
    ///   - uptime, latency, signals: of these sessions.
    ///   - budget: of the month, at the last close.
    package static func weekly(
        _ sessions: ClosedRange<CivilDate>, uptime: Uptime?, latency: LatencyReport?, budget: BudgetReport?,
        signals: SignalsReport?
    ) -> String {
        text("Week \(sessions.lowerBound) to \(sessions.upperBound)", uptime, latency, budget, signals)
    }

    private static let width = 79

    private static func text(
        _ title: String, _ uptime: Uptime?, _ latency: LatencyReport?, _ budget: BudgetReport?,
        _ signals: SignalsReport?
    ) -> String {
        let rows =
            uptimeRows(uptime) + LatencyArm.allCases.map { row("latency", of: $0, latencyText(latency, $0)) }
            + LatencyArm.allCases.map { row("signals", of: $0, signalsText(signals, $0)) } + budgetRows(budget)
        return ([title] + rows).map { DisplayText.shortened(DisplayText.printable($0), to: width) + "\n" }.joined()
    }

    /// `latency   candidate  …`
    private static func row(_ monitor: String, of arm: LatencyArm? = nil, _ text: String) -> String {
        func padded(_ word: String) -> String { word + String(repeating: " ", count: max(0, 10 - word.count)) }
        return padded(monitor) + (arm.map { padded($0.rawValue) } ?? "") + text
    }

    private static func uptimeRows(_ uptime: Uptime?) -> [String] {
        guard let uptime else { return [row("uptime", NumberFormat.unknown)] }
        func percent(_ ratio: Double?) -> String { NumberFormat.percent(ratio, target: uptime.target) }
        let target = NumberFormat.percent(uptime.target, places: 1)
        let left = NumberFormat.percent(uptime.budgetLeft, places: 1)
        return [
            row("uptime", "raw \(percent(uptime.raw)), adjusted \(percent(uptime.adjusted)), target \(target)"),
            row(
                "incidents",
                "\(NumberFormat.count(uptime.incidents)), bad \(NumberFormat.duration(seconds: uptime.badSeconds)), "
                    + "error budget left \(left)"),
        ]
    }

    private static func latencyText(_ latency: LatencyReport?, _ arm: LatencyArm) -> String {
        guard let latency, let row = latency.row(.endToEnd, arm: arm), row.count > 0 else {
            return NumberFormat.unknown
        }
        let p99 = row.p99.map { LatencyText.milliseconds($0) + " ms" } ?? "lost"
        let verdict = row.verdict.map { $0 == .notJudged ? "not judged" : $0.rawValue } ?? NumberFormat.unknown
        return "\(verdict): \(LatencyText.percent(row.share)) % of \(NumberFormat.count(row.count)) within "
            + "\(LatencyText.short(latency.target)) ms, p99 \(p99)"
    }

    private static func signalsText(_ signals: SignalsReport?, _ arm: LatencyArm) -> String {
        guard let row = signals?.arm(arm), let count = row.signals else { return NumberFormat.unknown }
        let live = row.decisions.reduce(0) { $1.decision == .live ? $0 + $1.count : $0 }
        let mean = row.outcomes.meanR.map { "\(SignalsReport.signed($0)) R" } ?? NumberFormat.unknown
        return "\(NumberFormat.count(count)), \(NumberFormat.count(live)) live; "
            + "won \(NumberFormat.count(row.outcomes.wins)) of \(NumberFormat.count(row.outcomes.count)), mean \(mean), "
            + "\(NumberFormat.count(row.outcomes.pending)) pending"
    }

    private static func budgetRows(_ budget: BudgetReport?) -> [String] {
        guard let budget else { return [row("budget", NumberFormat.unknown)] }
        let passed = budget.thresholds.filter(\.active).map(\.name.rawValue)
        let isKnown = budget.spentMicros != nil
        let costs = budget.costPerSignal.map { "\($0.arm.rawValue) \(isKnown ? $0.text : NumberFormat.unknown)" }
        return [
            row(
                "budget",
                "\(budget.period) spent \(Dollars.text(budget.spentMicros)) of \(Dollars.text(budget.limitMicros)), "
                    + "forecast \(Dollars.text(budget.forecastMicros))"),
            row("a signal", "costs " + costs.joined(separator: ", ")),
            row("limits", passed.isEmpty ? "none passed" : "passed " + passed.joined(separator: ", ")),
        ]
    }
}
