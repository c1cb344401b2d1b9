/// A weekday on which an exchange does not keep its regular hours.
public struct SpecialDay: Hashable, Sendable {
    /// What becomes of the day's trading. Times are wall-clock times of the exchange's zone.
    public enum Treatment: Hashable, Sendable {
        /// No trading; on Globex the evening open before the day is missing too.
        case closed
        /// Trading stops at that time, and what traded belongs to the next trade date.
        case halted(hour: Int, minute: Int)
        /// Trading stops at that time; the day is a trade date of its own.
        case earlyClose(hour: Int, minute: Int)
    }

    /// Where a row comes from. `meaning` says what each code stands for.
    public enum Provenance: Hashable, Sendable {
        case exchangeNotice
        case exchangeListing
        case goodFridayNotices
        case goodFridayJobsReport
        case librariesAndPractice
        case libraries
        case derived
        case derivedUncertain
        /// What the author of a calendar of one's own says.
        case stated(String)

        /// The code of the project's reference, or what was stated.
        public var rawValue: String {
            switch self {
            case .exchangeNotice: "A"
            case .exchangeListing: "A2"
            case .goodFridayNotices: "B"
            case .goodFridayJobsReport: "B2"
            case .librariesAndPractice: "C"
            case .libraries: "L"
            case .derived: "R"
            case .derivedUncertain: "R!"
            case .stated(let text): text
            }
        }

        /// One line for people, with the trust that the row deserves.
        public var meaning: String {
            switch self {
            case .exchangeNotice: "exchange notice quoted by the press; trust high"
            case .exchangeListing: "CME 2026 holiday listing as reprinted by a broker; date high, minute good"
            case .goodFridayNotices: "exchange_calendars and ICE's 2025 notice agree; trust good"
            case .goodFridayJobsReport: "jobs report on Good Friday, close as in 2021 and 2023; trust good"
            case .librariesAndPractice: "public calendars and CME practice agree; trust high"
            case .libraries: "public calendars agree on the date, minute from one of them; trust good"
            case .derived: "derived from the fixed rules, not checked against exchange notices; date good"
            case .derivedUncertain: "derived and uncertain; verify with the exchange before relying on it"
            case .stated(let text): text
            }
        }
    }

    public let date: CivilDate
    public let reason: String
    public let treatment: Treatment
    public let provenance: Provenance
}
