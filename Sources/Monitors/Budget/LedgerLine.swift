internal import MarketData

/// Writes one flat JSON object field by field.
struct LineWriter {
    private var line = "{"

    var finished: String { line + "}" }

    mutating func text(_ name: String, _ value: String?) {
        begin(name)
        guard let value else {
            line += "null"
            return
        }
        line += "\""
        for character in value.unicodeScalars {
            if character == "\"" || character == "\\" { line += "\\" }
            line.unicodeScalars.append(character)
        }
        line += "\""
    }

    mutating func number(_ name: String, _ value: some FixedWidthInteger) {
        begin(name)
        line += String(value)
    }

    private mutating func begin(_ name: String) {
        if line.utf8.count > 1 { line += "," }
        line += "\"\(name)\":"
    }
}

/// Reads what `LineWriter` wrote, from the left, and refuses every other spelling.
struct LineScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ line: some StringProtocol) { bytes = Array(line.utf8) }

    func mismatch(_ expected: String) -> BudgetError { .badLine(column: position + 1, expected: expected) }

    mutating func text(_ name: String) throws(BudgetError) -> String {
        guard let text = try optionalText(name) else { throw mismatch("a text for \"\(name)\"") }
        return text
    }

    /// Nil for `null`.
    mutating func optionalText(_ name: String) throws(BudgetError) -> String? {
        try begin(name)
        if skip("null") { return nil }
        guard skip("\"") else { throw mismatch("a text for \"\(name)\"") }
        var value: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") {
                position += 1
                guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(bytes[position]) else {
                    throw mismatch("a quote or a backslash after the backslash in \"\(name)\"")
                }
            }
            guard bytes[position] >= 0x20 else { throw mismatch("no control character in \"\(name)\"") }
            value.append(bytes[position])
            position += 1
        }
        guard skip("\"") else { throw mismatch("the end of the text of \"\(name)\"") }
        return String(decoding: value, as: UTF8.self)
    }

    mutating func number<Number: FixedWidthInteger>(_ name: String) throws(BudgetError) -> Number {
        try begin(name)
        let start = position
        while position < bytes.count, bytes[position] == UInt8(ascii: "-") || isDigit(bytes[position]) { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Number(digits), String(number) == digits else {
            position = start
            throw mismatch("a whole number for \"\(name)\"")
        }
        return number
    }

    mutating func date(_ name: String) throws(BudgetError) -> CivilDate {
        guard let date = CivilDate(try text(name)) else { throw mismatch("a date such as 2026-11-20 before here") }
        return date
    }

    /// One of a closed set of words.
    mutating func code<Code: RawRepresentable<String>>(_ name: String) throws(BudgetError) -> Code {
        guard let code = Code(rawValue: try text(name)) else {
            throw mismatch("a known word for \"\(name)\" before here")
        }
        return code
    }

    mutating func end() throws(BudgetError) {
        guard skip("}"), position == bytes.count else { throw mismatch("the end of the line") }
    }

    private mutating func begin(_ name: String) throws(BudgetError) {
        let literal = (position == 0 ? "{" : ",") + "\"\(name)\":"
        guard skip(literal) else { throw mismatch(literal) }
    }

    private mutating func skip(_ literal: String) -> Bool {
        guard bytes[position...].starts(with: literal.utf8) else { return false }
        position += literal.utf8.count
        return true
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
