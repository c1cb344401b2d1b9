import MarketData
import Rollout
import Signals
import Testing

/// What becomes of open positions when the candidate has to go, and of engines that are not there.
@Suite struct ControllerEpisodeTests {
    private let day = 20_776

    private func course(
        _ stage: Stage = .full, _ policy: OpenEpisodes.Policy, seconds: Int = 1800,
        _ change: (inout DecisionTerms) -> Void = { _ in }
    ) throws -> Course {
        var plan = try plan()
        plan.openEpisodes.policy = policy
        plan.openEpisodes.drainSeconds = seconds
        return try Course(stage, plan: plan) { terms in
            terms.closeGates()
            terms.openEpisodes = plan.openEpisodes
            change(&terms)
        }
    }

    /// Everything that takes the candidate back.
    enum Blow: CaseIterable, Sendable { case person, sides, quarantine }

    private func strike(_ blow: Blow, _ course: inout Course) -> [Reaction] {
        switch blow {
        case .person: [course.ask(.rollback)]
        case .quarantine: [course.health(.candidate, .quarantined(reason: "crashes"))]
        case .sides:
            (0..<3).map { number in
                course.hear(
                    .candidate, "wrong\(number)", on: 50 + UInt32(number), at: noon + 10 + UInt64(number),
                    hasSides: false)
            }
        }
    }

    @Test(arguments: Blow.allCases) func handedOverTheBaselineSpeaksAtOnce(blow: Blow) throws {
        var course = try course(.full, .handOver)
        course.say(.candidate, "a", on: 1, at: noon)
        let closes = strike(blow, &course).flatMap(\.closes)
        #expect(closes.isEmpty)
        #expect(course.state.status == .rolledBack && course.state.stage == .shadow)
        #expect(course.say(.baseline, "b", on: 1, at: noon + 20) == .live(.assigned))
        #expect(course.say(.candidate, "c", on: 1, at: noon + 21) == .shadow(.rolledBack))
    }

    /// Held ones run to their own ends, and nobody speaks for their underlying until then.
    @Test(arguments: Blow.allCases) func heldOnesDrain(blow: Blow) throws {
        var course = try course(.full, .hold)
        for id in [1, 2] as [UInt32] { course.say(.candidate, "s\(id)", on: id, at: noon) }
        _ = strike(blow, &course)
        #expect(course.state.status == .draining && course.state.stage == .shadow)
        #expect(course.say(.baseline, "b", on: 1, at: noon + 20) == .shadow(.otherArm))
        #expect(course.say(.candidate, "c", on: 1, at: noon + 21) == .shadow(.rolledBack))
        #expect(course.say(.baseline, "d", on: 3, at: noon + 22) == .live(.assigned))
        #expect(course.command(.rollback)?.kind == "unchanged")
        #expect(course.command(.resume)?.kind == "refused")
        #expect(course.settle(.candidate, "s1", on: 1, r: 1, at: noon + 30).moves.isEmpty)
        #expect(course.say(.baseline, "e", on: 1, at: noon + 31) == .live(.assigned))
        let last = course.settle(.candidate, "s2", on: 2, r: 1, at: noon + 40)
        #expect(last.moves.map(\.cause) == ["drained"] && last.moves.map(\.status) == [.rolledBack])
        #expect(course.command(.resume)?.kind == "moved")
    }

    /// No longer than the plan lets them.
    @Test func drainingHasADeadline() throws {
        var course = try course(.full, .hold, seconds: 600)
        course.say(.candidate, "a", on: 1, at: noon, horizon: 7200)
        course.command(.rollback)
        #expect(course.mark(noon + 599).moves.isEmpty && course.state.status == .draining)
        #expect(course.mark(noon + 600).moves.map(\.cause) == ["drained"])
        #expect(course.say(.baseline, "b", on: 1, at: noon + 601) == .live(.assigned))
    }

    @Test func withoutOpenOnesNothingDrains() throws {
        var course = try course(.full, .hold)
        course.say(.candidate, "a", on: 1, at: noon)
        course.settle(.candidate, "a", on: 1, r: 1, at: noon + 10)
        course.command(.rollback)
        #expect(course.state.status == .rolledBack)
    }

    @Test func theCloseEndsDraining() throws {
        var course = try course(.full, .hold, seconds: 1_000_000)
        course.say(.candidate, "a", on: 1, at: noon, horizon: 100_000)
        course.command(.rollback)
        #expect(course.close(day).flatMap(\.moves).map(\.cause) == ["drained"])
    }

    /// Sinks are told of each that is open, in order, and of no other.
    @Test(arguments: Blow.allCases) func closedOnesAreToldToSinks(blow: Blow) throws {
        var course = try course(.full, .close)
        for id in [3, 1, 2, 4] as [UInt32] {
            course.say(.candidate, "s\(id)", on: id, at: noon - 600 + UInt64(id) * 60)
        }
        course.settle(.candidate, "s4", on: 4, r: 1, at: noon)
        let closes = strike(blow, &course).flatMap(\.closes)
        #expect(closes == ["s1", "s2", "s3"])
        #expect(course.say(.baseline, "b", on: 1, at: noon + 20) == .live(.assigned))
    }

    /// The kill switch leaves positions as a rollback does, and of those nobody is told twice.
    @Test func theKillSwitchClosesToo() throws {
        var course = try course(.full, .close)
        for id in [2, 1] as [UInt32] { course.say(.candidate, "s\(id)", on: id, at: noon + UInt64(id)) }
        #expect(course.take(.switches(Switches(stop: true))).closes.isEmpty)
        #expect(course.take(.switches(Switches(kill: true))).closes == ["s1", "s2"])
        #expect(course.take(.switches(Switches(kill: true, stop: true))).closes.isEmpty)
        course.take(.switches(Switches()))
        #expect(course.say(.candidate, "s3", on: 3, at: noon + 10) == .live(.assigned))
        course.settle(.candidate, "s2", on: 2, r: 1, at: noon + 20)
        #expect(course.ask(.rollback).closes == ["s3"])
        #expect(course.take(.switches(Switches(kill: true))).closes.isEmpty)
    }

    @Test(arguments: [OpenEpisodes.Policy.handOver, .hold]) func theKillSwitchClosesOnlyWhatThePlanCloses(
        policy: OpenEpisodes.Policy
    ) throws {
        var course = try course(.full, policy)
        course.say(.candidate, "a", on: 1, at: noon)
        #expect(course.take(.switches(Switches(kill: true))).steps.isEmpty)
    }

    /// A candidate that is given up on is gone, whatever its trigger does: the baseline speaks for its underlyings.
    @Test(arguments: TriggerTerms.allowed(.quarantined)) func aQuarantineClosesWhateverItsTriggerDoes(
        action: TriggerAction
    ) throws {
        var course = try course(.full, .close) { $0.triggers.actions[.quarantined] = action }
        course.say(.candidate, "a", on: 1, at: noon)
        #expect(course.health(.candidate, .quarantined(reason: "crashes")).closes == ["a"])
        #expect(course.say(.baseline, "b", on: 1, at: noon + 20)?.isLive == true)
    }

    @Test func aStagesLossClosesToo() throws {
        var course = try course(.full, .close)
        for id in [1, 2] as [UInt32] { course.say(.candidate, "s\(id)", on: id, at: noon + UInt64(id)) }
        #expect(course.settle(.candidate, "s1", on: 1, r: -24, at: noon + 9).closes == ["s2"])
    }

    /// After a rollback up again: by a person's word twice.
    @Test func afterARollbackResumeThenPromote() throws {
        var course = try course(.full, .handOver)
        course.command(.rollback)
        #expect(course.command(.promote)?.kind == "refused")
        #expect(course.command(.rollback)?.kind == "unchanged")
        course.command(.resume)
        #expect(course.say(.candidate, "a", on: 1, at: noon) == .shadow(.stage))
        course.command(.promote, to: .full)
        #expect(course.say(.candidate, "b", on: 1, at: noon + 1) == .live(.assigned))
    }

    /// In full and completed, the return stays an instant one.
    @Test func whatIsCompletedIsTakenBackAsWell() throws {
        var course = try course(.full, .handOver) { $0.rollbackWindowSessions = 2 }
        course.session(day, d: 1)
        #expect(course.state.status == .running)
        #expect(course.session(day + 1, d: 1).flatMap(\.moves).map(\.status) == [.completed])
        #expect(course.say(.candidate, "a", on: 1, at: noon + 2 * 86_400)?.isLive == true)
        #expect(course.command(.rollback)?.kind == "moved")
        #expect(course.say(.candidate, "b", on: 1, at: noon + 2 * 86_400 + 1) == .shadow(.rolledBack))
    }
}
