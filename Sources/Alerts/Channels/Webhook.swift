internal import MarketData

/// Standard Webhooks 1.0.0, PagerDuty Events v2 and Alertmanager v2.
extension ChannelTerms {
    func webhook(
        _ message: AlertMessage, _ terms: WebhookTerms, _ secrets: ResolvedSecrets, _ context: SendContext
    ) throws(ChannelError) -> HTTPExchange {
        if let problem = terms.problems.first { throw .unusableTerms(channel: name, problem: problem) }
        let id = message.webhookID
        let body = message.webhookBody
        var signatures: [String] = []
        for reference in terms.secrets {
            let expected = "whsec_ and base64 of 24 to 64 bytes"
            let text = try secret(reference, secrets, expected) { ChannelAddress.webhookKey($0) != nil }
            signatures +=
                ChannelAddress.webhookKey(text).map {
                    [Self.webhookSignature(id: id, seconds: context.seconds, body: body, key: $0)]
                } ?? []
        }
        let headers = [
            ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(context.seconds)"),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
        var exchange = HTTPExchange("POST", terms.url, headers: headers, body: body)
        exchange.isPublicOnly = !terms.allowsPrivate
        return exchange
    }

    /// `v1,` and base64 of the HMAC over `id.seconds.body`.
    static func webhookSignature(id: String, seconds: Int64, body: [UInt8], key: [UInt8]) -> String {
        "v1," + Base64.encode(SHA256.authenticationCode(of: Array("\(id).\(seconds).".utf8) + body, key: key))
    }

    func page(
        _ message: AlertMessage, _ terms: PagerDutyTerms, _ secrets: ResolvedSecrets, _ context: SendContext
    ) throws(ChannelError) -> HTTPExchange {
        try check(ChannelAddress.isURL(terms.url), "its url is not an https URL")
        let key = try secret(
            terms.routingKey, secrets, "a routing key of 32 letters and digits", ChannelAddress.isRoutingKey)
        let body = message.event(routingKey: key, source: context.localName).bytes
        let url = Self.url(terms.url, "/v2/enqueue")
        return HTTPExchange("POST", url, headers: [("Content-Type", "application/json")], body: body)
    }

    func push(
        _ message: AlertMessage, _ terms: AlertmanagerTerms, _ secrets: ResolvedSecrets, _ context: SendContext
    ) throws(ChannelError) -> HTTPExchange {
        if let problem = terms.problems.first { throw .unusableTerms(channel: name, problem: problem) }
        var password: String?
        if let reference = terms.password {
            password = try secret(reference, secrets, "a password in one line", ChannelAddress.isPassword)
        }
        return HTTPExchange(
            "POST", Self.url(terms.url, "/api/v2/alerts"), headers: [("Content-Type", "application/json")],
            body: message.pushed(seconds: context.seconds).bytes, user: terms.user, password: password)
    }
}

extension AlertMessage {
    /// Less than 20 KB, as the specification recommends.
    static let webhookLimit = 20_000

    /// `{data, timestamp, type}`; with less evidence where it would be too long.
    fileprivate var webhookBody: [UInt8] {
        let sizes = [JSONSize(), JSONSize(details: 1000, evidence: 15, others: 15), .small]
        for size in sizes {
            let body = envelope(size).bytes
            if body.count < Self.webhookLimit { return body }
        }
        return envelope(.small).bytes
    }

    private func envelope(_ size: JSONSize) -> ChannelJSON {
        [
            "type": .text("alert.\(word)"),
            "timestamp": .text(ChannelTime.rfc3339(nanos: notice.alert.updatedAt)), "data": json(size),
        ]
    }

    private var word: String {
        switch purpose {
        case .digest: "digest"
        case .escalation: "escalated"
        case .alert: notice.kind.rawValue
        }
    }

    /// For programs: what is known of it.
    var json: ChannelJSON { json(JSONSize()) }

    /// How much of an alert a JSON text holds.
    fileprivate struct JSONSize {
        var details = MessageView.detailsLimit
        var evidence = MessageView.evidenceLimit
        var others = 100

        static let small = JSONSize(details: 400, evidence: 5, others: 3)
    }

    private func json(_ size: JSONSize) -> ChannelJSON {
        var fields = Self.fields(notice, size)
        fields["kind"] = .text(word)
        fields["message_id"] = .text(ChannelText.line(id, 80))
        fields["runbook"] = .text(ChannelText.line(runbook, 300))
        if case .escalation(let step) = purpose { fields["escalation"] = .integer(step) }
        if isDigest {
            let listed = notices.prefix(size.others + 1)
            let short = JSONSize(details: 0, evidence: 0, others: 0)
            fields = [
                "kind": .text(word), "message_id": .text(ChannelText.line(id, 80)),
                "alerts": .list(listed.map { .object(Self.fields($0, short)) }),
                "more": .integer(notices.count - listed.count + more),
            ]
        }
        return .object(fields)
    }

    private static func fields(_ notice: AlertNotice, _ size: JSONSize) -> [String: ChannelJSON] {
        let alert = notice.alert
        let isWhole = size.details > 0
        let texts = [
            "id": ChannelText.line(alert.id, 40), "fingerprint": ChannelText.line(alert.fingerprint, 40),
            "rollout": ChannelText.line(alert.rollout, 120), "cause": alert.cause.rawValue,
            "subject": ChannelText.line(alert.subject, 120), "severity": alert.severity.rawValue,
            "summary": ChannelText.line(alert.summary, isWhole ? MessageView.summaryLimit : 200),
            "stage": ChannelText.line(alert.stage, 80), "status": ChannelText.line(alert.status, 80),
            "opened_at": ChannelTime.rfc3339(nanos: alert.openedAt),
            "updated_at": ChannelTime.rfc3339(nanos: alert.updatedAt),
            "event_time": ChannelTime.rfc3339(nanos: alert.time),
        ]
        var fields = texts.mapValues { ChannelJSON.text($0) }
        fields["count"] = .integer(alert.count)
        fields["number"] = .integer(notice.number)
        if let resolvedAt = alert.resolvedAt { fields["resolved_at"] = .text(ChannelTime.rfc3339(nanos: resolvedAt)) }
        guard isWhole else { return fields }
        fields["details"] = .text(ChannelText.paragraph(alert.details, size.details))
        fields["evidence"] = .list(
            alert.evidence.prefix(size.evidence).map {
                ["name": .text(ChannelText.line($0.name, 80)), "value": .text(ChannelText.line($0.value, 300))]
            })
        let rest = alert.evidence.count - size.evidence
        if rest > 0 { fields["evidence_more"] = .integer(rest) }
        return fields
    }
}
