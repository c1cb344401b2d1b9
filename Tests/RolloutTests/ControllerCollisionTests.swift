import MarketData
import Rollout
import Signals
import Testing

/// Two persons at once, at random moments of random histories: in either order, with whatever follows.
@Suite struct ControllerCollisionTests {
    private static let start: UInt64 = 20_776 * 86_400

    /// A rollout somewhere in a random history, and how that goes on.
    private struct Moment {
        var controller: Controller
        var rest: [Event.Payload]
        var random: RolloutRandom
    }

    private func moment(seed: UInt64) throws -> Moment {
        var random = RolloutRandom(seed: seed)
        var plan = try plan()
        plan.weights[.canary] = .all
        let policies = OpenEpisodes.Policy.allCases
        plan.openEpisodes.policy = policies[Int(seed) % policies.count]
        var terms = DecisionTerms()
        terms.openGates(approvals: Int(seed) % 2)
        if seed % 4 == 3 { for stage in Stage.allCases { terms.gates[stage]?.promotion = .manual } }
        terms.triggers.burstMinute = 50
        terms.triggers.unhealthySeconds = 100_000
        var controller = Controller(plan: plan, terms: terms)
        let payloads = RandomCourse.payloads(60, from: Self.start, &random)
        let now = Int.random(in: 10..<70, using: &random)
        for payload in payloads.prefix(now) { _ = controller.handle(Event(index: 0, payload: payload)) }
        return Moment(controller: controller, rest: Array(payloads.dropFirst(now)), random: random)
    }

    private func command(_ verb: Command.Verb, by actor: String, expecting: Stage? = nil) -> Event {
        let command = Command(verb: verb, actor: actor, reason: "race", expectedStage: expecting)
        return Event(index: 0, payload: .command(command))
    }

    /// One wins, and the other is told why; or neither does, for the same reason.
    @Test func ofTwoPromotionsOneWins() throws {
        var won: [String: Int] = [:]
        for seed in 1...UInt64(count(500, soak: 20_000)) {
            var controller = try moment(seed: seed).controller
            let stage = controller.state.stage
            let first = controller.handle(command(.promote, by: "ann", expecting: stage))
            let between = controller.state
            let second = controller.handle(command(.promote, by: "bob", expecting: stage))
            guard case .refused(let reason)? = second.effect else {
                Issue.record(
                    "seed \(seed): \(String(describing: first.effect)), then \(String(describing: second.effect))")
                continue
            }
            #expect(!reason.isEmpty && second.moves.isEmpty, "seed \(seed)")
            #expect(controller.state == between, "seed \(seed): what is refused changes nothing")
            switch first.effect {
            case .moved(let move)?:
                #expect(move.from == stage && move.actor == "ann", "seed \(seed)")
                // It went up, or waits for approval; nothing protective was in its way.
                won[move.status.rawValue, default: 0] += 1
                let names = move.to > stage ? "the rollout is in" : "waits for approval"
                #expect(reason.contains(names), "seed \(seed): \(reason)")
            case .refused(let own)?: #expect(reason == own, "seed \(seed)")
            default: Issue.record("seed \(seed): \(String(describing: first.effect))")
            }
        }
        #expect(won["running", default: 0] > 10 && won["awaiting-approval", default: 0] > 10, "\(won)")
    }

    /// Whoever is first: it ends rolled back, and silent until a person resumes.
    @Test(arguments: [Command.Verb.promote, .approve, .resume], [false, true])
    func aRollbackWinsInEitherOrder(other: Command.Verb, isFirst: Bool) throws {
        var (wasLive, agreed, heard) = (0, 0, 0)
        for seed in 1...UInt64(count(170, soak: 20_000)) {
            var moment = try moment(seed: seed)
            let before = moment.controller.state
            wasLive += before.stage > .shadow ? 1 : 0
            let commands = [command(other, by: "ann"), command(.rollback, by: "bob")]
            for command in isFirst ? commands : commands.reversed() {
                let reaction = moment.controller.handle(command)
                guard case .command(let asked) = command.payload else { continue }
                if asked.verb == .rollback {
                    #expect(reaction.effect?.kind != "refused", "seed \(seed)")
                    #expect(moment.controller.state.stage == .shadow && moment.controller.state.isOver, "seed \(seed)")
                } else if reaction.effect?.kind == "moved" || reaction.effect?.kind == "approved" {
                    agreed += 1
                    guard !isFirst, case .moved(let move)? = reaction.effect else { continue }
                    // By a person's word it is in shadow again; from there a gate that is passed may lead up.
                    #expect(move.cause == "resume" && move.to == .shadow, "seed \(seed)")
                    #expect(reaction.moves.allSatisfy { $0.to == .shadow || $0.cause == "gate" }, "seed \(seed)")
                }
            }
            // Nobody promotes any more: no gate, no approval and no signal brings it back.
            for (number, payload) in moment.rest.enumerated() {
                if case .command(let command) = payload, command.verb == .resume || command.verb == .promote {
                    continue
                }
                if other == .resume, !isFirst { break }
                let reaction = moment.controller.handle(Event(index: 0, payload: payload))
                #expect(moment.controller.state.stage == .shadow, "seed \(seed), event \(number) behind")
                guard case .signal(.candidate, _, _) = payload, case .decided(let decision, _)? = reaction.effect else {
                    continue
                }
                heard += 1
                #expect(!decision.isLive, "seed \(seed), event \(number) behind")
            }
        }
        #expect(wasLive > 30)
        if isFirst || other == .resume { #expect(agreed > 10, "\(agreed)") }
        if isFirst || other != .resume { #expect(heard > 1000, "\(heard)") }
    }
}
