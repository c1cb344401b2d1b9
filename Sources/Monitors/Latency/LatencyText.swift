/// Figures of latency reports as people read them.
enum LatencyText {
    /// Three decimals below 10 ms, fewer above, none from a second on: `0.004`, `12.35`, `172.3`, `3600000`.
    static func milliseconds(_ nanos: UInt64) -> String { milliseconds(Double(nanos) / 1e6) }

    static func milliseconds(_ value: Double?) -> String {
        guard let value else { return NumberFormat.unknown }
        return switch value.magnitude {
        case ..<9.9995: fixed(value, places: 3)
        case ..<99.995: fixed(value, places: 2)
        case ..<999.95: fixed(value, places: 1)
        default: fixed(value, places: 0)
        }
    }

    /// Of a share in 0...1, rounded down, so that 100 never stands for less: `99.53`.
    static func percent(_ share: Double?) -> String {
        guard let share else { return NumberFormat.unknown }
        // A hair is added for shares such as 0.29, whose nearest binary number lies below.
        return fixed((share * 10_000 + 1e-6).rounded(.down) / 100, places: 2)
    }

    /// Up to three decimals, without zeros at their end: `100`, `99.5`.
    static func short(_ value: Double) -> String {
        var text = fixed(value, places: 3)
        while text.last == "0", text.contains(".") { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// A decimal with that many places; `unknown` for what is too large to be meant.
    static func fixed(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1) { power, _ in power * 10 }
        guard let scaled = Int64(exactly: (value * Double(scale)).rounded()) else { return NumberFormat.unknown }
        let magnitude = scaled.magnitude
        let whole = (scaled < 0 ? "-" : "") + String(magnitude / UInt64(scale))
        guard places > 0 else { return whole }
        let digits = String(magnitude % UInt64(scale))
        return whole + "." + String(repeating: "0", count: places - digits.count) + digits
    }
}
