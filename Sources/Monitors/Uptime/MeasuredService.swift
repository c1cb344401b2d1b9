internal import MarketData

/// The main component's good and bad seconds in a period and in the time before it that windows reach back to.
struct MeasuredService {
    /// The month that burn factors are of: the one in which the elapsed part of the period ends.
    struct Month {
        let openSeconds: Int
        let longestSessionSeconds: Int
    }

    let history: ServiceHistory
    let period: SLAPeriod
    let calendar: ExchangeCalendar
    let main: ServiceComponent
    let month: Month
    /// Where windows end: the report's time or the period's end, whichever is earlier.
    let end: Int64
    /// Whether any, and all, of the period has elapsed.
    let hasBegun: Bool
    let isOver: Bool
    /// All seconds of the period in service.
    let whole: MarketSeconds
    /// Those of them that have elapsed.
    let elapsed: MarketSeconds
    /// Of the elapsed seconds.
    let downtime: Downtime
    let sum: Downtime.Sum
    let timeline: ServiceTimeline
    /// Elapsed seconds in service from before the period on, and their downtime.
    private let reach: MarketSeconds
    private let reachDowntime: Downtime

    init(
        _ history: ServiceHistory, evidence: EvidenceBook, period: SLAPeriod, asOf: Timestamp,
        calendar: ExchangeCalendar, main: ServiceComponent
    ) throws(UptimeError) {
        let from = period.from.seconds
        let covered = calendar.coveredInstants.lowerBound
        end = max(covered.seconds, min(period.to.seconds, asOf.seconds))
        let lapse = from..<max(from, end)
        hasBegun = end >= from
        isOver = asOf >= period.to
        let last = Timestamp(seconds: max(covered.seconds, end - 1))
        month = try Month(of: calendar.localTime(of: last).date, calendar)
        let serviceFrom = Self.firstSecond(history.serviceFrom, main.from)
        let begin = try Self.reach(
            back: Burn.reachSeconds(sessionSeconds: month.longestSessionSeconds), from: period.from,
            end: Timestamp(seconds: end), calendar)
        let service = (serviceFrom ?? .max)..<Int64.max
        let reach = try MarketSeconds(calendar, in: begin..<Timestamp(seconds: end)).clamped(to: service)
        whole = try MarketSeconds(calendar, in: period.from..<period.to).clamped(to: service)
        elapsed = whole.clamped(to: lapse)
        timeline = ServiceTimeline(history, component: main.name)
        let downtime = Downtime(
            timeline.badStretches(in: reach), cover: EvidenceCover(evidence),
            months: Self.monthStarts(from: begin, to: end, calendar))
        self.downtime = downtime.clamped(to: lapse)
        sum = downtime.sum(in: lapse)
        self.reach = reach
        reachDowntime = downtime
        self.history = history
        self.period = period
        self.calendar = calendar
        self.main = main
    }

    /// How many of the last `seconds` of market time were in service, and what of them was bad.
    func last(_ seconds: Int) -> (inService: Int64, sum: Downtime.Sum) {
        let inService = min(Int64(seconds), reach.count)
        guard let start = reach.second(at: reach.count - inService) else { return (0, Downtime.Sum()) }
        return (inService, reachDowntime.sum(in: start..<end))
    }

    /// When that many seconds of market time have passed since `end`; nil when the calendar's data ends before.
    func time(afterMarketSeconds seconds: Int) throws(UptimeError) -> Timestamp? {
        let start = Timestamp(seconds: end)
        var low = end
        var high = calendar.coveredInstants.upperBound.seconds
        func open(to second: Int64) throws(UptimeError) -> Int {
            try UptimeError.asking { () throws(CalendarError) in
                try calendar.openSeconds(from: start, to: Timestamp(seconds: second))
            }
        }
        guard try open(to: high) >= seconds else { return nil }
        while low < high {
            let middle = low + (high - low) / 2
            if try open(to: middle) >= seconds { high = middle } else { low = middle + 1 }
        }
        return Timestamp(seconds: high)
    }

    /// The first whole second from both times on; nil before there was an operator.
    private static func firstSecond(_ service: UInt64?, _ component: UInt64?) -> Int64? {
        service.map { secondsBeginning(from: max($0, component ?? 0), to: .max).lowerBound }
    }

    /// The begin of a month with at least `seconds` open ones from it to `end`, and not after the period's month began;
    /// the calendar's first instant if it has not so many.
    private static func reach(
        back seconds: Int, from: Timestamp, end: Timestamp, _ calendar: ExchangeCalendar
    ) throws(UptimeError) -> Timestamp {
        let first = calendar.coveredInstants.lowerBound
        var month = calendar.localTime(of: from).date.firstOfMonth
        while true {
            let begin = max(first, calendar.midnight(of: month))
            let open = try UptimeError.asking { () throws(CalendarError) in
                try calendar.openSeconds(from: begin, to: end)
            }
            if open >= seconds || begin == first { return begin }
            month = month.adding(days: -1).firstOfMonth
        }
    }

    private static func monthStarts(from begin: Timestamp, to end: Int64, _ calendar: ExchangeCalendar) -> [Int64] {
        var starts = [begin.seconds]
        var month = calendar.localTime(of: begin).date.firstOfNextMonth
        while calendar.midnight(of: month).seconds < end {
            starts.append(calendar.midnight(of: month).seconds)
            month = month.firstOfNextMonth
        }
        return starts
    }
}

extension MeasuredService.Month {
    /// What the calendar covers of the month.
    fileprivate init(of date: CivilDate, _ calendar: ExchangeCalendar) throws(UptimeError) {
        let first = max(date.firstOfMonth, calendar.coverage.lowerBound)
        let last = min(date.firstOfNextMonth.adding(days: -1), calendar.coverage.upperBound)
        var longest = 0
        (openSeconds, longestSessionSeconds) = try UptimeError.asking { () throws(CalendarError) in
            for day in first.daysSince1970...last.daysSince1970 {
                let session = try calendar.session(on: CivilDate(daysSince1970: day))
                longest = max(longest, session?.openSeconds ?? 0)
            }
            let open = try calendar.openSeconds(
                from: calendar.midnight(of: first), to: calendar.midnight(of: last.adding(days: 1)))
            return (open, longest)
        }
    }
}
