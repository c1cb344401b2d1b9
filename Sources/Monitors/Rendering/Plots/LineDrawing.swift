/// One drawing of a `LinePlot`: the places of everything in it, worked out once.
struct LineDrawing {
    private let plot: LinePlot
    private let frame: PlotFrame
    /// For each position; nil for one without a place on the axis.
    private let places: [Double?]
    private let labels: LineLabels
    /// For each numbered event the row above the plot that its number stands in; nil where all are taken.
    private let eventRows: [Int?]
    private var svg: SVG

    static func svg(_ plot: LinePlot) -> SVG {
        var drawing = LineDrawing(plot)
        drawing.draw()
        return drawing.svg
    }

    private init(_ plot: LinePlot) {
        self.plot = plot
        let ticks = Self.ticks(plot)
        let labels = LineLabels(plot)
        let isLogarithmic = plot.scale == .logarithmic
        var frame = PlotFrame(
            left: PlotFrame.leftMargin(ticks, unit: plot.unit.name), right: SVG.width - 12 - labels.margin, top: 0,
            bottom: 0, scale: isLogarithmic ? .logarithmic : .linear, ticks: ticks)
        let places = Self.places(plot.positions, frame)
        let eventRows = Self.rows(for: plot.numberedEvents.map { places[$0.position] })
        let rows = eventRows.compactMap { $0.map { $0 + 1 } }.max() ?? 0
        frame.top = 30 + Self.rowHeight * Double(rows + (plot.visibleStages.isEmpty ? 0 : 1))
        frame.bottom = frame.top + 290
        svg = SVG(height: frame.bottom + 50)
        self.frame = frame
        self.places = places
        self.labels = labels
        self.eventRows = eventRows
    }

    private mutating func draw() {
        drawStages()
        frame.drawVerticalAxis(into: &svg, unit: plot.unit.name)
        frame.drawHorizontalAxis(into: &svg, marks: marks, name: plot.positions.name)
        drawBand()
        drawEvents()
        drawStageNames()
        if let target = PlotSeries.drawable(plot.target?.value) {
            svg.path(SVG.move(frame.left, frame.y(target)) + "H\(SVG.number(frame.right))", class: "target")
        }
        for (index, series) in plot.series.enumerated() { drawLine(series, style: "s\(index % 6)") }
        if Self.drawn(plot).isEmpty {
            let middle = (frame.left + frame.right) / 2
            svg.label("no values in this period", x: middle, y: (frame.top + frame.bottom) / 2, anchor: .middle)
        }
        labels.draw(into: &svg, frame)
    }

    private mutating func drawStages() {
        for (index, (stage, slots)) in plot.visibleStages.enumerated() {
            guard let (left, right) = ends(of: slots) else { continue }
            let area = SVG.rectangle(x: left, y: frame.top, width: right - left, height: frame.bottom - frame.top)
            svg.path(area, class: "stage\(index % 2)", tooltip: stage.label)
        }
    }

    /// Above the plot, and over the lines of events; where there is no room for one, the notes below have it.
    private mutating func drawStageNames() {
        for (stage, slots) in plot.visibleStages {
            guard let (left, right) = ends(of: slots), SVG.width(of: stage.label) < right - left else { continue }
            svg.label(stage.label, x: (left + right) / 2, y: frame.top - 7, anchor: .middle, class: "minor")
        }
    }

    private func ends(of slots: Range<Int>) -> (left: Double, right: Double)? {
        switch plot.positions {
        case .sessions(let dates):
            return (
                frame.edge(of: slots.lowerBound, count: dates.count),
                frame.edge(of: slots.upperBound, count: dates.count)
            )
        case .numbers:
            let inside = places[slots].compactMap { $0 }
            let next = slots.upperBound < places.count ? places[slots.upperBound] : nil
            guard let left = inside.first, let right = next ?? inside.last, left <= right else { return nil }
            return (left, right)
        }
    }

    /// A filled shape for each run of positions that have both ends.
    private mutating func drawBand() {
        guard let band = plot.band else { return }
        let low = PlotSeries("", band.low)
        let high = PlotSeries("", band.high)
        var shape = ""
        var upper = ""
        var lower = ""
        func close() {
            if !upper.isEmpty { shape += "M" + upper.dropFirst() + lower + "Z" }
            (upper, lower) = ("", "")
        }
        for (position, x) in places.enumerated() {
            guard let x, let low = low.value(at: position), let high = high.value(at: position) else {
                close()
                continue
            }
            upper += SVG.line(x, frame.y(high))
            lower = SVG.line(x, frame.y(low)) + lower
        }
        close()
        svg.path(shape, class: "band", tooltip: band.label)
    }

    private mutating func drawEvents() {
        for (index, event) in plot.numberedEvents.enumerated() {
            guard let x = places[event.position] else { continue }
            guard let row = eventRows[index] else {
                svg.path(SVG.move(x, frame.top) + "V\(SVG.number(frame.bottom))", class: "event", tooltip: event.label)
                continue
            }
            let foot = frame.top - 7 - Self.rowHeight * Double(row + (plot.visibleStages.isEmpty ? 0 : 1))
            svg.path(SVG.move(x, foot + 4) + "V\(SVG.number(frame.bottom))", class: "event", tooltip: event.label)
            svg.label("\(index + 1)", x: x, y: foot, anchor: .middle, class: "minor")
        }
    }

    /// The line, broken where a value is unknown, and a dot for each value that has no neighbour, or for all where
    /// there are few.
    private mutating func drawLine(_ series: PlotSeries, style: String) {
        var line = ""
        var dots = ""
        let points = places.enumerated().map { position, x in
            x.flatMap { x in series.value(at: position).map { (x: x, y: frame.y($0)) } }
        }
        for (index, point) in points.enumerated() {
            guard let point else { continue }
            let follows = index > 0 && points[index - 1] != nil
            let isAlone = !follows && (index + 1 == points.count || points[index + 1] == nil)
            line += follows ? SVG.line(point.x, point.y) : SVG.move(point.x, point.y)
            if isAlone || points.count <= 45 { dots += SVG.move(point.x, point.y) + "h0" }
        }
        svg.path(line, class: points.count > 100 ? "line dense \(style)" : "line \(style)", tooltip: series.name)
        svg.path(dots, class: "dots \(style)")
    }

    private var marks: [(x: Double, label: String)] {
        switch plot.positions {
        case .sessions(let dates):
            return SessionTicks.ticks(dates, width: frame.width).map {
                (frame.middle(of: $0.position, count: dates.count), $0.label)
            }
        case .numbers(let numbers, _):
            let placed = numbers.compactMap(PlotSeries.drawable)
            guard let low = placed.first, let high = placed.last, low < high else {
                return placed.first.map { [((frame.left + frame.right) / 2, NumberFormat.number($0, places: 2))] } ?? []
            }
            return Ticks.linear(low: low, high: high, count: 8).ticks.filter { (low...high).contains($0.value) }
                .map { (frame.left + frame.width * ($0.value - low) / (high - low), $0.label) }
        }
    }

    private static func places(_ positions: LinePlot.Positions, _ frame: PlotFrame) -> [Double?] {
        switch positions {
        case .sessions(let dates): return dates.indices.map { frame.middle(of: $0, count: dates.count) }
        case .numbers(let numbers, _):
            let placed = numbers.map(PlotSeries.drawable)
            guard let low = placed.lazy.compactMap({ $0 }).first, let high = placed.lazy.compactMap({ $0 }).last else {
                return placed
            }
            return placed.map { value in
                value.map { frame.left + frame.width * (high > low ? min(1, max(0, ($0 - low) / (high - low))) : 0.5) }
            }
        }
    }

    /// The lowest row for each in which its number does not touch the one before.
    private static func rows(for places: [Double?]) -> [Int?] {
        var ends = [-Double.infinity, -.infinity, -.infinity]
        return places.map { place in
            guard let place, let row = ends.firstIndex(where: { place - $0 >= 20 }) else { return nil }
            ends[row] = place
            return row
        }
    }

    /// Of event numbers and stage names above the plot.
    private static let rowHeight = 15.0

    /// All values of series and band.
    private static func drawn(_ plot: LinePlot) -> [Double] {
        let lists = plot.series.map(\.values) + (plot.band.map { [$0.low, $0.high] } ?? [])
        return lists.flatMap { $0.prefix(plot.positions.count).compactMap(PlotSeries.drawable) }
    }

    private static func ticks(_ plot: LinePlot) -> Ticks {
        var values = drawn(plot) + [PlotSeries.drawable(plot.target?.value)].compactMap { $0 }
        switch plot.scale {
        case .fromZero: values.append(0)
        case .aroundValues: break
        case .logarithmic:
            let highest = max(1e-8, values.max() ?? 1)
            let lowest = values.filter { $0 > 0 }.min() ?? highest
            return .logarithmic(low: max(min(lowest, highest), highest * 1e-12, 1e-9), high: highest)
        }
        return .linear(low: values.min() ?? 0, high: values.max() ?? 1)
    }
}
