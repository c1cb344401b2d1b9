import Foundation
import Testing

extension EndToEnd {
    /// Who hears of what a rollout does, by real requests to a server of ours.
    @Suite(.enabled(if: AlertServer.canServe, "python3 or openssl is missing")) struct Alerts {
        let folder: Folder
        let state: State
        let server: AlertServer

        init() throws {
            folder = try Folder()
            state = State(folder)
            server = try AlertServer()
            try server.answerWell(folder)
        }

        /// A rollout in canary that a person takes back.
        private func words(_ extra: String? = nil, _ more: [String] = []) throws -> [String] {
            var spec = Spec.beats(1200)
            spec.extra = extra ?? server.channels
            let actions = try folder.write(
                "actions", #"{"at_index": 5000, "verb": "rollback", "reason": "looks wrong"}"# + "\n")
            let input = try Sessions.load(records: 20_000, seconds: 60)
            return ["replay", try spec.write(in: folder), "--input", input, "--stage", "canary", "--actions", actions]
                + ["--state", state.path] + more
        }

        private func tandem(_ words: [String]) throws -> Ended {
            try folder.tandem(words, environment: server.environment)
        }

        private func list(_ more: String...) throws -> [JSON] {
            try tandem(["alerts", "list", "--state", state.path, "-o", "json"] + more).expect(0).json().list
        }

        @Test func aReplayWritesAlertsDownAndSendsNothing() throws {
            try tandem(words()).expect(0)
            let rollback = try #require(list("--all").first { $0["alert"]["cause"].string == "rollback" })
            #expect(rollback["told"].string == "not sent: replay")
            #expect(rollback["alert"]["severity"].string == "critical")
            #expect(try server.requests(folder, "/ops").isEmpty)
        }

        /// Every channel has it, in its provider's fields, with cause, evidence and runbook.
        @Test func aRollbackIsToldOnEveryChannel() throws {
            try tandem(words(nil, ["--send"])).expect(0)
            let alert = try #require(list("--all").first { $0["alert"]["cause"].string == "rollback" })
            let id = try #require(alert["alert"]["id"].string)
            for channel in ["hook", "slack", "phone", "ops", "pager"] {
                #expect(alert["told"].string?.contains(channel) == true, "\(channel): \(alert["told"].string ?? "")")
            }
            let hook = try #require(server.requests(folder, "/hook/secret5555555555").first { $0.body.contains(id) })
            #expect(hook.body.contains("tandem runbook rollback") && hook.body.contains("looks wrong"))
            let slack = try #require(server.requests(folder, "/slack/chat.postMessage").first { $0.body.contains(id) })
            #expect(slack.headers["authorization"] == "Bearer xoxb-1111-slacksecret")
            #expect(slack.json?["channel"].string == "C0123ABCD" && slack.json?["text"].string?.isEmpty == false)
            let phone = try #require(server.requests(folder, AlertServer.messages).first { $0.body.contains(id) })
            #expect(phone.body.contains("To=%2B14155550123") && phone.body.contains("ValidityPeriod=300"))
            let ops = try #require(server.requests(folder, "/ops").first { $0.body.contains(id) })
            #expect(ops.headers["webhook-id"]?.hasPrefix(id) == true)
            #expect(ops.headers["webhook-signature"]?.hasPrefix("v1,") == true)
            let pager = try #require(server.requests(folder, "/pager/v2/enqueue").first { $0.body.contains(id) })
            #expect(pager.json?["event_action"].string == "trigger")
            #expect(pager.json?["payload"]["severity"].string == "critical")

            let shown = try tandem(["alerts", "show", id, "--state", state.path]).expect(0).output
            #expect(shown.contains("OK") && shown.contains("rolled back from canary"))
        }

        /// By the clock, from another shell: told at once with cause and runbook, and again when it is over, into the same
        /// thread.
        @Test func aRollbackFromAnotherShellIsToldAndItsEnd() throws {
            var spec = Spec.beats(1200)
            spec.extra = server.channels
            let program = try folder.start(
                ["run", try spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600)]
                    + ["--state", state.path, "--speed", "60", "--stage", "canary", "-o", "json"],
                environment: server.environment)
            try state.waitUntilReady()
            try state.change("rollback").expect(0)
            let channel = "/slack/chat.postMessage"
            func told(_ word: String) throws -> AlertServer.Request {
                try eventually("a message with \(word)") {
                    try server.requests(folder, channel).first { $0.body.contains(word) }
                }
            }
            let first = try told("rolled back from canary")
            #expect(first.body.contains("tandem runbook rollback") && first.body.contains("test"))
            for path in ["/hook/secret5555555555", AlertServer.messages, "/ops", "/pager/v2/enqueue"] {
                _ = try eventually("a message at \(path)") {
                    try server.requests(folder, path).first { $0.body.contains("rolled") }
                }
            }
            if server.canMail {
                let mail = try eventually("a mail") {
                    try server.mails(folder).first { $0["data"].string?.contains("X-Incident-Id") == true }
                }
                #expect(mail["to"].list.map { $0.string } == ["desk@example.com"] && mail["tls"].bool == true)
            }
            try state.change("resume").expect(0)
            let over = try told("runs again")
            #expect(over.json?["thread_ts"].string == "1700000000.000100")
            program.send(SIGTERM)
            try program.wait().expect(0)
            // Engines that started as they should are nobody's alarm.
            let causes = try list("--all").compactMap { $0["alert"]["cause"].string }
            #expect(!causes.contains { $0.hasSuffix("-down") }, "\(causes)")
            let report = try tandem(["report", "sla", "--state", state.path, "-o", "json"]).expect(0).json()
            #expect((report["alerts"]["met"].int ?? 0) >= 1 && report["alerts"]["missed"].int == 0)
            let slack = report["alerts"]["channels"].list.first { $0["channel"].string == "slack" }
            #expect((slack?["acknowledged"].int ?? 0) >= 1 && (slack?["p99_seconds"].double ?? 99) < 30)
        }

        /// With the operator dead, whoever rolls back has those told whom it would have told; without the secrets, they
        /// hear of it with the next start.
        @Test(arguments: [true, false]) func aRollbackWithoutAnOperatorIsTold(hasSecrets: Bool) throws {
            var spec = Spec.beats(1200)
            spec.extra = server.channels
            let words =
                try ["run", try spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600)]
                + ["--state", state.path, "--speed", "60", "--stage", "canary"]
            let program = try folder.start(words, environment: server.environment)
            try state.waitUntilReady()
            program.send(SIGKILL)
            _ = try program.wait()
            let told = {
                try server.requests(folder, "/slack/chat.postMessage").contains { $0.body.contains("looks odd") }
            }
            let rollback = ["rollback", "--state", state.path, "--reason", "looks odd"]
            let said = try folder.tandem(rollback, environment: hasSecrets ? server.environment : [:]).expect(0)
            #expect(said.output.contains("alerts wait for the next start") == !hasSecrets)
            #expect(try told() == hasSecrets)
            let next = try folder.start(words, environment: server.environment)
            try state.waitUntilReady()
            try eventually("the message") { try told() ? true : nil }
            next.send(SIGTERM)
            try next.wait().expect(0)
            let messages = try server.requests(folder, "/ops").filter { $0.body.contains("looks odd") }
            #expect(Set(messages.compactMap { $0.headers["webhook-id"] }).count == 1 && messages.count == 1)
        }

        /// What a provider refuses for good is red in `status`; no secret is anywhere.
        @Test func aWrongSecretIsSaidAndNoSecretIsShown() throws {
            try tandem(words(nil, ["--send"])).expect(0)
            try server.script(folder, "/ops", #"{"status": 401, "body": "bad signature"}"#)
            try server.script(
                folder, "/slack/chat.postMessage",
                #"{"status": 200, "body": "{\"ok\":false,\"error\":\"invalid_auth\"}"}"#)
            let tested = try tandem(["alerts", "test", "--all", "--state", state.path, "-o", "json"])
            #expect(tested.code == 9)
            let results = try tested.json()["results"].list
            func response(_ channel: String) -> String? {
                results.first { $0["channel"].string == channel }?["response"].string
            }
            #expect(response("ops") == "PERMANENT(config)")
            #expect(response("slack") == "PERMANENT(channel)")
            #expect(response("hook") == "OK" && response("phone") == "OK" && response("pager") == "OK")
            #expect(try list("--all").contains { $0["alert"]["cause"].string == "test" })
            let status = try tandem(["status", "--state", state.path]).output
            #expect(status.contains("ops") && status.contains("PERMANENT(config)"))
            for (name, secret) in server.environment where name != "SSL_CERT_FILE" {
                let found = try folder.run(["grep", "-rlaF", secret, state.path])
                #expect(found.output.isEmpty, "\(name) is in \(found.output)")
                #expect(!tested.output.contains(secret) && !tested.errors.contains(secret))
            }
        }

        @Test func aSilenceAndAnAcknowledgementAreThereAtOnce() throws {
            try tandem(words()).expect(0)
            let refused = try tandem([
                "alerts", "silence", "add", "--cause", "latency", "--for", "9h", "--reason", "x", "--state", state.path,
            ])
            refused.expect(2, says: ["8 h"])
            try tandem([
                "alerts", "silence", "add", "--cause", "latency", "--for", "1h", "--reason", "known", "--state",
                state.path,
            ]).expect(0)
            let listed = try tandem(["alerts", "silence", "list", "--state", state.path]).expect(0).output
            #expect(listed.contains("cause=latency") && listed.contains("known"))
            let plan = try tandem([
                "alerts", "explain", "--cause", "latency", "--severity", "warning", "--state", state.path,
            ]).expect(0).output
            #expect(plan.contains("held by silence"))
            let urgent = try tandem([
                "alerts", "explain", "--cause", "rollback", "--severity", "critical", "--state", state.path,
            ]).expect(0).output
            #expect(urgent.contains("at once") && !urgent.contains("held by"))
            let id = try #require(list("--all").first?["alert"]["id"].string)
            try tandem(["alerts", "ack", id, "--state", state.path]).expect(0)
            try tandem(["alerts", "ack", "A-ffffffffff", "--state", state.path]).expect(3)
            try tandem(["alerts", "show", "nothing", "--state", state.path]).expect(3, says: ["alerts list"])
        }
    }
}
