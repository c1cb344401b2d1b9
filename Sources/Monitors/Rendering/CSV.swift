/// A table for programs: RFC 4180 with a header line.
///
/// Lines end with a line feed alone, not the CR LF of the RFC: every reader of CSV takes it, and `awk` and `cut` do not
/// find a carriage return in the last column. A nil is an empty field, an empty text is `""`.
///
/// Spreadsheets run a field that begins with `=`, `+`, `-` or `@` (some with their full-width forms) as a formula. Such
/// a field, unless it is a number, gets an apostrophe in front, which they take as "this is text"; so does one that
/// begins with a tab, a carriage return or a line feed, or has spaces before such a character. Fields with `;` or a tab
/// are quoted too, since some countries' spreadsheets separate at them.
package struct CSV: Hashable, Sendable {
    private let columns: Int
    /// All lines so far.
    package private(set) var text: String

    package init(header: [String]) {
        columns = header.count
        text = ""
        append(header)
    }

    /// - Precondition: the row has as many fields as the header.
    package mutating func append(_ row: [String?]) {
        precondition(row.count == columns, "a row of \(row.count) fields under a header of \(columns)")
        // An empty line would be no row at all to many readers.
        text += row == [nil] ? "\"\"" : row.map { $0.map(Self.field) ?? "" }.joined(separator: ",")
        text += "\n"
    }

    private static func field(_ value: String) -> String {
        let guarded = isFormula(value) ? "'" + value : value
        let needsQuotes =
            value.isEmpty || value.first == " " || value.last == " "
            || guarded.utf8.contains { quoted.contains($0) }
        guard needsQuotes else { return guarded }
        var field = "\""
        // By scalars: a quote with a combining mark after it is another character than a quote.
        for scalar in guarded.unicodeScalars { field += scalar == "\"" ? "\"\"" : String(scalar) }
        return field + "\""
    }

    private static func isFormula(_ value: String) -> Bool {
        let begun = value.unicodeScalars.drop { $0 == " " }
        guard let first = begun.first, formulaStarts.contains(first) else { return false }
        return !isNumber(value.utf8)
    }

    /// A sign, digits, a point with digits, an exponent; nothing else.
    private static func isNumber(_ value: String.UTF8View) -> Bool {
        var rest = value[...]
        func digits() -> Bool {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        func take(_ choices: StaticString) -> Bool {
            guard let first = rest.first else { return false }
            let isTaken = choices.withUTF8Buffer { $0.contains(first) }
            if isTaken { rest = rest.dropFirst() }
            return isTaken
        }
        _ = take("+-")
        guard digits() else { return false }
        if take("."), !digits() { return false }
        if take("eE") {
            _ = take("+-")
            guard digits() else { return false }
        }
        return rest.isEmpty
    }

    private static let formulaStarts = Set("=+-@＝＋－＠\t\r\n".unicodeScalars)
    private static let quoted = Set(",;\"\t\r\n".utf8)
}
