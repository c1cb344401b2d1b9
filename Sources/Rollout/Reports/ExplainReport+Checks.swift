extension ExplainReport.Gate {
    /// Nil where no gate leads to the stage.
    init?(to stage: Stage, _ state: RolloutState, _ evidence: Evidence, _ summary: EvidenceSummary) {
        guard let gate = evidence.terms.gates[stage] else { return nil }
        let checks = gateChecks(to: stage, state, evidence)
        let reading = GateReading(stage: stage, gate: gate, state: state, evidence: evidence, summary: summary)
        self.init(
            stage: stage, isPassed: checks.allSatisfy(\.verdict.isPassable), checks: checks.map { reading.check($0) })
    }

    /// What keeps it closed longest; where that cannot be told, a proof before anything else.
    var bottleneck: ExplainReport.Check? {
        let unmet = checks.filter { !$0.verdict.isPassable }
        let longest = unmet.map { $0.wait?.sessions ?? .max }.max()
        let candidates = unmet.filter { ($0.wait?.sessions ?? .max) == longest }
        return candidates.first { $0.unit == .evidence } ?? candidates.first
    }
}

/// Reads checks of one gate: their units, what is missing, and how long that may take.
private struct GateReading {
    let stage: Stage
    let gate: GateTerms
    let state: RolloutState
    let evidence: Evidence
    let summary: EvidenceSummary

    func check(_ check: GateCheck) -> ExplainReport.Check {
        let (unit, scale) = Self.unit(check.metric)
        let isMeasured = Measured.Kind(rawValue: check.metric.rawValue) != nil
        let hasThreshold = !isMeasured || (state.judgesTime && check.verdict != .notJudged && hasSample(check))
        let value = check.value.map { $0 / scale }
        let threshold = hasThreshold ? check.threshold / scale : nil
        let wait = check.verdict.isPassable ? nil : wait(check)
        return ExplainReport.Check(
            metric: check.metric, value: value, threshold: threshold, unit: unit, isUpperLimit: check.isUpperLimit,
            verdict: check.verdict, p: unit == .evidence ? check.value.map { min(1, 1 / $0) } : nil,
            estimate: estimate(check.metric),
            missing: wait.map { missing(value, threshold, unit, check.isUpperLimit, $0) }, wait: wait)
    }

    private func hasSample(_ check: GateCheck) -> Bool {
        Measured.Kind(rawValue: check.metric.rawValue).map { state.measured[$0] != nil } ?? true
    }

    /// `12.3 of 20: about 9 more sessions`
    private func missing(
        _ value: Double?, _ threshold: Double?, _ unit: ReportUnit, _ isUpperLimit: Bool, _ wait: ExpectedWait
    ) -> String {
        let of = isUpperLimit ? "of at most" : unit == .r || unit == .share ? "of at least" : "of"
        let stand = threshold.map { "\(unit.text(value, against: $0)) \(of) \(unit.text($0))" } ?? "not measured"
        return stand + (wait.sessions.map { ": about \(GateWords.sessions($0))" } ?? "")
    }

    private static func unit(_ metric: GateCheck.Metric) -> (ReportUnit, scale: Double) {
        switch metric {
        case .sessions, .taintedSessions, .coolDown: return (.sessions, 1)
        case .resolvedSignals: return (.signals, 1)
        case .notWorse, .better, .accuracyBound, .quality: return (.evidence, 1)
        case .stageMean: return (.r, 1)
        case .accuracy, .unresolvable: return (.share, 1)
        case .latency, .uptime, .errors, .cost:
            let kind = Measured.Kind(rawValue: metric.rawValue) ?? .latency
            return (kind.unit, kind.scale)
        }
    }

    private func estimate(_ metric: GateCheck.Metric) -> Estimate? {
        switch metric {
        case .notWorse, .better: summary.meanD
        case .quality: summary.meanQuality
        case .accuracy, .accuracyBound: summary.accuracy
        default: nil
        }
    }

    private func wait(_ check: GateCheck) -> ExpectedWait {
        let missing = Int((check.threshold - (check.value ?? 0)).rounded(.up))
        switch check.metric {
        case .sessions: return ExpectedWait(missing, basis: "one a session")
        case .coolDown: return ExpectedWait(state.coolDown, basis: "sessions of the cool-down that are left")
        case .taintedSessions: return untainted
        case .resolvedSignals:
            let pace = evidence.observed > 0 ? Double(evidence.resolved) / Double(evidence.observed) : 0
            return .count(missing, perSession: pace, of: "signals with an outcome")
        case .better:
            return proof(check, gate.betterAlpha, behind: "so far the candidate is not ahead") {
                Stake.better($0.difference(terms), null: 0, clip: terms.scoreClipR)
            }
        case .notWorse:
            return proof(check, gate.notWorse?.alpha, behind: "so far the candidate is behind by the margin or more") {
                Stake.better($0.difference(terms), null: -(gate.notWorse?.marginR ?? 0), clip: terms.scoreClipR)
            }
        case .quality:
            return proof(check, gate.quality?.alpha, behind: "so far its signals are worse by the margin or more") {
                session in
                session.qualityDifference(terms).map {
                    Stake.better($0, null: -(gate.quality?.marginR ?? 0), clip: terms.qualityClipR)
                }
            }
        case .accuracyBound:
            return proof(check, gate.accuracy?.alpha, behind: "so far the accuracy is not above the bound") { session in
                let (correct, resolved) = (session.candidate.correct, session.candidate.resolved)
                guard resolved > 0, let bound = gate.accuracy?.bound else { return nil }
                return Stake.accuracy(correct: correct, resolved: resolved, null: bound)
            }
        case .stageMean, .accuracy, .unresolvable: return .unknown("a level, which coming sessions may turn")
        case .latency, .uptime, .errors, .cost:
            return .unknown(check.value == nil ? "nothing was measured" : "a measurement, which may turn at any time")
        }
    }

    private var terms: EvidenceTerms { evidence.terms.evidence }

    private func proof(
        _ check: GateCheck, _ alpha: Double?, behind: String, _ stake: (SessionObservation) -> Double?
    ) -> ExpectedWait {
        guard let alpha, let e = check.value else { return .unknown("nothing was measured") }
        let stakes = evidence.sessions.filter { $0.state == .observed }.compactMap(stake)
        return .proof(stakes: stakes, e: e, alpha: alpha, behind: behind)
    }

    /// Until enough of the tainted sessions are older than those that are looked at.
    private var untainted: ExpectedWait {
        let recent = evidence.sessions.indices.suffix(Evidence.taintWindow)
        let tainted = recent.filter { evidence.sessions[$0].state == .tainted }
        let surplus = tainted.count - Evidence.taintLimit
        guard surplus > 0 else { return .unknown("nothing was measured") }
        let last = tainted[surplus - 1]
        return ExpectedWait(
            last + Evidence.taintWindow + 1 - evidence.sessions.count, basis: "if no other session is tainted")
    }
}
