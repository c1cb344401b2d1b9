import MarketData
import Rollout
import Signals
import Testing

/// Every trigger with every action that a spec may give it: what trips does exactly that.
@Suite struct TriggerActionTests {
    private let day = 20_776

    static let pairs: [(Trigger, TriggerAction)] = Trigger.allCases.flatMap { trigger in
        TriggerTerms.allowed(trigger).map { (trigger, $0) }
    }

    /// What is usual is allowed, and what is allowed twice would be one too many.
    @Test(arguments: Trigger.allCases) func theUsualIsAllowed(trigger: Trigger) {
        let allowed = TriggerTerms.allowed(trigger)
        #expect(allowed.contains(TriggerTerms.usual(trigger)))
        #expect(Set(allowed).count == allowed.count)
    }

    // MARK: - As decided

    /// A rollout to which this trigger applies and nothing else.
    private func standing(_ trigger: Trigger, _ action: TriggerAction, _ stage: Stage) -> (RolloutState, Evidence) {
        var terms = DecisionTerms()
        terms.closeGates()
        terms.harm.alpha = trigger == .harm ? 1e6 : 1e-6
        if trigger == .noGain {
            terms.noGain = NoGainTerms()
            terms.noGain?.alpha = 1e6
        }
        terms.fall?.arlSessions = trigger == .fall ? 1e-6 : 1e6
        terms.triggers.actions[trigger] = action
        var (state, evidence) = (RolloutState(stage: stage, judgesTime: true), Evidence(terms: terms))
        evidence.entered(stage)
        var tally = SessionObservation.ArmTally()
        (tally.actionable, tally.resolved, tally.admitted) = (1, 1, 1)
        evidence.commit(
            SessionObservation(
                session: CivilDate(daysSince1970: day), state: .observed, baseline: tally, candidate: tally))
        switch trigger {
        case .harm, .noGain, .fall: break
        case .stageLoss: state.liveStageMicros = -100_000_000
        default: state.set(trigger, Tripped(trigger, value: 2, threshold: 1))
        }
        return (state, evidence)
    }

    /// Nil: the trigger is not asked there.
    private func expected(_ trigger: Trigger, _ action: TriggerAction, _ stage: Stage) -> RolloutDecision.Action? {
        let isMeasured = [
            Trigger.latency, .latencyDrift, .errors, .uptime, .errorBudget, .cost, .budget, .data,
        ].contains(trigger)
        switch (trigger, action) {
        case (.harm, .rollback): return .rollBack(.harm, closes: true)
        case (.noGain, .rollback): return stage == .full ? nil : .close(.noGain)
        case (.stageLoss, .demote): return stage == .shadow ? nil : .demote(to: .shadow, .stageLoss, holds: false)
        case (.fall, .demote): return stage < .limited ? nil : .demote(to: .canary, .fall, holds: false)
        case (_, .alert): return .alert(trigger)
        case (_, .hold): return .hold(trigger)
        case (_, .unroute): return .unroute(trigger)
        // Nothing to take back in shadow: measurements get well by themselves, the others need a person.
        case (_, .rollback) where stage == .shadow: return isMeasured ? .alert(trigger) : .hold(trigger)
        case (_, .rollback): return .rollBack(trigger, closes: false)
        case (_, .demote): return nil
        }
    }

    @Test(arguments: pairs, Stage.allCases) func whatTripsDoesWhatTheSpecSays(
        pair: (trigger: Trigger, action: TriggerAction), stage: Stage
    ) {
        var (state, evidence) = standing(pair.trigger, pair.action, stage)
        let decision = decide(state, evidence, now: Moment(time: at(noon)))
        guard let expected = expected(pair.trigger, pair.action, stage) else {
            #expect(decision.action == .stay)
            return
        }
        #expect(decision.action == expected)
        #expect(decision.reasons.map(\.trigger) == [pair.trigger])
        state.apply(decision, &evidence)
        switch expected {
        case .alert, .unroute: #expect(state.stage == stage && state.status == .running)
        case .hold: #expect(state.stage == stage && state.status == .held)
        case .demote(let lower, _, _): #expect(state.stage == lower && state.status == .running)
        default: #expect(state.stage == .shadow && (state.status == .rolledBack || state.status == .failed))
        }
        // Handled: it is not done again, but by a demotion, which counts anew below.
        guard pair.trigger != .fall else { return }
        #expect(decide(state, evidence, now: Moment(time: at(noon))).action == .stay)
    }

    // MARK: - Through events

    /// What makes a trigger trip in a course that is live.
    private func trip(_ trigger: Trigger, _ course: inout Course) throws -> [Reaction] {
        let measured = Measured.Kind.allCases.first { $0.rawValue == trigger.rawValue }
        if let measured {
            return [course.take(.measured(Measured(measured, value: 9, threshold: 1, verdict: .fail)))]
        }
        func burst(_ day: Int) -> [Reaction] {
            (1...5).map { number in
                course.hear(
                    .candidate, "\(day)-\(number)", on: UInt32(number),
                    at: UInt64(day) * 86_400 + 43_200 + UInt64(number))
            }
        }
        func loss(_ r: Double) -> [Reaction] {
            [
                course.hear(.candidate, "a", on: 1, at: noon),
                course.settle(.candidate, "a", on: 1, r: r, at: noon + 60),
            ]
        }
        switch trigger {
        case .side:
            return (1...3).map { number in
                course.hear(
                    .candidate, "\(number)", on: UInt32(number), at: noon + UInt64(number) * 100, hasSides: false)
            }
        case .burst: return burst(day)
        case .repeatedBurst: return burst(day) + course.close(day) + burst(day + 1)
        case .opposite:
            return (0..<11 as Range<UInt64>).flatMap { block in
                let start = UInt64(day) * 86_400 + block * 1800
                return [
                    course.mark(start),
                    course.hear(.baseline, "b\(block)", at: start + 1, direction: .long, horizon: 60),
                    course.hear(.candidate, "c\(block)", at: start + 2, direction: .short, horizon: 60),
                ]
            }
        case .sessionLoss: return loss(-3)
        case .stageLoss: return loss(-12)
        case .quarantined: return [course.health(.candidate, .quarantined(reason: "crashes"))]
        case .unhealthy:
            let reactions = [course.mark(noon), course.health(.candidate, .notReady(reason: "died"))]
            return reactions + [course.mark(noon + 301)]
        case .bothDown:
            return [course.mark(noon)] + Arm.allCases.map { course.health($0, .notReady(reason: "died")) }
        case .stale:
            return (0..<6).map { number in
                course.mark(UInt64(day + number + 1) * 86_400, closes: CivilDate(daysSince1970: day + number))
            }
        case .share:
            // Underlyings of the baseline only, at a planned half.
            var id: UInt32 = 0
            let plan = course.controller.plan
            return (0..<40 as Range<UInt64>).map { number in
                id = underlying(of: .baseline, in: .limited, at: noon, plan: plan, above: id)
                return course.hear(.baseline, "s\(number)", on: id, at: noon + number)
            }
        // A gain that is gone, and then a loss without end.
        case .harm, .noGain, .fall: return (0..<60).flatMap { course.session(day + $0, d: -4) }
        // No event can make it trip while the router assigns as it does.
        default: return []
        }
    }

    @Test(arguments: pairs.filter { $0.0 != .assignment }) func whatTripsIsToldWithWhatItDid(
        pair: (trigger: Trigger, action: TriggerAction)
    ) throws {
        var course = try Course(.limited, judgesTime: true) { terms in
            terms.closeGates()
            if pair.trigger == .noGain { terms.noGain = NoGainTerms() }
            if pair.trigger == .fall { terms.fall?.arlSessions = 2 }
            if pair.trigger == .stageLoss { terms.liveLimits[.limited]?.lossRSession = nil }
            if pair.trigger == .share { terms.triggers.shareAlpha = 0.1 }
            terms.triggers.actions[pair.trigger] = pair.action
        }
        // Everything is the candidate's, but where the share itself is looked at.
        if pair.trigger != .share {
            var plan = course.controller.plan
            plan.weights[.limited] = .all
            course.controller = Controller(
                plan: plan, stage: .limited, terms: course.controller.terms, judgesTime: true)
        }
        let reactions = try trip(pair.trigger, &course)
        let told = reactions.flatMap(\.steps).compactMap { step -> TriggerAction? in
            guard case .tripped(let tripped, let action) = step, tripped.trigger == pair.trigger else { return nil }
            return action
        }
        #expect(told.first == pair.action)
        switch pair.action {
        case .alert, .unroute: #expect(course.state.stage == .limited && course.state.status == .running)
        case .hold: #expect(course.state.stage == .limited && course.state.status == .held)
        case .demote: #expect(course.state.stage < .limited)
        case .rollback: #expect(course.state.stage == .shadow && course.state.status != .running)
        }
    }

    /// What each action means to the next signal.
    @Test(arguments: TriggerTerms.allowed(.data)) func whatAnActionMeansToTheNextSignal(action: TriggerAction) throws {
        var course = try Course(.full) { terms in
            terms.closeGates()
            terms.triggers.actions[.data] = action
        }
        course.take(.measured(Measured(.data, value: 9, threshold: 1, verdict: .fail)))
        let decision = course.say(.candidate, "a", on: 1, at: noon)
        switch action {
        case .alert, .hold: #expect(decision == .live(.assigned))
        case .unroute: #expect(decision == .suppressed(.limit(.unrouted)))
        default: #expect(decision == .shadow(.rolledBack))
        }
    }
}
