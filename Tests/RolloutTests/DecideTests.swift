import MarketData
import Rollout
import Signals
import Testing

/// `decide` as a table: what stands, and what follows.
@Suite struct DecideTests {
    /// Evidence of sessions with these D, in R; the candidate is right in nine of ten signals.
    private func evidence(
        _ differences: [Double], entered: Stage? = nil, after: Int = 0,
        _ change: (inout DecisionTerms) -> Void = { _ in }
    ) -> Evidence {
        var terms = DecisionTerms()
        change(&terms)
        var evidence = Evidence(terms: terms)
        for (number, d) in differences.enumerated() {
            if number == after, let entered { evidence.entered(entered) }
            evidence.commit(session(number, d))
        }
        return evidence
    }

    private func session(_ number: Int, _ d: Double) -> SessionObservation {
        var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
        (baseline.admitted, baseline.actionable, baseline.resolved) = (5, 10, 10)
        (candidate.admitted, candidate.actionable, candidate.resolved, candidate.correct) = (5, 10, 10, 9)
        candidate.accountMicros = Int64(d * 1e6)
        candidate.sumMicros = Int64(d * 1e6)
        return SessionObservation(
            session: CivilDate(daysSince1970: 20_000 + number), state: .observed, baseline: baseline,
            candidate: candidate)
    }

    private func state(
        _ stage: Stage, sessions: Int = 30, _ change: (inout RolloutState) -> Void = { _ in }
    ) -> RolloutState {
        var state = RolloutState(stage: stage, judgesTime: false)
        state.sessions = sessions
        state.deadlineSessions = sessions
        state.stageD = Double(sessions)
        change(&state)
        return state
    }

    private func action(_ state: RolloutState, _ evidence: Evidence) -> RolloutDecision.Action {
        decide(state, evidence, now: Moment(time: at(noon))).action
    }

    /// A little worse for long, in a stage that was entered only now.
    private func slight(in stage: Stage) -> Evidence {
        evidence(Array(repeating: -0.5, count: 100), entered: stage, after: 99)
    }

    private static let good = Array(repeating: 4.0, count: 40)
    private static let bad = Array(repeating: -4.0, count: 40)
    private static let even = [1.0, -1, 1, -1, 1, -1, 1, -1, 1, -1]

    private func tripped(_ trigger: Trigger) -> Tripped { Tripped(trigger, value: 2, threshold: 1) }

    // MARK: - One rule at a time

    @Test(arguments: [(Stage.shadow, Stage.canary), (.canary, .limited), (.limited, .full)])
    func aPassedGateIsAStepUp(from: Stage, to: Stage) {
        #expect(action(state(from), evidence(Self.good)) == .promote(to))
    }

    @Test(arguments: Stage.allCases) func harmTakesEverythingBackAndCloses(stage: Stage) {
        #expect(action(state(stage), evidence(Self.bad)) == .rollBack(.harm, closes: true))
    }

    /// Closed before harm is proven, as most that are worse are.
    @Test(arguments: [Stage.shadow, .canary, .limited]) func whatCannotGainIsClosed(stage: Stage) throws {
        let evidence = slight(in: stage)
        try #require(evidence.harmE < 40 && evidence.noGainE >= 20)
        #expect(action(state(stage, sessions: 10), evidence) == .close(.noGain))
    }

    @Test func fullIsNotClosedForGainingLittle() {
        let action = action(state(.full, sessions: 5), slight(in: .full))
        #expect(action == .stay)
    }

    @Test(arguments: [(Stage.canary, -6.0), (.limited, -12), (.full, -24)])
    func theStagesLossIsALimit(stage: Stage, limit: Double) {
        let lost = state(stage) { $0.liveStageMicros = Int64(limit * 1e6) }
        #expect(action(lost, evidence(Self.even)) == .demote(to: .shadow, .stageLoss, holds: false))
        let almost = state(stage, sessions: 2) { $0.liveStageMicros = Int64(limit * 1e6) + 1 }
        #expect(action(almost, evidence(Self.even)) == .stay)
        let again = state(stage) {
            $0.liveStageMicros = Int64(limit * 1e6)
            $0.setbacks = 1
        }
        #expect(action(again, evidence(Self.even)) == .demote(to: .shadow, .stageLoss, holds: true))
    }

    @Test(arguments: [Stage.limited, .full]) func aFallIsToCanary(stage: Stage) throws {
        let fallen = evidence(Self.good.prefix(30) + Array(repeating: 0.5, count: 25), entered: stage, after: 30)
        try #require(fallen.fallValue >= 250 && fallen.harmE < 40 && fallen.noGainE < 20)
        #expect(action(state(stage), fallen) == .demote(to: .canary, .fall, holds: false))
    }

    @Test func undecidedForSoLongIsHeld() {
        #expect(action(state(.canary, sessions: 59), evidence(Self.even)) == .stay)
        #expect(action(state(.canary, sessions: 60), evidence(Self.even)) == .expire)
        #expect(action(state(.canary, sessions: 60) { $0.status = .held }, evidence(Self.even)) == .stay)
    }

    @Test func fullIsCompletedAfterItsWindow() {
        #expect(action(state(.full, sessions: 19), evidence(Self.good)) == .stay)
        #expect(action(state(.full, sessions: 20), evidence(Self.good)) == .complete)
    }

    @Test(arguments: [Status.rolledBack, .failed, .draining])
    func whatIsOverWaitsForAPerson(status: Status) {
        #expect(action(state(.shadow) { $0.status = status }, evidence(Self.good)) == .stay)
    }

    // MARK: - Triggers

    @Test(arguments: Trigger.allCases.filter { ![.harm, .fall, .stageLoss, .noGain].contains($0) })
    func aTriggerDoesWhatItsActionSays(trigger: Trigger) {
        let live = action(state(.limited, sessions: 2) { $0.tripped[trigger] = tripped(trigger) }, evidence(Self.even))
        switch TriggerTerms.usual(trigger) {
        case .rollback: #expect(live == .rollBack(trigger, closes: false))
        case .unroute: #expect(live == .unroute(trigger))
        case .hold: #expect(live == .hold(trigger))
        case .alert: #expect(live == .alert(trigger))
        case .demote: Issue.record("\(trigger) demotes")
        }
    }

    /// In shadow there is nothing to take back: what needs no person is said, and what does holds.
    @Test func inShadowNothingIsTakenBack() {
        func inShadow(_ trigger: Trigger) -> RolloutDecision.Action {
            action(state(.shadow, sessions: 2) { $0.tripped[trigger] = tripped(trigger) }, evidence(Self.even))
        }
        #expect(inShadow(.quarantined) == .hold(.quarantined))
        #expect(inShadow(.latency) == .alert(.latency))
    }

    @Test func aHandledTriggerIsNotHandledTwice() {
        let handled = state(.limited, sessions: 2) {
            $0.tripped[.burst] = tripped(.burst)
            $0.handled = [.burst]
        }
        #expect(action(handled, evidence(Self.even)) == .stay)
    }

    // MARK: - Precedence

    /// Each rule beside the next one of the list: the earlier decides.
    @Test func protectionComesInItsOrder() throws {
        let fallen = evidence(Self.good.prefix(30) + Array(repeating: 0.5, count: 25), entered: .limited, after: 30)
        let slight = slight(in: .limited)
        try #require(fallen.fallValue >= 250 && slight.noGainE >= 20)
        func limited(_ triggers: [Trigger], loss: Double = 0) -> RolloutState {
            state(.limited) { state in
                for trigger in triggers { state.tripped[trigger] = tripped(trigger) }
                state.liveStageMicros = Int64(loss * 1e6)
            }
        }
        #expect(action(limited([.side]), evidence(Self.bad)) == .rollBack(.side, closes: false))
        #expect(action(limited([], loss: -12), evidence(Self.bad)) == .rollBack(.harm, closes: true))
        #expect(action(limited([], loss: -12), fallen) == .demote(to: .shadow, .stageLoss, holds: false))
        #expect(action(limited([.burst]), fallen) == .demote(to: .canary, .fall, holds: false))
        #expect(action(limited([.burst, .opposite]), slight) == .unroute(.burst))
        #expect(action(limited([.opposite, .data]), slight) == .hold(.opposite))
        #expect(action(limited([.data]), slight) == .alert(.data))
        #expect(action(limited([]), slight) == .close(.noGain))
        #expect(action(limited([.burst]), evidence(Self.good)) == .unroute(.burst))
        #expect(action(state(.canary, sessions: 60), evidence(Self.good)) == .promote(.limited))
    }

    // MARK: - Gates

    private func verdict(_ metric: GateCheck.Metric, _ checks: [GateCheck]) -> GateCheck.Verdict? {
        checks.first { $0.metric == metric }?.verdict
    }

    @Test func noDataIsNoPass() {
        let checks = gateChecks(to: .full, state(.limited, sessions: 0), evidence([]))
        #expect(verdict(.sessions, checks) == .inconclusive)
        #expect(verdict(.better, checks) == .inconclusive)
        #expect(verdict(.stageMean, checks) == .error)
        #expect(verdict(.accuracy, checks) == .error)
        #expect(action(state(.limited, sessions: 0), evidence([])) == .stay)
    }

    @Test func whatIsMeasuredAndWrongFails() {
        let behind = state(.canary) { $0.stageD = -0.1 }
        #expect(verdict(.stageMean, gateChecks(to: .limited, behind, evidence(Self.good))) == .fail)
        #expect(action(behind, evidence(Self.good)) == .stay)
    }

    /// A clock is judged where it tells of a service; there unknown is not healthy.
    @Test func measurementsAreJudgedByTheClockAlone() {
        let replay = gateChecks(to: .limited, state(.canary), evidence(Self.good))
        #expect(verdict(.latency, replay) == .notJudged)
        func arrival(_ latency: GateCheck.Verdict?) -> RolloutDecision.Action {
            action(
                state(.canary) { state in
                    state.judgesTime = true
                    for kind in [Measured.Kind.errors, .uptime, .cost] {
                        state.measured[kind] = Measured(kind, value: 1, threshold: 1, verdict: .pass)
                    }
                    state.measured[.latency] = latency.map { Measured(.latency, value: 1, threshold: 1, verdict: $0) }
                }, evidence(Self.good))
        }
        #expect(arrival(.pass) == .promote(.limited))
        for verdict in [GateCheck.Verdict.fail, .error, .inconclusive, nil] { #expect(arrival(verdict) == .stay) }
    }

    @Test func afterAStageLossThereIsNoWayUpForAWhile() {
        #expect(action(state(.shadow) { $0.coolDown = 1 }, evidence(Self.good)) == .stay)
        #expect(action(state(.shadow) { $0.coolDown = 0 }, evidence(Self.good)) == .promote(.canary))
    }

    @Test func manualGatesWaitForAPerson() {
        let manual = evidence(Self.good) { $0.gates[.limited]?.promotion = .manual }
        let decision = decide(state(.canary), manual, now: Moment(time: at(noon)))
        #expect(decision.action == .stay && decision.nextCheck == .person && decision.unmet.isEmpty)
        let asking = evidence(Self.good) { $0.gates[.limited]?.approvals = 1 }
        #expect(action(state(.canary), asking) == .awaitApproval(.limited))
    }

    /// Outside of its hours a promotion waits, and nothing else does.
    @Test func onlyPromotionWaitsForItsWindow() throws {
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        var windows = PromotionWindows()
        windows.hours = .init(from: 0, to: 1)
        let now = Moment(time: at(noon), windows: windows, calendar: calendar)
        let waiting = decide(state(.canary), evidence(Self.good), now: now)
        #expect(waiting.action == .stay)
        guard case .promotionWindow(let until?, _) = waiting.nextCheck else {
            Issue.record("\(waiting.nextCheck)")
            return
        }
        #expect(until > at(noon))
        let open = Moment(time: until, windows: windows, calendar: calendar)
        #expect(decide(state(.canary), evidence(Self.good), now: open).action == .promote(.limited))
        #expect(decide(state(.canary), evidence(Self.bad), now: now).action == .rollBack(.harm, closes: true))
    }
}
