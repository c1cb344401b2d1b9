internal import Rollout

/// What the sections on decisions say: the terms themselves, and two values that end elsewhere.
struct DecisionSections: Hashable, Sendable {
    var terms = DecisionTerms()
    /// Where the R of a signal is clipped, micro-R; becomes part of `OutcomeTerms`.
    var signalClip = OutcomeTerms().rMicrosRange
    /// Of each `not_worse` that does not say it, R.
    var marginR = 1.0
}

/// The keys by which a rollout decides. Source of the defaults: `decision-statistics.md`, sections 4 and 5.
///
/// Alphas are chances of a wrong verdict, R are multiples of a signal's risk, and a default that is `off` is nil.
enum DecisionKeys {
    static let names = fields.map(\.name)
    static let keys = fields.keys(of: DecisionSections())

    /// All of them, in the order of the file.
    static let fields: [SpecField<DecisionSections>] = [
        .value(
            "decisions", \.terms.mode, .word(.act),
            "act: promotes, limits, demotes and rolls back by itself; watch: only says what it would do"),
        .section("evidence", \.self, "What counts as one observation, and how it is scored", evidence),
        .section("harm", \.terms.harm, "When the candidate is harmful: rolled back, its version closed", harm),
        .optionalSection(
            "no_gain", \.terms.noGain, fresh: NoGainTerms(), "When the candidate cannot gain enough: closed",
            [
                .value("gain_r", \.gainR, .decimal(.from(0, to: 1000)), "R a session that it has to gain"),
                .alpha(\.alpha),
                .value("stages", \.stages, .some(Stage.allCases, "stage"), "Where it is asked"),
            ]),
        .optionalSection(
            "fall", \.terms.fall, fresh: FallTerms(),
            "When too little is left of the gain it was promoted for: one demotion to canary",
            [
                .value(
                    "arl_sessions", \.arlSessions, .decimal(.from(2, to: 100_000)),
                    "A false alarm at most once in so many sessions on average"),
                .value("reference", \.reference, .decimal(.share), "The share of that gain which has to stay"),
                .value("stages", \.stages, .some([.limited, .full], "stage"), "Where it is asked"),
            ]),
        .section("gates", \.terms, "What must hold, all at once, before the candidate takes more", gates),
        .section(
            "deadline_sessions", \.terms,
            "Sessions in a stage after which a person has to decide",
            Stage.allCases.dropLast().map { stage in
                .optional(
                    stage.rawValue, \.deadlineSessions[stage], .integer(1...10_000), "")
            }),
        .section(
            "live_limits", \.terms, "What the candidate's live signals may do, by stage",
            Stage.allCases.dropFirst().map { stage in
                .optionalSection(
                    stage.rawValue, \.liveLimits[stage], fresh: LiveLimits(),
                    "Of its live signals; R as realised", liveLimits)
            }),
        .section("triggers", \.terms.triggers, "What takes the candidate down without statistics", triggers),
        .value(
            "cool_down_sessions", \.terms.coolDownSessions, .integer(0...1000),
            "Sessions without a new promotion after a stage loss"),
        .value(
            "rollback_window_sessions", \.terms.rollbackWindowSessions, .integer(0...1000),
            "Sessions in full during which the return is instant; then the rollout is completed"),
        .section(
            "open_episodes", \.terms.openEpisodes,
            "What becomes of the candidate's open positions when it has to go",
            [
                .value(
                    "policy", \.policy, .word(.handOver),
                    "hand-over: the baseline may speak at once; hold: they run to their ends; close: sinks close them"
                ),
                .value("drain", \.drainSeconds, .seconds(0...86_400), "How long held ones may last"),
            ]),
        .optionalSection(
            "risk", \.terms.risk, fresh: RiskTerms(capitalMicros: 0),
            "Checks on one account before a signal of either engine becomes live", risk),
    ]

    private static let evidence: [SpecField<DecisionSections>] = [
        .fixed("unit", "session", "One observation is a trade date, over all instruments"),
        .value(
            "unit_sessions", \.terms.evidence.unitSessions, .integer(1...100),
            "Sessions that make one observation; more than 1 where episodes rightly last longer"),
        .value(
            "score", \.terms.evidence.score, .word(.account),
            "account: the R one account would have made under the same limits; per-signal: the mean R of all signals"),
        .section(
            "account", \.terms.evidence, "The limits of the account that scores both engines",
            [
                .value("entries", \.entries, .integer(1...10_000), "Signals it takes in a session"),
                .value("at_once", \.atOnce, .integer(1...10_000), "Signals it holds open at a time"),
            ]),
        .value(
            "signal_clip_r", \.signalClip, .around0(.from(-100, to: 100)),
            "The R of one signal is clipped to this range"),
        .value(
            "clip_r", \.terms.evidence.clipR, .decimal(.above(0, to: 1000)),
            "The difference of the accounts' R in a session is clipped to this, both ways"),
        .value(
            "quality_clip_r", \.terms.evidence.qualityClipR, .decimal(.above(0, to: 100)),
            "The difference of mean R per signal is clipped to this, both ways"),
        .marginR,
        .value(
            "label_deadline_sessions", \.terms.evidence.labelDeadlineSessions, .integer(0...100),
            "Closed sessions after which outcomes still missing count as unresolvable"),
        .value(
            "horizon_sessions", \.terms.evidence.horizonSessions, .integer(2...10_000),
            "Sessions over which harm's evidence spreads the later half of its starts"),
    ]

    private static let harm: [SpecField<HarmTerms>] = [
        .alpha(\.alpha),
        .section(
            "parts", \.self, "Guardrails; their weights add up to 1",
            [
                .section("account", \.account, "The R of the accounts", harmPart),
                .section("quality", \.quality, "The mean R per signal", harmPart),
            ]),
    ]

    private static let harmPart: [SpecField<HarmTerms.Part>] = [
        .value("weight", \.weight, .decimal(.from(0, to: 1)), "Its share of the evidence"),
        .value("tolerance_r", \.toleranceR, .decimal(.from(0, to: 1000)), "A loss of so much R is no harm"),
    ]

    private static let liveLimits: [SpecField<LiveLimits>] = [
        .optional("per_session", \.perSession, .integer(1...1_000_000), "Live signals a session"),
        .optional(
            "loss_r_session", \.lossRSession, .decimal(.above(0, to: 100_000)),
            "After a loss of so much R, no new entry in this session"),
        .optional(
            "loss_r_stage", \.lossRStage, .decimal(.above(0, to: 100_000)),
            "After a loss of so much R since the stage began, back to shadow"),
    ]
}

extension SpecField {
    static func alpha(_ path: any WritableKeyPath<Root, Double> & Sendable) -> SpecField {
        .value("alpha", path, .decimal(.alpha), "Chance of a wrong verdict, at most")
    }
}

extension SpecField<DecisionSections> {
    /// Not printed: every margin that it fills in is.
    fileprivate static var marginR: SpecField {
        let margin = SpecField.value(
            "margin_r", \.marginR, .decimal(.from(0, to: 1000)),
            "The margin of each not_worse that does not say its own; 1, if left out")
        return SpecField(
            name: margin.name, about: margin.about, shape: { margin.shape($0) }, read: margin.read, print: { _ in nil })
    }
}

// MARK: - Risk

extension DecisionKeys {
    private static let money = DecimalRange.above(0, to: 1_000_000_000)

    private static let risk: [SpecField<RiskTerms>] = [
        .value("capital", \.capitalMicros, .dollars(money), "What the account begins with, dollars").required,
        .value(
            "kelly_cap", \.kellyCap, .decimal(.above(0, to: 1)),
            "Of the equity, what one signal may put at risk at most"
        ),
        .value("max_contracts", \.maxContracts, .integer(1...1_000_000), "Of one underlying, net"),
        .value("open_positions", \.openPositions, .integer(1...1_000_000), "Open live positions at a time"),
        .optional(
            "daily_loss", \.dailyLossMicros, .dollars(money), "After such a loss in a session nothing new, dollars"),
        .optional(
            "drawdown", \.drawdownMicros, .dollars(money),
            "After such a fall from the highest equity nothing new, dollars"),
        .optional("exposure", \.exposureMicros, .dollars(money), "Notional of all open positions, dollars"),
        .value(
            "point_values", \.pointValueMicros,
            .dollarsByName("[A-Z0-9]{1,8}", isName: isRoot, .above(0, to: 1_000_000)),
            "Dollars of one contract a point, by the symbol's root, beside CME's equity index futures"),
    ]

    private static func isRoot(_ text: String) -> Bool {
        (1...8).contains(text.utf8.count)
            && text.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
    }
}
