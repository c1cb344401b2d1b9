/// Texts of alerts made fit to be sent.
enum ChannelText {
    /// What has no place in a line: control characters, line and paragraph separators, and what turns the direction of
    /// writing.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 127..<160, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// One line of at most `limit` UTF-16 units.
    static func line(_ text: String, _ limit: Int) -> String {
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            // A scalar is a unit at least: what follows is cut off.
            guard scalars.count <= limit else { break }
            let isBreak = isControl(scalar)
            if isBreak, scalars.last ?? " " == " " { continue }
            scalars.append(isBreak ? " " : scalar)
        }
        if scalars.count <= limit, scalars.last == " " { scalars.removeLast() }
        return clip(String(String.UnicodeScalarView(scalars)), limit)
    }

    /// Lines ended by LF, without other control characters, at most `limit` UTF-16 units.
    static func paragraph(_ text: String, _ limit: Int) -> String {
        var scalars: [Unicode.Scalar] = []
        var wasReturn = false
        for scalar in text.unicodeScalars {
            guard scalars.count <= limit else { break }
            defer { wasReturn = scalar == "\r" }
            if scalar == "\n", wasReturn { continue }
            scalars.append(scalar == "\n" || scalar == "\r" ? "\n" : isControl(scalar) ? " " : scalar)
        }
        return clip(String(String.UnicodeScalarView(scalars)), limit)
    }

    /// Ends with `…` where something was cut off. `escape` is what becomes of a scalar; its result is what counts.
    static func clip(
        _ text: String, _ limit: Int, escape: (Unicode.Scalar) -> String? = { _ in nil }
    ) -> String {
        guard limit > 0 else { return "" }
        var result: [UInt8] = []
        var used = 0
        /// As many bytes of `result` leave room for the ellipsis.
        var end = 0
        for scalar in text.unicodeScalars {
            let piece = escape(scalar) ?? String(scalar)
            used += piece.utf16.count
            guard used <= limit else { return String(decoding: result[..<end], as: UTF8.self) + "…" }
            result += piece.utf8
            if used < limit { end = result.count }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// As many of `lines` as have room, and how many more there are: those without room, and `more` beyond them.
    static func list(_ lines: [String], more: Int = 0, _ limit: Int = .max) -> String {
        var shown: [String] = []
        var used = 0
        for (place, line) in lines.enumerated() {
            let rest = lines.count - place - 1 + more
            let room = rest == 0 ? 0 : "\nand \(rest) more".utf16.count
            let width = line.utf16.count + (place == 0 ? 0 : 1)
            guard used <= limit - width - room else { break }
            shown.append(line)
            used += width
        }
        let rest = lines.count - shown.count + more
        return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }
}
