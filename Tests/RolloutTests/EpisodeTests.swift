import MarketData
import Rollout
import Signals
import Testing

/// Who owns a unit over time: episodes, units that have begun, changes of weight.
@Suite struct EpisodeTests {
    /// A unit of the baseline in canary that limited gives to the candidate, in this block and the next.
    private static func changing(_ plan: RolloutPlan, next: Arm = .candidate) -> UInt32 {
        var id: UInt32 = 0
        while true {
            id = underlying(of: .candidate, in: .limited, plan: plan, above: id)
            let canary = Assignment(salt: plan.id, weight: plan.weight(in: .canary))
            let limited = Assignment(salt: plan.id, weight: plan.weight(in: .limited))
            let now = UnitKey(underlying: InstrumentID(id), at: at(noon), plan: plan)
            let later = UnitKey(underlying: InstrumentID(id), at: at(noon + 1800), plan: plan)
            if canary.arm(of: now) == .baseline, limited.arm(of: later) == next, canary.arm(of: later) == .baseline {
                return id
            }
        }
    }

    @Test func anEpisodeOutlivesItsUnit() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1790, horizon: 60)) == "live assigned")
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1800)) == "live episode")
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1801)) == "shadow other-arm")
    }

    @Test(arguments: [(59, "shadow other-arm"), (60, "live assigned")] as [(UInt64, String)])
    func anEpisodeEndsWithItsHorizon(later: UInt64, expected: String) throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal(on: id, at: noon + 1799, horizon: 60))
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1799 + later)) == expected)
    }

    @Test func aJoiningSignalProlongsTheEpisode() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal("a", on: id, at: noon + 1790, horizon: 20))
        _ = router.decide(.candidate, signal("b", on: id, at: noon + 1795, horizon: 100))
        #expect(router.decide(.baseline, signal("c", on: id, at: noon + 1894)) == "shadow other-arm")
        #expect(router.decide(.baseline, signal("d", on: id, at: noon + 1895)) == "live assigned")
    }

    @Test func anEpisodeEndsWithItsLastOutcome() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        let first = signal("a", on: id, at: noon + 1790, horizon: 3600)
        let second = signal("b", on: id, at: noon + 1795, horizon: 3600)
        _ = router.decide(.candidate, first)
        _ = router.decide(.candidate, second)
        router.settle(second, of: .candidate)
        #expect(router.decide(.baseline, signal("c", on: id, at: noon + 1810)) == "shadow other-arm")
        // The other arm's outcome of the same name is another signal's.
        router.settle(first, of: .baseline)
        #expect(router.decide(.baseline, signal("d", on: id, at: noon + 1811)) == "shadow other-arm")
        router.settle(first, of: .candidate)
        #expect(router.decide(.baseline, signal("e", on: id, at: noon + 1812)) == "live assigned")
    }

    @Test func aMarkEndsAnEpisodeToo() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal(on: id, at: noon + 1799, horizon: 60))
        router.mark(noon + 1900)
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1810)) == "live assigned")
    }

    @Test func theEndOfASessionEndsEveryEpisode() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal(on: id, at: noon + 1799, horizon: 3600))
        router.mark(noon + 1800, closes: CivilDate("2026-11-19"))
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1801)) == "live assigned")
    }

    @Test func anOpenOrAPlainMarkEndsNone() throws {
        let plan = try plan()
        let id = Self.changing(plan, next: .baseline)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal(on: id, at: noon + 1799, horizon: 3600))
        router.mark(noon + 1800)
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1801)) == "shadow other-arm")
    }

    // MARK: - Changes of weight

    @Test func aChangeOfWeightNeverMovesAUnitThatHasBegun() throws {
        let plan = try plan()
        let id = Self.changing(plan)
        var router = Router(plan: plan, stage: .canary)
        #expect(router.decide(.baseline, signal(on: id, at: noon, horizon: 1)) == "live assigned")
        router.command(.promote)
        #expect(router.decide(.candidate, signal(on: id, at: noon + 100)) == "shadow other-arm")
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1799, horizon: 1)) == "live assigned")
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1800)) == "live assigned")
    }

    @Test func aUnitThatHasNotBegunFollowsTheNewWeightAtOnce() throws {
        let plan = try plan()
        let id = Self.changing(plan)
        var router = Router(plan: plan, stage: .canary)
        #expect(router.decide(.candidate, signal(on: id, at: noon)) == "shadow other-arm")
        router.command(.promote)
        #expect(router.decide(.candidate, signal(on: id, at: noon + 1)) == "live assigned")
    }

    /// Signals of one second on many underlyings, so that no episode reaches into the next block.
    @Test func afterPromotionTheRealisedUnitsAreThoseOfTheAssignment() throws {
        let plan = try plan()
        var router = Router(plan: plan, stage: .canary)
        var random = RolloutRandom(seed: 11)
        router.command(.promote, to: .limited)
        let assignment = Assignment(salt: plan.id, weight: plan.weight(in: .limited))
        var candidateUnits = 0
        var units: Set<UnitKey> = []
        for second in stride(from: noon, to: noon + 4 * 1800, by: 2) {
            let id = UInt32.random(in: 1...400, using: &random)
            let unit = UnitKey(underlying: InstrumentID(id), at: at(second), plan: plan)
            for arm in Arm.allCases {
                let decision = router.decide(arm, signal(on: id, at: second, horizon: 1))
                #expect(
                    (decision == "live assigned") == (assignment.arm(of: unit) == arm),
                    "\(unit.text) \(arm) \(decision)")
            }
            if units.insert(unit).inserted, assignment.arm(of: unit) == .candidate { candidateUnits += 1 }
        }
        #expect(units.count > 1000 && candidateUnits > 400)
    }

    // MARK: - What moves all at once

    private enum Blow: CaseIterable { case rollback, kill, quarantine }

    private static func strike(_ blow: Blow, _ router: inout Router) {
        switch blow {
        case .rollback: router.command(.rollback)
        case .kill: router.setSwitches(kill: true)
        case .quarantine: router.setHealth(.candidate, .quarantined(reason: "crashes"))
        }
    }

    @Test(arguments: Blow.allCases) private func itMovesOpenEpisodesToTheBaseline(blow: Blow) throws {
        let plan = try plan()
        let id = underlying(of: .candidate, in: .limited, plan: plan)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.candidate, signal(on: id, at: noon, horizon: 1800))
        Self.strike(blow, &router)
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1)).hasPrefix("live "))
        #expect(!router.decide(.candidate, signal(on: id, at: noon + 2)).hasPrefix("live "))
    }

    @Test(arguments: Blow.allCases) private func itLeavesTheBaselinesEpisodesAlone(blow: Blow) throws {
        let plan = try plan()
        let id = underlying(of: .baseline, in: .limited, plan: plan)
        var router = Router(plan: plan, stage: .limited)
        _ = router.decide(.baseline, signal(on: id, at: noon, horizon: 1800))
        Self.strike(blow, &router)
        #expect(router.decide(.baseline, signal(on: id, at: noon + 1)) == "live episode")
    }

    @Test func aStallMovesUnitsOnlyWhileItLasts() throws {
        let plan = try plan()
        let id = underlying(of: .candidate, in: .limited, plan: plan)
        var router = Router(plan: plan, stage: .limited)
        router.setHealth(.candidate, .notReady(reason: "stalled"))
        router.setHealth(.candidate, .ready)
        #expect(router.decide(.candidate, signal(on: id, at: noon)) == "live assigned")
    }

    @Test func aUnitInWhichTheBaselineStoodInStaysWithIt() throws {
        let plan = try plan()
        let id = underlying(of: .candidate, in: .limited, plan: plan)
        var router = Router(plan: plan, stage: .limited)
        router.setHealth(.candidate, .notReady(reason: "stalled"))
        #expect(router.decide(.baseline, signal(on: id, at: noon, horizon: 1)) == "live fallback")
        router.setHealth(.candidate, .ready)
        #expect(router.decide(.candidate, signal(on: id, at: noon + 10)) == "shadow other-arm")
    }
}
