internal import MarketData
internal import Rollout

/// What a spec says in one spelling: for the state folder, for the plan hash, and to name what changed.
extension Spec {
    /// The whole spec with all defaults filled in; keys as in the file, the engines' configurations inlined.
    ///
    /// Durations, weights and sizes are texts or integers. A configuration's decimals are printed exactly as numbers;
    /// nothing passes through floating point. The spec's own path is not in it.
    package var canonicalJSON: String { canonical.text }

    /// SHA-256, in hexadecimal, over what routing and evidence depend on: id, calendar, block, weights, `baseline_down`,
    /// `max_horizon`, `mark_interval`, how outcomes are made, by what the rollout decides, and both engines with their
    /// configurations.
    ///
    /// Not in it: sinks, limits, the feed's file names, `window`, `max_signal_age`, comments and the order of keys, where
    /// a configuration's file lies, and the engines' versions, which evidence is keyed by beside this hash.
    package var planHash: String {
        SHA256.hex(SHA256.digest("tandem plan 1\n" + planObject.text))
    }

    /// The keys, dotted and sorted, that differ from a state folder's spec and must not; empty when the folder can be
    /// used. A text that is no stored spec gives one sentence instead of keys.
    ///
    /// | may change between runs of one state folder | must not |
    /// |---|---|
    /// | `sinks`, `engine_limits`, `feed.files`, `feed.window`, `sla`, `latency`, `budget`, `promotion`, `alerts`, `runbooks` | everything else |
    ///
    /// Sinks go on at the cursors of their names, and a new one starts where it is told to. Limits decide in arrival mode
    /// by events that are journaled, and `hang_timeout` only when to give up. Files may have moved (that they hold the
    /// same records is checked where they are read), and `window` never shows in a digest. `max_signal_age` may not
    /// change although the plan hash leaves it out: it decides `suppressed: late`, which `verify` computes again.
    ///
    /// A folder from before there were sections on decisions goes on with any of them: its rollout only watches. But its
    /// outcomes were clipped in the usual way, and still have to be.
    package func differences(from storedCanonicalJSON: String) -> [String] {
        let stored: CanonicalJSON
        do throws(CanonicalJSON.SyntaxError) {
            stored = try CanonicalJSON.read(Array(storedCanonicalJSON.utf8), maxDepth: 2 * YAMLDocument.maxDepth)
        } catch {
            return ["(the stored spec cannot be read: \(error.message))"]
        }
        guard case .object(var members) = stored else { return ["(the stored spec cannot be read: it is no object)"] }
        if members[DecisionKeys.marker] == nil {
            let old = DecisionSections(terms: decisions, signalClip: DecisionSections().signalClip)
            members.merge(old.canonical) { stored, _ in stored }
        }
        return Self.differences(.object(members), canonical, path: "").filter { key in
            !Self.changeable.contains { key == $0 || key.hasPrefix($0 + ".") }
        }
    }

    /// Keys that a spec may change while its state folder stays in use, with all below them.
    package static let changeable =
        ["sinks", "engine_limits", "feed.files", "feed.window"] + SpecReader.monitorKeys
        + SpecReader.alertKeys

    private static func differences(_ a: CanonicalJSON?, _ b: CanonicalJSON?, path: String) -> [String] {
        guard a != b else { return [] }
        guard case .object(let old)? = a, case .object(let new)? = b else { return [path] }
        return Set(old.keys).union(new.keys).sorted().flatMap { key in
            differences(old[key], new[key], path: path.isEmpty ? key : path + "." + key)
        }
    }
}

extension Spec {
    private var canonical: CanonicalJSON {
        guard case .object(var members) = planObject else { return planObject }
        members["sinks"] = .list(sinks.map(\.canonical))
        members["engine_limits"] = limits.canonical
        members["feed"] = .object([
            "files": .list(feed.files.map { .text($0.text) }),
            "mark_interval": .duration(feed.markInterval),
            "window": .integer(feed.window),
        ])
        members["signals"] = .object([
            "max_horizon": .duration(maxHorizon), "max_signal_age": .duration(maxSignalAge),
        ])
        members.merge(monitors.canonical) { _, new in new }
        members.merge(alerts.canonical) { _, new in new }
        return .object(members)
    }

    /// What `planHash` covers.
    private var planObject: CanonicalJSON {
        var stages: [String: CanonicalJSON] = [:]
        for stage in Stage.allCases {
            stages[stage.rawValue] = .object(["weight": .text(plan.weight(in: stage).decimalText)])
        }
        let block: CanonicalJSON =
            switch plan.block {
            case .seconds(let seconds): .duration(.seconds(seconds))
            case .session: .text("session")
            }
        let members: [String: CanonicalJSON] = [
            "id": .text(plan.id), "calendar": plan.calendar.canonical, "assignment": .object(["block": block]),
            "stages": .object(stages), "baseline_down": .text(plan.baselineDown.rawValue),
            "baseline": baseline.canonical, "candidate": candidate.canonical,
            "signals": .object(["max_horizon": .duration(maxHorizon)]),
            "feed": .object(["mark_interval": .duration(feed.markInterval)]),
            "outcomes": .object([
                "assumed_latency": .duration(.nanoseconds(outcomes.assumedLatency)),
                "cost_per_side": .text(MoneyText.dollars(outcomes.costPerSideMicros)),
                "slippage_ticks": .integer(outcomes.slippageTicks),
            ]),
        ]
        let sections = DecisionSections(terms: decisions, signalClip: outcomes.rMicrosRange)
        return .object(members.merging(sections.canonical) { plan, _ in plan })
    }
}

extension CanonicalJSON {
    fileprivate static func duration(_ value: Duration) -> CanonicalJSON { .text(DurationText.print(value)) }
}

extension EngineSpec {
    fileprivate var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = [:]
        switch kind {
        case .builtIn(let name): members["engine"] = .text(name)
        case .command(let words): members["command"] = .list(words.map { .text($0) })
        }
        // What the caller put there need not be JSON; then it is compared as it is.
        members["config"] = configuration.map { bytes in
            (try? CanonicalJSON.read(bytes, maxDepth: 2 * YAMLDocument.maxDepth))
                ?? .text(String(decoding: bytes, as: UTF8.self))
        }
        return .object(members)
    }
}

extension EngineLimits {
    fileprivate var canonical: CanonicalJSON {
        .object([
            "start_timeout": .duration(startTimeout), "stall_timeout": .duration(stallTimeout),
            "kill_timeout": .duration(killTimeout), "max_lag": .duration(maxLag),
            "max_memory": .integer(maxMemoryBytes),
            "drain_timeout": .duration(drainTimeout), "hang_timeout": .duration(hangTimeout),
        ])
    }
}

extension SinkSpec {
    fileprivate var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = ["name": .text(name)]
        switch kind {
        case .file(let path): members["file"] = .text(path)
        case .standardOutput: members["stdout"] = .bool(true)
        case .executable(let words): members["exec"] = .list(words.map { .text($0) })
        }
        return .object(members)
    }
}
