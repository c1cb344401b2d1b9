import MarketData
import Rollout
import Signals
import Testing

/// A feed whose time jumps: by days ahead, back, or again; days of UTC, day 20,776 first.
@Suite struct ControllerClockTests {
    private let day = 20_776
    private var start: UInt64 { UInt64(day) * 86_400 }

    private func date(_ number: Int) -> CivilDate { CivilDate(daysSince1970: day + number) }

    /// What a feed makes of a hole: every edge that was passed, one after the other, with nothing between them.
    private func hole(_ course: inout Course, _ days: Range<Int>, isTainted: Bool = false) -> [Reaction] {
        days.flatMap { number in
            course.close(
                day + number,
                tainted: isTainted ? (0..<48).map { start + UInt64(number) * 86_400 + $0 * 1800 } : [])
        }
    }

    /// A day's close told again: its mark as it was.
    private func again(_ course: inout Course, _ number: Int) -> Reaction {
        course.mark(UInt64(day + number + 1) * 86_400, closes: date(number), opens: date(number + 1))
    }

    // MARK: - Ahead

    @Test(arguments: [false, true]) func aHoleLeavesOneObservationADay(isTainted: Bool) throws {
        var course = try Course { $0.mode = .watch }
        course.session(day, d: 1)
        let reactions = hole(&course, 1..<8, isTainted: isTainted)
        #expect(reactions.flatMap(\.committed).map(\.session) == (1..<8).map(date))
        course.session(day + 8, d: 2)
        #expect(course.evidence.sessions.map(\.session) == (0..<9).map(date))
        let inHole: SessionObservation.State = isTainted ? .tainted : .empty
        #expect(
            course.evidence.sessions.map(\.state) == [.observed] + Array(repeating: inHole, count: 7) + [.observed])
        #expect(course.evidence.meanD == 1.5 && course.evidence.isTooTainted == isTainted)
        #expect(course.controller.waitingSessions == 0)
    }

    /// What was open before the hole has had its time: unresolvable by the second close behind its own.
    @Test func labelsExpireInAHole() throws {
        var course = try Course { $0.mode = .watch }
        course.say(.candidate, "a", at: noon)
        let reactions = hole(&course, 0..<5)
        let commits = reactions.map { $0.committed.map(\.session) }.filter { !$0.isEmpty }
        #expect(commits == [(0..<3).map(date), [date(3)], [date(4)]])
        #expect(course.evidence.sessions[0].candidate.unresolvable == 1)
    }

    @Test func aDeadlineExpiresInAHole() throws {
        var course = try Course(.canary) {
            $0.closeGates()
            $0.deadlineSessions = [.canary: 5]
        }
        let reactions = hole(&course, 0..<9)
        let moves = reactions.enumerated().filter { !$0.element.moves.isEmpty }
        // With the fifth close, which is the second of each pair of reactions.
        #expect(moves.map(\.offset) == [9] && moves.flatMap(\.element.moves).map(\.cause) == ["deadline"])
        #expect(course.state.status == .held && course.state.stage == .canary)
    }

    @Test func approvalsExpireInAHole() throws {
        var course = try Course { $0.openGates(approvals: 2) }
        course.session(day, d: 1)
        course.command(.approve, by: "ann")
        let reactions = hole(&course, 1..<8)
        #expect(reactions.flatMap(\.moves).map(\.cause) == ["approval-expired", "gate"])
        course.command(.approve, by: "bob")
        #expect(course.state.stage == .shadow && course.state.approval?.approvals.map(\.actor) == ["bob"])
    }

    @Test func aCoolDownPassesInAHole() throws {
        var course = try Course(.canary) { $0.openGates() }
        let id = underlying(of: .candidate, in: .canary, plan: course.controller.plan)
        course.say(.candidate, "a", on: id, at: noon)
        course.settle(.candidate, "a", on: id, r: -6, at: noon + 60)
        #expect(course.state.stage == .shadow && course.state.coolDown == 5)
        // The day of the loss counts, the four behind it pass; the observation was made in shadow.
        #expect(hole(&course, 0..<4).flatMap(\.moves).isEmpty && course.state.coolDown == 1)
        #expect(hole(&course, 4..<5).flatMap(\.moves).map(\.to) == [.canary])
    }

    /// What a session's limits took is given back once, by the close, however long the hole.
    @Test func behindAHoleTheSessionsLimitsAreNew() throws {
        var course = try Course(.full) { $0.closeGates() }
        course.say(.candidate, "a", on: 1, at: noon)
        course.settle(.candidate, "a", on: 1, r: -3, at: noon + 60)
        #expect(course.say(.candidate, "b", on: 2, at: noon + 120) == .suppressed(.limit(.unrouted)))
        _ = hole(&course, 0..<6)
        #expect(course.say(.candidate, "c", on: 2, at: noon + 6 * 86_400) == .live(.assigned))
        #expect(course.state.liveStageMicros == -3_000_000)
    }

    // MARK: - Back, and again

    /// Neither a loss nor a count of signals is forgotten because yesterday ends once more.
    @Test func aCloseToldAgainResetsNoLimit() throws {
        var course = try Course(.full) { terms in
            terms.closeGates()
            terms.liveLimits[.full]?.perSession = 2
        }
        course.close(day)
        course.say(.candidate, "a", on: 1, at: noon + 86_400)
        course.say(.candidate, "b", on: 2, at: noon + 86_401)
        #expect(again(&course, 0).steps.isEmpty)
        #expect(course.say(.candidate, "c", on: 3, at: noon + 86_402) == .suppressed(.limit(.session)))
        course.settle(.candidate, "a", on: 1, r: -3, at: noon + 86_460)
        #expect(course.state.tripped[.sessionLoss] != nil)
        #expect(again(&course, 0).steps.isEmpty && again(&course, -1).steps.isEmpty)
        #expect(course.state.tripped[.sessionLoss] != nil && course.state.liveSessionMicros == -3_000_000)
        #expect(course.say(.candidate, "d", on: 4, at: noon + 86_500) == .suppressed(.limit(.unrouted)))
        course.close(day + 1)
        #expect(course.say(.candidate, "e", on: 4, at: noon + 2 * 86_400)?.isLive == true)
    }

    @Test func aCloseToldAgainDoesNotForgetABurst() throws {
        var course = try Course(.full) { terms in
            terms.closeGates()
            terms.triggers.burstSession = 6
        }
        course.close(day)
        for number in 0..<6 as Range<UInt64> {
            course.say(.candidate, "\(number)", on: UInt32(number + 1), at: noon + 86_400 + number * 600)
            _ = again(&course, 0)
        }
        #expect(course.state.tripped.isEmpty)
        let last = course.hear(.candidate, "6", on: 9, at: noon + 86_400 + 6 * 600)
        #expect(last.tripped == [Tripped(.burst, value: 7, threshold: 6)])
    }

    /// The deadline for labels is of sessions, not of marks.
    @Test func aCloseToldAgainHastensNoDeadline() throws {
        var course = try Course { $0.mode = .watch }
        course.say(.candidate, "a", at: noon)
        course.close(day)
        course.close(day + 1)
        for _ in 0..<5 { #expect(again(&course, 1).committed.isEmpty && again(&course, 0).committed.isEmpty) }
        #expect(course.settle(.candidate, "a", r: 2, at: noon + 60).committed.map(\.session) == [date(0), date(1)])
        #expect(course.evidence.sessions[0].candidate.unresolvable == 0 && course.evidence.meanD == 2)
    }

    /// A session that is over takes no more signals, from whatever time they come.
    @Test func whatIsCommittedIsNotReopened() throws {
        var course = try Course { $0.mode = .watch }
        for number in 0..<3 { course.session(day + number, d: 1) }
        let before = course.evidence
        course.mark(noon + 60)
        course.say(.candidate, "late", at: noon + 61)
        course.settle(.candidate, "late", r: -3, at: noon + 120)
        #expect(course.data(day + 1, tainted: [start + 86_400]).steps.isEmpty)
        for number in 0..<3 { #expect(again(&course, number).steps.isEmpty) }
        #expect(course.evidence == before)
        course.session(day + 3, d: 1)
        #expect(course.evidence.sessions.map(\.session) == (0..<4).map(date))
        #expect(course.evidence.meanD == 1)
    }

    /// An outage that was seen is seen, and said once.
    @Test func anOutageIsNotForgottenByAStepBack() throws {
        var course = try Course(.canary) {
            $0.closeGates()
            $0.triggers.actions[.unhealthy] = .alert
        }
        course.mark(noon)
        course.health(.candidate, .notReady(reason: "died"))
        #expect(course.mark(noon + 301).tripped.map(\.trigger) == [.unhealthy])
        #expect(course.mark(noon + 10).tripped.isEmpty && course.state.tripped[.unhealthy]?.value == 301)
        #expect(course.mark(noon + 302).tripped.isEmpty && course.state.tripped[.unhealthy]?.value == 302)
    }

    /// The baseline is away now, not in the half hour that a mark comes from.
    @Test func aStepBackTaintsNoOtherHalfHour() throws {
        var course = try Course { $0.mode = .watch }
        course.mark(noon)
        course.say(.candidate, "a", at: noon + 1)
        course.mark(noon + 3600)
        course.health(.baseline, .notReady(reason: "died"))
        course.mark(noon + 10)
        course.health(.baseline, .ready)
        course.settle(.candidate, "a", r: 1, at: noon + 3700)
        let session = try #require(course.close(day).last?.committed.first)
        #expect(session.taintedHalfHours == 1 && session.candidate.tainted == 0)
    }

    /// Nor does a window open that is over, nor an approval count that is void.
    @Test func aStepBackOpensNoWindowAndRevivesNoApproval() throws {
        let hours = PromotionWindows(
            minutesAroundOpen: 0, minutesAroundClose: 0, hours: .init(from: 13 * 60, to: 14 * 60))
        var course = try Course(windows: hours) { $0.openGates(approvals: 1) }
        course.session(day, d: 1)
        course.mark(start + 86_400 + 15 * 3600)
        course.command(.approve)
        #expect(course.mark(start + 86_400 + 13 * 3600 + 1800).moves.isEmpty && course.state.stage == .shadow)
        let reactions = hole(&course, 1..<8)
        #expect(reactions.flatMap(\.moves).map(\.cause) == ["approval-expired", "gate"])
        for number in 0..<7 { #expect(again(&course, number).steps.isEmpty) }
        #expect(course.state.approval?.approvals.isEmpty == true)
        #expect(course.mark(start + 86_400 + 13 * 3600).moves.isEmpty)
        #expect(course.mark(start + 8 * 86_400 + 13 * 3600).moves.isEmpty && course.state.stage == .shadow)
    }

    // MARK: - Random histories

    /// A history in which old marks come again at random is the history without them.
    @Test(arguments: [0, 1]) func marksToldAgainChangeNothing(approvals: Int) throws {
        var plan = try plan()
        plan.weights[.canary] = .all
        var terms = DecisionTerms()
        terms.openGates(approvals: approvals)
        terms.triggers.burstMinute = 20
        terms.triggers.unhealthySeconds = 3000
        var (repeated, moves, live) = (0, 0, 0)
        for seed in 1...UInt64(count(60, soak: 2000)) {
            var random = RolloutRandom(seed: seed)
            var (plain, jumping) = (Controller(plan: plan, terms: terms), Controller(plan: plan, terms: terms))
            var marks: [Mark] = []
            let payloads = RandomCourse.payloads(160, from: UInt64(day) * 86_400, &random)
            for (number, payload) in payloads.enumerated() {
                let event = Event(index: UInt64(number), payload: payload)
                let reaction = plain.handle(event)
                #expect(jumping.handle(event) == reaction, "seed \(seed), event \(number)")
                moves += reaction.moves.count
                if case .decided(.live, _)? = reaction.effect { live += 1 }
                // Where a mark was, so that another look is no earlier one.
                guard case .mark(let mark) = payload else { continue }
                marks.append(mark)
                while random.chance(40), let mark = marks.randomElement(using: &random) {
                    let stale = jumping.handle(Event(index: UInt64(number), payload: .mark(mark)))
                    #expect(
                        stale.effect == nil && stale.steps.isEmpty, "seed \(seed), \(mark) again after event \(number)")
                    repeated += mark.closes == nil ? 0 : 1
                }
            }
            #expect(jumping.evidence == plain.evidence && jumping.state == plain.state, "seed \(seed)")
            let sessions = plain.evidence.sessions.map(\.session)
            #expect(sessions == Set(sessions).sorted(), "seed \(seed)")
        }
        #expect(repeated > 100 && moves > 100 && live > 100, "\((repeated, moves, live))")
    }
}

/// Random interleavings of everything a controller reacts to.
enum RandomCourse {
    /// So many steps, each with a mark at its time; a close is told with its data before and the outcomes of all behind.
    static func payloads(_ steps: Int, from second: UInt64, _ random: inout RolloutRandom) -> [Event.Payload] {
        var (payloads, now): ([Event.Payload], UInt64) = ([], second)
        var said: [(arm: Arm, signal: Signal)] = []
        for number in 0..<steps {
            let step = ControllerRaceTests.step(&random)
            now += UInt64.random(in: 1...900, using: &random)
            let payload = ControllerRaceTests.payload(step, number, now, said, &random)
            if case .signal(let arm, let signal, _) = payload { said.append((arm, signal)) }
            if step == .close {
                let session = CivilDate(daysSince1970: Int(now / 86_400))
                payloads.append(.data(SessionData(session: session, taintedHalfHours: [], halfHours: 48)))
                payloads.append(payload)
                payloads += said.filter { _ in random.chance(95) }.map { ControllerRaceTests.settled($0, &random) }
                said.removeAll()
                now = (now / 86_400 + 1) * 86_400
            } else {
                payloads.append(payload)
            }
            payloads.append(.mark(Mark(time: at(now))))
        }
        return payloads
    }
}
