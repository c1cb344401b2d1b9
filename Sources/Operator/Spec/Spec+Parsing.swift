internal import MarketData
internal import Rollout
internal import Signals

extension Spec {
    /// Reads the spec and the engine configurations that it names.
    package static func load(path: String, files: SpecFiles = .disk) throws(SpecProblems) -> Spec {
        switch files.read(path) {
        case .success(let bytes): return try parse(bytes: bytes, path: path, files: files)
        case .failure(let failure):
            throw SpecProblems([SpecProblem(file: path, line: 0, message: failure.message)], file: path)
        }
    }

    /// - Parameter path: of the spec file; relative paths in it start from its folder, and problems name it.
    package static func parse(text: String, path: String, files: SpecFiles = .disk) throws(SpecProblems) -> Spec {
        try parse(bytes: Array(text.utf8), path: path, files: files)
    }

    /// Refuses a spec with any problem, and says all of them.
    package static func parse(bytes: [UInt8], path: String, files: SpecFiles = .disk) throws(SpecProblems) -> Spec {
        let document = YAMLDocument(try SpecText.checked(bytes, file: path), file: path)
        var reader = SpecReader(file: path, problems: document.problems)
        let spec = document.root.flatMap { reader.spec($0, files: files) }
        guard let spec, reader.problems.isEmpty else { throw SpecProblems(reader.problems, file: path) }
        return spec
    }
}

extension SpecReader {
    /// Nil when something that has no default is missing or wrong, which has been reported.
    fileprivate mutating func spec(_ root: YAMLNode, files: SpecFiles) -> Spec? {
        guard let top = section(root, path: "", line: 1, allowed: SpecKeys.spec.names) else { return nil }
        let folder = SpecPath.folder(of: file)
        let id = identifier(of: top)
        let calendar = calendar(of: top, folder: folder, files: files)
        let feed = feed(of: top, folder: folder)
        let baseline = engine(.baseline, of: top, folder: folder, files: files)
        let candidate = engine(.candidate, of: top, folder: folder, files: files)
        let block = block(of: top)
        let weights = weights(of: top)
        let baselineDown: RolloutPlan.BaselineDown = word("baseline_down", of: top, default: .silent)
        let ages = ages(of: top)
        let limits = limits(of: top)
        var outcomes = OutcomeTerms()
        if let section = section("outcomes", of: top, allowed: SpecKeys.outcomes.map(\.name)) {
            read(SpecKeys.outcomes, of: section, into: &outcomes)
        }
        let sinks = sinks(of: top)
        let monitors = monitors(of: top)
        let decisions = decisions(of: top)
        let alerts = alerts(of: top)
        outcomes.rMicrosRange = decisions.signalClip
        guard let id, let calendar, let baseline, let candidate else { return nil }
        let plan = RolloutPlan(
            id: id, calendar: calendar, block: block, weights: weights, baselineDown: baselineDown)
        var spec = Spec(
            path: file, plan: plan, feed: feed, baseline: baseline, candidate: candidate,
            maxHorizon: ages.maxHorizon, maxSignalAge: ages.maxSignalAge, limits: limits, outcomes: outcomes,
            sinks: sinks, monitors: monitors, decisions: decisions.terms)
        spec.alerts = alerts
        spec.lines = lines
        return spec
    }

    private mutating func identifier(of top: SpecSection) -> String? {
        guard top.has("id") else {
            missing("id", of: top)
            return nil
        }
        let expected = "1 to 64 of a-z, 0-9, . and -"
        guard let id = text("id", of: top, expected: expected) else { return nil }
        guard Self.isName(id, also: ".-") else {
            report(line: top.line("id"), path: "id", "expected \(expected); found \(quoted(id))")
            return nil
        }
        return id
    }

    static func isName(_ text: String, also marks: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || marks.utf8.contains($0) }
    }

    private mutating func calendar(of top: SpecSection, folder: String, files: SpecFiles) -> ExchangeCalendar? {
        guard top.has("calendar") else {
            missing("calendar", of: top)
            return nil
        }
        guard let name = text("calendar", of: top, expected: "a calendar's name or file") else { return nil }
        if CalendarFile.isFile(name) {
            do throws(SpecProblems) {
                return try CalendarFile.load(path: SpecPath(name, in: folder).resolved, files: files)
            } catch {
                add(error.problems)
                return nil
            }
        }
        do {
            return try ExchangeCalendar(named: name)
        } catch {
            let advice = NearestName.advice(name, in: ExchangeCalendar.names)
            report(
                line: top.line("calendar"), path: "calendar",
                "unknown calendar \(quoted(name)); \(advice); one of your own is a file, such as desk.yaml")
            return nil
        }
    }

    private mutating func feed(of top: SpecSection, folder: String) -> FeedSpec {
        var feed = FeedSpec()
        guard let section = section("feed", of: top, allowed: SpecKeys.feed.names) else { return feed }
        let files = texts("files", of: section, expected: "a list of file names") ?? []
        feed.files = files.map { SpecPath($0, in: folder) }
        read(SpecKeys.feedFields, of: section, into: &feed)
        return feed
    }

    private mutating func block(of top: SpecSection) -> RolloutPlan.Block {
        let fallback = RolloutPlan.Block.seconds(1800)
        guard let section = section("assignment", of: top, allowed: SpecKeys.assignment.names), section.has("block")
        else {
            return fallback
        }
        let expected = "a duration that divides a day, such as 30m, or session"
        guard let text = text("block", of: section, expected: expected) else { return fallback }
        if text == "session" { return .session }
        guard let value = DurationText.parse(text) else {
            mismatch("block", of: section, expected: expected)
            return fallback
        }
        let (seconds, rest) = value.wholeNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest == 0, seconds > 0, 86_400 % seconds == 0 else {
            report(
                line: section.line("block"), path: section.path("block"),
                "\(text) does not divide a day into whole seconds")
            return fallback
        }
        return .seconds(seconds)
    }

    private mutating func ages(of top: SpecSection) -> SpecKeys.SignalAges {
        var ages = SpecKeys.SignalAges()
        guard let section = section("signals", of: top, allowed: SpecKeys.signals.map(\.name)) else { return ages }
        read(SpecKeys.signals, of: section, into: &ages)
        return ages
    }

    private mutating func limits(of top: SpecSection) -> EngineLimits {
        var limits = EngineLimits()
        let fields = SpecKeys.engineLimits
        guard let section = section("engine_limits", of: top, allowed: fields.map(\.name)) else { return limits }
        read(fields, of: section, into: &limits)
        if limits.killTimeout < limits.stallTimeout {
            let key = section.has("kill_timeout") ? "kill_timeout" : "stall_timeout"
            let kill = DurationText.print(limits.killTimeout)
            let stall = DurationText.print(limits.stallTimeout)
            report(
                line: section.line(key), path: section.path(key),
                "an engine would be killed after \(kill), before it counts as stalled after \(stall)")
        }
        return limits
    }
}

extension SpecReader {
    /// A name of an engine or a command, and its configuration.
    private mutating func engine(
        _ arm: Arm, of top: SpecSection, folder: String, files: SpecFiles
    ) -> EngineSpec? {
        guard let section = section(arm.rawValue, of: top, allowed: SpecKeys.engine.names, required: true) else {
            return nil
        }
        let kind = engineKind(section)
        let path = text("config", of: section, expected: "a file name").map { SpecPath($0, in: folder) }
        var configuration: [UInt8]?
        if let path {
            switch EngineConfiguration.read(path.resolved, files: files) {
            case .success(let json): configuration = json.bytes
            case .failure(.file(let failure)):
                report(
                    line: section.line("config"), path: section.path("config"), "\(path.resolved): \(failure.message)")
            case .failure(.content(let problems)): add(problems.problems)
            }
        }
        return kind.map { EngineSpec(arm: arm, kind: $0, configuration: configuration, configurationPath: path) }
    }

    private mutating func engineKind(_ section: SpecSection) -> EngineSpec.Kind? {
        let names = EngineSpec.advertisedNames
        switch (section.has("engine"), section.has("command")) {
        case (true, true):
            report(line: section.line("command"), path: section.path, "give either engine or command, not both")
            return nil
        case (false, false):
            report(
                line: section.line, path: section.path,
                "give an engine (\(names.joined(separator: ", "))) or a command")
            return nil
        case (true, false):
            guard let name = text("engine", of: section, expected: "the name of a built-in engine") else { return nil }
            if EngineSpec.builtInNames.contains(name) { return .builtIn(name) }
            report(
                line: section.line("engine"), path: section.path("engine"),
                "unknown engine \(quoted(name)); \(NearestName.advice(name, in: names)); any other program is a command"
            )
            return nil
        case (false, true):
            return texts("command", of: section, expected: "a list: the program and its arguments").map { .command($0) }
        }
    }

    /// Every stage's weight; never falling, shadow 0.
    private mutating func weights(of top: SpecSection) -> [Stage: Weight] {
        var weights = RolloutPlan.defaultWeights
        guard let section = section("stages", of: top, allowed: SpecKeys.stages.names) else { return weights }
        var given: Set<Stage> = []
        for stage in Stage.allCases {
            guard let part = self.section(stage.rawValue, of: section, allowed: SpecKeys.stages[stage.rawValue].names)
            else { continue }
            guard part.has("weight") else {
                missing("weight", of: part)
                continue
            }
            guard let weight = weight(part) else { continue }
            if stage == .shadow, weight != .zero {
                report(
                    line: part.line("weight"), path: part.path("weight"),
                    "must be 0: in shadow the candidate is only watched")
                continue
            }
            weights[stage] = weight
            given.insert(stage)
        }
        for (lower, upper) in zip(Stage.allCases, Stage.allCases.dropFirst()) {
            guard let low = weights[lower], let high = weights[upper], high < low else { continue }
            let named = given.contains(upper) ? upper : lower
            let path = "stages.\(named.rawValue).weight"
            report(
                line: lines[path] ?? section.line, path: path,
                "weights never fall from stage to stage: \(upper) has \(high.decimalText), \(lower) has \(low.decimalText)"
            )
        }
        return weights
    }

    private mutating func weight(_ section: SpecSection) -> Weight? {
        guard let entry = section.entries["weight"] else { return nil }
        guard case .scalar(let text, true) = entry.value.content,
            case .number(let number) = ScalarMeaning(plain: text)
        else {
            mismatch("weight", of: section, expected: "a number from 0 to 1 such as 0.10")
            return nil
        }
        switch Weight.read(number) {
        case .success(let weight): return weight
        case .failure(.outside):
            report(line: entry.value.line, path: section.path("weight"), "\(text) is not between 0 and 1")
        case .failure(.tooFine):
            report(line: entry.value.line, path: section.path("weight"), "\(text) is not a multiple of 0.0001")
        }
        return nil
    }
}

extension SpecReader {
    private mutating func sinks(of top: SpecSection) -> [SinkSpec] {
        guard let entry = top.entries["sinks"] else { return [] }
        guard case .list(let nodes) = entry.value.content else {
            mismatch("sinks", of: top, expected: "a list of sinks ([] for none)")
            return []
        }
        var sinks: [SinkSpec] = []
        var names: [String: Int] = [:]
        var files: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            let path = "sinks[\(index)]"
            guard let section = section(node, path: path, line: node.line, allowed: SpecKeys.sink.names) else {
                continue
            }
            let name = sinkName(section)
            if let name, let first = names[name] {
                report(
                    line: section.line("name"), path: section.path("name"),
                    "the name \"\(name)\" is given again; it stands in line \(first) already")
            } else if let name {
                names[name] = section.line("name")
            }
            let kind = sinkKind(section)
            if case .file(let file)? = kind {
                if let first = files[file] {
                    report(
                        line: section.line("file"), path: section.path("file"),
                        "two sinks cannot share \(quoted(file)); see line \(first)")
                }
                files[file] = section.line("file")
            }
            if let name, let kind { sinks.append(SinkSpec(name: name, kind: kind)) }
        }
        return sinks
    }

    private mutating func sinkName(_ section: SpecSection) -> String? {
        guard section.has("name") else {
            missing("name", of: section)
            return nil
        }
        let expected = "1 to 64 of a-z, 0-9, ., _ and -"
        guard let name = text("name", of: section, expected: expected) else { return nil }
        guard Self.isName(name, also: "._-") else {
            report(
                line: section.line("name"), path: section.path("name"), "expected \(expected); found \(quoted(name))")
            return nil
        }
        return name
    }

    private mutating func sinkKind(_ section: SpecSection) -> SinkSpec.Kind? {
        let kinds = ["file", "stdout", "exec"].filter(section.has)
        guard kinds.count == 1, let kind = kinds.first else {
            let found = kinds.isEmpty ? "" : "; found \(kinds.joined(separator: " and "))"
            report(line: section.line, path: section.path, "give exactly one of file, stdout, exec" + found)
            return nil
        }
        switch kind {
        case "file":
            guard let file = text("file", of: section, expected: "a file name") else { return nil }
            let parts = file.split(separator: "/", omittingEmptySubsequences: true)
            let isReserved =
                !file.hasPrefix("/") && ["KILL", "STOP", "spool", "outcomes"].contains(String(parts.first ?? ""))
            guard !file.hasSuffix("/"), !parts.isEmpty, !parts.contains(".."), !isReserved else {
                report(
                    line: section.line("file"), path: section.path("file"),
                    "\(quoted(file)) cannot be a sink's file: name a file of its own, without .., and not one of the state folder's"
                )
                return nil
            }
            return .file(file)
        case "stdout":
            guard let entry = section.entries["stdout"], case .scalar(let text, true) = entry.value.content,
                ScalarMeaning(plain: text) == .bool(true)
            else {
                mismatch("stdout", of: section, expected: "true")
                return nil
            }
            return .standardOutput
        default:
            return texts("exec", of: section, expected: "a list: the program and its arguments").map { .executable($0) }
        }
    }
}
