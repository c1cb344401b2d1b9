import MarketData
import Rollout
import Signals
import Testing

/// The order of the rules of `decide`, each beside all the later ones, and what applying a decision leaves behind.
@Suite struct DecideOrderTests {
    /// The rules from the first to the last.
    enum Rule: Int, CaseIterable, Sendable {
        case rollback, harm, stageLoss, fall, unroute, hold, alert, noGain, gate, deadline

        var action: RolloutDecision.Action {
            switch self {
            case .rollback: .rollBack(.side, closes: false)
            case .harm: .rollBack(.harm, closes: true)
            case .stageLoss: .demote(to: .shadow, .stageLoss, holds: false)
            case .fall: .demote(to: .canary, .fall, holds: false)
            case .unroute: .unroute(.burst)
            case .hold: .hold(.opposite)
            case .alert: .alert(.data)
            case .noGain: .close(.noGain)
            case .gate: .promote(.full)
            case .deadline: .expire
            }
        }
    }

    /// A rollout in limited to which exactly these rules apply, whatever its sessions said.
    private func standing(_ rules: Set<Rule>) -> (RolloutState, Evidence) {
        var terms = DecisionTerms()
        terms.harm.alpha = rules.contains(.harm) ? 1e6 : 1e-6
        terms.noGain?.alpha = rules.contains(.noGain) ? 1e6 : 1e-6
        terms.fall?.arlSessions = rules.contains(.fall) ? 1e-6 : 1e6
        terms.gates = [:]
        if rules.contains(.gate) { terms.gates[.full] = GateTerms() }
        terms.deadlineSessions = rules.contains(.deadline) ? [.limited: 1] : [:]
        var evidence = Evidence(terms: terms)
        evidence.entered(.limited)
        var state = RolloutState(stage: .limited, judgesTime: false)
        for number in 0..<4 {
            let session = Self.session(number, micros: number.isMultiple(of: 2) ? 1_000_000 : -1_000_000)
            evidence.commit(session)
            state.committed(session, terms.evidence)
        }
        if rules.contains(.stageLoss) { state.liveStageMicros = -12_000_000 }
        let triggers: [(Rule, Trigger)] = [
            (.rollback, .side), (.unroute, .burst), (.hold, .opposite), (.alert, .data),
        ]
        for (rule, trigger) in triggers where rules.contains(rule) {
            state.set(trigger, Tripped(trigger, value: 2, threshold: 1))
        }
        return (state, evidence)
    }

    /// One signal of each arm; the baseline's made nothing.
    private static func session(_ number: Int, micros: Int64) -> SessionObservation {
        var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
        (baseline.actionable, baseline.resolved, baseline.admitted) = (1, 1, 1)
        (candidate.actionable, candidate.resolved, candidate.admitted) = (1, 1, 1)
        candidate.accountMicros = micros
        return SessionObservation(
            session: CivilDate(daysSince1970: 20_000 + number), state: .observed, baseline: baseline,
            candidate: candidate)
    }

    @Test(arguments: Rule.allCases) func theFirstRuleThatAppliesDecides(first: Rule) {
        let (all, evidence) = standing(Set(Rule.allCases.filter { $0.rawValue >= first.rawValue }))
        #expect(decide(all, evidence, now: Moment(time: at(noon))).action == first.action)
        let (alone, own) = standing([first])
        #expect(decide(alone, own, now: Moment(time: at(noon))).action == first.action)
    }

    @Test func withoutAnyRuleItStays() {
        let (state, evidence) = standing([])
        #expect(decide(state, evidence, now: Moment(time: at(noon))).action == .stay)
    }

    /// Approvals are asked for when all else is settled, and what protects does not wait for them.
    @Test(arguments: Rule.allCases.filter { $0.rawValue < Rule.gate.rawValue })
    func nothingThatProtectsWaitsForAnApproval(rule: Rule) {
        var (state, evidence) = standing([rule, .gate, .deadline])
        state.status = .awaitingApproval
        state.approval = ApprovalRequest(stage: .full, askedBy: "ann", atSession: evidence.sessions.count)
        let decision = decide(state, evidence, now: Moment(time: at(noon)))
        #expect(decision.action == rule.action)
        state.apply(decision, &evidence)
        // What goes on in the same stage goes on waiting.
        switch rule {
        case .unroute, .alert: #expect(state.status == .awaitingApproval && state.approval != nil)
        default: #expect(state.status != .awaitingApproval && state.approval == nil)
        }
    }

    @Test func aDeadlineDoesNotEndAWaitForApproval() {
        var (state, evidence) = standing([.deadline])
        evidence = standing([.deadline, .gate]).1
        state.status = .awaitingApproval
        state.approval = ApprovalRequest(stage: .full, askedBy: "ann", atSession: evidence.sessions.count)
        #expect(decide(state, evidence, now: Moment(time: at(noon))).action == .promote(.full))
    }

    // MARK: - Thresholds

    /// E-values against 1 / alpha, of .02 and of .05: the first session that reaches it decides, and none before.
    @Test(arguments: [Rule.harm, .noGain]) func evidenceDecidesAtItsThresholdAndNotBefore(rule: Rule) throws {
        var terms = DecisionTerms()
        (terms.gates, terms.deadlineSessions, terms.fall) = ([:], [:], nil)
        terms.harm.alpha = rule == .harm ? 0.02 : 1e-9
        terms.noGain?.alpha = rule == .noGain ? 0.05 : 1e-9
        var evidence = Evidence(terms: terms)
        evidence.entered(.limited)
        let state = RolloutState(stage: .limited, judgesTime: false)
        let threshold = rule == .harm ? 50.0 : 20
        var reached: [Double] = []
        for number in 0..<60 {
            // Harm is a loss beyond a margin; without gain it is enough to lose a little.
            let loss: Int64 = rule == .harm ? 3_000_000 : 1_000_000
            evidence.commit(Self.session(number, micros: number.isMultiple(of: 3) ? loss / 2 : -loss))
            let e = rule == .harm ? evidence.harmE : evidence.noGainE
            let action = decide(state, evidence, now: Moment(time: at(noon))).action
            #expect(action == (e >= threshold ? rule.action : .stay), "session \(number): E \(e)")
            if e >= threshold { reached.append(e) }
        }
        // One of them is near enough to tell the threshold from twice as much.
        #expect(try #require(reached.min()) < 2 * threshold && reached.count < 60)
    }

    /// Whatever a plan says of falls: below canary is only shadow, which a loss leads to.
    @Test func inCanaryNothingFalls() {
        var terms = DecisionTerms()
        (terms.gates, terms.deadlineSessions, terms.noGain) = ([:], [:], nil)
        terms.fall?.arlSessions = 1e-6
        terms.fall?.stages = [.canary, .limited]
        var evidence = Evidence(terms: terms)
        for number in 0..<4 { evidence.commit(Self.session(number, micros: number == 0 ? 1_000_000 : -500_000)) }
        for (stage, action) in [(Stage.canary, RolloutDecision.Action.stay), (.limited, Rule.fall.action)] {
            let state = RolloutState(stage: stage, judgesTime: false)
            #expect(decide(state, evidence, now: Moment(time: at(noon))).action == action)
        }
    }

    // MARK: - What applying leaves

    @Test(arguments: [Stage.shadow, .canary], [1, 2])
    func aSecondSetbackHoldsAndTheFirstDoesNot(target: Stage, count: Int) {
        var (state, evidence) = standing([target == .shadow ? .stageLoss : .fall])
        state.setbacks = count - 1
        state.apply(decide(state, evidence, now: Moment(time: at(noon))), &evidence)
        #expect(state.stage == target)
        #expect(state.status == (count == 1 ? .running : .held))
        #expect(state.setbacks == count)
        #expect(state.coolDown == (target == .shadow ? 5 : 0))
        #expect(state.liveStageMicros == 0 && state.sessions == 0)
    }

    /// Five sessions after a stage loss, whatever became of them.
    @Test func aCoolDownLastsItsSessions() {
        var (state, evidence) = standing([.stageLoss, .gate])
        evidence = Evidence(
            terms: {
                var terms = evidence.terms
                terms.gates = [.canary: GateTerms()]
                return terms
            }())
        state.apply(decide(state, evidence, now: Moment(time: at(noon))), &evidence)
        for number in 0..<6 {
            let action = decide(state, evidence, now: Moment(time: at(noon))).action
            #expect(action == (number < 5 ? .stay : .promote(.canary)))
            let kinds: [SessionObservation.State] = [.observed, .empty, .tainted]
            state.committed(
                SessionObservation(
                    session: CivilDate(daysSince1970: 21_000 + number), state: kinds[number % 3],
                    baseline: .init(), candidate: .init()), evidence.terms.evidence)
        }
    }

    @Test(arguments: [Status.running, .held, .awaitingApproval]) func aDeadlineCountsNoWaitForAPerson(status: Status) {
        var state = RolloutState(stage: .canary, judgesTime: false)
        state.status = status
        let session = SessionObservation(
            session: CivilDate(daysSince1970: 20_000), state: .tainted, baseline: .init(), candidate: .init())
        state.committed(session, EvidenceTerms())
        #expect(state.deadlineSessions == (status == .running ? 1 : 0))
    }

    // MARK: - Verdicts

    /// Each kind of check with each verdict it can have, at and beside its threshold.
    @Test func aCheckIsWhatItsMeasureSays() {
        func verdict(
            _ metric: GateCheck.Metric, resolved: Int = 100, correct: Int = 90, unresolved: Int = 0, tainted: Int = 0,
            coolDown: Int = 0, stageD: Double? = 1, sessions: Int = 10
        ) -> GateCheck.Verdict? {
            var evidence = Evidence(terms: DecisionTerms())
            var (baseline, candidate) = (SessionObservation.ArmTally(), SessionObservation.ArmTally())
            (baseline.actionable, baseline.resolved, baseline.admitted) = (1, 1, 1)
            (candidate.actionable, candidate.resolved, candidate.correct) = (resolved + unresolved, resolved, correct)
            candidate.admitted = 1
            for number in 0..<(tainted + 1) {
                evidence.commit(
                    SessionObservation(
                        session: CivilDate(daysSince1970: 20_000 + number), state: number > 0 ? .tainted : .observed,
                        baseline: baseline, candidate: candidate))
            }
            var state = RolloutState(stage: metric == .coolDown ? .shadow : .limited, judgesTime: false)
            state.coolDown = coolDown
            state.sessions = stageD == nil ? 0 : sessions
            state.stageD = stageD ?? 0
            let checks = gateChecks(to: metric == .coolDown ? .canary : .full, state, evidence)
            return checks.first { $0.metric == metric }?.verdict
        }
        #expect(verdict(.sessions, sessions: 10) == .pass)
        #expect(verdict(.sessions, sessions: 9) == .inconclusive)
        #expect(verdict(.better) == .inconclusive)
        #expect(verdict(.stageMean, stageD: 0) == .pass)
        #expect(verdict(.stageMean, stageD: -0.001) == .fail)
        #expect(verdict(.stageMean, stageD: nil) == .error)
        #expect(verdict(.accuracy, correct: 70) == .pass)
        #expect(verdict(.accuracy, correct: 69) == .fail)
        #expect(verdict(.accuracy, resolved: 0, correct: 0) == .error)
        #expect(verdict(.accuracyBound) == .inconclusive)
        #expect(verdict(.unresolvable, resolved: 98, unresolved: 2) == nil)
        #expect(verdict(.unresolvable, resolved: 97, unresolved: 3) == .fail)
        #expect(verdict(.taintedSessions, tainted: 4) == nil)
        #expect(verdict(.taintedSessions, tainted: 5) == .error)
        #expect(verdict(.coolDown, coolDown: 1) == .inconclusive)
        #expect(verdict(.coolDown, coolDown: 0) == nil)
        #expect(verdict(.latency) == .notJudged)
    }
}
