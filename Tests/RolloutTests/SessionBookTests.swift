import MarketData
import Rollout
import Signals
import Testing

/// How signals and outcomes become observations: events in, committed sessions out (`decision-statistics.md`, section 1).
@Suite struct SessionBookTests {
    private let day = 20_776
    private var start: UInt64 { UInt64(day) * 86_400 }

    private func course(plan: RolloutPlan? = nil, _ change: (inout DecisionTerms) -> Void = { _ in }) throws -> Course {
        try Course(plan: plan) { terms in
            terms.mode = .watch
            change(&terms)
        }
    }

    private func date(_ number: Int) -> CivilDate { CivilDate(daysSince1970: day + number) }

    // MARK: - Outcomes that come late, or early

    /// The stage's mean is made of what sessions are now, not of what they were.
    @Test func aCorrectedSessionCorrectsTheStagesMean() throws {
        var course = try course()
        for arm in Arm.allCases { course.say(arm, "a", on: 1, at: noon) }
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        // Two later closes make the rest unresolvable: -1 R for the candidate, who made nothing.
        for number in 0..<3 { course.close(day + number) }
        #expect(course.state.stageMeanD == -1)
        let reaction = course.settle(.candidate, "a", r: 2, at: noon + 60)
        #expect(reaction.corrected.map(\.1) == [2])
        #expect(course.evidence.meanD == 1)
        #expect(course.state.stageMeanD == 1)
        #expect(course.state.sessions == 1)
    }

    /// What a mark itself causes is said behind what the mark ends; both belong together all the same.
    @Test func anOutcomeMayComeBeforeItsSignal() throws {
        var course = try course()
        course.settle(.candidate, "a", r: 2, at: noon + 60)
        course.say(.candidate, "a", at: noon)
        let committed = try #require(course.close(day).last?.committed.first)
        #expect(committed.candidate.accountMicros == 2_000_000)
    }

    @Test func aLateOutcomePutsAUnitOfSeveralSessionsRight() throws {
        var course = try course { $0.evidence.unitSessions = 2 }
        for arm in Arm.allCases { course.say(arm, "a", at: noon) }
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        for number in 0..<3 { course.close(day + number) }
        #expect(course.evidence.sessions.map(\.session) == [date(1)])
        #expect(course.evidence.meanD == -1)
        let reaction = course.settle(.candidate, "a", r: 2, at: noon + 60)
        #expect(reaction.corrected.map(\.1) == [2])
        #expect(course.evidence.sessions.map(\.session) == [date(1)])
        #expect(course.evidence.meanD == 1)
    }

    /// The first half of a unit may be put right before the second is there.
    @Test func aLateOutcomePutsAGatheredSessionRight() throws {
        var course = try course { $0.evidence.unitSessions = 4 }
        for arm in Arm.allCases { course.say(arm, "a", at: noon) }
        course.settle(.baseline, "a", r: 1, at: noon + 60)
        for number in 0..<3 { course.close(day + number) }
        #expect(course.settle(.candidate, "a", r: 2, at: noon + 60).corrected.isEmpty)
        course.close(day + 3)
        #expect(course.evidence.meanD == 1)
    }

    // MARK: - Taint

    /// The half hour in which a baseline comes back was touched, whether a mark fell into it or not.
    @Test func theHalfHourOfTheReturnIsTaintedToo() throws {
        var course = try course()
        course.mark(noon + 1790)
        course.health(.baseline, .notReady(reason: "died"))
        course.mark(noon + 1795)
        course.mark(noon + 1799)
        course.say(.candidate, "before", on: 1, at: noon - 1800)
        course.say(.candidate, "in", on: 2, at: noon + 1801)
        // Nothing but the return tells that it was away in this half hour.
        course.say(.candidate, "after", on: 3, at: noon + 3600)
        course.health(.baseline, .ready)
        for (number, id) in ["before", "in", "after"].enumerated() {
            course.settle(.candidate, id, on: UInt32(number + 1), r: 1, at: noon + 3700)
        }
        let committed = try #require(course.close(day).last?.committed.first)
        #expect(committed.taintedHalfHours == 2)
        #expect(committed.candidate.tainted == 1)
        #expect(committed.candidate.accountMicros == 2_000_000)
    }

    // MARK: - Versions

    /// Evidence belongs to one version: the sessions that another one spoke in are left out.
    @Test(arguments: Arm.allCases) func aNewVersionInheritsNothing(arm: Arm) throws {
        var course = try course()
        for arm in Arm.allCases { course.take(.engine(arm, identity: "\(arm.rawValue) 1")) }
        course.say(.candidate, "old", at: noon)
        course.close(day)
        course.mark(start + 86_400 + 3600)
        course.say(.candidate, "old-2", at: start + 86_400 + 7200)
        course.take(.engine(arm, identity: "\(arm.rawValue) 2"))
        // Of the session that both spoke in, and of the one that waits, nothing counts.
        for id in ["old", "old-2"] { course.settle(.candidate, id, r: 1, at: start + 90_000) }
        course.say(.candidate, "new", at: start + 86_400 + 80_000)
        course.settle(.candidate, "new", r: 1, at: start + 86_400 + 80_060)
        course.close(day + 1)
        #expect(course.evidence.sessions.isEmpty)
        course.session(day + 2, d: 1)
        #expect(course.evidence.sessions.map(\.session) == [date(2)])
    }
}
