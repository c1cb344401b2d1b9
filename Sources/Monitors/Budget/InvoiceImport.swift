package import MarketData

/// A provider's invoice as text: comma-separated, a header with the six columns in any order, then a line for each charge.
///
/// ```
/// date,provider,category,amount,currency,reference
/// 2026-11-30,databento,data,103.20,USD,INV-1007
/// 2026-11-30,databento,data,-2.00,USD,INV-1007
/// ```
///
/// `date` is the day of use in UTC, whose month is the period billed. A credit is negative.
package enum InvoiceImport {
    package static let columns = ["date", "provider", "category", "amount", "currency", "reference"]

    /// A charge as the file has it.
    package struct Charge: Hashable, Sendable {
        /// From 1.
        package let line: Int
        package let date: CivilDate
        package let provider: String
        package let category: CostCategory
        package let amountMicros: Int64
        package let reference: String
    }

    /// Everything that is wrong with a file; nothing of it was taken.
    package struct Problems: Error, Hashable, Sendable, CustomStringConvertible {
        package struct Problem: Hashable, Sendable {
            /// From 1.
            package let line: Int
            package let text: String
        }

        /// By line.
        package let problems: [Problem]

        init(_ problems: [Problem]) { self.problems = problems.sorted { ($0.line, $0.text) < ($1.line, $1.text) } }

        package var description: String {
            problems.map { "line \($0.line): \($0.text)" }.joined(separator: "\n")
        }
    }

    /// All charges of the file, or all problems.
    package static func charges(in text: String) throws(Problems) -> [Charge] {
        let csv = CSVRecords(text)
        var problems = csv.problems.map { Problems.Problem(line: $0.line, text: $0.text) }
        guard let header = csv.records.first else {
            throw Problems([.init(line: 1, text: "the file is empty; expected the header \(columnList)")])
        }
        let names = header.fields.map { trimmed($0).lowercased() }
        guard names.sorted() == columns.sorted() else {
            problems.append(
                .init(line: header.line, text: "the header is \(names.joined(separator: ",")); expected \(columnList)"))
            throw Problems(problems)
        }
        var charges: [Charge] = []
        for record in csv.records.dropFirst() {
            guard record.fields.count == columns.count else {
                problems.append(
                    .init(line: record.line, text: "\(record.fields.count) fields; expected \(columns.count)"))
                continue
            }
            let fields = Dictionary(uniqueKeysWithValues: zip(names, record.fields.map(trimmed)))
            var reader = ChargeReader(line: record.line, fields: fields)
            if let charge = reader.charge() { charges.append(charge) }
            problems += reader.problems
        }
        if charges.isEmpty, problems.isEmpty {
            problems.append(.init(line: header.line, text: "there is no charge after the header"))
        }
        guard problems.isEmpty else { throw Problems(problems) }
        return charges
    }

    private static var columnList: String { columns.joined(separator: ",") }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let rest = text.drop(while: isSpace)
        return String(String(rest.reversed().drop(while: isSpace)).reversed())
    }
}

extension CSVRecords.Problem {
    fileprivate var text: String {
        switch self {
        case .openQuote: "a quoted field begins here and never ends"
        case .strayQuote: "a quote inside a field; put the field in quotes and double the quotes in it"
        }
    }
}

/// Reads one line of charges and remembers everything that is wrong with it.
private struct ChargeReader {
    let line: Int
    let fields: [String: String]
    private(set) var problems: [InvoiceImport.Problems.Problem] = []

    init(line: Int, fields: [String: String]) {
        self.line = line
        self.fields = fields
    }

    mutating func charge() -> InvoiceImport.Charge? {
        let date = value("date", expected: "a day such as 2026-11-30 from 1970") { text in
            CivilDate(text).flatMap { $0.year >= 1970 && $0.year < 2554 ? $0 : nil }
        }
        let provider = value("provider", expected: LedgerText.name.rawValue) { Self.allowed($0, LedgerText.name) }
        let category = value("category", expected: CostCategory.allCases.map(\.rawValue).joined(separator: ", ")) {
            CostCategory(rawValue: $0)
        }
        let amount = value("amount", expected: "dollars such as 12.50 or -3.00, at most six decimals") {
            Dollars.parse($0)
        }
        let currency = value("currency", expected: "USD, the only currency known") { $0 == "USD" ? $0 : nil }
        let reference = value("reference", expected: LedgerText.reference.rawValue) {
            Self.allowed($0, LedgerText.reference)
        }
        guard let date, let provider, let category, let amount, currency != nil, let reference else { return nil }
        return InvoiceImport.Charge(
            line: line, date: date, provider: provider, category: category, amountMicros: amount, reference: reference)
    }

    private mutating func value<Value>(
        _ name: String, expected: String, _ read: (String) -> Value?
    ) -> Value? {
        let text = fields[name] ?? ""
        if let value = read(text) { return value }
        problems.append(.init(line: line, text: "\(name) is \"\(text)\"; expected \(expected)"))
        return nil
    }

    private static func allowed(_ text: String, _ rule: LedgerText) -> String? {
        do throws(BudgetError) {
            try rule.check(text, "")
            return text
        } catch {
            return nil  // The caller names the rule.
        }
    }
}
