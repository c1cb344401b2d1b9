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

    // MARK: - Taint

    /// The half hour in which a baseline comes back was touched, whether a mark fell into it or not.
    @Test func theHalfHourOfTheReturnIsTaintedToo() throws {
        var course = try course()
        course.mark(noon + 1790)
        course.health(.baseline, .notReady(reason: "died"))
        course.mark(noon + 1795)
        course.say(.candidate, "before", on: 1, at: noon - 1800)
        course.say(.candidate, "in", on: 2, at: noon + 1801)
        course.mark(noon + 1799)
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
}
