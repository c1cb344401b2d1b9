package import MarketData

extension BudgetReport {
    /// The report for people; `TextPage` and `HTMLPage` render it.
    ///
    /// - Parameters:
    ///   - series: of the same ledger, period and time as the report.
    ///   - exact: shows what was spent to the micro-dollar, not to the cent.
    package func page(
        series: BudgetSeries, advice: [BudgetAdvice], rollout: String, basis: Basis, generated: Timestamp,
        exact: Bool = false
    ) -> ReportPage {
        let money = Money(exact: exact)
        return ReportPage(
            title: "Budget", period: period, rollout: rollout, basis: basis, generated: generated,
            sections: [
                .init(
                    heading: "Spending", lead: "As of \(NumberFormat.time(Timestamp(nanos: asOf))).",
                    figures: figures(money), blocks: [.lines(series.plot)]),
                .init(
                    heading: "Cost per signal",
                    lead: "Month to date. What both arms need counts for each of them in full.",
                    figures: costPerSignal.map { costFigure($0, money) }),
                .init(
                    heading: "Where it went",
                    blocks: [
                        .table(Self.sums("provider", byProvider, money)),
                        .table(Self.sums("category", byCategory, money)), .table(Self.sums("arm", byArm, money)),
                        .table(dayTable(series, money)),
                    ]),
                .init(heading: "Limits", blocks: [.table(thresholdTable)] + overrideTexts(money)),
                .init(heading: "Invoices", blocks: [.table(driftTable(money))]),
                .init(heading: "Advice", lead: "With what each saves.", blocks: Self.texts(advice)),
            ])
    }

    /// Amounts as this page spells them.
    private struct Money {
        let exact: Bool

        func callAsFunction(_ micros: Int64?) -> String { Dollars.text(micros, exact: exact) }

        func cell(_ micros: Int64?) -> TextTable.Cell { .known(micros.map { self($0) }) }
    }
}

// MARK: - Figures

extension BudgetReport {
    private func figures(_ money: Money) -> [ReportPage.Figure] {
        let share = spentMicros.map { NumberFormat.percent(part: $0, of: limitMicros, places: 1) + " of the limit" }
        let band = forecastLowMicros.map { "\(money($0)) to \(money(forecastHighMicros)), four times in five" }
        let paceNote = "a day may cost this from now on; \(money(averagePaceMicros)) on average"
        return [
            .init("spent", money(spentMicros), tone: spentTone, note: share ?? Self.noCost),
            .init("limit", money(limitMicros), note: "aim \(money(aimMicros)), a day \(money(dayLimitMicros))"),
            .init(
                "forecast", money(forecastMicros), tone: forecastTone,
                note: band ?? "known after two full days; \(fullDays) so far"),
            .init(
                "over the limit", NumberFormat.percent(overProbability, places: 1),
                tone: overProbability == nil ? .unknown : .plain, note: "how likely the month ends above it"),
            .init("pace", money(paceMicrosToday), tone: paceMicrosToday == nil ? .unknown : .plain, note: paceNote),
            .init(
                "a day costs", money(dailyMicros), tone: dailyMicros == nil ? .unknown : .plain,
                note: "\(NumberFormat.number(remainingDays, places: 1)) trading days left"),
            exhaustionFigure,
            .init("reserved", money(reservedMicros), note: "for alerts and rollback \(money(protectionLeftMicros))"),
            .init("fees to come", money(fixedLeftMicros)),
        ]
    }

    private var spentTone: Tone {
        guard let spentMicros else { return .unknown }
        return spentMicros >= limitMicros ? .bad : spentMicros > aimMicros ? .warning : .ok
    }

    /// Bad when the month is expected to cost more than the limit, a warning when the band reaches over it.
    private var forecastTone: Tone {
        guard let forecastMicros, let forecastHighMicros else { return .unknown }
        return forecastMicros > limitMicros ? .bad : forecastHighMicros > limitMicros ? .warning : .ok
    }

    private var exhaustionFigure: ReportPage.Figure {
        let label = "limit reached"
        if let exhaustion { return .init(label, exhaustion, tone: .warning, note: "at what a day costs") }
        guard dailyMicros != nil || remainingDays == 0 else {
            return .init(label, NumberFormat.unknown, tone: .unknown)
        }
        return .init(label, "not this month", note: "at what a day costs")
    }

    private func costFigure(_ cost: Cost, _ money: Money) -> ReportPage.Figure {
        let tone: Tone =
            switch cost.verdict {
            case .pass: .ok
            case .fail: .bad
            case .unknown: .unknown
            }
        let signals = cost.signals.map { NumberFormat.count($0) } ?? "an unknown number of"
        let note =
            "\(money(cost.costMicros)) for \(signals) signals, \(money(cost.sharedMicros)) of it shared; last five days "
            + cost.rollingText
        return .init(
            cost.arm.rawValue, cost.text, tone: tone, note: spentMicros == nil ? Self.noCost : note)
    }

    private static let noCost = "no cost recorded"
}

// MARK: - Tables

extension BudgetReport {
    /// Keys are never shortened: they are what the ledger is searched by.
    private static func sums(_ name: String, _ sums: [String: Int64], _ money: Money) -> TextTable {
        TextTable(
            caption: "By \(name)", columns: [.exact(name), .number("spent")],
            rows: sums.sorted { $0.key < $1.key }.map { [TextTable.Cell($0.key), money.cell($0.value)] },
            emptyNote: NumberFormat.unknown)
    }

    /// Every trading date of the month, and others with a cost.
    private func dayTable(_ series: BudgetSeries, _ money: Money) -> TextTable {
        let points = Dictionary(
            series.points.map { ($0.date.description, $0) }, uniquingKeysWith: { first, _ in first })
        var table = TextTable(
            caption: "By trading date",
            columns: [.exact("day")] + ["spent", "so far", "pace", "forecast", "low", "high"].map { .number($0) })
        for day in Set(points.keys).union(days.keys).sorted() {
            let point = points[day]
            // Blank: what lies ahead has cost nothing yet, and a day that is no session has neither pace nor forecast.
            let spent = [days[day] ?? point?.spentMicros.map { _ in 0 }, point?.spentMicros].map { micros in
                spentMicros == nil ? .known(nil) : TextTable.Cell(micros.map { money($0) } ?? "")
            }
            let ahead = [point?.paceMicros, point?.forecastMicros, point?.lowMicros, point?.highMicros].map {
                TextTable.Cell($0.map { Dollars.text($0) } ?? "")
            }
            table.append([TextTable.Cell(day)] + spent + ahead)
        }
        return table
    }

    private var thresholdTable: TextTable {
        TextTable(
            caption: "Thresholds",
            columns: [.exact("threshold"), .exact(""), .text("severity"), .exact("what is done")],
            rows: thresholds.map { row in
                let tone: Tone = !row.active ? .plain : row.severity == .critical ? .bad : .warning
                let actions = row.actions.map(\.rawValue).joined(separator: ", ")
                return [
                    TextTable.Cell(row.name.rawValue), TextTable.Cell(row.active ? "passed" : "", tone),
                    TextTable.Cell(row.severity.rawValue), TextTable.Cell(actions.isEmpty ? "notice only" : actions),
                ]
            })
    }

    /// Texts, since a reason is as long as its author liked and matters to the end.
    private func overrideTexts(_ money: Money) -> [ReportPage.Block] {
        guard !overrides.isEmpty else { return [.text("No limit was overridden.")] }
        return overrides.map { row in
            let what = row.grant == "extra" ? "+\(money(row.micros)) on" : "\(money(row.micros)) instead of"
            return .text(
                "Override: \(what) the \(row.scope)'s limit, \(row.active ? "until" : "not now: until") "
                    + "\(NumberFormat.time(Timestamp(nanos: row.expires))), by \(row.actor): \(row.reason)")
        }
    }

    private func driftTable(_ money: Money) -> TextTable {
        TextTable(
            caption: "Invoiced against metered",
            columns: [.text("provider"), .number("invoiced"), .number("metered"), .number("drift"), .exact("")],
            rows: drift.map { row in
                let tone: Tone =
                    switch row.level {
                    case .none: .ok
                    case .warning: .warning
                    case .critical: .bad
                    }
                let ratio = row.ratio.map { ($0 > 0 ? "+" : "") + NumberFormat.percent($0, places: 1) }
                return [
                    TextTable.Cell(row.provider), money.cell(row.invoicedMicros), money.cell(row.meteredMicros),
                    .known(ratio), TextTable.Cell(row.level == .none ? "ok" : row.level.rawValue, tone),
                ]
            }, emptyNote: "no invoice was imported")
    }

    private static func texts(_ advice: [BudgetAdvice]) -> [ReportPage.Block] {
        guard !advice.isEmpty else { return [.text("Nothing is known that would cost less.")] }
        return advice.map { advice in
            .text("\(advice.kind.rawValue), \(Dollars.text(advice.savesMicros)): \(advice.text)")
        }
    }
}

extension BudgetSeries {
    /// Spend against pace, with the forecast, which begins where the last day that is over ended.
    var plot: LinePlot {
        let start = points.indices.last { points[$0].spentMicros != nil && points[$0].forecastMicros == nil }
        func dollars(_ micros: (Point) -> Int64?) -> [Double?] { points.map { micros($0).map { Double($0) / 1e6 } } }
        func ahead(_ micros: (Point) -> Int64?) -> [Double?] {
            var values = dollars(micros)
            if let start, values.contains(where: { $0 != nil }) { values[start] = dollars(\.spentMicros)[start] }
            return values
        }
        return LinePlot(
            title: "Spend against pace", positions: .sessions(points.map(\.date)), unit: .dollars,
            series: [
                PlotSeries("spent", dollars(\.spentMicros)), PlotSeries("even pace", dollars { $0.paceMicros }),
                PlotSeries("forecast", ahead(\.forecastMicros)),
            ],
            target: .init(Double(limitMicros) / 1e6, label: "limit \(Dollars.text(limitMicros))"),
            band: .init(label: "P10 to P90", low: ahead(\.lowMicros), high: ahead(\.highMicros)))
    }
}
