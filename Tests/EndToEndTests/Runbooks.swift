import Foundation
import Testing

extension EndToEnd {
    /// Every page of runbooks/: written as its README says, in the program, and its commands run in the emergency it is for.
    @Suite struct Runbooks {
        let folder: Folder
        let reader: RunbookReader

        init() throws {
            folder = try Folder()
            reader = try RunbookReader(folder)
        }

        // MARK: - Pages

        @Test(arguments: RunbookPage.names) func everyPageIsWrittenAlike(name: String) throws {
            let page = try RunbookPage(name)
            #expect(page.headings == RunbookPage.sections)
            #expect(page.text.hasPrefix("# ") && page.text.utf8.allSatisfy { $0 < 0x80 })
            let last = try #require(page.blocks.last)
            #expect(last.section == RunbookPage.sections[3] && last.isJudged && last.kind == .run)
            for reference in page.text.matches(of: /tandem runbook\s+([a-z-]+)/) {
                #expect(RunbookPage.names.contains(String(reference.1)), "\(reference.0)")
            }
            for block in page.blocks {
                try folder.run(["sh", "-n", folder.write("block", block.text)]).expect(0)
            }
        }

        /// Their verbs and options are known to the program, also where a block is not run.
        @Test func everyCommandIsThere() throws {
            var helps: [[String]: String] = [:]
            for name in RunbookPage.names {
                for command in try RunbookPage(name).blocks.flatMap(\.commands) {
                    let help = try helps[command.verbs] ?? folder.tandem(command.verbs + ["--help"]).expect(0).output
                    helps[command.verbs] = help
                    try expect(command, in: help)
                }
            }
        }

        private func expect(_ command: RunbookPage.Command, in help: String) throws {
            let usage = try #require(help.firstMatch(of: /USAGE: tandem([a-z -]*)/)).1.split(separator: " ").map(
                String.init)
            let isGroup = help.contains("SUBCOMMANDS")
            #expect(!usage.isEmpty && Array(command.verbs.prefix(usage.count)) == usage, "\(command.verbs)")
            #expect(usage == command.verbs || !isGroup, "\(command.verbs)")
            for option in command.options where !isGroup {
                #expect(help.contains(option), "\(command.verbs): \(option)")
            }
        }

        @Test func theProgramHasEveryPageAsItIs() throws {
            let listed = try folder.tandem(["runbook", "-o", "json"]).expect(0).json().list
            #expect(listed.compactMap { $0["name"].string }.sorted() == RunbookPage.names)
            let table = try folder.tandem(["runbook"]).expect(0).output
            for name in RunbookPage.names {
                let text = try RunbookPage(name).text
                #expect(try folder.tandem(["runbook", name]).expect(0).output == text, "build again after an edit")
                let title = text.prefix { $0 != "\n" }.dropFirst(2)
                #expect(listed.contains { $0["name"].string == name && $0["title"].string == String(title) })
                #expect(table.contains(name) && table.contains(title))
            }
            let page = try folder.tandem(["runbook", "held", "-o", "json"]).expect(0).json()
            #expect(try page["name"].string == "held" && page["text"].string == RunbookPage("held").text)
        }

        @Test func anUnknownNameGetsThoseNearIt() throws {
            try folder.tandem(["runbook", "rolback"]).expect(3, says: ["no runbook rolback", "near it: rollback\n"])
            try folder.tandem(["runbook", "restore"]).expect(3, says: ["restore-from-backup"])
            try folder.tandem(["runbook", "candidate_down"]).expect(3, says: ["near it: candidate-down\n"])
            try folder.tandem(["runbook", "weather"]).expect(3, says: ["`tandem runbook` lists all"])
        }

        /// Every page is run by one of the tests below.
        @Test func noPageIsLeftOut() {
            let run =
                Self.desk + Self.standing + Self.judged + Self.waiting + Self.stopped
                + ["feed-down", "budget-stopped", "weekly-summary"]
            #expect(run.sorted() == RunbookPage.names)
        }

        // MARK: - A desk by the clock

        static let desk = [
            "candidate-down", "baseline-down", "engines-down", "errors", "sink-down", "kill", "wrong-promotion",
            "latency",
            "uptime", "test", "channel-down",
        ]

        /// One operator, to which one thing after the other happens; each page puts it right for the next.
        @Test func aRunningDesk() throws {
            let desk = try RunbookDesk(folder)
            for name in Self.desk {
                try desk.happen(name)
                try reader.follow(name, desk.state, spec: desk.spec) { try desk.repair(name) }
            }
            try desk.state.verify().expect(0)
        }

        // MARK: - What a replay decided

        static let standing = ["promotion", "correction", "data-quality", "summary", "budget", "month-end"]

        /// A rollout whose recordings are over.
        @Test func aRolloutThatStands() throws {
            let actions = try folder.write(
                "actions", #"{"at_index": 1000, "verb": "promote", "to": "canary", "reason": "a clean week"}"# + "\n")
            let (state, spec) = try replayed(
                ["--actions", actions], "triggers: {\(Self.noBurst)}",
                "budget: {month: 4, day: 3, aim: 3, reserve: 0.1, prices: {mbo: $100/GB}}")
            let report = try folder.tandem(["report", "budget", "--state", state.path, "-o", "json"]).json()
            let spent = Double(report["spent_micros"].int ?? 0) / 1e6
            let invoice = try folder.write(
                "invoice.csv",
                """
                date,provider,category,amount,currency,reference
                2026-11-04,databento,data,\(spent),USD,I-1

                """)
            for name in Self.standing {
                try reader.follow(name, state, spec: spec, more: ["MONTH": "2026-11", "INVOICE": invoice])
            }
        }

        static let judged = ["approval", "demotion", "closed", "unrouted", "trigger"]

        @Test(arguments: judged) func aRolloutThatDecided(name: String) throws {
            let (state, spec) =
                switch name {
                case "approval":
                    try replayed(
                        spec: Spec(), [],
                        "gates: {canary: {sessions: 1, resolved_signals: off, not_worse: {margin_r: 7, alpha: 0.49}, approvals: 1}}",
                        "promotion: {around_open: 0m, around_close: 0m}")
                case "demotion":
                    try replayed(
                        spec: Spec(baseline: Spec.talkativeV3, candidate: Spec.talkativeV1), ["--stage", "full"],
                        "triggers: {side_per_session: 100, \(Self.noBurst)}",
                        """
                        live_limits:
                          canary: {loss_r_session: 0.3, loss_r_stage: 0.3}
                          limited: {loss_r_session: 0.3, loss_r_stage: 0.3}
                          full: {loss_r_session: 0.3, loss_r_stage: 0.3}
                        """)
                case "closed":
                    try replayed(
                        ["--stage", "canary"], "triggers: {\(Self.noBurst)}",
                        "no_gain: {gain_r: 7, alpha: 0.49, stages: [shadow, canary, limited]}")
                case "unrouted":
                    try replayed(
                        ["--stage", "full"],
                        """
                        triggers:
                          burst: {minute: 2, half_hour: 1000, session: 1000}
                          opposite: {of: 10, at_least: 10}
                          actions: {repeated-burst: alert}
                        """)
                default:
                    try replayed(
                        ["--stage", "full"],
                        """
                        triggers:
                          burst: {minute: 1, half_hour: 1000, session: 1000}
                          opposite: {of: 10, at_least: 10}
                          actions: {burst: alert, repeated-burst: alert}
                        """)
                }
            try reader.follow(name, state, spec: spec)
            if name == "unrouted" {
                // With the action and by how much, as its alert says.
                let history = try folder.tandem(["history", "--state", state.path]).expect(0).output
                #expect(history.contains(/trigger .* burst: unroute: \d+ of 2/))
            }
        }

        private static let noBurst =
            "burst: {minute: 1000, half_hour: 1000, session: 1000}, opposite: {of: 10, at_least: 10}"

        private func replayed(
            spec: Spec = .talkative, _ more: [String], _ extra: String...
        ) throws -> (State, spec: String) {
            let (path, words) = try acting(spec, extra)
            try folder.tandem(["replay"] + words + more).expect(0)
            return (State(folder), path)
        }

        /// A spec that acts, and the words that play three small sessions by it.
        private func acting(_ spec: Spec, _ extra: [String]) throws -> (spec: String, words: [String]) {
            var spec = spec
            spec.decisions = "act"
            spec.extra = extra.joined(separator: "\n")
            let path = try spec.write(in: folder)
            return (path, try [path, "--input"] + Sessions.small() + ["--state", folder.path + "/s"])
        }

        /// A Thursday, a Friday and a Monday: one week ends.
        @Test func aWeekThatIsOver() throws {
            let path = try Spec.talkative.write(in: folder)
            let input = try Sessions.small(from: "2026-11-05")
            let state = State(folder)
            try folder.tandem(["replay", path, "--input"] + input + ["--state", state.path]).expect(0)
            let alerts = try folder.tandem(["alerts", "list", "--all", "--state", state.path, "-o", "json"]).json().list
            let told = alerts.map { "\($0["alert"]["cause"].string ?? "") \($0["alert"]["subject"].string ?? "")" }
            #expect(told.filter { $0.hasPrefix("weekly-summary") } == ["weekly-summary 2026-11-06"])
            #expect(told.filter { $0.hasPrefix("summary") }.sorted().first == "summary 2026-11-05")
            try reader.follow("weekly-summary", state, spec: path)
        }

        static let waiting = ["held", "rollback"]

        /// A person has the word, and the operator waits for it after the last record.
        @Test(arguments: waiting) func aRolloutThatWaits(name: String) throws {
            let (path, words) =
                if name == "held" {
                    try acting(
                        .talkative,
                        [
                            "triggers: {\(Self.noBurst)}", "deadline_sessions: {shadow: 1}",
                            "gates: {canary: {sessions: 1, resolved_signals: 5000, not_worse: {margin_r: 1, alpha: 0.49}}}",
                        ])
                } else {
                    try acting(
                        Spec(baseline: Spec.talkativeV3, candidate: Spec.talkativeV1),
                        ["triggers: {side_per_session: 3, \(Self.noBurst)}"])
                }
            let stage = name == "held" ? "shadow" : "full"
            _ = try folder.start(["run"] + words + ["--speed", "max", "--linger", "--stage", stage])
            let state = State(folder)
            try eventually("the end of the feed", within: 90) {
                try state.status()?["live"]["is_feed_over"].bool == true ? true : nil
            }
            try reader.follow(name, state, spec: path)
        }

        // MARK: - Nothing runs

        static let stopped = ["operator-down", "rollback-by-hand", "journal-damaged", "restore-from-backup"]

        @Test func anOperatorThatDied() throws {
            var spec = Spec.beats(1200)
            spec.files = [try Sessions.load(records: 600_000, seconds: 36_000)]
            let path = try spec.write(in: folder)
            let first = State(folder, "first")
            let program = try folder.start(["run", path, "--state", first.path, "--stage", "canary"])
            try state(first, has: 20)
            program.send(SIGKILL)
            try program.wait()
            for name in Self.stopped {
                let state = State(folder, name)
                try folder.run(["cp", "-a", first.path, state.path]).expect(0)
                if name == "journal-damaged" {
                    try folder.run([
                        "python3", "-c",
                        """
                        import sqlite3, sys
                        db = sqlite3.connect(sys.argv[1])
                        db.execute("UPDATE journal SET time = time + 1 WHERE n = (SELECT max(n) / 2 FROM journal)")
                        db.commit()
                        """, state.path + "/journal.sqlite",
                    ]).expect(0)
                }
                if name == "restore-from-backup" { try FileManager.default.removeItem(atPath: state.path) }
                try reader.follow(name, state, spec: path, more: ["BACKUP": first.path])
                try state.verify().expect(0)
            }
        }

        private func state(_ state: State, has rows: Int) throws {
            try eventually("\(rows) signals sent") { state.sinkLines.count >= rows ? true : nil }
        }

        /// A record of the recording says it has no length; the page's reader fetches it again.
        @Test func aFeedThatCannotBeRead() throws {
            let whole = try Sessions.load(records: 600_000, seconds: 36_000)
            let feed = folder.path + "/feed.dbn"
            try folder.run([
                "python3", "-c",
                """
                import struct, sys
                data = bytearray(open(sys.argv[1], "rb").read(3_000_000))
                place = 8 + struct.unpack_from("<I", data, 4)[0]
                for _ in range(3000): place += data[place] * 4
                data[place] = 0
                open(sys.argv[2], "wb").write(data)
                """, whole, feed,
            ]).expect(0)
            var spec = Spec.beats(1200)
            spec.files = [feed]
            let (path, state) = (try spec.write(in: folder), State(folder))
            try folder.tandem(["run", path, "--state", state.path]).expect(9, says: ["feed.dbn"])
            try reader.follow("feed-down", state, spec: path) {
                try folder.run(["cp", whole, feed]).expect(0)
            }
            try state.verify().expect(0)
        }

        @Test func aBudgetThatIsSpent() throws {
            var spec = Spec.beats(1200)
            spec.files = [try Sessions.load(records: 600_000, seconds: 36_000)]
            spec.extra = "budget: {month: 6, aim: 3, day: 0.6, reserve: 0.1, slice: 0.01, prices: {mbo: $1000/GB}}"
            let (path, state) = (try spec.write(in: folder), State(folder))
            try folder.tandem(["run", path, "--state", state.path]).expect(4, says: ["budget override"])
            try reader.follow("budget-stopped", state, spec: path)
            try state.verify().expect(0)
        }
    }
}
