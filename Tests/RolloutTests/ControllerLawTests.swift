import MarketData
import Rollout
import Signals
import Testing

/// What people, engines and bad luck do to a rollout that decides for itself.
@Suite struct ControllerLawTests {
    private func controller(
        _ stage: Stage = .shadow, episodes: OpenEpisodes.Policy = .handOver, judgesTime: Bool = false,
        _ change: (inout DecisionTerms) -> Void = { _ in }
    ) throws -> Controller {
        var terms = DecisionTerms()
        terms.openEpisodes.policy = episodes
        change(&terms)
        var plan = try plan()
        plan.openEpisodes = terms.openEpisodes
        return Controller(plan: plan, stage: stage, terms: terms, judgesTime: judgesTime)
    }

    private func handle(_ controller: inout Controller, _ payload: Event.Payload) -> Reaction {
        controller.handle(Event(index: 0, payload: payload))
    }

    private func command(_ verb: Command.Verb, to: Stage? = nil, by actor: String = "ann") -> Event.Payload {
        .command(Command(verb: verb, to: to, actor: actor, reason: "test"))
    }

    /// A candidate signal with sides as they should be.
    private func said(_ id: String, on underlying: UInt32 = 1, at second: UInt64 = noon) -> Signal {
        var signal = signal(id, on: underlying, at: second)
        signal.price = Price(nanos: 100)
        signal.target = Price(nanos: 110)
        signal.stop = Price(nanos: 95)
        return signal
    }

    private func result(of signal: Signal, _ arm: Arm, rMicros: Int64) -> Outcome {
        var outcome = outcome(of: signal, arm)
        outcome.rMicros = rMicros
        return outcome
    }

    // MARK: - Approvals

    /// Plays until the gate to canary is passed and asks.
    private func asking(_ approvals: Int) throws -> (Controller, MarketEvents) {
        var market = try MarketEvents(seed: 3)
        var controller = try controller {
            $0.gates[.canary]?.approvals = approvals
            $0.noGain = nil
        }
        for _ in 0..<30 where controller.state.status != .awaitingApproval {
            try controller.play(&market, sessions: 1) { _, _ in }
        }
        try #require(controller.state.status == .awaitingApproval)
        return (controller, market)
    }

    @Test func onePersonIsEnoughForOne() throws {
        var (controller, _) = try asking(1)
        let reaction = handle(&controller, command(.approve))
        #expect(reaction.effect?.kind == "approved")
        #expect(reaction.moves.map(\.to) == [.canary])
        #expect(controller.state.stage == .canary && controller.state.status == .running)
    }

    @Test func twoPersonsAreTwo() throws {
        var (controller, _) = try asking(2)
        #expect(handle(&controller, command(.approve)).moves.isEmpty)
        #expect(handle(&controller, command(.approve)).effect?.kind == "unchanged")
        #expect(controller.state.stage == .shadow)
        #expect(handle(&controller, command(.approve, to: .full, by: "bob")).effect?.kind == "refused")
        #expect(handle(&controller, command(.approve, to: .canary, by: "bob")).moves.map(\.to) == [.canary])
    }

    @Test func whoAskedIsNoneOfTheTwo() throws {
        var market = try MarketEvents(seed: 3)
        var controller = try controller {
            $0.gates[.canary]?.approvals = 2
            $0.gates[.canary]?.promotion = .manual
        }
        #expect(handle(&controller, command(.promote)).effect?.kind == "refused")
        for _ in 0..<12 { try controller.play(&market, sessions: 1) { _, _ in } }
        #expect(controller.state.status == .running && controller.state.stage == .shadow)
        #expect(handle(&controller, command(.promote)).effect?.kind == "moved")
        #expect(controller.state.status == .awaitingApproval)
        #expect(handle(&controller, command(.approve)).effect?.kind == "refused")
        _ = handle(&controller, command(.approve, by: "bob"))
        #expect(controller.state.stage == .shadow)
        _ = handle(&controller, command(.approve, by: "eve"))
        #expect(controller.state.stage == .canary)
    }

    @Test func approvalsExpire() throws {
        var (controller, market) = try asking(2)
        _ = handle(&controller, command(.approve))
        var causes: [String] = []
        try controller.play(&market, sessions: 8) { _, reaction in causes += reaction.moves.map(\.cause) }
        #expect(causes.contains("approval-expired"))
        #expect(controller.state.stage == .shadow)
        // Asked anew: the first one's word was for other evidence.
        if controller.state.status == .awaitingApproval {
            #expect(handle(&controller, command(.approve, by: "bob")).moves.isEmpty)
        }
    }

    // MARK: - By hand

    @Test func aPromotionByHandSaysWhatTheGateLacked() throws {
        var controller = try controller()
        let reaction = handle(&controller, command(.promote))
        #expect(controller.state.stage == .canary)
        let unmet = reaction.basis?.checks.filter { !$0.verdict.isPassable }.map(\.metric)
        #expect(unmet?.contains(.notWorse) == true)
    }

    @Test func aClosedVersionIsNotResumed() throws {
        var market = try MarketEvents("worse-20", seed: 2)
        var controller = try controller()
        try controller.play(&market, sessions: 60) { _, _ in }
        #expect(controller.state.closedBy != nil)
        #expect(handle(&controller, command(.resume)).effect?.kind == "refused")
        #expect(handle(&controller, command(.rollback)).effect?.kind == "unchanged")
    }

    /// Whatever happens in whatever order: a rollback is never refused, and after one nothing of the candidate is live
    /// until somebody resumes and promotes.
    @Test(arguments: UInt64(1)...20) func aRollbackWinsWhateverComes(seed: UInt64) throws {
        var random = RolloutRandom(seed: seed)
        for _ in 0..<50 {
            var controller = try controller(Stage.allCases.randomElement(using: &random) ?? .full)
            var isBack = false
            for step in 0..<60 {
                let second = noon + UInt64(step) * 40
                var payload: Event.Payload
                switch Int.random(in: 0..<10, using: &random) {
                case 0: payload = command(.rollback)
                case 1: payload = command(.promote, to: Stage.allCases.randomElement(using: &random))
                case 2: payload = command(.pause)
                case 3: payload = command(.resume)
                case 4: payload = command(.approve)
                case 5: payload = .mark(Mark(time: at(second), closes: nil, opens: nil))
                default:
                    let arm: Arm = random.chance(70) ? .candidate : .baseline
                    payload = .signal(
                        arm, said("\(step)", on: UInt32.random(in: 1...5, using: &random), at: second), isLate: false)
                }
                let effect = handle(&controller, payload).effect
                if case .command(let asked) = payload {
                    if asked.verb == .rollback { #expect(effect?.kind != "refused", "seed \(seed)") }
                    if case .moved(let move)? = effect { isBack = move.status == .rolledBack }
                }
                guard case .signal(.candidate, _, _) = payload, case .decided(let decision, _)? = effect, isBack
                else { continue }
                #expect(!decision.isLive, "seed \(seed), step \(step)")
            }
        }
    }

    // MARK: - Limits and triggers

    @Test func theThirdWrongSideTakesEverythingBack() throws {
        var controller = try controller(.full)
        var moves: [Transition] = []
        for number in 0..<3 {
            var signal = said("w\(number)", on: UInt32(number + 1), at: noon + UInt64(number) * 100)
            signal.stop = Price(nanos: 105)
            let reaction = handle(&controller, .signal(.candidate, signal, isLate: false))
            guard case .decided(let decision, _)? = reaction.effect else { continue }
            #expect(decision == .suppressed(.limit(.side)))
            moves += reaction.moves
        }
        #expect(moves.map(\.cause) == ["side"] && controller.state.status == .rolledBack)
    }

    @Test func aBurstIsUnroutedAndTheNextSessionsTakesBack() throws {
        var controller = try controller(.full)
        func burst(_ day: UInt64) -> [Reaction] {
            (0..<5).map { number in
                let second = noon + day * 86_400 + UInt64(number)
                return handle(
                    &controller,
                    .signal(.candidate, said("\(day)-\(number)", on: UInt32(number + 1), at: second), isLate: false))
            }
        }
        let first = burst(0)
        #expect(first.flatMap(\.tripped).map(\.trigger) == [.burst] && controller.state.status == .running)
        #expect(first.last?.effect == .decided(.suppressed(.limit(.unrouted)), stage: .full))
        // Its units are the baseline's until the session ends.
        let fallback = handle(&controller, .signal(.baseline, said("b", on: 9, at: noon + 10), isLate: false))
        #expect(fallback.effect == .decided(.live(.fallback), stage: .full))
        let midnight = Timestamp(seconds: Int64((noon / 86_400 + 1) * 86_400))
        _ = handle(
            &controller,
            .mark(
                Mark(
                    time: midnight, closes: CivilDate(daysSince1970: Int(noon / 86_400)),
                    opens: CivilDate(daysSince1970: Int(noon / 86_400) + 1))))
        let second = burst(1)
        #expect(second.last?.effect == .decided(.shadow(.rolledBack), stage: .shadow))
        #expect(second.flatMap(\.moves).map(\.cause) == ["repeated-burst"])
        #expect(controller.state.status == .rolledBack)
    }

    @Test func aSessionsLossEndsItsEntries() throws {
        var controller = try controller(.full)
        for number in 0..<3 {
            let signal = said("l\(number)", on: UInt32(number + 1), at: noon + UInt64(number) * 600)
            _ = handle(&controller, .signal(.candidate, signal, isLate: false))
            _ = handle(&controller, .outcome(result(of: signal, .candidate, rMicros: -1_050_000)))
        }
        let next = handle(&controller, .signal(.candidate, said("n", on: 8, at: noon + 2_400), isLate: false))
        guard case .decided(let decision, _)? = next.effect else { return }
        #expect(decision == .suppressed(.limit(.unrouted)))
        #expect(controller.state.status == .running)
    }

    /// On the outcome itself, not at the close.
    @Test func theStagesLossIsBoundAtOnce() throws {
        var controller = try controller(.canary) { $0.liveLimits[.canary] = LiveLimits(lossRStage: 2) }
        var moves: [Transition] = []
        var second = noon
        for number in 0..<200 where moves.isEmpty {
            let unit = underlying(of: .candidate, in: .canary, at: second, plan: controller.plan)
            let signal = said("s\(number)", on: unit, at: second)
            _ = handle(&controller, .signal(.candidate, signal, isLate: false))
            moves += handle(&controller, .outcome(result(of: signal, .candidate, rMicros: -1_050_000))).moves
            second += 1800
        }
        #expect(moves.map(\.cause) == ["stage-loss"] && controller.state.stage == .shadow)
        #expect(controller.state.coolDown == 5 && controller.state.setbacks == 1)
    }

    // MARK: - Open positions

    @Test func heldEpisodesRunOnAndKeepTheBaselineOut() throws {
        var controller = try controller(.full, episodes: .hold)
        let open = said("o", on: 3)
        _ = handle(&controller, .signal(.candidate, open, isLate: false))
        _ = handle(&controller, command(.rollback))
        #expect(controller.state.status == .draining)
        let kept = handle(&controller, .signal(.baseline, said("b", on: 3, at: noon + 1), isLate: false))
        #expect(kept.effect == .decided(.shadow(.otherArm), stage: .shadow))
        let free = handle(&controller, .signal(.baseline, said("c", on: 4, at: noon + 2), isLate: false))
        #expect(free.effect == .decided(.live(.assigned), stage: .shadow))
        let done = handle(&controller, .outcome(result(of: open, .candidate, rMicros: 1)))
        #expect(done.moves.map(\.cause) == ["drained"] && controller.state.status == .rolledBack)
        let after = handle(&controller, .signal(.baseline, said("d", on: 3, at: noon + 3), isLate: false))
        #expect(after.effect == .decided(.live(.assigned), stage: .shadow))
    }

    @Test func closedEpisodesAreToldToSinks() throws {
        var controller = try controller(.full, episodes: .close)
        _ = handle(&controller, .signal(.candidate, said("o", on: 3), isLate: false))
        let reaction = handle(&controller, command(.rollback))
        #expect(reaction.steps.contains(.close(id: "o")))
    }

    // MARK: - Engines and measurements

    @Test func aQuarantinedCandidateIsTakenBack() throws {
        var controller = try controller(.limited)
        let reaction = handle(&controller, .health(.candidate, .quarantined(reason: "died")))
        #expect(reaction.moves.map(\.cause) == ["quarantined"] && controller.state.status == .rolledBack)
    }

    @Test func anotherVersionBeginsInShadowWithoutEvidence() throws {
        var market = try MarketEvents(seed: 3)
        var controller = try controller()
        _ = handle(&controller, .engine(.candidate, identity: "x 1"))
        try controller.play(&market, sessions: 20) { _, _ in }
        #expect(controller.state.stage > .shadow)
        let reaction = handle(&controller, .engine(.candidate, identity: "x 2"))
        #expect(reaction.moves.map(\.cause) == ["new-version"])
        #expect(controller.state.stage == .shadow && controller.evidence.sessions.isEmpty)
        #expect(controller.versionsTried == 2)
        #expect(handle(&controller, .engine(.candidate, identity: "x 2")).steps.isEmpty)
    }

    @Test func aReplayJudgesNoClock() throws {
        let slow = Measured(.latency, value: 300_000, threshold: 50_000, verdict: .fail)
        var replay = try controller(.limited)
        #expect(handle(&replay, .measured(slow)).moves.isEmpty)
        var arrival = try controller(.limited, judgesTime: true)
        #expect(handle(&arrival, .measured(slow)).moves.map(\.cause) == ["latency"])
    }

    // MARK: - Sessions

    @Test func whatComesTooLateIsUnresolvableAndPutsRightWhatItMissed() throws {
        var controller = try controller { $0.mode = .watch }
        let day = noon / 86_400
        func close(_ number: UInt64) -> Reaction {
            let date = CivilDate(daysSince1970: Int(day + number))
            _ = handle(&controller, .data(SessionData(session: date, taintedHalfHours: [], halfHours: 48)))
            return handle(
                &controller,
                .mark(
                    Mark(
                        time: Timestamp(seconds: Int64((day + number + 1) * 86_400)), closes: date,
                        opens: date.adding(days: 1))))
        }
        let (known, missing) = (said("k", on: 1), said("m", on: 2))
        for signal in [known, missing] { _ = handle(&controller, .signal(.candidate, signal, isLate: false)) }
        _ = handle(&controller, .outcome(result(of: known, .candidate, rMicros: 1_000_000)))
        #expect(close(0).steps.isEmpty && close(1).steps.isEmpty)
        #expect(controller.waitingSessions == 2)
        #expect(close(2).steps.count == 3)
        #expect(controller.evidence.sessions.first?.candidate.unresolvable == 1)
        let corrected = handle(&controller, .outcome(result(of: missing, .candidate, rMicros: -1_000_000)))
        guard case .corrected(let session, let change, _)? = corrected.steps.first else {
            Issue.record("nothing was put right")
            return
        }
        #expect(session.candidate.unresolvable == 0 && change == -1)
    }

    @Test func taintedHalfHoursCountForNeitherArm() throws {
        var controller = try controller { $0.mode = .watch }
        for arm in Arm.allCases {
            let signal = said("t", on: 1)
            _ = handle(&controller, .signal(arm, signal, isLate: false))
            _ = handle(&controller, .outcome(result(of: signal, arm, rMicros: 1_000_000)))
        }
        let date = CivilDate(daysSince1970: Int(noon / 86_400))
        _ = handle(
            &controller, .data(SessionData(session: date, taintedHalfHours: [noon * 1_000_000_000], halfHours: 48)))
        _ = handle(
            &controller,
            .mark(
                Mark(
                    time: Timestamp(seconds: Int64((noon / 86_400 + 1) * 86_400)), closes: date,
                    opens: date.adding(days: 1))))
        let session = try #require(controller.evidence.last)
        #expect(session.state == .empty && session.baseline.tainted == 1 && session.candidate.tainted == 1)
    }
}
