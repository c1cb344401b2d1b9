import Foundation
import Testing

@testable import Alerts

@Suite struct ChannelPagerTests {
    private typealias F = ChannelFixture

    @Test func anEventHasTheContractsFields() throws {
        let request = try F.pagerDuty.http(F.message())
        #expect(request.method == "POST" && request.url == "https://events.pagerduty.com/v2/enqueue")
        #expect(request.headers.count == 1 && request.header("Content-Type") == "application/json")
        let event = try channelJSON(request.body)
        #expect(
            event.keys.sorted() == ["client", "dedup_key", "event_action", "links", "payload", "routing_key"])
        #expect(event["routing_key"] as? String == "R0123456789ABCDEFGHIJ0123456789Z")
        #expect(event["event_action"] as? String == "trigger" && event["dedup_key"] as? String == "00112233445566ff")
        #expect(
            event["links"] as? [[String: String]]
                == [["href": "https://runbooks.example.com/rollback", "text": "Runbook"]])
        let payload = try #require(event["payload"] as? [String: Any])
        #expect(payload["summary"] as? String == "CRITICAL rollback: Everything went back to the baseline")
        #expect(payload["source"] as? String == "desk1.example.com" && payload["severity"] as? String == "critical")
        #expect(payload["timestamp"] as? String == "2026-11-20T14:30:05.000Z")
        #expect(payload["class"] as? String == "rollback" && payload["component"] as? String == "candidate")
        #expect(payload["group"] as? String == "es-v3")
        #expect((payload["custom_details"] as? [String: Any])?["id"] as? String == "A-0123456789")
    }

    @Test func aResolveNamesTheSameKeyAndNothingElse() throws {
        let event = try channelJSON(F.pagerDuty.http(F.resolve).body)
        #expect(event.keys.sorted() == ["dedup_key", "event_action", "routing_key"])
        #expect(event["event_action"] as? String == "resolve" && event["dedup_key"] as? String == "00112233445566ff")
    }

    @Test(arguments: [
        (AlertSeverity.emergency, "critical"), (.critical, "critical"), (.warning, "warning"), (.info, "info"),
    ])
    func severitiesAreThoseOfPagerDuty(severity: AlertSeverity, name: String) throws {
        let event = try channelJSON(F.pagerDuty.http(F.message(.opened, F.alert(severity))).body)
        #expect((event["payload"] as? [String: Any])?["severity"] as? String == name)
    }

    @Test func aRunbookThatIsACommandIsNoLink() throws {
        #expect(try channelJSON(F.pagerDuty.http(F.message(runbook: "tandem runbook x")).body)["links"] == nil)
    }

    @Test(arguments: 0..<4)
    func everyEventStaysWithinTheLimits(seed: UInt64) throws {
        var random = ChannelRandom(seed: seed)
        for _ in 0..<F.rounds {
            let request = try F.pagerDuty.http(F.random(&random))
            #expect(request.body.count < 512_000)
            let event = try channelJSON(request.body)
            #expect((event["dedup_key"] as? String ?? "").utf16.count <= 255)
            if let payload = event["payload"] as? [String: Any] {
                #expect((1...1024).contains((payload["summary"] as? String ?? "").utf16.count))
            }
        }
    }

    private func pushed(_ message: AlertMessage) throws -> [[String: Any]] {
        let body = try F.alertmanager.http(message).body
        return try JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]] ?? []
    }

    @Test func aPushedAlertHasTheContractsFields() throws {
        let request = try F.alertmanager.http(F.message())
        #expect(request.method == "POST" && request.url == "http://127.0.0.1:9093/api/v2/alerts")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.user == "tandem" && request.password == "prometheus!")
        let alerts = try pushed(F.message())
        #expect(alerts.count == 1 && alerts[0].keys.sorted() == ["annotations", "endsAt", "labels", "startsAt"])
        #expect(
            alerts[0]["labels"] as? [String: String] == [
                "alertname": "tandem-rollback", "cause": "rollback", "severity": "critical", "rollout": "es-v3",
                "subject": "candidate",
            ])
        #expect(
            alerts[0]["annotations"] as? [String: String] == [
                "summary": "Everything went back to the baseline", "description": "The candidate lost 2.4 R.",
                "runbook_url": "https://runbooks.example.com/rollback", "alert_id": "A-0123456789",
                "evidence": "loss: 2.4 R\nlimit: 2 R",
            ])
        #expect(alerts[0]["startsAt"] as? String == "2026-11-20T14:29:00.000Z")
        #expect(alerts[0]["endsAt"] as? String == "2026-11-21T14:30:05.000Z")
    }

    /// Labels are identity: what changes while an alert is open is not among them.
    @Test func repeatsAndResolvesHaveTheSameLabels() throws {
        var later = F.alert(summary: "Something else", details: "x", evidence: [AlertEvidence("loss", "9 R")])
        later.count = 17
        later.stage = "full"
        let labels = try pushed(F.message())[0]["labels"] as? [String: String]
        #expect(try pushed(F.message(.repeated, number: 2, later))[0]["labels"] as? [String: String] == labels)
        #expect(try pushed(F.resolve)[0]["labels"] as? [String: String] == labels)
        #expect(try pushed(F.resolve)[0]["endsAt"] as? String == "2026-11-20T14:30:05.000Z")
    }

    @Test func aRaisedAlertEndsItsLowerSeverities() throws {
        let alerts = try pushed(F.message(.raised, number: 2))
        let severities = alerts.map { ($0["labels"] as? [String: String])?["severity"] }
        #expect(severities == ["critical", "info", "warning"])
        #expect(
            alerts.map { $0["endsAt"] as? String } == [
                "2026-11-21T14:30:05.000Z", "2026-11-20T14:30:05.000Z", "2026-11-20T14:30:05.000Z",
            ])
    }

    @Test func noLabelIsEmptyAndNoAlertEndsBeforeItStarts() throws {
        var alert = F.alert(resolvedAt: 5)
        alert.subject = ""
        let pushed = try #require(pushed(F.message(.resolved, number: 2, alert)).first)
        #expect((pushed["labels"] as? [String: String])?["subject"] == nil)
        #expect(pushed["endsAt"] as? String == pushed["startsAt"] as? String)
    }

    /// Nobody tells its end, and nobody has to acknowledge it.
    @Test(arguments: [(AlertSeverity.info, "15:30"), (.warning, "15:30"), (.critical, "14:30")])
    func aMomentEndsByItselfUnlessItIsUrgent(severity: AlertSeverity, end: String) throws {
        let alert = F.alert(severity, cause: .test, resolvedAt: F.nanos)
        let pushed = try #require(pushed(F.message(.opened, alert)).first)
        let day = severity.isUrgent ? 21 : 20
        #expect(pushed["endsAt"] as? String == "2026-11-\(day)T\(end):05.000Z")
    }

    @Test(arguments: [200: ResponseClass.ok, 500: .retry(after: nil), 429: .retry(after: nil)])
    func anAlertmanagersAnswerIsRead(status: Int, outcome: ResponseClass) {
        #expect(F.alertmanager.outcome(status) == outcome)
    }

    /// A wrong path and a wrong password never get better by themselves.
    @Test(arguments: [302, 400, 401, 403, 404, 405, 422])
    func whatAnAlertmanagerRefusesForGoodIsNotTriedAgain(status: Int) {
        #expect(F.alertmanager.outcome(status) == .permanent(.config))
    }

    @Test func aDigestPushesEach() throws {
        let alerts = try pushed(F.digest(3))
        #expect(alerts.count == 3)
        let runbooks = alerts.map { ($0["annotations"] as? [String: String])?["runbook_url"] }
        #expect(runbooks == Array(repeating: "tandem runbook summary", count: 3))
    }
}
