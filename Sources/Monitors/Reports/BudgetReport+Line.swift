extension BudgetReport {
    /// One line for a status page.
    package var statusLine: String {
        let state = thresholds.last { $0.active }.map { ", \($0.name.rawValue) \($0.severity.rawValue)" } ?? ""
        return "budget \(period): \(Dollars.text(spentMicros)) of \(Dollars.text(limitMicros)), forecast "
            + "\(Dollars.text(forecastMicros)), pace \(Dollars.text(paceMicrosToday)) a day\(state)"
    }
}
