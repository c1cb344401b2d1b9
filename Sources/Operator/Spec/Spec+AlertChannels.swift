internal import Alerts

extension SpecReader {
    /// Those that can be read. No message repeats what stands there.
    mutating func channels(of alerts: SpecSection) -> [ChannelTerms] {
        conceals = true
        defer { conceals = false }
        var channels: [ChannelTerms] = []
        named("channels", of: alerts, SpecKeys.channelKinds) { reader, name, section in
            guard section.entries.count == 1, let kind = section.entries.keys.first else {
                // An unknown one was reported.
                guard reader.problems.last?.path != section.path else { return }
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
            return program("exec", of: parent).map { ChannelTerms(name, .exec(ExecTerms(arguments: $0))) }
        }
        guard let section = section(kind, of: parent, allowed: SpecKeys.channelKinds[kind].names) else { return nil }
        lookForMissing(SpecKeys.channelKinds[kind], of: section)
        switch kind {
        case "slack_webhook":
            return secret("url", of: section).map { ChannelTerms(name, .slackWebhook(SlackWebhookTerms(url: $0))) }
        case "slack":
            let place = text("channel", of: section, expected: "an ID such as C0123ABCD, or #name in quotes")
            let url = address(of: section) ?? SlackTerms.usualURL
            guard let token = secret("token", of: section), let place else { return nil }
            return ChannelTerms(name, .slack(SlackTerms(token: token, channel: place, url: url)))
        case "email": return email(name, section)
        case "sms": return sms(name, section)
        case "webhook": return webhook(name, section)
        case "pagerduty":
            let url = address(of: section) ?? PagerDutyTerms.usualURL
            guard let key = secret("routing_key", of: section) else { return nil }
            return ChannelTerms(name, .pagerDuty(PagerDutyTerms(routingKey: key, url: url)))
        default: return alertmanager(name, section)
        }
    }

    private mutating func alertmanager(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let user = text("user", of: section, expected: "a user's name")
        let password = secret("password", of: section)
        guard let url = address(of: section), section.has("password") == (password != nil) else { return nil }
        return ChannelTerms(name, .alertmanager(AlertmanagerTerms(url: url, user: user, password: password)))
    }

    private mutating func address(of section: SpecSection) -> String? {
        text("url", of: section, expected: "an https address")
    }

    private mutating func email(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let host = text("host", of: section, expected: "a host's name")
        let sender = text("from", of: section, expected: "a mail address")
        let recipients = texts("to", of: section, expected: "a list of mail addresses")
        let user = text("user", of: section, expected: "a user's name")
        let password = secret("password", of: section)
        let port = integer("port", of: section, default: EmailTerms.usual.port, in: 1...65_535)
        let security = word("security", of: section, default: EmailTerms.usual.security)
        guard let host, let sender, let recipients, section.has("password") == (password != nil) else { return nil }
        let terms = EmailTerms(
            host: host, port: port, security: security, user: user, password: password, sender: sender)
        return ChannelTerms(name, .email(terms), recipients: recipients)
    }

    private mutating func sms(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let account = text("account", of: section, expected: "the account's SID")
        let token = secret("token", of: section)
        let recipients = texts("to", of: section, expected: "a list of numbers in quotes")
        let key = text("key", of: section, expected: "an API key's SID")
        let from = text("from", of: section, expected: "a number in quotes")
        let service = text("service", of: section, expected: "a messaging service's SID")
        let url = address(of: section) ?? SMSTerms.usualURL
        guard section.has("from") != section.has("service") else {
            report(line: section.line, path: section.path, "expected either from or service")
            return nil
        }
        let sender = from.map(SMSTerms.Sender.from) ?? service.map(SMSTerms.Sender.service(sid:))
        guard let account, let token, let recipients, let sender else { return nil }
        let terms = SMSTerms(account: account, key: key, token: token, sender: sender, url: url)
        return ChannelTerms(name, .sms(terms), recipients: recipients)
    }

    private mutating func webhook(_ name: String, _ section: SpecSection) -> ChannelTerms? {
        let url = address(of: section)
        let allowsPrivate = flag("private", of: section, default: false)
        guard let entry = section.entries["secrets"] else { return nil }
        guard case .list(let nodes) = entry.value.content, !nodes.isEmpty else {
            report(line: entry.line, path: section.path("secrets"), "expected a list of one or two secrets")
            return nil
        }
        let secrets = nodes.enumerated().compactMap { index, node in
            secret(node, path: "\(section.path("secrets"))[\(index)]")
        }
        guard let url, secrets.count == nodes.count else { return nil }
        return ChannelTerms(name, .webhook(WebhookTerms(url: url, secrets: secrets, allowsPrivate: allowsPrivate)))
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

// MARK: - What holds where a spec says nothing

extension EmailTerms {
    static let usual = EmailTerms(host: "", sender: "")
}

extension SlackTerms {
    static let usualURL = SlackTerms(token: .environment(""), channel: "").url
}

extension SMSTerms {
    static let usualURL = SMSTerms(account: "", token: .environment(""), sender: .from("")).url
}

extension PagerDutyTerms {
    static let usualURL = PagerDutyTerms(routingKey: .environment("")).url
}
