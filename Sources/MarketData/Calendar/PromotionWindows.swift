/// When a candidate may be promoted: away from opens and closes, and on no blackout date.
///
/// The closed market is no obstacle unless `onlyWhileOpen` says so: results of a session are known after its close.
/// Rollbacks ask nobody.
public struct PromotionWindows: Hashable, Sendable {
    /// Days on which nothing is promoted, both included.
    ///
    /// A day is both the exchange's local day and the session of that trade date: a Monday on Globex begins on Sunday at
    /// 17:00 and ends on Monday at midnight.
    public struct Blackout: Hashable, Sendable {
        public var first: CivilDate
        public var last: CivilDate
        public var reason: String

        public init(first: CivilDate, last: CivilDate, reason: String) {
            self.first = first
            self.last = last
            self.reason = reason
        }

        public init(_ date: CivilDate, reason: String) { self.init(first: date, last: date, reason: reason) }

        func contains(_ date: CivilDate) -> Bool { first <= date && date <= last }
    }

    /// A part of each local day, in minutes since midnight: the first included, the last not.
    public struct Hours: Hashable, Sendable {
        public var from: Int
        public var to: Int

        public init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// Minutes before and after each open, and each close, in which nothing is promoted; 0 for none.
    public var minutesAroundOpen: Int
    public var minutesAroundClose: Int
    public var blackouts: [Blackout]
    /// Local weekdays, 1 Monday to 7 Sunday; nil for all.
    public var weekdays: Set<Int>?
    public var hours: Hours?
    public var onlyWhileOpen: Bool

    public init(
        minutesAroundOpen: Int = 30, minutesAroundClose: Int = 30, blackouts: [Blackout] = [],
        weekdays: Set<Int>? = nil,
        hours: Hours? = nil, onlyWhileOpen: Bool = false
    ) {
        self.minutesAroundOpen = minutesAroundOpen
        self.minutesAroundClose = minutesAroundClose
        self.blackouts = blackouts
        self.weekdays = weekdays
        self.hours = hours
        self.onlyWhileOpen = onlyWhileOpen
    }

    public enum Verdict: Hashable, Sendable {
        case allowed
        /// Not now; from `until` on, if nothing changes. Nil when no time of the year ahead is allowed, or the calendar's
        /// data ends before one.
        case closed(until: Timestamp?, Reason)
    }

    /// The first rule that forbids a time, in this order.
    public enum Reason: Hashable, Sendable {
        case blackout(Blackout)
        case weekday
        case hours
        case marketClosed
        case nearOpen(Timestamp)
        case nearClose(Timestamp)
    }

    /// What is wrong with the value itself; empty when it can be used.
    public var problems: [String] {
        var problems: [String] = []
        for (name, minutes) in [("open", minutesAroundOpen), ("close", minutesAroundClose)]
        where !(0...720).contains(minutes) {
            problems.append("\(minutes) minutes around the \(name): expected 0 to 720")
        }
        for blackout in blackouts where blackout.last < blackout.first {
            problems.append("the blackout of \(blackout.first) ends before it begins, on \(blackout.last)")
        }
        if let weekdays, weekdays.isEmpty || !weekdays.isSubset(of: 1...7) {
            problems.append("weekdays: expected some of 1 (Monday) to 7 (Sunday)")
        }
        if let hours, !(0 <= hours.from && hours.from < hours.to && hours.to <= 1440) {
            problems.append("hours: expected a first time of day and a later one")
        }
        return problems
    }
}

extension PromotionWindows.Reason {
    /// One line for people, with times of the exchange's clock.
    public func text(_ calendar: ExchangeCalendar) -> String {
        switch self {
        case .blackout(let blackout): "blackout through \(blackout.last): \(blackout.reason)"
        case .weekday: "not on this weekday"
        case .hours: "not at this time of day"
        case .marketClosed: "the market is closed"
        case .nearOpen(let time): "too near to the open, \(calendar.format(time))"
        case .nearClose(let time): "too near to the close, \(calendar.format(time))"
        }
    }
}
