/// Names beside a plot, level with the last values of what they name and with a sample of it, in place of a legend
/// apart that one would have to match by colour.
struct LineLabels {
    private enum Sample {
        case line(style: String)
        case area(style: String)
    }

    private struct Label {
        var text: String
        var value: Double
        var sample: Sample
        /// Whether what it names reaches the plot's edge, to be joined to the label there.
        var isJoined: Bool
    }

    private var labels: [Label] = []

    /// To the right of the plot, for the labels.
    var margin: Double {
        labels.isEmpty ? 0 : Self.indent + 6 + (labels.map { SVG.width(of: $0.text) }.max() ?? 0)
    }

    init(_ plot: LinePlot) {
        let count = plot.positions.count
        for (index, series) in plot.series.enumerated() {
            add(series, .line(style: "line s\(index % 6)"), count: count)
        }
        if let band = plot.band {
            let middles = zip(band.low, band.high).map { low, high in
                PlotSeries.drawable(low).flatMap { low in PlotSeries.drawable(high).map { (low + $0) / 2 } }
            }
            add(PlotSeries(band.label, middles), .area(style: "band"), count: count)
        }
        if let target = plot.target, let value = PlotSeries.drawable(target.value) {
            labels.append(
                Label(text: Self.cut(target.label), value: value, sample: .line(style: "target"), isJoined: true))
        }
    }

    /// Nothing for a series without values: it has no height to stand at.
    private mutating func add(_ series: PlotSeries, _ sample: Sample, count: Int) {
        guard let last = (0..<count).last(where: { series.value(at: $0) != nil }), let value = series.value(at: last)
        else { return }
        let text = Self.cut(series.name)
        labels.append(Label(text: text, value: value, sample: sample, isJoined: last == count - 1))
    }

    func draw(into svg: inout SVG, _ frame: PlotFrame) {
        let wanted = labels.map { frame.y($0.value) }
        let heights = LabelSpread.heights(wanted, gap: 17, within: frame.top...frame.bottom)
        for (index, label) in labels.enumerated() {
            let y = heights[index]
            if label.isJoined {
                svg.path(SVG.move(frame.right + 1, wanted[index]) + SVG.line(frame.right + 9, y), class: "leader")
            }
            switch label.sample {
            case .line(let style): svg.path(SVG.move(frame.right + 11, y) + "h28", class: style)
            case .area(let style):
                svg.path(SVG.rectangle(x: frame.right + 11, y: y - 6, width: 28, height: 12), class: style)
            }
            svg.label(label.text, x: frame.right + Self.indent, y: y + 4)
        }
    }

    private static func cut(_ text: String) -> String { DisplayText.shortened(DisplayText.printable(text), to: 24) }

    private static let indent = 45.0
}
