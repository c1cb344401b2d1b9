internal import MarketData

extension AlertMessage {
    /// An event of PagerDuty. The fingerprint is its key: an alert is one incident however often it is sent.
    func event(routingKey: String, source: String) -> ChannelJSON {
        let alert = notice.alert
        var event: [String: ChannelJSON] = [
            "routing_key": .text(routingKey), "event_action": isResolve ? "resolve" : "trigger",
            "dedup_key": .text(ChannelText.line(isDigest ? id : alert.fingerprint, 255)),
        ]
        guard !isResolve else { return .object(event) }
        let view = MessageView(self)
        let highest = notices.map(\.alert.severity).max() ?? alert.severity
        var payload: [String: ChannelJSON] = [
            "summary": .text(ChannelText.line(view.title, 1024)), "source": .text(source),
            "severity": .text(highest.isUrgent ? "critical" : highest.rawValue),
            "timestamp": .text(ChannelTime.rfc3339(nanos: alert.updatedAt)), "custom_details": json,
        ]
        if !isDigest {
            payload["class"] = .text(alert.cause.rawValue)
            if !alert.subject.isEmpty { payload["component"] = .text(ChannelText.line(alert.subject, 120)) }
            if !alert.rollout.isEmpty { payload["group"] = .text(ChannelText.line(alert.rollout, 120)) }
        }
        event["payload"] = .object(payload)
        event["client"] = "tandem"
        if ChannelAddress.isURL(runbook, allowsPlain: true) {
            event["links"] = .list([["href": .text(runbook), "text": "Runbook"]])
        }
        return .object(event)
    }

    /// Until when an alert stands at an Alertmanager that hears no end of it, seconds: as long as it is escalated.
    private static let standsForSeconds: UInt64 = 86_400
    /// The same for what has no end and nobody has to act on, a test for one: told once, not every few hours.
    private static let momentStandsForSeconds: UInt64 = 3600

    /// Alerts of an Alertmanager, whose labels are their identity. A severity that was left behind ends, so that a raised
    /// alert does not stand twice.
    func pushed(seconds: Int64) -> ChannelJSON {
        let now = UInt64(max(0, seconds)) &* 1_000_000_000
        return .list(
            notices.flatMap { notice -> [ChannelJSON] in
                let alert = notice.alert
                let isOver = notice.kind == .resolved
                let isPassing = alert.resolvedAt != nil && !alert.severity.isUrgent
                let stands = isPassing ? Self.momentStandsForSeconds : Self.standsForSeconds
                let end = isOver ? alert.resolvedAt ?? alert.updatedAt : now + stands * 1_000_000_000
                var alerts = [entry(notice, alert.severity, end: end)]
                if isOver || notice.kind == .raised {
                    let lower = AlertSeverity.allCases.filter { $0 < alert.severity }
                    alerts += lower.map { entry(notice, $0, end: alert.updatedAt) }
                }
                return alerts
            })
    }

    private func entry(_ notice: AlertNotice, _ severity: AlertSeverity, end: UInt64) -> ChannelJSON {
        let alert = notice.alert
        let labels = [
            "alertname": "tandem-\(alert.cause.rawValue)", "cause": alert.cause.rawValue,
            "severity": severity.rawValue, "rollout": ChannelText.line(alert.rollout, 120),
            "subject": ChannelText.line(alert.subject, 120),
        ]
        let details = ChannelText.paragraph(alert.details, MessageView.detailsLimit)
        let summary = ChannelText.line(alert.summary, MessageView.summaryLimit)
        var annotations = [
            "summary": summary, "description": details.isEmpty ? summary : details,
            "alert_id": ChannelText.line(alert.id, 40),
        ]
        let evidence = MessageView.evidence(alert)
        annotations["evidence"] =
            evidence.isEmpty ? nil : ChannelText.list(evidence, more: alert.evidence.count - evidence.count)
        annotations["runbook_url"] = ChannelText.line(
            isDigest ? "tandem runbook \(alert.cause.rawValue)" : runbook, 300)
        return [
            // An Alertmanager takes no empty label.
            "labels": .object(labels.filter { !$0.value.isEmpty }.mapValues { .text($0) }),
            "annotations": .object(annotations.mapValues { .text($0) }),
            "startsAt": .text(ChannelTime.rfc3339(nanos: alert.openedAt)),
            "endsAt": .text(ChannelTime.rfc3339(nanos: max(end, alert.openedAt))),
        ]
    }
}
