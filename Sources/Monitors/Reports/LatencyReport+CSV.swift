extension LatencyReport {
    /// A line for each row of the report with full precision: what it is of, counts, times in milliseconds, the share
    /// within `target_ms` (0...1) with its interval, and the trend of p99. An empty field is unknown, or a row that has no
    /// target.
    package var csv: String {
        var csv = CSV(header: [
            "basis", "from", "through", "arm", "span", "versions", "count", "lost", "clamped", "p50_ms", "p95_ms",
            "p99_ms", "p999_ms", "max_ms", "mean_ms", "target_ms", "within_target", "share", "share_low", "share_high",
            "objective", "verdict", "trend_ms_per_session", "trend_standard_error_ms", "trend_direction",
        ])
        for row in rows { csv.append(fields(row)) }
        return csv.text
    }

    private func fields(_ row: Row) -> [String?] {
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
