package import MarketData

/// Lines over sessions or numbers: percentiles against a target, spend against pace with its forecast.
package struct LinePlot: Sendable {
    /// What lies along the horizontal axis. Series, band, stages and events refer to these by their index.
    package enum Positions: Sendable {
        /// Side by side, evenly.
        case sessions([CivilDate])
        /// Ascending. What is not finite or beyond ±1e15 has no place, so its values are not drawn.
        case numbers([Double], name: String)
    }

    package enum Scale: Hashable, Sendable {
        /// With zero in sight: a height then stands for a size.
        case fromZero
        /// Only as far as the values go, for what moves little, such as uptime.
        case aroundValues
        /// Powers of ten. What is not positive lies on the lower edge.
        case logarithmic
    }

    package struct Target: Hashable, Sendable {
        package var value: Double
        package var label: String
        package init(_ value: Double, label: String) { (self.value, self.label) = (value, label) }
    }

    /// A shaded range of values, such as a forecast's.
    package struct Band: Hashable, Sendable {
        package var label: String
        /// Nil where there is none; both ends are needed.
        package var low: [Double?]
        package var high: [Double?]
        package init(label: String, low: [Double?], high: [Double?]) {
            (self.label, self.low, self.high) = (label, low, high)
        }
    }

    /// A stretch of positions in the background.
    package struct Stage: Hashable, Sendable {
        package var label: String
        package var positions: Range<Int>
        package init(_ label: String, _ positions: Range<Int>) { (self.label, self.positions) = (label, positions) }
    }

    /// Something that happened at a position: numbered in the drawing, named below it.
    package struct Event: Hashable, Sendable {
        package var label: String
        package var position: Int
        package init(_ label: String, at position: Int) { (self.label, self.position) = (label, position) }
    }

    package var title: String
    package var positions: Positions
    package var unit: PlotUnit
    package var scale: Scale
    package var series: [PlotSeries]
    package var target: Target?
    package var band: Band?
    package var stages: [Stage]
    package var events: [Event]

    /// The colours and line styles of the first six series differ; a seventh looks like the first.
    package init(
        title: String, positions: Positions, unit: PlotUnit, scale: Scale = .fromZero, series: [PlotSeries],
        target: Target? = nil, band: Band? = nil, stages: [Stage] = [], events: [Event] = []
    ) {
        self.title = title
        self.positions = positions
        self.unit = unit
        self.scale = scale
        self.series = series
        self.target = target
        self.band = band
        self.stages = stages
        self.events = events
    }
}

extension LinePlot.Positions {
    var count: Int {
        switch self {
        case .sessions(let dates): dates.count
        case .numbers(let numbers, _): numbers.count
        }
    }

    var name: String {
        switch self {
        case .sessions: "session"
        case .numbers(_, let name): name
        }
    }

    /// As the table of values and the notes name it.
    func label(_ position: Int) -> String {
        switch self {
        case .sessions(let dates): "\(dates[position])"
        case .numbers(let numbers, _):
            NumberFormat.number(numbers[position], places: numbers[position] == numbers[position].rounded() ? 0 : 2)
        }
    }
}

extension LinePlot: Plot {
    func drawing(id: String) -> SVG { LineDrawing.svg(self) }

    var summary: String {
        var sentences = ["Lines over \(extent), in \(unit.name)."]
        for series in series {
            let known = (0..<positions.count).compactMap { series.value(at: $0) }
            guard let last = known.last, let least = known.min(), let most = known.max() else {
                sentences.append("\(series.name): unknown.")
                continue
            }
            sentences.append(
                "\(series.name): last \(unit.phrase(last)), between \(unit.phrase(least)) and \(unit.phrase(most)), "
                    + "\(positions.count - known.count) unknown.")
        }
        if let target { sentences.append("\(target.label): \(unit.phrase(target.value)).") }
        return sentences.joined(separator: " ")
    }

    var notes: [String] {
        numberedEvents.enumerated().map { "\($0 + 1): \(positions.label($1.position)) \($1.label)" }
            + visibleStages.map { stage, slots in
                let first = positions.label(slots.lowerBound)
                let last = positions.label(slots.upperBound - 1)
                return "\(stage.label): " + (first == last ? first : "\(first) to \(last)")
            }
    }

    var values: TextTable {
        var columns: [TextTable.Column] = [.exact(positions.name)] + series.map { .number("\($0.name), \(unit.name)") }
        if let band { columns += [.number("\(band.label), low"), .number("\(band.label), high")] }
        var table = TextTable(caption: "\(title), in \(unit.name)", columns: columns)
        for position in 0..<positions.count {
            var row = [TextTable.Cell(positions.label(position))]
            row += series.map { cell($0.value(at: position)) }
            if let band {
                row += [band.low, band.high].map { cell(PlotSeries("", $0).value(at: position)) }
            }
            table.append(row)
        }
        return table
    }

    /// Events within the plot, in order.
    var numberedEvents: [Event] {
        events.filter { (0..<positions.count).contains($0.position) }.sorted { $0.position < $1.position }
    }

    /// Stages with the part of them that is within the plot.
    var visibleStages: [(stage: Stage, slots: Range<Int>)] {
        stages.map { ($0, $0.positions.clamped(to: 0..<positions.count)) }.filter { !$1.isEmpty }
    }

    private func cell(_ value: Double?) -> TextTable.Cell {
        TextTable.Cell(unit.text(value), value == nil ? .unknown : .plain)
    }

    private var extent: String {
        switch positions {
        case .sessions(let dates): "\(dates.count) sessions, \(SessionTicks.span(dates))"
        case .numbers(let numbers, let name): "\(numbers.count) values of \(name)"
        }
    }
}
