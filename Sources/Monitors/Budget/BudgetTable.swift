/// Aligned text of at most 80 columns. Widths count characters.
enum BudgetTable {
    static let width = 80

    /// Columns two spaces apart, without trailing space. Lines that would be too long go on in the next, indented.
    static func lines(_ rows: [[String]], rightAligned: Set<Int>) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.flatMap { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? space + cell : cell + space
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return wrapped(line, indent: 4)
        }
    }

    /// Breaks at the last space that fits, else in the middle of a word.
    static func wrapped(_ line: String, indent: Int) -> [String] {
        var lines: [String] = []
        var rest = Substring(line)
        while rest.count > width {
            let fitting = rest.prefix(width)
            let isIndent = fitting.prefix { $0 == " " }.count
            let space = fitting.lastIndex(of: " ")
            let isUsable =
                space.map { fitting.distance(from: fitting.startIndex, to: $0) > max(indent, isIndent) } ?? false
            let end = isUsable ? (space ?? fitting.endIndex) : fitting.endIndex
            var head = rest[..<end]
            while head.last == " " { head.removeLast() }
            lines.append(String(head))
            rest = Substring(String(repeating: " ", count: indent) + rest[end...].drop { $0 == " " })
        }
        while rest.last == " " { rest.removeLast() }
        lines.append(String(rest))
        return lines
    }
}
