import MarketData
import Rollout
import Signals
import Testing

@Suite struct ControllerTests {
    private func controller(_ change: (inout DecisionTerms) -> Void = { _ in }) throws -> Controller {
        var terms = DecisionTerms()
        change(&terms)
        return Controller(plan: try plan(), terms: terms)
    }

    /// What is committed from events is what the market says of the session, computed by other code.
    @Test(arguments: ["better-target", "equal", "worse-thin"])
    func evidenceIsWhatTheMarketDid(name: String) throws {
        var market = try MarketEvents(name, seed: 11)
        var controller = try controller { $0.mode = .watch }
        for _ in 0..<30 {
            for event in try market.session() { _ = controller.handle(event) }
            let committed = try #require(controller.evidence.last)
            let expected = try #require(market.observation)
            #expect(committed.baseline == expected.baseline)
            #expect(committed.candidate == expected.candidate)
            #expect(committed.state == .observed)
        }
        #expect(controller.evidence.observed == 30)
    }

    /// A candidate like the target goes up step by step, each step right after a session's commit, on passed gates.
    @Test func aGoodCandidateGoesUpByItself() throws {
        var market = try MarketEvents(seed: 3)
        var controller = try controller()
        var moves: [Transition] = []
        try controller.play(&market, sessions: 60) { event, reaction in
            for case .moved(let move, let basis) in reaction.steps {
                moves.append(move)
                #expect(event.payload.isClose)
                #expect(!basis.checks.contains { !$0.verdict.isPassable })
            }
        }
        #expect(moves.map(\.to) == [.canary, .limited, .full, .full])
        #expect(moves.map(\.cause) == ["gate", "gate", "gate", "window-over"])
        #expect(controller.state.status == .completed)
    }

    @Test func watchingMovesNothing() throws {
        var market = try MarketEvents(seed: 3)
        var controller = try controller { $0.mode = .watch }
        try controller.play(&market, sessions: 60) { _, reaction in
            #expect(reaction.moves.isEmpty && reaction.tripped.isEmpty)
        }
        #expect(controller.state.stage == .shadow)
    }

    /// No more live signals of the candidate than its stage allows, whatever it says.
    @Test func liveSignalsStayWithinTheLimit() throws {
        var market = try MarketEvents(seed: 5)
        var controller = Controller(plan: try plan(), stage: .limited, terms: DecisionTerms())
        var live = 0
        try controller.play(&market, sessions: 40) { event, reaction in
            if case .mark(let mark) = event.payload, mark.closes != nil { live = 0 }
            guard case .signal(.candidate, _, _) = event.payload,
                case .decided(let decision, .limited)? = reaction.effect
            else { return }
            if decision.isLive { live += 1 }
            #expect(live <= 8)
        }
    }

    /// Every event again gives every reaction again.
    @Test func theSameEventsGiveTheSameReactions() throws {
        var market = try MarketEvents("breaks-inverted", seed: 8)
        var events: [Event] = []
        for _ in 0..<60 { events += try market.session() }
        var (first, second) = (try controller(), try controller())
        var moves = 0
        for event in events {
            let reaction = first.handle(event)
            moves += reaction.moves.count
            #expect(reaction == second.handle(event))
        }
        #expect(moves > 0)
    }
}

extension Event.Payload {
    var isClose: Bool { if case .mark(let mark) = self { mark.closes != nil } else { false } }
}
