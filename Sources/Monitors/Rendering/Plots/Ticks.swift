internal import Glibc

/// Round values along an axis.
struct Ticks: Hashable {
    struct Tick: Hashable {
        var value: Double
        var label: String
    }

    /// Ascending; empty only where nothing is to be shown.
    var ticks: [Tick]
    /// The ends of the axis, which are ticks themselves where the axis was widened to them.
    var range: ClosedRange<Double>

    /// Ticks at multiples of 1, 2 or 5 times a power of ten, about `count` of them, the first at or below `low` and the
    /// last at or above `high`.
    ///
    /// - Precondition: both are finite, `low <= high`, within ±1e15.
    static func linear(low: Double, high: Double, count: Int = 5) -> Ticks {
        let magnitude = max(low.magnitude, high.magnitude)
        // A range without width, or so narrow that Double has no round numbers in it, is made one.
        var (low, high) = (low, high)
        if high - low <= max(magnitude * 1e-9, 1e-9) {
            let more = magnitude < 1e-6 ? 1 : magnitude * 0.01
            (low, high) = (low < 0 ? low - more : max(0, low - more), high + more)
        }
        let raw = (high - low) / Double(count)
        var exponent = Int(log10(raw).rounded(.down))
        let fraction = raw / pow(10, Double(exponent))
        var step = 1
        switch fraction {
        case ...1: step = 1
        case ...2: step = 2
        case ...5: step = 5
        default: exponent += 1
        }
        let size = scaled(step, exponent)
        let first = Int((low / size).rounded(.down))
        let last = Int((high / size).rounded(.up))
        let ticks = (first...last).map { Tick(value: scaled($0 * step, exponent), label: label($0 * step, exponent)) }
        return Ticks(ticks: ticks, range: scaled(first * step, exponent)...scaled(last * step, exponent))
    }

    /// Ticks at 1, 2 and 5 times powers of ten, or powers of ten alone over more than three of them, from at or below
    /// `low` to at or above `high`.
    ///
    /// - Precondition: `1e-9 <= low <= high <= 1e15`.
    static func logarithmic(low: Double, high: Double) -> Ticks {
        let from = Int(log10(low).rounded(.down))
        let to = Int(log10(high).rounded(.up))
        let steps = to - from > 3 ? [1] : [1, 2, 5]
        let stride = max(1, (to - from) / 6)
        var ticks: [Tick] = []
        for exponent in from...to where (exponent - from) % stride == 0 || exponent == to {
            for step in steps { ticks.append(Tick(value: scaled(step, exponent), label: label(step, exponent))) }
        }
        let first = ticks.last { $0.value <= low } ?? ticks[0]
        let last = ticks.first { $0.value >= high && $0.value > first.value } ?? ticks[ticks.count - 1]
        ticks.removeAll { $0.value < first.value || $0.value > last.value }
        return Ticks(ticks: ticks, range: first.value...last.value)
    }

    /// `number` × 10^`exponent`, the Double nearest to that decimal.
    private static func scaled(_ number: Int, _ exponent: Int) -> Double {
        exponent < 0 ? Double(number) / pow(10, Double(-exponent)) : Double(number) * pow(10, Double(exponent))
    }

    private static func label(_ number: Int, _ exponent: Int) -> String {
        NumberFormat.number(scaled(number, exponent), places: max(0, -exponent), unknown: NumberFormat.gap)
    }
}
