/// Everything that is wrong with a calendar of one's own.
public struct CustomCalendarError: Error, Hashable, Sendable, CustomStringConvertible {
    public let name: String
    /// In the order of the calendar's fields, at least one.
    public let problems: [CustomCalendarProblem]

    /// One line for each problem.
    public var description: String {
        "calendar \(name) cannot be used:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
    }
}

public enum CustomCalendarProblem: Hashable, Sendable {
    case badName(String)
    case nameIsBuiltIn(String)
    case unknownZone(String)
    case noHours
    case badWeekday(Int)
    case badTime(weekday: Int, CustomCalendar.TimeOfDay)
    case closesBeforeOpen(CustomCalendar.Hours)
    /// The two stretches of a week that have time in common, the earlier open first.
    case overlap(CustomCalendar.Hours, CustomCalendar.Hours)
    case lastBeforeFirst(first: CivilDate, last: CivilDate)
    /// What a `Timestamp` can express in every zone.
    case coverageTooWide(CivilDate, possible: ClosedRange<CivilDate>)
    case outsideCoverage(CivilDate)
    /// Two rows for one date.
    case dateTwice(CivilDate)
    case badEarlyClose(CivilDate, CustomCalendar.TimeOfDay)
    /// An early close on a weekday without hours.
    case nothingToClose(CivilDate)
    /// An early close at or before the first open of its date.
    case earlyCloseBeforeOpen(CivilDate, CustomCalendar.TimeOfDay)
    /// An early close at or after the regular one.
    case earlyCloseIsNotEarly(CivilDate, CustomCalendar.TimeOfDay, regular: CustomCalendar.TimeOfDay)
    /// No date of the coverage has a session.
    case neverOpen
}

extension CustomCalendarProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badName(let name): "name \"\(name)\": expected 1 to 64 of a-z, 0-9, . and -"
        case .nameIsBuiltIn(let name): "name \(name) is that of a built-in calendar; choose another"
        case .unknownZone(let zone):
            "zone \"\(zone)\" is not known; known are \(CustomCalendar.zoneNames.joined(separator: ", "))"
        case .noHours: "hours are missing: no weekday opens"
        case .badWeekday(let day): "weekday \(day): expected 1 (Monday) to 7 (Sunday)"
        case .badTime(let weekday, let time):
            "weekday \(weekday): \(time) is no time of day; expected 00:00 to 24:00"
        case .closesBeforeOpen(let hours):
            "\(Self.text(hours)) closes before it opens; hours that begin the evening before must say so"
        case .overlap(let a, let b): "\(Self.text(a)) and \(Self.text(b)) overlap"
        case .lastBeforeFirst(let first, let last): "the last date \(last) comes before the first, \(first)"
        case .coverageTooWide(let date, let possible):
            "\(date) lies outside of \(possible.lowerBound) through \(possible.upperBound)"
        case .outsideCoverage(let date): "\(date) lies outside of the calendar's first and last date"
        case .dateTwice(let date): "\(date) is named more than once"
        case .badEarlyClose(let date, let time): "\(date): \(time) is no time of day; expected 00:00 to 24:00"
        case .nothingToClose(let date): "\(date): an early close on a weekday without hours"
        case .earlyCloseBeforeOpen(let date, let time): "\(date): the early close \(time) is not after the open"
        case .earlyCloseIsNotEarly(let date, let time, let regular):
            "\(date): the early close \(time) is not before the regular close \(regular)"
        case .neverOpen: "no date from the first to the last has a session"
        }
    }

    private static func text(_ hours: CustomCalendar.Hours) -> String {
        "weekday \(hours.weekday) \(hours.opens)\(hours.opensEveningBefore ? " the evening before" : "") to \(hours.closes)"
    }
}

extension CustomCalendar {
    /// 1970-01-02 through 2554-07-19: a day inside of what `Timestamp` expresses, so that every zone's midnights are too.
    private static let possibleDates =
        CivilDate(daysSince1970: 1)...CivilDate(daysSince1970: Schedule.wholeDays - 2)

    /// Everything that is wrong, but for what only the sessions tell.
    var problems: [CustomCalendarProblem] {
        nameProblems + hoursProblems + coverageProblems + dateProblems
    }

    private var nameProblems: [CustomCalendarProblem] {
        var problems: [CustomCalendarProblem] = []
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-".utf8)
        if name.utf8.isEmpty || name.utf8.count > 64 || !name.utf8.allSatisfy(allowed.contains) {
            problems.append(.badName(name))
        } else if ExchangeCalendar.names.contains(name) {
            problems.append(.nameIsBuiltIn(name))
        }
        if Self.zone(named: zone) == nil { problems.append(.unknownZone(zone)) }
        return problems
    }

    private var hoursProblems: [CustomCalendarProblem] {
        guard !hours.isEmpty else { return [.noHours] }
        var problems: [CustomCalendarProblem] = []
        var sound: [Hours] = []
        for entry in hours {
            var isSound = (1...7).contains(entry.weekday)
            if !isSound { problems.append(.badWeekday(entry.weekday)) }
            for time in [entry.opens, entry.closes] where !time.isValid {
                problems.append(.badTime(weekday: entry.weekday, time))
                isSound = false
            }
            guard isSound else { continue }
            if entry.minutes.closes > entry.minutes.opens {
                sound.append(entry)
            } else {
                problems.append(.closesBeforeOpen(entry))
            }
        }
        return problems + Self.overlaps(sound)
    }

    /// Stretches in minutes of a week that repeats for ever: the last may reach into the first.
    private static func overlaps(_ hours: [Hours]) -> [CustomCalendarProblem] {
        let week = 7 * 1440
        let stretches = hours.map { entry in
            let midnight = (entry.weekday - 1) * 1440
            return (entry, midnight + entry.minutes.opens, midnight + entry.minutes.closes)
        }.sorted { $0.1 < $1.1 }
        var problems: [CustomCalendarProblem] = []
        for (index, (a, _, aCloses)) in stretches.enumerated() {
            for (b, bOpens, _) in stretches[(index + 1)...] where bOpens < aCloses { problems.append(.overlap(a, b)) }
            for (b, bOpens, _) in stretches[...index] where bOpens + week < aCloses { problems.append(.overlap(a, b)) }
        }
        return problems
    }

    private var coverageProblems: [CustomCalendarProblem] {
        guard first <= last else { return [.lastBeforeFirst(first: first, last: last)] }
        return [first, last].filter { !Self.possibleDates.contains($0) }
            .map { .coverageTooWide($0, possible: Self.possibleDates) }
    }

    private var dateProblems: [CustomCalendarProblem] {
        var problems: [CustomCalendarProblem] = []
        var seen: Set<CivilDate> = []
        func check(_ date: CivilDate) {
            if first <= last, !(first...last).contains(date) { problems.append(.outsideCoverage(date)) }
            if !seen.insert(date).inserted { problems.append(.dateTwice(date)) }
        }
        for closed in closedDates { check(closed.date) }
        for early in earlyCloses {
            check(early.date)
            if let problem = problem(of: early) { problems.append(problem) }
        }
        return problems
    }

    private func problem(of early: EarlyClose) -> CustomCalendarProblem? {
        guard early.closes.isValid else { return .badEarlyClose(early.date, early.closes) }
        let regular = hours.filter { $0.weekday == early.date.weekday }
        guard let open = regular.map(\.minutes.opens).min(),
            let close = regular.map(\.closes).max(by: { $0.minutes < $1.minutes })
        else { return .nothingToClose(early.date) }
        if early.closes.minutes <= open { return .earlyCloseBeforeOpen(early.date, early.closes) }
        if early.closes.minutes >= close.minutes {
            return .earlyCloseIsNotEarly(early.date, early.closes, regular: close)
        }
        return nil
    }
}
