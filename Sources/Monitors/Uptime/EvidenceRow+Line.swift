/// Rows as JSON lines: fields in one order, no spaces, one spelling for every value, so that equal rows are equal bytes.
extension EvidenceRow {
    /// Version of the form, the first field of every line.
    static let version = 1

    /// Without a newline.
    package var line: String {
        var line = LineWriter()
        line.number("v", Self.version)
        line.text("row", kind)
        line.text("id", id)
        line.text("author", author)
        line.number("recorded_at", recordedAt)
        switch content {
        case .exclusion(let exclusion): line.write(exclusion)
        case .correction(let target, let exclusion):
            line.text("of", target)
            line.write(exclusion)
        case .withdrawal(let target, let reason):
            line.text("of", target)
            line.text("reason", reason)
        case .acknowledgement(let incident, let reason):
            line.text("incident", incident)
            line.text("reason", reason)
        }
        return line.finished
    }

    /// Reads what `line` gives and nothing else.
    package init(line: some StringProtocol) throws(UptimeError) {
        self = try UptimeError.checking { () throws(BudgetError) in
            var scanner = LineScanner(line)
            let row = try Self.read(&scanner)
            try scanner.end()
            return row
        }
        try validate()
    }

    private var kind: String {
        switch content {
        case .exclusion: "exclusion"
        case .correction: "correction"
        case .withdrawal: "withdrawal"
        case .acknowledgement: "acknowledgement"
        }
    }

    private static func read(_ scanner: inout LineScanner) throws(BudgetError) -> EvidenceRow {
        let version: Int = try scanner.number("v")
        guard version == Self.version else { throw scanner.mismatch("version \(Self.version) of the row") }
        let kind = try scanner.text("row")
        guard ["exclusion", "correction", "withdrawal", "acknowledgement"].contains(kind) else {
            throw scanner.mismatch("a row of kind exclusion, correction, withdrawal or acknowledgement")
        }
        let id = try scanner.text("id")
        let author = try scanner.text("author")
        let recordedAt: UInt64 = try scanner.number("recorded_at")
        let content: Content =
            switch kind {
            case "exclusion": .exclusion(try scanner.exclusion())
            case "correction": .correction(of: try scanner.text("of"), try scanner.exclusion())
            case "withdrawal": .withdrawal(of: try scanner.text("of"), reason: try scanner.text("reason"))
            default:
                .acknowledgement(incident: try scanner.text("incident"), reason: try scanner.text("reason"))
            }
        return EvidenceRow(id: id, author: author, recordedAt: recordedAt, content: content)
    }
}

extension LineWriter {
    fileprivate mutating func write(_ exclusion: EvidenceRow.Exclusion) {
        number("from", exclusion.from)
        number("to", exclusion.to)
        text("cause", exclusion.cause.rawValue)
        text("evidence", exclusion.evidence)
        text("reason", exclusion.reason)
    }
}

extension LineScanner {
    fileprivate mutating func exclusion() throws(BudgetError) -> EvidenceRow.Exclusion {
        EvidenceRow.Exclusion(
            from: try number("from"), to: try number("to"), cause: try code("cause"), evidence: try text("evidence"),
            reason: try text("reason"))
    }
}
