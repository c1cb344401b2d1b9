internal import Glibc

/// The rectangle that values are drawn into, and the way from values to its coordinates.
struct PlotFrame {
    enum Scale { case linear, logarithmic }

    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var scale = Scale.linear
    /// Of the vertical axis, from bottom to top.
    var ticks: Ticks

    var width: Double { right - left }

    /// Values past the axis, such as a zero on a logarithmic one, lie on its edge.
    func y(_ value: Double) -> Double {
        let low = ticks.range.lowerBound
        let high = ticks.range.upperBound
        let share =
            switch scale {
            case .linear: (value - low) / (high - low)
            case .logarithmic: value <= low ? 0 : log10(value / low) / log10(high / low)
            }
        return bottom - min(1, max(0, share)) * (bottom - top)
    }

    /// The left edge of a slot, of `count` that divide the width; `slot == count` is the right edge of the last.
    func edge(of slot: Int, count: Int) -> Double { left + width * Double(slot) / Double(max(1, count)) }

    func middle(of slot: Int, count: Int) -> Double {
        (edge(of: slot, count: count) + edge(of: slot + 1, count: count)) / 2
    }

    /// Grid lines, labels of the vertical axis and its unit on top of it.
    func drawVerticalAxis(into svg: inout SVG, unit: String) {
        for tick in ticks.ticks {
            let y = y(tick.value)
            svg.path(SVG.move(left, y) + "H\(SVG.number(right))", class: "grid")
            svg.label(tick.label, x: left - 8, y: y + 4, anchor: .end)
        }
        svg.label(unit, x: left - 8, y: top - 14, anchor: .end, class: "minor")
    }

    /// The base line, ticks below it and what the axis counts.
    func drawHorizontalAxis(into svg: inout SVG, marks: [(x: Double, label: String)], name: String) {
        svg.path(SVG.move(left, bottom) + "H\(SVG.number(right))", class: "axis")
        svg.path(marks.map { SVG.move($0.x, bottom) + "v5" }.joined(), class: "axis")
        for mark in marks { svg.label(mark.label, x: mark.x, y: bottom + 19, anchor: .middle) }
        svg.label(name, x: (left + right) / 2, y: bottom + 40, anchor: .middle, class: "minor")
    }

    /// Room to the left of the axis for its labels.
    static func leftMargin(_ ticks: Ticks, unit: String) -> Double {
        let widest = (ticks.ticks.map(\.label) + [unit]).map(SVG.width(of:)).max() ?? 0
        return widest + 18
    }
}

/// Moves labels apart that would lie on each other.
enum LabelSpread {
    /// Heights at least `gap` apart and within `range`, in the order of `wanted` and no further from it than that takes
    /// downwards. Where there is no room for all, they are evenly spaced over it.
    static func heights(_ wanted: [Double], gap: Double, within range: ClosedRange<Double>) -> [Double] {
        guard wanted.count > 1 else { return wanted.map { min(range.upperBound, max(range.lowerBound, $0)) } }
        let room = range.upperBound - range.lowerBound
        let gap = min(gap, room / Double(wanted.count - 1))
        let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        var heights = wanted
        // Down from the top: none above its place or too near to the one before.
        var lowest = range.lowerBound
        for index in order {
            heights[index] = max(wanted[index], lowest)
            lowest = heights[index] + gap
        }
        // Up from the bottom: the last ones that were pushed out come back in.
        var highest = range.upperBound
        for index in order.reversed() {
            heights[index] = min(heights[index], highest)
            highest = heights[index] - gap
        }
        return heights
    }
}
