import MarketData
import Rollout
import Signals
import Testing

/// What bounds a live candidate at once, without statistics (`decision-statistics.md`, sections 4 and 5).
@Suite struct ControllerLimitTests {
    private let day = 20_776
    private var start: UInt64 { UInt64(day) * 86_400 }

    private func course(_ stage: Stage = .full, _ change: (inout DecisionTerms) -> Void = { _ in }) throws -> Course {
        try Course(stage) { terms in
            terms.closeGates()
            change(&terms)
        }
    }

    /// Underlyings that belong to the candidate in this stage and block.
    private func candidates(_ count: Int, _ stage: Stage, at second: UInt64) throws -> [UInt32] {
        let plan = try plan()
        return (0..<count).reduce(into: []) { ids, _ in
            ids.append(underlying(of: .candidate, in: stage, at: second, plan: plan, above: ids.last ?? 0))
        }
    }

    @Test(arguments: [(Stage.canary, 3), (.limited, 8)]) func liveSignalsOfASessionAreCounted(stage: Stage, most: Int)
        throws
    {
        var course = try course(stage) { $0.triggers.burstHalfHour = 100 }
        for (number, id) in try candidates(most + 2, stage, at: noon).enumerated() {
            let decision = course.say(.candidate, "s\(number)", on: id, at: noon + UInt64(number) * 100)
            #expect(decision == (number < most ? .live(.assigned) : .suppressed(.limit(.session))))
        }
        course.close(day)
        let next = noon + 86_400
        let id = try candidates(1, stage, at: next)[0]
        #expect(course.say(.candidate, "next", on: id, at: next) == .live(.assigned))
    }

    /// From the outcome on, and until the session ends; the baseline stands in.
    @Test func aSessionsLossEndsTheSessionForTheCandidate() throws {
        var course = try course()
        for number in 1...3 {
            course.say(.candidate, "s\(number)", on: UInt32(number), at: noon + UInt64(number) * 100)
        }
        #expect(course.settle(.candidate, "s1", on: 1, r: -1.5, at: noon + 400).tripped.isEmpty)
        #expect(course.say(.candidate, "between", on: 4, at: noon + 410)?.isLive == true)
        let reaction = course.settle(.candidate, "s2", on: 2, r: -1.5, at: noon + 420)
        #expect(reaction.tripped.map(\.trigger) == [.sessionLoss] && reaction.moves.isEmpty)
        #expect(course.say(.candidate, "after", on: 5, at: noon + 430) == .suppressed(.limit(.unrouted)))
        #expect(course.say(.baseline, "b", on: 5, at: noon + 440) == .live(.fallback))
        // What is won afterwards opens nothing again.
        course.settle(.candidate, "s3", on: 3, r: 3, at: noon + 450)
        #expect(course.say(.candidate, "later", on: 6, at: noon + 460) == .suppressed(.limit(.unrouted)))
        course.close(day)
        #expect(course.say(.candidate, "next", on: 5, at: noon + 86_400)?.isLive == true)
    }

    /// Without anybody to unroute it the limit binds by itself.
    @Test func theSessionsLossBindsWhateverItsTriggerDoes() throws {
        var course = try course { $0.triggers.actions[.sessionLoss] = .alert }
        course.say(.candidate, "a", on: 1, at: noon)
        course.settle(.candidate, "a", on: 1, r: -3, at: noon + 60)
        #expect(course.say(.candidate, "b", on: 2, at: noon + 100) == .suppressed(.limit(.loss)))
    }

    @Test func aSignalThatWasNotLiveLosesNothing() throws {
        var course = try course(.canary)
        let id = underlying(of: .baseline, in: .canary, plan: course.controller.plan)
        #expect(course.say(.candidate, "a", on: id, at: noon) == .shadow(.otherArm))
        course.settle(.candidate, "a", on: id, r: -9, at: noon + 60)
        #expect(course.state.liveStageMicros == 0 && course.state.stage == .canary)
    }

    /// At once, on the outcome that makes it so, and to shadow.
    @Test(arguments: [(Stage.canary, 6.0), (.limited, 12), (.full, 24)])
    func aStagesLossTakesBackAtOnce(stage: Stage, limit: Double) throws {
        var course = try course(stage) { $0.liveLimits[stage]?.lossRSession = nil }
        let ids = try candidates(2, stage, at: noon)
        for (number, id) in ids.enumerated() { course.say(.candidate, "s\(number)", on: id, at: noon + UInt64(number)) }
        #expect(course.settle(.candidate, "s0", on: ids[0], r: -limit + 0.000_001, at: noon + 60).moves.isEmpty)
        let reaction = course.settle(.candidate, "s1", on: ids[1], r: -0.000_001, at: noon + 61)
        #expect(reaction.moves.map(\.cause) == ["stage-loss"] && reaction.moves.map(\.to) == [.shadow])
        #expect(reaction.tripped.map(\.value) == [-limit])
        #expect(course.say(.candidate, "after", on: ids[0], at: noon + 100) == .shadow(.stage))
        #expect(course.say(.baseline, "b", on: ids[0], at: noon + 101)?.isLive == true)
        #expect(course.state.coolDown == 5 && course.state.setbacks == 1)
    }

    @Test func sidesThatCannotBeAreNeverLiveAndThreeTakeBack() throws {
        var course = try course()
        for number in 0..<3 as Range<UInt64> {
            let reaction = course.hear(
                .candidate, "s\(number)", on: UInt32(number + 1), at: noon + number * 100,
                direction: number.isMultiple(of: 2) ? .long : .short, hasSides: false)
            #expect(reaction.effect == .decided(.suppressed(.limit(.side)), stage: .full))
            #expect(reaction.moves.map(\.cause) == (number < 2 ? [] : ["side"]))
        }
        #expect(course.state.status == .rolledBack)
    }

    @Test func sidesAreCountedBySession() throws {
        var course = try course()
        for number in 0..<4 {
            if number == 2 { course.close(day) }
            let time = noon + UInt64(number) * 100 + (number < 2 ? 0 : 86_400)
            course.say(.candidate, "s\(number)", on: UInt32(number + 1), at: time, hasSides: false)
        }
        #expect(course.state.stage == .full)
    }

    /// Signals at these seconds, and whether the last one makes a burst.
    @Test(
        arguments: [
            ([0, 15, 30, 45, 59], true), ([0, 15, 30, 45, 60], false), ([0, 1, 2, 3], false),
            (Array(stride(from: 0, to: 1800, by: 200)), true), (Array(stride(from: 0, to: 1600, by: 200)), false),
            (Array(stride(from: 0, through: 30 * 250, by: 250)), true),
            // The one after is the thirtieth, and no burst either.
            (Array(stride(from: 0, to: 29 * 250, by: 250)), false),
        ] as [([UInt64], Bool)])
    func tooManySignalsAreABurst(seconds: [UInt64], isBurst: Bool) throws {
        var course = try course()
        var tripped: [Trigger] = []
        for (number, second) in seconds.enumerated() {
            let reaction = course.hear(.candidate, "s\(number)", on: UInt32(number + 1), at: start + second)
            tripped += reaction.tripped.map(\.trigger)
            #expect(tripped.isEmpty || number == seconds.count - 1)
        }
        #expect(tripped == (isBurst ? [.burst] : []))
        let decision = course.say(.candidate, "after", on: 400, at: start + 80_000)
        #expect(decision == (isBurst ? .suppressed(.limit(.unrouted)) : .live(.assigned)))
    }

    /// The baseline's chatter is nobody's burst.
    @Test func onlyTheCandidateBursts() throws {
        var course = try course(.canary)
        for number in 0..<20 { course.say(.baseline, "s\(number)", on: UInt32(number), at: noon) }
        #expect(course.state.tripped.isEmpty)
    }

    @Test func aSecondSessionWithABurstTakesBack() throws {
        var course = try course()
        var moves: [Transition] = []
        for number in 0..<20 {
            if number == 10 { course.close(day) }
            let time = noon + UInt64(number) + (number < 10 ? 0 : 86_400)
            moves += course.hear(.candidate, "s\(number)", on: UInt32(number + 1), at: time).moves
            if number < 14 { #expect(moves.isEmpty) }
        }
        #expect(moves.map(\.cause) == ["repeated-burst"] && moves.map(\.status) == [.rolledBack])
    }

    /// As much long as short has no direction to contradict.
    @Test func whoSaysBothIsNotOpposite() throws {
        var course = try course(.full) { $0.triggers.burstSession = 100 }
        for number in 0..<10 {
            let time = start + UInt64(number) * 1800
            course.say(.baseline, "b\(number)", on: 1, at: time)
            course.say(.candidate, "c\(number)", on: 1, at: time + 1, direction: .short)
            if number >= 5 { course.say(.candidate, "d\(number)", on: 1, at: time + 2, direction: .long) }
        }
        #expect(course.mark(start + 18_000).tripped.isEmpty && course.state.status == .running)
    }

    /// Six opposite of the last ten half hours in which both spoke: silent for the session, and held.
    @Test(arguments: [5, 6]) func oppositesHoldAndUnroute(opposites: Int) throws {
        var course = try course(.full) { $0.triggers.burstSession = 100 }
        for number in 0..<10 {
            let time = start + UInt64(number) * 1800
            course.say(.baseline, "b\(number)", on: 1, at: time)
            course.say(.candidate, "c\(number)", on: 1, at: time + 1, direction: number < opposites ? .short : .long)
        }
        #expect(course.state.status == .running)
        let reaction = course.mark(start + 18_000)
        #expect(reaction.tripped.map(\.trigger) == (opposites < 6 ? [] : [.opposite]))
        #expect(course.state.status == (opposites < 6 ? .running : .held))
        let decision = course.say(.candidate, "after", on: 2, at: start + 18_100)
        #expect(decision == (opposites < 6 ? .live(.assigned) : .suppressed(.limit(.unrouted))))
        // Known once, it counts anew.
        course.command(.resume)
        course.close(day)
        course.mark(start + 90_000)
        #expect(course.state.status == .running)
    }

    /// Watching binds nothing.
    @Test func watchingHasNoLimits() throws {
        var course = try course { $0.mode = .watch }
        for number in 0..<12 {
            let id = UInt32(number + 1)
            #expect(course.say(.candidate, "s\(number)", on: id, at: noon + UInt64(number))?.isLive == true)
            course.settle(.candidate, "s\(number)", on: id, r: -9, at: noon + 60)
        }
        #expect(course.state.stage == .full && course.state.status == .running)
    }
}
