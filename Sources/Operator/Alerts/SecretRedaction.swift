/// Finds secrets in texts and blots them out.
struct Redaction: Sendable {
    static let mark = "<secret>"
    /// A secret that the end of the text cuts off is still taken out from this many bytes on.
    static let shortestCutBytes = 8
    /// A piece of base64 shorter than this says nothing, and is found where no secret is.
    private static let shortestBase64 = 6

    /// Longest first, so that a secret that holds another one goes as a whole.
    private var patterns: [[UInt8]] = []

    mutating func add(_ secret: String) {
        var new = Set(patterns)
        for text in [secret] + Self.pathAndQuery(of: secret) {
            new.formUnion([Array(text.utf8), Self.asciiJSON(text, false), Self.asciiJSON(text, true)])
            new.formUnion(Self.base64Pieces(of: Array(text.utf8)))
        }
        patterns = new.sorted { $0.count > $1.count }
    }

    func apply(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if let end = patterns.lazy.compactMap({ Self.end(of: $0, in: bytes, from: position) }).first {
                result += Array(Self.mark.utf8)
                position = end
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }

    /// What of a URL a server sees and may repeat.
    private static func pathAndQuery(of text: String) -> [String] {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"), let host = text.firstIndex(of: ":") else {
            return []
        }
        guard let path = text[host...].dropFirst(3).firstIndex(of: "/") else { return [] }
        return text[path...].utf8.count >= shortestCutBytes ? [String(text[path...])] : []
    }

    // MARK: Looking

    /// Where `pattern` ends that begins at `start`, as it is or with some of its bytes escaped.
    private static func end(of pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        end(of: pattern, in: bytes, from: start) { byte, position in bytes[position] == byte ? 1 : nil }
            ?? end(of: pattern, in: bytes, from: start) { byte, position in
                escapedLength(of: byte, in: bytes, at: position) ?? (bytes[position] == byte ? 1 : nil)
            }
    }

    private static func end(
        of pattern: [UInt8], in bytes: [UInt8], from start: Int, length: (UInt8, Int) -> Int?
    ) -> Int? {
        var position = start
        for (index, byte) in pattern.enumerated() {
            guard position < bytes.count else { return index >= shortestCutBytes ? bytes.count : nil }
            guard let step = length(byte, position) else {
                return index >= shortestCutBytes && isCutEscape(bytes[position...]) ? bytes.count : nil
            }
            position += step
        }
        return position
    }

    /// Whether these bytes are an escape that the end cuts off, such as `%2`.
    private static func isCutEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        switch bytes.first {
        case UInt8(ascii: "%"): bytes.count < 3
        case UInt8(ascii: "\\"): bytes.count < (bytes.dropFirst().first == UInt8(ascii: "u") ? 6 : 2)
        default: false
        }
    }

    /// The length of an escape that stands for `byte`: `%2F`, `+`, `\/`, `\u002f`.
    private static func escapedLength(of byte: UInt8, in bytes: [UInt8], at position: Int) -> Int? {
        func hex(_ offset: Int, _ count: Int) -> Int? {
            guard position + offset + count <= bytes.count else { return nil }
            let digits = bytes[(position + offset)..<(position + offset + count)]
            // Int would take a sign.
            guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
            return Int(String(decoding: digits, as: UTF8.self), radix: 16)
        }
        let next = position + 1 < bytes.count ? bytes[position + 1] : 0
        switch bytes[position] {
        case UInt8(ascii: "%"): return hex(1, 2) == Int(byte) ? 3 : nil
        case UInt8(ascii: "+"): return byte == UInt8(ascii: " ") ? 1 : nil
        case UInt8(ascii: "\\"):
            if next == UInt8(ascii: "u"), hex(2, 4) == Int(byte) { return 6 }
            return next == byte && "\"\\/".utf8.contains(byte) ? 2 : nil
        default: return nil
        }
    }

    // MARK: Other shapes of a secret

    /// Non-ASCII characters as JSON's `\u` escapes; ASCII ones are left to `escapedLength`.
    private static func asciiJSON(_ text: String, _ isUppercase: Bool) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            if scalar.isASCII { return [UInt8(scalar.value)] }
            return scalar.utf16.flatMap { unit in
                let digits = String(unit, radix: 16, uppercase: isUppercase)
                return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
    }

    /// What of the base64 of a text with `bytes` in it does not depend on the rest: for each of the three places in a group, in both
    /// alphabets; and the whole when nothing comes before, which is what the end's padding tells.
    static func base64Pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        for alphabet in ["+/", "-_"] {
            for before in 0..<3 {
                let digits = base64(Array(repeating: 0, count: before) + bytes, alphabet)
                let known = (before + bytes.count) * 8 / 6
                pieces.append(Array(digits[..<known].dropFirst(before == 0 ? 0 : before + 1)))
                if before == 0 { pieces.append(digits) }
            }
        }
        return pieces.filter { $0.count >= shortestBase64 }
    }

    /// RFC 4648, section 4, without padding.
    private static func base64(_ bytes: [UInt8], _ lastTwo: String) -> [UInt8] {
        let alphabet = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            digits += (0...group.count).map { alphabet[bits >> (18 - 6 * $0) & 63] }
        }
        return digits
    }
}
