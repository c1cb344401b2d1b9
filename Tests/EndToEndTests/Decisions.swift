import Foundation
import Testing

extension EndToEnd {
    /// A rollout that moves by itself, and people who move it at the same time.
    @Suite struct Decisions {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        /// Gates that a few good sessions pass.
        private static let quickGates = """
            gates:
              canary: {sessions: 3, resolved_signals: 5, not_worse: {margin_r: 1, alpha: 0.49}}
              limited: {sessions: 1, better: {alpha: 0.49}}
              full: off
            """

        private func words(_ state: State, _ more: [String] = []) throws -> [String] {
            var spec = Spec()
            spec.decisions = "act"
            spec.extra = Self.quickGates
            return try ["replay", spec.write(in: folder), "--input"] + Sessions.eight() + ["--state", state.path]
                + ["-o", "json"] + more
        }

        private func decisions(_ state: State) throws -> [[String]] {
            try state.query(
                """
                SELECT ord, feed_index, kind, time, decision, reason, stage, status, body FROM journal
                WHERE kind IN ('evidence', 'correction', 'trigger', 'transition') ORDER BY n
                """)
        }

        /// Promoted on proof, with the evidence in the journal; verified from the market data; the same whatever the window.
        @Test func goodSessionsPromoteTheCandidate() throws {
            let first = try folder.tandem(words(state)).expect(0).json()
            let moves = first["transitions"].list
            #expect(moves.prefix(2).map { $0["to"].string } == ["canary", "limited"])
            #expect(moves.prefix(2).allSatisfy { $0["actor"].string == "tandem" && $0["cause"].string == "gate" })
            #expect(first["engines"]["candidate"]["restarts"].int == 0)
            #expect(try decisions(state).count { $0[2] == "evidence" } >= 7)
            // Some candidate signals are live, and every limit's refusal is named.
            let live = try state.number("SELECT count(*) FROM journal WHERE arm = 'candidate' AND seq IS NOT NULL")
            #expect(live > 0)
            try state.verify(input: Sessions.eight()).expect(0)

            let other = State(folder, "other")
            let again = try folder.tandem(words(other, ["--window", "20000"])).expect(0).json()
            #expect(again["digest"].string == first["digest"].string)
            #expect(try decisions(other) == decisions(state))
        }

        /// By request the wall clock decides in a replay, too; then nobody says that it can be repeated, but it verifies.
        @Test func timeIsJudgedOnlyByRequest() throws {
            let judged = try folder.tandem(words(state, ["--judge-time"])).expect(0).json()
            #expect(judged["reproducible"].bool == false)
            let kinds = "SELECT DISTINCT reason FROM journal WHERE kind = 'measured' ORDER BY 1"
            #expect(try state.query(kinds).joined().contains("latency"))
            try state.verify(input: Sessions.eight()).expect(0)
            let table = [
                "replay", try Spec().write(in: folder), "--input", try Sessions.load(records: 20_000, seconds: 60),
            ]
            let text = try folder.tandem(table + ["--judge-time"]).expect(0).output
            #expect(text.contains("digest: not reproducible"))

            let plain = State(folder, "plain")
            #expect(try folder.tandem(words(plain)).expect(0).json()["reproducible"].bool == true)
            #expect(try plain.query(kinds).isEmpty)
            let refused = try folder.tandem(words(plain, ["--judge-time"]))
            // It is over already, and nothing of it can change.
            #expect(refused.code == 0 || refused.code == 4)
        }

        /// Killed just before or just after a commit, time and again: the same stage on the same evidence, and nothing twice.
        @Test func evidenceOutlivesEveryKill() throws {
            let undisturbed = State(folder, "undisturbed")
            let expected = try folder.tandem(words(undisturbed)).expect(0).json()
            var generator = SplitMix(seed: 77)
            for number in 1...Tandem.count(5, soak: 40) {
                let fault = Fault(
                    file: "journal.sqlite-wal", call: .sync, number: .random(in: 1...60, using: &generator),
                    action: [.killBefore, .killAfter].randomElement(using: &generator)!)
                let ended = try folder.tandem(words(state), environment: fault.environment())
                #expect(ended.code == -SIGKILL || ended.code == 0, "kill \(number), \(fault): \(ended.errors)")
                if ended.code == 0 { break }
            }
            let summary = try folder.tandem(words(state)).expect(0).json()
            #expect(summary["digest"].string == expected["digest"].string)
            #expect(try decisions(state) == decisions(undisturbed))
            try state.verify().expect(0)
        }

        /// What stands behind a stage is shown by every form, with nothing running.
        @Test func theStoryHasEveryForm() throws {
            try folder.tandem(words(state)).expect(0)
            let explained = try folder.tandem(["explain", "--state", state.path, "-o", "json"]).expect(0).json()
            #expect(explained["stage"].string == "limited")
            #expect(explained["triggers"].list.count > 15)
            let text = try folder.tandem(["explain", "--state", state.path]).expect(0).output
            #expect(text.contains("not judged (replay)"))
            func report(_ form: String) throws -> String {
                try folder.tandem(["report", "rollout", "--state", state.path, "-o", form]).expect(0).output
            }
            #expect(try #require(JSON(report("json")))["sessions"].list.count >= 7)
            #expect(try report("table").contains("shadow to canary"))
            #expect(try report("csv").split(separator: "\n").count >= 8)
            let page = try folder.write("page.html", report("html"))
            try folder.run(["python3", "-c", "import sys,xml.dom.minidom as m; m.parse(sys.argv[1])", page]).expect(0)
            let status = try folder.tandem(["status", "--state", state.path])
            #expect(status.output.contains("decision") && status.output.contains("limited"))
        }

        @Test func withoutEvidenceThereIsNothingToExplain() throws {
            let spec = try Spec.beats(1200).write(in: folder)
            try folder.tandem([
                "replay", spec, "--input", Sessions.load(records: 20_000, seconds: 60), "--state", state.path,
            ]).expect(0)
            for words in [["explain"], ["report", "rollout"]] {
                try folder.tandem(words + ["--state", state.path]).expect(3, says: ["no evidence yet"])
            }
        }

        /// The table of cases, the same for the same seed, and warnings for what cannot be decided.
        @Test func aPlanSaysWhatItsGatesDecide() throws {
            var spec = Spec()
            spec.decisions = "act"
            let path = try spec.write(in: folder)
            let words = ["plan", path, "--runs", "200", "--target", "better-10"]
            let text = try folder.tandem(words, atMost: 120).expect(0).output
            #expect(text.contains("better-target") && text.contains("worse-10"))
            #expect(text.contains("warning"))
            #expect(try folder.tandem(words, atMost: 120).expect(0).output == text)
            #expect(
                try folder.tandem(words + ["-o", "json"], atMost: 120).expect(0).json()["candidates"].list.count >= 10)
            try folder.tandem(["plan", path, "--target", "best"]).expect(3, says: ["better-target"])
        }

        // MARK: - People at the same time

        private func startOperator() throws {
            let spec = try Spec.beats(1200).write(in: folder)
            _ = try folder.start(
                ["run", spec, "--input", Sessions.load(records: 600_000, seconds: 3600), "--state", state.path]
                    + ["--speed", "30"])
            try state.waitUntilReady()
        }

        private func starts(_ verb: String, _ more: String...) throws -> Program {
            try folder.start([verb, "--state", state.path, "--reason", "race"] + more)
        }

        /// Of two promotions meant for the same stage one wins; the other gets 4 and is told why.
        @Test func oneOfTwoPromotionsWins() throws {
            try startOperator()
            for _ in 0..<Tandem.count(3, soak: 20) {
                let both = try (0..<2).map { _ in try starts("promote", "--expect-stage", "shadow") }
                let ended = try both.map { try $0.wait() }
                #expect(ended.map(\.code).sorted() == [0, 4])
                let told = ended.filter { $0.code == 4 }.map(\.output).joined()
                #expect(told.contains("canary"))
                #expect(try state.status()?["stage"].string == "canary")
                try state.change("rollback").expect(0)
                try state.change("resume").expect(0)
            }
        }

        /// Whatever comes first, it is rolled back in the end, `rollback` never fails, and until somebody resumes nothing of the
        /// candidate is live.
        @Test func aRollbackWinsEveryRace() throws {
            try startOperator()
            for _ in 0..<Tandem.count(5, soak: 50) {
                try state.change("promote", "--to", "canary").expect(0)
                let promotion = try starts("promote", "--to", "full")
                let rollback = try starts("rollback")
                try rollback.wait().expect(0)
                let promoted = try promotion.wait().code
                #expect(promoted == 0 || promoted == 4)
                #expect(try state.status()?["status"].string == "rolled-back")
                try state.change("resume").expect(0)
            }
            let leaks = try state.number(
                """
                SELECT count(*) FROM journal s WHERE s.kind = 'signal' AND s.arm = 'candidate' AND s.seq IS NOT NULL
                AND (SELECT t.status FROM journal t WHERE t.kind = 'transition' AND t.n < s.n ORDER BY t.n DESC LIMIT 1)
                    = 'rolled-back'
                """)
            #expect(leaks == 0)
            try state.change("rollback").expect(0)
        }
    }
}
