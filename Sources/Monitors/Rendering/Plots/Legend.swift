/// Where samples and their names stand above a plot, in as many rows as they need.
struct Legend {
    /// The left ends of the samples, 16 by 14 units each; names stand to their right.
    private(set) var places: [(x: Double, y: Double)] = []
    private(set) var rows = 1

    init(_ names: [String], left: Double) {
        var x = left
        for name in names {
            let width = Self.indent + SVG.width(of: name)
            if x > left, x + width > SVG.width {
                rows += 1
                x = left
            }
            places.append((x, 6 + Self.rowHeight * Double(rows - 1)))
            x += width + 14
        }
    }

    var height: Double { Self.rowHeight * Double(rows) }

    func sample(_ index: Int) -> String {
        SVG.rectangle(x: places[index].x, y: places[index].y, width: 16, height: 14)
    }

    func drawName(_ name: String, _ index: Int, into svg: inout SVG) {
        svg.label(name, x: places[index].x + Self.indent, y: places[index].y + 11.5)
    }

    private static let indent = 21.0
    private static let rowHeight = 21.0
}
