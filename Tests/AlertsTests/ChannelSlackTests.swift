import Foundation
import Testing

@testable import Alerts

@Suite struct ChannelSlackTests {
    private typealias F = ChannelFixture

    /// All texts of a message with their lengths in UTF-16 units.
    private func texts(_ body: [String: Any]) -> [String] {
        func walk(_ value: Any) -> [String] {
            if let fields = value as? [String: Any] {
                let own = (fields["text"] as? String).map { [$0] } ?? []
                return own + fields.values.filter { !($0 is String) }.flatMap(walk)
            }
            return (value as? [Any])?.flatMap(walk) ?? []
        }
        return walk(body)
    }

    private func blocks(_ body: [String: Any]) -> [[String: Any]] { body["blocks"] as? [[String: Any]] ?? [] }

    @Test func aWebhookGetsTextAndBlocksAtItsSecretURL() throws {
        let request = try F.slackWebhook.http(F.message())
        #expect(request.method == "POST")
        #expect(request.url == F.values[F.slackURL])
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.headers.count == 1 && request.user == nil)
        let body = try channelJSON(request.body)
        #expect(body.keys.sorted() == ["blocks", "text"])
        #expect(
            body["text"] as? String == "CRITICAL rollback: Everything went back to the baseline (A-0123456789)")
    }

    @Test func postMessageHasTheContractsFields() throws {
        let request = try F.slack.http(F.message())
        #expect(request.method == "POST" && request.url == "https://slack.com/api/chat.postMessage")
        #expect(request.header("Content-Type") == "application/json; charset=utf-8")
        #expect(request.header("Authorization") == "Bearer xoxb-111111111111-222222222222-AbCdEfGhIjKlMnOp")
        let body = try channelJSON(request.body)
        #expect(body.keys.sorted() == ["blocks", "channel", "text", "unfurl_links", "unfurl_media"])
        #expect(body["channel"] as? String == "C0123ABCD")
        #expect(body["unfurl_links"] as? Bool == false && body["unfurl_media"] as? Bool == false)
    }

    @Test func theBaseURLCanBeReplaced() throws {
        var terms = F.slack
        terms.kind = .slack(SlackTerms(token: F.slackToken, channel: "#desk", url: "http://127.0.0.1:8080/api/"))
        #expect(try terms.http(F.message()).url == "http://127.0.0.1:8080/api/chat.postMessage")
    }

    @Test func blocksShowHeaderDetailsEvidenceAndFooter() throws {
        let blocks = blocks(try channelJSON(F.slack.http(F.message()).body))
        #expect(blocks.compactMap { $0["type"] as? String } == ["header", "section", "section", "context"])
        let header = blocks[0]["text"] as? [String: Any]
        #expect(header?["type"] as? String == "plain_text")
        #expect(header?["text"] as? String == "CRITICAL rollback: Everything went back to the baseline")
        let details = blocks[1]["text"] as? [String: Any]
        #expect(details?["type"] as? String == "mrkdwn" && details?["text"] as? String == "The candidate lost 2.4 R.")
        #expect((blocks[2]["text"] as? [String: Any])?["text"] as? String == "• loss: 2.4 R\n• limit: 2 R")
        let footer = texts(blocks[3]).joined()
        for piece in [
            "Runbook: <https://runbooks.example.com/rollback>", "Acknowledge: tandem alerts ack A-0123456789",
            "Alert A-0123456789, message A-0123456789.1", "Since 2026-11-20 14:29:00 UTC, 3 times",
            "Rollout es-v3, subject candidate, stage limited, status running",
        ] { #expect(footer.contains(piece)) }
    }

    @Test func aRunbookThatIsACommandIsNoLink() throws {
        let footer = texts(try channelJSON(F.slack.http(F.message(runbook: "tandem runbook rollback")).body)).joined()
        #expect(footer.contains("Runbook: tandem runbook rollback"))
        #expect(!footer.contains("<"))
    }

    @Test func onlyThreeCharactersAreEscaped() throws {
        let message = F.message(.opened, F.alert(summary: "a & b < c > d \" ' * _ ~ ` <!channel>"))
        let text = try channelJSON(F.slackWebhook.http(message).body)["text"] as? String
        #expect(text?.contains("a &amp; b &lt; c &gt; d \" ' * _ ~ ` &lt;!channel&gt;") == true)
    }

    @Test func laterMessagesGoIntoTheThreadAndAreSeenInTheChannel() throws {
        var context = F.context
        context.thread = SlackThread(channel: "C0999ZZZZ", ts: "1700000000.000100")
        let body = try channelJSON(F.slack.http(F.resolve, context).body)
        #expect(body["thread_ts"] as? String == "1700000000.000100")
        #expect(body["channel"] as? String == "C0999ZZZZ")
        #expect(body["reply_broadcast"] as? Bool == true)
        #expect((body["text"] as? String)?.hasPrefix("RESOLVED rollback: ") == true)
        #expect(texts(body).joined().contains("Over at 2026-11-20 14:30:05 UTC, after 1 min 5 s"))
        #expect(!texts(body).joined().contains("Acknowledge"))
        let hook = try channelJSON(F.slackWebhook.http(F.resolve, context).body)
        #expect(hook["thread_ts"] == nil)
    }

    /// After SHRINK: text only, no blocks, no thread.
    @Test func theShortFormIsPlainText() throws {
        var context = F.context
        context.isShort = true
        context.thread = SlackThread(channel: "C0999ZZZZ", ts: "1700000000.000100")
        let body = try channelJSON(F.slack.http(F.message(), context).body)
        #expect(body.keys.sorted() == ["channel", "text", "unfurl_links", "unfurl_media"])
        #expect(body["channel"] as? String == "C0123ABCD")
        let text = body["text"] as? String ?? ""
        for piece in ["CRITICAL rollback: ", "A-0123456789.1", "loss: 2.4 R", "https://runbooks.example.com/rollback"] {
            #expect(text.contains(piece))
        }
    }

    @Test func escalationsAndRaisesSayWhatTheyAre() throws {
        let escalation = try channelJSON(F.slack.http(F.message(purpose: .escalation(step: 2))).body)
        #expect((escalation["text"] as? String)?.hasPrefix("CRITICAL, escalation 2, rollback: ") == true)
        let raised = try channelJSON(F.slack.http(F.message(.raised, number: 2)).body)
        #expect((raised["text"] as? String)?.hasPrefix("CRITICAL, raised, rollback: ") == true)
    }

    @Test func aDigestListsWhatHasRoomAndCountsTheRest() throws {
        let body = try channelJSON(F.slack.http(F.digest(60, more: 40)).body)
        #expect(body["text"] as? String == "DIGEST: 100 alerts (G-0123456789.0)")
        let list = (blocks(body)[1]["text"] as? [String: Any])?["text"] as? String ?? ""
        let lines = list.split(separator: "\n")
        #expect(lines.first == "• INFO summary: Number 0 (A-1000000000)")
        #expect(lines.last == "and \(100 - (lines.count - 1)) more")
    }

    @Test(arguments: [false, true])
    func longTextsStayWithinTheLimits(isShort: Bool) throws {
        var context = F.context
        context.isShort = isShort
        for piece in ["x", "&", "😀", "漢", "e\u{301}\u{302}", "\u{0}"] {
            let long = String(repeating: piece, count: 10_000)
            let evidence = (0..<100).map { AlertEvidence("\(piece)\($0)", long) }
            let alert = F.alert(summary: long, details: long, evidence: evidence)
            for terms in [F.slack, F.slackWebhook] {
                try check(terms.http(F.message(.opened, alert), context), isShort: isShort)
            }
        }
    }

    @Test(arguments: 0..<8)
    func noMessageExceedsTheLimits(seed: UInt64) throws {
        var random = ChannelRandom(seed: seed)
        for _ in 0..<F.rounds {
            var context = F.context
            context.isShort = Bool.random(using: &random)
            try check(F.slack.http(F.random(&random), context), isShort: context.isShort)
        }
    }

    private func check(_ request: HTTPExchange, isShort: Bool) throws {
        let body = try channelJSON(request.body)
        let all = texts(body)
        #expect(all.reduce(0) { $0 + $1.utf16.count } <= 2800)
        let text = try #require(body["text"] as? String)
        #expect(!text.isEmpty)
        #expect(blocks(body).count <= 12 && blocks(body).isEmpty == isShort)
        for block in blocks(body) where block["type"] as? String == "header" {
            let header = (block["text"] as? [String: Any])?["text"] as? String ?? ""
            #expect((1...150).contains(header.utf16.count))
        }
        for text in all {
            #expect(!text.isEmpty && text.utf16.count <= 3000)
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !ChannelText.isControl($0) })
            #expect(!text.contains("<!") && !text.contains("<@"))
            // Every `&` begins one of the three, whole.
            for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
                #expect(["amp;", "lt;", "gt;"].contains { part.hasPrefix($0) })
            }
        }
    }
}
