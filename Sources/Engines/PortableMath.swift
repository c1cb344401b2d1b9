/// Functions that are the same bits everywhere: built from the four basic operations, which IEEE 754 rounds alike on
/// every machine. A C library's may differ in the last bit between versions and processors, and what engines remember
/// is compared byte by byte.
enum PortableMath {
    private static let ln2 = 0.693147180559945309417

    /// Natural logarithm of a finite number above 0, to about 1e-15.
    ///
    /// ln m = 2 artanh((m - 1) / (m + 1)) with m in sqrt(1/2)...sqrt(2), so that the argument of the series is below
    /// 0.1716 and twelve terms are enough (Abramowitz and Stegun 1964, 4.1.27).
    static func log(_ x: Double) -> Double {
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.4142135623730951 {
            mantissa /= 2
            exponent += 1
        }
        let s = (mantissa - 1) / (mantissa + 1)
        let square = s * s
        var sum = 0.0
        for term in 0..<12 { sum = sum * square + 1 / Double(23 - 2 * term) }
        return 2 * s * sum + exponent * ln2
    }

    /// `-1.250`: a number rounded to three digits after the point; values beyond 1e15 are cut to it.
    static func threeDigits(_ x: Double) -> String {
        guard x.isFinite else { return "none" }
        let thousandths = Int64((min(max(x, -1e15), 1e15) * 1000).rounded())
        let fraction = String(thousandths.magnitude % 1000 + 1000).dropFirst()
        return "\(thousandths < 0 ? "-" : "")\(thousandths.magnitude / 1000).\(fraction)"
    }
}
