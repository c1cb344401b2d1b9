import Foundation
import Testing

extension EndToEnd {
    /// How soon somebody has an alert, by the operator's times and by the providers'.
    @Suite(.enabled(if: AlertServer.canServe, "python3 or openssl is missing")) struct AlertTimes {
        let folder: Folder
        let state: State
        let server: AlertServer

        init() throws {
            folder = try Folder()
            state = State(folder)
            server = try AlertServer()
            try server.answerWell(folder)
        }

        // MARK: What is quick

        @Test func aProviderThatWantsAPauseHasItWithinItsTime() throws {
            try server.script(
                folder, Self.post,
                #"{"status": 429, "headers": {"Retry-After": "1"}, "body": "{\"ok\":false,\"error\":\"ratelimited\"}"}, "#
                    + Self.taken)
            try replay("slack: \(server.slack)")
            let told = try #require(attempts().first)
            let (sends, since) = (told.sends, told.since)
            #expect(sends.map(\.response) == ["RETRY", "OK"])
            try #require(sends.count == 2)
            #expect(sends[1].started - sends[0].ended >= 1_000_000_000)
            #expect(Self.seconds(since, sends[1].ended) <= 2.5)
            let requests = try server.requests(folder, Self.post)
            #expect(requests.count == 2)
            for (send, request) in zip(sends, requests) {
                #expect(send.started <= request.time && request.time <= send.ended)
            }
        }

        @Test func aRefusalForGoodTellsTheNextAtOnce() throws {
            try server.script(
                folder, Self.post, #"{"status": 200, "body": "{\"ok\":false,\"error\":\"invalid_auth\"}"}"#)
            try replay(
                "slack: \(server.slack)\n    ops: \(server.ops)",
                routes: "{name: a, channels: [slack], fallback: [ops]}")
            let told = try attempts()
            #expect(told.first { $0.channel == "slack" }?.sends.map(\.response) == ["PERMANENT(channel)"])
            let next = try #require(told.first { $0.channel == "ops" })
            #expect(next.sends.map(\.response) == ["OK"])
            #expect(Self.seconds(next.since, next.sends[0].ended) <= 2.5)
        }

        // MARK: What takes its time

        /// Journal to acknowledgement, and what we say of it against what the provider saw.
        @Test(.enabled(if: Tandem.isSoak, "TANDEM_SOAK is not 1")) func aHealthyChannelHasItWithinASecond() throws {
            let program = try run(server.channels)
            let stop = state.path + "/STOP"
            // Now and then there is something else to tell.
            func told(_ count: Int) throws {
                try eventually("message \(count)") {
                    let bodies = try server.requests(folder, "/ops").map(\.body)
                    return bodies.count { $0.contains("switch") } >= count ? true : nil
                }
            }
            for number in 1...Self.alerts {
                try folder.write("s/STOP", "")
                try told(2 * number - 1)
                try FileManager.default.removeItem(atPath: stop)
                try told(2 * number)
            }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let told = try attempts("kill")
            let times = Dictionary(grouping: told, by: \.channel).mapValues { told in
                told.compactMap { told in told.sends.last.map { Self.seconds(told.since, $0.ended) } }.sorted()
            }
            for (channel, times) in times.sorted(by: { $0.key < $1.key }) {
                Self.say("commit to acknowledgement, \(channel)", times)
                #expect(times.count == 2 * Self.alerts, "\(channel)")
                #expect(Self.p99(times) <= 1, "\(channel)")
            }
            let requests = Dictionary(grouping: try server.requests(folder, "/ops")) { $0.headers["webhook-id"] ?? "" }
            var differences: [Double] = []
            for told in told where told.channel == "ops" {
                let request = try #require(requests["\(told.alert)-\(told.number)"]?.first)
                differences.append(Self.seconds(told.sends[0].started, request.time))
                // The provider may be the later of the two to write that down.
                differences.append(abs(Self.seconds(request.answered ?? 0, told.sends[0].ended)))
            }
            Self.say("ours against the provider's times", differences.sorted())
            #expect(differences.allSatisfy { $0 >= 0 })
            #expect(Self.p99(differences.sorted()) <= 0.05)
        }

        /// Refused connections, or a provider that takes the message and says nothing.
        @Test(
            .enabled(if: Tandem.isSoak && AlertServer.hasMail, "TANDEM_SOAK is not 1, or aiosmtpd is missing"),
            arguments: ["refused", "hanging"]) func whenSlackIsDeadAMailIsThereInTime(death: String) throws
        {
            try server.script(folder, Self.post, #"{"delay_headers": 60}"#)
            let program = try run(
                channels(
                    "slack: \(death == "refused" ? Self.refusing : server.slack)\n    mail: \(server.mail ?? "")",
                    "{name: a, channels: [slack], fallback: [mail]}"))
            try state.change("rollback").expect(0)
            try eventually("a mail", within: 15) { try server.mails(folder).first }
            program.send(SIGTERM)
            try program.wait().expect(0)
            let told = try attempts()
            #expect(told.first { $0.channel == "slack" }?.sends.contains { $0.response == "OK" } == false)
            let mail = try #require(told.first { $0.channel == "mail" })
            let seconds = Self.seconds(mail.since, try #require(mail.sends.last?.ended))
            Self.say("Slack \(death), mail", [seconds])
            #expect(seconds <= 11)
        }

        /// The machine itself, and a miss that the report shows.
        @Test(.enabled(if: Tandem.isSoak, "TANDEM_SOAK is not 1")) func whenAllAreDeadTheMachineSaysSo() throws {
            try server.script(folder, "/ops", #"{"delay_headers": 60}"#)
            let heard = folder.path + "/heard"
            let program = try run(
                channels("slack: \(Self.refusing)\n    ops: \(server.ops)", "{name: a, channels: [slack, ops]}")
                    + "\n  last_resort: [/usr/bin/tee, \(heard)]")
            try state.change("rollback").expect(0)
            let file = state.path + "/ALERT"
            try eventually("the last resort", within: 40) { FileManager.default.fileExists(atPath: file) ? true : nil }
            let errand = try eventually("a miss", within: 20) {
                try shown().first?["errands"].list.first { $0["missed_at"].int != nil }
            }
            let since = try #require(errand["notice"]["alert"]["opened_at"].int)
            let written = try #require(FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
            let resort = written.timeIntervalSince1970 - Double(since) / 1e9
            let missed = Self.seconds(since, try #require(errand["missed_at"].int))
            Self.say("last resort", [resort])
            Self.say("miss", [missed])
            // The file's time stands on the kernel's tick.
            #expect(resort <= 25.5 && missed >= 30 && missed <= 31)
            let report = try folder.tandem(["report", "sla", "--state", state.path, "-o", "json"]).expect(0).json()
            #expect(report["alerts"]["missed"].int == 1 && report["alerts"]["met"].int == 0)
            program.send(SIGTERM)
            let ended = try program.wait(atMost: 30)
            #expect(ended.code == 0 && ended.errors.contains("nobody could be told"))
            let said = try #require(JSON(String(contentsOfFile: heard, encoding: .utf8)))
            #expect(said["alert"]["cause"].string == "rollback")
        }

        // MARK: Running

        private static let post = "/slack/chat.postMessage"
        private static let taken =
            #"{"status": 200, "body": "{\"ok\":true,\"channel\":\"C0123ABCD\",\"ts\":\"1700000000.000100\"}"}"#
        /// Nobody listens there.
        private static let refusing =
            #"{slack: {token: env:SLACK_SECRET, channel: C0123ABCD, url: "http://127.0.0.1:1/slack"}}"#
        private static let alerts = 120

        private func channels(_ channels: String, _ routes: String?) -> String {
            "alerts:\n  channels:\n    \(channels)" + (routes.map { "\n  routes: [\($0)]" } ?? "")
        }

        private func replay(_ channels: String, routes: String? = nil) throws {
            var spec = Spec.beats(1200)
            spec.extra = self.channels(channels, routes)
            let actions = try folder.write(
                "actions", #"{"at_index": 1500, "verb": "rollback", "reason": "test"}"# + "\n")
            let input = try Sessions.load(records: 3000, seconds: 60)
            let words = ["replay", try spec.write(in: folder), "--input", input, "--stage", "canary", "--send"]
            try folder.tandem(
                words + ["--actions", actions, "--state", state.path], environment: server.environment
            ).expect(0)
        }

        /// By the clock, until it is told to end.
        private func run(_ alerts: String) throws -> Program {
            var spec = Spec.beats(1200)
            spec.extra = alerts
            let input = try Sessions.load(records: 60_000, seconds: 3600)
            let program = try folder.start(
                ["run", try spec.write(in: folder), "--input", input, "--speed", "30", "--linger"]
                    + ["--state", state.path, "--stage", "canary", "-o", "json"], environment: server.environment)
            try state.waitUntilReady()
            return program
        }

        // MARK: What it says

        private struct Told {
            struct Send {
                var started: Int
                var ended: Int
                var response: String?
            }

            var alert: String
            var number: Int
            var channel: String
            /// When its deadline began, ns since 1970.
            var since: Int
            var sends: [Send]
        }

        private func shown(_ cause: String = "rollback") throws -> [JSON] {
            let listed = try folder.tandem(["alerts", "list", "--all", "--state", state.path, "-o", "json"]).expect(0)
            return try listed.json().list.filter { $0["alert"]["cause"].string == cause }.map { entry in
                let id = try #require(entry["alert"]["id"].string)
                return try folder.tandem(["alerts", "show", id, "--state", state.path, "-o", "json"]).expect(0).json()
            }
        }

        /// The attempts of each notice on each channel.
        private func attempts(_ cause: String = "rollback") throws -> [Told] {
            try shown(cause).flatMap { shown in
                let errands = shown["errands"].list
                return shown["deliveries"].list.map { entry in
                    let delivery = entry["delivery"]
                    let number = delivery["number"].int ?? 0
                    let errand = errands.first { $0["notice"]["number"].int == number }
                    return Told(
                        alert: delivery["alert_id"].string ?? "", number: number,
                        channel: delivery["channel"].string ?? "", since: errand?["since"].int ?? 0,
                        sends: entry["attempts"].list.filter { $0["kind"].string == "send" }.map {
                            Told.Send(
                                started: $0["started_at"].int ?? 0, ended: $0["ended_at"].int ?? 0,
                                response: $0["response"].string)
                        })
                }
            }
        }

        private static func seconds(_ start: Int, _ end: Int) -> Double { Double(end - start) / 1e9 }

        private static func p99(_ sorted: [Double]) -> Double { sorted[max(0, (sorted.count * 99 + 99) / 100 - 1)] }

        private static func say(_ what: String, _ sorted: [Double]) {
            let milliseconds = [sorted[sorted.count / 2], p99(sorted), sorted[sorted.count - 1]].map {
                ($0 * 1e3).rounded()
            }
            print("\(what): p50 p99 max of \(sorted.count): \(milliseconds) ms")
        }
    }
}
