import Foundation
import Testing

extension EndToEnd {
    /// The verbs a person types, with an operator and without one, and their exit codes.
    @Suite struct Commands {
        let folder: Folder
        let state: State

        init() throws {
            folder = try Folder()
            state = State(folder)
        }

        /// 25 signals a second from each arm.
        private func words(_ more: String...) throws -> [String] {
            try ["run", Spec.beats(1200).write(in: folder), "--input", Sessions.load(records: 600_000, seconds: 3600)]
                + ["--state", state.path, "--speed", "30"] + more
        }

        /// A run that was stopped in `stage` after some signals; nothing runs.
        private func stopped(in stage: String) throws {
            let program = try folder.start(words("--stage", stage))
            try state.waitUntilReady()
            try eventually("20 lines") { state.sinkLines.count >= 20 ? true : nil }
            program.send(SIGTERM)
            try program.wait().expect(0)
        }

        private func statusCode() throws -> Int32 { try folder.tandem(["status", "--state", state.path]).code }

        @Test func rollbackWorksWithoutAnOperator() throws {
            try stopped(in: "full")
            try state.change("rollback").expect(0)
            #expect(try state.status()?["status"].string == "rolled-back")
            #expect(!FileManager.default.fileExists(atPath: state.path + "/KILL"))
            try state.change("rollback").expect(0)
            let program = try folder.start(words())
            try state.waitUntilReady()
            let held = state.sinkLines.count
            try eventually("20 more lines") { state.sinkLines.count >= held + 20 ? true : nil }
            program.send(SIGTERM)
            try program.wait().expect(0)
            #expect(!state.sink.dropFirst(held).contains { $0.isSignal("candidate") })
            try state.verify().expect(0)
        }

        @Test func pauseWorksWithoutAnOperator() throws {
            try stopped(in: "canary")
            try state.change("pause").expect(0)
            #expect(try state.status()?["status"].string == "held")
            let program = try folder.start(words())
            try state.waitUntilReady()
            #expect(try statusCode() == 6)
            try state.change("promote").expect(4)
            try state.change("resume").expect(0)
            #expect(try statusCode() == 0)
            program.send(SIGTERM)
            try program.wait().expect(0)
            try state.verify().expect(0)
        }

        @Test func otherVerbsNeedAnOperator() throws {
            try stopped(in: "canary")
            for verb in ["promote", "resume"] { try state.change(verb).expect(8, says: [state.path + "/control.sock"]) }
            try folder.tandem(["engines", "list", "--state", state.path]).expect(8, says: ["control.sock"])
        }

        @Test func statusCodesSayHowItIs() throws {
            let program = try folder.start(words("--stage", "canary"))
            try state.waitUntilReady()
            #expect(try statusCode() == 0)
            try state.change("pause").expect(0)
            #expect(try statusCode() == 6)
            try state.change("rollback").expect(0)
            #expect(try statusCode() == 5)
            program.send(SIGTERM)
            try program.wait().expect(0)
            #expect(try statusCode() == 5)
        }

        @Test func unexpectedStageIsRefused() throws {
            _ = try folder.start(words("--stage", "canary"))
            try state.waitUntilUp()
            let refused = try state.change("promote", "--to", "full", "--expect-stage", "limited").expect(4)
            #expect(refused.output.contains("canary"))
            try state.change("promote", "--to", "shadow").expect(4)
            try state.change("promote", "--to", "full", "--expect-stage", "canary", "--dry-run").expect(0)
            #expect(try state.status()?["stage"].string == "canary")
            try state.change("promote", "--to", "full", "--expect-stage", "canary").expect(0)
            #expect(try state.status()?["stage"].string == "full")
        }

        @Test func rollbackTwiceIsFine() throws {
            _ = try folder.start(words("--stage", "full"))
            try state.waitUntilUp()
            try state.change("rollback").expect(0)
            try state.change("rollback").expect(0)
            let moves = try folder.tandem(["history", "--state", state.path, "-o", "json"]).json().list
            #expect(moves.count { $0["kind"].string == "transition" } == 1)
            // The file that went ahead of it is gone again both times.
            try eventually("KILL lowered") { FileManager.default.fileExists(atPath: state.path + "/KILL") ? nil : true }
        }

        /// The candidate stays silent when the operator goes on, and who asked is told what to do.
        @Test func rollbackSilencesThoughTheOperatorHangs() throws {
            let program = try folder.start(words("--stage", "full"))
            try state.waitUntilReady()
            program.send(SIGSTOP)
            defer { program.send(SIGCONT) }
            try state.change("rollback").expect(7, says: ["kill -9 \(program.pid)", "silenced", "rollback again"])
            let isKilled = { FileManager.default.fileExists(atPath: state.path + "/KILL") }
            #expect(isKilled())
            program.send(SIGCONT)
            try eventually("the switch journaled") {
                try state.query("SELECT n FROM journal WHERE kind = 'switches'").first
            }
            try state.change("rollback").expect(0)
            try eventually("KILL lowered") { isKilled() ? nil : true }
            #expect(try state.status()?["status"].string == "rolled-back")
        }

        @Test func killFileSilencesTheCandidate() throws {
            _ = try folder.start(words("--stage", "full"))
            try state.waitUntilReady()
            try eventually("candidate lines") { state.sink.contains { $0.isSignal("candidate") } ? true : nil }
            try folder.write("s/KILL", "")
            let from = try eventually("the switch journaled") {
                try state.query("SELECT n, seq FROM journal WHERE kind = 'switches'").first.flatMap { Int($0[0]) }
            }
            try eventually("20 signals of the baseline") {
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'baseline' AND seq IS NOT NULL AND n > \(from)") >= 20
                    ? true : nil
            }
            #expect(
                try state.number(
                    "SELECT count(*) FROM journal WHERE arm = 'candidate' AND seq IS NOT NULL AND n > \(from)") == 0)
        }

        @Test func stopFileSilencesEverything() throws {
            _ = try folder.start(words("--stage", "limited"))
            try state.waitUntilReady()
            try folder.write("s/STOP", "")
            let from = try eventually("the switch journaled") {
                try state.query("SELECT n, seq FROM journal WHERE kind = 'switches'").first.flatMap { Int($0[0]) }
            }
            try eventually("40 signals suppressed") {
                try state.number("SELECT count(*) FROM journal WHERE reason = 'stop' AND n > \(from)") >= 40
                    ? true : nil
            }
            #expect(try state.number("SELECT count(*) FROM journal WHERE seq IS NOT NULL AND n > \(from)") == 0)
        }

        @Test func secondOperatorIsRefused() throws {
            let program = try folder.start(words())
            try state.waitUntilUp()
            try folder.tandem(words()).expect(4, says: ["\(program.pid)", state.path])
            #expect(program.isRunning)
        }

        @Test func anotherSpecIsRefusedByKey() throws {
            try stopped(in: "canary")
            var spec = Spec.beats(1200)
            spec.block = "2m"
            spec.markInterval = "2s"
            let other = try spec.write(in: folder, as: "other.yaml")
            let input = try Sessions.load(records: 600_000, seconds: 3600)
            try folder.tandem(["run", other, "--input", input, "--state", state.path, "--speed", "30"])
                .expect(4, says: ["assignment.block", "feed.mark_interval"])
        }

        @Test func anotherModeIsRefused() throws {
            try stopped(in: "canary")
            let spec = folder.path + "/spec.yaml"
            let input = try Sessions.load(records: 600_000, seconds: 3600)
            try folder.tandem(["replay", spec, "--input", input, "--state", state.path]).expect(4, says: ["arrival"])
        }

        @Test func readingVerbsNeedAJournal() throws {
            for verb in ["status", "history", "signals", "verify"] {
                try folder.tandem([verb, "--state", folder.path + "/none"]).expect(3, says: [folder.path + "/none"])
            }
            try folder.tandem(["rollback", "--state", folder.path + "/none", "--reason", "r"]).expect(
                3, says: ["/none"])
        }

        @Test func folderThatCannotBeWrittenIsRefused() throws {
            try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: true)
            chmod(state.path, 0o555)
            defer { chmod(state.path, 0o755) }
            chmod(folder.path, 0o755)
            var words = try [Tandem.binary] + self.words()
            if getuid() == 0 {
                // Rights do not hold root back; as nobody, with a copy that nobody may read.
                let copy = folder.path + "/tandem"
                try folder.run(["cp", Tandem.binary, copy]).expect(0)
                words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy] + words.dropFirst()
                for file in ["spec.yaml", "baseline-spec.yaml", "candidate-spec.yaml"] {
                    chmod(folder.path + "/" + file, 0o644)
                }
            }
            try folder.run(words).expect(4, says: [state.path])
        }

        @Test func stateFolderIsPrivate() throws {
            _ = try folder.start(words())
            try state.waitUntilUp()
            func mode(_ path: String) -> UInt32 {
                var info = stat()
                return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
            }
            #expect(mode(state.path) == 0o700)
            #expect(mode(state.path + "/control.sock") == 0o600)
        }

        @Test func signalsFollowWhatComes() throws {
            _ = try folder.start(words())
            try state.waitUntilReady()
            let follower = try folder.start(["signals", "-f", "-o", "json", "--state", state.path])
            try eventually("20 lines and more to come") {
                let lines = follower.output.split(separator: "\n")
                return lines.count >= 20 && lines.count < state.sinkLines.count + 20 ? true : nil
            }
            follower.send(SIGINT)
            try follower.wait()
        }
    }
}
