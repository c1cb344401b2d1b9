package import MarketData

/// A bar for each session, its parts stacked: signals by arm, spend by provider.
///
/// A part of zero has no height, and a bar of nothing but zeros is a short stroke on the base line; where a part is
/// unknown the rest of the column is hatched.
package struct BarPlot: Sendable {
    package var title: String
    package var sessions: [CivilDate]
    package var unit: PlotUnit
    /// From the base line up; negative parts, such as corrections, go down from it. A seventh looks like the first.
    package var series: [PlotSeries]

    package init(title: String, sessions: [CivilDate], unit: PlotUnit, series: [PlotSeries]) {
        self.title = title
        self.sessions = sessions
        self.unit = unit
        self.series = series
    }
}

extension BarPlot: Plot {
    var summary: String {
        let totals = series.map { series in
            let known = sessions.indices.compactMap { series.value(at: $0) }
            let unknown = sessions.count - known.count
            let sum = known.isEmpty && unknown > 0 ? nil : known.reduce(0, +)
            return "\(series.name): \(unit.phrase(sum)) in all, \(unknown) sessions unknown."
        }
        let extent = "\(sessions.count) sessions, \(SessionTicks.span(sessions))"
        return (["Stacked bars over \(extent), in \(unit.name)."] + totals).joined(separator: " ")
    }

    var notes: [String] { [] }

    var values: TextTable {
        var table = TextTable(
            caption: "\(title), in \(unit.name)", columns: [.exact("session")] + series.map { .number($0.name) })
        for position in sessions.indices {
            table.append(
                [TextTable.Cell("\(sessions[position])")]
                    + series.map { series in
                        let value = series.value(at: position)
                        return TextTable.Cell(unit.text(value), value == nil ? .unknown : .plain)
                    })
        }
        return table
    }
}
