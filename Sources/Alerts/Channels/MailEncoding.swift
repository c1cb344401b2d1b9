/// Values of mail headers.
enum MailHeader {
    /// `text` as it can stand behind `Subject: `: as it is when it is short plain ASCII, else in encoded words (RFC 2047)
    /// of whole characters, each on a line of its own, none longer than 76.
    static func text(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (32...126).contains($0) } && !text.contains("=?")
        if isPlain, text.utf8.count <= 69 { return text }
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if (words.last?.count ?? 0) + bytes.count > 39 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }

    /// Letters, digits, `-`, `_` and `.`, at most 60; `-` for all others.
    static func word(_ text: String) -> String {
        let bytes = text.utf8.prefix(60).map { ChannelText.isLetterOrDigit($0) || [46, 95].contains($0) ? $0 : 45 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `<left@right>` in printable ASCII, as we write it ourselves.
    static func isMessageID(_ text: String) -> Bool {
        let inner = text.dropFirst().dropLast()
        return text.hasPrefix("<") && text.hasSuffix(">") && text.utf8.count <= 500
            && inner.utf8.allSatisfy { (33...126).contains($0) && $0 != 60 && $0 != 62 }
            && inner.split(separator: "@", omittingEmptySubsequences: false).count == 2
    }
}

/// RFC 2045, section 6.7.
enum QuotedPrintable {
    /// Lines of `text` end with LF; those of the result with CRLF, none longer than 76 bytes.
    static func encode(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { encode(line: Array($0.utf8)) }.joined(separator: "\r\n")
    }

    private static func encode(line: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        var width = 0
        for (place, byte) in line.enumerated() {
            let isSpace = byte == 32 && place < line.count - 1
            let isPlain = isSpace || ((33...126).contains(byte) && byte != 61)
            let piece = isPlain ? [byte] : [61, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            if width + piece.count > 75 {
                result += "=\r\n".utf8
                width = 0
            }
            result += piece
            width += piece.count
        }
        return String(decoding: result, as: UTF8.self)
    }
}
