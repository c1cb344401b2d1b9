import Foundation
import Testing

extension EndToEnd {
    /// What alerts tell of themselves and of what holds them up.
    @Suite(.enabled(if: AlertServer.canServe, "python3 or openssl is missing")) struct AlertNews {
        let folder: Folder
        let state: State
        let server: AlertServer

        init() throws {
            folder = try Folder()
            state = State(folder)
            server = try AlertServer()
            try server.answerWell(folder)
        }

        private func run(_ channels: String) throws -> Program {
            var spec = Spec.beats(1200)
            spec.extra = channels
            return try folder.start(
                ["run", try spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600)]
                    + ["--state", state.path, "--speed", "60", "--stage", "canary", "-o", "json"],
                environment: server.environment)
        }

        private func alerts() throws -> [JSON] {
            try folder.tandem(["alerts", "list", "--all", "--state", state.path, "-o", "json"]).expect(0).json().list
        }

        /// The phone's provider took it and says two seconds later that it did not get there: the webhook, which was to
        /// be told after ten, is told then.
        @Test func aTextThatDoesNotArriveIsToldElsewhere() throws {
            let sid = "SM0123456789abcdef0123456789abcdef"
            let status = "/twilio/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages/\(sid).json"
            try server.script(
                folder, status,
                #"{"status": 200, "body": "{\"sid\":\"\#(sid)\",\"status\":\"undelivered\",\"error_code\":30006}"}"#)
            let program = try run(
                server.channels + """

                      routes:
                        - {name: phone, channels: [phone], fallback: [ops]}
                    """)
            try state.waitUntilReady()
            try state.change("rollback").expect(0)
            let hook = try eventually("a request at the webhook") {
                try server.requests(folder, "/ops").first { $0.body.contains("rolled back") }
            }
            #expect(hook.headers["webhook-id"]?.hasSuffix("-1") == true)
            let id = try #require(alerts().first { $0["alert"]["cause"].string == "rollback" }?["alert"]["id"].string)
            let shown = try folder.tandem(["alerts", "show", id, "--state", state.path]).expect(0).output
            #expect(
                shown.contains("inquire") && shown.contains("PERMANENT(recipient)") && shown.contains("undelivered"))
            program.send(SIGTERM)
            try program.wait().expect(0)
        }

        /// A channel that refuses for good is told of over the others, and so is its recovery.
        @Test func aChannelThatRefusesIsToldOfOverTheOthers() throws {
            try server.script(folder, "/ops", #"{"status": 401, "body": "no"}"#)
            let program = try run(server.channels)
            try state.waitUntilReady()
            try state.change("rollback").expect(0)
            let hook = "/hook/secret5555555555"
            _ = try eventually("an alert on the channel") {
                try server.requests(folder, hook).first { $0.body.contains("channel ops refuses alerts") }
            }
            try server.script(folder, "/ops", #"{"status": 200, "body": ""}"#)
            // Only a message that it takes shows that it is well again.
            try state.change("resume").expect(0)
            try state.change("rollback").expect(0)
            _ = try eventually("the channel's recovery") {
                try server.requests(folder, hook).first { $0.body.contains("channel ops takes alerts again") }
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let told = try #require(alerts().first { $0["alert"]["cause"].string == "channel-down" })
            #expect(told["state"].string == "resolved" && told["alert"]["subject"].string == "ops")
            try folder.tandem(["verify", "--state", state.path]).expect(0)
        }

        /// An operator that cannot go on says so over every channel, without its journal.
        @Test func anOperatorThatCannotGoOnSaysSo() throws {
            var spec = Spec.beats(1200)
            spec.extra = server.channels
            let words =
                ["replay", try spec.write(in: folder), "--input", try Sessions.load(records: 20_000, seconds: 60)]
                + ["--state", state.path]
            try folder.tandem(words, environment: server.environment).expect(0)
            try folder.run([
                "python3", "-c",
                """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1] + "/journal.sqlite")
                db.execute("DELETE FROM journal WHERE kind = 'end'")
                db.execute("UPDATE journal SET reason = 'x' WHERE n = (SELECT min(n) FROM journal WHERE kind = 'signal')")
                db.commit()
                """, state.path,
            ]).expect(0)
            let ended = try folder.tandem(words + ["--send"], environment: server.environment)
            #expect(ended.code == 9, "\(ended.errors)")
            for path in ["/hook/secret5555555555", "/slack/chat.postMessage", "/ops", "/pager/v2/enqueue"] {
                let told = try server.requests(folder, path).filter {
                    $0.body.contains("tandem runbook journal-damaged")
                }
                #expect(told.count == 1, "\(path)")
            }
            for secret in AlertServer.secrets.values { #expect(!ended.errors.contains(secret)) }
        }
    }
}
