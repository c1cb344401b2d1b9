/// Reads triggers as they stand: value, threshold, what they rest on, and what would follow.
struct TriggerReading {
    private let state: RolloutState
    private let evidence: Evidence
    private let counts: [Trigger: Double]
    private let terms: DecisionTerms

    init(_ state: RolloutState, _ evidence: Evidence, _ counts: [Trigger: Double]) {
        self.state = state
        self.evidence = evidence
        self.counts = counts
        terms = evidence.terms
    }

    /// A trigger's number; `isCrossed` is what `decide` itself compares, and false for what is only ever reported as
    /// tripped.
    private struct Reading {
        var value: Double?
        var threshold: Double?
        var unit: ReportUnit
        var evidence: String
        var isLowerLimit = false
        var isCrossed = false
        /// Instead of "quiet".
        var state: ExplainReport.TriggerRow.State?
    }

    func row(_ trigger: Trigger) -> ExplainReport.TriggerRow {
        let reading = reading(trigger)
        let isTripped = state.tripped[trigger] != nil || reading.isCrossed
        let standing: ExplainReport.TriggerRow.State =
            state.handled.contains(trigger) ? .handled : isTripped ? .tripped : reading.state ?? .quiet
        return ExplainReport.TriggerRow(
            trigger: trigger, value: reading.value, threshold: reading.threshold, unit: reading.unit,
            isLowerLimit: reading.isLowerLimit, evidence: reading.evidence, action: action(trigger), state: standing)
    }

    private var isLive: Bool { state.stage > .shadow }

    private func reading(_ trigger: Trigger) -> Reading {
        switch trigger {
        case .harm: return harm
        case .noGain: return noGain
        case .fall: return fall
        case .sessionLoss:
            return loss(
                terms.liveLimits[state.stage]?.lossRSession, state.liveSessionMicros, "live R of the session")
        case .stageLoss:
            return loss(
                terms.liveLimits[state.stage]?.lossRStage, state.liveStageMicros, "live R of the stage")
        case .quarantined: return flag(trigger, "the candidate's health")
        case .assignment: return flag(trigger, "decisions unlike their assignment", isLiveOnly: true)
        case .bothDown: return flag(trigger, "health of both engines")
        default: return Measured.Kind.allCases.first { $0.trigger == trigger }.map(measured) ?? counted(trigger)
        }
    }

    // MARK: - Evidence

    private var harm: Reading {
        let threshold = 1 / terms.harm.alpha
        return Reading(
            value: evidence.harmE, threshold: threshold, unit: .evidence, evidence: "account and quality",
            isCrossed: evidence.harmE >= threshold)
    }

    private var noGain: Reading {
        guard let noGain = terms.noGain else {
            return Reading(unit: .evidence, evidence: "not asked", state: .off)
        }
        let isAsked = noGain.stages.contains(state.stage)
        return Reading(
            value: evidence.noGainE, threshold: 1 / noGain.alpha, unit: .evidence,
            evidence: "gain below \(ReportUnit.signed(noGain.gainR)) R a session",
            isCrossed: isAsked && evidence.noGainE >= 1 / noGain.alpha, state: isAsked ? nil : .off)
    }

    private var fall: Reading {
        guard let fall = terms.fall else { return Reading(unit: .evidence, evidence: "not asked", state: .off) }
        guard fall.stages.contains(state.stage), state.stage > .canary else {
            return Reading(
                threshold: fall.arlSessions, unit: .evidence, evidence: "not asked in \(state.stage.rawValue)",
                state: .off)
        }
        return Reading(
            value: evidence.fallValue, threshold: fall.arlSessions, unit: .evidence,
            evidence: "mean below \(ReportUnit.signed(evidence.fallReference)) R since entry",
            isCrossed: evidence.fallValue >= fall.arlSessions)
    }

    private func loss(_ limit: Double?, _ micros: Int64, _ what: String) -> Reading {
        guard isLive, let limit else {
            return Reading(unit: .r, evidence: "no limit in \(state.stage.rawValue)", state: .off)
        }
        let made = Double(micros) / 1e6
        return Reading(
            value: made, threshold: -limit, unit: .r, evidence: what, isLowerLimit: true, isCrossed: made <= -limit)
    }

    // MARK: - Counts and measurements

    private func flag(_ trigger: Trigger, _ what: String, isLiveOnly: Bool = false) -> Reading {
        if isLiveOnly, !isLive {
            return Reading(unit: .flag, evidence: "nothing is live in shadow", state: .off)
        }
        return Reading(value: state.tripped[trigger] == nil ? 0 : 1, unit: .flag, evidence: what)
    }

    private func counted(_ trigger: Trigger) -> Reading {
        let triggers = terms.triggers
        var (threshold, unit, what): (Double?, ReportUnit, String) =
            switch trigger {
            case .side: (Double(triggers.sidePerSession), .signals, "stop or target on the wrong side")
            case .opposite:
                (Double(triggers.opposite), .halfHours, "of the last \(triggers.oppositeWindow) both spoke in")
            case .unhealthy: (Double(triggers.unhealthySeconds), .seconds, "candidate not ready, session")
            case .stale:
                (
                    Double(triggers.staleSessions + terms.evidence.labelDeadlineSessions), .sessions,
                    "closed and not committed"
                )
            case .share: (1 / triggers.shareAlpha, .evidence, "live units against their plan")
            case .repeatedBurst: (nil, .signals, "a burst in a second session")
            default:
                (
                    nil, .signals,
                    "\(triggers.burstMinute) a minute, over \(triggers.burstHalfHour) in 30, \(triggers.burstSession) a day"
                )
            }
        let tripped = state.tripped[trigger]
        if let tripped { threshold = tripped.threshold }
        let isOff = !isLive && ![.opposite, .stale].contains(trigger)
        if isOff { what = "nothing is live in shadow" }
        return Reading(
            value: tripped?.value ?? (isOff ? nil : counts[trigger]), threshold: threshold, unit: unit, evidence: what,
            state: isOff ? .off : nil)
    }

    private func measured(_ kind: Measured.Kind) -> Reading {
        var reading = Reading(unit: kind.unit, evidence: kind.words)
        // What the data was worth decides in a replay too.
        guard state.judgesTime || kind == .data else {
            reading.state = .notJudged
            return reading
        }
        guard let sample = state.measured[kind] else {
            reading.state = .unknown
            return reading
        }
        reading.value = sample.value.map { Double($0) / kind.scale }
        reading.threshold = Double(sample.threshold) / kind.scale
        reading.isLowerLimit = kind == .uptime || kind == .errorBudget
        if reading.value == nil { reading.state = .unknown }
        return reading
    }

    // MARK: - What follows

    private func action(_ trigger: Trigger) -> String {
        let second = state.setbacks >= 1 ? ", then held" : ""
        switch trigger {
        case .harm: return "rollback, closed"
        case .noGain: return "closed"
        case .stageLoss: return "to shadow" + second
        case .fall: return "to canary" + second
        default:
            let action = terms.triggers.action(trigger)
            guard action == .rollback, !isLive else { return action.rawValue }
            // In shadow there is nothing to take back, and a gate looks at measurements itself.
            let isMeasured = Measured.Kind.allCases.contains { $0.trigger == trigger }
            return (isMeasured ? TriggerAction.alert : .hold).rawValue
        }
    }
}

extension Measured.Kind {
    /// What is measured.
    var words: String {
        switch self {
        case .latency: "slow signals of the candidate"
        case .latencyDrift: "CUSUM of the times to answer"
        case .errors: "errors per engine message"
        case .uptime: "good share of open seconds"
        case .errorBudget: "left of the month's error budget"
        case .cost: "dollars a signal"
        case .budget: "forecast, of the month's limit"
        case .data: "tainted half hours of a session"
        }
    }
}
