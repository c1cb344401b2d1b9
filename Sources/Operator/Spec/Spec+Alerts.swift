internal import Alerts
internal import MarketData
internal import Rollout

extension SpecReader {
    static let alertKeys = SpecKeys.alertSections.names

    /// Who is told of what.
    mutating func alerts(of top: SpecSection) -> AlertSettings {
        var settings = AlertSettings()
        settings.written = written(top)
        if let section = section("runbooks", of: top, allowed: SpecKeys.runbooks.names) {
            settings.terms.runbookBase = text("base_url", of: section, expected: "an https address")
            if let base = settings.terms.runbookBase, !base.hasPrefix("https://"), !base.hasPrefix("http://") {
                mismatch("base_url", of: section, expected: "an address that begins with https://")
            }
        }
        guard let section = section("alerts", of: top, allowed: SpecKeys.alerts.names) else { return settings }
        settings.channels = channels(of: section)
        settings.lastResort = texts("last_resort", of: section, expected: "a program and its arguments") ?? []
        settings.terms.routes = rows("routes", of: section, SpecKeys.route) { $0.route($1) }
        escalation(of: section, &settings.terms.escalation)
        digest(of: section, &settings.terms.digest)
        if let silences = self.section("silences", of: section, allowed: SpecKeys.silences.names) {
            settings.terms.silenceMaxHours =
                seconds("longest", of: silences, default: .seconds(8 * 3600), in: .seconds(60)...(.seconds(168 * 3600)))
                / 3600
        }
        limits(of: section, &settings.terms)
        settings.addChannels()
        for problem in settings.channels.flatMap(\.problems) + settings.terms.problems() {
            report(line: section.line, path: section.path, problem)
        }
        return settings
    }

    /// The sections as they stand there, for the state folder.
    private func written(_ top: SpecSection) -> [String: CanonicalJSON] {
        var problems: [SpecProblem] = []
        var written: [String: CanonicalJSON] = [:]
        for key in Self.alertKeys {
            written[key] = top.entries[key]?.value.json(file: file, path: key, problems: &problems)
        }
        return written
    }

    private mutating func seconds(
        _ key: String, of section: SpecSection, default usual: Duration, in range: ClosedRange<Duration>
    ) -> Double {
        duration(key, of: section, default: usual, in: range) / .seconds(1)
    }

    /// A list of mappings.
    private mutating func rows<Row>(
        _ key: String, of parent: SpecSection, _ keys: [SpecKey],
        _ read: (inout SpecReader, SpecSection) -> Row?
    ) -> [Row] {
        guard let entry = parent.entries[key] else { return [] }
        guard case .list(let nodes) = entry.value.content else {
            mismatch(key, of: parent, expected: "a list of {\(keys.names.joined(separator: ", "))}")
            return []
        }
        var rows: [Row] = []
        for (index, node) in nodes.enumerated() {
            let path = "\(parent.path(key))[\(index)]"
            guard let section = section(node, path: path, line: node.line, allowed: keys.names) else { continue }
            for required in keys where required.isRequired && !section.has(required.name) {
                missing(required.name, of: section)
            }
            if let row = read(&self, section) { rows.append(row) }
        }
        return rows
    }

    /// Mappings by names of anybody's choice.
    private mutating func named(
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

// MARK: - Routes

extension SpecReader {
    private mutating func route(_ section: SpecSection) -> AlertRoute? {
        let name = text("name", of: section, expected: "a name")
        let channels = texts("channels", of: section, expected: "a list of channels")
        guard let name, let channels else { return nil }
        var route = AlertRoute(name, channels: channels)
        route.severities = words("severity", of: section)
        if section.has("at_least") { route.atLeast = word("at_least", of: section, default: .info) }
        route.causes = words("causes", of: section)
        let stages: [Stage] = words("stages", of: section)
        route.stages = stages.map(\.rawValue)
        route.hours = word("hours", of: section, default: .any)
        route.fallback = texts("fallback", of: section, expected: "a list of channels") ?? []
        if section.has("mode") { route.mode = word("mode", of: section, default: .chain) }
        route.waitSeconds = seconds("wait", of: section, default: .seconds(10), in: .seconds(1)...(.seconds(86_400)))
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

    private mutating func escalation(of alerts: SpecSection, _ terms: inout EscalationTerms) {
        guard let section = section("escalation", of: alerts, allowed: SpecKeys.escalation.names) else { return }
        terms.from = word("from", of: section, default: terms.from)
        let day = Duration.seconds(1)...Duration.seconds(86_400)
        terms.steps = rows("steps", of: section, SpecKeys.escalationStep) { reader, step in
            let after = reader.seconds("after", of: step, default: .seconds(300), in: day)
            let channels = reader.texts("channels", of: step, expected: "a list of channels")
            return channels.map { EscalationTerms.Step(afterMinutes: after / 60, channels: $0) }
        }
        if section.has("repeat") {
            terms.repeatMinutes = seconds("repeat", of: section, default: .seconds(1800), in: day) / 60
        }
    }

    private mutating func digest(of alerts: SpecSection, _ terms: inout DigestTerms) {
        guard let section = section("digest", of: alerts, allowed: SpecKeys.digest.names) else { return }
        terms.minutes =
            seconds("every", of: section, default: .seconds(3600), in: .seconds(60)...(.seconds(86_400))) / 60
        let expected = "a list of times such as [\"08:00\"]"
        for text in texts("at", of: section, expected: expected) ?? [] {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            guard parts.count == 2, text.utf8.count == 5, (0..<24).contains(parts[0]), (0..<60).contains(parts[1])
            else {
                mismatch("at", of: section, expected: expected)
                continue
            }
            terms.times.append(parts[0] * 60 + parts[1])
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

// MARK: - Channels

extension SpecReader {
    private mutating func channels(of alerts: SpecSection) -> [ChannelTerms] {
        var channels: [ChannelTerms] = []
        named("channels", of: alerts, SpecKeys.channelKinds) { reader, name, section in
            guard section.entries.count == 1, let kind = section.entries.keys.first else {
                reader.report(
                    line: section.line, path: section.path,
                    "a channel is of one kind: \(SpecKeys.channelKinds.names.joined(separator: ", "))")
                return
            }
            if let channel = reader.channel(name, kind, of: section) { channels.append(channel) }
        }
        return channels
    }

    private mutating func channel(_ name: String, _ kind: String, of parent: SpecSection) -> ChannelTerms? {
        if kind == "exec" {
            let words = texts("exec", of: parent, expected: "a program and its arguments")
            return words.map { ChannelTerms(name, .exec(ExecTerms(arguments: $0))) }
        }
        guard let section = section(kind, of: parent, allowed: SpecKeys.channelKinds[kind].names) else { return nil }
        for key in SpecKeys.channelKinds[kind] where key.isRequired && !section.has(key.name) {
            missing(key.name, of: section)
        }
        switch kind {
        case "slack_webhook":
            return secret("url", of: section).map { ChannelTerms(name, .slackWebhook(SlackWebhookTerms(url: $0))) }
        case "slack":
            let place = text("channel", of: section, expected: "a channel")
            guard let token = secret("token", of: section), let place else { return nil }
            var terms = SlackTerms(token: token, channel: place)
            terms.url = address(of: section) ?? terms.url
            return ChannelTerms(name, .slack(terms))
        case "email": return email(name, section)
        case "sms": return sms(name, section)
        case "webhook": return webhook(name, section)
        case "pagerduty":
            guard let key = secret("routing_key", of: section) else { return nil }
            var terms = PagerDutyTerms(routingKey: key)
            terms.url = address(of: section) ?? terms.url
            return ChannelTerms(name, .pagerDuty(terms))
        default:
            guard let url = address(of: section) else { return nil }
            return ChannelTerms(
                name,
                .alertmanager(
                    AlertmanagerTerms(
                        url: url, user: text("user", of: section, expected: "a user's name"),
                        password: section.has("password") ? secret("password", of: section) : nil)))
        }
    }

    private mutating func address(of section: SpecSection) -> String? {
        text("url", of: section, expected: "an https address")
    }

    private mutating func email(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let host = text("host", of: section, expected: "a host's name")
        let sender = text("from", of: section, expected: "a mail address")
        let recipients = texts("to", of: section, expected: "a list of mail addresses")
        guard let host, let sender, let recipients else { return nil }
        var terms = EmailTerms(host: host, sender: sender)
        terms.port = integer("port", of: section, default: terms.port, in: 1...65_535)
        terms.security = word("security", of: section, default: terms.security)
        terms.user = text("user", of: section, expected: "a user's name")
        if section.has("password") { terms.password = secret("password", of: section) }
        return ChannelTerms(name, .email(terms), recipients: recipients)
    }

    private mutating func sms(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let account = text("account", of: section, expected: "the account's SID")
        let token = secret("token", of: section)
        let recipients = texts("to", of: section, expected: "a list of numbers in quotes")
        guard section.has("from") != section.has("service") else {
            report(line: section.line, path: section.path, "expected either from or service")
            return nil
        }
        let from = text("from", of: section, expected: "a number in quotes")
        let service = text("service", of: section, expected: "a messaging service's SID")
        guard let account, let token, let recipients else { return nil }
        guard let sender = from.map(SMSTerms.Sender.from) ?? service.map(SMSTerms.Sender.service(sid:)) else {
            return nil
        }
        var terms = SMSTerms(account: account, token: token, sender: sender)
        terms.key = text("key", of: section, expected: "an API key's SID")
        terms.url = address(of: section) ?? terms.url
        return ChannelTerms(name, .sms(terms), recipients: recipients)
    }

    private mutating func webhook(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let url = address(of: section)
        guard let entry = section.entries["secrets"] else { return nil }
        guard case .list(let nodes) = entry.value.content, !nodes.isEmpty else {
            report(line: entry.line, path: section.path("secrets"), "expected a list of one or two secrets")
            return nil
        }
        let secrets = nodes.enumerated().compactMap { index, node in
            secret(node, path: "\(section.path("secrets"))[\(index)]")
        }
        guard let url, secrets.count == nodes.count else { return nil }
        return ChannelTerms(name, .webhook(WebhookTerms(url: url, secrets: secrets)))
    }

    private mutating func secret(_ key: String, of section: SpecSection) -> SecretReference? {
        guard let entry = section.entries[key] else { return nil }
        return secret(entry.value, path: section.path(key))
    }

    /// What is no reference is not repeated: somebody may have put the secret itself there.
    private mutating func secret(_ node: YAMLNode, path: String) -> SecretReference? {
        if case .refused = node.content { return nil }
        if case .scalar(let text, _) = node.content, let reference = try? SecretReference(text) { return reference }
        report(line: node.line, path: path, ChannelError.notAReference.description)
        return nil
    }
}
