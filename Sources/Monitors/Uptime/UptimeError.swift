package import MarketData

/// Why uptime refuses an input.
package enum UptimeError: Error, Hashable, Sendable {
    /// A value that is not what its field wants.
    case badText(field: String, text: String, expected: String)
    /// A stored row that does not read. `column` counts bytes from 1.
    case badLine(column: Int, expected: String)
    case duplicate(id: String)
    /// A row names a target that the book does not have as an exclusion or a correction.
    case unknownTarget(id: String, target: String)
    /// A row names a target that another row took the place of.
    case superseded(id: String, target: String, newest: String)
    case withdrawn(id: String, target: String)
    case calendar(CalendarError)
}

extension UptimeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badText(let field, let text, let expected): "\(field) is \"\(text)\"; expected \(expected)"
        case .badLine(let column, let expected): "column \(column): expected \(expected)"
        case .duplicate(let id): "there is evidence \"\(id)\" already; use a new id"
        case .unknownTarget(let id, let target): "evidence \"\(id)\" names \"\(target)\", which is no exclusion"
        case .superseded(let id, let target, let newest):
            "evidence \"\(id)\" names \"\(target)\", which was corrected; name \"\(newest)\", the newest row"
        case .withdrawn(let id, let target):
            "evidence \"\(id)\" names \"\(target)\", which was withdrawn; add a new exclusion"
        case .calendar(let error): error.description
        }
    }
}

extension UptimeError {
    /// Texts and lines of evidence are checked as the ledger's are.
    static func checking<Value>(_ body: () throws(BudgetError) -> Value) throws(UptimeError) -> Value {
        do throws(BudgetError) {
            return try body()
        } catch {
            switch error {
            case .badText(let field, let text, let expected):
                throw .badText(field: field, text: text, expected: expected)
            case .badLine(let column, let expected): throw .badLine(column: column, expected: expected)
            default: throw .badText(field: "row", text: error.description, expected: "a row of evidence")
            }
        }
    }

    static func asking<Value>(_ body: () throws(CalendarError) -> Value) throws(UptimeError) -> Value {
        do throws(CalendarError) { return try body() } catch { throw .calendar(error) }
    }
}
