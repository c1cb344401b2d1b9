internal import Rollout

extension Weight {
    enum DecimalProblem: Error {
        case outside
        /// Finer than a ten-thousandth.
        case tooFine
    }

    static func read(_ number: ExactDecimal) -> Result<Weight, DecimalProblem> {
        // A sign or an exponent is left only in what lies outside or is far too fine.
        let text = number.text
        if text.hasPrefix("-") { return .failure(.outside) }
        if text.contains("e") { return .failure(text.contains("e-") ? .tooFine : .outside) }
        let parts = text.split(separator: ".")
        guard let whole = parts.first, whole == "0" || text == "1" else { return .failure(.outside) }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= 4 else { return .failure(.tooFine) }
        let digits = whole + fraction + String(repeating: "0", count: 4 - fraction.count)
        guard let value = Int(digits), let weight = Weight(tenThousandths: value) else { return .failure(.outside) }
        return .success(weight)
    }

    /// `0.1`, `1`, `0.0001`
    var decimalText: String {
        if self == .all { return "1" }
        var digits = String(tenThousandths + 10_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return digits.isEmpty ? "0" : "0." + digits
    }
}
