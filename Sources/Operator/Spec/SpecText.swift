/// The bytes of a spec or of a configuration as text that a YAML reader may have.
enum SpecText {
    /// Used to tell repeated keys apart (`YAMLDocument`), and therefore never part of the text.
    static let marker: Unicode.Scalar = "\u{E000}"

    /// The text without byte order mark and with `\n` at line ends, or what is wrong with it.
    static func checked(_ bytes: [UInt8], file: String) throws(SpecProblems) -> String {
        guard bytes.count <= SpecFiles.maxBytes else {
            let message = SpecFileFailure.tooLarge(limit: SpecFiles.maxBytes).message
            throw SpecProblems([SpecProblem(file: file, line: 0, message: message)], file: file)
        }
        var bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SpecProblems([invalidUTF8(bytes, file: file)], file: file)
        }
        var problems: [SpecProblem] = []
        var clean = String.UnicodeScalarView()
        var line = 1
        var column = 0
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if afterReturn, scalar != "\n" {
                problems.append(forbidden("\r", file: file, line: line, column: column))
            }
            afterReturn = scalar == "\r"
            column += 1
            if afterReturn { continue }
            if isForbidden(scalar) { problems.append(forbidden(scalar, file: file, line: line, column: column)) }
            if scalar == "\n" { (line, column) = (line + 1, 0) }
            clean.append(scalar)
            // The first few say enough.
            if problems.count == 8 { break }
        }
        guard problems.isEmpty else { throw SpecProblems(problems, file: file) }
        return String(clean)
    }

    /// Control characters, line ends that editors do not count, and characters that change what a reader sees.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE...0xFFFF: true
        default: scalar == marker
        }
    }

    private static func forbidden(_ scalar: Unicode.Scalar, file: String, line: Int, column: Int) -> SpecProblem {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let name = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return SpecProblem(
            file: file, line: line, column: column, message: "the invisible character \(name) is not allowed here")
    }

    private static func invalidUTF8(_ bytes: [UInt8], file: String) -> SpecProblem {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return SpecProblem(file: file, line: 1, message: "is UTF-16, expected UTF-8")
        }
        var line = 1
        for row in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: row, as: UTF8.self) == nil { break }
            line += 1
        }
        return SpecProblem(file: file, line: line, message: "is not UTF-8")
    }
}
