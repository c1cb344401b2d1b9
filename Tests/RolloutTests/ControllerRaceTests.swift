import MarketData
import Rollout
import Signals
import Testing

/// Laws of design.md, section 9, over random interleavings of persons, signals, outcomes and closes.
@Suite struct ControllerRaceTests {
    /// What a history has shown so far, and may still do.
    private struct Ledger {
        /// Since a rollback: nothing of the candidate is live until a person resumed and it went up again.
        var isSilent = false
        var isResumed = true
        var live: Set<String> = []
        var rollbacks = 0
        var liveOfCandidate = 0
        var ups = 0
    }

    enum Step { case close, signal, outcome, health, command }

    static func step(_ random: inout RolloutRandom) -> Step {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<8: .close
        case 8..<50: .signal
        case 50..<68: .outcome
        case 68..<74: .health
        default: .command
        }
    }

    static func payload(
        _ step: Step, _ number: Int, _ now: UInt64, _ said: [(arm: Arm, signal: Signal)], _ random: inout RolloutRandom
    ) -> Event.Payload {
        switch step {
        case .close:
            let day = CivilDate(daysSince1970: Int(now / 86_400))
            return .mark(Mark(time: at((now / 86_400 + 1) * 86_400), closes: day, opens: day.adding(days: 1)))
        case .signal:
            let isUp = random.chance(95)
            let arm: Arm = random.chance(40) ? .baseline : .candidate
            return .signal(
                arm,
                Signal(
                    id: "s\(number)", cause: 0, tsEvent: at(now),
                    instrumentID: InstrumentID(1), symbol: "S",
                    underlyingID: InstrumentID(UInt32.random(in: 1...8, using: &random)), direction: .long,
                    action: random.chance(4) ? .monitor : .buy, strength: .high, confidence: 0.5,
                    price: Price(nanos: 10), target: Price(nanos: isUp ? 11 : 9), stop: Price(nanos: isUp ? 9 : 11),
                    horizonSeconds: 3600), isLate: random.chance(3))
        case .outcome:
            guard let some = said.suffix(6).randomElement(using: &random) else { return .mark(Mark(time: at(now))) }
            return settled(some, &random)
        case .health:
            let health: Health = random.chance(70) ? .ready : .notReady(reason: "stalled")
            if random.chance(3) { return .health(.candidate, .quarantined(reason: "crashes")) }
            return .health(random.chance(50) ? .baseline : .candidate, health)
        case .command:
            let verbs: [Command.Verb] = [.promote, .promote, .promote, .resume, .resume, .pause, .rollback, .approve]
            let target = random.chance(15) ? Stage.allCases.randomElement(using: &random) : nil
            let expected = random.chance(15) ? Stage.allCases.randomElement(using: &random) : nil
            return .command(
                Command(
                    verb: verbs.randomElement(using: &random) ?? .promote, to: target,
                    actor: random.chance(50) ? "ann" : "bob", reason: "r", expectedStage: expected))
        }
    }

    static func settled(_ said: (arm: Arm, signal: Signal), _ random: inout RolloutRandom) -> Event.Payload {
        var outcome = outcome(of: said.signal, said.arm)
        outcome.rMicros = Int64.random(in: -1_500_000...2_500_000, using: &random)
        return .outcome(outcome)
    }

    private static func check(
        _ payload: Event.Payload, _ reaction: Reaction, _ controller: Controller,
        _ ledger: inout Ledger, _ label: Comment
    ) {
        var moves = reaction.moves
        if case .moved(let transition)? = reaction.effect { moves.insert(transition, at: 0) }
        if case .signal(let arm, let signal, _) = payload {
            guard case .decided(let decision, _)? = reaction.effect else {
                Issue.record("no decision; \(label)")
                return
            }
            if decision.isLive { #expect(ledger.live.insert("\(arm.rawValue) \(signal.id)").inserted, label) }
            if arm == .candidate, decision.isLive {
                ledger.liveOfCandidate += 1
                #expect(!ledger.isSilent, label)
                // Law 11.
                #expect(decision != .live(.fallback), label)
                #expect(signal.hasItsSides && signal.action != .monitor, label)
            }
        } else if case .decided? = reaction.effect {
            Issue.record("decided without a signal; \(label)")
        }
        if case .command(let command) = payload, command.verb == .rollback {
            ledger.rollbacks += 1
            #expect(reaction.effect?.kind != "refused", label)
            // A rollback wins: whatever was asked before, it is down by now.
            #expect(controller.router.stage <= (command.to ?? .shadow), label)
            if command.to ?? .shadow == .shadow {
                #expect([.rolledBack, .draining, .failed].contains(controller.state.status), label)
            }
        }
        for move in moves {
            if move.to > move.from {
                #expect(ledger.isResumed && move.statusBefore != .held, label)
                (ledger.isSilent, ledger.ups) = (false, ledger.ups + 1)
            }
            if move.status == .rolledBack || move.status == .draining {
                (ledger.isSilent, ledger.isResumed) = (true, false)
            }
            if move.takesBack { ledger.isSilent = true }
            if move.cause == "resume" { ledger.isResumed = true }
        }
        // What protects comes before what promotes, and one event does not do both.
        let isProtected = reaction.moves.contains { $0.cause != "gate" && $0.to < $0.from }
        if isProtected { #expect(!reaction.moves.contains { $0.to > $0.from }, label) }
        #expect(controller.router.stage == controller.state.stage, label)
        #expect(controller.router.status == controller.state.status, label)
    }

    @Test(arguments: OpenEpisodes.Policy.allCases, [0, 1])
    func aRollbackWinsEveryRace(policy: OpenEpisodes.Policy, approvals: Int) throws {
        var plan = try plan()
        plan.openEpisodes.policy = policy
        // Enough of everything to live in the states that matter.
        plan.weights[.canary] = .all
        var terms = DecisionTerms()
        terms.openGates(approvals: approvals)
        terms.triggers.burstMinute = 50
        terms.triggers.unhealthySeconds = 100_000
        var total = Ledger()
        for seed in 1...UInt64(count(170, soak: 3000)) {
            var random = RolloutRandom(seed: seed)
            var controller = Controller(plan: plan, terms: terms)
            var (ledger, now) = (Ledger(), UInt64(20_776) * 86_400)
            var said: [(arm: Arm, signal: Signal)] = []
            for number in 0..<120 {
                let step = Self.step(&random)
                now += UInt64.random(in: 1...900, using: &random)
                let payload = Self.payload(step, number, now, said, &random)
                var payloads = [payload]
                if case .signal(let arm, let signal, _) = payload { said.append((arm, signal)) }
                if step == .close {
                    let session = CivilDate(daysSince1970: Int(now / 86_400))
                    payloads.insert(.data(SessionData(session: session, taintedHalfHours: [], halfHours: 48)), at: 0)
                    // The close ends what is open.
                    payloads += said.map { Self.settled($0, &random) }
                    said.removeAll()
                    now = (now / 86_400 + 1) * 86_400
                }
                for payload in payloads {
                    let reaction = controller.handle(Event(index: UInt64(number), payload: payload))
                    Self.check(payload, reaction, controller, &ledger, "seed \(seed), event \(number)")
                }
            }
            total.rollbacks += ledger.rollbacks
            total.liveOfCandidate += ledger.liveOfCandidate
            total.ups += ledger.ups
        }
        // A history that never went up would prove nothing.
        #expect(total.rollbacks > 100 && total.liveOfCandidate > 100 && total.ups > 100, "\(total)")
    }
}

extension Signal {
    /// Whether target and stop lie on either side of the price as the direction asks.
    fileprivate var hasItsSides: Bool { direction == .long ? stop < price && price < target : target < price }
}
