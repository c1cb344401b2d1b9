extension BarPlot {
    func drawing(id: String) -> SVG {
        let stacks = sessions.indices.map { stack(at: $0) }
        // Whole numbers get no ticks between them; what is unknown gets room to be seen.
        let highest = stacks.map { $0.isUnknown ? $0.high * 1.15 : $0.high }.max() ?? 0
        let ticks = Ticks.linear(low: stacks.map(\.low).min() ?? 0, high: max(highest, unit.places == 0 ? 5 : 0))
        let left = PlotFrame.leftMargin(ticks, unit: unit.name)
        let names = series.map { DisplayText.shortened(DisplayText.printable($0.name), to: 24) }
        let others =
            (stacks.contains { $0.isUnknown } ? [NumberFormat.unknown] : [])
            + (stacks.contains { $0.isZero } ? ["zero"] : [])
        let legend = Legend(names + others, left: left)
        let top = legend.height + 40
        let frame = PlotFrame(left: left, right: SVG.width - 14, top: top, bottom: top + 260, ticks: ticks)

        var svg = SVG(height: frame.bottom + 50)
        var shapes = Shapes(parts: series.map { _ in "" })
        for (position, stack) in stacks.enumerated() { shapes.add(stack, at: position, of: stacks.count, frame) }
        for (index, name) in (names + others).enumerated() {
            legend.drawName(name, index, into: &svg)
            if index < names.count {
                shapes.parts[index] += legend.sample(index)
            } else if name == NumberFormat.unknown {
                shapes.unknown += legend.sample(index)
            } else {
                shapes.zeros += SVG.move(legend.places[index].x, legend.places[index].y + 7) + "h16"
            }
        }
        frame.drawVerticalAxis(into: &svg, unit: unit.name)
        for (index, part) in shapes.parts.enumerated() {
            let style = sessions.count > 100 ? "bar dense" : "bar"
            svg.path(part, class: "\(style) b\(index % 6)", tooltip: series[index].name)
        }
        svg.hatched(shapes.unknown, id: id)
        let marks = SessionTicks.ticks(sessions, width: frame.width).map {
            (x: frame.middle(of: $0.position, count: sessions.count), label: $0.label)
        }
        frame.drawHorizontalAxis(into: &svg, marks: marks, name: "session")
        svg.path(shapes.zeros, class: "zero")
        if sessions.isEmpty {
            let middle = (frame.left + frame.right) / 2
            svg.label("no sessions in this period", x: middle, y: (frame.top + frame.bottom) / 2, anchor: .middle)
        }
        return svg
    }

    /// The parts of one bar as ranges of the vertical axis; nil for what is unknown.
    private struct Stack {
        var parts: [ClosedRange<Double>?] = []
        var low = 0.0
        var high = 0.0

        var isUnknown: Bool { parts.contains(nil) }
        var isZero: Bool { !isUnknown && low == 0 && high == 0 }
    }

    private func stack(at position: Int) -> Stack {
        var stack = Stack()
        for series in series {
            guard let value = series.value(at: position) else {
                stack.parts.append(nil)
                continue
            }
            if value < 0 {
                stack.parts.append(stack.low + value...stack.low)
                stack.low += value
            } else {
                stack.parts.append(stack.high...stack.high + value)
                stack.high += value
            }
        }
        return stack
    }

    /// Path data, one path for each look.
    private struct Shapes {
        var parts: [String]
        var unknown = ""
        var zeros = ""

        mutating func add(_ stack: Stack, at position: Int, of count: Int, _ frame: PlotFrame) {
            let width = min(40, frame.width / Double(count) * 0.78)
            let x = frame.middle(of: position, count: count) - width / 2
            for (index, part) in stack.parts.enumerated() {
                guard let part, part.lowerBound < part.upperBound else { continue }
                let top = frame.y(part.upperBound)
                parts[index] += SVG.rectangle(x: x, y: top, width: width, height: frame.y(part.lowerBound) - top)
            }
            if stack.isUnknown {
                let height = frame.y(stack.high) - frame.top
                unknown += SVG.rectangle(x: x, y: frame.top, width: width, height: height)
            }
            if stack.isZero { zeros += SVG.move(x, frame.y(0)) + "h\(SVG.number(width))" }
        }
    }
}
