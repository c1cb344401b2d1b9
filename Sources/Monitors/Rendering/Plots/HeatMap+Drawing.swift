extension HeatMap {
    func drawing(id: String) -> SVG {
        // Low rows for many dates, so that a year stays a picture.
        let rowHeight = max(5, min(18, (760 / Double(max(1, rows.count))).rounded(.down)))
        let grid = Grid(
            cellWidth: (SVG.width - 14 - Grid.left) / Double(max(1, columns.count)), cellHeight: rowHeight)
        var svg = SVG(height: Grid.top + rowHeight * Double(max(1, rows.count)) + 12)
        var shapes: [HeatShade: String] = [:]
        drawLegend(into: &svg, shapes: &shapes)
        for (index, row) in rows.enumerated() {
            for run in runs(of: row) where run.shade != .closed {
                shapes[run.shade, default: ""] += SVG.rectangle(
                    x: grid.x(run.columns.lowerBound), y: grid.y(index),
                    width: grid.cellWidth * Double(run.columns.count), height: rowHeight)
            }
        }
        // Lines between cells would take much of a low row's colour.
        let style = rowHeight >= 10 ? "cell" : "low"
        for step in 0...Self.steps.count { svg.path(shapes[.step(step)] ?? "", class: "\(style) h\(step)") }
        svg.hatched(shapes[.unknown] ?? "", id: id)
        // What is closed stays blank; the whole is outlined, as the legend's sample of it.
        let whole = SVG.rectangle(
            x: Grid.left, y: Grid.top, width: grid.cellWidth * Double(columns.count),
            height: rowHeight * Double(rows.count))
        svg.path(whole + (shapes[.closed] ?? ""), class: "frame")
        drawAxes(into: &svg, grid)
        return svg
    }

    private struct Grid {
        static let left = 88.0
        static let top = 74.0
        var cellWidth: Double
        var cellHeight: Double

        func x(_ column: Int) -> Double { Self.left + cellWidth * Double(column) }
        func y(_ row: Int) -> Double { Self.top + cellHeight * Double(row) }
    }

    /// Equal neighbours of a row as one.
    private func runs(of row: Row) -> [(shade: HeatShade, columns: Range<Int>)] {
        var runs: [(shade: HeatShade, columns: Range<Int>)] = []
        for column in columns.indices {
            let shade = HeatShade(row.cell(column))
            if let last = runs.last, last.shade == shade {
                runs[runs.count - 1].columns = last.columns.lowerBound..<column + 1
            } else {
                runs.append((shade, column..<column + 1))
            }
        }
        return runs
    }

    /// A sample of each shade with its name; the samples go into the same shapes as the cells.
    private func drawLegend(into svg: inout SVG, shapes: inout [HeatShade: String]) {
        let steps = Self.stepNames.indices.map { (HeatShade.step($0), Self.stepNames[$0]) }
        let entries = steps + [(.closed, "closed"), (.unknown, NumberFormat.unknown)]
        let legend = Legend(entries.map(\.1), left: Grid.left)
        for (index, (shade, name)) in entries.enumerated() {
            shapes[shade, default: ""] += legend.sample(index)
            legend.drawName(name, index, into: &svg)
        }
    }

    private func drawAxes(into svg: inout SVG, _ grid: Grid) {
        svg.label(columnsName, x: Grid.left, y: Grid.top - 28, class: "minor")
        let every = [1, 2, 4, 6, 12].first { Double($0) * grid.cellWidth >= 44 } ?? 24
        for column in stride(from: 0, to: columns.count, by: every) {
            svg.label(columns[column], x: grid.x(column), y: Grid.top - 9, anchor: .middle)
            svg.path(SVG.move(grid.x(column), Grid.top - 5) + "v5", class: "axis")
        }
        for mark in dateMarks(rowHeight: grid.cellHeight) {
            svg.label(mark.label, x: Grid.left - 8, y: grid.y(mark.row) + grid.cellHeight / 2 + 4, anchor: .end)
        }
        if rows.isEmpty { svg.label("no dates in this period", x: Grid.left, y: Grid.top + 14) }
    }

    /// Each date where there is room, else some, or the first of each month.
    private func dateMarks(rowHeight: Double) -> [(row: Int, label: String)] {
        if rows.count > 45 {
            return SessionTicks.months(rows.map(\.date), slot: rowHeight, room: 15).map { ($0.position, $0.label) }
        }
        let every = Int((15 / rowHeight).rounded(.up))
        return stride(from: 0, to: rows.count, by: every).map { ($0, "\(rows[$0].date)") }
    }
}
