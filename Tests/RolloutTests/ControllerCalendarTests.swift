import MarketData
import Rollout
import Signals
import Testing

/// Sessions of Globex equity futures, whose clock is Chicago's: around its changes, and across midnight UTC.
///
/// Times by hand: the session of a date opens at 17:00 of the evening before and closes at 16:00. Chicago is six hours
/// behind UTC until 2026-03-08 02:00 and from 2026-11-01 02:00 on, five hours between.
@Suite struct ControllerCalendarTests {
    struct Hours: Sendable {
        let date, open, close: String
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sessions: [Hours]
        /// The first moments at which a promotion may be behind each of the first three closes.
        let promotions: [String]
    }

    static let changes = [
        Change(
            testDescription: "2026-03-08",
            sessions: [
                Hours(date: "2026-03-05", open: "2026-03-04T23:00", close: "2026-03-05T22:00"),
                Hours(date: "2026-03-06", open: "2026-03-05T23:00", close: "2026-03-06T22:00"),
                Hours(date: "2026-03-09", open: "2026-03-08T22:00", close: "2026-03-09T21:00"),
                Hours(date: "2026-03-10", open: "2026-03-09T22:00", close: "2026-03-10T21:00"),
            ],
            // Half an hour behind the close the next open is half an hour away, but on a Friday.
            promotions: ["2026-03-05T23:30", "2026-03-06T22:30", "2026-03-09T22:30"]),
        Change(
            testDescription: "2026-11-01",
            sessions: [
                Hours(date: "2026-10-29", open: "2026-10-28T22:00", close: "2026-10-29T21:00"),
                Hours(date: "2026-10-30", open: "2026-10-29T22:00", close: "2026-10-30T21:00"),
                Hours(date: "2026-11-02", open: "2026-11-01T23:00", close: "2026-11-02T22:00"),
                Hours(date: "2026-11-03", open: "2026-11-02T23:00", close: "2026-11-03T22:00"),
            ],
            promotions: ["2026-10-29T22:30", "2026-10-30T21:30", "2026-11-02T23:30"]),
    ]

    /// `2026-03-05T22:00` in seconds since 1970.
    private func second(_ text: String) throws -> UInt64 {
        let day = try #require(CivilDate(text.prefix(10)))
        let (hour, minute) = (try #require(UInt64(text.dropFirst(11).prefix(2))), try #require(UInt64(text.suffix(2))))
        return UInt64(day.daysSince1970) * 86_400 + hour * 3600 + minute * 60
    }

    private func globex(_ stage: Stage = .shadow, windows: PromotionWindows? = nil) throws -> Course {
        var plan = try plan(calendar: "cme-globex-equity")
        plan.weights[.canary] = .all
        return try Course(stage, plan: plan, windows: windows) { terms in
            terms.openGates()
            if stage > .shadow { terms.closeGates() }
        }
    }

    /// Plays marks every ten minutes, and four signals of each arm a session: at both its ends and at midnight UTC.
    private func play(_ change: Change, _ course: inout Course) throws -> [(second: UInt64, to: Stage)] {
        var edges: [UInt64: (closes: CivilDate?, opens: CivilDate?)] = [:]
        var said: [UInt64: CivilDate] = [:]
        for hours in change.sessions {
            let date = try #require(CivilDate(hours.date))
            let (open, close) = (try second(hours.open), try second(hours.close))
            edges[open, default: (nil, nil)].opens = date
            edges[close, default: (nil, nil)].closes = date
            let midnight = UInt64(date.daysSince1970) * 86_400
            for moment in [open, midnight - 1, midnight, close - 1] { said[moment] = date }
        }
        let (first, last) = (try second(change.sessions[0].open), try second(change.sessions[3].close) + 4 * 3600)
        var moves: [(UInt64, Stage)] = []
        for now in stride(from: first, through: last, by: 600) {
            let edge = edges[now]
            var reactions: [Reaction] = []
            if let session = edge?.closes {
                reactions.append(
                    course.take(.data(SessionData(session: session, taintedHalfHours: [], halfHours: 46))))
            }
            reactions.append(course.mark(now, closes: edge?.closes, opens: edge?.opens))
            moves += reactions.flatMap(\.moves).map { (now, $0.to) }
            for moment in now..<now + 600 where said[moment] != nil {
                for arm in Arm.allCases {
                    course.say(arm, "\(moment)", on: UInt32(moment % 7 + 1), at: moment, horizon: 60)
                    course.settle(
                        arm, "\(moment)", on: UInt32(moment % 7 + 1), r: arm == .candidate ? 1 : 0.5, at: moment + 60)
                }
            }
        }
        return moves
    }

    @Test(arguments: changes) func anExchangeDateIsOneObservation(change: Change) throws {
        var course = try globex()
        _ = try play(change, &course)
        #expect(course.evidence.sessions.map(\.session.description) == change.sessions.map(\.date))
        for session in course.evidence.sessions {
            #expect(session.state == .observed, "\(session.session)")
            for arm in Arm.allCases { #expect(session.tally(arm).actionable == 4, "\(session.session)") }
        }
    }

    /// Not within half an hour of an open or a close, which are an hour earlier by UTC in summer.
    @Test(arguments: changes) func promotionsKeepTheExchangesHours(change: Change) throws {
        var course = try globex(windows: PromotionWindows())
        let moves = try play(change, &course)
        #expect(moves.map(\.second) == (try change.promotions.map(second)))
        #expect(moves.map(\.to) == [.canary, .limited, .full])
    }

    // MARK: - Midnight UTC

    /// 2026-11-19: open from 2026-11-18 23:00 UTC, so that its first hour is of the UTC day before.
    private let midnight: UInt64 = 20_776 * 86_400

    @Test func midnightCountsNoSignalsAnew() throws {
        var course = try globex(.canary)
        for number in 0..<3 as Range<UInt64> {
            let decision = course.say(
                .candidate, "\(number)", on: UInt32(number + 1), at: midnight - 1000 + number * 300)
            #expect(decision == .live(.assigned))
        }
        course.mark(midnight)
        #expect(course.say(.candidate, "3", on: 4, at: midnight + 60) == .suppressed(.limit(.session)))
        course.mark(midnight + 22 * 3600, closes: CivilDate(daysSince1970: 20_776))
        #expect(course.say(.candidate, "4", on: 4, at: midnight + 23 * 3600 + 60) == .live(.assigned))
    }

    @Test func midnightForgivesNoLoss() throws {
        var course = try globex(.canary)
        course.say(.candidate, "a", on: 1, at: midnight - 600)
        #expect(
            course.settle(.candidate, "a", on: 1, r: -3, at: midnight - 60).tripped.map(\.trigger) == [.sessionLoss])
        course.mark(midnight)
        #expect(course.say(.candidate, "b", on: 2, at: midnight + 60) == .suppressed(.limit(.unrouted)))
        #expect(course.state.liveSessionMicros == -3_000_000)
    }

    /// Not from a time that no calendar covers.
    @Test func whatIsNotThereAtTheStartIsMissedFromTheFirstMark() throws {
        var course = try globex(.canary)
        course.health(.candidate, .notReady(reason: "starting"))
        course.mark(midnight)
        #expect(course.mark(midnight + 300).moves.isEmpty)
        #expect(course.mark(midnight + 301).moves.map(\.cause) == ["unhealthy"])
    }

    @Test func anOutageAcrossMidnightIsOne() throws {
        var course = try globex(.canary)
        course.mark(midnight - 200)
        course.health(.candidate, .notReady(reason: "died"))
        course.mark(midnight)
        #expect(course.mark(midnight + 100).moves.isEmpty)
        #expect(course.mark(midnight + 101).moves.map(\.cause) == ["unhealthy"])
    }
}
