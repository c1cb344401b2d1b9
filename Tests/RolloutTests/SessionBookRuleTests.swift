import MarketData
import Rollout
import Signals
import Testing

/// The states of a session and the order of commits (`decision-statistics.md`, section 1), through events.
@Suite struct SessionBookRuleTests {
    private let day = 20_776
    private var start: UInt64 { UInt64(day) * 86_400 }

    private func course(plan: RolloutPlan? = nil, _ change: (inout DecisionTerms) -> Void = { _ in }) throws -> Course {
        try Course(plan: plan) { terms in
            terms.mode = .watch
            change(&terms)
        }
    }

    private func date(_ number: Int) -> CivilDate { CivilDate(daysSince1970: day + number) }

    // MARK: - States

    @Test func aSessionWithoutASignalIsEmpty() throws {
        var course = try course()
        course.close(day)
        #expect(course.evidence.last?.state == .empty)
        #expect(course.evidence.observed == 0 && course.evidence.meanD == nil)
    }

    /// More than a fifth of a session's half hours.
    @Test(
        arguments: [
            (9, 48, SessionObservation.State.observed), (10, 48, .tainted), (9, 45, .observed), (9, 44, .tainted),
        ])
    func tooManyTaintedHalfHoursTaintASession(count: Int, all: Int, state: SessionObservation.State) throws {
        var course = try course()
        course.session(day, d: 1, tainted: (0..<count).map { start + UInt64($0) * 1800 }, halfHours: all)
        #expect(course.evidence.last?.state == state)
        #expect(course.evidence.observed == (state == .observed ? 1 : 0))
        #expect(course.state.sessions == course.evidence.observed)
    }

    /// More than a tenth of the baseline's signals; the candidate's are its own affair.
    @Test(arguments: Arm.allCases, [1, 2]) func tooManyUnresolvableSignalsOfTheBaselineTaint(arm: Arm, count: Int)
        throws
    {
        var course = try course()
        for number in 0..<10 {
            let time = start + UInt64(number) * 3600
            course.say(arm, "s\(number)", at: time)
            course.settle(arm, "s\(number)", r: number < count ? nil : 1, at: time + 60)
        }
        course.close(day)
        let isTainted = arm == .baseline && count > 1
        #expect(course.evidence.last?.state == (isTainted ? .tainted : .observed))
        #expect(course.evidence.last?.tally(arm).admittedUnresolvable == count)
    }

    /// Nothing is read from a session before everything of it is known.
    @Test func aSessionWaitsForItsDataItsCloseAndItsLabels() throws {
        var course = try course()
        course.say(.candidate, "a", at: noon)
        course.mark(start + 86_400, closes: date(0), opens: date(1))
        #expect(course.evidence.sessions.isEmpty && course.controller.waitingSessions == 1)
        #expect(course.data(day).committed.isEmpty)
        #expect(course.settle(.candidate, "a", r: 1, at: noon + 60).committed.map(\.session) == [date(0)])
        #expect(course.controller.waitingSessions == 0)
    }

    /// Never by resolution: a session that is whole waits for the one before.
    @Test func sessionsAreCommittedInTheOrderOfTheirDates() throws {
        var course = try course()
        course.say(.candidate, "a", at: noon)
        course.close(day)
        course.session(day + 1, d: 1)
        #expect(course.evidence.sessions.isEmpty && course.controller.waitingSessions == 2)
        let reaction = course.settle(.candidate, "a", r: -1, at: noon + 60)
        #expect(reaction.committed.map(\.session) == [date(0), date(1)])
    }

    /// After two later closes what is missing is unresolvable, and no earlier.
    @Test func labelsHaveTwoSessions() throws {
        var course = try course()
        for arm in Arm.allCases { course.say(arm, "a", at: noon) }
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        course.close(day)
        course.close(day + 1)
        #expect(course.evidence.sessions.isEmpty)
        course.close(day + 2)
        #expect(course.evidence.sessions.map(\.session) == [date(0), date(1), date(2)])
        #expect(course.evidence.sessions[0].candidate.unresolvable == 1)
        #expect(course.evidence.unresolvableShare == 1)
    }

    /// A late outcome puts its session right, and tells by how much; what was decided stays.
    @Test func aLateOutcomeCorrectsAndUndoesNothing() throws {
        var course = try Course { $0.openGates() }
        for arm in Arm.allCases { course.say(arm, "a", at: noon) }
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        // So many that one without an outcome blocks nothing.
        for number in 0..<60 as Range<UInt64> {
            course.say(.candidate, "s\(number)", at: noon + 100 + number)
            course.settle(.candidate, "s\(number)", r: 0, at: noon + 200)
        }
        for number in 0..<3 { course.close(day + number) }
        #expect(course.state.stage == .canary)
        let before = course.evidence.betterE
        let reaction = course.settle(.candidate, "a", r: -1.5, at: noon + 60)
        let (session, change) = try #require(reaction.corrected.first)
        #expect(session.session == date(0) && change == -1.5)
        #expect(session.candidate.unresolvable == 0)
        #expect(course.evidence.meanD == -2.5 && course.evidence.betterE < before)
        #expect(course.state.stage == .canary && reaction.moves.isEmpty)
        // Once only, and nothing else of that session is waited for.
        #expect(course.settle(.candidate, "a", r: 3, at: noon + 60).steps.isEmpty)
    }

    /// Processes of bets do not mind the order: corrected or right from the start is the same.
    @Test func aCorrectedPastIsThePast() throws {
        var (late, early) = (try course(), try course())
        for isLate in [true, false] {
            var course = try course()
            for number in 0..<4 {
                let time = noon + UInt64(number) * 86_400
                for arm in Arm.allCases { course.say(arm, "\(number)", at: time) }
                course.settle(.baseline, "\(number)", r: 1, at: time + 60)
                if !isLate { course.settle(.candidate, "\(number)", r: Double(number) - 1, at: time + 60) }
                course.close(day + number)
            }
            for number in 0..<4 where isLate {
                course.settle(.candidate, "\(number)", r: Double(number) - 1, at: noon + 60)
            }
            if isLate { late = course } else { early = course }
        }
        #expect(late.evidence == early.evidence)
        #expect(late.state.stageMeanD == early.state.stageMeanD)
    }

    // MARK: - What is left out

    /// A tainted half hour takes the signals of both arms, and the account does not see them.
    @Test func aTaintedHalfHourIsLeftOutForBoth() throws {
        var course = try course()
        for arm in Arm.allCases {
            for (id, time) in [("in", noon + 1799), ("out", noon + 1800)] {
                course.say(arm, id, at: time)
                course.settle(arm, id, r: arm == .candidate ? 2 : 1, at: time + 1)
            }
        }
        course.close(day, tainted: [noon])
        let session = try #require(course.evidence.last)
        #expect(session.baseline.tainted == 1 && session.candidate.tainted == 1)
        #expect(session.baseline.accountMicros == 1_000_000 && session.candidate.accountMicros == 2_000_000)
    }

    /// Silence is the candidate's own: no excuse, and no taint.
    @Test func theCandidatesOutageIsSilence() throws {
        var course = try course()
        course.mark(noon)
        course.health(.candidate, .notReady(reason: "died"))
        course.mark(noon + 600)
        course.say(.baseline, "a", at: noon + 700)
        course.settle(.baseline, "a", r: 1, at: noon + 760)
        course.health(.candidate, .ready)
        course.close(day)
        #expect(course.evidence.last?.taintedHalfHours == 0)
        #expect(course.evidence.meanD == -1)
    }

    @Test func lateSignalsAndMonitorCountNowhere() throws {
        var course = try course()
        course.hear(.candidate, "late", at: noon, isLate: true)
        course.hear(.candidate, "monitor", at: noon + 1, action: .monitor)
        course.settle(.candidate, "late", r: 2, at: noon + 60)
        course.settle(.candidate, "monitor", r: 2, at: noon + 60, action: .monitor)
        course.close(day)
        #expect(course.evidence.last?.state == .empty)
        #expect(course.evidence.last?.candidate == SessionObservation.ArmTally())
    }

    /// Both arms' signals of one name are two.
    @Test func theKeyIsArmAndName() throws {
        var course = try course()
        for arm in Arm.allCases { course.say(arm, "a", at: noon) }
        course.settle(.candidate, "a", r: 2, at: noon + 60)
        course.close(day)
        #expect(course.evidence.sessions.isEmpty)
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        #expect(course.evidence.meanD == 1)
    }

    // MARK: - Dates

    /// Trade dates of Globex: evenings belong to the next day, by Chicago's clock on both sides of its changes.
    @Test(
        arguments: [
            ("2026-11-19", ["2026-11-18T23:30", "2026-11-19T00:30", "2026-11-19T21:59"]),
            ("2026-03-06", ["2026-03-05T23:30", "2026-03-06T06:00", "2026-03-06T21:30"]),
            ("2026-03-09", ["2026-03-08T22:30", "2026-03-09T00:00", "2026-03-09T20:59"]),
            ("2026-10-30", ["2026-10-29T22:30", "2026-10-30T20:59"]),
            ("2026-11-02", ["2026-11-01T23:30", "2026-11-02T21:30"]),
        ] as [(String, [String])])
    func aSessionHasOneDateWhateverTheClock(text: String, times: [String]) throws {
        let date = try #require(CivilDate(text))
        let globex = try plan(calendar: "cme-globex-equity")
        var course = try course(plan: globex)
        let session = try #require(try globex.calendar.session(on: date))
        for (number, time) in times.enumerated() {
            let day = try #require(CivilDate(time.prefix(10)))
            let (hour, minute) = (try #require(UInt64(time.dropFirst(11).prefix(2))), UInt64(time.suffix(2)) ?? 0)
            let second = UInt64(day.daysSince1970) * 86_400 + hour * 3600 + minute * 60
            course.say(.candidate, "\(number)", on: UInt32(number + 1), at: second)
            course.settle(.candidate, "\(number)", on: UInt32(number + 1), r: 1, at: second + 60)
        }
        course.take(.data(SessionData(session: date, taintedHalfHours: [], halfHours: 46)))
        course.take(.mark(Mark(time: session.close, closes: date)))
        #expect(course.evidence.sessions.map(\.session) == [date])
        #expect(course.evidence.last?.candidate.actionable == times.count)
    }

    /// What a market that is closed says belongs to no session.
    @Test(arguments: ["2026-03-06T22:30", "2026-03-09T21:30", "2026-03-08T21:30"])
    func aClosedMarketHasNoSession(time: String) throws {
        var course = try course(plan: try plan(calendar: "cme-globex-equity"))
        let day = try #require(CivilDate(time.prefix(10)))
        let hour = try #require(UInt64(time.dropFirst(11).prefix(2)))
        course.say(.candidate, "a", at: UInt64(day.daysSince1970) * 86_400 + hour * 3600 + 1800)
        for number in 0..<4 {
            let date = CivilDate(daysSince1970: day.daysSince1970 + number)
            course.take(.data(SessionData(session: date, taintedHalfHours: [], halfHours: 46)))
            course.mark(UInt64(date.daysSince1970) * 86_400 + 80_000, closes: date)
        }
        #expect(course.evidence.sessions.allSatisfy { $0.state == .empty })
    }

    /// Two sessions, one observation: under the later date, tainted when either is.
    @Test(arguments: [false, true]) func aUnitOfTwoSessionsIsOneObservation(isTainted: Bool) throws {
        var course = try course { $0.evidence.unitSessions = 2 }
        course.session(day, d: 1, tainted: isTainted ? (0..<10).map { start + UInt64($0) * 1800 } : [])
        #expect(course.evidence.sessions.isEmpty)
        course.session(day + 1, d: 2)
        #expect(course.evidence.sessions.map(\.session) == [date(1)])
        #expect(course.evidence.last?.state == (isTainted ? .tainted : .observed))
        #expect(course.evidence.meanD == (isTainted ? nil : 3))
        #expect(course.evidence.last?.halfHours == 96)
    }
}
