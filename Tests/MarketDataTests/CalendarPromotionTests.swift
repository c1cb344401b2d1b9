import Foundation
import MarketData
import Testing

@Suite struct CalendarPromotionTests {
    private let globex: ExchangeCalendar
    init() throws { globex = try ExchangeCalendar(named: "cme-globex-equity") }

    private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    /// A time on Chicago's clock.
    private func at(_ text: String, _ hour: Int, _ minute: Int, _ second: Int = 0) throws -> Timestamp {
        globex.timestamp(localDate: try date(text), hour: hour, minute: minute, second: second)
    }

    private func verdict(_ time: Timestamp, _ windows: PromotionWindows = PromotionWindows()) throws
        -> PromotionWindows.Verdict
    {
        try windows.allows(at: time, calendar: globex)
    }

    // MARK: Opens and closes

    @Test func nothingIsPromotedWithinHalfAnHourOfACloseOrOpen() throws {
        let (close, open) = (try at("2026-11-03", 16, 0), try at("2026-11-03", 17, 0))
        #expect(try verdict(at("2026-11-03", 15, 29, 59)) == .allowed)
        // The hour of maintenance has no instant that is far enough from both.
        for (time, reason) in [
            (try at("2026-11-03", 15, 30), PromotionWindows.Reason.nearClose(close)),
            (try at("2026-11-03", 16, 29, 59), .nearClose(close)), (try at("2026-11-03", 16, 30), .nearOpen(open)),
            (try at("2026-11-03", 17, 29, 59), .nearOpen(open)),
        ] {
            #expect(try verdict(time) == .closed(until: at("2026-11-03", 17, 30), reason))
        }
        #expect(try verdict(at("2026-11-03", 17, 30)) == .allowed)
    }

    @Test func opensAndClosesHaveTheirOwnDistance() throws {
        let windows = PromotionWindows(minutesAroundOpen: 0, minutesAroundClose: 10)
        #expect(try verdict(at("2026-11-03", 17, 0), windows) == .allowed)
        #expect(try verdict(at("2026-11-03", 15, 49, 59), windows) == .allowed)
        #expect(
            try verdict(at("2026-11-03", 15, 50), windows)
                == .closed(until: at("2026-11-03", 16, 10), .nearClose(at("2026-11-03", 16, 0))))
    }

    @Test func theClosedWeekendIsAllowedUnlessItIsNot() throws {
        #expect(try verdict(at("2026-11-07", 12, 0)) == .allowed)
        var windows = PromotionWindows()
        windows.onlyWhileOpen = true
        // Saturday: Sunday 17:00 opens, and half an hour later it may be.
        #expect(
            try verdict(at("2026-11-07", 12, 0), windows) == .closed(until: at("2026-11-08", 17, 30), .marketClosed))
    }

    /// US clocks shift on Sunday morning: the open of 17:00 in Chicago moves from 23:00 to 22:00 UTC and back.
    @Test(arguments: [
        // Sundays 2026-03-01, 2026-03-08, 2026-10-25, 2026-11-01, 17:00 in Chicago as UTC.
        (1_772_406_000, 23), (1_773_007_200, 22), (1_792_965_600, 22), (1_793_574_000, 23),
    ])
    func theOpenMovesWithDaylightSavingTime(open: Int64, utcHour: Int64) throws {
        #expect(open / 3600 % 24 == utcHour)
        let open = Timestamp(seconds: open)
        #expect(try verdict(open.advanced(bySeconds: -1801)) == .allowed)
        #expect(
            try verdict(open.advanced(bySeconds: -1800))
                == .closed(until: open.advanced(bySeconds: 1800), .nearOpen(open)))
        #expect(try verdict(open.advanced(bySeconds: 1800)) == .allowed)
    }

    @Test func earlyClosesAndHaltsAreCloses() throws {
        // Thanksgiving 2026 halts at 12:00, the day after closes at 12:15.
        #expect(try verdict(at("2026-11-26", 11, 29, 59)) == .allowed)
        #expect(
            try verdict(at("2026-11-26", 11, 30))
                == .closed(until: at("2026-11-26", 12, 30), .nearClose(at("2026-11-26", 12, 0))))
        #expect(
            try verdict(at("2026-11-27", 11, 45))
                == .closed(until: at("2026-11-27", 12, 45), .nearClose(at("2026-11-27", 12, 15))))
        // Where the regular close would be, nothing happens.
        #expect(try verdict(at("2026-11-27", 16, 0)) == .allowed)
    }

    @Test func sessionsWithoutABreakHaveNoEdges() throws {
        let always = try ExchangeCalendar(named: "24x7")
        let midnight = Timestamp(seconds: 1_793_577_600)
        #expect(try PromotionWindows().allows(at: midnight, calendar: always) == .allowed)
    }

    // MARK: Blackouts

    @Test func aBlackoutOverAWeekendCoversTheSessionsOfItsDates() throws {
        let blackout = PromotionWindows.Blackout(
            first: try date("2026-11-06"), last: try date("2026-11-09"), reason: "roll")
        let windows = PromotionWindows(blackouts: [blackout])
        let end = PromotionWindows.Verdict.closed(until: try at("2026-11-10", 0, 0), .blackout(blackout))
        // Friday's session opens on Thursday 17:00; on Thursday afternoon it is not yet Friday.
        #expect(try verdict(at("2026-11-05", 12, 0), windows) == .allowed)
        #expect(try verdict(at("2026-11-05", 17, 0), windows) == end)
        #expect(try verdict(at("2026-11-07", 12, 0), windows) == end)
        #expect(try verdict(at("2026-11-09", 12, 0), windows) == end)
        // Monday evening is Tuesday's session, and still Monday.
        #expect(try verdict(at("2026-11-09", 23, 59, 59), windows) == end)
        #expect(try verdict(at("2026-11-10", 0, 0), windows) == .allowed)
    }

    @Test func aBlackoutThatEndsNearAnEdgeWaitsForTheEdge() throws {
        // Christmas Eve 2026 closes at 12:15; Friday is closed, Sunday opens at 17:00.
        let blackout = PromotionWindows.Blackout(try date("2026-12-27"), reason: "year end")
        let windows = PromotionWindows(minutesAroundOpen: 600, blackouts: [blackout])
        // Sunday's blackout ends at midnight, and the open of 17:00 keeps its ten hours until 03:00.
        #expect(
            try verdict(at("2026-12-27", 1, 0), windows) == .closed(until: at("2026-12-28", 3, 0), .blackout(blackout)))
    }

    // MARK: Weekdays and hours

    @Test func weekdaysAndHoursAreThoseOfTheExchange() throws {
        let windows = PromotionWindows(weekdays: [2, 3], hours: .init(from: 9 * 60, to: 14 * 60))
        #expect(try verdict(at("2026-11-03", 9, 0), windows) == .allowed)
        #expect(try verdict(at("2026-11-03", 13, 59, 59), windows) == .allowed)
        #expect(try verdict(at("2026-11-03", 14, 0), windows) == .closed(until: at("2026-11-04", 9, 0), .hours))
        #expect(try verdict(at("2026-11-03", 8, 59), windows) == .closed(until: at("2026-11-03", 9, 0), .hours))
        // From Wednesday afternoon to the next Tuesday.
        #expect(try verdict(at("2026-11-04", 14, 0), windows) == .closed(until: at("2026-11-10", 9, 0), .hours))
        #expect(try verdict(at("2026-11-05", 9, 0), windows) == .closed(until: at("2026-11-10", 9, 0), .weekday))
    }

    @Test func whatIsNeverAllowedHasNoEnd() throws {
        // Globex is closed from 16:00 to 17:00.
        let windows = PromotionWindows(hours: .init(from: 16 * 60, to: 17 * 60), onlyWhileOpen: true)
        #expect(try verdict(at("2026-11-03", 12, 0), windows) == .closed(until: nil, .hours))
    }

    @Test func nothingIsPromisedPastTheCalendarsData() throws {
        let blackout = PromotionWindows.Blackout(
            first: try date("2027-12-30"), last: try date("2028-01-05"), reason: "year end")
        let windows = PromotionWindows(blackouts: [blackout])
        #expect(try verdict(at("2027-12-30", 12, 0), windows) == .closed(until: nil, .blackout(blackout)))
        #expect(throws: CalendarError.self) { try verdict(at("2028-01-01", 12, 0), windows) }
    }

    @Test func aSpoiledValueSaysWhatIsWrong() throws {
        let backwards = PromotionWindows.Blackout(
            first: try date("2026-11-09"), last: try date("2026-11-06"), reason: "")
        let windows = PromotionWindows(
            minutesAroundOpen: -1, minutesAroundClose: 721, blackouts: [backwards], weekdays: [],
            hours: .init(from: 60, to: 60))
        #expect(windows.problems.count == 5)
        #expect(PromotionWindows().problems.isEmpty)
        #expect(PromotionWindows(weekdays: [1, 7], hours: .init(from: 0, to: 1440)).problems.isEmpty)
    }

    @Test func aReasonReadsWithTheExchangesClock() throws {
        #expect(
            PromotionWindows.Reason.nearOpen(try at("2026-11-03", 17, 0)).text(globex)
                == "too near to the open, 2026-11-03 17:00:00 -06:00")
    }

    // MARK: All rules together

    /// Random rules over Thanksgiving 2026, against a minute-by-minute search in a table of open minutes.
    @Test func theNextAllowedInstantIsTheFirstAllowedMinute() throws {
        let start = try at("2026-11-18", 0, 0)
        let minutes = 20 * 1440
        let open = try (0..<minutes).map { try globex.session(at: start.advanced(bySeconds: Int64($0) * 60))?.date }
        let edges = (1..<minutes).filter { (open[$0] == nil) != (open[$0 - 1] == nil) }
        let rounds = ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 40 : 2000
        for seed in 0..<UInt64(rounds) {
            var random = SplitMix(seed: seed)
            var windows = PromotionWindows(
                minutesAroundOpen: Int.random(in: 0...200, using: &random),
                minutesAroundClose: Int.random(in: 0...200, using: &random))
            let first = globex.localTime(of: start).date.adding(days: Int.random(in: 4...9, using: &random))
            windows.blackouts = [
                .init(first: first, last: first.adding(days: Int.random(in: 0...4, using: &random)), reason: "r")
            ]
            if Bool.random(using: &random) {
                windows.weekdays = Set((1...7).filter { _ in Bool.random(using: &random) } + [2])
            }
            if Bool.random(using: &random) {
                let from = Int.random(in: 0...1300, using: &random)
                windows.hours = .init(from: from, to: Int.random(in: from + 1...1440, using: &random))
            }
            windows.onlyWhileOpen = Bool.random(using: &random)
            let rules = windows

            func isAllowed(_ minute: Int) -> Bool {
                // No shift happens in these weeks, so that local days have 1,440 minutes.
                let local = globex.localTime(of: start).date.adding(days: minute / 1440)
                let blackout = rules.blackouts[0]
                if blackout.first <= local, local <= blackout.last { return false }
                if let date = open[minute], blackout.first <= date, date <= blackout.last { return false }
                if let weekdays = rules.weekdays, !weekdays.contains(local.weekday) { return false }
                if let hours = rules.hours, minute % 1440 < hours.from || minute % 1440 >= hours.to { return false }
                if rules.onlyWhileOpen, open[minute] == nil { return false }
                return !edges.contains { edge in
                    let reach = open[edge] == nil ? rules.minutesAroundClose : rules.minutesAroundOpen
                    return edge - reach <= minute && minute < edge + reach
                }
            }
            let minute = Int.random(in: 2 * 1440...8 * 1440, using: &random)
            let verdict = try rules.allows(at: start.advanced(bySeconds: Int64(minute) * 60), calendar: globex)
            switch verdict {
            case .allowed: #expect(isAllowed(minute), "seed \(seed)")
            case .closed(let until, _):
                #expect(!isAllowed(minute), "seed \(seed)")
                // Beyond the table nothing is compared.
                guard let expected = (minute..<minutes - 300).first(where: isAllowed) else { continue }
                #expect(until == start.advanced(bySeconds: Int64(expected) * 60), "seed \(seed)")
            }
        }
    }
}
