package import MarketData

/// Why the budget refuses an input. A reservation that does not fit is an answer, not an error.
package enum BudgetError: Error, Hashable, Sendable {
    /// A value that is not what its field wants.
    case badText(field: String, text: String, expected: String)
    /// A stored row, or state, that does not read. `column` counts bytes from 1.
    case badLine(column: Int, expected: String)
    /// The figure named does not fit.
    case overflow(String)
    /// The ledger has a row of that id with other content.
    case conflict(id: String)
    case unknownReservation(id: String)
    /// The reservation was closed before; `micros` is what it was committed with, 0 when released.
    case closedReservation(id: String, state: LedgerEntry.State, micros: Int64)
    /// A row that closes a reservation, or corrects a row, names another `field` than that row.
    case differs(id: String, from: String, field: String)
    case noSuchRow(id: String, corrects: String)
    /// A row may take back only what the row it corrects still has.
    case correctsTooMuch(id: String, corrects: String, leftMicros: Int64)
    /// The time asked about lies before the period.
    case periodInFuture(BudgetPeriod, now: BudgetPeriod)
    case calendar(CalendarError)
}

extension BudgetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badText(let field, let text, let expected): "\(field) is \"\(text)\"; expected \(expected)"
        case .badLine(let column, let expected): "column \(column): expected \(expected)"
        case .overflow(let what): "\(what) is more than can be counted"
        case .conflict(let id): "the ledger has another row \"\(id)\" with other content; use a new id"
        case .unknownReservation(let id): "there is no reservation \"\(id)\""
        case .closedReservation(let id, .committed, let micros):
            "reservation \"\(id)\" was committed with \(Dollars.text(micros, exact: true)); add a correction that names it"
        case .closedReservation(let id, let state, _):
            "reservation \"\(id)\" is already \(state.rawValue); add a cost row of its own"
        case .differs(let id, let other, let field):
            "row \"\(id)\" has another \(field) than \"\(other)\", which it names"
        case .noSuchRow(let id, let corrects): "row \"\(id)\" corrects \"\(corrects)\", which is no committed cost"
        case .correctsTooMuch(let id, let corrects, let left):
            "row \"\(id)\" takes back more than the \(Dollars.text(left, exact: true)) that \"\(corrects)\" still has"
        case .periodInFuture(let period, let now): "\(period) lies in the future; it is \(now) now"
        case .calendar(let error): error.description
        }
    }
}
