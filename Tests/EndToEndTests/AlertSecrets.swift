import Foundation
import Testing

extension EndToEnd {
    /// Eight secrets, a server that repeats them in whatever it answers, and every way to fail: none of them is anywhere.
    @Suite(.enabled(if: AlertServer.canServe, "python3 or openssl is missing")) struct AlertSecrets {
        let folder: Folder
        let state: State
        let server: AlertServer

        init() throws {
            folder = try Folder()
            state = State(folder)
            server = try AlertServer()
            for (name, secret) in Self.inFiles {
                let file = try folder.write(name, secret + "\n")
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            }
        }

        /// Each channel in each class of answer; what a test prints and keeps.
        @Test func noAnswerBringsASecretOut() throws {
            try replay()
            var said = ""
            for (number, answer) in (Self.answers + ["{}"]).enumerated() {
                try script(answer, mail: Self.mailAnswers[number % Self.mailAnswers.count])
                let ended = try tandem(["alerts", "test", "--all", "--state", state.path, "-o", "json"])
                said += ended.output + ended.errors
            }
            // Every class is among what came of it.
            for response in ["OK", "RETRY", "AMBIGUOUS", "SHRINK", "PERMANENT(config)", "PERMANENT(channel)"] {
                #expect(said.contains("\"\(response)\""), "\(response)")
            }
            #expect(said.contains("<secret>"))
            try expectNothing(in: said)
        }

        /// By the outbox, again and again on its ladder, and in everything that tells of it.
        @Test func noAttemptAndNoReportHoldsASecret() throws {
            var said = ""
            for number in 0..<Tandem.count(1, soak: Self.answers.count) {
                try? FileManager.default.removeItem(atPath: state.path)
                // First what is refused at once and for good; the rest is tried again and again.
                try script(Self.answers[number], mail: Self.mailAnswers[(number + 1) % Self.mailAnswers.count])
                said += try replay()
                for words in [
                    ["alerts", "list", "--all"], ["status"], ["history"], ["report", "rollout"], ["report", "sla"],
                ] {
                    for more in [[], ["-o", "json"]] {
                        let ended = try tandem(words + ["--state", state.path] + more)
                        said += ended.output + ended.errors
                    }
                }
                let listed = try tandem(["alerts", "list", "--all", "--state", state.path, "-o", "json"]).json().list
                for alert in listed {
                    let id = try #require(alert["alert"]["id"].string)
                    said += try tandem(["alerts", "show", id, "--state", state.path, "-o", "json"]).expect(0).output
                }
                try expectNothing(in: said)
            }
            #expect(said.contains("\"attempts\""))
            said += try tandem(["lint", "--secrets", folder.path + "/spec.yaml"]).output
            try expectNothing(in: said)
        }

        /// Neither in a command line, nor in a child's environment, nor in what is left when it crashes.
        @Test func aRunningOperatorShowsNoSecret() throws {
            try script(Self.answers[0], mail: Self.mailAnswers[0])
            let place = folder.path + "/core"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            let crash = "cd \(place) && ulimit -c unlimited && exec \"$@\""
            let input = try Sessions.load(records: 60_000, seconds: 3600)
            let program = try Program(
                ["bash", "-c", crash, "bash", Tandem.binary, "run", try spec(), "--input", input, "--speed", "30"]
                    + ["--linger", "--state", state.path, "--stage", "canary", "--verbose"],
                environment: environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }, in: folder)
            try state.waitUntilReady()
            try state.change("rollback").expect(0)
            var seen = ""
            try eventually("attempts of all channels") {
                for child in Program.children(of: program.pid) + Program.children(of: getpid()) {
                    seen += child.command + "\n"
                    guard child.pid != program.pid, child.command.hasPrefix(Tandem.binary) else { continue }
                    seen += Self.file("/proc/\(child.pid)/environ")
                }
                seen += try folder.run(["ps", "-ef"]).output
                return try server.requests(folder).count >= 8 ? true : nil
            }
            #expect(seen.contains("\(Tandem.binary) run"))
            program.send(SIGABRT)
            let ended = try program.wait()
            #expect(ended.code == -SIGABRT, "\(ended.errors.suffix(300))")
            #expect(!program.hasDumpedCore)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
            try expectNothing(in: seen + ended.output + ended.errors)
            // The same without protection leaves one, where the machine lets it.
            let other = try Program(["bash", "-c", crash, "bash", "sleep", "60"], in: folder)
            try eventually("sleep") { Self.file("/proc/\(other.pid)/comm") == "sleep\n" ? true : nil }
            other.send(SIGABRT)
            try other.wait()
            if !other.hasDumpedCore { print("this machine keeps no core files") }
        }

        // MARK: Secrets

        private static let inEnvironment = [
            "SMS_TOKEN": "sms/token+1111", "OPS_NEW": "whsec_bmV3LXNlY3JldC0yMjIyMjIyMjIyMjIyMjIy",
            "AM_PASSWORD": "alertmanager-3333", "NOBODYS": "of-the-operator-4444",
        ]
        private static let inFiles = [
            "slack": "xoxb-5555-from-a-file", "pager": "pagersecret66666666666666666666a",
            "ops": "whsec_b2xkLXNlY3JldC03Nzc3Nzc3Nzc3Nzc3Nzc3",
        ]
        private static let hook = "/hook/T0/B0/hooksecret8888"
        private static let mailPassword = "correct horse"

        private static var secrets: [String] {
            Array(inEnvironment.values) + Array(inFiles.values) + [hook, mailPassword]
        }

        private var environment: [String: String] {
            server.environment.filter { $0.key == "SSL_CERT_FILE" }.merging(Self.inEnvironment) { $1 }.merging([
                "HOOK_URL": "http://127.0.0.1:\(server.port)\(Self.hook)", "MAIL_SECRET": Self.mailPassword,
            ]) { $1 }
        }

        /// As it is, and as it may be written somewhere.
        private static var shapes: [String] {
            secrets.flatMap { secret in
                let coded = Data(secret.utf8).base64EncodedString().replacing("=", with: "")
                let escaped = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
                return [secret, coded, escaped, secret.replacing("/", with: "\\/")]
            }
                + [
                    "tandem:alertmanager-3333", "AC0123456789abcdef0123456789abcdef:sms/token+1111",
                    "\0tandem\0correct horse",
                ]
                .map { Data($0.utf8).base64EncodedString() }
        }

        /// In a text, and in every file of the state folder.
        private func expectNothing(in text: String) throws {
            for shape in Set(Self.shapes) {
                if let place = text.range(of: shape) {
                    Issue.record("\(shape) in \(text[..<place.lowerBound].suffix(300))")
                }
            }
            let patterns = try folder.write("patterns", Set(Self.shapes).joined(separator: "\n") + "\n")
            let found = try folder.run(["grep", "-rlaF", "-f", patterns, state.path])
            #expect(found.code == 1 && found.output.isEmpty, "\(found.output) \(found.errors)")
        }

        // MARK: Failing

        /// Where a careless provider repeats what it knows.
        private static let echo = "WHAT-IT-KNOWS"
        private static let answers: [String] =
            [400, 401, 403, 404, 410, 413, 422, 500, 503].map { #"{"status": \#($0), "body": "\#(echo)"}"# } + [
                #"{"status": 429, "headers": {"Retry-After": "1"}, "body": "\#(echo)"}"#,
                #"{"status": 200, "body": "{\"ok\":false,\"error\":\"invalid_auth\",\"message\":\"\#(echo)\"}"}"#,
                #"{"status": 400, "body": "invalid_blocks"}"#, #"{"status": 200, "body": "\#(echo)"}"#,
                #"{"status": 302, "headers": {"Location": "http://127.0.0.1:1/\#(echo)"}, "body": "\#(echo)"}"#,
                #"{"close": "before-read"}"#, #"{"close": "after-read"}"#,
                #"{"close": "after-headers", "body": "\#(echo)"}"#,
                #"{"raw": "\#(echo)\r\n\r\n"}"#, #"{"raw": "HTTP/1.1 200 \#(echo)\r\nX: \#(echo)\r\n\r\n"}"#,
            ]
        private static let mailAnswers =
            [
                #""greeting": "421 4.3.2 \#(echo)""#, #""auth": "535 5.7.8 \#(echo)""#,
                #""auth": "454 4.7.0 \#(echo)""#,
                #""mail": "450 4.7.1 \#(echo)""#, #""mail": "530 5.7.0 \#(echo)""#, #""rcpt": "550 5.1.1 \#(echo)""#,
                #""rcpt": "552 5.2.2 \#(echo)""#, #""data": "554 5.6.0 \#(echo)""#, #""data": "451 4.3.0 \#(echo)""#,
                #""close": "at-mail""#, #""close": "after-dot""#, #""no_starttls": true"#,
            ].map { "{\($0)}" }

        private func script(_ answer: String, mail: String) throws {
            let known = [
                Self.hook: Self.hook, "/slack/chat.postMessage": Self.inFiles["slack"],
                AlertServer.messages: Self.inEnvironment["SMS_TOKEN"], "/pager/v2/enqueue": Self.inFiles["pager"],
                "/ops": "\(Self.inFiles["ops"] ?? "") \(Self.inEnvironment["OPS_NEW"] ?? "")",
                "/am/api/v2/alerts": Self.inEnvironment["AM_PASSWORD"],
            ]
            for (path, secret) in known {
                try server.script(folder, path, Self.repeating(secret ?? "", answer))
            }
            try server.script(folder, "smtp", Self.repeating(Self.mailPassword, mail))
        }

        /// As it is, and in other shapes.
        private static func repeating(_ secret: String, _ answer: String) -> String {
            let coded = Data(secret.utf8).base64EncodedString()
            let escaped = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
            return answer.replacing(echo, with: "\(secret) \(coded) \(escaped)")
        }

        // MARK: Running

        private func spec() throws -> String {
            // Shows what it could know, and fails.
            let program = try folder.write("show", "#!/bin/sh\necho $NOBODYS $SMS_TOKEN\ncat\nexit 78\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
            let base = "http://127.0.0.1:\(server.port)"
            var spec = Spec.beats(1200)
            spec.extra = """
                alerts:
                  channels:
                    hook: {slack_webhook: {url: env:HOOK_URL}}
                    slack: {slack: {token: "file:\(folder.path)/slack", channel: C0123ABCD, url: "\(base)/slack"}}
                    phone: {sms: {account: AC0123456789abcdef0123456789abcdef, token: env:SMS_TOKEN, from: "+14155550100", to: ["+14155550123"], url: "\(base)/twilio"}}
                    ops: {webhook: {url: "\(base)/ops", secrets: ["exec:/bin/cat \(folder.path)/ops", env:OPS_NEW]}}
                    pager: {pagerduty: {routing_key: "exec:/bin/cat \(folder.path)/pager", url: "\(base)/pager"}}
                    am: {alertmanager: {url: "\(base)/am", user: tandem, password: env:AM_PASSWORD}}
                    show: {exec: [\(program)]}
                    \(server.mail.map { "mail: \($0)" } ?? "")
                """
            return try spec.write(in: folder)
        }

        private func tandem(_ words: [String]) throws -> Ended { try folder.tandem(words, environment: environment) }

        /// What it says.
        @discardableResult
        private func replay() throws -> String {
            let actions = try folder.write(
                "actions", #"{"at_index": 1500, "verb": "rollback", "reason": "test"}"# + "\n")
            let input = try Sessions.load(records: 3000, seconds: 60)
            let words = ["replay", try spec(), "--input", input, "--stage", "canary", "--send", "--verbose"]
            let ended = try tandem(words + ["--actions", actions, "--state", state.path]).expect(0)
            return ended.output + ended.errors
        }

        private static func file(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
    }
}
