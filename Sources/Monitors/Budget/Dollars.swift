/// Amounts of money as text. Money itself is `Int64` micro-dollars everywhere.
package enum Dollars {
    /// Micro-dollars in a dollar.
    package static let one: Int64 = 1_000_000

    /// `$12.35`, `-$0.05`; with `exact` all six places, `$12.345678`. Two places round half away from zero.
    package static func text(_ micros: Int64, exact: Bool = false) -> String {
        let sign = micros < 0 ? "-$" : "$"
        guard !exact else { return sign + decimal(micros.magnitude, places: 6) }
        let cents = micros.magnitude / 10_000 + (micros.magnitude % 10_000 >= 5000 ? 1 : 0)
        return (cents == 0 ? "$" : sign) + decimal(cents, places: 2)
    }

    /// The same; `unknown` for nil.
    package static func text(_ micros: Int64?, exact: Bool = false) -> String {
        micros.map { text($0, exact: exact) } ?? "unknown"
    }

    /// Exact with as many places as needed and at least two: `$0.40`, `$0.0079`.
    static func shortest(_ micros: Int64) -> String {
        var text = text(micros, exact: true)
        for _ in 0..<4 where text.last == "0" { text.removeLast() }
        return text
    }

    /// Reads `12.5`, `$0.40`, `-$3`: a plain decimal with at most six digits after the point. Nil for anything else, and
    /// for what `Int64` micro-dollars cannot express.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        if rest.first == "$" { rest.removeFirst() }
        guard let decimal = PlainDecimal(rest), decimal.places <= 6 else { return nil }
        let scale = PlainDecimal.powersOfTen[6 - decimal.places]
        let (micros, overflow) = decimal.digits.multipliedReportingOverflow(by: scale)
        return overflow ? nil : isNegative ? -micros : micros
    }

    private static func decimal(_ number: UInt64, places: Int) -> String {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return padded.dropLast(places) + "." + padded.suffix(places)
    }
}

/// An unsigned decimal such as `0.0079`: all its digits as one number, and how many of them follow the point.
struct PlainDecimal {
    let digits: Int64
    let places: Int

    /// 1, 10, ... 10^18
    static let powersOfTen: [Int64] = (0..<18).reduce(into: [1]) { powers, _ in
        powers.append(powers[powers.count - 1] * 10)
    }

    /// Nil for an empty text, more than 18 digits, a sign, an exponent, or a point without a digit on both sides.
    init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }), parts.reduce(0, { $0 + $1.count }) <= 18 else {
            return nil
        }
        var digits: Int64 = 0
        for byte in parts.joined() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            digits = digits * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        self.digits = digits
        places = parts.count == 2 ? parts[1].count : 0
    }
}
