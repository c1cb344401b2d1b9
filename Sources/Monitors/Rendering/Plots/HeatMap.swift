package import MarketData

/// Shares by date and time of day, such as uptime by half hour: one row a date, one column a time.
package struct HeatMap: Sendable {
    package enum Cell: Hashable, Sendable {
        /// 0...1; what is past that counts as its end, what is not a number as unknown.
        case share(Double)
        /// There was nothing to measure.
        case closed
        /// There was, and it was not.
        case unknown
    }

    package struct Row: Hashable, Sendable {
        package var date: CivilDate
        /// What the list is too short for is unknown; what it has too much is ignored.
        package var cells: [Cell]
        package init(_ date: CivilDate, _ cells: [Cell]) { (self.date, self.cells) = (date, cells) }
    }

    package var title: String
    /// `00:00`, `00:30` and so on.
    package var columns: [String]
    /// What the columns are, with their time zone.
    package var columnsName: String
    package var rows: [Row]

    package init(title: String, columns: [String], columnsName: String, rows: [Row]) {
        self.title = title
        self.columns = columns
        self.columnsName = columnsName
        self.rows = rows
    }

    /// `00:00` to `23:30`.
    package static let halfHours = (0..<48).map { "\($0 < 20 ? "0" : "")\($0 / 2):\($0 % 2 == 0 ? "00" : "30")" }

    /// The least share of each colour but the last, from the palest to the darkest. Uptime worth a look lies just below
    /// one, so the steps are wider further down.
    static let steps = [1, 0.999, 0.99, 0.95, 0.5]

    static let stepNames = ["100 %", "from 99.9 %", "from 99 %", "from 95 %", "from 50 %", "below 50 %"]
}

/// What a cell looks like; equal neighbours are drawn as one.
enum HeatShade: Hashable {
    case step(Int)
    case closed, unknown

    init(_ cell: HeatMap.Cell?) {
        switch cell {
        case .closed: self = .closed
        case nil, .unknown: self = .unknown
        case .share(let share) where share.isNaN: self = .unknown
        case .share(let share): self = .step(HeatMap.steps.firstIndex { share >= $0 } ?? HeatMap.steps.count)
        }
    }
}

extension HeatMap: Plot {
    var summary: String {
        var known = 0
        var whole = 0
        var unknown = 0
        var worst: (share: Double, place: String)?
        for row in rows {
            for column in columns.indices {
                switch (HeatShade(row.cell(column)), row.cell(column)) {
                case (.unknown, _): unknown += 1
                case (.step(let step), .share(let share)?):
                    known += 1
                    whole += step == 0 ? 1 : 0
                    if share < worst?.share ?? 1 { worst = (share, "\(row.date) \(columns[column])") }
                default: break
                }
            }
        }
        return "Shares over \(SessionTicks.span(rows.map(\.date))) by \(columnsName): \(NumberFormat.count(whole)) of "
            + "\(NumberFormat.count(known)) at 100 %, \(NumberFormat.count(unknown)) unknown."
            + (worst.map { " The least is \(NumberFormat.percent($0.share, places: 2)) at \($0.place)." } ?? "")
    }

    var notes: [String] { [] }

    var values: TextTable {
        var table = TextTable(
            caption: "\(title), in % by \(columnsName)", columns: [.exact("date")] + columns.map { .number($0) })
        for row in rows {
            table.append(
                [TextTable.Cell("\(row.date)")]
                    + columns.indices.map { column in
                        switch (HeatShade(row.cell(column)), row.cell(column)) {
                        case (.step, .share(let share)?):
                            TextTable.Cell(String(NumberFormat.percent(share, places: 2).dropLast(2)))
                        case (.closed, _): "closed"
                        default: TextTable.Cell(NumberFormat.unknown, .unknown)
                        }
                    })
        }
        return table
    }
}

extension HeatMap.Row {
    func cell(_ column: Int) -> HeatMap.Cell? { column < cells.count ? cells[column] : nil }
}
