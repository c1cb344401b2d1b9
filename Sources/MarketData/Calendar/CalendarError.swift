/// Why a calendar has no answer.
public enum CalendarError: Error, Hashable, Sendable {
    /// The answer needs `date`, in the exchange's zone, and the compiled-in data covers `first` through `last` only.
    case outsideData(date: CivilDate, first: CivilDate, last: CivilDate, calendar: String)
    case unknownCalendar(String, known: [String])
    /// A month outside 1...12, or a year that does not have one to four digits.
    case noSuchMonth(year: Int, month: Int)
}

extension CalendarError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .outsideData(let date, let first, let last, let calendar):
            "calendar \(calendar) covers \(first) through \(last), and the question needs \(date)"
        case .unknownCalendar(let name, let known):
            "no calendar is named \"\(name)\"; known are \(known.joined(separator: ", "))"
        case .noSuchMonth(let year, let month):
            "there is no month \(month) of the year \(year)"
        }
    }
}
