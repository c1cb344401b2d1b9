import Foundation
import Operator
import Testing

@Suite struct ProcessSweepTests {
    private static func environment(state: String, epoch: String, instance: String = "a") -> [String: String] {
        TestChild.path.merging(
            ["TANDEM_ENGINE_STATE": state, "TANDEM_EPOCH": epoch, "TANDEM_INSTANCE": instance]) { $1 }
    }

    /// A process that no registered child is, nor belongs to: started by a shell that ended, in a session of its own.
    private static func orphan(_ environment: [String: String], _ command: String = "sleep 60") throws -> Int32 {
        let child = try TestChild.shell(
            "setsid sh -c 'echo $$; exec >/dev/null; \(command)' & wait", environment: environment)
        let pid = Locked<Int32>(0)
        let reader = try LineReader(try #require(child.output))
        let reading = try Pending {
            reader.run(
                onLine: { line, _ in pid.withLock { $0 = Int32(String(decoding: line, as: UTF8.self)) ?? 0 } },
                onOverlong: { _ in }, onBatch: {})
        }
        #expect(eventually { pid.withLock { $0 } != 0 })
        child.kill()
        #expect(child.wait(timeout: .seconds(10)) != nil)
        _ = reading
        return pid.withLock { $0 }
    }

    @Test func markedOrphansDieWithTheirGroupsAndOthersLive() throws {
        let folder = try TemporaryFolder()
        let state = folder.file("engines/candidate")
        let marked = try Self.orphan(Self.environment(state: state, epoch: "4"), "sleep 61 & sleep 62")
        let spared = [
            try Self.orphan(TestChild.path),
            try Self.orphan(Self.environment(state: state, epoch: "5")),
            try Self.orphan(Self.environment(state: state, epoch: "four")),
            try Self.orphan(Self.environment(state: folder.path + "-other/engines", epoch: "4")),
            try Self.orphan(Self.environment(state: folder.path + "/../elsewhere", epoch: "4")),
        ]
        defer { for pid in spared { kill(-pid, SIGKILL) } }

        let found = BootSweep(stateFolder: folder.path, selection: .epochs(before: 5)).run()
        #expect(found.contains { $0.pid == marked && $0.epoch == 4 && $0.instance == "a" })
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.isGone && !TestChild.isAlive($0.pid) })
        #expect(found.contains { $0.command == "sleep 61" })
        for pid in spared { #expect(TestChild.isAlive(pid)) }
        #expect(BootSweep(stateFolder: folder.path, selection: .epochs(before: 5)).run() == [])
    }

    /// A sink has no state of its own; a shell in which somebody looks at the rollout has no epoch.
    @Test func aSinkIsKnownByTheStateFolder() throws {
        let folder = try TemporaryFolder()
        func orphan(_ state: String, _ epoch: String?) throws -> Int32 {
            try Self.orphan(
                TestChild.path.merging(["TANDEM_STATE": state, "TANDEM_EPOCH": epoch].compactMapValues { $0 }) { $1 })
        }
        let sink = try orphan(folder.path + "/", "1")
        let spared = [
            try orphan(folder.path, nil), try orphan(folder.path, "2"), try orphan(folder.path + "-other", "1"),
        ]
        defer { for pid in spared { kill(-pid, SIGKILL) } }
        let found = BootSweep(stateFolder: folder.path, selection: .epochs(before: 2)).run()
        #expect(found.contains { $0.pid == sink && $0.isGone } && !TestChild.isAlive(sink))
        for pid in spared { #expect(TestChild.isAlive(pid)) }
    }

    @Test func stateFolderBehindALinkIsTheSame() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("real/engine"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: folder.file("real"))
        let orphan = try Self.orphan(Self.environment(state: folder.file("real/engine"), epoch: "1"))
        let found = BootSweep(stateFolder: folder.file("link") + "/./", selection: .epochs(before: 2)).run()
        #expect(found.contains { $0.pid == orphan })
        #expect(!TestChild.isAlive(orphan))
    }

    /// What an engine put into a session of its own dies after it, and the engine that runs now does not.
    @Test func escapedHelpersOfOneInstanceAreSwept() throws {
        let folder = try TemporaryFolder()
        let state = folder.file("engine")
        let escaped = try Self.orphan(Self.environment(state: state, epoch: "3", instance: "candidate-1"))
        let next = try Self.orphan(Self.environment(state: state, epoch: "3", instance: "candidate-2"))
        defer { kill(-next, SIGKILL) }
        let found = BootSweep(stateFolder: folder.path, selection: .instance(epoch: 3, name: "candidate-1")).run()
        #expect(found.contains { $0.pid == escaped })
        #expect(!TestChild.isAlive(escaped) && TestChild.isAlive(next))
    }

    @Test func stoppedOrphanDiesToo() throws {
        let folder = try TemporaryFolder()
        let orphan = try Self.orphan(Self.environment(state: folder.file("engine"), epoch: "1"))
        kill(-orphan, SIGSTOP)
        _ = BootSweep(stateFolder: folder.path, selection: .epochs(before: 2)).run()
        #expect(!TestChild.isAlive(orphan))
    }

    @Test func registeredChildrenAreSpared() throws {
        let folder = try TemporaryFolder()
        let child = try TestChild.shell(
            "exec sleep 60", environment: Self.environment(state: folder.file("engine"), epoch: "1"))
        defer { child.kill() }
        #expect(BootSweep(stateFolder: folder.path, selection: .epochs(before: 2)).run() == [])
        #expect(child.isRunning)
    }

    /// A marked job in the group of an unmarked script: only the job dies.
    @Test func groupOfAnUnmarkedLeaderLives() throws {
        let folder = try TemporaryFolder()
        let script = try TestChild.shell(
            "TANDEM_ENGINE_STATE=\(folder.path)/engine TANDEM_EPOCH=1 sleep 60; echo survived $?", output: .pipe)
        let found = Locked<[BootSweep.Found]>([])
        #expect(
            eventually {
                found.withLock { found in
                    found += BootSweep(stateFolder: folder.path, selection: .epochs(before: 2)).run()
                    return !found.isEmpty
                }
            })
        #expect(try TestChild.lines(of: script) == ["survived 137"])
    }

    /// In a process of its own, because adopting holds for the whole process.
    @Test func adoptedOrphansAreReapedAndChildrenOfLibrariesAreNot() async {
        await #expect(processExitsWith: .success) {
            try ChildRegistry.shared.becomeSubreaper()
            let orphan = try ProcessSweepTests.orphan(TestChild.path)
            // What a library would start: in our session, and waited for by it alone.
            var foreign: pid_t = 0
            var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup("exit 6"), nil]
            guard posix_spawn(&foreign, "/bin/sh", nil, nil, &arguments, nil) == 0 else { exit(1) }
            var information = siginfo_t()
            guard waitid(P_PID, id_t(foreign), &information, WEXITED | WNOWAIT) == 0 else { exit(2) }

            kill(-orphan, SIGKILL)
            var reaped: [Int32] = []
            let done = eventually {
                reaped += ChildRegistry.shared.reapAdopted()
                return reaped.contains(orphan)
            }
            guard done, !reaped.contains(foreign) else { exit(3) }
            var status: Int32 = 0
            guard waitpid(foreign, &status, 0) == foreign, status == 6 << 8 else { exit(4) }
        }
    }

    @Test func registeredChildrenAreLeftToTheirReapers() async {
        await #expect(processExitsWith: .success) {
            let stop = try EventFlag()
            let reaping = try Pending {
                var reaped = 0
                while !stop.isRaised { reaped += ChildRegistry.shared.reapAdopted().count }
                return reaped
            }
            for _ in 0..<50 {
                guard try TestChild.shell("exit 7").wait(timeout: .seconds(10))?.code == 7 else { exit(1) }
            }
            stop.raise()
            guard reaping.wait() == 0 else { exit(2) }
        }
    }
}
