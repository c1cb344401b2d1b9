/// Pieces of HTML that are XML too: every element closed, every attribute quoted.
enum HTML {
    /// `text` for use between tags and within quoted attributes; it cannot end either.
    static func escaped(_ text: String) -> String {
        let text = DisplayText.printable(text)
        guard text.utf8.contains(where: { special.contains($0) }) else { return text }
        var result = ""
        // By scalars: a `<` with a combining mark after it is another character than `<`, but not to a browser.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `<name class="…">escaped text</name>`
    static func element(_ name: StaticString, class style: StaticString? = nil, _ text: String) -> String {
        let attribute = style.map { " class=\"\($0)\"" } ?? ""
        return "<\(name)\(attribute)>\(escaped(text))</\(name)>"
    }

    /// The table in a box that scrolls sideways, with its caption and headings marked for screen readers. The cells of
    /// the first column head their rows.
    static func table(_ table: TextTable) -> String {
        var text = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(escaped(table.caption))\">"
        text += "<table>" + (table.caption.isEmpty ? "" : element("caption", table.caption)) + "\n<thead><tr>"
        for column in table.columns {
            text += "<th scope=\"col\"\(attribute(column.kind, .plain))>\(escaped(column.name))</th>"
        }
        text += "</tr></thead>\n<tbody>\n"
        for row in table.rows {
            text += "<tr>"
            for (index, cell) in row.enumerated() {
                let style = attribute(table.columns[index].kind, cell.tone)
                text +=
                    index == 0
                    ? "<th scope=\"row\"\(style)>\(escaped(cell.text))</th>" : "<td\(style)>\(escaped(cell.text))</td>"
            }
            text += "</tr>\n"
        }
        if table.rows.isEmpty {
            text += "<tr><td colspan=\"\(max(1, table.columns.count))\">\(escaped(table.emptyNote))</td></tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    private static func attribute(_ kind: TextTable.Column.Kind, _ tone: Tone) -> String {
        let side =
            switch kind {
            case .text: ""
            case .exact: "x"
            case .number: "n"
            }
        let classes = tone == .plain ? side : side.isEmpty ? tone.rawValue : "\(side) \(tone.rawValue)"
        return classes.isEmpty ? "" : " class=\"\(classes)\""
    }

    private static let special = Set("&<>\"'".utf8)
}
