import Foundation
import Testing

@testable import Alerts

@Suite struct ChannelWebhookTests {
    private typealias F = ChannelFixture

    /// The vector of the Standard Webhooks libraries.
    @Test func theSignatureIsThatOfTheSpecification() throws {
        let key = try #require(ChannelAddress.webhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = ChannelTerms.webhookSignature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: Array("{\"test\": 2432232314}".utf8),
            key: key)
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func aMessageHasTheContractsHeadersAndBody() throws {
        let request = try F.webhook.http(F.message())
        #expect(request.method == "POST" && request.url == "https://ops.example.com/hook")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("webhook-id") == "A-0123456789-1")
        #expect(request.header("webhook-timestamp") == "1795185005")
        let key = try #require(ChannelAddress.webhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signed = ChannelTerms.webhookSignature(
            id: "A-0123456789-1", seconds: 1_795_185_005, body: request.body, key: key)
        #expect(request.header("webhook-signature") == signed)
        let body = try channelJSON(request.body)
        #expect(body.keys.sorted() == ["data", "timestamp", "type"])
        #expect(body["type"] as? String == "alert.opened" && body["timestamp"] as? String == "2026-11-20T14:30:05.000Z")
        let data = try #require(body["data"] as? [String: Any])
        let texts = [
            "id": "A-0123456789", "message_id": "A-0123456789.1", "fingerprint": "00112233445566ff", "rollout": "es-v3",
            "cause": "rollback", "subject": "candidate", "severity": "critical", "stage": "limited",
            "status": "running",
            "summary": "Everything went back to the baseline", "details": "The candidate lost 2.4 R.", "kind": "opened",
            "runbook": "https://runbooks.example.com/rollback", "opened_at": "2026-11-20T14:29:00.000Z",
            "updated_at": "2026-11-20T14:30:05.000Z", "event_time": "2026-11-20T14:30:05.000Z",
        ]
        for (name, text) in texts { #expect(data[name] as? String == text, "\(name)") }
        #expect(data["count"] as? Int == 3 && data["number"] as? Int == 1 && data["resolved_at"] == nil)
        let evidence = data["evidence"] as? [[String: String]]
        #expect(evidence == [["name": "loss", "value": "2.4 R"], ["name": "limit", "value": "2 R"]])
        #expect(data.count == texts.count + 3)
    }

    @Test func aRetryKeepsItsIdentityAndBodyWithANewTime() throws {
        var later = F.context
        later.seconds += 90
        later.attempt = 3
        let (first, second) = (try F.webhook.http(F.message()), try F.webhook.http(F.message(), later))
        #expect(first.header("webhook-id") == second.header("webhook-id") && first.body == second.body)
        #expect(second.header("webhook-timestamp") == "1795185095")
        #expect(first.header("webhook-signature") != second.header("webhook-signature"))
    }

    @Test func bothSecretsSignWhileOneIsReplaced() throws {
        var terms = F.webhook
        terms.kind = .webhook(WebhookTerms(url: "https://ops.example.com/hook", secrets: [F.newHook, F.oldHook]))
        let both = try #require(terms.http(F.message()).header("webhook-signature")).split(separator: " ")
        #expect(both.count == 2 && both.allSatisfy { $0.hasPrefix("v1,") } && both[0] != both[1])
        #expect(try F.webhook.http(F.message()).header("webhook-signature") == String(both[1]))
    }

    /// Whatever its name is looked up to.
    @Test func privateNetworksAreForThoseWhoAllowThem() throws {
        #expect(try F.webhook.http(F.message()).isPublicOnly)
        var terms = F.webhook
        terms.kind = .webhook(
            WebhookTerms(url: "https://ops.example.com/hook", secrets: [F.oldHook], allowsPrivate: true))
        #expect(try !terms.http(F.message()).isPublicOnly)
    }

    @Test func kindsHaveTheirTypes() throws {
        func type(_ message: AlertMessage) throws -> String? {
            try channelJSON(F.webhook.http(message).body)["type"] as? String
        }
        #expect(try type(F.message(.raised, number: 2)) == "alert.raised")
        #expect(try type(F.resolve) == "alert.resolved")
        #expect(try type(F.message(purpose: .escalation(step: 1))) == "alert.escalated")
        #expect(try type(F.digest(2)) == "alert.digest")
        #expect(
            try F.webhook.http(F.message(purpose: .escalation(step: 1))).header("webhook-id") == "A-0123456789-1-e1")
    }

    @Test func aDigestCountsWhatItLeavesOut() throws {
        let data = try #require(channelJSON(F.webhook.http(F.digest(300, more: 5)).body)["data"] as? [String: Any])
        let alerts = try #require(data["alerts"] as? [[String: Any]])
        #expect(alerts.count < 300 && data["more"] as? Int == 305 - alerts.count)
        #expect(alerts[0]["summary"] as? String == "Number 0")
    }

    @Test(arguments: 0..<8)
    func everyBodyIsValidAndLessThan20KB(seed: UInt64) throws {
        var random = ChannelRandom(seed: seed)
        for _ in 0..<F.rounds {
            let request = try F.webhook.http(F.random(&random))
            #expect(request.body.count < 20_000)
            let body = try channelJSON(request.body)
            let type = try #require(body["type"] as? String)
            #expect(type.utf8.allSatisfy { ChannelText.isLetterOrDigit($0) || $0 == 46 || $0 == 95 })
            let id = try #require(request.header("webhook-id"))
            #expect(id.utf8.allSatisfy { ChannelText.isLetterOrDigit($0) || $0 == 45 || $0 == 95 })
        }
        let long = String(repeating: "漢", count: 10_000)
        let alert = F.alert(summary: long, details: long, evidence: (0..<100).map { AlertEvidence("\($0)", long) })
        let request = try F.webhook.http(F.message(.opened, alert))
        #expect(request.body.count < 20_000)
        let data = try #require(channelJSON(request.body)["data"] as? [String: Any])
        let shown = try #require(data["evidence"] as? [Any])
        #expect(data["evidence_more"] as? Int == 100 - shown.count)
    }

    @Test func aProgramGetsTheAlertOnItsInput() throws {
        let request = try F.exec.request(F.message(), secrets: F.secrets, context: F.context)
        guard case .program(let call) = request else { throw ChannelFixtureError.otherRequest }
        #expect(call.arguments == ["/usr/local/bin/bell", "--loud"])
        #expect(call.input.last == 10 && call.input.filter { $0 == 10 }.count == 1)
        let body = try channelJSON(call.input)
        #expect(body["id"] as? String == "A-0123456789" && body["kind"] as? String == "opened")
    }
}
