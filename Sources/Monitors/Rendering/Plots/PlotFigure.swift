/// A plot that stands in a page as a figure: the drawing, what it shows in words, and its values as a table.
protocol Plot {
    var title: String { get }
    /// What a person who cannot see the drawing should know of it.
    var summary: String { get }
    /// What the drawing marks without room to name it: events and stages, in order.
    var notes: [String] { get }
    /// Every value drawn.
    var values: TextTable { get }
    /// The drawing; ids in it begin with `id`.
    func drawing(id: String) -> SVG
}

enum PlotFigure {
    /// - Parameter number: of the plots in the page so far; this one's is one more.
    static func html(_ plot: some Plot, number: inout Int) -> String {
        number += 1
        let id = "plot-\(number)"
        var text = "<figure id=\"\(id)\">\n" + HTML.element("figcaption", plot.title) + "\n<div class=\"plot\">"
        text += plot.drawing(id: id).text(id: id, title: plot.title, summary: plot.summary) + "</div>\n"
        if !plot.notes.isEmpty {
            text += "<ul class=\"notes\">" + plot.notes.map { HTML.element("li", $0) }.joined() + "</ul>\n"
        }
        text += "<details><summary>Values of this plot</summary>\n" + HTML.table(plot.values) + "</details>\n"
        return text + "</figure>\n"
    }
}
