/// How a value is to be taken, where a report says so.
package enum Tone: String, Hashable, Sendable {
    case plain, ok, warning, bad, unknown

    /// The state in a word, so that colour is never the only one to say it; nil where there is none to name.
    ///
    /// An unknown value says so itself.
    var word: String? {
        switch self {
        case .plain, .unknown: nil
        case .ok, .warning, .bad: rawValue
        }
    }

    /// The parameter of ANSI's "select graphic rendition"; nil for no style.
    var ansiCode: String? {
        switch self {
        case .plain: nil
        case .ok: "32"
        case .warning: "33"
        case .bad: "1;31"
        case .unknown: "2"
        }
    }
}

/// Whether text may carry colour: the caller asks for it on a terminal without `NO_COLOR`.
package enum Styled: Hashable, Sendable {
    case plain, colour

    func apply(_ tone: Tone, to text: String) -> String {
        guard self == .colour, let code = tone.ansiCode, !text.isEmpty else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
