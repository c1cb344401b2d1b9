package import MarketData

extension LatencyReport {
    /// The report for people; `TextPage` and `HTMLPage` render it.
    ///
    /// - Parameter period: what was asked for, such as `2026-11`; what was measured in it is `from` to `through`.
    package func page(period: String, rollout: String, generated: Timestamp) -> ReportPage {
        ReportPage(
            title: "Latency", period: period, rollout: rollout, basis: basis, generated: generated,
            sections: LatencyArm.allCases.map(section) + [everySpan])
    }

    private func section(of arm: LatencyArm) -> ReportPage.Section {
        let signals = row(.endToEnd, arm: arm)
        let marks = row(.markAnswer, arm: arm)
        let figures = [
            shareFigure(signals), Self.figure("p50", signals?.p50, of: signals),
            Self.figure("p95", signals?.p95, of: signals), Self.figure("p99", signals?.p99, of: signals),
            Self.figure("p99.9", signals?.p999, of: signals), Self.figure("longest", signals?.max, of: signals),
            Self.figure("mark answered, p50", marks?.p50, of: marks, note: Self.samples(marks, "mark")),
            Self.figure("mark answered, p99", marks?.p99, of: marks),
        ]
        return ReportPage.Section(
            heading: arm.heading,
            lead: "From the read of the record that caused a signal to the write to the sink: \(goal).",
            figures: figures, blocks: sessions.isEmpty ? [] : [.lines(plot(of: arm))])
    }

    /// `99 % are to be within 100 ms`
    private var goal: String {
        let goal = "\(LatencyText.short(objective * 100)) % are to be within \(LatencyText.short(target)) ms"
        return basis == .replay ? goal + "; not judged (replay)" : goal
    }

    private func shareFigure(_ row: Row?) -> ReportPage.Figure {
        let label = "within \(LatencyText.short(target)) ms"
        guard let row, row.count > 0 else {
            return .init(label, NumberFormat.unknown, tone: .unknown, note: "no signal was measured")
        }
        let note = "\(Self.samples(row, "signal")); 95 % interval \(row.intervalText)"
        return .init(
            label, LatencyText.percent(row.share), unit: "%", tone: row.verdict?.tone ?? .plain,
            note: row.verdict.map { "\($0.rawValue): \(note)" } ?? note)
    }

    private static func figure(
        _ label: String, _ value: Double?, of row: Row?, note: String = ""
    ) -> ReportPage.Figure {
        if value == nil, let row, row.lost > 0 {
            return .init(label, lostText, tone: .bad, note: "it falls on the \(NumberFormat.count(row.lost)) lost")
        }
        return .init(
            label, LatencyText.milliseconds(value), unit: value == nil ? "" : "ms",
            tone: value == nil ? .unknown : .plain,
            note: note)
    }

    /// `212 signals, 2 of them lost`
    private static func samples(_ row: Row?, _ what: String) -> String {
        guard let row, row.count > 0 else { return "" }
        let lost = row.lost > 0 ? ", \(NumberFormat.count(row.lost)) of them lost" : ""
        return "\(NumberFormat.count(row.count)) \(what)\(row.count == 1 ? "" : "s")\(lost)"
    }

    /// Every session that has a sample of any kind, so that one without signals is a gap and both engines' plots agree.
    private var sessions: [CivilDate] {
        Set(rows.flatMap { $0.sessions.map(\.session) }).sorted().compactMap { CivilDate($0) }
    }

    private func plot(of arm: LatencyArm) -> LinePlot {
        let measured = Dictionary(
            (row(.endToEnd, arm: arm)?.sessions ?? []).map { ($0.session, $0) }, uniquingKeysWith: { first, _ in first }
        )
        let sessions = sessions
        func series(_ name: String, _ value: (Session) -> Double?) -> PlotSeries {
            PlotSeries(name, sessions.map { measured[$0.description].flatMap(value) })
        }
        return LinePlot(
            title: "\(arm.heading): latency end to end", positions: .sessions(sessions), unit: .milliseconds,
            scale: .logarithmic,
            series: [series("p50", \.p50), series("p95", \.p95), series("p99", \.p99)],
            target: .init(target, label: "target \(LatencyText.short(target)) ms"))
    }

    private var everySpan: ReportPage.Section {
        ReportPage.Section(
            heading: "Every span",
            lead:
                "A percentile is lost where it falls on signals that were never answered. The trend is that of p99 from "
                + "session to session.",
            blocks: [.table(percentiles), .table(shares)])
    }

    private var percentiles: TextTable {
        var table = TextTable(
            caption: "Times in ms",
            columns: [.text("arm"), .exact("span")]
                + ["p50", "p95", "p99", "p99.9", "max", "trend"].map { .number($0) })
        for row in rows {
            var cells = [TextTable.Cell(row.armText), TextTable.Cell(row.span.rawValue)]
            for value in [row.p50, row.p95, row.p99, row.p999, row.max] {
                let isLost = value == nil && row.lost > 0
                cells.append(isLost ? .init(Self.lostText, .bad) : .known(value.map { LatencyText.milliseconds($0) }))
            }
            table.append(cells + [.known(row.trendText)])
        }
        return table
    }

    private var shares: TextTable {
        var table = TextTable(
            caption: "Share within \(LatencyText.short(target)) ms, in %",
            columns: [
                .text("arm"), .exact("span"), .number("count"), .number("lost"), .number("share"),
                .number("95 %"), .text("verdict"),
            ])
        for row in rows where row.span.isLatency {
            table.append([
                TextTable.Cell(row.armText), TextTable.Cell(row.span.rawValue),
                TextTable.Cell(NumberFormat.count(row.count)), TextTable.Cell(NumberFormat.count(row.lost)),
                .known(row.share.map { LatencyText.percent($0) }),
                .known(row.shareLow.map { _ in row.intervalText }), row.verdictCell,
            ])
        }
        return table
    }

    private static let lostText = "lost"
}

extension LatencyArm {
    /// `Baseline`
    var heading: String {
        switch self {
        case .baseline: "Baseline"
        case .candidate: "Candidate"
        }
    }
}

extension LatencyReport.Verdict {
    fileprivate var tone: Tone {
        switch self {
        case .pass: .ok
        case .fail: .bad
        case .unknown: .unknown
        case .inconclusive, .notJudged: .plain
        }
    }
}

extension LatencyReport.Row {
    /// What belongs to no engine is the operator's.
    fileprivate var armText: String { arm?.rawValue ?? "operator" }

    fileprivate var verdictCell: TextTable.Cell {
        switch verdict {
        case .notJudged: "not judged"
        case let verdict?: TextTable.Cell(verdict.rawValue, verdict.tone)
        case nil: ""
        }
    }

    /// `97.37-99.91`
    fileprivate var intervalText: String { "\(LatencyText.percent(shareLow))-\(LatencyText.percent(shareHigh))" }

    /// `+0.250` or `unclear`; nil with too few sessions.
    fileprivate var trendText: String? {
        guard let trend else { return nil }
        guard trend.direction != .unclear else { return trend.direction.rawValue }
        return (trend.direction == .rising ? "+" : "") + LatencyText.milliseconds(trend.millisecondsPerSession)
    }
}

extension TextTable.Cell {
    /// `text`, or that it is unknown.
    static func known(_ text: String?, _ tone: Tone = .plain) -> Self {
        text.map { Self($0, tone) } ?? Self(NumberFormat.unknown, .unknown)
    }
}
