internal import MarketData
package import Monitors
internal import Rollout

/// How one monitor stands, for `status`.
package struct MonitorLine: Codable, Hashable, Sendable {
    package let monitor: String
    package let text: String
}

extension RolloutRecords {
    /// Every monitor in one line, and when the market and promotions open; what cannot be told says why.
    package func monitorLines() -> [MonitorLine] {
        let lines: [(String, () throws -> String)] = [
            ("decision", decision), ("account", accountLine), ("market", market), ("promotion", promotion),
            ("uptime", uptime),
            ("latency", { try latencyLine(.baseline) }),
            ("latency", { try latencyLine(.candidate) }), ("budget", budgetLine), ("data", data),
            ("alerts", { try AlertRecords(folder).statusLine() }),
        ]
        return lines.map { monitor, text in
            do { return MonitorLine(monitor: monitor, text: try text()) } catch {
                return MonitorLine(monitor: monitor, text: "\(NumberFormat.unknown): \(error)")
            }
        }
    }

    private var month: ReportPeriod { ReportPeriod(monthOf: calendar.localTime(of: now).date) }

    /// What the rollout waits for, and how many versions of the candidate were tried.
    private func decision() throws -> String {
        guard let standing = try RolloutStanding(reader) else {
            return "\(NumberFormat.unknown): no session has become evidence yet"
        }
        let tried = standing.snapshot.versionsTried
        return standing.explained.summary + (tried > 1 ? "; \(tried) versions of the candidate tried" : "")
    }

    private func market() throws -> String {
        if let minutes = try calendar.minutesToClose(at: now) {
            return "open, closes in \(Self.text(minutes: minutes))"
        }
        guard let minutes = try calendar.minutesToOpen(at: now) else { return "closed" }
        return "closed, opens in \(Self.text(minutes: minutes))"
    }

    private static func text(minutes: Int) -> String {
        minutes > 0 ? NumberFormat.duration(seconds: Int64(minutes) * 60) : "less than a minute"
    }

    private func promotion() throws -> String {
        switch try terms.promotion.allows(at: now, calendar: calendar) {
        case .allowed: return "the hours allow it"
        case .closed(let until, let reason):
            let end = until.map { "until \(calendar.format($0))" } ?? "with no end in sight"
            return "closed \(end): \(reason.text(calendar))"
        }
    }

    private func uptime() throws -> String {
        guard basis == .arrival else { return "not judged (replay)" }
        let report = try sla(SLAPeriod(month: month.label, calendar: calendar))
        let target = report.target
        func percent(_ ratio: Double?) -> String { NumberFormat.percent(ratio, target: target) }
        return "\(report.period) raw \(percent(report.uptimeRaw)), adjusted \(percent(report.uptimeAdjusted)), target "
            + "\(NumberFormat.percent(target, places: 1)); \(report.badSecondsRaw) s bad, budget left "
            + NumberFormat.percent(report.budgetLeft, places: 1)
    }

    private func latencyLine(_ arm: LatencyArm) throws -> String {
        let report = try latency(month)
        guard let row = report.row(.endToEnd, arm: arm) else { return "\(arm.rawValue) \(NumberFormat.unknown)" }
        return report.line(row)
    }

    private func budgetLine() throws -> String {
        let line = try budgetReport(BudgetPeriod(of: now)).statusLine
        return line.hasPrefix("budget ") ? String(line.dropFirst("budget ".count)) : line
    }

    private func data() throws -> String {
        guard let last = try qualities(month).last else {
            return "\(NumberFormat.unknown): no session was read to its end"
        }
        let score = NumberFormat.number(last.score, places: 3)
        let worst = last.taintedHalfHours.count
        return "\(last.session) score \(score), \(worst) of \(last.hours.halfHours.count) half hours tainted"
            + (last.isComplete ? "" : ", so far")
    }

    /// What the data of the period's sessions was worth, in order.
    package func qualities(_ period: ReportPeriod) throws -> [QualityReport] {
        try reader.qualities(sessions: period.first.description...period.last.description).map { row in
            do throws(QualityLineError) {
                return try QualityReport(line: row.report.utf8)
            } catch {
                throw JournalError.damaged(path: reader.path, row: 0, reason: "quality of \(row.session): \(error)")
            }
        }
    }
}
