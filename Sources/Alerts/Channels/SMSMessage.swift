internal import MarketData

/// Twilio Messages: sending, and asking what became of it.
extension ChannelTerms {
    /// A message that is still under way after so many seconds is given up by the provider; its own default is ten hours.
    static let smsValiditySeconds = 300

    func text(
        _ message: AlertMessage, to recipient: String, _ terms: SMSTerms, _ secrets: ResolvedSecrets,
        _ context: SendContext
    ) throws(ChannelError) -> HTTPExchange {
        guard ChannelAddress.isPhoneNumber(recipient) else {
            throw .unusableRecipient(channel: name, expected: "a number in E.164 form such as +14155550123")
        }
        var fields = [("To", recipient)]
        switch terms.sender {
        case .from(let number): fields.append(("From", number))
        case .service(let sid): fields.append(("MessagingServiceSid", sid))
        }
        let text = Self.smsText(message, isShort: context.isShort)
        fields += [
            ("Body", text), ("ValidityPeriod", "\(Self.smsValiditySeconds)"), ("Attempt", "\(max(1, context.attempt))"),
        ]
        var request = try twilio("POST", "/Messages.json", terms, secrets)
        request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array(FormText.encode(fields).utf8)
        return request
    }

    /// One segment of GSM-7: identity, what happened, and the runbook where it has room.
    static func smsText(_ message: AlertMessage, isShort: Bool = false) -> String {
        let limit = isShort ? 120 : 160
        let view = MessageView(message)
        let id = GSM7.clip(GSM7.plain(message.id), 60)
        let place = message.isDigest ? "" : " on \(message.notice.alert.rollout)"
        let start = "\(id) " + GSM7.plain(view.title)
        guard !message.isDigest else { return GSM7.clip("\(start). tandem alerts list", limit) }
        let runbook = GSM7.plain(". \(view.runbook)")
        for end in [GSM7.plain(place) + runbook, runbook] where (start + end).unicodeScalars.count <= limit && !isShort
        {
            return start + end
        }
        return GSM7.clip(start, limit)
    }

    /// Lists what went to `recipient` since yesterday, to see whether a message that may have been sent was.
    public func lookup(
        to recipient: String, secrets: ResolvedSecrets, context: SendContext
    ) throws(ChannelError) -> WireRequest {
        guard case .sms(let terms) = kind else {
            throw .unusableTerms(channel: name, problem: "its provider cannot be asked what it sent")
        }
        guard ChannelAddress.isPhoneNumber(recipient) else {
            throw .unusableRecipient(channel: name, expected: "a number in E.164 form such as +14155550123")
        }
        // An attempt before midnight is looked for after it.
        let since = ChannelTime.date(seconds: context.seconds - 86_400)
        let query = FormText.encode([("To", recipient), ("DateSent>", "\(since)"), ("PageSize", "100")])
        var request = try twilio("GET", "/Messages.json?\(query)", terms, secrets)
        request.answerLimit = 256 * 1024
        return .http(request)
    }

    /// Asks for the status of one message.
    public func poll(_ sid: String, secrets: ResolvedSecrets) throws(ChannelError) -> WireRequest {
        guard case .sms(let terms) = kind else {
            throw .unusableTerms(channel: name, problem: "its provider cannot be asked what it sent")
        }
        try check(ChannelAddress.isSID(sid, "SM", "MM"), "what is asked for is not a message's SID")
        return .http(try twilio("GET", "/Messages/\(sid).json", terms, secrets))
    }

    private func twilio(
        _ method: String, _ path: String, _ terms: SMSTerms, _ secrets: ResolvedSecrets
    ) throws(ChannelError) -> HTTPExchange {
        if let problem = terms.problems.first { throw .unusableTerms(channel: name, problem: problem) }
        let token = try secret(terms.token, secrets, "a token", ChannelAddress.isToken)
        let url = Self.url(terms.url, "/2010-04-01/Accounts/\(terms.account)\(path)")
        return HTTPExchange(method, url, user: terms.key ?? terms.account, password: token)
    }
}

/// `application/x-www-form-urlencoded`, as the URL Standard of WHATWG has it.
enum FormText {
    static func encode(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(encode($0.name))=\(encode($0.value))" }.joined(separator: "&")
    }

    private static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if ChannelText.isLetterOrDigit(byte) || "-._*".utf8.contains(byte) {
                bytes.append(byte)
            } else if byte == 32 {
                bytes.append(UInt8(ascii: "+"))
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
