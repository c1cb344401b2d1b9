extension CanonicalJSON {
    /// Where and why a text is no JSON.
    struct SyntaxError: Error, Hashable {
        /// From 1.
        let line: Int
        let message: String
    }

    /// Reads JSON (RFC 8259) strictly: no duplicate keys, no number beyond `ExactDecimal`, at most `maxDepth` levels.
    static func read(_ bytes: [UInt8], maxDepth: Int = 16) throws(SyntaxError) -> CanonicalJSON {
        var reader = JSONReader(bytes: bytes, maxDepth: maxDepth)
        return try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let maxDepth: Int
    var position = 0
    var line = 1

    init(bytes: [UInt8], maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    mutating func document() throws(CanonicalJSON.SyntaxError) -> CanonicalJSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("something follows the end of the document") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ message: String) -> CanonicalJSON.SyntaxError {
        CanonicalJSON.SyntaxError(line: line, message: message)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(CanonicalJSON.SyntaxError) -> CanonicalJSON {
        guard depth <= maxDepth else { throw failure("nested deeper than \(maxDepth) levels") }
        skipSpace()
        switch next {
        case nil: throw failure("the document ends where a value is expected")
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try string())
        default: break
        }
        let start = position
        while let byte = next, !" \t\r\n,:]}[{\"".utf8.contains(byte) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            guard !word.hasPrefix("+"), let number = ExactDecimal(word) else {
                throw failure("expected a value, found \(quoted(word.isEmpty ? nextText : word))")
            }
            return .number(number)
        }
    }

    private var nextText: String { next.map { String(decoding: [$0], as: UTF8.self) } ?? "" }

    private mutating func list(depth: Int) throws(CanonicalJSON.SyntaxError) -> CanonicalJSON {
        position += 1
        var values: [CanonicalJSON] = []
        if take(UInt8(ascii: "]")) { return .list(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("expected , or ] in a list") }
        return .list(values)
    }

    private mutating func object(depth: Int) throws(CanonicalJSON.SyntaxError) -> CanonicalJSON {
        position += 1
        var members: [String: CanonicalJSON] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw failure("expected : after the key \(quoted(key))") }
            guard members[key] == nil else { throw failure("the key \(quoted(key)) is given twice") }
            members[key] = try value(depth: depth + 1)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("expected , or } in an object") }
        return .object(members)
    }

    private mutating func string() throws(CanonicalJSON.SyntaxError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw failure("a control character inside a text must be escaped")
            default: text.append(byte)
            }
        }
        throw failure("a text is not closed")
    }

    private mutating func escape() throws(CanonicalJSON.SyntaxError) -> Unicode.Scalar {
        let letter = next
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try hexadecimal()
            if let scalar = Unicode.Scalar(high) { return scalar }
            guard high < 0xDC00, take(exactly: "\\u") else { throw failure("half of a surrogate pair") }
            let low = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            else { throw failure("half of a surrogate pair") }
            return scalar
        default: throw failure("unknown escape after \\")
        }
    }

    private mutating func take(exactly text: StaticString) -> Bool {
        let wanted = text.withUTF8Buffer { Array($0) }
        guard bytes[min(position, bytes.count)...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func hexadecimal() throws(CanonicalJSON.SyntaxError) -> UInt32 {
        let digits = bytes[min(position, bytes.count)..<min(position + 4, bytes.count)]
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, !text.hasPrefix("+"), !text.hasPrefix("-"), let value = UInt32(text, radix: 16) else {
            throw failure("\\u needs four hexadecimal digits")
        }
        position += 4
        return value
    }
}
