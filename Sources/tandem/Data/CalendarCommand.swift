internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Operator

struct Calendar: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "When the market is open: now, at a time, or in a month.",
        discussion: """
            Calendars: \(ExchangeCalendar.names.joined(separator: ", ")). Their dates are compiled in. \
            One of your own is a YAML file (see `tandem calendar --template`).
            tandem calendar --at 2026-11-27T12:14:59-06:00
            tandem calendar --month 2026-11 -o json
            """)

    @Option(help: "Which calendar: a name, or a YAML file.") var calendar = "cme-globex-equity"
    @Option(help: "A time: RFC 3339, or nanoseconds since 1970. Now, if not given.") var at: String?
    @Option(help: "A month: YYYY-MM.") var month: String?
    @Flag(help: "Print a calendar file to begin with.") var template = false
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if at != nil, month != nil { throw ValidationError("--at and --month exclude each other") }
    }

    func run() throws {
        if template { return try Output.line(CalendarFile.template) }
        let calendar = try CalendarFile.open(calendar)
        if let month { return try show(month, calendar) }
        let time = try at.map(TimeText.parse) ?? Timestamp(nanos: UInt64(Date().timeIntervalSince1970 * 1e9))
        try show(time, calendar)
    }

    private struct Instant: Encodable {
        var calendar: String
        var at: UInt64
        var local: String
        var open: Bool
        var session: String?
        var nextOpen: UInt64?
        var nextClose: UInt64?
        var minutesToOpen: Int?
        var minutesToClose: Int?
    }

    private func show(_ time: Timestamp, _ calendar: ExchangeCalendar) throws {
        let isOpen = try calendar.isOpen(at: time)
        // Past the last covered session there is no next one; that is no error of the question.
        let opens = try? calendar.nextOpen(after: time)
        let closes = try? calendar.nextClose(after: time)
        func minutes(_ to: Timestamp?) -> Int? { to.map { Int($0.seconds - time.seconds) / 60 } }
        let instant = Instant(
            calendar: calendar.name, at: time.nanos, local: calendar.format(time), open: isOpen,
            session: (try? calendar.sessionDate(at: time))?.description, nextOpen: opens?.nanos,
            nextClose: closes?.nanos,
            minutesToOpen: isOpen ? nil : minutes(opens), minutesToClose: isOpen ? minutes(closes) : nil)
        if format.format == .json { return try Output.json(instant) }
        try Output.line("\(instant.local)  \(calendar.name)  \(isOpen ? "open" : "closed")")
        if let session = instant.session { try Output.line("session     \(session)") }
        if let closes { try Output.line("next close  \(calendar.format(closes))") }
        if let opens { try Output.line("next open   \(calendar.format(opens))") }
    }

    private struct Month: Encodable {
        struct Day: Encodable {
            var date: String
            var reason: String
            var source: String
        }
        struct Trading: Encodable {
            var date: String
            var open: UInt64
            var close: UInt64
            var minutes: Int
        }
        var calendar: String
        var month: String
        var openMinutes: Int
        var allowedDowntimeSeconds: Double
        var sessions: [Trading]
        var specialDays: [Day]
    }

    private func show(_ month: String, _ calendar: ExchangeCalendar) throws {
        let parts = month.split(separator: "-").map { Int($0) }
        guard parts.count == 2, month.count == 7, let year = parts[0], let number = parts[1] else {
            throw Failure(FailureCode.usage, "--month \(month): expected YYYY-MM")
        }
        let summary = try calendar.monthSummary(year: year, month: number)
        let view = Month(
            calendar: calendar.name, month: month, openMinutes: summary.openMinutes,
            allowedDowntimeSeconds: summary.allowedDowntime / .seconds(1),
            sessions: summary.sessions.map {
                .init(
                    date: $0.date.description, open: $0.open.nanos, close: $0.close.nanos, minutes: $0.openSeconds / 60)
            },
            specialDays: summary.specialDays.map {
                .init(date: $0.date.description, reason: $0.reason, source: $0.provenance.rawValue)
            })
        if format.format == .json { return try Output.json(view) }
        try Output.line(
            "\(month)  \(calendar.name)  \(summary.openMinutes) open minutes; 99.9 % allows \(String(format: "%.1f", view.allowedDowntimeSeconds / 60)) minutes down"
        )
        try Output.table(
            ["date", "open", "close", "minutes"],
            summary.sessions.map {
                [$0.date.description, calendar.format($0.open), calendar.format($0.close), "\($0.openSeconds / 60)"]
            })
        for day in summary.specialDays { try Output.line("\(day.date)  \(day.reason)  (\(day.provenance.meaning))") }
    }
}

/// Times as people type them.
enum TimeText {
    /// Besides what `parse` takes, a duration from a time on, such as `24h`.
    static func parse(_ text: String, from start: Timestamp) throws -> Timestamp {
        guard let duration = DurationText.parse(text) else { return try parse(text) }
        return start.advanced(bySeconds: duration.components.seconds)
    }

    /// RFC 3339 with an offset or Z, or nanoseconds since 1970.
    static func parse(_ text: String) throws -> Timestamp {
        if let nanos = UInt64(text) { return Timestamp(nanos: nanos) }
        for style in [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)] {
            if let date = try? style.parse(text), date.timeIntervalSince1970 >= 0 {
                return Timestamp(nanos: UInt64((date.timeIntervalSince1970 * 1e6).rounded()) * 1000)
            }
        }
        throw Failure(
            FailureCode.usage,
            "\(text) is no time: expected RFC 3339, like 2026-11-27T12:00:00-06:00, or nanoseconds since 1970")
    }
}
