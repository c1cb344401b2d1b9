internal import MarketData
internal import Rollout
internal import Signals

/// Every key of a spec, in the order of the file: the one list for the reader and for editors.
enum SpecKeys {
    static let spec: [SpecKey] =
        [
            SpecKey(
                "id", .text(pattern: "[a-z0-9.-]{1,64}"), "Salt of the assignment: another id draws other units",
                isRequired: true),
            SpecKey(
                "calendar", .anyText, "When the market is open: a calendar's name, or a file of your own (.yaml)",
                isRequired: true),
            SpecKey("feed", .mapping(feed), "Where records come from and how they are paced"),
            SpecKey("baseline", .mapping(engine), "The engine that is trusted today", isRequired: true),
            SpecKey("candidate", .mapping(engine), "The engine on trial", isRequired: true),
            SpecKey("assignment", .mapping(assignment), "What belongs to one engine as a whole"),
            SpecKey("stages", .mapping(stages), "The share of units that the candidate takes"),
            SpecKey(
                "baseline_down", words(RolloutPlan.BaselineDown.self),
                "Who speaks while the baseline is down: nobody, or the candidate in limited and full",
                usual: .text("silent")),
            SpecKey("signals", .mapping(signals.keys(of: SignalAges())), "What signals may claim"),
            SpecKey(
                "engine_limits", .mapping(engineLimits.keys(of: EngineLimits())),
                "When an engine counts as not answering"),
            SpecKey(
                "outcomes", .mapping(outcomes.keys(of: OutcomeTerms())), "How signals are followed on paper"),
            SpecKey("sinks", .list(.mapping(sink), least: 0), "Where live signals go", usual: .list([])),
        ] + monitors + DecisionKeys.keys + alertSections

    static let feedFields: [SpecField<FeedSpec>] = [
        .value(
            "mark_interval", \.markInterval, .duration(.milliseconds(100)...(.seconds(3600))),
            "Event time between two marks, which are the engines' clock"),
        .value(
            "window", \.window, .integer(1...(1 << 26)), "Records that the feed may run ahead of the slower engine"),
    ]
    static let feed =
        [SpecKey("files", .list(.anyText), "DBN files, merged by time; --input takes precedence")]
        + feedFields.keys(of: FeedSpec())
    static let engine = [
        SpecKey("engine", .words(EngineSpec.builtInNames), "A built-in engine"),
        SpecKey("command", .list(.anyText), "A program of your own and its arguments"),
        SpecKey("config", .anyText, "The file that is handed to the engine as JSON"),
    ]
    static let assignment = [
        SpecKey(
            "block", .either([.duration, .words(["session"])]),
            "An underlying belongs to one engine for so long; divides a day, or session", usual: .text("30m"))
    ]
    static let stages = Stage.allCases.map { stage in
        SpecKey(
            stage.rawValue,
            .mapping([
                SpecKey(
                    "weight", .number(.from(0, to: 1)), "A multiple of 0.0001; never below the stage before",
                    usual: .decimal(Int64((RolloutPlan.defaultWeights[stage] ?? .zero).tenThousandths * 100)),
                    isRequired: true)
            ]), stage == .shadow ? "Only watched: 0" : "The stage \(stage.rawValue)")
    }

    struct SignalAges {
        var maxHorizon = Spec.defaultMaxHorizon
        var maxSignalAge = Spec.defaultMaxSignalAge
    }

    static let signals: [SpecField<SignalAges>] = [
        .value(
            "max_horizon", \.maxHorizon, .duration(.seconds(1)...(.seconds(86_400)), wholeSeconds: true),
            "No signal may claim more, so no position idea stays open longer"),
        .value(
            "max_signal_age", \.maxSignalAge, .duration(.milliseconds(1)...(.seconds(3600))),
            "After a restart, older signals are not sent any more"),
    ]

    static let engineLimits: [SpecField<EngineLimits>] = {
        let range = Duration.milliseconds(10)...Duration.seconds(3600)
        return [
            .value("start_timeout", \.startTimeout, .duration(range), "From its start to its first line"),
            .value("stall_timeout", \.stallTimeout, .duration(range), "A mark unanswered for so long: not ready"),
            .value("kill_timeout", \.killTimeout, .duration(range), "A mark unanswered for so long: killed"),
            .value("max_lag", \.maxLag, .duration(range), "The largest age of the oldest unanswered mark"),
            .value(
                "max_memory", \.maxMemoryBytes, .byteCount((16 << 20)...(1 << 40)),
                "Resident; beyond it the engine is started again"),
            .value("drain_timeout", \.drainTimeout, .duration(range), "From the end of input to its exit"),
            .value("hang_timeout", \.hangTimeout, .duration(range), "Offline runs: time to answer one mark"),
        ]
    }()

    static let outcomes: [SpecField<OutcomeTerms>] = [
        .value(
            "assumed_latency", \.assumedLatency, .nanoseconds(.zero...(.seconds(60))),
            "From a signal's cause to the first quote it could meet"),
        .value(
            "cost_per_side", \.costPerSideMicros, .dollars(.from(0, to: 1000)),
            "Commission and fees of one fill, dollars"
        ),
        .value("slippage_ticks", \.slippageTicks, .integer(0...1000), "What each fill loses beside its price"),
    ]

    static let sink = [
        SpecKey(
            "name", .text(pattern: "[a-z0-9._-]{1,64}"), "The key of the sink's place among live signals",
            isRequired: true),
        SpecKey("file", .anyText, "NDJSON; the path is relative to the state folder"),
        SpecKey("stdout", .constant(true), "Standard output"),
        SpecKey("exec", .list(.anyText), "A program and its arguments"),
    ]

    static func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> SpecShape
    where Word.RawValue == String {
        .words(type.allCases.map(\.rawValue))
    }
}
