internal import Rollout

extension DecisionKeys {
    static let gates: [SpecField<DecisionTerms>] = Stage.allCases.dropFirst().map { stage in
        .optionalSection(
            stage.rawValue, \.gates[stage], fresh: GateTerms.standard[stage] ?? GateTerms(),
            "From the stage before to \(stage.rawValue); off: by hand only", gate)
    }

    private static let gate: [SpecField<GateTerms>] = [
        .value("sessions", \.sessions, .integer(1...10_000), "Observed sessions in the stage before"),
        .optional(
            "resolved_signals", \.resolvedSignals, .integer(1...1_000_000),
            "The candidate's signals with an outcome, since the rollout began"),
        .optionalSection(
            "not_worse", \.notWorse, fresh: .init(marginR: DecisionSections().marginR, alpha: 0.20),
            "Proven: it loses less than the margin",
            [
                .value("margin_r", \.marginR, .decimal(.from(0, to: 1000)), "R a session"),
                .alpha(\.alpha).required,
            ]),
        .optionalSection(
            "better", \.better, fresh: .init(alpha: 0.05), "Proven: it makes more than the baseline",
            [.alpha(\.alpha).required]),
        .optional(
            "stage_mean_r", \.stageMeanR, .atLeast(.from(-1000, to: 1000)),
            "The mean difference in the stage before, R a session"),
        .optionalSection(
            "accuracy", \.accuracy, fresh: .init(point: 0.70, bound: 0.60, alpha: 0.10),
            "The share of its signals that gain",
            [
                .value("point", \.point, .decimal(.share), "Seen, at least").required,
                .value("bound", \.bound, .decimal(.share), "Proven, at least").required,
                .value("alpha", \.alpha, .decimal(.alpha), "Chance of a wrong proof, at most").required,
            ]),
        .optionalSection(
            "quality", \.quality, fresh: .init(marginR: 0.25, alpha: 0.10),
            "Proven: its mean R per signal is not worse",
            [
                .value(
                    "not_worse_r", \.marginR, .decimal(.from(0, to: 100)), "By so much R a signal, at most"
                ).required,
                .alpha(\.alpha).required,
            ]),
        .value(
            "measures", \.measures, .some(GateTerms.Measure.allCases, "measure"),
            "What monitors measure and must be well, where the clock is judged"),
        .value(
            "promotion", \.promotion, .word(.automatic),
            "automatic: as soon as the gate is passed; manual: a person promotes then"),
        .value("approvals", \.approvals, .integer(0...2), "Persons who have to agree"),
        .value(
            "approval_sessions", \.approvalSessions, .integer(1...1000), "Sessions after which an approval is void"),
    ]
}

/// "Better than the baseline" as a section of its own.
private struct BetterTerms: Hashable, Sendable {
    var alpha: Double
}

extension GateTerms {
    fileprivate var better: BetterTerms? {
        get { betterAlpha.map { BetterTerms(alpha: $0) } }
        set { betterAlpha = newValue?.alpha }
    }
}
