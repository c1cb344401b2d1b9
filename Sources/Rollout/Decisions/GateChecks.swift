/// Everything the gate to a stage asks for, as it stands; empty where there is no gate.
public func gateChecks(to stage: Stage, _ state: RolloutState, _ evidence: Evidence) -> [GateCheck] {
    guard let gate = evidence.terms.gates[stage] else { return [] }
    var checks: [GateCheck] = []
    checks.reserveCapacity(10)
    checks.append(count(.sessions, state.sessions, atLeast: gate.sessions))
    if let least = gate.resolvedSignals { checks.append(count(.resolvedSignals, evidence.resolved, atLeast: least)) }
    if let notWorse = gate.notWorse { checks.append(proof(.notWorse, evidence.notWorseE(stage), notWorse.alpha)) }
    if let alpha = gate.betterAlpha { checks.append(proof(.better, evidence.betterE, alpha)) }
    if let least = gate.stageMeanR { checks.append(level(.stageMean, state.stageMeanD, atLeast: least)) }
    if let accuracy = gate.accuracy {
        checks.append(level(.accuracy, evidence.accuracy, atLeast: accuracy.point))
        checks.append(proof(.accuracyBound, evidence.accuracyE(stage), accuracy.alpha))
    }
    if let quality = gate.quality { checks.append(proof(.quality, evidence.qualityE(stage), quality.alpha)) }
    let tooMany = Evidence.unresolvableLimit
    if let share = evidence.unresolvableShare, share > tooMany {
        checks.append(
            GateCheck(.unresolvable, share, threshold: tooMany, isUpperLimit: true, verdict: .fail))
    }
    if evidence.isTooTainted {
        checks.append(
            GateCheck(
                .taintedSessions, Double(evidence.recentlyTainted), threshold: Double(Evidence.taintLimit),
                isUpperLimit: true, verdict: .error))
    }
    if state.stage == .shadow, state.coolDown > 0 {
        checks.append(
            GateCheck(.coolDown, Double(state.coolDown), threshold: 0, isUpperLimit: true, verdict: .inconclusive))
    }
    for measure in gate.measures.sorted() { checks.append(measured(measure, state)) }
    return checks
}

private func count(_ metric: GateCheck.Metric, _ value: Int, atLeast least: Int) -> GateCheck {
    GateCheck(metric, Double(value), threshold: Double(least), verdict: value >= least ? .pass : .inconclusive)
}

/// An e-value against its threshold: what is not proven is not refuted.
private func proof(_ metric: GateCheck.Metric, _ value: Double, _ alpha: Double) -> GateCheck {
    let threshold = 1 / alpha
    return GateCheck(metric, value, threshold: threshold, verdict: value >= threshold ? .pass : .inconclusive)
}

private func level(_ metric: GateCheck.Metric, _ value: Double?, atLeast least: Double) -> GateCheck {
    GateCheck(metric, value, threshold: least, verdict: value.map { $0 >= least ? .pass : .fail } ?? .error)
}

private func measured(_ measure: GateTerms.Measure, _ state: RolloutState) -> GateCheck {
    func check(_ value: Double?, threshold: Double = 0, _ verdict: GateCheck.Verdict) -> GateCheck {
        GateCheck(
            measure.metric, value, threshold: threshold, isUpperLimit: measure != .uptime, verdict: verdict)
    }
    guard state.judgesTime else { return check(nil, .notJudged) }
    guard let sample = state.measured[measure.kind] else { return check(nil, .error) }
    return check(sample.value.map(Double.init), threshold: Double(sample.threshold), sample.verdict)
}
