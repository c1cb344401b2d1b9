internal import Alerts
internal import MarketData
internal import Rollout

extension SpecReader {
    static let alertKeys = SpecKeys.alertSections.names

    /// Who is told of what.
    mutating func alerts(of top: SpecSection) -> AlertSettings {
        var settings = AlertSettings()
        if let section = section("runbooks", of: top, allowed: SpecKeys.runbooks.names) {
            settings.terms.runbookBase = text("base_url", of: section, expected: "an https address")
            if let base = settings.terms.runbookBase, !base.hasPrefix("https://"), !base.hasPrefix("http://") {
                mismatch("base_url", of: section, expected: "an address that begins with https://")
            }
        }
        guard let section = section("alerts", of: top, allowed: SpecKeys.alerts.names) else { return settings }
        settings.channels = channels(of: section)
        if !section.isEmptyList("last_resort") { settings.lastResort = program("last_resort", of: section) ?? [] }
        let routes = rows("routes", of: section, SpecKeys.route) { $0.route($1) }
        settings.terms.routes = routes.map(\.value)
        let steps = escalation(of: section, &settings.terms.escalation)
        digest(of: section, &settings.terms.digest)
        if let silences = self.section("silences", of: section, allowed: SpecKeys.silences.names) {
            let longest = seconds(
                "longest", of: silences, default: settings.terms.silenceMaxHours * 3600,
                in: .seconds(60)...(.seconds(168 * 3600)))
            settings.terms.silenceMaxHours = longest / 3600
        }
        limits(of: section, &settings.terms)
        settings.addChannels()
        check(settings, of: section, routes.map(\.section), steps)
        return settings
    }

    /// What the parts have to say together, each at its line. A channel that could not be read is one that there is.
    private mutating func check(
        _ settings: AlertSettings, of alerts: SpecSection, _ routes: [SpecSection], _ steps: [SpecSection]
    ) {
        for channel in settings.channels {
            let path = "alerts.channels.\(channel.name)"
            for problem in channel.problems {
                report(line: lines[path] ?? alerts.line, path: path, channel.withoutName(problem))
            }
        }
        var terms = settings.terms
        if case .mapping(let found)? = alerts.entries["channels"]?.value.content {
            terms.channels = Set(found.map(\.key)).sorted()
        }
        for name in terms.limits.keys.sorted() where !terms.channels.contains(name) {
            let path = "alerts.limits.\(name)"
            report(line: lines[path] ?? alerts.line, path: path, "there is no channel \(name)")
            terms.limits[name] = nil
        }
        var places: [(start: String, path: String, line: Int)] = []
        for (index, route) in terms.routes.enumerated() {
            places.append(("alerts.routes[\(index)] (\(route.name)): ", routes[index].path, routes[index].line))
        }
        for (index, step) in steps.enumerated() {
            for end in [": ", " "] {
                places.append(("alerts.escalation: step \(index + 1)\(end)", step.path, step.line))
            }
        }
        for key in alerts.entries.keys.sorted() {
            places.append(("alerts.\(key): ", alerts.path(key), alerts.line(key)))
        }
        for problem in terms.problems() {
            let place = places.first { problem.hasPrefix($0.start) }
            report(
                line: place?.line ?? alerts.line, path: place?.path ?? alerts.path,
                String(problem.dropFirst(place?.start.count ?? 0)))
        }
    }
}

// MARK: - Kinds of values

extension SpecReader {
    private mutating func seconds(
        _ key: String, of section: SpecSection, default usual: Double, in range: ClosedRange<Duration>
    ) -> Double {
        duration(key, of: section, default: .nanoseconds(Int((usual * 1e9).rounded())), in: range) / .seconds(1)
    }

    /// The full path of a program and its arguments: it is started without a shell and not looked for.
    mutating func program(_ key: String, of section: SpecSection) -> [String]? {
        let expected = "a program with its full path, and its arguments"
        guard let words = texts(key, of: section, expected: expected) else { return nil }
        if words[0].hasPrefix("/") { return words }
        report(line: section.line(key), path: section.path(key), "expected \(expected)")
        return nil
    }

    /// A list of mappings.
    private mutating func rows<Row>(
        _ key: String, of parent: SpecSection, _ keys: [SpecKey],
        _ read: (inout SpecReader, SpecSection) -> Row?
    ) -> [(section: SpecSection, value: Row)] {
        guard let entry = parent.entries[key] else { return [] }
        guard case .list(let nodes) = entry.value.content else {
            mismatch(key, of: parent, expected: "a list of {\(keys.names.joined(separator: ", "))}")
            return []
        }
        var rows: [(SpecSection, Row)] = []
        for (index, node) in nodes.enumerated() {
            let path = "\(parent.path(key))[\(index)]"
            guard let section = section(node, path: path, line: node.line, allowed: keys.names) else { continue }
            lookForMissing(keys, of: section)
            if let row = read(&self, section) { rows.append((section, row)) }
        }
        return rows
    }

    mutating func lookForMissing(_ keys: [SpecKey], of section: SpecSection) {
        for key in keys where key.isRequired && !section.has(key.name) { missing(key.name, of: section) }
    }

    /// Mappings by names of anybody's choice, in the order of the names.
    mutating func named(
        _ key: String, of parent: SpecSection, _ keys: [SpecKey],
        _ read: (inout SpecReader, String, SpecSection) -> Void
    ) {
        guard let entry = parent.entries[key] else { return }
        guard case .mapping(let found) = entry.value.content,
            let section = section(entry.value, path: parent.path(key), line: entry.line, allowed: found.map(\.key))
        else { return mismatch(key, of: parent, expected: "\(key) by name") }
        for name in section.entries.keys.sorted() {
            guard Self.isName(name, also: "._-") else {
                report(line: section.line(name), path: section.path, "a name is 1 to 64 of a-z, 0-9, ., _ and -")
                continue
            }
            guard let row = self.section(name, of: section, allowed: keys.names) else { continue }
            read(&self, name, row)
        }
    }
}

extension SpecSection {
    fileprivate func isEmptyList(_ key: String) -> Bool {
        if case .list(let nodes)? = entries[key]?.value.content { nodes.isEmpty } else { false }
    }
}

// MARK: - Routes

extension SpecReader {
    private mutating func route(_ section: SpecSection) -> AlertRoute? {
        let name = text("name", of: section, expected: "a name")
        let channels = texts("channels", of: section, expected: "a list of channels")
        guard let name, let channels else { return nil }
        var route = AlertRoute(name, channels: channels)
        if case .scalar? = section.entries["severity"]?.value.content {
            route.severities = [word("severity", of: section, default: .info)]
        } else {
            route.severities = words("severity", of: section)
        }
        if section.has("at_least") { route.atLeast = word("at_least", of: section, default: .info) }
        route.causes = words("causes", of: section)
        let stages: [Stage] = words("stages", of: section)
        route.stages = stages.map(\.rawValue)
        route.hours = word("hours", of: section, default: .any)
        route.fallback = texts("fallback", of: section, expected: "a list of channels") ?? []
        if section.has("mode") { route.mode = word("mode", of: section, default: .chain) }
        route.waitSeconds = seconds(
            "wait", of: section, default: route.waitSeconds, in: .seconds(1)...(.seconds(86_400)))
        route.isImmediate = flag("now", of: section, default: false)
        route.continues = flag("continue", of: section, default: false)
        return route
    }

    private mutating func words<Word: RawRepresentable & CaseIterable>(_ key: String, of section: SpecSection) -> [Word]
    where Word.RawValue == String {
        let allowed = Word.allCases.map(\.rawValue)
        let expected = "a list of \(allowed.joined(separator: ", "))"
        var words: [Word] = []
        for text in texts(key, of: section, expected: expected) ?? [] {
            guard let word = Word(rawValue: text) else {
                report(
                    line: section.line(key), path: section.path(key),
                    "unknown value \(quoted(text)); \(NearestName.advice(text, in: allowed))")
                continue
            }
            words.append(word)
        }
        return words
    }

    /// The sections of the steps.
    private mutating func escalation(of alerts: SpecSection, _ terms: inout EscalationTerms) -> [SpecSection] {
        guard let section = section("escalation", of: alerts, allowed: SpecKeys.escalation.names) else { return [] }
        terms.from = word("from", of: section, default: terms.from)
        let day = Duration.seconds(1)...Duration.seconds(86_400)
        let steps = rows("steps", of: section, SpecKeys.escalationStep) { reader, step -> EscalationTerms.Step? in
            let after = reader.seconds("after", of: step, default: 300, in: day)
            let channels = reader.texts("channels", of: step, expected: "a list of channels")
            guard step.has("after"), let channels else { return nil }
            return EscalationTerms.Step(afterMinutes: after / 60, channels: channels)
        }
        terms.steps = steps.map(\.value)
        if section.has("repeat") { terms.repeatMinutes = seconds("repeat", of: section, default: 1800, in: day) / 60 }
        return steps.map(\.section)
    }

    private mutating func digest(of alerts: SpecSection, _ terms: inout DigestTerms) {
        guard let section = section("digest", of: alerts, allowed: SpecKeys.digest.names) else { return }
        if section.has("every"), section.has("at") {
            report(line: section.line, path: section.path, "expected either every or at")
        }
        let range = Duration.seconds(60)...Duration.seconds(86_400)
        terms.minutes = seconds("every", of: section, default: terms.minutes * 60, in: range) / 60
        let expected = "a list of times such as [\"08:00\"]"
        for (index, text) in (texts("at", of: section, expected: expected) ?? []).enumerated() {
            if let minute = TimeOfDayText.parse(text), minute < 1440 {
                terms.times.append(minute)
            } else {
                report(
                    line: section.line("at"), path: "\(section.path("at"))[\(index)]",
                    "expected a time from 00:00 to 23:59, found \(quoted(text))")
            }
        }
    }

    private mutating func limits(of alerts: SpecSection, _ terms: inout AlertTerms) {
        var found: [String: ChannelLimits] = [:]
        named("limits", of: alerts, SpecKeys.channelLimits) { reader, name, section in
            var limits = ChannelLimits()
            limits.perSecond = SpecValue.decimal(.above(0, to: 1000)).read(
                &reader, "per_second", section, limits.perSecond, "")
            limits.burst = SpecValue.decimal(.from(1, to: 1000)).read(&reader, "burst", section, limits.burst, "")
            found[name] = limits
        }
        terms.limits = found
    }
}
