extension JudgeReport {
    /// The report for people: a column for every engine, intervals as `value [low, high]`, `-` for what is unknown.
    public var table: String {
        var lines = Self.aligned([[""] + entries.map(\.name)] + Self.measures.map(cells))
        lines +=
            [""]
            + accuracyGains.sorted { $0.key < $1.key }
            .map { "accuracy of \($0.key): \(Self.text($0.value, places: 3))" }
        for entry in entries where !entry.row.reliability.isEmpty {
            lines += ["", "reliability of \(entry.name)"] + Self.reliability(entry.row.reliability)
        }
        lines += ["", "\(sessions) sessions, \(campaigns) campaigns, \(falseStarts) of them false starts"]
        lines.append("market parameters \(parameters ?? "-")")
        lines += versions.sorted { $0.key < $1.key }.map { "\($0.key) is version \($0.value)" }
        lines += [
            "a signal matches: \(method.matching)", "false starts: \(method.falseStarts)", "scored: \(method.scored)",
            "95 % intervals: \(method.intervals)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private enum Measure {
        case estimate(String, places: Int, @Sendable (EngineRow) -> Estimate)
        case number(String, places: Int, @Sendable (EngineRow) -> Double?)
    }

    private static let measures: [Measure] = [
        .number("signals", places: 0) { Double($0.signals) },
        .number("unresolvable", places: 0) { $0.unresolvable.map(Double.init) },
        .number("target on the wrong side", places: 0) { Double($0.targetWrongSide) },
        .number("without labels", places: 0) { Double($0.unlabelled) },
        .estimate("precision", places: 3) { $0.precision },
        .estimate("in false starts only", places: 3) { $0.falseStartShare },
        .estimate("recall", places: 3) { $0.recall },
        .estimate("detection delay, median s", places: 0) { $0.detectionDelaySeconds },
        .estimate("signals a session", places: 2) { $0.signalsPerSession },
        .estimate("accuracy", places: 3) { $0.accuracy },
        .number("accuracy, one-sided lower bound", places: 3) { $0.accuracyLowerBound },
        .estimate("win/loss by count", places: 2) { $0.winLoss },
        .estimate("payoff ratio", places: 2) { $0.payoffRatio },
        .estimate("profit factor in R", places: 2) { $0.profitFactor },
        .estimate("profit factor in $", places: 2) { $0.profitFactorDollars },
        .estimate("expectancy, R a signal", places: 3) { $0.expectancyR },
        .estimate("profit, $ a signal", places: 2) { $0.profitDollars },
        .estimate("Brier score", places: 3) { $0.brierScore },
    ]

    private func cells(_ measure: Measure) -> [String] {
        switch measure {
        case .estimate(let name, let places, let estimate):
            return [name] + entries.map { Self.text(estimate($0.row), places: places) }
        case .number(let name, let places, let number):
            return [name] + entries.map { Self.text(number($0.row), places: places) }
        }
    }

    private static func reliability(_ bins: [ReliabilityBin]) -> [String] {
        aligned(
            [["  confidence", "signals", "mean confidence", "share won"]]
                + bins.filter { $0.won.count > 0 }.map { bin in
                    [
                        "  \(text(bin.from, places: 1)) to \(text(bin.to, places: 1))", String(bin.won.count),
                        text(bin.meanConfidence, places: 3), text(bin.won, places: 3),
                    ]
                })
    }

    static func text(_ estimate: Estimate, places: Int) -> String {
        let value = text(estimate.value, places: places)
        guard estimate.low != nil || estimate.high != nil else { return value }
        return "\(value) [\(text(estimate.low, places: places)), \(text(estimate.high, places: places))]"
    }

    /// A decimal with that many places, `-` for nil and for what is too large to be meant.
    static func text(_ number: Double?, places: Int) -> String {
        let scale = (0..<places).reduce(1) { power, _ in power * 10 }
        guard let number, let scaled = Int64(exactly: (number * Double(scale)).rounded()) else { return "-" }
        let magnitude = scaled.magnitude
        let whole = (scaled < 0 ? "-" : "") + String(magnitude / UInt64(scale))
        guard places > 0 else { return whole }
        let digits = String(magnitude % UInt64(scale))
        return whole + "." + String(repeating: "0", count: places - digits.count) + digits
    }

    /// Columns as wide as their widest cell, without trailing space.
    static func aligned(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
