/// How numbers are spelt in every report: tables, pages and plots.
///
/// What is not known is nil here and `unknown` on the screen, never zero. Rounding is to the nearest, halves away from
/// zero, and a number that is not a round one is never rounded into looking like one (see `percent` and `dollars`).
package enum NumberFormat {
    /// What stands in a table for a value that was not measured.
    package static let unknown = "unknown"
    /// What stands in a plot for it, where there is no room for the word.
    package static let gap = "–"

    /// `1,234,567`
    package static func count(_ value: Int?, unknown: String = unknown) -> String {
        guard let value else { return unknown }
        return (value < 0 ? "-" : "") + grouped(UInt64(value.magnitude))
    }

    /// Nanoseconds as `12.35 ms`, or `12.35` for a column whose heading has the unit.
    package static func milliseconds(
        nanoseconds: UInt64?, places: Int = 2, unit: Bool = true, unknown: String = unknown
    ) -> String {
        guard let nanoseconds else { return unknown }
        return decimal(nanoseconds, scale: 6, places: places) + (unit ? " ms" : "")
    }

    /// A ratio as `99.9512 %`.
    ///
    /// Where it would read 0 %, 100 % or the target although it is none of them, it gets as many places more as tell
    /// it apart, up to nine: 0.99999996 is `99.999996 %`, and 0.8999999 against 0.9 is `89.99999 %`.
    package static func percent(
        _ ratio: Double?, places: Int = 4, target: Double? = nil, unknown: String = unknown
    ) -> String {
        guard let ratio, let plain = fixed(ratio * 100, places: places) else { return unknown }
        let marks = [0, 1, target].compactMap { $0 }.filter { $0 != ratio }
        for more in places...max(places, 9) {
            guard let text = fixed(ratio * 100, places: more) else { break }
            if !marks.contains(where: { fixed($0 * 100, places: more) == text }) { return text + " %" }
        }
        return plain + " %"
    }

    /// `part` of `whole` as a percentage, unknown without a whole.
    package static func percent(
        part: Int64, of whole: Int64, places: Int = 4, target: Double? = nil, unknown: String = unknown
    ) -> String {
        percent(
            whole > 0 ? Double(part) / Double(whole) : nil, places: places, target: target, unknown: unknown)
    }

    /// Micro-dollars as `$1,234.50`, `-$0.25`, or all six places when `exact`.
    ///
    /// An amount below half a cent is shown exactly, since `$0.00` would say that nothing was spent.
    package static func dollars(micros: Int64?, exact: Bool = false, unknown: String = unknown) -> String {
        guard let micros else { return unknown }
        let magnitude = micros.magnitude
        let places = exact || (1..<5000).contains(magnitude) ? 6 : 2
        return (micros < 0 ? "-$" : "$") + decimal(magnitude, scale: 6, places: places)
    }

    /// Micro-dollars for a program to read: `-1234.500000`, always exact.
    package static func plainDollars(micros: Int64) -> String {
        let fraction = String(micros.magnitude % 1_000_000)
        return (micros < 0 ? "-" : "") + String(micros.magnitude / 1_000_000) + "."
            + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    /// Whole seconds as `45 s`, `5 min 03 s` or, to the nearest minute, `1 h 02 min`.
    ///
    /// Hours are not made into days: market time has none of 24 hours.
    package static func duration(seconds: Int64?, unknown: String = unknown) -> String {
        guard let seconds else { return unknown }
        let sign = seconds < 0 ? "-" : ""
        let magnitude = seconds.magnitude
        switch magnitude {
        case ..<60: return "\(sign)\(magnitude) s"
        case ..<3600: return "\(sign)\(magnitude / 60) min \(padded(magnitude % 60, to: 2)) s"
        default:
            let minutes = magnitude / 60 + (magnitude % 60 >= 30 ? 1 : 0)
            return "\(sign)\(grouped(minutes / 60)) h \(padded(minutes % 60, to: 2)) min"
        }
    }

    /// As `duration(seconds:)`, with `2.4 s` below a minute and `850 ms` below a second.
    package static func duration(nanoseconds: UInt64?, unknown: String = unknown) -> String {
        guard let nanoseconds else { return unknown }
        switch nanoseconds {
        case ..<999_500_000: return decimal(nanoseconds, scale: 6, places: 0) + " ms"
        case ..<59_950_000_000: return decimal(nanoseconds, scale: 9, places: 1) + " s"
        default:
            let rounded = nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 >= 500_000_000 ? 1 : 0)
            return duration(seconds: Int64(rounded))
        }
    }

    /// A number with that many places, thousands separated; nil for what is not finite or beyond 64 bits.
    package static func fixed(_ value: Double, places: Int) -> String? {
        let scaled = (value.magnitude * Double(power(places))).rounded()
        guard let magnitude = UInt64(exactly: scaled) else { return nil }
        return (value < 0 && magnitude > 0 ? "-" : "") + decimal(magnitude, scale: places, places: places)
    }

    /// As `fixed`, with `unknown` for nil and for what it cannot spell.
    package static func number(_ value: Double?, places: Int, unknown: String = unknown) -> String {
        value.flatMap { fixed($0, places: places) } ?? unknown
    }

    /// `value` units of 10^-`scale`, rounded to `places` digits after the point.
    static func decimal(_ value: UInt64, scale: Int, places: Int) -> String {
        let kept = min(scale, places)
        let divisor = power(scale - kept)
        let rest = value % divisor
        // rest × 2 ≥ divisor, without the overflow.
        let rounded = value / divisor + (rest > 0 && rest >= divisor - rest ? 1 : 0)
        guard places > 0 else { return grouped(rounded) }
        return grouped(rounded / power(kept)) + "."
            + (kept > 0 ? padded(rounded % power(kept), to: kept) : "") + String(repeating: "0", count: places - kept)
    }

    private static func grouped(_ value: UInt64) -> String {
        value < 1000 ? String(value) : grouped(value / 1000) + "," + padded(value % 1000, to: 3)
    }

    private static func padded(_ value: UInt64, to digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// - Precondition: `exponent` is in 0...18, more places than which no number here has.
    private static func power(_ exponent: Int) -> UInt64 {
        precondition((0...18).contains(exponent), "\(exponent) decimal places are not 0 to 18")
        return (0..<exponent).reduce(1) { product, _ in product * 10 }
    }
}
