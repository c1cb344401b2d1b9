internal import Alerts
internal import MarketData
internal import Rollout
internal import Signals

extension Spec {
    /// Reads the spec at `path` and looks for what would stop it or surprise somebody; starts nothing but what
    /// prints secrets, when these are needed.
    ///
    /// - Parameter searchPath: the value of `PATH`.
    /// - Parameter secrets: looked for there; nil looks for none.
    /// - Parameter needsSecrets: one that is missing is a problem, not a warning; programs that print one are started.
    /// - Parameter configurationProblems: what a built-in engine finds wrong with its configuration, one sentence each.
    package static func lint(
        path: String, searchPath: String, files: SpecFiles = .disk, secrets: SecretStore? = nil,
        needsSecrets: Bool = false, configurationProblems: (EngineSpec) -> [String] = { _ in [] }
    ) -> LintReport {
        do throws(SpecProblems) {
            let spec = try load(path: path, files: files)
            var linter = Linter(spec: spec, searchPath: searchPath, files: files)
            linter.checkExecutables()
            linter.checkConfigurations(configurationProblems)
            linter.lookForSurprises()
            linter.lookAtAlerts(secrets, needsSecrets: needsSecrets)
            return LintReport(file: path, planHash: spec.planHash, problems: linter.problems, warnings: linter.warnings)
        } catch {
            return LintReport(file: path, planHash: nil, problems: error.problems, warnings: [])
        }
    }
}

private struct Linter {
    let spec: Spec
    let searchPath: String
    let files: SpecFiles
    var problems: [SpecProblem] = []
    var warnings: [SpecProblem] = []

    /// The line of the key, or of the nearest key above it that is in the file.
    private func place(_ path: String, _ message: String) -> SpecProblem {
        var key = path[...]
        while spec.lines[String(key)] == nil, let end = key.lastIndex(where: { $0 == "." || $0 == "[" }) {
            key = key[..<end]
        }
        return SpecProblem(file: spec.path, line: spec.lines[String(key)] ?? 1, path: path, message: message)
    }

    private mutating func problem(_ path: String, _ message: String) { problems.append(place(path, message)) }

    private mutating func warn(_ path: String, _ message: String) { warnings.append(place(path, message)) }

    mutating func checkExecutables() {
        for arm in Arm.allCases {
            if case .command(let words) = spec.engine(arm).kind { check(words, path: "\(arm.rawValue).command") }
        }
        for (index, sink) in spec.sinks.enumerated() {
            if case .executable(let words) = sink.kind { check(words, path: "sinks[\(index)].exec") }
        }
    }

    private mutating func check(_ words: [String], path: String) {
        guard let program = words.first else { return }
        switch spec.executable(program, searchPath: searchPath, files: files) {
        case .found: break
        case .notExecutable(let file): problem(path, "\(file) is not an executable file (chmod +x?)")
        case .missing where program.contains("/"):
            problem(path, "\(SpecPath(program, in: spec.folder).resolved): no such file")
        case .missing: problem(path, "\(quoted(program)) is not on the PATH")
        }
    }

    mutating func checkConfigurations(_ configurationProblems: (EngineSpec) -> [String]) {
        for arm in Arm.allCases {
            let engine = spec.engine(arm)
            let path = "\(arm.rawValue).config"
            for message in configurationProblems(engine) { problem(path, message) }
            // The spec's own reader printed it.
            guard let bytes = engine.configuration, let json = try? CanonicalJSON.read(bytes) else { continue }
            if case .number(let horizon)? = json["horizon_s"], let seconds = horizon.integer,
                seconds > Int(spec.maxHorizon.components.seconds)
            {
                let message =
                    "horizon_s \(seconds) is longer than signals.max_horizon (\(DurationText.print(spec.maxHorizon))): "
                    + "every signal would be refused"
                if case .builtIn = engine.kind {
                    problem(path, message)
                } else {
                    warn(path, message)
                }
            }
            if case .text(let calendar)? = json["calendar"], calendar != spec.plan.calendar.name {
                warn(path, "the engine's calendar is \(quoted(calendar)), the spec's is \"\(spec.plan.calendar.name)\"")
            }
        }
    }

    mutating func lookAtAlerts(_ secrets: SecretStore?, needsSecrets: Bool) {
        let alerts = spec.alerts
        if alerts.channels.isEmpty, spec.lines["alerts"] != nil {
            warn("alerts.channels", "there are none: nobody would be told")
        }
        for path in alerts.lonely { warn(path, "one channel only: when it fails, nobody is told") }
        for channel in alerts.channels {
            let path = "alerts.channels.\(channel.name)"
            if case .exec(let terms) = channel.kind { check(terms.arguments, path: path + ".exec") }
            guard let secrets else { continue }
            for message in channel.secretProblems(secrets, startsPrograms: needsSecrets) {
                let message = channel.withoutName(message)
                if needsSecrets { problem(path, message) } else { warn(path, message) }
            }
        }
        check(alerts.lastResort, path: "alerts.last_resort")
    }

    mutating func lookForSurprises() {
        if spec.sinks.isEmpty { warn("sinks", "there are none: live signals are journaled and go nowhere") }
        if spec.sinks.count(where: { $0.kind == .standardOutput }) > 1 {
            warn("sinks", "more than one sink writes to standard output: each signal appears more than once")
        }
        lookAtStages()
        for (path, message) in spec.decisionWarnings { warn(path, message) }
        // An engine beside itself is how a watching rollout shows its own false alarms.
        if spec.decisions.mode == .act, spec.baseline.kind == spec.candidate.kind,
            spec.baseline.configuration == spec.candidate.configuration
        {
            warn("candidate", "is the same engine with the same configuration as the baseline: nothing is on trial")
        }
        for arm in Arm.allCases where spec.engine(arm).kind == .builtIn("metronome") {
            warn("\(arm.rawValue).engine", "metronome is a test engine; its signals mean nothing")
        }
        if spec.plan.block == .session, spec.plan.calendar.name == "24x7" {
            warn("assignment.block", "the calendar 24x7 has no sessions; a unit is a UTC day")
        }
        if spec.plan.baselineDown == .candidate {
            warn(
                "baseline_down",
                "in limited and full the candidate takes the baseline's units while the baseline is down")
        }
        if spec.maxSignalAge > spec.maxHorizon {
            warn(
                "signals.max_signal_age",
                "is longer than max_horizon: after a restart signals past their end can go live")
        }
        for (index, file) in spec.feed.files.enumerated() where files.executability(file.resolved) == .missing {
            warn("feed.files[\(index)]", "\(file.resolved): no such file yet")
        }
        lookForOptionsWithoutFutures()
    }

    /// A parent symbol of options brings the options alone, and outcomes are in their future.
    private mutating func lookForOptionsWithoutFutures() {
        var subscribed: [(symbol: String, file: Int)] = []
        for (index, file) in spec.feed.files.enumerated() {
            guard let metadata = files.metadata(file.resolved), metadata.stypeIn == SymbolType.parent else { continue }
            subscribed += metadata.symbols.map { ($0, index) }
        }
        let parents = Set(subscribed.map(\.symbol))
        for (symbol, file) in subscribed where symbol.hasSuffix(".OPT") {
            let future = symbol.dropLast(4) + ".FUT"
            guard !parents.contains(String(future)) else { continue }
            warn(
                "feed.files[\(file)]",
                "has \(symbol) but no file has \(future): without the underlying no signal has an outcome")
        }
    }

    private mutating func lookAtStages() {
        // On purpose: the candidate is never live.
        if Stage.allCases.allSatisfy({ spec.plan.weight(in: $0) == .zero }) {
            if spec.decisions.mode == .act, !spec.decisions.gates.isEmpty {
                warn("stages", "every weight is 0: the candidate stays in shadow whatever a gate says")
            }
            return
        }
        for (lower, upper) in zip(Stage.allCases.dropFirst(), Stage.allCases.dropFirst(2)) {
            let weight = spec.plan.weight(in: upper)
            if spec.plan.weight(in: lower) == weight {
                let message = "is \(weight.decimalText) as in \(lower.rawValue): the promotion changes nothing"
                warn("stages.\(upper.rawValue).weight", message)
            }
        }
        if spec.plan.weight(in: .canary) == .zero {
            warn("stages.canary.weight", "is 0: canary is another shadow")
        }
        if spec.plan.weight(in: .full) != .all {
            let weight = spec.plan.weight(in: .full).decimalText
            warn("stages.full.weight", "is \(weight): the rollout ends with both engines live")
        }
    }
}

extension AlertSettings {
    /// Keys of what sends an urgent alert by one channel, fall-back included.
    fileprivate var lonely: [String] {
        guard !terms.routes.isEmpty else { return channels.count == 1 ? ["alerts.channels"] : [] }
        return terms.routes.enumerated().compactMap { index, route in
            guard AlertSeverity.allCases.contains(where: { $0.isUrgent && route.allows($0) }) else { return nil }
            let reached = Set(route.channels + (route.fallback.isEmpty ? terms.channels : route.fallback))
            return reached.count == 1 ? "alerts.routes[\(index)].channels" : nil
        }
    }
}
