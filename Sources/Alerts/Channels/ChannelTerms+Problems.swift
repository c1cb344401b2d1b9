/// What is wrong with channels before anything is sent.
extension ChannelTerms {
    /// What `lint` refuses; each says what was expected. Nothing given is repeated that could be a secret.
    public var problems: [String] {
        var problems = name.isEmpty ? ["a channel has no name"] : kindProblems
        switch kind {
        case .email:
            problems += recipientProblems("an address such as desk@example.com", ChannelAddress.isEmail)
        case .sms:
            problems += recipientProblems("a number in E.164 form such as +14155550123", ChannelAddress.isPhoneNumber)
        default:
            if !recipients.isEmpty { problems.append("it takes no recipients: they belong to email and sms") }
        }
        return problems.map { "channel \(name): \($0)" }
    }

    /// What `lint --secrets` and `run` refuse: secrets that are missing or cannot be what they are for.
    public func problems(with secrets: ResolvedSecrets) -> [String] {
        let seconds = SendContext(seconds: 0, hostName: "localhost")
        let alert = Alert.sample
        let message = AlertMessage(AlertNotice(.opened, number: 1, alert), runbook: "tandem runbook test")
        var problems: [String] = []
        for recipient in kind.hasRecipients ? recipients : [""] {
            do {
                _ = try request(message, to: recipient, secrets: secrets, context: seconds)
            } catch {
                if !problems.contains(error.description) { problems.append(error.description) }
            }
        }
        return problems
    }

    private func recipientProblems(_ expected: String, _ isUsable: (String) -> Bool) -> [String] {
        guard !recipients.isEmpty else { return ["it has no recipients"] }
        var problems: [String] = []
        for (place, recipient) in recipients.enumerated() where !isUsable(recipient) {
            problems.append("recipient \(place + 1) is not \(expected)")
        }
        if Set(recipients).count < recipients.count { problems.append("a recipient stands there twice") }
        return problems
    }

    private var kindProblems: [String] {
        switch kind {
        case .slackWebhook, .pagerDuty: baseProblems
        case .slack(let terms):
            baseProblems
                + (ChannelAddress.isSlackChannel(terms.channel)
                    ? [] : ["its channel is neither an ID such as C0123ABCD nor #name"])
        case .email(let terms): terms.problems
        case .sms(let terms): terms.problems
        case .webhook(let terms): terms.problems
        case .alertmanager(let terms): terms.problems
        case .exec(let terms):
            terms.arguments.first.map { !$0.isEmpty } ?? false
                && terms.arguments.allSatisfy { !$0.utf8.contains(0) } ? [] : ["it has no program to run"]
        }
    }

    private var baseProblems: [String] {
        let url =
            switch kind {
            case .slack(let terms): terms.url
            case .pagerDuty(let terms): terms.url
            default: "https://localhost"
            }
        return ChannelAddress.isURL(url) ? [] : ["its url is not an https URL, or http to this machine"]
    }
}

extension EmailTerms {
    var problems: [String] {
        var problems: [String] = []
        if !ChannelAddress.isHostName(host) { problems.append("its host is not a host name") }
        if !(1...65_535).contains(port) { problems.append("its port is not in 1 to 65535") }
        if !ChannelAddress.isEmail(sender) {
            problems.append("its sender is not an address such as tandem@example.com")
        }
        if security == .none, !ChannelAddress.isLocal(host) {
            problems.append("security none is only for a server on this machine: use starttls or tls")
        }
        if (user == nil) != (password == nil) { problems.append("user and password belong together") }
        if let user, !ChannelAddress.isPassword(user) { problems.append("its user is not one line of text") }
        return problems
    }
}

extension SMSTerms {
    var problems: [String] {
        var problems: [String] = []
        if !ChannelAddress.isURL(url) { problems.append("its url is not an https URL, or http to this machine") }
        if !ChannelAddress.isSID(account, "AC") { problems.append("its account is not AC and 32 hex digits") }
        if let key, !ChannelAddress.isSID(key, "SK") { problems.append("its key is not SK and 32 hex digits") }
        switch sender {
        case .from(let text):
            if !ChannelAddress.isSMSSender(text) {
                problems.append(
                    "its sender is not a number in E.164 form, a short code, or up to 11 letters and digits")
            }
        case .service(let sid):
            if !ChannelAddress.isSID(sid, "MG") { problems.append("its messaging service is not MG and 32 hex digits") }
        }
        return problems
    }
}

extension WebhookTerms {
    var problems: [String] {
        var problems: [String] = []
        if !ChannelAddress.isURL(url) { problems.append("its url is not an https URL, or http to this machine") }
        if !(1...2).contains(secrets.count) { problems.append("it needs one secret, or two while they are changed") }
        return problems
    }
}

extension AlertmanagerTerms {
    var problems: [String] {
        var problems: [String] = []
        if !ChannelAddress.isURL(url) { problems.append("its url is not an https URL, or http to this machine") }
        if (user == nil) != (password == nil) { problems.append("user and password belong together") }
        // Basic authentication ends the user at the first colon.
        if let user, user.contains(":") || !ChannelAddress.isPassword(user) {
            problems.append("its user is not one line of text without a colon")
        }
        return problems
    }
}

extension Alert {
    /// For trying whether a request can be made.
    fileprivate static let sample = Alert(
        id: "A-0000000000", fingerprint: "0000000000000000", rollout: "test", cause: .test, subject: "",
        severity: .info,
        summary: "Test", details: "", evidence: [], stage: "", status: "", openedAt: 0, updatedAt: 0, resolvedAt: nil,
        time: 0, count: 1)
}
