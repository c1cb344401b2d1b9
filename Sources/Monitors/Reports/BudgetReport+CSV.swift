extension BudgetReport {
    /// `section,name,micros`: figures, then sums by provider, category, arm and trading date, then cost per signal by
    /// arm. Unknown is an empty field.
    package var csv: String {
        var rows: [(String, String, Int64?)] = [
            ("figure", "spent", spentMicros), ("figure", "limit", limitMicros), ("figure", "aim", aimMicros),
            ("figure", "reserved", reservedMicros), ("figure", "fixed_left", fixedLeftMicros),
            ("figure", "forecast", forecastMicros), ("figure", "forecast_low", forecastLowMicros),
            ("figure", "forecast_high", forecastHighMicros), ("figure", "pace_today", paceMicrosToday),
        ]
        for (section, sums) in [("provider", byProvider), ("category", byCategory), ("arm", byArm), ("day", days)] {
            rows += sums.sorted { $0.key < $1.key }.map { (section, $0.key, $0.value) }
        }
        rows += costPerSignal.map { ("cost_per_signal", $0.arm.rawValue, $0.microsPerSignal) }
        var csv = CSV(header: ["section", "name", "micros"])
        for (section, name, micros) in rows { csv.append([section, name, micros.map { String($0) }]) }
        return csv.text
    }
}
