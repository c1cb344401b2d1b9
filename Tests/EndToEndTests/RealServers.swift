import Foundation
import Testing

extension EndToEnd {
    /// Alerts at servers that are not ours.
    @Suite struct RealServers {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        private func tandem(_ words: [String], _ environment: [String: String]) throws -> Ended {
            try folder.tandem(words + ["--state", state.path], environment: environment)
        }

        /// A rollout in canary by the clock, which a person may change.
        private func run(_ channels: String, _ environment: [String: String]) throws -> Program {
            var spec = Spec.beats(1200)
            spec.extra = channels
            let program = try folder.start(
                ["run", try spec.write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600)]
                    + ["--state", state.path, "--speed", "60", "--stage", "canary", "-o", "json"],
                environment: environment)
            try state.waitUntilReady()
            return program
        }

        /// A replayed rollout that a person takes back.
        private func replay(_ channels: String, _ environment: [String: String]) throws {
            var spec = Spec.beats(1200)
            spec.extra = channels
            let actions = try folder.write(
                "actions", #"{"at_index": 5000, "verb": "rollback", "reason": "looks wrong"}"# + "\n")
            let input = try Sessions.load(records: 20_000, seconds: 60)
            try tandem(
                ["replay", try spec.write(in: folder), "--input", input, "--stage", "canary", "--actions", actions]
                    + ["--send"], environment
            ).expect(0)
        }

        private func alert(_ cause: String, _ environment: [String: String]) throws -> JSON {
            let list = try tandem(["alerts", "list", "--all", "-o", "json"], environment).expect(0).json().list
            return try #require(list.first { $0["alert"]["cause"].string == cause })["alert"]
        }

        /// By channel and recipient, the response to a message of `alerts test`.
        private func test(_ environment: [String: String]) throws -> [String: String] {
            let tested = try tandem(["alerts", "test", "--all", "-o", "json"], environment)
            let results = try tested.json()["results"].list
            #expect(tested.code == (results.allSatisfy { $0["response"].string == "OK" } ? 0 : 9))
            let pairs = results.map { result in
                let name = [result["channel"].string, result["recipient"].string].compactMap { $0 }
                return (name.joined(separator: " "), result["response"].string ?? "")
            }
            return Dictionary(pairs) { "\($0), \($1)" }
        }

        /// To the millisecond.
        private static func nanos(_ time: String?) throws -> Int {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            return Int((try Date(#require(time), strategy: style).timeIntervalSince1970 * 1000).rounded()) * 1_000_000
        }

        // MARK: Alertmanager

        private static let hasAlertmanager = Alertmanager.isThere && AlertServer.canServe
        private static let pushPassword = ["AM_SECRET": Alertmanager.password]

        private func channel(_ name: String, _ url: String, secret: String = "AM_SECRET") -> String {
            """
                \(name): {alertmanager: {url: "\(url)", user: \(Alertmanager.user), password: "env:\(secret)"}}
            """
        }

        /// Told with labels, notes and the time it began, and gone once it is over.
        @Test(.enabled(if: hasAlertmanager, "prometheus-alertmanager, python3 or openssl is missing"))
        func anAlertmanagerHasARollbackUntilItIsOver() throws {
            let server = try Alertmanager(folder)
            let channels = "alerts:\n  channels:\n" + channel("am", server.url)
            let program = try run(channels, Self.pushPassword)
            try state.change("rollback").expect(0)
            let pushed = try eventually("an alert") { try server.alert("rollback") }
            let own = try alert("rollback", Self.pushPassword)
            let labels = [
                "alertname": "tandem-rollback", "cause": "rollback", "severity": "critical", "rollout": "beats",
                "subject": own["subject"].string ?? "",
            ]
            #expect(pushed["labels"].value as? [String: String] == labels.filter { !$0.value.isEmpty })
            #expect(pushed["status"]["state"].string == "active")
            let notes = pushed["annotations"]
            #expect(notes["summary"].string?.contains("rolled back from canary") == true)
            #expect(notes["runbook_url"].string == "tandem runbook rollback")
            #expect(notes["evidence"].string?.contains("test") == true)
            #expect(notes["alert_id"].string == own["id"].string)
            let opened = try #require(own["opened_at"].int)
            #expect(try Self.nanos(pushed["startsAt"].string) == opened / 1_000_000 * 1_000_000)
            // No end is known: it stands for as long as it can be escalated, a day.
            let end = try Self.nanos(pushed["endsAt"].string)
            #expect((86_390...86_430).contains((end - opened) / 1_000_000_000))

            try state.change("resume").expect(0)
            try eventually("its end") { try server.alert("rollback") == nil ? true : nil }
            program.send(SIGTERM)
            try program.wait().expect(0)
            #expect(try tandem(["alerts", "show", notes["alert_id"].string ?? ""], [:]).output.contains("resolved"))
        }

        /// What a wrong password, a wrong path and a dead server are taken for.
        @Test(.enabled(if: hasAlertmanager, "prometheus-alertmanager, python3 or openssl is missing"))
        func aTestSaysWhatIsWrongWithAnAlertmanager() throws {
            let server = try Alertmanager(folder)
            let environment = Self.pushPassword.merging(["WRONG_SECRET": "battery staple"]) { $1 }
            let names = [
                channel("am", server.url + "/"), channel("lost", server.url + "/nowhere"),
                channel("wrong", server.url, secret: "WRONG_SECRET"), channel("dead", "http://127.0.0.1:1"),
            ]
            let channels = "alerts:\n  channels:\n" + names.joined(separator: "\n")
            try replay(channels + "\n  routes: [{name: all, channels: [am], fallback: [am]}]", environment)
            #expect(try server.alert("rollback")?["annotations"]["evidence"].string?.contains("looks wrong") == true)
            let tested = try test(environment)
            #expect(
                tested == [
                    "am": "OK", "lost": "PERMANENT(config)", "wrong": "PERMANENT(config)", "dead": "RETRY",
                ])
            let status = try tandem(["status"], environment).output
            for channel in ["lost", "wrong"] {
                let line = status.split(separator: "\n").first {
                    $0.contains(channel) && $0.contains("PERMANENT(config)")
                }
                #expect(line != nil, "\(channel): \(status)")
            }
            // Nobody tells the end of a test: it ends by itself, before it would be told again.
            let pushed = try #require(try server.alert("test"))
            let (start, end) = try (Self.nanos(pushed["startsAt"].string), Self.nanos(pushed["endsAt"].string))
            #expect(pushed["labels"]["severity"].string == "info" && (1...3700).contains((end - start) / 1_000_000_000))
        }

        // MARK: Mail

        private static let hasMailServer = MailServer.isThere && AlertServer.canServe

        private func mail(_ server: MailServer, to recipients: String = "desk@example.com") -> String {
            """
            alerts:
              channels:
                mail: {email: {host: localhost, port: \(server.port), user: \(MailServer.user), password: env:MAIL_SECRET, from: tandem@example.com, to: [\(recipients)]}}
            """
        }

        /// Over TLS and with a password; again under the same Message-ID when the server was busy; the end as a reply.
        @Test(.enabled(if: hasMailServer, "exim4, python3 or openssl is missing"))
        func aRollbackIsMailedAndItsEndAnswersIt() throws {
            let server = try MailServer(folder)
            let environment = ["MAIL_SECRET": MailServer.password, "SSL_CERT_FILE": server.authority]
            let program = try run(mail(server), environment)
            try server.refuseNext("rollback")
            try state.change("rollback").expect(0)
            func mails() throws -> [JSON] {
                try server.mails().filter { $0["headers"]["subject"].string?.contains("rollback: ") == true }
            }
            let first = try eventually("a mail") { try mails().first }
            let id = try #require(first["headers"]["message-id"].string)
            // Refused after it was sent, and sent again.
            #expect(try server.log("main").contains("A=plain:tandem temporarily rejected after DATA: busy: \(id)"))
            #expect(first["defects"].list.isEmpty, "\(first["defects"].value ?? "")")
            #expect(first["headers"]["received"].string?.contains("with esmtpsa") == true)
            #expect(first["headers"]["envelope-to"].string == "desk@example.com")
            #expect(first["headers"]["from"].string == "tandem@example.com")
            #expect(first["headers"]["to"].string == "desk@example.com")
            #expect(first["headers"]["auto-submitted"].string == "auto-generated")
            #expect(first["headers"]["importance"].string == "high")
            let own = try alert("rollback", environment)
            #expect(first["headers"]["x-incident-id"].string == own["id"].string)
            for name in ["from", "date", "message-id", "subject", "to"] {
                #expect(first["names"].list.filter { $0.string == name }.count == 1, "\(name)")
            }
            #expect(first["type"].string == "multipart/alternative")
            #expect(first["parts"].list.map { $0[0].string } == ["text/plain", "text/html"])
            for part in first["parts"].list {
                for text in ["rolled back from canary", "tandem runbook rollback", own["id"].string ?? "?"] {
                    #expect(part[1].string?.contains(text) == true, "\(text): \(part[1].string ?? "")")
                }
            }

            try state.change("resume").expect(0)
            let over = try eventually("its end") { try mails().first { $0["headers"]["in-reply-to"].value != nil } }
            #expect(over["headers"]["in-reply-to"].string == id && over["headers"]["references"].string == id)
            #expect(over["headers"]["message-id"].string != id)
            #expect(over["headers"]["x-incident-id"].string == own["id"].string)
            program.send(SIGTERM)
            try program.wait().expect(0)
            #expect(try mails().count == 2)
        }

        /// What a mail server's refusals are taken for.
        @Test(.enabled(if: hasMailServer, "exim4, python3 or openssl is missing"))
        func aTestSaysWhatIsWrongWithAMailServer() throws {
            let server = try MailServer(folder)
            let good = ["MAIL_SECRET": MailServer.password, "SSL_CERT_FILE": server.authority]
            let (desk, gone) = ("mail desk@example.com", "mail \(MailServer.unknown)")
            try replay(mail(server, to: "desk@example.com, \(MailServer.unknown)"), good)
            let tested = try test(good)
            #expect(tested == [desk: "OK", gone: "PERMANENT(recipient)"])
            #expect(try !tandem(["status"], good).output.contains("PERMANENT"))

            try server.refuseNext("test")
            #expect(try test(good)[desk] == "RETRY")
            let strange = good.merging(["SSL_CERT_FILE": "/dev/null"]) { $1 }
            #expect(try test(strange)[desk] == "PERMANENT(config)")
            let wrong = good.merging(["MAIL_SECRET": "battery staple"]) { $1 }
            #expect(try test(wrong)[desk] == "PERMANENT(config)")
            #expect(try server.log("main").contains("535 Incorrect authentication data (set_id=tandem)"))
            #expect(try tandem(["status"], wrong).output.contains("PERMANENT(config)"))
            #expect(try test(good)[desk] == "OK")
            #expect(try !tandem(["status"], good).output.contains("PERMANENT(config)"))
        }
    }
}
