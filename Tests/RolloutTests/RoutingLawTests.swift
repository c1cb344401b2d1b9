import MarketData
import Rollout
import Signals
import Testing

/// Laws of design.md, section 9, over random histories of events.
@Suite struct RoutingLawTests {
    struct Setting: CustomTestStringConvertible, Sendable {
        var seed: UInt64
        var baselineDown: RolloutPlan.BaselineDown
        var testDescription: String { "seed \(seed), baseline down: \(baselineDown.rawValue)" }

        static let all = (UInt64(1)...4).flatMap { seed in
            RolloutPlan.BaselineDown.allCases.map { Setting(seed: seed, baselineDown: $0) }
        }
    }

    /// A history of so many events: signals mostly, and everything that can happen beside.
    private static func history(seed: UInt64, steps: Int = 10_000) -> [Event.Payload] {
        var random = RolloutRandom(seed: seed)
        var now = noon
        var said: [(arm: Arm, signal: Signal)] = []
        return (0..<steps).map { step in
            now +=
                random.chance(3) ? UInt64.random(in: 0...900, using: &random) : UInt64.random(in: 0...5, using: &random)
            switch Int.random(in: 0..<1000, using: &random) {
            case 0..<700:
                let new = signal(
                    "s\(step)", on: UInt32.random(in: 1...6, using: &random),
                    at: now - UInt64.random(in: 0...4, using: &random),
                    horizon: [1, 30, 600, 3600].randomElement(using: &random) ?? 1,
                    action: random.chance(5) ? .monitor : .sell)
                said.append((random.chance(50) ? .baseline : .candidate, new))
                return .signal(said[said.count - 1].arm, new, isLate: random.chance(4))
            case 700..<880:
                // One of the latest; outcomes come in any order, and for what was never live too.
                guard let some = said.suffix(12).randomElement(using: &random) else {
                    return .mark(Mark(time: at(now)))
                }
                return .outcome(outcome(of: some.signal, some.arm))
            case 880..<930: return .mark(Mark(time: at(now), closes: random.chance(10) ? CivilDate("2026-11-19") : nil))
            case 930..<970:
                let health: Health =
                    random.chance(70)
                    ? .ready : random.chance(80) ? .notReady(reason: "stalled") : .quarantined(reason: "crashes")
                return .health(random.chance(60) ? .candidate : .baseline, health)
            case 970..<978: return .switches(Switches(kill: random.chance(30), stop: random.chance(15)))
            default:
                // Up is asked for oftener than down, else a history stays in shadow.
                let verbs: [Command.Verb] = [
                    .promote, .promote, .promote, .promote, .resume, .resume, .resume, .pause, .rollback,
                ]
                let verb = verbs.randomElement(using: &random) ?? .promote
                let target = random.chance(15) ? Stage.allCases.randomElement(using: &random) : nil
                let expected = random.chance(20) ? Stage.allCases.randomElement(using: &random) : nil
                return .command(Command(verb: verb, to: target, actor: "ann", reason: "r", expectedStage: expected))
            }
        }
    }

    private static func follow(_ payload: Event.Payload, _ router: Router, _ oracle: inout RoutingOracle) {
        switch payload {
        case .mark(let mark):
            oracle.pass(to: mark.time.nanos)
            if mark.closes != nil { oracle.closeSession() }
        case .health(let arm, let health):
            oracle.ready[arm] = health == .ready
            if case .quarantined = health, arm == .candidate { oracle.moveAllFromCandidate() }
        case .switches(let switches):
            if switches.kill, !oracle.kill { oracle.moveAllFromCandidate() }
            (oracle.kill, oracle.stop) = (switches.kill, switches.stop)
        case .outcome(let outcome): oracle.learnOutcome(of: outcome.arm, outcome.id)
        case .command, .signal, .data, .measured, .engine, .windows, .quote: break
        }
        oracle.stage = router.stage
        oracle.isRolledBack = router.status == .rolledBack
    }

    /// The baseline is never given up on (quarantine is for the candidate only).
    private static func isPossible(_ payload: Event.Payload) -> Bool {
        if case .health(.baseline, .quarantined) = payload { false } else { true }
    }

    @Test(arguments: Setting.all) func decisionsAreThoseOfTheSlowReading(setting: Setting) throws {
        print("routing history \(setting.testDescription)")
        let plan = try plan(baselineDown: setting.baselineDown)
        var router = Router(plan: plan, stage: .limited)
        var oracle = RoutingOracle(plan: plan, stage: .limited)
        var seen: [String: Int] = [:]
        for (step, payload) in Self.history(seed: setting.seed).filter(Self.isPossible).enumerated() {
            if case .signal(let arm, let signal, let isLate) = payload {
                let ours = router.decide(arm, signal, isLate: isLate)
                try #require(ours == oracle.decide(signal, of: arm, isLate: isLate), "step \(step)")
                seen["\(arm.rawValue) \(ours)", default: 0] += 1
            } else {
                let effect = router.handle(Event(index: 0, payload: payload))
                if case .moved(let transition)? = effect, transition.cause == "rollback" {
                    oracle.moveAllFromCandidate()
                }
                Self.follow(payload, router, &oracle)
            }
        }
        // A history that never came into the states that matter would prove nothing.
        #expect(seen["candidate live assigned", default: 0] > 10 && seen["candidate live episode", default: 0] > 10)
        #expect(seen["baseline live fallback", default: 0] > 10)
    }

    /// Law 2.
    @Test(arguments: Setting.all) func everySignalGetsOneDecisionAndNothingElseDoes(setting: Setting) throws {
        var router = Router(plan: try plan(baselineDown: setting.baselineDown))
        for payload in Self.history(seed: setting.seed) {
            let effect = router.handle(Event(index: 0, payload: payload))
            var isSignal = false
            if case .signal = payload { isSignal = true }
            #expect((effect?.kind == "decided") == isSignal)
        }
    }

    /// Law 5.
    @Test(arguments: Setting.all) func afterARollbackTheCandidateIsSilentUntilResumedAndPromoted(setting: Setting)
        throws
    {
        var router = Router(plan: try plan(baselineDown: setting.baselineDown), stage: .full)
        var isSilent = false
        var silentSignals = 0
        for (step, payload) in Self.history(seed: setting.seed &+ 100).enumerated() {
            let effect = router.handle(Event(index: 0, payload: payload))
            switch effect {
            case .moved(let transition)? where transition.status == .rolledBack: isSilent = true
            case .moved(let transition)? where transition.cause == "promote": isSilent = false
            case .decided(let decision, _)?:
                guard isSilent, case .signal(.candidate, _, _) = payload else { break }
                silentSignals += 1
                #expect(!decision.isLive, "step \(step)")
            default: break
            }
        }
        #expect(silentSignals > 100)
    }

    /// Law 11.
    @Test(arguments: Setting.all) func nothingFallsToTheCandidateUnlessTheSpecSaysSo(setting: Setting) throws {
        let plan = try plan(baselineDown: setting.baselineDown)
        var router = Router(plan: plan)
        var fell = 0
        // Units and underlyings in which the candidate was live in its own right.
        var begun: Set<String> = []
        var speaking: [InstrumentID: Timestamp] = [:]
        for (step, payload) in Self.history(seed: setting.seed &+ 200).enumerated() {
            guard case .decided(.live(let reason), let stage)? = router.handle(Event(index: 0, payload: payload)),
                case .signal(.candidate, let signal, _) = payload
            else { continue }
            let unit = UnitKey(underlying: signal.underlyingID, at: signal.tsEvent, plan: plan)
            switch reason {
            case .fallback:
                fell += 1
                #expect(plan.baselineDown == .candidate && stage >= .limited, "step \(step)")
            case .assigned:
                let isAssigned = Assignment(salt: plan.id, weight: plan.weight(in: stage)).arm(of: unit) == .candidate
                #expect(isAssigned || begun.contains(unit.text), "step \(step)")
            case .episode: #expect((speaking[signal.underlyingID] ?? at(0)) > signal.tsEvent, "step \(step)")
            }
            begun.insert(unit.text)
            let end = signal.tsEvent.advanced(bySeconds: Int64(signal.horizonSeconds))
            speaking[signal.underlyingID] = max(speaking[signal.underlyingID] ?? end, end)
        }
        #expect((fell > 0) == (setting.baselineDown == .candidate))
    }

    @Test(arguments: Setting.all) func noRollbackIsEverRefused(setting: Setting) throws {
        var router = Router(plan: try plan(baselineDown: setting.baselineDown))
        for (step, payload) in Self.history(seed: setting.seed &+ 300).enumerated() {
            for target in [nil, .shadow, .canary, .limited, .full] as [Stage?] {
                let command = Command(verb: .rollback, to: target, actor: "a", reason: "r", expectedStage: .full)
                let effect = router.preview(command)
                #expect(effect.kind == "moved" || effect.kind == "unchanged", "step \(step)")
            }
            _ = router.handle(Event(index: 0, payload: payload))
        }
    }

    @Test(arguments: Setting.all) func theSameEventsGiveTheSameEffects(setting: Setting) throws {
        let plan = try plan(baselineDown: setting.baselineDown)
        var routers = [Router(plan: plan), Router(plan: plan)]
        for payload in Self.history(seed: setting.seed, steps: 3000) {
            let effects = routers.indices.map { routers[$0].handle(Event(index: 0, payload: payload)) }
            #expect(effects[0] == effects[1])
        }
    }
}
