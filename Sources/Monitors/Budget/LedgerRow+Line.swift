internal import MarketData

/// Rows as JSON lines for storage and hashing: fields in one order, no spaces, one spelling for every value, so that equal
/// rows are equal bytes.
extension LedgerRow {
    /// Version of the form, the first field of every line.
    static let version = 1

    /// Without a newline.
    package var line: String {
        var line = LineWriter()
        switch self {
        case .cost(let entry): Self.write(entry, to: &line)
        case .setting(let row):
            line.begin("setting", row.note)
            line.text("key", row.key.text)
            line.number("micros", row.micros)
        case .override(let row):
            line.begin("override", row.note)
            line.text("scope", row.scope.rawValue)
            line.text("grant", row.grant.rawValue)
            line.number("micros", row.micros)
            line.number("expires", row.expires.nanos)
        case .approval(let row):
            line.begin("approval", row.note)
            line.text("request", row.request)
            line.number("micros", row.micros)
        case .invoice(let row):
            line.begin("invoice", row.note)
            line.text("date", row.date.description)
            line.text("provider", row.provider)
            line.text("category", row.category.rawValue)
            line.number("amount_micros", row.amountMicros)
            line.text("reference", row.reference)
        }
        return line.finished
    }

    /// Reads what `line` gives and nothing else.
    package init(line: some StringProtocol) throws(BudgetError) {
        var scanner = LineScanner(line)
        let version: Int = try scanner.number("v")
        guard version == Self.version else { throw scanner.mismatch("version \(Self.version) of the row") }
        switch try scanner.text("row") {
        case "cost":
            self = .cost(try Self.entry(&scanner))
        case "setting":
            let note = try scanner.note()
            guard let key = BudgetLimits.Key(try scanner.text("key")) else { throw scanner.mismatch("a known limit") }
            self = .setting(BudgetSetting(note: note, key: key, micros: try scanner.number("micros")))
        case "override":
            self = .override(
                BudgetOverride(
                    note: try scanner.note(), scope: try scanner.code("scope"), grant: try scanner.code("grant"),
                    micros: try scanner.number("micros"), expires: Timestamp(nanos: try scanner.number("expires"))))
        case "approval":
            self = .approval(
                BudgetApproval(
                    note: try scanner.note(), request: try scanner.text("request"),
                    micros: try scanner.number("micros")))
        case "invoice":
            self = .invoice(
                InvoiceLine(
                    note: try scanner.note(), date: try scanner.date("date"), provider: try scanner.text("provider"),
                    category: try scanner.code("category"), amountMicros: try scanner.number("amount_micros"),
                    reference: try scanner.text("reference")))
        default:
            throw scanner.mismatch("a row of kind cost, setting, override, approval or invoice")
        }
        try scanner.end()
        try validate()
    }

    private static func write(_ entry: LedgerEntry, to line: inout LineWriter) {
        line.number("v", version)
        line.text("row", "cost")
        line.text("id", entry.id)
        line.text("reservation", entry.reservation)
        line.text("corrects", entry.corrects)
        line.number("time", entry.time.nanos)
        line.text("period", entry.period.description)
        line.text("trading_date", entry.tradingDate.description)
        line.text("arm", entry.labels.arm.rawValue)
        line.text("stage", entry.labels.stage)
        line.text("provider", entry.labels.provider)
        line.text("category", entry.labels.category.rawValue)
        line.text("purpose", entry.labels.purpose.rawValue)
        line.text("source", entry.labels.source)
        line.number("quantity", entry.quantity)
        line.text("unit", entry.unit.rawValue)
        line.text("unit_price", entry.unitPrice.map { "\($0.numeratorMicros)/\($0.denominator)" })
        line.number("amount_micros", entry.amountMicros)
        line.text("state", entry.state.rawValue)
        line.number("recorded_at", entry.recordedAt.nanos)
        line.text("actor", entry.actor)
    }

    private static func entry(_ scanner: inout LineScanner) throws(BudgetError) -> LedgerEntry {
        let id = try scanner.text("id")
        let reservation = try scanner.optionalText("reservation")
        let corrects = try scanner.optionalText("corrects")
        let time = Timestamp(nanos: try scanner.number("time"))
        let period = try scanner.text("period")
        guard period == BudgetPeriod(of: time).description else {
            throw scanner.mismatch("period \(BudgetPeriod(of: time)), the month of the row's time")
        }
        let tradingDate = try scanner.date("trading_date")
        let labels = CostLabels(
            arm: try scanner.code("arm"), stage: try scanner.text("stage"), provider: try scanner.text("provider"),
            category: try scanner.code("category"), purpose: try scanner.code("purpose"),
            source: try scanner.text("source"))
        let quantity: Int64 = try scanner.number("quantity")
        let unit: CostUnit = try scanner.code("unit")
        let unitPrice = try scanner.unitPrice("unit_price", unit: unit)
        return LedgerEntry(
            id: id, reservation: reservation, corrects: corrects, time: time, tradingDate: tradingDate, labels: labels,
            quantity: quantity, unit: unit, unitPrice: unitPrice, amountMicros: try scanner.number("amount_micros"),
            state: try scanner.code("state"), recordedAt: Timestamp(nanos: try scanner.number("recorded_at")),
            actor: try scanner.text("actor"))
    }
}

extension LineWriter {
    fileprivate mutating func begin(_ kind: String, _ note: LedgerNote) {
        number("v", LedgerRow.version)
        text("row", kind)
        text("id", note.id)
        number("time", note.time.nanos)
        text("actor", note.actor)
        text("reason", note.reason)
    }
}

extension LineScanner {
    fileprivate mutating func note() throws(BudgetError) -> LedgerNote {
        LedgerNote(
            id: try text("id"), time: Timestamp(nanos: try number("time")), actor: try text("actor"),
            reason: try text("reason"))
    }

    /// `null`, or a fraction in lowest terms such as `1/2500`.
    fileprivate mutating func unitPrice(_ name: String, unit: CostUnit) throws(BudgetError) -> UnitPrice? {
        guard let text = try optionalText(name) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let numerator = Int64(parts[0]), let denominator = Int64(parts[1]),
            let price = UnitPrice(numeratorMicros: numerator, denominator: denominator, unit: unit),
            text == "\(price.numeratorMicros)/\(price.denominator)"
        else { throw mismatch("a unit price as a fraction in lowest terms, such as 1/2500") }
        return price
    }
}
