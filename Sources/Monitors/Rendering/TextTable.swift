/// A table for people, on a terminal or in a page.
package struct TextTable: Hashable, Sendable {
    /// Which side cells stand on is a property of the column, so that one odd cell does not move the others.
    package struct Column: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// To the left, and shortened where the table would be too wide.
            case text
            /// To the left, and never shortened: ids and times.
            case exact
            /// To the right, and never shortened: half a number is another number.
            case number
        }

        package var name: String
        package var kind: Kind

        package static func text(_ name: String) -> Column { Column(name: name, kind: .text) }
        package static func exact(_ name: String) -> Column { Column(name: name, kind: .exact) }
        package static func number(_ name: String) -> Column { Column(name: name, kind: .number) }
    }

    package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
        package var text: String
        package var tone: Tone

        package init(_ text: String, _ tone: Tone = .plain) {
            self.text = text
            self.tone = tone
        }

        package init(stringLiteral text: String) { self.init(text) }
    }

    /// Stands above the table.
    package var caption: String
    package var columns: [Column]
    package private(set) var rows: [[Cell]]
    /// Stands where the rows would, if there are none.
    package var emptyNote: String

    /// - Precondition: every row has as many cells as there are columns.
    package init(caption: String = "", columns: [Column], rows: [[Cell]] = [], emptyNote: String = "none") {
        self.caption = caption
        self.columns = columns
        self.rows = []
        self.emptyNote = emptyNote
        self.rows.reserveCapacity(rows.count)
        for row in rows { append(row) }
    }

    /// - Precondition: the row has as many cells as there are columns.
    package mutating func append(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        rows.append(row)
    }

    /// The table in lines of at most `limit` terminal columns, each ended by a newline, without trailing spaces.
    ///
    /// A table that would be wider gives up room in its widest text columns first, down to eight columns each; what
    /// still does not fit is left out from the right and named below the table. Without column names there is no
    /// header line.
    ///
    /// - Parameter limit: at least 20; less is taken as 20.
    package func text(_ styled: Styled = .plain, width limit: Int = 80) -> String {
        let limit = max(20, limit)
        let names = columns.map { Cell(Self.shown($0.name)) }
        let body = rows.map { $0.map { Cell(Self.shown($0.text), $0.tone) } }
        let widths = layout([names] + body, limit: limit)
        var lines = caption.isEmpty ? [] : DisplayText.wrapped(caption, to: limit)
        if names.contains(where: { !$0.text.isEmpty }) { lines.append(line(names, widths, .plain)) }
        lines += body.map { line($0, widths, styled) }
        if body.isEmpty { lines += DisplayText.wrapped(emptyNote, to: limit) }
        if widths.count < columns.count {
            let missing = columns[widths.count...].map(\.name).joined(separator: ", ")
            lines += DisplayText.wrapped("(no room for: \(missing); json and csv have all)", to: limit)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Widths of the columns that are shown, from the left.
    private func layout(_ lines: [[Cell]], limit: Int) -> [Int] {
        let natural = columns.indices.map { column in lines.map { DisplayText.width($0[column].text) }.max() ?? 0 }
        for shown in stride(from: columns.count, to: 1, by: -1) {
            if let widths = fitted(Array(natural.prefix(shown)), limit: limit) { return widths }
        }
        return natural.prefix(1).map { min($0, limit) }
    }

    /// `natural` with its text columns shortened so that all fit, nil if they cannot.
    private func fitted(_ natural: [Int], limit: Int) -> [Int]? {
        let room = limit - Self.gap.count * (natural.count - 1)
        var widths = zip(natural, columns).map { $1.kind == .text ? min($0, limit) : $0 }
        while widths.reduce(0, +) > room {
            let shrinkable = widths.indices.filter { columns[$0].kind == .text && widths[$0] > Self.narrowest }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { return nil }
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ styled: Styled) -> String {
        var line = ""
        // Spaces are written only once something follows them.
        var pending = 0
        for (index, width) in widths.enumerated() {
            let text = DisplayText.shortened(cells[index].text, to: width)
            let padding = width - DisplayText.width(text)
            let isLeft = columns[index].kind != .number
            pending += isLeft ? 0 : padding
            if !text.isEmpty {
                line += String(repeating: " ", count: pending) + styled.apply(cells[index].tone, to: text)
                pending = 0
            }
            pending += (isLeft ? padding : 0) + Self.gap.count
        }
        return line
    }

    /// Spaces in front stay: they indent.
    private static func shown(_ text: String) -> String {
        var text = DisplayText.printable(text)
        while text.last == " " { text.removeLast() }
        return text
    }

    private static let gap = "  "
    private static let narrowest = 8
}
