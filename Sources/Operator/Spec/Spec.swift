package import Rollout
package import Signals

/// One rollout as its YAML file declares it: complete, every default filled in, every value checked.
///
/// Relative paths are relative to the folder of the spec file, those of file sinks to the state folder.
package struct Spec: Sendable {
    /// As given on the command line.
    package var path: String
    /// Id, calendar, block, weights, and what happens while the baseline is down.
    package var plan: RolloutPlan
    package var feed: FeedSpec
    package var baseline: EngineSpec
    package var candidate: EngineSpec
    /// No signal may claim more; it bounds how long an episode can last. Whole seconds.
    package var maxHorizon: Duration
    /// Signals caused before a restart and not journaled by then are live up to this age.
    package var maxSignalAge: Duration
    package var limits: EngineLimits
    /// How signals are followed on paper.
    package var outcomes: OutcomeTerms
    package var sinks: [SinkSpec]
    package var monitors: MonitorTerms
    /// By what the rollout goes up, and what takes it down.
    package var decisions: DecisionTerms
    /// Who is told of what; nobody, unless the spec says so.
    package var alerts = AlertSettings()
    /// The line of each key in the file, for warnings.
    var lines: [String: Int]

    package init(
        path: String, plan: RolloutPlan, feed: FeedSpec = FeedSpec(), baseline: EngineSpec, candidate: EngineSpec,
        maxHorizon: Duration = Self.defaultMaxHorizon, maxSignalAge: Duration = Self.defaultMaxSignalAge,
        limits: EngineLimits = EngineLimits(), outcomes: OutcomeTerms = OutcomeTerms(), sinks: [SinkSpec] = [],
        monitors: MonitorTerms = MonitorTerms(), decisions: DecisionTerms = DecisionTerms()
    ) {
        self.path = path
        self.plan = plan
        self.feed = feed
        self.baseline = baseline
        self.candidate = candidate
        self.maxHorizon = maxHorizon
        self.maxSignalAge = maxSignalAge
        self.limits = limits
        self.outcomes = outcomes
        self.sinks = sinks
        self.monitors = monitors
        self.decisions = decisions
        lines = [:]
    }

    package static let defaultMaxHorizon = Duration.seconds(7200)
    package static let defaultMaxSignalAge = Duration.seconds(5)

    /// The folder that relative paths start from; empty for the working folder.
    package var folder: String { SpecPath.folder(of: path) }

    package func engine(_ arm: Arm) -> EngineSpec { arm == .baseline ? baseline : candidate }
}

/// Where records come from and how they are paced.
package struct FeedSpec: Hashable, Sendable {
    /// Files to merge; `--input` takes precedence. Empty: none named.
    package var files: [SpecPath]
    /// Event time between two marks.
    package var markInterval: Duration
    /// Records the feed may run ahead of the release in ordered mode, and an engine's buffer in arrival mode.
    package var window: Int

    package init(
        files: [SpecPath] = [], markInterval: Duration = .seconds(10), window: Int = 262_144
    ) {
        self.files = files
        self.markInterval = markInterval
        self.window = window
    }
}

/// One of the two engines.
package struct EngineSpec: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A hidden subcommand of this binary; one of `builtInNames`.
        case builtIn(String)
        /// A program and its arguments, as written.
        case command([String])
    }

    package static let builtInNames = ["ifd-v1", "ifd-v3", "metronome"]
    /// Without the test engine.
    static let advertisedNames = ["ifd-v1", "ifd-v3"]

    package var arm: Arm
    package var kind: Kind
    /// The configuration as canonical JSON, the content of `TANDEM_ENGINE_CONFIG`; nil when the spec names none.
    package var configuration: [UInt8]?
    package var configurationPath: SpecPath?

    package init(arm: Arm, kind: Kind, configuration: [UInt8]? = nil, configurationPath: SpecPath? = nil) {
        self.arm = arm
        self.kind = kind
        self.configuration = configuration
        self.configurationPath = configurationPath
    }
}

/// When an engine counts as not answering (`design.md`, section 4, the table of limits).
package struct EngineLimits: Hashable, Sendable {
    /// From the start of the process to its `hello`.
    package var startTimeout = Duration.seconds(20)
    /// A mark unanswered for this long: not ready.
    package var stallTimeout = Duration.seconds(2)
    /// A mark unanswered for this long: killed.
    package var killTimeout = Duration.seconds(3)
    /// The largest age of the oldest unanswered mark.
    package var maxLag = Duration.seconds(5)
    /// Resident.
    package var maxMemoryBytes = 512 << 20
    /// From the end of input to the exit.
    package var drainTimeout = Duration.seconds(5)
    /// Wall time for one mark in ordered mode.
    package var hangTimeout = Duration.seconds(60)

    package init() {}
}

/// Where live signals go.
package struct SinkSpec: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// NDJSON, the path relative to the state folder.
        case file(String)
        case standardOutput
        /// A program and its arguments, as written.
        case executable([String])
    }

    /// Unique in the spec; the key of the sink's cursor in the journal.
    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
