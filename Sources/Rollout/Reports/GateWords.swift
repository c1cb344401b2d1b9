internal import Monitors

/// Names of checks and triggers in sentences and tables.
struct GateWords {
    let terms: DecisionTerms
    /// Where the gate leads to.
    let stage: Stage

    private var gate: GateTerms? { terms.gates[stage] }

    /// As a row of a table is headed.
    func name(_ metric: GateCheck.Metric) -> String {
        switch metric {
        case .sessions: "sessions in stage"
        case .resolvedSignals: "signals resolved"
        case .notWorse: "not worse by \(r(gate?.notWorse?.marginR)) R"
        case .better: "better"
        case .stageMean: "mean D in stage, R"
        case .accuracy: "accuracy"
        case .accuracyBound: "accuracy above \(share(gate?.accuracy?.bound))"
        case .quality: "quality (-\(r(gate?.quality?.marginR)) R)"
        case .unresolvable: "unresolvable"
        case .taintedSessions: "tainted sessions"
        case .coolDown: "cool-down"
        case .latency, .uptime, .errors, .cost: metric.rawValue
        }
    }

    /// What a check still wants, after "waits for".
    func wanted(_ check: ExplainReport.Check) -> String {
        let stand =
            check.threshold.map {
                "\(check.unit == .evidence ? "E " : "")\(check.unit.text(check.value, against: $0)) of \(check.unit.text($0))"
            } ?? "not measured"
        switch check.metric {
        case .sessions: return "observed sessions in the stage (\(stand))"
        case .resolvedSignals: return "signals with an outcome (\(stand))"
        case .notWorse:
            return "proof that the candidate is not worse by \(r(gate?.notWorse?.marginR)) R a session (\(stand))"
        case .better: return "proof that the candidate is better (\(stand))"
        case .stageMean: return "a better mean of D in the stage (\(level(check)) R)"
        case .accuracy: return "a better accuracy (\(level(check)))"
        case .accuracyBound: return "proof that the accuracy is above \(share(gate?.accuracy?.bound)) (\(stand))"
        case .quality:
            return "proof that its signals are not worse by \(r(gate?.quality?.marginR)) R each (\(stand))"
        case .unresolvable: return "outcomes of the candidate's signals (unresolvable \(level(check)))"
        case .taintedSessions: return "sessions that can be judged (tainted \(level(check)))"
        case .coolDown: return "the end of the cool-down"
        case .latency, .uptime, .errors, .cost: return "\(check.metric.rawValue) (\(level(check)))"
        }
    }

    private func level(_ check: ExplainReport.Check) -> String {
        guard let threshold = check.threshold else { return "not measured" }
        let side = check.isUpperLimit ? "at most" : "at least"
        return "\(check.unit.text(check.value, against: threshold)), \(side) \(check.unit.text(threshold))"
    }

    private func r(_ margin: Double?) -> String { margin.map { Self.plain($0) } ?? NumberFormat.unknown }

    private func share(_ bound: Double?) -> String { NumberFormat.percent(bound, places: 0) }

    /// `1`, `0.25`
    private static func plain(_ value: Double) -> String {
        NumberFormat.number(value, places: value == value.rounded() ? 0 : 2)
    }

    static func sessions(_ count: Int) -> String { count == 1 ? "1 more session" : "\(count) more sessions" }

    /// `stage-loss -6.10 of -6.00 R`
    static func tripped(_ tripped: Tripped) -> String {
        let kind = Measured.Kind.allCases.first { $0.trigger == tripped.trigger }
        let unit: ReportUnit =
            switch tripped.trigger {
            case .harm, .fall, .noGain, .share: .evidence
            case .sessionLoss, .stageLoss: .r
            case .quarantined, .assignment, .bothDown: .flag
            default: kind?.unit ?? .signals
            }
        if unit == .flag { return tripped.trigger.rawValue }
        let scale = kind?.scale ?? 1
        let symbol = unit == .evidence ? "E " : ""
        return "\(tripped.trigger.rawValue) \(symbol)\(unit.text(tripped.value / scale)) of "
            + unit.text(tripped.threshold / scale) + (unit == .r ? " R" : "")
    }
}
