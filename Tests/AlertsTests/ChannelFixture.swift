import Foundation
import Testing

@testable import Alerts

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct ChannelRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private static let pieces: [String] = [
        "a", "Z", "7", " ", "&", "<", ">", "\"", "'", "\\", "/", ".", "\n", "\r", "\r\n", "\n.", "\0", "\u{1B}[31m",
        "\t",
        "\u{85}", "\u{2028}", "\u{202E}", "é", "漢", "😀", "👩‍👩‍👧", "e\u{301}", "=", "=?utf-8?q?x?=",
        "\r\nBcc: x@example.com\r\n",
        "<!channel>", "]]>", "{", "|", "€", "…", "_", "*", "@", "+14155550123",
    ]

    mutating func text(upTo limit: Int) -> String {
        // Mostly short, now and then as long as it may be.
        let isLong = Int.random(in: 0..<8, using: &self) == 0
        let count = Int.random(in: 0...(isLong ? limit : min(limit, 60)), using: &self)
        // Now and then the same all over, which is the worst for some limit.
        if Int.random(in: 0..<4, using: &self) == 0, let piece = Self.pieces.randomElement(using: &self) {
            return String(repeating: piece, count: count)
        }
        return (0..<count).map { _ in Self.pieces.randomElement(using: &self) ?? "" }.joined()
    }
}

enum ChannelFixture {
    /// 2026-11-20 14:30:05 UTC, by `date -u -d '2026-11-20 14:30:05' +%s`.
    static let seconds: Int64 = 1_795_185_005
    static let nanos = UInt64(seconds) * 1_000_000_000
    static let context = SendContext(seconds: seconds, hostName: "desk1.example.com")
    static let account = "AC" + String(repeating: "0a", count: 16)
    static let service = "MG" + String(repeating: "1b", count: 16)

    static let slackURL = SecretReference.environment("SLACK_URL")
    static let slackToken = SecretReference.environment("SLACK_TOKEN")
    static let mailPassword = SecretReference.file("/etc/tandem/mail")
    static let smsToken = SecretReference.environment("TWILIO")
    static let oldHook = SecretReference.environment("HOOK_OLD")
    static let newHook = SecretReference.environment("HOOK_NEW")
    static let routingKey = SecretReference.program("pass pagerduty")
    static let pushPassword = SecretReference.environment("AM_PASSWORD")

    static let values: [SecretReference: String] = [
        slackURL: "https://hooks.slack.com/services/T00000001/B00000002/abcdefghijklmnopqrstuvwx",
        slackToken: "xoxb-111111111111-222222222222-AbCdEfGhIjKlMnOp",
        mailPassword: "correct horse & battery", smsToken: "0123456789abcdef0123456789abcdef",
        oldHook: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        newHook: "whsec_" + Data(repeating: 7, count: 32).base64EncodedString(),
        routingKey: "R0123456789ABCDEFGHIJ0123456789Z", pushPassword: "prometheus!",
    ]
    static let secrets = ResolvedSecrets(values)

    static let slackWebhook = ChannelTerms("hook", .slackWebhook(SlackWebhookTerms(url: slackURL)))
    static let slack = ChannelTerms("desk", .slack(SlackTerms(token: slackToken, channel: "C0123ABCD")))
    static let email = ChannelTerms(
        "mail",
        .email(
            EmailTerms(host: "mail.example.com", user: "tandem", password: mailPassword, sender: "tandem@example.com")),
        recipients: ["desk@example.com"])
    static let sms = ChannelTerms(
        "sms", .sms(SMSTerms(account: account, token: smsToken, sender: .from("+14155550100"))),
        recipients: ["+14155550123"])
    static let webhook = ChannelTerms(
        "ops", .webhook(WebhookTerms(url: "https://ops.example.com/hook", secrets: [oldHook])))
    static let pagerDuty = ChannelTerms("pager", .pagerDuty(PagerDutyTerms(routingKey: routingKey)))
    static let alertmanager = ChannelTerms(
        "am", .alertmanager(AlertmanagerTerms(url: "http://127.0.0.1:9093/", user: "tandem", password: pushPassword)))
    static let exec = ChannelTerms("bell", .exec(ExecTerms(arguments: ["/usr/local/bin/bell", "--loud"])))
    static let all = [slackWebhook, slack, email, sms, webhook, pagerDuty, alertmanager, exec]

    static func alert(
        _ severity: AlertSeverity = .critical, cause: AlertCause = .rollback,
        summary: String = "Everything went back to the baseline", details: String = "The candidate lost 2.4 R.",
        evidence: [AlertEvidence] = [AlertEvidence("loss", "2.4 R"), AlertEvidence("limit", "2 R")],
        resolvedAt: UInt64? = nil
    ) -> Alert {
        Alert(
            id: "A-0123456789", fingerprint: "00112233445566ff", rollout: "es-v3", cause: cause, subject: "candidate",
            severity: severity, summary: summary, details: details, evidence: evidence, stage: "limited",
            status: "running", openedAt: nanos - 65_000_000_000, updatedAt: nanos, resolvedAt: resolvedAt, time: nanos,
            count: 3)
    }

    static func message(
        _ kind: AlertNotice.Kind = .opened, number: Int = 1, _ alert: Alert = alert(),
        purpose: AlertMessage.Purpose = .alert, runbook: String = "https://runbooks.example.com/rollback"
    ) -> AlertMessage {
        AlertMessage(AlertNotice(kind, number: number, alert), purpose: purpose, runbook: runbook)
    }

    static let resolve = message(.resolved, number: 4, alert(resolvedAt: nanos))

    static func digest(_ count: Int, more: Int = 0) -> AlertMessage {
        let notices = (0..<count).map { place in
            var alert = alert(.info, cause: .summary, summary: "Number \(place)", evidence: [])
            alert.id = "A-\(1_000_000_000 + place)"
            return AlertNotice(.opened, number: 1, alert)
        }
        return AlertMessage(
            notices[0], others: Array(notices.dropFirst()), more: more, purpose: .digest,
            runbook: "tandem runbook summary", id: "G-0123456789.0")
    }

    /// A message whose every text is random.
    static func random(_ random: inout ChannelRandom) -> AlertMessage {
        func one() -> AlertNotice {
            let severity = AlertSeverity.allCases.randomElement(using: &random) ?? .info
            let evidence = (0..<Int.random(in: 0...100, using: &random)).map { _ in
                AlertEvidence(random.text(upTo: 200), random.text(upTo: 1000))
            }
            var alert = alert(
                severity, cause: AlertCause.allCases.randomElement(using: &random) ?? .test,
                summary: random.text(upTo: 10_000), details: random.text(upTo: 10_000), evidence: evidence)
            alert.rollout = random.text(upTo: 300)
            alert.subject = random.text(upTo: 300)
            alert.stage = random.text(upTo: 50)
            alert.status = random.text(upTo: 50)
            if Int.random(in: 0..<3, using: &random) == 0 { alert.id = random.text(upTo: 50) }
            if Int.random(in: 0..<3, using: &random) == 0 { alert.fingerprint = random.text(upTo: 50) }
            return AlertNotice(.allCases.randomElement(using: &random) ?? .opened, number: 1, alert)
        }
        let purposes: [AlertMessage.Purpose] = [.alert, .escalation(step: 2), .digest]
        let purpose = purposes.randomElement(using: &random) ?? .alert
        let others = purpose == .digest ? (0..<Int.random(in: 0...5, using: &random)).map { _ in one() } : []
        let runbooks = [
            "tandem runbook rollback", "https://x.example/" + random.text(upTo: 300), random.text(upTo: 3000),
        ]
        return AlertMessage(
            one(), others: others, more: Int.random(in: 0...5, using: &random), purpose: purpose,
            runbook: runbooks.randomElement(using: &random) ?? "")
    }

    static var rounds: Int { ProcessInfo.processInfo.environment["TANDEM_SOAK"] == nil ? 10 : 1000 }
}

extension ChannelTerms {
    func http(
        _ message: AlertMessage, to recipient: String = "", _ context: SendContext = ChannelFixture.context
    ) throws -> HTTPExchange {
        let request = try request(message, to: recipient, secrets: ChannelFixture.secrets, context: context)
        guard case .http(let exchange) = request else { throw ChannelFixtureError.otherRequest }
        return exchange
    }

    func mail(
        _ message: AlertMessage, to recipient: String = "desk@example.com",
        _ context: SendContext = ChannelFixture.context
    ) throws -> MailTransaction {
        let request = try request(message, to: recipient, secrets: ChannelFixture.secrets, context: context)
        guard case .mail(let mail) = request else { throw ChannelFixtureError.otherRequest }
        return mail
    }

    /// The class of an answer with `status` and `body`, or of a failure.
    func outcome(
        _ status: Int?, _ body: String = "", failure: WireResult.Failure? = nil, retryAfter: String? = nil,
        isShort: Bool = false
    ) -> ResponseClass { answer(status, body, failure: failure, retryAfter: retryAfter, isShort: isShort).outcome }

    func answer(
        _ status: Int?, _ body: String = "", failure: WireResult.Failure? = nil, retryAfter: String? = nil,
        detail: String = "", isShort: Bool = false
    ) -> ChannelAnswer {
        var context = ChannelFixture.context
        context.isShort = isShort
        let result = WireResult(
            failure: failure, status: status, retryAfter: retryAfter, body: Array(body.utf8), detail: detail,
            startedAt: 0, endedAt: 1)
        return classify(result, secrets: ChannelFixture.secrets, context: context)
    }
}

enum ChannelFixtureError: Error { case otherRequest, otherShape }

/// JSON as another reader sees it.
func channelJSON(_ bytes: [UInt8]) throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
        throw ChannelFixtureError.otherShape
    }
    return object
}

extension HTTPExchange {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
}
