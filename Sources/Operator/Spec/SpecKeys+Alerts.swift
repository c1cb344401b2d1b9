internal import Alerts
internal import Rollout

/// Who is told of what.
extension SpecKeys {
    static let alertSections = [
        SpecKey("runbooks", .mapping(runbooks), "Where people find what to do"),
        SpecKey("alerts", .mapping(alerts), "Who is told of what; nobody, if left out"),
    ]

    static let runbooks = [
        SpecKey("base_url", .anyText, "A page NAME is below it; `tandem runbook NAME`, if left out")
    ]

    static let alerts = [
        SpecKey(
            "channels", .named(channelName, .mapping(channelKinds)),
            "Ways to reach somebody, by name and of one kind each; without routes tried in the order of names",
            usual: .object([:])),
        SpecKey(
            "routes", .list(.mapping(route), least: 0), "Who is told; the first that matches counts", usual: .list([])),
        SpecKey("escalation", .mapping(escalation), "Who else is told while nobody acknowledges"),
        SpecKey("digest", .mapping(digest), "When what is only good to know is told"),
        SpecKey("silences", .mapping(silences), "What people may keep back"),
        SpecKey(
            "limits", .named(channelName, .mapping(channelLimits)), "What a channel bears, by its name",
            usual: .object([:])),
        SpecKey(
            "last_resort", .list(.anyText, least: 0), "A program, with its full path, that gets what no channel took",
            usual: .list([])),
    ]
    static let channelName = "[a-z0-9._-]{1,64}"

    static let channelKinds = [
        SpecKey("slack_webhook", .mapping([secret("url", "The webhook's URL")]), "Slack, by an incoming webhook"),
        SpecKey("slack", .mapping(slack), "Slack, by a bot: messages of one alert share a thread"),
        SpecKey("email", .mapping(email), "Mail by SMTP"),
        SpecKey("sms", .mapping(sms), "Text messages by Twilio"),
        SpecKey("webhook", .mapping(webhook), "Standard Webhooks, signed"),
        SpecKey("pagerduty", .mapping(pagerDuty), "PagerDuty Events v2"),
        SpecKey("alertmanager", .mapping(alertmanager), "Prometheus Alertmanager v2"),
        SpecKey("exec", .list(.anyText), "A program, with its full path, that gets the alert as JSON on its input"),
    ]
    static let slack = [
        secret("token", "A bot token with chat:write"),
        SpecKey("channel", .anyText, "An ID such as C0123ABCD, or #name", isRequired: true),
        SpecKey("url", .anyText, "The API's address", usual: .text(SlackTerms.usualURL)),
    ]
    static let email = [
        SpecKey("host", .anyText, "The mail server", isRequired: true),
        SpecKey("port", .integer(1...65_535), "Its port", usual: .integer(EmailTerms.usual.port)),
        SpecKey(
            "security", .words(MailTransaction.Security.allCases.map(\.rawValue)),
            "none only on this machine", usual: .text(EmailTerms.usual.security.rawValue)),
        SpecKey("user", .anyText, "For AUTH"),
        SpecKey("password", secretShape, "Of the user"),
        SpecKey("from", .anyText, "The sender", isRequired: true),
        SpecKey("to", .list(.anyText), "Recipients; each gets a mail of its own", isRequired: true),
    ]
    static let sms = [
        SpecKey("account", .anyText, "The account's SID", isRequired: true),
        SpecKey("key", .anyText, "An API key's SID, whose secret the token is"), secret("token", "Of account or key"),
        SpecKey("from", .anyText, "A number of yours; or service"),
        SpecKey("service", .anyText, "A messaging service's SID; or from"),
        SpecKey("to", .list(.anyText), "Numbers such as +14155550123", isRequired: true),
        SpecKey("url", .anyText, "The API's address", usual: .text(SMSTerms.usualURL)),
    ]
    static let webhook = [
        SpecKey("url", .anyText, "Where it is posted to", isRequired: true),
        SpecKey("secrets", .list(secretShape), "whsec_...; two while it is being changed", isRequired: true),
        SpecKey("private", .flag, "The host may be in a private network; 127.0.0.1 always may", usual: .bool(false)),
    ]
    static let pagerDuty = [
        secret("routing_key", "Of the integration"),
        SpecKey("url", .anyText, "Its address; the EU has another", usual: .text(PagerDutyTerms.usualURL)),
    ]
    static let alertmanager = [
        SpecKey("url", .anyText, "Its address", isRequired: true),
        SpecKey("user", .anyText, "For basic authentication"),
        SpecKey("password", secretShape, "Of the user"),
    ]

    static let route = [
        SpecKey("name", .anyText, "For messages", isRequired: true),
        SpecKey("severity", .either([severity, .list(severity)]), "This, or any of these; all, if left out"),
        SpecKey("at_least", severity, "This severity or a higher one"),
        SpecKey("causes", .list(.words(AlertCause.allCases.map(\.rawValue).sorted())), "All, if left out"),
        SpecKey("stages", .list(.words(Stage.allCases.map(\.rawValue)), most: 4), "All, if left out"),
        SpecKey(
            "hours", .words(AlertRoute.Hours.allCases.map(\.rawValue)), "Of the exchange",
            usual: .text(AlertRoute.Hours.any.rawValue)),
        SpecKey("channels", .list(.anyText), "In the order of a chain", isRequired: true),
        SpecKey("fallback", .list(.anyText), "For what is urgent and nobody has taken; all others, if left out"),
        SpecKey(
            "mode", .words(AlertRoute.Mode.allCases.map(\.rawValue)),
            "What is urgent always goes to all at once; chain, if left out"),
        SpecKey(
            "wait", .duration, "Before the next of a chain, or the fall-back",
            usual: .seconds(AlertTerms.fallbackSeconds)),
        SpecKey("now", .flag, "What is only good to know is told at once", usual: .bool(false)),
        SpecKey("continue", .flag, "Later routes may match, too", usual: .bool(false)),
    ]
    static let severity = SpecShape.words(AlertSeverity.allCases.map(\.rawValue))

    static let escalation = [
        SpecKey(
            "from", severity, "This severity or a higher one", usual: .text(EscalationTerms().from.rawValue)),
        SpecKey("steps", .list(.mapping(escalationStep), least: 0), "One after the other", usual: .list([])),
        SpecKey("repeat", .duration, "The last step comes again so often; once, if left out"),
    ]
    static let escalationStep = [
        SpecKey("after", .duration, "Since the alert opened", isRequired: true),
        SpecKey("channels", .list(.anyText), "Who else is told", isRequired: true),
    ]
    static let digest = [
        SpecKey("every", .duration, "After the first of a digest", usual: .seconds(DigestTerms().minutes * 60)),
        SpecKey("at", .list(.timeOfDay), "Times of the exchange's day, in place of every"),
    ]
    static let silences = [
        SpecKey("longest", .duration, "How long one may last", usual: .seconds(AlertTerms().silenceMaxHours * 3600))
    ]
    static let channelLimits = [
        SpecKey(
            "per_second", .number(.above(0, to: 1000)), "Messages in the long run",
            usual: number(ChannelLimits().perSecond)),
        SpecKey(
            "burst", .number(.from(1, to: 1000)), "Messages at once after a pause", usual: number(ChannelLimits().burst)
        ),
    ]

    static let secretShape = SpecShape.text(pattern: "(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|exec:.+)")

    private static func number(_ value: Double) -> CanonicalJSON { .decimal(MillionthText.millionths(value)) }

    private static func secret(_ name: String, _ about: String) -> SpecKey {
        SpecKey(name, secretShape, "\(about): env:NAME, file:PATH or exec:COMMAND", isRequired: true)
    }
}
