internal import MarketData
package import Monitors

extension ExplainReport {
    /// For a terminal: the answer first.
    package func text(rollout: String, _ styled: Styled = .plain, width: Int = 100) -> String {
        TextPage.text(page(rollout: rollout), styled, width: width)
    }

    /// - Parameter rollout: its id.
    package func page(rollout: String) -> ReportPage {
        var sections: [ReportPage.Section] = []
        if let gate { sections.append(section(gate)) }
        sections += [evidenceSection, triggerSection, nextSection]
        return ReportPage(
            title: summary, period: "", rollout: rollout, basis: judgesTime ? .arrival : .replay, generated: time,
            sections: sections)
    }

    // MARK: - Gate

    private func section(_ gate: Gate) -> ReportPage.Section {
        let words = GateWords(terms: terms, stage: gate.stage)
        let unmet = gate.checks.count { !$0.verdict.isPassable }
        let waits = gate.checks.compactMap { check in
            check.wait.map { ReportPage.Block.text("\(words.name(check.metric)): \($0.basis).") }
        }
        return ReportPage.Section(
            heading: "Gate to \(gate.stage.rawValue)",
            lead: (unmet == 0
                ? "Passed." : "\(unmet) of \(gate.checks.count) checks \(unmet == 1 ? "is" : "are") not met.")
                + " Everything has to hold at once, on the evidence as it stands.",
            blocks: [.table(Self.table(gate, words))] + waits)
    }

    private static func table(_ gate: Gate, _ words: GateWords) -> TextTable {
        TextTable(
            columns: [
                .exact("check"), .number("now"), .number("p"), .number("asks"), .exact("verdict"), .text("missing"),
            ],
            rows: gate.checks.map { check in
                let symbol = check.unit == .evidence ? "E " : ""
                let isUnknown = check.value == nil
                let threshold = check.threshold.map {
                    (check.isUpperLimit ? "at most " : "") + symbol + check.unit.text($0)
                }
                return [
                    TextTable.Cell(words.name(check.metric)),
                    TextTable.Cell(
                        isUnknown
                            ? NumberFormat.unknown : symbol + check.unit.text(check.value, against: check.threshold),
                        isUnknown ? .unknown : .plain),
                    TextTable.Cell(check.p.map { NumberFormat.number($0, places: 3) } ?? ""),
                    TextTable.Cell(threshold ?? ""),
                    TextTable.Cell(check.verdict.words, check.verdict.tone), TextTable.Cell(check.missing ?? ""),
                ]
            })
    }

    // MARK: - Evidence

    private var evidenceSection: ReportPage.Section {
        ReportPage.Section(
            heading: "What the proofs rest on",
            lead:
                "D is the candidate's R of a session less the baseline's, under the same limits. Intervals are 95 %: of means "
                + "valid at whatever session one looks, of the accuracy by session.",
            blocks: [.table(estimates), .table(harmTable)])
    }

    private var estimates: TextTable {
        func row(_ name: String, _ estimate: Estimate, _ unit: ReportUnit, _ of: String) -> [TextTable.Cell] {
            [TextTable.Cell(name)]
                + [estimate.value, estimate.low, estimate.high].map {
                    TextTable.Cell(unit.text($0), $0 == nil ? .unknown : .plain)
                } + [TextTable.Cell("\(NumberFormat.count(estimate.count)) \(of)")]
        }
        let effect = evidence.effect.map { NumberFormat.number($0, places: 2) }
        return TextTable(
            columns: [.text(""), .number("value"), .number("low"), .number("high"), .exact("from")],
            rows: [
                row("mean D, R a session", evidence.meanD, .r, "sessions"),
                row("mean Q, R a signal", evidence.meanQuality, .r, "sessions"),
                row("accuracy of the candidate", evidence.accuracy, .share, "signals"),
                [
                    "mean D in its standard deviations",
                    TextTable.Cell(effect ?? NumberFormat.unknown, effect == nil ? .unknown : .plain), "", "",
                    TextTable.Cell("\(evidence.observed) sessions"),
                ],
            ])
    }

    private var harmTable: TextTable {
        TextTable(
            caption: "Evidence of harm, by part",
            columns: [.exact("part"), .number("weight"), .number("E"), .number("weighted"), .exact("")],
            rows: harm.map { part in
                [
                    TextTable.Cell(part.name), TextTable.Cell(NumberFormat.number(part.weight, places: 2)),
                    TextTable.Cell(ReportUnit.evidence.text(part.e)),
                    TextTable.Cell(ReportUnit.evidence.text(part.weighted)), part.isLargest ? "largest" : "",
                ]
            })
    }

    // MARK: - Triggers

    private var triggerSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Triggers",
            lead: "What takes the candidate down, or holds it, without waiting for a gate.",
            blocks: [
                .table(
                    Self.table("From signals, outcomes and evidence", triggers.filter { $0.trigger < .quarantined })),
                .table(Self.table("From health and measurements", triggers.filter { $0.trigger >= .quarantined })),
            ])
    }

    private static func table(_ caption: String, _ rows: [TriggerRow]) -> TextTable {
        TextTable(
            caption: caption,
            columns: [
                .exact("trigger"), .number("now"), .number("acts at"), .exact("state"), .exact("action"),
                .text("rests on"),
            ], rows: rows.map(cells))
    }

    private static func cells(_ row: TriggerRow) -> [TextTable.Cell] {
        let symbol = row.unit == .evidence ? "E " : ""
        let value: TextTable.Cell =
            switch row.value {
            case let value?: TextTable.Cell(symbol + row.unit.text(value, against: row.threshold))
            // What only counts, and was not reported, has not got there.
            case nil where row.state == .quiet: "within"
            case nil where row.state == .off: ""
            default: TextTable.Cell(NumberFormat.unknown, .unknown)
            }
        return [
            TextTable.Cell(row.trigger.rawValue), value,
            TextTable.Cell(row.threshold.map { symbol + row.unit.text($0) } ?? ""),
            TextTable.Cell(row.state.words, row.state.tone), TextTable.Cell(row.action), TextTable.Cell(row.evidence),
        ]
    }

    private var nextSection: ReportPage.Section {
        ReportPage.Section(heading: "What happens next", blocks: next.facts.map { .text($0) })
    }
}

extension GateCheck.Verdict {
    var words: String { self == .notJudged ? "not judged (replay)" : rawValue }

    var tone: Tone {
        switch self {
        case .pass: .ok
        case .fail: .bad
        case .inconclusive: .warning
        case .error: .unknown
        case .notJudged: .plain
        }
    }
}

extension ExplainReport.TriggerRow.State {
    var words: String {
        switch self {
        case .notJudged: "not judged (replay)"
        case .off: "not asked"
        default: rawValue
        }
    }

    var tone: Tone {
        switch self {
        case .quiet: .ok
        case .tripped: .bad
        case .handled: .warning
        case .unknown: .unknown
        case .off, .notJudged: .plain
        }
    }
}
