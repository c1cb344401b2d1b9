import MarketData
import Testing

/// Globex written the slow way: the weekly hours minute by minute, less the stretches that the reference's special days
/// close. It shares no code and no table with the calendar.
private struct GlobexOracle {
    private let closed = CalendarVectors.special.map { row in
        CalendarVectors.utc(row.lastTrade).seconds..<CalendarVectors.utc(row.nextOpen).seconds
    }
    private let daylight = CalendarVectors.daylightTime.map { begin, end in
        CalendarVectors.utc(begin).seconds..<CalendarVectors.utc(end).seconds
    }

    func isOpen(_ seconds: Int64) -> Bool {
        let local = seconds - (daylight.contains { $0.contains(seconds) } ? 5 : 6) * 3600
        let hour = local / 3600 % 24
        // 1970-01-01 was a Thursday; 0 is Sunday.
        let isInWeek =
            switch (local / 86_400 + 4) % 7 {
            case 0: hour >= 17
            case 1...4: hour != 16
            case 5: hour < 16
            default: false
            }
        return isInWeek && !closed.contains { $0.contains(seconds) }
    }
}

@Suite struct CalendarOracleTests {
    private func utc(_ text: String) -> Timestamp { CalendarVectors.utc(text) }

    /// All opens and closes fall on quarter hours.
    @Test func everyQuarterHourOfThreeYearsAgrees() throws {
        let calendar = try CalendarVectors.calendar()
        let oracle = GlobexOracle()
        var different: [String] = []
        for seconds in stride(from: utc("2025-01-01T06:00").seconds, to: utc("2028-01-01T06:00").seconds, by: 900)
        where try calendar.isOpen(at: Timestamp(seconds: seconds)) != oracle.isOpen(seconds) {
            different.append(calendar.format(Timestamp(seconds: seconds)))
        }
        #expect(different.isEmpty, "\(different.prefix(5))")
    }

    /// Normal, both shifts, and each kind of holiday.
    @Test(arguments: [
        "2026-11-15", "2026-03-08", "2026-11-01", "2026-01-18", "2026-11-22", "2025-12-21", "2026-03-29", "2025-01-05",
        "2027-12-19",
    ])
    func openSecondsOfAWeekEqualTheMinutesCounted(sunday: String) throws {
        let calendar = try CalendarVectors.calendar()
        let oracle = GlobexOracle()
        let begin = utc(sunday + "T06:00").seconds
        var counted = 0
        for minute in 0..<(7 * 1440) {
            let end = begin + Int64(minute) * 60
            if minute % 97 == 0 || minute == 7 * 1440 - 1 {
                #expect(
                    try calendar.openSeconds(from: Timestamp(seconds: begin), to: Timestamp(seconds: end)) == counted)
            }
            counted += oracle.isOpen(end) ? 60 : 0
        }
    }

    @Test func openSecondsOfRandomRangesAddUp() throws {
        var random = CalendarRandom(seed: 11)
        for name in ExchangeCalendar.names {
            let calendar = try CalendarVectors.calendar(name)
            for _ in 0..<500 {
                let times = (0..<3).map { _ in
                    Timestamp(seconds: Int64.random(in: 1_672_600_000..<1_830_000_000, using: &random))
                }.sorted()
                let whole = try calendar.openSeconds(from: times[0], to: times[2])
                let parts =
                    try calendar.openSeconds(from: times[0], to: times[1])
                    + calendar.openSeconds(from: times[1], to: times[2])
                #expect(whole == parts)
                #expect(try calendar.openSeconds(from: times[2], to: times[0]) == 0)
            }
        }
    }

    /// `boundaries` is the same as asking for the next open and the next close again and again.
    @Test func boundariesAreTheNextOpensAndCloses() throws {
        var random = CalendarRandom(seed: 3)
        for name in ["cme-globex-equity", "us-equity-rth"] {
            let calendar = try CalendarVectors.calendar(name)
            for _ in 0..<200 {
                let start = Timestamp(seconds: Int64.random(in: 1_672_600_000..<1_828_000_000, using: &random))
                let end = start.advanced(bySeconds: Int64.random(in: 0..<1_000_000, using: &random))
                var stepped: [Timestamp] = []
                var time = start
                while true {
                    let next = min(try calendar.nextOpen(after: time), try calendar.nextClose(after: time))
                    try #require(next > time)
                    guard next <= end else { break }
                    time = next
                    stepped.append(time)
                }
                let found = try calendar.boundaries(after: start, through: end)
                #expect(found.map(\.time) == stepped)
                for boundary in found {
                    #expect(try calendar.isOpen(at: boundary.time) == (boundary.kind == .open))
                    let inside = boundary.kind == .open ? boundary.time : boundary.time.advanced(bySeconds: -1)
                    #expect(try calendar.sessionDate(at: inside) == boundary.sessionDate)
                }
            }
        }
    }

    @Test func sessionsAgreeWithTheirTradeDates() throws {
        var random = CalendarRandom(seed: 7)
        for name in ExchangeCalendar.names {
            let calendar = try CalendarVectors.calendar(name)
            for _ in 0..<500 {
                let time = Timestamp(seconds: Int64.random(in: 1_672_600_000..<1_828_000_000, using: &random))
                let session = try calendar.session(atOrAfter: time)
                #expect(try calendar.session(on: session.date) == session)
                #expect(try calendar.sessionDate(at: time) == session.date)
                #expect(try calendar.session(at: time) == (session.isOpen(at: time) ? session : nil))
                #expect(try calendar.openSeconds(from: session.open, to: session.close) == session.openSeconds)
            }
        }
    }
}
