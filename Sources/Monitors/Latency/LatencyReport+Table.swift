extension LatencyReport {
    /// Percentiles in milliseconds, under a header, at most 80 columns wide with two spaces between columns: `-` is
    /// unknown, `lost` a percentile that falls on what was lost. The last column is the trend of p99 a session.
    package var percentileTable: [[String]] {
        [["arm", "span", "p50 ms", "p95", "p99", "p99.9", "max", "p99 trend"]]
            + rows.map { row in
                [row.armText, row.span.rawValue]
                    + [row.p50, row.p95, row.p99, row.p999].map { value in
                        value == nil && row.lost > 0 ? "lost" : LatencyText.milliseconds(value)
                    }
                    + [LatencyText.milliseconds(row.max), row.trendText]
            }
    }

    /// Shares within the target in percent, under a header, at most 80 columns wide up to ten digits of counts. Only
    /// rows that have a target.
    package var shareTable: [[String]] {
        [["arm", "span", "count", "lost", "≤\(LatencyText.short(target)) ms %", "95 %", "verdict"]]
            + rows.filter { $0.span.isLatency }.map { row in
                [
                    row.armText, row.span.rawValue, String(row.count), String(row.lost), LatencyText.percent(row.share),
                    row.intervalText, row.verdict == .notJudged ? "not judged" : row.verdict?.rawValue ?? "-",
                ]
            }
    }

    /// What stands below the tables.
    package var note: String {
        let goal = "objective: \(LatencyText.short(objective * 100)) % within \(LatencyText.short(target)) ms"
        return basis == .replay ? goal + "; not judged (replay)" : goal
    }

    /// One row as a line for a status page, such as `end_to_end candidate: ≤100 ms 99.52 % of 212 (at least 97.37),
    /// p50/p95/p99 12.06/41.16/88.08 ms, inconclusive`.
    package func line(_ row: Row) -> String {
        let name = [row.span.rawValue, row.arm?.rawValue].compactMap { $0 }.joined(separator: " ")
        guard row.count > 0 else { return "\(name): unknown" }
        let times = [row.p50, row.p95, row.p99].map { $0 == nil ? "lost" : LatencyText.milliseconds($0) }
        let measured = "p50/p95/p99 \(times.joined(separator: "/")) ms"
        guard let verdict = row.verdict else { return "\(name): \(row.count) samples, \(measured)" }
        return "\(name): ≤\(LatencyText.short(target)) ms \(LatencyText.percent(row.share)) % of \(row.count) "
            + "(at least \(LatencyText.percent(row.shareLow))), \(measured), \(verdict.rawValue)"
    }

    /// A header and a line for each row with full precision; nil is unknown.
    package var csvRows: [[String?]] {
        let header: [String?] = [
            "basis", "from", "through", "arm", "span", "versions", "count", "lost", "clamped", "p50_ms", "p95_ms",
            "p99_ms", "p999_ms", "max_ms", "mean_ms", "target_ms", "within_target", "share", "share_low", "share_high",
            "objective", "verdict", "trend_ms_per_session", "trend_standard_error_ms", "trend_direction",
        ]
        return [header] + rows.map(csvRow)
    }

    private func csvRow(_ row: Row) -> [String?] {
        let what: [String?] = [
            basis.rawValue, from, through, row.arm?.rawValue, row.span.rawValue, row.versions.joined(separator: " "),
        ]
        let counts: [String?] = [row.count, row.lost, row.clamped].map { String($0) }
        let times = [row.p50, row.p95, row.p99, row.p999, row.max, row.mean, row.withinTarget == nil ? nil : target]
            .map { $0.map { String($0) } }
        let shares: [String?] =
            [row.withinTarget.map { String($0) }]
            + [row.share, row.shareLow, row.shareHigh, row.verdict == nil ? nil : objective].map {
                $0.map { String($0) }
            }
        let trend: [String?] = [
            row.trend.map { String($0.millisecondsPerSession) }, row.trend.map { String($0.standardError) },
            row.trend?.direction.rawValue,
        ]
        return what + counts + times + shares + [row.verdict?.rawValue] + trend
    }
}

extension LatencyReport.Row {
    fileprivate var armText: String { arm?.rawValue ?? "-" }

    /// `97.37-99.91`
    fileprivate var intervalText: String {
        shareLow == nil ? LatencyText.unknown : "\(LatencyText.percent(shareLow))-\(LatencyText.percent(shareHigh))"
    }

    /// `+0.250`, `unclear` or `-`
    fileprivate var trendText: String {
        guard let trend else { return LatencyText.unknown }
        guard trend.direction != .unclear else { return trend.direction.rawValue }
        return (trend.direction == .rising ? "+" : "") + LatencyText.milliseconds(trend.millisecondsPerSession)
    }
}
