/// Values of one name, one for each position of a plot.
package struct PlotSeries: Hashable, Sendable {
    package var name: String
    /// Nil where there is no value. What the list is too short for is nil as well; what it has too much is ignored.
    package var values: [Double?]

    package init(_ name: String, _ values: [Double?]) {
        self.name = name
        self.values = values
    }

    /// Nil too for what no axis can hold: not a number, infinite, beyond ±1e15.
    func value(at position: Int) -> Double? { PlotSeries.drawable(position < values.count ? values[position] : nil) }

    static func drawable(_ value: Double?) -> Double? {
        guard let value, value.magnitude <= 1e15 else { return nil }
        return value
    }
}

/// What a plot's values are counted in.
package struct PlotUnit: Hashable, Sendable {
    /// As the axis shows it: `ms`, `%`, `$`, `signals`.
    package var name: String
    /// Digits after the point in the table of values; the axis takes as many as its ticks need.
    package var places: Int

    package init(_ name: String, places: Int) {
        self.name = name
        self.places = places
    }

    package static let milliseconds = PlotUnit("ms", places: 2)
    package static let percent = PlotUnit("%", places: 4)
    package static let dollars = PlotUnit("$", places: 2)
    package static let signals = PlotUnit("signals", places: 0)

    func text(_ value: Double?) -> String { NumberFormat.number(value, places: places) }

    /// In a sentence: `$12.34`, `99.9512 %`, `41.20 ms`.
    func phrase(_ value: Double?) -> String {
        guard let value, let text = NumberFormat.fixed(value, places: places) else { return NumberFormat.unknown }
        guard name == "$" else { return "\(text) \(name)" }
        return text.first == "-" ? "-$" + text.dropFirst() : "$" + text
    }
}
