/// A report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere, and a policy in
/// its head that would stop one. It is well-formed XML, so any XML reader can check or search it.
package enum HTMLPage {
    package static func text(_ page: ReportPage) -> String {
        let title = HTML.escaped(page.title)
        let period = HTML.escaped(page.period)
        let isReplay = page.basis == .replay
        var text = """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>\(title) \(period)\(isReplay ? " (replay)" : "")</title>
            <style>
            \(style)</style>
            </head>
            <body>
            <header>
            <h1>\(title) <span class="period">\(period)</span></h1>

            """
        if isReplay { text += HTML.element("p", class: "replay", ReportPage.replayNotice) + "\n" }
        text += contents(page.sections) + "</header>\n<main>\n"
        var plots = 0
        for (index, part) in page.sections.enumerated() { text += section(part, number: index + 1, plots: &plots) }
        return text + "</main>\n<footer>" + HTML.element("p", page.origin) + "</footer>\n</body>\n</html>\n"
    }

    /// Links to the sections, where there is more than one.
    private static func contents(_ sections: [ReportPage.Section]) -> String {
        guard sections.count > 1 else { return "" }
        let links = sections.enumerated().map { index, section in
            "<li><a href=\"#section-\(index + 1)\">\(HTML.escaped(section.heading))</a></li>"
        }
        return "<nav aria-label=\"Contents\"><ul>\(links.joined())</ul></nav>\n"
    }

    private static func section(_ section: ReportPage.Section, number: Int, plots: inout Int) -> String {
        var text = "<section id=\"section-\(number)\">\n" + HTML.element("h2", section.heading) + "\n"
        if !section.lead.isEmpty { text += HTML.element("p", class: "lead", section.lead) + "\n" }
        if !section.figures.isEmpty {
            text += "<dl class=\"figures\">\n" + section.figures.map(figure).joined() + "</dl>\n"
        }
        for block in section.blocks {
            switch block {
            case .text(let paragraph): text += HTML.element("p", paragraph) + "\n"
            case .table(let table): text += HTML.table(table)
            case .lines(let plot): text += PlotFigure.html(plot, number: &plots)
            case .heat(let plot): text += PlotFigure.html(plot, number: &plots)
            case .bars(let plot): text += PlotFigure.html(plot, number: &plots)
            }
        }
        return text + "</section>\n"
    }

    private static func figure(_ figure: ReportPage.Figure) -> String {
        var text = "<div class=\"\(figure.tone.rawValue)\">" + HTML.element("dt", figure.label)
        text += "<dd>" + HTML.element("span", class: "value", figure.value)
        if !figure.unit.isEmpty { text += " " + HTML.element("span", class: "unit", figure.unit) }
        if let word = figure.tone.word { text += " " + HTML.element("span", class: "state", word) }
        text += "</dd>"
        if !figure.note.isEmpty { text += HTML.element("dd", class: "note", figure.note) }
        return text + "</div>\n"
    }
}
