/// What came back for a message, and what it means.
public struct ChannelAnswer: Hashable, Sendable {
    public var outcome: ResponseClass
    /// The provider's name for the message: Slack's `ts`, Twilio's SID, PagerDuty's key.
    public var providerID: String?
    /// Where Slack put it.
    public var thread: SlackThread?
    /// The answer in at most 200 printable characters, without secrets and phone numbers.
    public var shown: String

    public init(_ outcome: ResponseClass, providerID: String? = nil, thread: SlackThread? = nil, shown: String = "") {
        self.outcome = outcome
        self.providerID = providerID
        self.thread = thread
        self.shown = shown
    }
}

extension ChannelTerms {
    /// Characters of an answer that are shown.
    static let shownLimit = 200

    /// What `result` means for the message whose request had `context`.
    ///
    /// `secrets` are all that are known, so that none is shown, whoever repeats it.
    public func classify(_ result: WireResult, secrets: ResolvedSecrets, context: SendContext) -> ChannelAnswer {
        let reading = AnswerReading(result, now: context.seconds, isShort: context.isShort)
        var answer: ChannelAnswer
        switch kind {
        case .slackWebhook: answer = reading.slackWebhook
        case .slack: answer = reading.slack
        case .email: answer = ChannelAnswer(reading.mail)
        case .sms: answer = reading.sms
        case .webhook: answer = ChannelAnswer(reading.webhook)
        case .pagerDuty: answer = reading.pagerDuty
        case .alertmanager: answer = ChannelAnswer(reading.alertmanager)
        case .exec: answer = ChannelAnswer(reading.exec)
        }
        answer.shown = shown(result, secrets)
        return answer
    }

    private func shown(_ result: WireResult, _ secrets: ResolvedSecrets) -> String {
        var user: String?
        var isSMS = false
        switch kind {
        case .email(let terms): user = terms.user
        case .alertmanager(let terms): user = terms.user
        case .sms(let terms): (user, isSMS) = (terms.key ?? terms.account, true)
        default: break
        }
        var facts: [String] = []
        if let failure = result.failure { facts.append(failure.rawValue) }
        if let status = result.status { facts.append("\(status)") }
        if !result.detail.isEmpty { facts.append(result.detail) }
        let bytes = Array((facts.joined(separator: " ") + (result.body.isEmpty ? "" : " ")).utf8) + result.body
        let scrubber = SecretScrubber(secrets, user: user, masksPhoneNumbers: isSMS)
        return scrubber.shown(bytes, limit: Self.shownLimit)
    }
}

/// A result as each kind of channel reads it.
struct AnswerReading {
    let result: WireResult
    /// What the provider asks for, seconds.
    let retryAfter: Double?
    /// Once only: what was short already cannot be made shorter.
    let shrink: ResponseClass

    init(_ result: WireResult, now: Int64, isShort: Bool) {
        self.result = result
        retryAfter = ChannelTime.retryAfter(result.retryAfter, now: now)
        shrink = isShort ? .permanent(.content) : .shrink
    }

    var retry: ResponseClass { .retry(after: retryAfter) }
    var status: Int { result.status ?? 0 }

    /// How an HTTP exchange failed; nil when there is a complete answer.
    ///
    /// - Parameter lost: what it means when the request may have arrived.
    func failure(lost: ResponseClass) -> ResponseClass? {
        switch result.failure {
        case nil: result.status == nil ? lost : nil
        case .notSent: retry
        case .certificate, .noEncryption, .privateAddress: .permanent(.config)
        case .login: .permanent(.channel)
        case .refused, .rejected, .lost, .program: lost
        }
    }

    /// Standard Webhooks: an id makes sending again safe.
    var webhook: ResponseClass {
        if let failure = failure(lost: retry) { return failure }
        return switch status {
        case 200..<300: .ok
        case 300..<400, 400, 401, 403, 404, 422: .permanent(.config)
        case 410: .permanent(.channel)
        default: retry
        }
    }

    /// PagerDuty Events v2: the key makes sending again safe.
    var pagerDuty: ChannelAnswer {
        struct Reply: Decodable {
            var key: String?

            enum CodingKeys: String, CodingKey { case key = "dedup_key" }
        }
        if let failure = failure(lost: retry) { return ChannelAnswer(failure) }
        switch status {
        case 202:
            let key = ChannelJSON.read(Reply.self, result.body)?.key
            return ChannelAnswer(.ok, providerID: key.map { ChannelText.line($0, 255) })
        case 400: return ChannelAnswer(.permanent(.config))
        default: return ChannelAnswer(retry)
        }
    }

    /// Alertmanager v2, whose labels make sending again safe. What stands before it asks for a password or for another
    /// path, as a webhook's server does.
    var alertmanager: ResponseClass {
        if let failure = failure(lost: retry) { return failure }
        return switch status {
        case 200: .ok
        case 300..<400, 400, 401, 403, 404, 405, 422: .permanent(.config)
        default: retry
        }
    }

    /// A program's exit status, with the names of sysexits.h for 75 (try again) and 78 (configuration).
    var exec: ResponseClass {
        guard result.failure == nil else { return retry }
        return result.status == 0 ? .ok : result.status == 78 ? .permanent(.config) : retry
    }

    /// SMTP: only an exchange without failure is a success, because a reply code may be an earlier command's.
    var mail: ResponseClass {
        switch result.failure {
        case nil: status == 250 ? .ok : .ambiguous
        case .notSent: retry
        case .certificate, .noEncryption, .privateAddress: .permanent(.config)
        case .login: (400..<500).contains(status) ? retry : .permanent(.config)
        case .refused:
            switch status {
            // Too much mail for the recipient at the moment (RFC 5321, section 4.5.3.1.10).
            case 552: retry
            case 530, 534, 535, 538: .permanent(.config)
            case 500..<600: .permanent(.recipient)
            default: retry
            }
        case .rejected:
            switch status {
            case 400..<500: retry
            case 500..<600: .permanent(.content)
            default: .ambiguous
            }
        case .lost: .ambiguous
        case .program: .permanent(.config)
        }
    }
}
