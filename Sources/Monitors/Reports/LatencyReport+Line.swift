extension LatencyReport {
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
}
