import Alerts
import MarketData
import Rollout
import Signals
import Testing

@testable import Operator

/// Engines that go down and come back.
@Suite struct AlertFactsTests {
    private var controller: Controller
    private var facts: AlertFacts

    init() throws {
        controller = Controller(
            plan: RolloutPlan(id: "ifd-v3", calendar: try ExchangeCalendar(named: "24x7")), stage: .canary, terms: nil)
        facts = AlertFacts(controller.router)
    }

    /// What is told when an engine's health changes, such as `baseline-down` or `baseline-down over`.
    private mutating func told(_ arm: Arm, _ health: Health) -> [String] {
        let event = Event(index: 1, payload: .health(arm, health))
        let reaction = controller.handle(event)
        return facts.facts(of: event, reaction, controller).map { $0.cause.rawValue + ($0.isOver ? " over" : "") }
    }

    /// The operator ends and another goes on.
    private mutating func restart() { facts = AlertFacts(controller.router) }

    @Test mutating func aStartIsNoAlarm() {
        for arm in Arm.allCases { #expect(told(arm, .starting) == []) }
        for arm in Arm.allCases { #expect(told(arm, .ready) == []) }
        restart()
        for arm in Arm.allCases { #expect(told(arm, .starting) == []) }
        for arm in Arm.allCases { #expect(told(arm, .ready) == []) }
    }

    @Test mutating func anEngineThatFailsToStartIsDown() {
        #expect(told(.baseline, .starting) == [])
        #expect(told(.baseline, .notReady(reason: "died")) == ["baseline-down"])
        #expect(told(.baseline, .ready) == ["baseline-down over"])
    }

    @Test mutating func bothDownIsAnAlertOfItsOwn() {
        #expect(told(.candidate, .notReady(reason: "died")) == ["candidate-down"])
        #expect(told(.baseline, .quarantined(reason: "died")) == ["baseline-down", "engines-down"])
        #expect(told(.candidate, .ready) == ["candidate-down over", "engines-down over"])
    }

    /// An alert that an operator left open ends under the next one.
    @Test mutating func whatAnEarlierOperatorLeftDownIsOverOnceItIs() {
        for arm in Arm.allCases { _ = told(arm, .notReady(reason: "died")) }
        restart()
        for arm in Arm.allCases { #expect(told(arm, .starting) == []) }
        #expect(told(.baseline, .ready) == ["baseline-down over", "engines-down over"])
        #expect(told(.candidate, .ready) == ["candidate-down over"])
    }
}
