internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Monitors
internal import Operator

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The rollout's story; uptime, budget, latency, signals and data of a period.",
        discussion: """
            Periods are of the market's time: --month 2026-11, --session 2026-11-27, or --from and --to with trade dates, \
            both included. The running month, if none is given.
            -o table for people, json and csv for programs, html for one page that needs nothing else. --explain prints the \
            rows a figure rests on. What was not measured is shown as unknown.
            """,
        subcommands: [
            ReportRollout.self, ReportSLA.self, ReportBudget.self, ReportLatency.self, ReportSignals.self,
            ReportData.self,
        ])
}

struct ReportOptions: ParsableArguments {
    enum Form: String, ExpressibleByArgument, CaseIterable { case table, json, csv, html }

    @OptionGroup var state: StateOptions
    @Option(help: "A month: YYYY-MM.") var month: String?
    @Option(help: "A trade date: YYYY-MM-DD.") var session: String?
    @Option(help: "First trade date.") var from: String?
    @Option(help: "Last trade date; the day of --from, if not given.") var to: String?
    @Option(name: [.customShort("o"), .customLong("output")], help: "table, json, csv or html.") var form: Form = .table

    func validate() throws {
        let asked = [month != nil, session != nil, from != nil].filter { $0 }.count
        if asked > 1 { throw ValidationError("--month, --session and --from exclude each other") }
        if to != nil, from == nil { throw ValidationError("--to needs --from") }
    }

    func period(_ records: RolloutRecords) throws -> ReportPeriod {
        if let month {
            guard let period = ReportPeriod(month: month) else {
                throw Failure(FailureCode.usage, "--month \(month): expected a month such as 2026-11")
            }
            return period
        }
        if let session {
            let date = try Self.date(session, "--session")
            return ReportPeriod(from: date, through: date)
        }
        guard let from else { return ReportPeriod(monthOf: records.calendar.localTime(of: records.now).date) }
        let first = try Self.date(from, "--from")
        let last = try to.map { try Self.date($0, "--to") } ?? first
        guard first <= last else { throw Failure(FailureCode.usage, "--to \(last) is before --from \(first)") }
        return ReportPeriod(from: first, through: last)
    }

    private static func date(_ text: String, _ option: String) throws -> CivilDate {
        guard let date = CivilDate(text) else {
            throw Failure(FailureCode.usage, "\(option) \(text): expected a date such as 2026-11-27")
        }
        return date
    }

    /// Prints one report in the form asked for.
    func print(
        _ report: some Encodable, csv: String, page: () -> ReportPage
    ) throws {
        switch form {
        case .json: try Output.report(report)
        case .csv: try Output.write(Array(csv.utf8))
        case .html: try Output.write(Array(HTMLPage.text(page()).utf8))
        case .table: try Output.write(Array(TextPage.text(page(), Output.styled).utf8))
        }
    }
}

struct ReportSLA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sla", abstract: "Uptime in market time, second by second, with causes and the error budget.",
        discussion: """
            A second is good when, as it begins, an operator vouches for it and a ready engine owns the live route on a fresh \
            feed; an outage counts at least one. What nobody vouches for is down. `tandem sla exclude` states what was the exchange's or planned.
            """)

    @OptionGroup var options: ReportOptions
    @Flag(help: "Print the bad intervals behind the figures.") var explain = false

    func run() throws {
        let records = try RolloutRecords(options.state.folder)
        let report = try records.sla(slaPeriod(records))
        if records.servedUntil < records.now, options.form == .table {
            Output.note(
                "the operator ended as asked at \(records.calendar.format(records.servedUntil)); the time since then counts "
                    + "once it runs again")
        }
        try options.print(report, csv: report.csv) {
            report.page(rollout: records.rollout, generated: records.now, isExplained: explain)
        }
    }

    private func slaPeriod(_ records: RolloutRecords) throws -> SLAPeriod {
        let period = try options.period(records)
        if period.isMonth { return try SLAPeriod(month: period.label, calendar: records.calendar) }
        if options.session != nil { return try SLAPeriod(session: period.first, calendar: records.calendar) }
        return try SLAPeriod(from: period.first, through: period.last, calendar: records.calendar)
    }
}

struct ReportBudget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Money of a month: spent, forecast, pace, and by whom and for what.",
        discussion: """
            A budget is kept by calendar month in UTC, as vendors bill; a shorter period shows its month as of its end.
            """)

    @OptionGroup var options: ReportOptions
    @Flag(help: "Print the ledger's rows behind the figures.") var explain = false

    func run() throws {
        let records = try RolloutRecords(options.state.folder)
        let period = try options.period(records)
        guard let month = period.months.first, period.months.count == 1 else {
            throw Failure(
                FailureCode.usage,
                "\(period.label) has days of several months, and a budget is kept by month: give --month")
        }
        let end = try period.isMonth ? nil : period.sessions(of: records.calendar).last?.to
        let figures = try records.budget(month, at: end.map { min($0, records.now) })
        if explain {
            switch options.form {
            case .json: return try Output.report(figures.explanation.rows)
            case .csv: return try Output.write(Array(figures.explanation.csv.utf8))
            case .table:
                return try Output.write(Array(figures.explanation.table.text(Output.styled).utf8))
            case .html: break
            }
        }
        try options.print(figures.report, csv: figures.report.csv) {
            figures.report.page(
                series: figures.series, advice: figures.advice, rollout: records.rollout, basis: records.basis,
                generated: records.now)
        }
    }
}

struct ReportLatency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "How long signals took, span by span, and the share that was in time.")

    @OptionGroup var options: ReportOptions
    @Flag(help: "Print the histograms behind the figures.") var explain = false

    func run() throws {
        let records = try RolloutRecords(options.state.folder)
        let period = try options.period(records)
        if explain { return try self.explain(records, period) }
        let report = try records.latency(period)
        try options.print(report, csv: report.csv) {
            report.page(period: period.label, rollout: records.rollout, generated: records.now)
        }
    }

    private struct Row: Encodable {
        var session: String
        var stage: String
        var arm: String
        var version: String
        var span: String
        var epoch: Int
        var count: Int
        var lost: Int
        var maxNs: UInt64?
    }

    private func explain(_ records: RolloutRecords, _ period: ReportPeriod) throws {
        var rows: [Row] = []
        try records.latencyRows(period) { row, histogram in
            rows.append(
                Row(
                    session: row.session, stage: row.stage, arm: row.arm, version: row.version, span: row.span,
                    epoch: row.epoch, count: histogram.count, lost: histogram.lost, maxNs: histogram.maxNanos))
        }
        if options.form == .json { return try Output.json(rows) }
        var csv = CSV(header: ["session", "stage", "arm", "version", "span", "epoch", "count", "lost", "max_ns"])
        let cells = rows.map { row in
            [
                row.session, row.stage, row.arm, row.version, row.span, "\(row.epoch)", "\(row.count)", "\(row.lost)",
                row.maxNs.map { "\($0)" } ?? "unknown",
            ]
        }
        if options.form == .csv {
            for row in cells { csv.append(row) }
            return try Output.write(Array(csv.text.utf8))
        }
        try Output.table(["session", "stage", "arm", "version", "span", "epoch", "count", "lost", "max ns"], cells)
    }
}

struct ReportSignals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signals",
        abstract: "Signals of both engines, what was decided about them and what became of them.")

    @OptionGroup var options: ReportOptions
    @Flag(help: "Print the counts behind the figures; `tandem signals --all` has the signals.") var explain = false

    func run() throws {
        let records = try RolloutRecords(options.state.folder)
        let period = try options.period(records)
        if explain { return try self.explain(records, period) }
        let report = try records.signals(period)
        try options.print(report, csv: report.csv) {
            report.page(period: period.label, rollout: records.rollout, generated: records.now)
        }
    }

    private func explain(_ records: RolloutRecords, _ period: ReportPeriod) throws {
        let sessions = try period.sessions(of: records.calendar)
        let header = ["session", "arm", "what", "why", "count", "profits", "micro_r"]
        let rows =
            try records.reader.signals(by: sessions).map { row in
                [
                    row.session.description, row.arm.rawValue, row.decision.rawValue, row.reason, "\(row.count)", "",
                    "",
                ]
            }
            + records.reader.outcomes(by: sessions).map { row in
                [
                    row.session.description, row.arm.rawValue, "outcome", row.isLive ? "live" : "not live",
                    "\(row.scored)",
                    "\(row.wins)", "\(row.sum)",
                ]
            }
        switch options.form {
        case .json: try Output.json(rows.map { Dictionary(uniqueKeysWithValues: zip(header, $0)) })
        case .table: try Output.table(header, rows)
        case .csv, .html:
            var csv = CSV(header: header)
            for row in rows { csv.append(row) }
            try Output.write(Array(csv.text.utf8))
        }
    }
}

struct ReportData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "What the data of each session was worth: gaps, silence, lateness, crossed books.")

    @OptionGroup var options: ReportOptions
    @Flag(help: "Print the gaps behind the figures.") var explain = false

    func run() throws {
        let records = try RolloutRecords(options.state.folder)
        let period = try options.period(records)
        let report = DataReport(try records.qualities(period), basis: records.basis)
        try options.print(report, csv: report.csv) {
            report.page(
                period: period.label, rollout: records.rollout, generated: records.now, isExplained: explain)
        }
    }
}
