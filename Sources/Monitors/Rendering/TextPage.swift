/// A report for a terminal. Plots are left out; the tables beside them and `-o html` have what they show.
package enum TextPage {
    /// Lines of at most `limit` columns, at least 20.
    package static func text(_ page: ReportPage, _ styled: Styled = .plain, width limit: Int = 80) -> String {
        let limit = max(20, limit)
        var blocks = [paragraph("\(page.title)  \(page.period)", limit)]
        if page.basis == .replay { blocks.append(paragraph(ReportPage.replayNotice, limit)) }
        for section in page.sections {
            let heading = DisplayText.shortened(DisplayText.printable(section.heading), to: limit)
            let rule = String(repeating: "-", count: DisplayText.width(heading))
            blocks.append("\(heading)\n\(rule)\n" + paragraph(section.lead, limit))
            if !section.figures.isEmpty {
                blocks.append(table(of: section.figures, limit: limit).text(styled, width: limit))
            }
            for block in section.blocks {
                switch block {
                case .text(let text): blocks.append(paragraph(text, limit))
                case .table(let table): blocks.append(table.text(styled, width: limit))
                case .lines, .heat, .bars: break
                }
            }
        }
        blocks.append(paragraph(page.origin, limit))
        return blocks.joined(separator: "\n")
    }

    /// A line for each figure, more where its note is long.
    private static func table(of figures: [ReportPage.Figure], limit: Int) -> TextTable {
        var rows: [[TextTable.Cell]] = []
        let values = figures.map { $0.unit.isEmpty ? $0.value : "\($0.value) \($0.unit)" }
        let widths = zip(figures, values).map { figure, value in
            [figure.label, value, figure.tone.word ?? ""].map { DisplayText.width(DisplayText.printable($0)) }
        }
        let others = (0..<3).map { column in widths.map { $0[column] + 2 }.max() ?? 0 }.reduce(0, +)
        for (figure, value) in zip(figures, values) {
            let notes = DisplayText.wrapped(figure.note, to: max(20, limit - others))
            let state = TextTable.Cell(figure.tone.word ?? "", figure.tone)
            rows.append([
                TextTable.Cell(figure.label), TextTable.Cell(value, figure.tone), state,
                TextTable.Cell(notes.first ?? ""),
            ])
            rows += notes.dropFirst().map { ["", "", "", TextTable.Cell($0)] }
        }
        return TextTable(columns: [.text(""), .number(""), .exact(""), .text("")], rows: rows)
    }

    private static func paragraph(_ text: String, _ limit: Int) -> String {
        DisplayText.wrapped(text, to: limit).map { $0 + "\n" }.joined()
    }
}
