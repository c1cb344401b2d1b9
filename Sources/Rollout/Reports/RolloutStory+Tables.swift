internal import MarketData
internal import Monitors

extension RolloutStory {
    var moveTable: TextTable {
        TextTable(
            columns: [
                .number("no."), .exact("time"), .number("after session"), .exact("transition"), .exact("status"),
                .text("cause"), .text("by"),
            ],
            rows: input.moves.enumerated().map { number, move in
                [
                    TextTable.Cell("\(number + 1)"), TextTable.Cell(NumberFormat.time(move.time)),
                    TextTable.Cell(NumberFormat.count(move.session)), TextTable.Cell(move.words),
                    TextTable.Cell(move.transition.status.rawValue), TextTable.Cell(move.transition.cause),
                    TextTable.Cell(move.transition.actor),
                ]
            }, emptyNote: "no transition")
    }

    /// A paragraph each: reasons are too long for a column.
    var reasons: [ReportPage.Block] {
        input.moves.enumerated().compactMap { number, move in
            move.transition.reason.isEmpty ? nil : .text("\(number + 1): \(move.transition.reason)")
        }
    }

    var restTable: TextTable {
        TextTable(
            caption: "What they rested on",
            columns: [.number("no."), .exact("session")]
                + ["mean D", "low", "high", "E better", "E not worse", "E harm", "E no gain", "F"].map { .number($0) },
            rows: input.moves.enumerated().map { number, move in
                let point = point(before: move)
                let means = [point?.meanD.value, point?.meanD.low, point?.meanD.high].map { ReportUnit.r.cell($0) }
                let values = [point?.betterE, point?.notWorseE, point?.harmE, point?.noGainE, point?.fall]
                return [TextTable.Cell("\(number + 1)"), TextTable.Cell(point.map { "\($0.session)" } ?? "before any")]
                    + means + values.map { ReportUnit.evidence.cell($0, missing: "-") }
            })
    }

    var sessionTable: TextTable {
        TextTable(
            columns: [.exact("session"), .exact("stage"), .exact("state")]
                + ["D", "live", "mean D", "low", "high", "better", "harm", "no gain", "F"].map { .number($0) },
            rows: points.map { point in
                let tone: Tone = point.state == .tainted ? .warning : .plain
                return [
                    TextTable.Cell("\(point.session)"), TextTable.Cell(point.stage.rawValue),
                    TextTable.Cell(point.state.rawValue, tone), ReportUnit.r.cell(point.d, missing: "-"),
                    ReportUnit.r.cell(point.liveR),
                ] + [point.meanD.value, point.meanD.low, point.meanD.high].map { ReportUnit.r.cell($0) }
                    + [point.betterE, point.harmE, point.noGainE, point.fall].map {
                        ReportUnit.evidence.cell($0, missing: "-")
                    }
            }, emptyNote: "no session yet")
    }

    var metricTable: TextTable {
        TextTable(
            columns: [.exact("metric")] + ["baseline", "candidate", "difference"].map { .exact($0) },
            rows: input.metrics.map { row in
                [
                    TextTable.Cell(row.name), row.unit.cell(row.baseline), row.unit.cell(row.candidate),
                    row.difference.map { row.unit.cell($0) } ?? "-",
                ]
            }, emptyNote: NumberFormat.unknown)
    }

    /// Milliseconds and dollars; what the plots show.
    var latencyTable: TextTable {
        func milliseconds(_ value: Double?) -> TextTable.Cell {
            TextTable.Cell(NumberFormat.number(value, places: 1), value == nil ? .unknown : .plain)
        }
        func dollars(_ value: Int64?) -> TextTable.Cell {
            TextTable.Cell(NumberFormat.dollars(micros: value), value == nil ? .unknown : .plain)
        }
        return TextTable(
            caption: "By session: ms of baseline and candidate, cost of both",
            columns: [.exact("session")]
                + ["p50 b.", "p50 c.", "p99 b.", "p99 c.", "cost b.", "cost c."].map { .number($0) },
            rows: points.filter { $0.latency != nil || $0.costMicros != nil }.map { point in
                let (latency, cost) = (point.latency, point.costMicros)
                return [
                    TextTable.Cell("\(point.session)"), milliseconds(latency?.baseline.p50),
                    milliseconds(latency?.candidate.p50), milliseconds(latency?.baseline.p99),
                    milliseconds(latency?.candidate.p99), dollars(cost?.baseline), dollars(cost?.candidate),
                ]
            }, emptyNote: NumberFormat.unknown)
    }

    var correctionTable: TextTable {
        TextTable(
            columns: [.exact("session"), .number("after session"), .number("D was"), .number("D is")],
            rows: input.corrections.map { correction in
                [
                    TextTable.Cell("\(correction.session)"),
                    TextTable.Cell(NumberFormat.count(correction.afterSession)),
                    ReportUnit.r.cell(correction.before), ReportUnit.r.cell(correction.after),
                ]
            }, emptyNote: "no correction")
    }
}

extension ReportUnit {
    fileprivate func cell(_ value: Double?, missing: String = NumberFormat.unknown) -> TextTable.Cell {
        value.map { TextTable.Cell(text($0)) } ?? TextTable.Cell(missing, .unknown)
    }

    /// `72.0 % [65.1 %, 78.3 %]`
    func cell(_ estimate: Estimate) -> TextTable.Cell {
        guard let value = estimate.value else { return TextTable.Cell(NumberFormat.unknown, .unknown) }
        let limits =
            estimate.low == nil && estimate.high == nil ? "" : " [\(text(estimate.low)), \(text(estimate.high))]"
        return TextTable.Cell("\(text(value))\(limits)")
    }
}
