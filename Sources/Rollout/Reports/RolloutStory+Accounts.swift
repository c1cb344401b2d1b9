internal import MarketData
internal import Monitors

extension RolloutStory {
    var agreementSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Agreement of the arms",
            lead:
                "A case is an underlying in a half hour in which an arm had a direction, the sign of its long less its short "
                + "signals. Shares of all cases, each with its 95 % interval by session.",
            blocks: [.table(agreementTable)])
    }

    var paperSection: ReportPage.Section {
        var blocks: [ReportPage.Block] = [.table(paperTable)]
        if let paperPlot { blocks.append(.lines(paperPlot)) }
        return ReportPage.Section(
            heading: "Paper accounts",
            lead:
                "What each arm would have made with one contract on each of its signals, after costs and without limits, also "
                + "where nothing is scored.", blocks: blocks)
    }

    var liveSection: ReportPage.Section {
        let heading = "Live account"
        guard let reading = input.account else {
            return ReportPage.Section(heading: heading, blocks: [.text("Live account: \(missingAccount).")])
        }
        let older = reading.isOlder ? " As of \(NumberFormat.time(reading.time)): the feed has gone on since." : ""
        return ReportPage.Section(
            heading: heading,
            lead:
                "Of what either arm emitted since the rollout began, whichever versions spoke; open positions at the last "
                + "price known." + older, figures: liveFigures(reading),
            blocks: [.table(positionTable(reading)), .table(refusalTable(reading))])
    }

    /// Whether the spec asks for checks on an account at all.
    var keepsAccount: Bool { input.terms.risk != nil }

    private var missingAccount: String {
        keepsAccount ? NumberFormat.unknown : "none is kept, since the spec has no risk checks"
    }

    /// What `(ROI_c - ROI_b) / |ROI_b|` came to.
    var roiGainText: String {
        "ROI gain of the candidate (advisory, no gate asks for it): " + roiGainValue + "."
    }

    private var roiGainValue: String {
        guard let gain = input.roiGain else { return NumberFormat.unknown }
        let sessions = " over " + Self.count(gain.estimate.count, "priced session")
        if let error = gain.error { return error + sessions }
        guard gain.estimate.value != nil else { return NumberFormat.unknown + sessions }
        return ReportUnit.share.cell(gain.estimate).text + sessions
    }

    // MARK: - Tables

    private var agreementTable: TextTable {
        let parts = input.agreement.map {
            [("same", $0.same), ("opposite", $0.opposite), ("missed", $0.missed), ("extra", $0.extra)]
        }
        let meanings = [
            "same": "both the same way", "opposite": "both, against each other", "missed": "only the baseline",
            "extra": "only the candidate",
        ]
        return TextTable(
            columns: [.exact("arms"), .text("direction"), .number("cases"), .number("of"), .exact("share")],
            rows: (parts ?? []).map { name, part in
                [
                    TextTable.Cell(name), TextTable.Cell(meanings[name] ?? ""),
                    TextTable.Cell(NumberFormat.count(part.count)),
                    TextTable.Cell(NumberFormat.count(input.agreement?.cases)), ReportUnit.share.cell(part.share),
                ]
            }, emptyNote: NumberFormat.unknown)
    }

    private var paperTable: TextTable {
        let accounts = input.paper.map { [("baseline", $0.baseline), ("candidate", $0.candidate)] } ?? []
        return TextTable(
            columns: [.exact("arm")]
                + ["signals", "unresolvable", "profit", "profit R", "max drawdown", "max drawdown R"].map {
                    .number($0)
                },
            rows: accounts.map { arm, account in
                [
                    TextTable.Cell(arm), TextTable.Cell(NumberFormat.count(account.signals)),
                    TextTable.Cell(NumberFormat.count(account.unresolvable)), Self.dollars(account.profitMicros),
                    Self.r(account.profitRMicros), Self.dollars(account.maxDrawdownMicros),
                    TextTable.Cell(NumberFormat.number(Double(account.maxDrawdownRMicros) / 1e6, places: 2)),
                ]
            }, emptyNote: NumberFormat.unknown)
    }

    private func positionTable(_ reading: LiveReading) -> TextTable {
        TextTable(
            caption: "Open positions",
            columns: [.exact("underlying")]
                + ["contracts", "signals", "last price", "unrealised"].map { .number($0) },
            rows: reading.standing.positions.map { position in
                [
                    TextTable.Cell("\(position.underlying)"), TextTable.Cell(LiveReading.signed(position.contracts)),
                    TextTable.Cell(NumberFormat.count(position.signals)),
                    TextTable.Cell(Price(nanos: position.priceNanos).description),
                    Self.dollars(position.unrealisedMicros),
                ]
            }, emptyNote: "nothing is open")
    }

    private func refusalTable(_ reading: LiveReading) -> TextTable {
        TextTable(
            caption: "Signals that its checks kept from being live", columns: [.exact("rule"), .number("signals")],
            rows: reading.refused.sorted { $0.key < $1.key }.map { rule, count in
                [TextTable.Cell("risk.\(rule)"), TextTable.Cell(NumberFormat.count(count))]
            })
    }

    private func liveFigures(_ reading: LiveReading) -> [ReportPage.Figure] {
        let standing = reading.standing
        func figure(_ label: String, _ micros: Int64, _ note: String) -> ReportPage.Figure {
            ReportPage.Figure(label, NumberFormat.dollars(micros: micros), note: note)
        }
        func dollars(_ micros: Int64) -> String { NumberFormat.dollars(micros: micros) }
        return [
            figure(
                "equity", standing.equityMicros,
                "cash \(dollars(standing.cashMicros)) of a capital of \(dollars(standing.capitalMicros))"),
            figure("realised", standing.realisedMicros, settledNote(standing)),
            figure(
                "unrealised", standing.unrealisedMicros,
                Self.count(standing.admitted - standing.settled, "signal") + " open"),
            figure("drawdown", standing.drawdownMicros, "at most \(dollars(standing.maxDrawdownMicros))"),
            figure("session", standing.sessionProfitMicros, "since it opened"),
            figure("exposure", standing.exposureMicros, "what open positions are worth"),
            ReportPage.Figure("refused", NumberFormat.count(reading.refusedSignals), note: "signals, by risk checks"),
        ]
    }

    private func settledNote(_ standing: LiveStanding) -> String {
        "\(NumberFormat.count(standing.settled)) of \(NumberFormat.count(standing.admitted)) live signals are over, "
            + "\(NumberFormat.count(standing.unresolvable)) unresolvable"
    }

    private static func dollars(_ micros: Int64) -> TextTable.Cell {
        TextTable.Cell(NumberFormat.dollars(micros: micros))
    }

    private static func r(_ micros: Int64) -> TextTable.Cell { TextTable.Cell(ReportUnit.r.text(Double(micros) / 1e6)) }

    /// Nil where it is not known.
    private var paperPlot: LinePlot? {
        guard let paper = input.paper else { return nil }
        func curve(_ account: PaperAccount) -> [Double?] {
            points.map { point in account.at(point.session).map { Double($0.equityMicros) / 1e6 } }
        }
        return plot(
            "Paper account of both arms", .dollars,
            [PlotSeries("baseline", curve(paper.baseline)), PlotSeries("candidate", curve(paper.candidate))])
    }
}

extension PaperAccount {
    /// Where it stood at the end of a session; nil when it has none such.
    func at(_ session: CivilDate) -> Session? { sessions.last { $0.session == session } }
}
