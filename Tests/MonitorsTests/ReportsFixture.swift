import MarketData

@testable import Monitors

enum Reports {
    /// 2026-11-20 23:00 UTC
    static let generated = Timestamp(seconds: 1_795_215_600)

    /// Every table of a page as text, its column names first.
    static func tables(_ page: ReportPage) -> [[[String]]] {
        page.sections.flatMap(\.blocks).compactMap { block in
            guard case .table(let table) = block else { return nil }
            return [table.columns.map(\.name)] + table.rows.map { $0.map(\.text) }
        }
    }

    /// The table with that caption; empty if there is none.
    static func table(_ caption: String, of page: ReportPage) -> [[String]] {
        for case .table(let table) in page.sections.flatMap(\.blocks) where table.caption == caption {
            return table.rows.map { $0.map(\.text) }
        }
        return []
    }

    static func lines(_ page: ReportPage) -> [LinePlot] {
        page.sections.flatMap(\.blocks).compactMap { block in
            guard case .lines(let plot) = block else { return nil }
            return plot
        }
    }

    static func bars(_ page: ReportPage) -> [BarPlot] {
        page.sections.flatMap(\.blocks).compactMap { block in
            guard case .bars(let plot) = block else { return nil }
            return plot
        }
    }

    static func figure(_ label: String, of page: ReportPage) -> ReportPage.Figure? {
        page.sections.flatMap(\.figures).first { $0.label == label }
    }
}
