/// A calendar of one's own as a plain value: weekly hours, closed dates, early closes.
///
/// Dates are trade dates. An evening open belongs to the next trade date: hours of Monday with `opensEveningBefore` open on
/// Sunday. Nothing is checked before `ExchangeCalendar.init` is asked to make a calendar of it.
public struct CustomCalendar: Hashable, Sendable {
    /// Time on the wall clock of the calendar's zone; 24:00 is the end of a day.
    public struct TimeOfDay: Hashable, Sendable {
        public var hour: Int
        public var minute: Int

        public init(hour: Int, minute: Int) {
            self.hour = hour
            self.minute = minute
        }

        /// Since midnight.
        var minutes: Int { hour * 60 + minute }
        var isValid: Bool { (0...23).contains(hour) && (0...59).contains(minute) || hour == 24 && minute == 0 }
    }

    /// One stretch of open time of a weekday; several of one weekday leave a break between them.
    public struct Hours: Hashable, Sendable {
        /// Of the trade date: 1 Monday to 7 Sunday.
        public var weekday: Int
        public var opens: TimeOfDay
        public var closes: TimeOfDay
        public var opensEveningBefore: Bool

        public init(weekday: Int, opens: TimeOfDay, closes: TimeOfDay, opensEveningBefore: Bool = false) {
            self.weekday = weekday
            self.opens = opens
            self.closes = closes
            self.opensEveningBefore = opensEveningBefore
        }

        /// Minutes of the trade date's midnight: negative for an evening open.
        var minutes: (opens: Int, closes: Int) {
            (opens.minutes - (opensEveningBefore ? 1440 : 0), closes.minutes)
        }
    }

    /// A trade date without trading; its evening open is missing too.
    public struct ClosedDate: Hashable, Sendable {
        public var date: CivilDate
        public var reason: String
        /// Where that is known from.
        public var source: String

        public init(date: CivilDate, reason: String, source: String) {
            self.date = date
            self.reason = reason
            self.source = source
        }
    }

    /// A trade date on which trading ends before the regular close.
    public struct EarlyClose: Hashable, Sendable {
        public var date: CivilDate
        public var closes: TimeOfDay
        public var reason: String
        /// Where that is known from.
        public var source: String

        public init(date: CivilDate, closes: TimeOfDay, reason: String, source: String) {
            self.date = date
            self.closes = closes
            self.reason = reason
            self.source = source
        }
    }

    /// 1 to 64 of a-z, 0-9, `.` and `-`; none of `ExchangeCalendar.names`.
    public var name: String
    /// One of `zoneNames`.
    public var zone: String
    public var hours: [Hours]
    /// The first and the last trade date for which closed dates and early closes are known.
    public var first: CivilDate
    public var last: CivilDate
    public var closedDates: [ClosedDate]
    public var earlyCloses: [EarlyClose]

    public init(
        name: String, zone: String, hours: [Hours], first: CivilDate, last: CivilDate, closedDates: [ClosedDate] = [],
        earlyCloses: [EarlyClose] = []
    ) {
        self.name = name
        self.zone = zone
        self.hours = hours
        self.first = first
        self.last = last
        self.closedDates = closedDates
        self.earlyCloses = earlyCloses
    }

    /// The zones whose rules are compiled in.
    public static let zoneNames = ["America/Chicago", "America/New_York", "UTC"]

    /// Nil for a name outside `zoneNames`.
    static func zone(named name: String) -> ExchangeZone? {
        switch name {
        case zoneNames[0]: .chicago
        case zoneNames[1]: .newYork
        case zoneNames[2]: .utc
        default: nil
        }
    }
}

extension CustomCalendar.TimeOfDay: CustomStringConvertible {
    /// `08:30`
    public var description: String { "\(twoDigits(hour)):\(twoDigits(minute))" }
}
