package import MarketData

extension SignalsReport {
    /// The report for people; `TextPage` and `HTMLPage` render it.
    ///
    /// - Parameter period: what was asked for, such as `2026-11`; what is known of it is `from` to `through`.
    package func page(period: String, rollout: String, generated: Timestamp) -> ReportPage {
        ReportPage(
            title: "Signals", period: period, rollout: rollout, basis: basis, generated: generated,
            sections: (from == nil ? [] : [comparison]) + arms.map(section))
    }

    private var comparison: ReportPage.Section {
        let sessions = (arms.first?.sessions ?? []).compactMap { CivilDate($0.session) }
        return ReportPage.Section(
            heading: "Both engines",
            lead:
                "Both engines answer all traffic in every stage; only what is live leaves. R is profit in multiples of "
                + "what was at risk.",
            blocks: [
                .bars(
                    BarPlot(
                        title: "Signals by arm", sessions: sessions, unit: .signals,
                        series: arms.map { PlotSeries($0.arm.rawValue, $0.sessions.map { Double($0.signals) }) })),
                .lines(
                    LinePlot(
                        title: "Mean R by arm", positions: .sessions(sessions), unit: PlotUnit("R", places: 2),
                        series: arms.map { PlotSeries($0.arm.rawValue, $0.sessions.map(\.outcomes.meanR)) })),
            ])
    }

    private func section(of arm: Arm) -> ReportPage.Section {
        ReportPage.Section(
            heading: arm.arm.heading,
            lead: "The interval of the win rate takes outcomes as independent; those of one session seldom are.",
            figures: Self.figures(arm), blocks: [.table(Self.decisions(arm)), .table(Self.sessions(arm))])
    }

    private static func figures(_ arm: Arm) -> [ReportPage.Figure] {
        let isKnown = arm.signals != nil
        let outcomes = arm.outcomes
        let interval = outcomes.winRateLow.map {
            "95 % interval \(NumberFormat.percent($0, places: 1)) to "
                + NumberFormat.percent(outcomes.winRateHigh, places: 1)
        }
        return [
            figure("signals", arm.signals.map { NumberFormat.count($0) }),
            figure("live share", arm.liveShare.map { NumberFormat.percent($0, places: 1) }),
            figure(
                "outcomes", isKnown ? NumberFormat.count(outcomes.count) : nil,
                note: isKnown ? "\(NumberFormat.count(outcomes.pending)) pending" : ""),
            figure("win rate", outcomes.winRate.map { NumberFormat.percent($0, places: 1) }, note: interval ?? ""),
            figure(
                "mean R", outcomes.meanR.map(signed),
                note: outcomes.totalR.map { "\(signed($0)) in all" } ?? ""),
            figure(
                "mean R, live", arm.liveOutcomes.meanR.map(signed),
                note: isKnown
                    ? "\(NumberFormat.count(arm.liveOutcomes.count)) outcomes of live signals" : ""),
        ]
    }

    private static func figure(_ label: String, _ value: String?, note: String = "") -> ReportPage.Figure {
        .init(label, value ?? NumberFormat.unknown, tone: value == nil ? .unknown : .plain, note: note)
    }

    private static func decisions(_ arm: Arm) -> TextTable {
        TextTable(
            caption: "By decision and reason", columns: [.exact("decision"), .text("reason"), .number("signals")],
            rows: arm.decisions.map { row in
                [
                    TextTable.Cell(row.decision.rawValue), TextTable.Cell(row.reason),
                    TextTable.Cell(NumberFormat.count(row.count)),
                ]
            }, emptyNote: arm.signals == nil ? NumberFormat.unknown : "no signal")
    }

    private static func sessions(_ arm: Arm) -> TextTable {
        TextTable(
            caption: "By session",
            columns: [.exact("session")]
                + ["live", "shadow", "suppressed", "outcomes", "pending", "won", "mean R"].map { .number($0) },
            rows: arm.sessions.map { row in
                let counts = [
                    row.live, row.shadow, row.suppressed, row.outcomes.count, row.outcomes.pending, row.outcomes.wins,
                ]
                return [TextTable.Cell(row.session)] + counts.map { TextTable.Cell(NumberFormat.count($0)) }
                    + [.known(row.outcomes.meanR.map(signed))]
            }, emptyNote: NumberFormat.unknown)
    }

    /// `+0.41`
    static func signed(_ value: Double) -> String {
        let text = NumberFormat.number(value, places: 2)
        return value > 0 && text != "0.00" ? "+" + text : text
    }
}
