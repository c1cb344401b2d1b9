/// An inline drawing under construction. Lengths are in its own units, 960 to the full width; colours come from classes
/// that `HTMLPage.style` defines, so that one drawing does for light, dark and print.
struct SVG {
    enum Anchor: String { case start, middle, end }

    static let width = 960.0
    var height: Double
    private(set) var body = ""

    init(height: Double) { self.height = height }

    /// - Parameters:
    ///   - data: commands and numbers only.
    ///   - tooltip: shown by browsers on hovering.
    mutating func path(_ data: String, class style: String, tooltip: String? = nil) {
        guard !data.isEmpty else { return }
        let title = tooltip.map { "<title>\(HTML.escaped($0))</title>" } ?? ""
        body += "<path class=\"\(style)\" d=\"\(data)\""
        body += title.isEmpty ? " />\n" : ">\(title)</path>\n"
    }

    mutating func label(_ text: String, x: Double, y: Double, anchor: Anchor = .start, class style: String? = nil) {
        body += "<text" + (style.map { " class=\"\($0)\"" } ?? "")
        body += " x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        body += anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        body += ">\(HTML.escaped(text))</text>\n"
    }

    /// A path filled with diagonal lines, as everything unknown is drawn.
    mutating func hatched(_ data: String, id: String) {
        guard !data.isEmpty else { return }
        body += """
            <pattern id="\(id)-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
            <path class="hatch" d="M0 0v6" /></pattern>
            <path class="unknown" fill="url(#\(id)-hatch)" d="\(data)" />

            """
    }

    func text(id: String, title: String, summary: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(Self.width)) \(Self.number(height))" \
        role="img" aria-labelledby="\(id)-title \(id)-text"><title id="\(id)-title">\(HTML.escaped(title))</title>\
        <desc id="\(id)-text">\(HTML.escaped(summary))</desc>
        \(body)</svg>
        """
    }

    /// A coordinate to a tenth of a unit. Anything a drawing could use lies within ±1e6; more is cut to that.
    static func number(_ value: Double) -> String {
        let tenths = Int((min(1e6, max(-1e6, value)) * 10).rounded())
        let whole = (tenths < 0 ? "-" : "") + String(tenths.magnitude / 10)
        return tenths % 10 == 0 ? (tenths == 0 ? "0" : whole) : whole + "." + String(tenths.magnitude % 10)
    }

    static func move(_ x: Double, _ y: Double) -> String { "M\(number(x)) \(number(y))" }

    static func line(_ x: Double, _ y: Double) -> String { "L\(number(x)) \(number(y))" }

    static func rectangle(x: Double, y: Double, width: Double, height: Double) -> String {
        "M\(number(x)) \(number(y))h\(number(width))v\(number(height))h\(number(-width))z"
    }

    /// The room that a text of the drawing's size takes, estimated generously: the font is the reader's.
    static func width(of text: String) -> Double { Double(DisplayText.width(text)) * 6.8 }
}
