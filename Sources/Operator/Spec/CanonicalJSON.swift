internal import MarketData

/// JSON with one spelling per value: keys sorted by their UTF-8 bytes, no white space, numbers as exact decimals.
///
/// No floating-point number is made on the way: `2.0`, `2` and `2e0` are all printed `2`, and `0.1` stays `0.1`.
package enum CanonicalJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(ExactDecimal)
    case text(String)
    case list([CanonicalJSON])
    case object([String: CanonicalJSON])

    static func integer(_ value: Int) -> CanonicalJSON { .number(ExactDecimal(value)) }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        append(to: &out)
        return out
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package subscript(key: String) -> CanonicalJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    private func append(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): out.append(contentsOf: value.text.utf8)
        case .text(let value): Self.append(value, to: &out)
        case .list(let values):
            out.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                value.append(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.append(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.append(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x0A: out.append(contentsOf: "\\n".utf8)
            case 0x0D: out.append(contentsOf: "\\r".utf8)
            case 0x09: out.append(contentsOf: "\\t".utf8)
            case 0..<0x20: out.append(contentsOf: "\\u00\(SHA256.hex([byte]))".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

/// A decimal number as somebody wrote it, exact, in one spelling.
package struct ExactDecimal: Hashable, Sendable {
    /// `-12`, `0.05`, `1.5e-30`; no plus sign, no zeros that say nothing.
    package let text: String

    init(_ value: Int) { text = String(value) }

    /// Reads JSON's number grammar, with a plus sign allowed in front; nil for anything else, for more than 400 digits
    /// and for magnitudes beyond 1e±300, which a reader with doubles would lose.
    init?(_ literal: some StringProtocol) {
        guard literal.utf8.count <= 450, let parts = Parts(Array(literal.utf8)) else { return nil }
        guard !parts.digits.isEmpty else {
            text = "0"
            return
        }
        let magnitude = parts.digits.count + parts.exponent
        guard (-300...301).contains(magnitude), parts.digits.count <= 400 else { return nil }
        let sign = parts.isNegative ? "-" : ""
        let digits = String(decoding: parts.digits, as: UTF8.self)
        if parts.exponent >= 0, magnitude <= 21 {
            text = sign + digits + String(repeating: "0", count: parts.exponent)
        } else if magnitude > 0, parts.exponent < 0 {
            text = sign + digits.prefix(magnitude) + "." + digits.dropFirst(magnitude)
        } else if magnitude <= 0, magnitude > -12 {
            text = sign + "0." + String(repeating: "0", count: -magnitude) + digits
        } else {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            text = sign + digits.prefix(1) + fraction + "e\(magnitude - 1)"
        }
    }

    /// The whole number, nil when there is a fraction or it does not fit.
    var integer: Int? { Int(text) }

    private struct Parts {
        var isNegative = false
        /// ASCII, without zeros at either end; empty for zero.
        var digits: [UInt8] = []
        /// The value is `digits` × 10^exponent.
        var exponent = 0

        init?(_ bytes: [UInt8]) {
            var rest = bytes[...]
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                isNegative = first == UInt8(ascii: "-")
                rest.removeFirst()
            }
            let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
            let whole = rest.prefix(while: isDigit)
            guard let first = whole.first, first != 48 || whole.count == 1 else { return nil }
            rest = rest.dropFirst(whole.count)
            var fraction: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: ".") {
                fraction = rest.dropFirst().prefix(while: isDigit)
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(1 + fraction.count)
            }
            if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
                let digits = rest.dropFirst()
                guard digits.count <= 5, let value = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
                exponent = value
                rest = []
            }
            guard rest.isEmpty else { return nil }
            exponent -= fraction.count
            digits = Array((whole + fraction).drop { $0 == 48 })
            while digits.last == 48 {
                digits.removeLast()
                exponent += 1
            }
        }
    }
}
