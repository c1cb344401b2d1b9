/// Requests for the messages of a channel.
extension ChannelTerms {
    /// What is to leave the machine for `message` to `recipient`, which is ignored by channels without recipients.
    ///
    /// The same arguments give the same bytes.
    public func request(
        _ message: AlertMessage, to recipient: String = "", secrets: ResolvedSecrets, context: SendContext
    ) throws(ChannelError) -> WireRequest {
        switch kind {
        case .slackWebhook(let terms):
            let url = try secret(terms.url, secrets, "an https URL") { ChannelAddress.isURL($0) }
            return .http(SlackMessage(message, context).webhook(url: url))
        case .slack(let terms):
            try check(ChannelAddress.isURL(terms.url), "its url is not an https URL, or http to this machine")
            try check(ChannelAddress.isSlackChannel(terms.channel), "its channel is neither an ID nor #name")
            let token = try secret(terms.token, secrets, "a token", ChannelAddress.isToken)
            return .http(SlackMessage(message, context).post(terms, token: token, thread: context.thread))
        case .email(let terms):
            return .mail(try mail(message, to: recipient, terms, secrets, context))
        case .sms(let terms):
            return .http(try text(message, to: recipient, terms, secrets, context))
        case .webhook(let terms):
            return .http(try webhook(message, terms, secrets, context))
        case .pagerDuty(let terms):
            return .http(try page(message, terms, secrets, context))
        case .alertmanager(let terms):
            return .http(try push(message, terms, secrets, context))
        case .exec(let terms):
            try check(!terms.arguments.isEmpty, "it has no program")
            return .program(ProgramCall(terms.arguments, input: message.json.bytes + [10]))
        }
    }

    func check(_ holds: Bool, _ problem: String) throws(ChannelError) {
        guard holds else { throw .unusableTerms(channel: name, problem: problem) }
    }

    func secret(
        _ reference: SecretReference, _ secrets: ResolvedSecrets, _ expected: String, _ isUsable: (String) -> Bool
    ) throws(ChannelError) -> String {
        guard let value = secrets[reference], !value.isEmpty else {
            throw .missingSecret(channel: name, reference: reference)
        }
        guard isUsable(value) else {
            throw .unusableSecret(channel: name, reference: reference, expected: expected)
        }
        return value
    }

    /// `path` behind a base URL.
    static func url(_ base: String, _ path: String) -> String {
        (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }
}
