internal import Alerts

/// The sections in the one spelling, with every default filled in and references in place of secrets.
extension AlertSettings {
    var canonical: [String: CanonicalJSON] {
        let kinds = channels.map { ($0.name, $0.canonical) }
        return [
            "runbooks": .object(["base_url": terms.runbookBase.map(CanonicalJSON.text)].compactMapValues(\.self)),
            "alerts": .object([
                "channels": .object(Dictionary(kinds, uniquingKeysWith: { first, _ in first })),
                "routes": .list(terms.routes.map(\.canonical)), "escalation": terms.escalation.canonical,
                "digest": terms.digest.canonical,
                "silences": .object(["longest": .seconds(terms.silenceMaxHours * 3600)]),
                "limits": .object(terms.limits.mapValues(\.canonical)), "last_resort": .texts(lastResort),
            ]),
        ]
    }
}

extension CanonicalJSON {
    /// To the nanosecond, so that what was read in seconds, minutes or hours is written as it was.
    static func seconds(_ value: Double) -> CanonicalJSON {
        .text(DurationText.print(.nanoseconds(Int((value * 1e9).rounded()))))
    }

    static func texts(_ values: [String]) -> CanonicalJSON { .list(values.map(CanonicalJSON.text)) }

    fileprivate static func secret(_ reference: SecretReference) -> CanonicalJSON { .text(reference.written) }
}

extension SecretReference {
    /// As a spec has it; `description` leaves a command's arguments out.
    fileprivate var written: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .program(let command): "exec:\(command)"
        }
    }
}

extension ChannelTerms {
    fileprivate var canonical: CanonicalJSON {
        switch kind {
        case .slackWebhook(let terms): .object(["slack_webhook": .object(["url": .secret(terms.url)])])
        case .slack(let terms):
            .object([
                "slack": .object([
                    "token": .secret(terms.token), "channel": .text(terms.channel), "url": .text(terms.url),
                ])
            ])
        case .email(let terms): .object(["email": terms.canonical(recipients)])
        case .sms(let terms): .object(["sms": terms.canonical(recipients)])
        case .webhook(let terms):
            .object([
                "webhook": .object([
                    "url": .text(terms.url), "secrets": .list(terms.secrets.map(CanonicalJSON.secret)),
                    "private": .bool(terms.allowsPrivate),
                ])
            ])
        case .pagerDuty(let terms):
            .object(["pagerduty": .object(["routing_key": .secret(terms.routingKey), "url": .text(terms.url)])])
        case .alertmanager(let terms): .object(["alertmanager": terms.canonical])
        case .exec(let terms): .object(["exec": .texts(terms.arguments)])
        }
    }
}

extension EmailTerms {
    fileprivate func canonical(_ recipients: [String]) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "host": .text(host), "port": .integer(port), "security": .text(security.rawValue), "from": .text(sender),
            "to": .texts(recipients),
        ]
        members["user"] = user.map(CanonicalJSON.text)
        members["password"] = password.map(CanonicalJSON.secret)
        return .object(members)
    }
}

extension SMSTerms {
    fileprivate func canonical(_ recipients: [String]) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "account": .text(account), "token": .secret(token), "to": .texts(recipients), "url": .text(url),
        ]
        members["key"] = key.map(CanonicalJSON.text)
        switch sender {
        case .from(let text): members["from"] = .text(text)
        case .service(let sid): members["service"] = .text(sid)
        }
        return .object(members)
    }
}

extension AlertmanagerTerms {
    fileprivate var canonical: CanonicalJSON {
        var members = ["url": CanonicalJSON.text(url)]
        members["user"] = user.map(CanonicalJSON.text)
        members["password"] = password.map(CanonicalJSON.secret)
        return .object(members)
    }
}

extension AlertRoute {
    /// Without the conditions that it does not have.
    fileprivate var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "name": .text(name), "hours": .text(hours.rawValue), "channels": .texts(channels),
            "wait": .seconds(waitSeconds), "now": .bool(isImmediate), "continue": .bool(continues),
        ]
        members["at_least"] = atLeast.map { .text($0.rawValue) }
        members["mode"] = mode.map { .text($0.rawValue) }
        let lists = [
            "severity": severities.map(\.rawValue), "causes": causes.map(\.rawValue), "stages": stages,
            "fallback": fallback,
        ]
        for (key, list) in lists where !list.isEmpty { members[key] = .texts(list) }
        return .object(members)
    }
}

extension EscalationTerms {
    fileprivate var canonical: CanonicalJSON {
        let rows = steps.map { step in
            CanonicalJSON.object(["after": .seconds(step.afterMinutes * 60), "channels": .texts(step.channels)])
        }
        var members: [String: CanonicalJSON] = ["from": .text(from.rawValue), "steps": .list(rows)]
        members["repeat"] = repeatMinutes.map { .seconds($0 * 60) }
        return .object(members)
    }
}

extension DigestTerms {
    /// Times are used in place of minutes.
    fileprivate var canonical: CanonicalJSON {
        guard !times.isEmpty else { return .object(["every": .seconds(minutes * 60)]) }
        return .object(["at": .texts(times.map(TimeOfDayText.print))])
    }
}

extension ChannelLimits {
    fileprivate var canonical: CanonicalJSON {
        .object([
            "per_second": .decimal(MillionthText.millionths(perSecond)),
            "burst": .decimal(MillionthText.millionths(burst)),
        ])
    }
}
