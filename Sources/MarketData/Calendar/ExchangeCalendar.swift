/// When an exchange is open, as a value: no file, no clock, no time-zone database.
///
/// A time is open from its open, included, to its close, excluded. A *session* is everything of one trade date, and
/// trade dates are the exchange's: an evening open belongs to the next one, so Sunday 17:00 in Chicago is Monday.
///
/// The calendars:
///
/// - `24x7`: always open; a session is a UTC day. Its dates end with what `Timestamp` can express, 2554-07-20.
/// - `cme-globex-equity`: equity-index futures and options on CME Globex, in America/Chicago. 17:00 to 16:00, Sunday
///   evening to Friday, with an hour of maintenance between sessions.
/// - `us-equity-rth`: the regular hours of the New York Stock Exchange, in America/New_York. 09:30 to 16:00, half days
///   to 13:00.
/// - calendars of one's own, made from a `CustomCalendar`.
///
/// Trade dates on US holidays (`cme-globex-equity`):
///
/// - A holiday that halts at 12:00 has no trade date. Its trading belongs to the next one, which therefore has two
///   segments: Sunday 2026-01-18 17:00 to Monday 12:00 and Monday 17:00 to Tuesday 16:00 are all of 2026-01-20. Source:
///   CME's 2026 listing for MLK day (reference `cme-calendar.md`, section 1). That every 12:00 halt works like this
///   one, and that a Friday holiday counts for Monday, is our derivation.
/// - A day that closes early at another time (12:15 before 4 July and Christmas and after Thanksgiving, 08:15 on a Good
///   Friday with a jobs report, 08:30 on 2025-01-09) is a trade date of its own. Our derivation.
/// - A closed day lacks the open of the evening before.
///
/// No calendar knows a halt that nobody planned; the operator records those as evidence beside the calendar's numbers.
///
/// Questions about times outside `coverage` throw `CalendarError.outsideData`; a saturated or undefined `Timestamp` is
/// outside.
public struct ExchangeCalendar: Hashable, Sendable {
    private enum Kind: Hashable {
        case always
        case globexEquity
        case newYorkRegular
        case custom(CompiledCalendar)
    }

    private let kind: Kind

    /// The calendars that are built in.
    public static let names = ["24x7", "cme-globex-equity", "us-equity-rth"]

    /// The dates that the compiled-in data of exchanges with hours covers, as dates of the exchange's zone.
    public static let dataRange = SpecialDays.coverage

    /// Throws `CalendarError.unknownCalendar` for a name outside `names`.
    public init(named name: String) throws(CalendarError) {
        switch name {
        case "24x7": kind = .always
        case "cme-globex-equity": kind = .globexEquity
        case "us-equity-rth": kind = .newYorkRegular
        default: throw .unknownCalendar(name, known: Self.names)
        }
    }

    /// A calendar of one's own.
    ///
    /// - Throws: everything that is wrong with it at once.
    /// - Complexity: O(days of its coverage), once.
    public init(_ custom: CustomCalendar) throws(CustomCalendarError) {
        kind = .custom(try CompiledCalendar(custom))
    }

    public var name: String {
        switch kind {
        case .always: Self.names[0]
        case .globexEquity: Self.names[1]
        case .newYorkRegular: Self.names[2]
        case .custom(let calendar): calendar.definition.name
        }
    }

    /// What the calendar was made from; nil for those that are built in.
    public var definition: CustomCalendar? {
        guard case .custom(let calendar) = kind else { return nil }
        return calendar.definition
    }

    /// The dates this calendar answers for: `dataRange`, except for `24x7` and calendars of one's own.
    public var coverage: ClosedRange<CivilDate> {
        switch kind {
        case .always: CivilDate(daysSince1970: 0)...CivilDate(daysSince1970: Schedule.wholeDays - 1)
        case .globexEquity, .newYorkRegular: Self.dataRange
        case .custom(let calendar): calendar.coverage
        }
    }

    /// The days in `coverage` on which the exchange does not keep its regular hours, ascending.
    public var specialDays: [SpecialDay] {
        switch kind {
        case .always: []
        case .globexEquity: SpecialDays.globex
        case .newYorkRegular: SpecialDays.newYork
        case .custom(let calendar): calendar.specialDays
        }
    }

    var zone: ExchangeZone {
        switch kind {
        case .always: .utc
        case .globexEquity: .chicago
        case .newYorkRegular: .newYork
        case .custom(let calendar): calendar.zone
        }
    }

    var schedule: Schedule {
        switch kind {
        case .always: .everyUTCDay
        case .globexEquity: .table(.globexEquity)
        case .newYorkRegular: .table(.newYorkRegular)
        case .custom(let calendar): .table(calendar.table)
        }
    }

    /// `coverage` as instants, the last excluded.
    var coveredTime: Range<Timestamp> {
        switch kind {
        case .always: Self.everyUTCDayTime
        case .globexEquity: Self.chicagoTime
        case .newYorkRegular: Self.newYorkTime
        case .custom(let calendar): calendar.coveredTime
        }
    }

    private static let everyUTCDayTime =
        Timestamp(nanos: 0)..<Timestamp(seconds: Int64(Schedule.wholeDays) * 86_400)
    private static let chicagoTime = instants(of: dataRange, in: .chicago)
    private static let newYorkTime = instants(of: dataRange, in: .newYork)

    static func instants(of dates: ClosedRange<CivilDate>, in zone: ExchangeZone) -> Range<Timestamp> {
        let begin = zone.timestamp(dates.lowerBound, hour: 0, minute: 0)
        return begin..<zone.timestamp(dates.upperBound.adding(days: 1), hour: 0, minute: 0)
    }
}

extension ExchangeCalendar {
    func checkCoverage(of time: Timestamp) throws(CalendarError) {
        guard coveredTime.contains(time) else { throw outsideData(localTime(of: time).date) }
    }

    /// For the end of a half-open range, which may be the end of the data.
    func checkCoverage(ofEnd time: Timestamp) throws(CalendarError) {
        guard time != coveredTime.upperBound else { return }
        try checkCoverage(of: time)
    }

    func checkCoverage(of date: CivilDate) throws(CalendarError) {
        guard coverage.contains(date) else { throw outsideData(date) }
    }

    /// The number of the segment, or the error that the answer lies past the data.
    func checkedSegment(_ index: Int) throws(CalendarError) -> Int {
        guard index < schedule.segmentCount else { throw outsideData(coverage.upperBound.adding(days: 1)) }
        return index
    }

    private func outsideData(_ date: CivilDate) -> CalendarError {
        .outsideData(date: date, first: coverage.lowerBound, last: coverage.upperBound, calendar: name)
    }
}
