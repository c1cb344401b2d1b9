internal import MarketData

extension BudgetReport {
    /// The report for people: lines of at most 80 columns without colour. Money with two decimals, or six when `exact`.
    package func table(exact: Bool = false) -> [String] {
        let money = { (micros: Int64?) in Dollars.text(micros, exact: exact) }
        var lines = ["BUDGET  \(period)   limit \(money(limitMicros))   aim \(money(aimMicros))"]
        lines += BudgetTable.lines(figures(money), rightAligned: [1])
        lines += section("by provider", byProvider, money)
        lines += section("by category", byCategory, money)
        lines += section("by arm", byArm, money)
        lines += BudgetTable.lines(
            [["cost per signal", "month", "five days", ""]]
                + costPerSignal.map { ["  \($0.arm.rawValue)", $0.text, $0.rollingText, $0.verdict.rawValue] },
            rightAligned: [1, 2])
        lines += thresholdLines
        lines += overrideLines(money)
        if !drift.isEmpty {
            lines += BudgetTable.lines(
                [["invoices", "invoiced", "metered", "drift", ""]]
                    + drift.map { row in
                        [
                            "  " + row.provider, money(row.invoicedMicros), money(row.meteredMicros),
                            row.ratio.map { Self.percent($0, signed: true) } ?? "unknown", row.level.rawValue,
                        ]
                    },
                rightAligned: [1, 2, 3])
        }
        lines += section("by day", days, money)
        return lines
    }

    private func figures(_ money: (Int64?) -> String) -> [[String]] {
        let share = spentMicros.flatMap { limitMicros > 0 ? Self.percent(Double($0) / Double(limitMicros)) : nil }
        let band =
            forecastLowMicros != nil
            ? "\(money(forecastLowMicros)) to \(money(forecastHighMicros)), over the limit "
                + (overProbability.map { Self.percent($0) } ?? "unknown")
            : "known after two full days; \(fullDays) so far"
        return [
            ["  spent", money(spentMicros), share.map { "\($0) of the limit" } ?? "no cost recorded"],
            ["  reserved", money(reservedMicros), "set aside for alerts \(money(protectionLeftMicros))"],
            ["  fees to come", money(fixedLeftMicros), ""],
            ["  forecast", money(forecastMicros), band],
            [
                "  a day", money(dailyMicros),
                "\(Self.decimal(remainingDays)) days left, limit \(money(dayLimitMicros))",
            ],
            ["  pace", money(paceMicrosToday), "a day from now on; \(money(averagePaceMicros)) on average"],
            ["  runs out", exhaustion ?? (dailyMicros == nil ? "unknown" : "not at this pace"), ""],
        ]
    }

    private func section(_ title: String, _ sums: [String: Int64], _ money: (Int64?) -> String) -> [String] {
        guard !sums.isEmpty else { return ["\(title)  unknown"] }
        return BudgetTable.lines(
            [[title, ""]] + sums.sorted { $0.key < $1.key }.map { ["  " + $0.key, money($0.value)] }, rightAligned: [1])
    }

    private var thresholdLines: [String] {
        let active = thresholds.filter(\.active)
        guard !active.isEmpty else { return ["thresholds  none passed"] }
        return ["thresholds passed"]
            + BudgetTable.lines(
                active.map { row in
                    [
                        "  " + row.name.rawValue, row.severity.rawValue,
                        row.actions.map(\.rawValue).joined(separator: ", "),
                    ]
                }, rightAligned: [])
    }

    private func overrideLines(_ money: (Int64?) -> String) -> [String] {
        guard !overrides.isEmpty else { return [] }
        return ["overrides"]
            + overrides.flatMap { row in
                let what = row.grant == "extra" ? "+\(money(row.micros)) on" : "\(money(row.micros)) instead of"
                return BudgetTable.wrapped(
                    "  \(what) the \(row.scope)'s limit, \(row.active ? "until" : "not now: until") "
                        + "\(Self.utc(row.expires)), by \(row.actor): \(row.reason)", indent: 4)
            }
    }

    /// Figures, dimensions and days: `section,name,micros`, unknown as an empty cell. Every line ends with a newline.
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

    /// One line for a status page.
    package var statusLine: String {
        let state = thresholds.last { $0.active }.map { ", \($0.name.rawValue) \($0.severity.rawValue)" } ?? ""
        return "budget \(period): \(Dollars.text(spentMicros)) of \(Dollars.text(limitMicros)), forecast "
            + "\(Dollars.text(forecastMicros)), pace \(Dollars.text(paceMicrosToday)) a day\(state)"
    }

    /// `46.6 %`
    private static func percent(_ share: Double, signed: Bool = false) -> String {
        (signed && share > 0 ? "+" : "") + decimal(share * 100) + " %"
    }

    /// One place after the point; `-` for what is too large to be meant.
    private static func decimal(_ value: Double) -> String {
        guard let tenths = Int64(exactly: (value * 10).rounded()) else { return "-" }
        return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    /// `2026-11-30 12:00Z`
    private static func utc(_ nanos: UInt64) -> String {
        let seconds = Timestamp(nanos: nanos).seconds
        let twoDigits = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(CivilDate(daysSince1970: Int(seconds / 86_400))) \(twoDigits(seconds / 3600 % 24)):"
            + "\(twoDigits(seconds / 60 % 60))Z"
    }
}
