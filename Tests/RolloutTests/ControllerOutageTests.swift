import MarketData
import Rollout
import Signals
import Testing

/// Both engines dead: nobody is live, nothing falls to the candidate, and the status says so.
@Suite struct ControllerOutageTests {
    /// So many signals at once are no burst here, and no limit binds.
    private func course(_ stage: Stage, _ baselineDown: RolloutPlan.BaselineDown) throws -> Course {
        try Course(stage, plan: try plan(baselineDown: baselineDown)) { terms in
            terms.closeGates()
            terms.liveLimits = [:]
            (terms.triggers.burstMinute, terms.triggers.burstHalfHour) = (1000, 1000)
            terms.triggers.burstSession = 1000
        }
    }

    private func dead(_ stage: Stage, _ order: [Arm], baselineDown: RolloutPlan.BaselineDown = .silent) throws -> Course
    {
        var course = try course(stage, baselineDown)
        course.mark(noon)
        for arm in order { course.health(arm, .notReady(reason: "died")) }
        return course
    }

    /// Who is live on the first 30 underlyings, as `baseline assigned`; each arm speaks on each.
    private func voices(_ course: inout Course, at second: UInt64) -> [UInt32: Set<String>] {
        var voices: [UInt32: Set<String>] = [:]
        for id in 1...30 as ClosedRange<UInt32> {
            for arm in Arm.allCases {
                let decision = course.say(arm, "\(arm.rawValue)-\(id)-\(second)", on: id, at: second, horizon: 1)
                if let decision, decision.isLive {
                    voices[id, default: []].insert("\(arm.rawValue) \(decision.reason)")
                }
            }
        }
        return voices
    }

    private func assigned(_ stage: Stage, _ course: Course) -> [Arm: Set<UInt32>] {
        let plan = course.controller.plan
        let assignment = Assignment(salt: plan.id, weight: plan.weight(in: stage))
        return Dictionary(grouping: 1...30 as ClosedRange<UInt32>) { id in
            assignment.arm(of: UnitKey(underlying: InstrumentID(id), at: at(noon), plan: plan))
        }.mapValues(Set.init)
    }

    @Test(arguments: Stage.allCases, [[Arm.baseline, .candidate], [.candidate, .baseline]])
    func withBothDeadNobodyIsLive(stage: Stage, order: [Arm]) throws {
        for down in RolloutPlan.BaselineDown.allCases {
            var course = try dead(stage, order, baselineDown: down)
            #expect(course.state.status == .held && course.controller.router.status == .held)
            #expect(course.state.tripped[.bothDown] == Tripped(.bothDown, value: 2, threshold: 2))
            #expect(course.state.stage == stage)
            #expect(voices(&course, at: noon + 1).isEmpty)
            course.mark(noon + 200)
            #expect(voices(&course, at: noon + 201).isEmpty)
            #expect(course.command(.promote)?.kind == "refused")
        }
    }

    /// The baseline comes back first: everything is its own, or falls to it; a person lets promotion go on.
    @Test(arguments: Stage.allCases) func theBaselineIsBack(stage: Stage) throws {
        var course = try dead(stage, [.baseline, .candidate])
        course.health(.baseline, .ready)
        #expect(course.state.tripped[.bothDown] == nil && course.state.status == .held)
        let (voices, assigned) = (voices(&course, at: noon + 60), assigned(stage, course))
        for id in assigned[.baseline] ?? [] { #expect(voices[id] == ["baseline assigned"], "\(id)") }
        for id in assigned[.candidate] ?? [] { #expect(voices[id] == ["baseline fallback"], "\(id)") }
        #expect(course.command(.resume)?.kind == "moved" && course.state.status == .running)
        #expect(course.state.stage == stage)
    }

    /// The candidate comes back first: it has its own units and no other, and where the spec gives it the baseline's it
    /// has them from limited on.
    @Test(arguments: Stage.allCases, RolloutPlan.BaselineDown.allCases)
    func theCandidateIsBack(stage: Stage, down: RolloutPlan.BaselineDown) throws {
        var course = try dead(stage, [.baseline, .candidate], baselineDown: down)
        course.health(.candidate, .ready)
        #expect(course.state.tripped[.bothDown] == nil && course.state.status == .held)
        let (first, assigned) = (voices(&course, at: noon + 60), assigned(stage, course))
        let falls = down == .candidate && stage >= .limited
        for id in assigned[.baseline] ?? [] { #expect(first[id] == (falls ? ["candidate fallback"] : nil), "\(id)") }
        for id in assigned[.candidate] ?? [] { #expect(first[id] == ["candidate assigned"], "\(id)") }
        // With both back, in a block of its own, everyone has what is assigned to it.
        course.health(.baseline, .ready)
        course.mark(noon + 1800)
        let plan = course.controller.plan
        let assignment = Assignment(salt: plan.id, weight: plan.weight(in: stage))
        for (id, voice) in voices(&course, at: noon + 1860) {
            let unit = UnitKey(underlying: InstrumentID(id), at: at(noon + 1860), plan: plan)
            #expect(voice == ["\(assignment.arm(of: unit).rawValue) assigned"], "\(id)")
        }
    }

    /// Given up on, the candidate goes; with the baseline dead too nobody speaks until it is back.
    @Test(arguments: [Stage.canary, .limited, .full]) func bothGivenUpOn(stage: Stage) throws {
        var course = try course(stage, .candidate)
        course.mark(noon)
        for arm in [Arm.baseline, .candidate] { course.health(arm, .quarantined(reason: "crashes")) }
        #expect(course.state.stage == .shadow && course.state.status == .rolledBack)
        #expect(course.state.tripped[.bothDown] != nil)
        #expect(voices(&course, at: noon + 1).isEmpty)
        course.health(.baseline, .ready)
        let voices = voices(&course, at: noon + 60)
        #expect(voices.count == 30 && voices.values.allSatisfy { $0 == ["baseline assigned"] })
    }
}
