internal import MarketData

/// The rows that the figure spent rests on: every committed entry of a period, summed by day, provider, category and unit
/// price. Their amounts add up to it exactly.
package struct BudgetExplanation: Hashable, Sendable {
    package struct Row: Hashable, Sendable, Codable {
        package let day: String
        package let provider: String
        package let category: String
        package let quantity: Int64
        package let unit: String
        /// Such as `$0.40/GB`; nil when amounts did not come from a price.
        package let unitPrice: String?
        package let amountMicros: Int64
        /// The amount less quantity x unit price: what rounding moved between the parts of a stream, or what a provider
        /// charged beside its price. Nil without a price.
        package let differenceMicros: Int64?
        package let entries: Int
    }

    package let period: BudgetPeriod
    /// By day, provider, category, unit price.
    package let rows: [Row]

    package var spentMicros: Int64 { rows.reduce(0) { $0 + $1.amountMicros } }

    fileprivate struct Sum {
        var quantity: Int64 = 0
        var micros: Int64 = 0
        var entries = 0

        mutating func add(_ entry: LedgerEntry) {
            quantity += entry.quantity
            micros += entry.amountMicros
            entries += 1
        }
    }

    fileprivate struct Key: Hashable {
        let day: CivilDate
        let provider: String
        let category: CostCategory
        let unit: CostUnit
        let price: UnitPrice?
    }

    package init(_ ledger: BudgetLedger, period: BudgetPeriod) throws(BudgetError) {
        var groups: [Key: Sum] = [:]
        for entry in ledger.entries where entry.state == .committed && entry.period == period {
            let key = Key(
                day: entry.tradingDate, provider: entry.labels.provider, category: entry.labels.category,
                unit: entry.unit, price: entry.unitPrice)
            groups[key, default: Sum()].add(entry)
        }
        var rows: [Row] = []
        for (key, sum) in groups { rows.append(try Row(key, sum)) }
        self.period = period
        self.rows = rows.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }
}

extension BudgetExplanation.Row {
    fileprivate init(_ key: BudgetExplanation.Key, _ sum: BudgetExplanation.Sum) throws(BudgetError) {
        day = key.day.description
        provider = key.provider
        category = key.category.rawValue
        quantity = sum.quantity
        unit = key.unit.rawValue
        unitPrice = key.price?.description
        amountMicros = sum.micros
        if let price = key.price {
            differenceMicros = sum.micros - (try price.amountMicros(sum.quantity))
        } else {
            differenceMicros = nil
        }
        entries = sum.entries
    }

    /// What the amount has beside quantity x price, if anything.
    fileprivate var besideText: String {
        guard let differenceMicros, differenceMicros != 0 else { return "" }
        return "(\(differenceMicros > 0 ? "+" : "")\(Dollars.text(differenceMicros, exact: true)))"
    }

    fileprivate var order: [String] { [day, provider, category, unit, unitPrice ?? ""] }
}

extension BudgetExplanation {
    /// Day by day: quantity x unit price = amount, and what the amount has beside that.
    package var table: TextTable {
        var table = TextTable(
            caption: "What \(period) was spent on",
            columns: [
                .text("day"), .text("category"), .number("quantity"), .exact("unit price"), .number("amount"),
                .exact(""),
            ])
        var day = ""
        for row in rows {
            if row.day != day { table.append([TextTable.Cell(row.day), "", "", "", "", ""]) }
            day = row.day
            table.append([
                TextTable.Cell("  " + row.provider), TextTable.Cell(row.category),
                TextTable.Cell(String(row.quantity)), TextTable.Cell(row.unitPrice ?? ""),
                TextTable.Cell(Dollars.text(row.amountMicros, exact: true)), TextTable.Cell(row.besideText),
            ])
        }
        table.append(["spent", "", "", "", TextTable.Cell(Dollars.text(spentMicros, exact: true)), ""])
        return table
    }

    /// With a header; every line ends with a newline.
    package var csv: String {
        var csv = CSV(header: [
            "day", "provider", "category", "quantity", "unit", "unit_price", "amount_micros", "difference_micros",
            "entries",
        ])
        for row in rows {
            csv.append([
                row.day, row.provider, row.category, String(row.quantity), row.unit, row.unitPrice,
                String(row.amountMicros), row.differenceMicros.map { String($0) }, String(row.entries),
            ])
        }
        return csv.text
    }
}
