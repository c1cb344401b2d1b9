import MarketData
import Rollout
import Signals
import Testing

/// Every rule of design.md, section 5, as one row: who speaks, in whose unit, in what state, and what becomes of it.
@Suite struct RoutingTests {
    struct Row: CustomTestStringConvertible {
        var claim: String
        var stage = Stage.limited
        /// The arm that the assignment function gives the unit to.
        var unitOf = Arm.candidate
        var speaker = Arm.candidate
        var notReady: [Arm] = []
        var quarantined: [Arm] = []
        var kill = false
        var stop = false
        var isLate = false
        var action = Signal.Action.buy
        var baselineDown = RolloutPlan.BaselineDown.silent
        var isRolledBack = false
        var expected: String

        var testDescription: String { claim }
    }

    static let live: [Row] = [
        Row(claim: "candidate in its unit", expected: "live assigned"),
        Row(claim: "baseline in its unit", unitOf: .baseline, speaker: .baseline, expected: "live assigned"),
        Row(claim: "baseline in shadow has every unit", stage: .shadow, speaker: .baseline, expected: "live assigned"),
        Row(
            claim: "baseline while the candidate is not ready", speaker: .baseline, notReady: [.candidate],
            expected: "live fallback"),
        Row(
            claim: "baseline while the candidate is quarantined", speaker: .baseline, quarantined: [.candidate],
            expected: "live fallback"),
        Row(
            claim: "baseline while the candidate is silenced", speaker: .baseline, kill: true, expected: "live fallback"
        ),
        Row(claim: "baseline after a rollback", speaker: .baseline, isRolledBack: true, expected: "live assigned"),
        Row(
            claim: "candidate for the baseline where the spec says so, limited", unitOf: .baseline,
            notReady: [.baseline],
            baselineDown: .candidate, expected: "live fallback"),
        Row(
            claim: "candidate for the baseline where the spec says so, full", stage: .full, unitOf: .baseline,
            notReady: [.baseline], baselineDown: .candidate, expected: "live fallback"),
    ]

    static let shadow: [Row] = [
        Row(claim: "candidate in the baseline's unit", unitOf: .baseline, expected: "shadow other-arm"),
        Row(claim: "baseline in the candidate's unit", speaker: .baseline, expected: "shadow other-arm"),
        Row(claim: "candidate in shadow", stage: .shadow, expected: "shadow stage"),
        Row(claim: "candidate after a rollback", isRolledBack: true, expected: "shadow rolled-back"),
        Row(claim: "candidate that only looks", action: .monitor, expected: "shadow monitor"),
        Row(
            claim: "baseline that only looks", unitOf: .baseline, speaker: .baseline, action: .monitor,
            expected: "shadow monitor"),
        Row(
            claim: "monitor comes before rolled back", action: .monitor, isRolledBack: true, expected: "shadow monitor"),
        Row(claim: "candidate that is not ready", notReady: [.candidate], expected: "shadow other-arm"),
        Row(
            claim: "candidate for the baseline otherwise", unitOf: .baseline, notReady: [.baseline],
            expected: "shadow other-arm"),
        Row(
            claim: "candidate for the baseline in canary, whatever the spec says", stage: .canary, unitOf: .baseline,
            notReady: [.baseline], baselineDown: .candidate, expected: "shadow other-arm"),
        Row(
            claim: "candidate in shadow for the baseline", stage: .shadow, unitOf: .baseline, notReady: [.baseline],
            baselineDown: .candidate, expected: "shadow stage"),
        Row(
            claim: "baseline in the candidate's unit, all silenced", speaker: .baseline, stop: true,
            expected: "shadow other-arm"),
        Row(
            claim: "candidate that is not ready for the baseline", unitOf: .baseline,
            notReady: [.baseline, .candidate],
            baselineDown: .candidate, expected: "shadow other-arm"),
        Row(
            claim: "baseline that is not ready for the candidate", speaker: .baseline,
            notReady: [.baseline, .candidate],
            expected: "shadow other-arm"),
        Row(claim: "late in the other's unit", unitOf: .baseline, isLate: true, expected: "shadow other-arm"),
    ]

    static let suppressed: [Row] = [
        Row(claim: "candidate silenced", kill: true, expected: "suppressed kill"),
        Row(claim: "candidate with everything silenced", stop: true, expected: "suppressed stop"),
        Row(
            claim: "baseline with everything silenced", unitOf: .baseline, speaker: .baseline, stop: true,
            expected: "suppressed stop"),
        Row(claim: "too late", isLate: true, expected: "suppressed late"),
        Row(claim: "too late while catching up", notReady: [.candidate], isLate: true, expected: "suppressed late"),
        Row(
            claim: "baseline too late while catching up", unitOf: .baseline, speaker: .baseline, notReady: [.baseline],
            isLate: true, expected: "suppressed late"),
    ]

    @Test(arguments: live + shadow + suppressed) func decisionsAreThoseOfTheDesign(row: Row) throws {
        var plan = try plan(baselineDown: row.baselineDown)
        // In full the baseline keeps units here, so that there is something to fall back from.
        plan.weights[.full] = plan.weight(in: .limited)
        var router = Router(plan: plan, stage: row.stage)
        let inStage = row.stage == .shadow && row.unitOf == .candidate ? .limited : row.stage
        let id = underlying(of: row.unitOf, in: inStage, plan: plan)
        for arm in row.notReady { router.setHealth(arm, .notReady(reason: "stalled")) }
        for arm in row.quarantined { router.setHealth(arm, .quarantined(reason: "crashes")) }
        router.setSwitches(kill: row.kill, stop: row.stop)
        if row.isRolledBack { router.command(.rollback) }
        #expect(
            router.decide(row.speaker, signal(on: id, at: noon, action: row.action), isLate: row.isLate) == row.expected
        )
    }

    @Test func furtherSignalsJoinTheEpisode() throws {
        let plan = try plan()
        var router = Router(plan: plan, stage: .limited)
        let id = underlying(of: .candidate, in: .limited, plan: plan)
        #expect(router.decide(.candidate, signal(on: id, at: noon)) == "live assigned")
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1)) == "live episode")
    }

    /// Friday 2026-11-20 22:00 UTC is the close, excluded; Sunday 23:00 the open, included.
    @Test(
        arguments: [
            (20_777 * 86_400 + 22 * 3600 - 1, "live assigned"), (20_777 * 86_400 + 22 * 3600, "suppressed closed"),
            (20_778 * 86_400, "suppressed closed"), (20_779 * 86_400 + 23 * 3600 - 1, "suppressed closed"),
            (20_779 * 86_400 + 23 * 3600, "live assigned"),
        ] as [(UInt64, String)]) func nothingIsLiveWhileTheMarketIsClosed(second: UInt64, expected: String) throws
    {
        var router = Router(plan: try plan(calendar: "cme-globex-equity"))
        #expect(router.decide(.baseline, signal(on: 1, at: second)) == expected)
    }

    @Test func theDecisionNamesTheStageItWasMadeIn() throws {
        for stage in Stage.allCases {
            var router = Router(plan: try plan(), stage: stage)
            let effect = router.handle(
                Event(index: 0, payload: .signal(.baseline, signal(on: 1, at: noon), isLate: false)))
            guard case .decided(_, stage)? = effect else {
                Issue.record("\(String(describing: effect))")
                continue
            }
        }
    }

    /// What is silenced opens no episode: once the switch is gone, the unit is as if it had never spoken.
    @Test func aSuppressedSignalBeginsNothing() throws {
        let plan = try plan()
        var router = Router(plan: plan, stage: .limited)
        let id = underlying(of: .candidate, in: .limited, plan: plan)
        router.setSwitches(stop: true)
        _ = router.decide(.candidate, signal(on: id, at: noon))
        router.setSwitches()
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1)) == "live assigned")
    }
}
