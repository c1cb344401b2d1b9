internal import Foundation

/// How much of the air a text takes (3GPP TS 23.038 and 23.040).
public struct SMSLength: Hashable, Sendable {
    public enum Encoding: String, Hashable, Sendable {
        case gsm7 = "GSM-7"
        case ucs2 = "UCS-2"
    }

    public let encoding: Encoding
    /// Septets of GSM-7, where a character of the extension table counts two, or UTF-16 units of UCS-2.
    public let units: Int
    /// One holds 160 septets or 70 units; each of several 153 or 67, and nothing that counts two is split over them.
    public let segments: Int

    public init(of text: String) {
        var widths: [Int] = []
        for scalar in text.unicodeScalars {
            guard let width = GSM7.septets(scalar) else {
                let widths = text.unicodeScalars.map { UTF16.width($0) }
                self.init(.ucs2, widths, single: 70, each: 67)
                return
            }
            widths.append(width)
        }
        self.init(.gsm7, widths, single: 160, each: 153)
    }

    private init(_ encoding: Encoding, _ widths: [Int], single: Int, each: Int) {
        self.encoding = encoding
        units = widths.reduce(0, +)
        guard units > single else {
            segments = units == 0 ? 0 : 1
            return
        }
        var count = 1
        var room = each
        for width in widths {
            if width > room {
                count += 1
                room = each
            }
            room -= width
        }
        segments = count
    }
}

/// The default alphabet of GSM (3GPP TS 23.038, section 6.2.1) and its extension table.
enum GSM7 {
    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
            + "abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)

    /// Nil when the alphabet lacks it.
    static func septets(_ scalar: Unicode.Scalar) -> Int? {
        basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : nil
    }

    /// Written instead of what has no sign of its own in the basic table.
    private static let replacements: [Unicode.Scalar: String] = [
        "‘": "'", "’": "'", "‚": ",", "“": "\"", "”": "\"", "„": "\"", "«": "\"", "»": "\"", "`": "'", "´": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "~": "-", "•": "-", "·": ".", "…": "...",
        "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "=", "±": "+/-", "×": "x", "÷": "/", "µ": "u",
        "μ": "u", "°": " deg", "σ": "Σ", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "^": "'",
        "€": "EUR", "\u{A0}": " ", "\u{2009}": " ", "\u{202F}": " ",
    ]

    /// `text` in one line of the basic table, so that a character is a septet.
    static func plain(_ text: String) -> String {
        var result = ""
        for scalar in ChannelText.line(text, .max).unicodeScalars {
            if basic.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else if let replacement = replacements[scalar] {
                result += replacement
            } else {
                // A letter without its accents, a ligature in its letters; marks alone are left out.
                let parts = String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.filter {
                    !$0.properties.isDefaultIgnorableCodePoint && $0.properties.generalCategory != .nonspacingMark
                }
                for part in parts { result += basic.contains(part) ? String(part) : "?" }
            }
        }
        return result
    }

    /// At most `limit` septets of `text`, which is plain.
    static func clip(_ text: String, _ limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > limit else { return text }
        guard limit > 3 else { return "" }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 3))) + "..."
    }
}
