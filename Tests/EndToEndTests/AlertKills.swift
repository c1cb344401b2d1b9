import Foundation
import Testing

extension EndToEnd {
    /// The operator dies at any point between the row of an alert and that of its last attempt, and is started again.
    @Suite(.enabled(if: AlertServer.canServe, "python3 or openssl is missing")) struct AlertKills {
        let folder: Folder
        let server: AlertServer

        init() throws {
            folder = try Folder()
            server = try AlertServer()
            try server.answerWell(folder)
        }

        /// Each write and sync from the alert's row on and each call on the provider's connection.
        @Test func noKillLosesAnAlert() throws {
            let channels = "alerts: {channels: {ops: \(server.ops)}}"
            let points = try (Self.calls + Self.writes).flatMap { try self.points($0, channels) }
            #expect(points.count >= 80)
            let chosen = Tandem.isSoak ? points : Self.spread(points, over: 12)
            #expect(try survive(chosen, channels, names: ["ops"], times: 25) >= Tandem.count(8, soak: 80))
        }

        /// The connections of all providers at once; a message that may have arrived is sent again as the same.
        @Test func noKillLosesAMessageOfAnyChannel() throws {
            let places = Tandem.isSoak ? Self.calls : [Place(call: .send, file: "tcp")]
            let points = try places.flatMap { try self.points($0, server.channels) }
            let names = ["slack", "phone", "ops", "pager"] + (server.canMail ? ["mail"] : [])
            let chosen = Tandem.isSoak ? points : Self.spread(points, over: 2)
            #expect(try survive(chosen, server.channels, names: names, times: 1) >= Tandem.count(1, soak: 40))
        }

        // MARK: Points

        private struct Place {
            var call: Fault.Call
            var file: String
            /// So many of them; what follows is much the same.
            var most = Int.max
        }

        private static let calls = [Fault.Call.connect, .send, .read, .close].map { Place(call: $0, file: "tcp") }
        /// The notice's transaction, what the outbox writes for it, and the end, when that is moved into the file itself.
        private static let writes = [
            Place(call: .write, file: "journal.sqlite-wal", most: 12), Place(call: .sync, file: "journal.sqlite-wal"),
            Place(call: .write, file: "alerts.sqlite-wal"), Place(call: .sync, file: "alerts.sqlite-wal"),
            Place(call: .write, file: "alerts.sqlite", most: 6), Place(call: .sync, file: "alerts.sqlite"),
        ]

        /// As many as an undisturbed run has.
        private func points(_ place: Place, _ channels: String) throws -> [Fault] {
            var fault = Fault(file: place.file, call: place.call, number: 0, action: .none, mark: Self.mark)
            let file = folder.path + "/count"
            let state = State(folder, "counted")
            defer { try? FileManager.default.removeItem(atPath: state.path) }
            try tandem(state, "counted", channels, fault.environment(countsTo: file)).expect(0)
            let count = try #require(Int(String(contentsOfFile: file, encoding: .utf8)))
            return (1...max(1, min(count, place.most))).flatMap { number in
                Self.actions(place.call, number).map { action in
                    fault.number = number
                    fault.action = action
                    return fault
                }
            }
        }

        /// Nothing lies between the end of a write and the beginning of the next. Writes of a log take turns: the head of a
        /// page, the page.
        private static func actions(_ call: Fault.Call, _ number: Int) -> [Fault.Action] {
            switch call {
            case .write: number % 2 == 0 ? [.torn] : [.killBefore]
            case .send, .read: [.killBefore, .torn, .killAfter]
            case .connect, .close, .sync: [.killBefore, .killAfter]
            }
        }

        /// Stands in the journal from the first alert on.
        private static let mark = "\"fingerprint\":\""

        private static func spread(_ points: [Fault], over count: Int) -> [Fault] {
            (0..<min(count, points.count)).map { points[$0 * points.count / min(count, points.count)] }
        }

        // MARK: Killing

        private struct Survivor {
            var rollout: String
            var fault: Fault
            var wasKilled: Bool
            /// Of the alert, as it is listed in the end.
            var id: String
            /// By channel.
            var attempts: [String: [JSON]]
        }

        private func tandem(
            _ state: State, _ rollout: String, _ channels: String, _ more: [String: String] = [:]
        ) throws -> Ended {
            var spec = Spec.beats(1200)
            spec.id = rollout
            spec.extra = channels
            let folder = state.folder
            let actions = try folder.write(
                "actions", #"{"at_index": 1500, "verb": "rollback", "reason": "looks wrong"}"# + "\n")
            let input = try Sessions.load(records: 3000, seconds: 60)
            let words = ["replay", try spec.write(in: folder), "--input", input, "--stage", "canary", "--send"]
            return try folder.tandem(
                words + ["--actions", actions, "--state", state.path],
                environment: server.environment.merging(more) { $1 })
        }

        /// - Parameter times: how often each in a soak.
        /// - Returns: at how many of the points the operator was killed.
        private func survive(_ points: [Fault], _ channels: String, names: [String], times: Int) throws -> Int {
            var (reached, kills, number) = (0, 0, 0)
            // What was told is asked for once in a while, since that costs as much as a run.
            for batch in Tandem.isSoak ? points.map({ [$0] }) : [points] {
                let folder = try Folder()
                let survivors = try batch.flatMap { fault in
                    try (0..<Tandem.count(1, soak: times)).map { _ in
                        number += 1
                        let rollout = "kill-" + String(100_000 + number)
                        return try survive(fault, rollout, channels, State(folder, rollout))
                    }
                }
                kills += survivors.count(where: \.wasKilled)
                reached += Set(survivors.filter(\.wasKilled).map { "\($0.fault)" }).count
                try expectTold(survivors, names)
                try server.forget(folder)
                try server.answerWell(folder)
            }
            if Tandem.isSoak { print("\(points.count) points, \(number) runs, \(kills) kills at \(reached) of them") }
            return reached
        }

        private func survive(_ fault: Fault, _ rollout: String, _ channels: String, _ state: State) throws -> Survivor {
            defer { try? FileManager.default.removeItem(atPath: state.path) }
            let ended = try tandem(state, rollout, channels, fault.environment())
            // In some runs there are fewer calls.
            #expect(ended.code == -SIGKILL || ended.code == 0, "\(fault): \(ended.errors)")
            try tandem(state, rollout, channels).expect(0)
            func alerts(_ words: String...) throws -> JSON {
                try state.folder.tandem(["alerts"] + words + ["--state", state.path, "-o", "json"]).expect(0).json()
            }
            let listed = try alerts("list", "--all").list.filter { $0["alert"]["cause"].string == "rollback" }
            #expect(listed.count == 1, "\(fault)")
            let id = try #require(listed.first?["alert"]["id"].string, "\(fault)")
            var attempts: [String: [JSON]] = [:]
            for delivery in try alerts("show", id)["deliveries"].list {
                attempts[delivery["delivery"]["channel"].string ?? "", default: []] += delivery["attempts"].list
            }
            return Survivor(rollout: rollout, fault: fault, wasKilled: ended.code != 0, id: id, attempts: attempts)
        }

        /// 0 lost, at most one duplicate a kill, which is the same message; and each is known as an attempt.
        private func expectTold(_ survivors: [Survivor], _ names: [String]) throws {
            let messages = try messages()
            for survivor in survivors {
                for name in names {
                    let told = (messages[name] ?? []).filter { $0.text.contains(survivor.rollout) }
                    let most = survivor.wasKilled ? 2 : 1
                    #expect((1...most).contains(told.count), "\(survivor.fault): \(name) told \(told.count) times")
                    let attempts = survivor.attempts[name] ?? []
                    let sends = attempts.filter { $0["kind"].string == "send" }
                    #expect(told.count <= sends.count, "\(survivor.fault): \(name) does not know of \(told.count)")
                    #expect(attempts.last?["response"].string == "OK", "\(survivor.fault): \(name) \(attempts)")
                    #expect(Set(told.map(\.identity)).count <= 1, "\(survivor.fault): \(told.map(\.identity))")
                    #expect(told.allSatisfy { $0.text.contains(survivor.id) }, "\(survivor.fault): \(told)")
                }
            }
        }

        private struct Message {
            var identity: String
            var text: String
        }

        /// What arrived whole, by channel.
        private func messages() throws -> [String: [Message]] {
            let names = [
                "/ops": "ops", "/slack/chat.postMessage": "slack", AlertServer.messages: "phone",
                "/pager/v2/enqueue": "pager",
            ]
            var messages: [String: [Message]] = [:]
            for request in try server.requests(folder) where request.method == "POST" && request.isWhole {
                guard let name = names[request.path] else { continue }
                let identity =
                    request.headers["webhook-id"] ?? request.json?["dedup_key"].string
                    ?? request.body.firstMatch(of: /A-[0-9a-f]{10}/).map { String($0.output) }
                messages[name, default: []].append(Message(identity: identity ?? "none", text: request.body))
            }
            for mail in try server.mails(folder) {
                let text = mail["data"].string ?? ""
                let identity = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Message-ID:") }
                messages["mail", default: []].append(Message(identity: String(identity ?? "none"), text: text))
            }
            return messages
        }
    }
}
