internal import Foundation
internal import Logging
internal import MarketData
internal import Monitors

/// What a desk reads after a close: `summaries/<trade date>.txt`, and after the week's last session
/// `summaries/week-<trade date>.txt`, in the state folder.
enum SessionSummary {
    /// Writes them from the journal as it stands; what goes wrong is logged and holds nothing up.
    ///
    /// - Returns: the session's, and the week's where it ended; nil what could not be written.
    static func write(
        _ session: CivilDate, folder: StateFolder, logger: Logger, _ open: () throws -> RolloutRecords
    ) -> (daily: String?, weekly: String?) {
        var texts: (daily: String?, weekly: String?)
        do {
            let records = try open()
            try FileManager.default.createDirectory(
                atPath: folder.summaries, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let daily = try records.daily(session)
            try store(daily, folder.summaries + "/\(session).txt")
            texts.daily = daily
            guard let week = try records.week(endingWith: session) else { return texts }
            let weekly = try records.weekly(week)
            try store(weekly, folder.summaries + "/week-\(session).txt")
            texts.weekly = weekly
        } catch {
            logger.warning("no summary of the session", metadata: ["session": "\(session)", "reason": "\(error)"])
        }
        return texts
    }

    private static func store(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

extension RolloutRecords {
    fileprivate func daily(_ session: CivilDate) throws -> String {
        let period = ReportPeriod(from: session, through: session)
        return MonitorSummary.daily(
            session, uptime: try uptime(SLAPeriod(session: session, calendar: calendar)), latency: try latency(period),
            budget: try budgetReport(BudgetPeriod(of: session)), signals: try signals(period))
    }

    fileprivate func weekly(_ week: ClosedRange<CivilDate>) throws -> String {
        let period = ReportPeriod(from: week.lowerBound, through: week.upperBound)
        return MonitorSummary.weekly(
            week,
            uptime: try uptime(SLAPeriod(from: week.lowerBound, through: week.upperBound, calendar: calendar)),
            latency: try latency(period), budget: try budgetReport(BudgetPeriod(of: week.upperBound)),
            signals: try signals(period))
    }

    /// The trade dates of the ISO week whose last session this is; nil when another follows in it.
    fileprivate func week(endingWith session: CivilDate) throws -> ClosedRange<CivilDate>? {
        for later in stride(from: session.weekday + 1, through: 7, by: 1)
        where try calendar.session(on: session.adding(days: later - session.weekday)) != nil {
            return nil
        }
        return session.adding(days: 1 - session.weekday)...session
    }

    private func uptime(_ period: SLAPeriod) throws -> MonitorSummary.Uptime? {
        guard basis == .arrival else { return nil }
        let report = try sla(period)
        return MonitorSummary.Uptime(
            raw: report.uptimeRaw, adjusted: report.uptimeAdjusted,
            target: report.target, badSeconds: Int64(report.badSecondsRaw),
            budgetLeft: report.budgetLeft, incidents: report.incidents.count)
    }
}
