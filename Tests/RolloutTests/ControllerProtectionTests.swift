import MarketData
import Rollout
import Signals
import Testing

/// What takes the candidate back or holds it, through events; days of UTC, day 20,776 first.
@Suite struct ControllerProtectionTests {
    private let day = 20_776
    private var start: UInt64 { UInt64(day) * 86_400 }

    // MARK: - Assignment

    /// A unit that a joined episode touched is the candidate's, whatever the function gives: nobody misassigned it.
    @Test func anEpisodeThatReachesIntoTheNextUnitIsNoMismatch() throws {
        let plan = try plan()
        var course = try Course(.limited) { $0.closeGates() }
        var id: UInt32 = 0
        // The candidate's in this block, the baseline's in the next.
        repeat {
            id = underlying(of: .candidate, in: .limited, at: noon, plan: plan, above: id)
        } while underlying(of: .baseline, in: .limited, at: noon + 1800, plan: plan, above: id - 1) != id
        #expect(course.say(.candidate, "a", on: id, at: noon + 1700) == .live(.assigned))
        #expect(course.say(.candidate, "b", on: id, at: noon + 1810) == .live(.episode))
        course.settle(.candidate, "a", on: id, r: 1, at: noon + 1820)
        course.settle(.candidate, "b", on: id, r: 1, at: noon + 1820)
        #expect(course.say(.candidate, "c", on: id, at: noon + 1830) == .live(.assigned))
        #expect(course.state.tripped.isEmpty)
        #expect(course.state.stage == .limited)
    }

    /// A unit that the baseline began in shadow stays with it when the weight changes; nobody misassigned it either.
    @Test func aUnitFromBeforeThePromotionIsNoMismatch() throws {
        let plan = try plan()
        var course = try Course { $0.closeGates() }
        let id = underlying(of: .candidate, in: .canary, plan: plan)
        #expect(course.say(.baseline, "a", on: id, at: noon, horizon: 1) == .live(.assigned))
        course.mark(noon + 30)
        #expect(course.command(.promote)?.kind == "moved")
        #expect(course.say(.candidate, "b", on: id, at: noon + 60) == .shadow(.otherArm))
        #expect(course.state.stage == .canary)
        #expect(course.state.tripped.isEmpty)
    }

    // MARK: - Limits

    /// What the close itself ends was made in the session that closed: the next one begins without its loss.
    @Test func lossesKnownAtTheCloseAreNotTheNextSessions() throws {
        var course = try Course(.full) { $0.closeGates() }
        for number in 1...4 {
            #expect(course.say(.candidate, "s\(number)", on: UInt32(number), at: noon)?.isLive == true)
        }
        course.close(day)
        for number in 1...4 {
            course.settle(.candidate, "s\(number)", on: UInt32(number), r: -1, at: start + 86_399)
        }
        #expect(course.state.liveStageMicros == -4_000_000)
        #expect(course.state.tripped.isEmpty)
        #expect(course.say(.candidate, "next", on: 1, at: start + 86_400 + 60)?.isLive == true)
    }

    // MARK: - Holding

    /// A person's pause stands whatever limits do meanwhile.
    @Test func aSetbackDoesNotUndoAPause() throws {
        var course = try Course(.canary) {
            $0.openGates()
            $0.coolDownSessions = 1
        }
        let id = underlying(of: .candidate, in: .canary, plan: course.controller.plan)
        #expect(course.say(.candidate, "a", on: id, at: noon)?.isLive == true)
        #expect(course.command(.pause)?.kind == "moved")
        let reaction = course.settle(.candidate, "a", on: id, r: -6, at: noon + 60)
        #expect(reaction.moves.map(\.cause) == ["stage-loss"])
        #expect(course.state.stage == .shadow && course.state.status == .held)
        for next in 0..<3 { course.session(day + next, d: 4) }
        #expect(course.state.stage == .shadow && course.state.status == .held)
    }

    /// A rollout that drains goes on to be rolled back, whatever trips meanwhile.
    @Test(arguments: [Trigger.quarantined, .errors]) func nothingHoldsWhatDrains(trigger: Trigger) throws {
        var course = try Course(.full, plan: try holding(), judgesTime: true) { $0.closeGates() }
        #expect(course.say(.candidate, "a", on: 1, at: noon)?.isLive == true)
        course.command(.rollback)
        #expect(course.state.status == .draining)
        switch trigger {
        case .quarantined: course.health(.candidate, .quarantined(reason: "crashes"))
        default: course.take(.measured(Measured(.errors, value: 9, threshold: 1, verdict: .fail)))
        }
        #expect(course.state.status == .draining)
        course.settle(.candidate, "a", on: 1, r: 1, at: noon + 60)
        #expect(course.state.status == .rolledBack)
        #expect(course.controller.router.status == .rolledBack)
    }

    private func holding(seconds: Int = 1800) throws -> RolloutPlan {
        var plan = try plan()
        plan.openEpisodes.policy = .hold
        plan.openEpisodes.drainSeconds = seconds
        return plan
    }

    /// Each setback is told, not only the first of its kind.
    @Test func theSecondSetbackIsToldToo() throws {
        var course = try Course(.canary) { $0.closeGates() }
        let id = underlying(of: .candidate, in: .canary, plan: course.controller.plan)
        course.say(.candidate, "a", on: id, at: noon)
        #expect(course.settle(.candidate, "a", on: id, r: -6, at: noon + 60).tripped.first?.trigger == .stageLoss)
        #expect(course.state.status == .running)
        course.close(day)
        #expect(course.command(.promote)?.kind == "moved")
        let next = noon + 86_400
        let other = underlying(of: .candidate, in: .canary, at: next, plan: course.controller.plan)
        #expect(course.say(.candidate, "b", on: other, at: next)?.isLive == true)
        let second = course.settle(.candidate, "b", on: other, r: -6, at: next + 60)
        #expect(second.tripped.first?.trigger == .stageLoss)
        #expect(course.state.stage == .shadow && course.state.status == .held)
    }

    /// A person's resume looks anew at what stands: a candidate that is given up on goes nowhere.
    @Test func resumingDoesNotForgetAQuarantine() throws {
        var course = try Course { $0.openGates() }
        course.mark(noon)
        course.health(.candidate, .quarantined(reason: "crashes"))
        #expect(course.state.status == .held)
        let reaction = course.ask(.resume)
        #expect(reaction.effect?.kind == "moved")
        #expect(course.state.status == .held)
        #expect(reaction.tripped.map(\.trigger) == [.quarantined])
        course.session(day, d: 4)
        #expect(course.state.stage == .shadow)
        course.health(.candidate, .ready)
        course.command(.resume)
        #expect(course.state.status == .running)
    }

    @Test func resumingDoesNotForgetThatBothAreDown() throws {
        var course = try Course { $0.openGates() }
        course.mark(noon)
        for arm in Arm.allCases { course.health(arm, .notReady(reason: "died")) }
        #expect(course.state.status == .held)
        course.command(.resume)
        #expect(course.state.status == .held)
    }

    /// In shadow a slow candidate is only said to be slow; once live it is taken back for it.
    @Test func whatWasOnlySaidInShadowTakesBackOnceLive() throws {
        var course = try Course(judgesTime: true) { $0.closeGates() }
        course.mark(noon)
        let slow = Measured(.latency, value: 9, threshold: 1, verdict: .fail)
        #expect(course.take(.measured(slow)).tripped.map(\.trigger) == [.latency])
        #expect(course.state.status == .running)
        let reaction = course.ask(.promote)
        #expect(reaction.moves.map(\.cause) == ["latency"])
        #expect(course.state.stage == .shadow && course.state.status == .rolledBack)
    }

    // MARK: - Readiness

    /// A candidate that is not ready for too long of a session's open time goes back; closed time is nobody's outage.
    @Test func aRestartInTheDailyBreakIsNoOutage() throws {
        let plan = try plan(calendar: "cme-globex-equity")
        var course = try Course(.canary, plan: plan) { $0.closeGates() }
        // Thursday 2026-11-19: the session closes at 16:00 Chicago, 22:00 UTC, and the next opens at 23:00 UTC.
        let close: UInt64 = 20_776 * 86_400 + 22 * 3600
        course.mark(close, closes: CivilDate(daysSince1970: day))
        course.health(.candidate, .notReady(reason: "restarted"))
        course.mark(close + 1200)
        #expect(course.state.stage == .canary)
        course.health(.candidate, .ready)
        course.mark(close + 3600, opens: CivilDate(daysSince1970: day + 1))
        course.mark(close + 3610)
        #expect(course.state.stage == .canary && course.state.tripped.isEmpty)
    }

    @Test(arguments: [300, 301] as [UInt64]) func anOutageIsCountedAcrossMidnight(seconds: UInt64) throws {
        var course = try Course(.canary) { $0.closeGates() }
        let midnight = start + 86_400
        course.mark(midnight - 100)
        course.health(.candidate, .notReady(reason: "died"))
        course.close(day)
        // The session that ended took its hundred seconds with it.
        course.mark(midnight + seconds)
        #expect(course.state.stage == (seconds > 300 ? .shadow : .canary))
    }

    /// An engine starts before anything is read; nothing was missed before that.
    @Test func whatIsNotThereAtTheStartIsMissedFromTheFirstMark() throws {
        var course = try Course(.canary) { $0.closeGates() }
        course.health(.candidate, .notReady(reason: "starting"))
        #expect(course.mark(noon).moves.isEmpty && course.mark(noon + 300).moves.isEmpty)
        #expect(course.mark(noon + 301).moves.map(\.cause) == ["unhealthy"])
        #expect(course.state.tripped[.unhealthy]?.value == 301)
    }

    /// The baseline speaks before the first mark, and so the time is known that the candidate was not there.
    @Test func whatStartsWithTheFirstSignalWasNeverMissed() throws {
        var course = try Course(.canary) { $0.closeGates() }
        course.health(.candidate, .notReady(reason: "starting"))
        course.say(.baseline, "a", at: noon)
        course.health(.candidate, .ready)
        #expect(course.mark(noon + 1).moves.isEmpty && course.state.stage == .canary)
    }

    @Test func outagesOfASessionAddUp() throws {
        var course = try Course(.canary) { $0.closeGates() }
        for part in 0..<4 as Range<UInt64> {
            course.mark(noon + part * 200)
            course.health(.candidate, .notReady(reason: "stalled"))
            course.mark(noon + part * 200 + 80)
            #expect(course.state.stage == (part < 3 ? .canary : .shadow))
            course.health(.candidate, .ready)
        }
        #expect(course.state.tripped[.unhealthy]?.value == 320)
    }
}
