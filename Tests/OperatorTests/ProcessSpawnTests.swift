import Foundation
import Operator
import Testing

@Suite struct ProcessSpawnTests {
    // MARK: What cannot be started

    @Test func missingExecutableIsNamed() {
        #expect(throws: SpawnError.executableNotFound(path: "/no/such/program")) {
            try Spawner.shared.spawn(SpawnRequest(executable: "/no/such/program"))
        }
        #expect("\(SpawnError.executableNotFound(path: "/x"))" == "cannot start /x: there is no such file")
    }

    @Test func fileWithoutPermissionAndFolderAreNotExecutable() throws {
        let folder = try TemporaryFolder()
        let file = try folder.program("engine", "#!/bin/sh\n", mode: 0o644)
        for path in [file, folder.path] {
            #expect(throws: SpawnError.notExecutable(path: path)) {
                try Spawner.shared.spawn(SpawnRequest(executable: path))
            }
        }
    }

    @Test(arguments: ["#!/no/such/interpreter\n", "echo no first line\n"])
    func scriptWithoutUsableInterpreterIsOfUnknownFormat(text: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.program("engine", text)
        #expect(throws: SpawnError.unknownFormat(path: file)) {
            try Spawner.shared.spawn(SpawnRequest(executable: file))
        }
    }

    /// A program that somebody is still writing: it may be finished at any moment.
    @Test func busyProgramIsTriedForATenthOfASecond() throws {
        let folder = try TemporaryFolder()
        let file = try folder.program("engine", "#!/bin/sh\n")
        let writer = try Descriptor.open(file, O_WRONLY)
        let begin = ContinuousClock.now
        #expect(throws: SpawnError.system(SystemError("start \(file)", code: ETXTBSY))) {
            try Spawner.shared.spawn(SpawnRequest(executable: file))
        }
        #expect(ContinuousClock.now - begin >= .milliseconds(100))
        writer.close()
        #expect(try Spawner.shared.spawn(SpawnRequest(executable: file)).wait(timeout: .seconds(10))?.code == 0)
    }

    @Test func missingWorkingDirectoryIsNamedNotTheProgram() throws {
        #expect(throws: SpawnError.workingDirectory(path: "/no/folder", code: ENOENT)) {
            try TestChild.shell("true", workingDirectory: "/no/folder")
        }
        #expect(throws: SpawnError.workingDirectory(path: "/etc/passwd", code: ENOTDIR)) {
            try TestChild.shell("true", workingDirectory: "/etc/passwd")
        }
    }

    @Test(arguments: [["A=B": "c"], ["": "c"], ["A": "b\0c"]])
    func environmentThatCannotBePassedOnIsRefused(environment: [String: String]) {
        #expect(throws: SpawnError.self) { try TestChild.shell("true", environment: environment) }
        #expect(throws: SpawnError.self) {
            try Spawner.shared.spawn(SpawnRequest(executable: "/bin/sh", arguments: ["a\0b"]))
        }
    }

    // MARK: What the child gets

    @Test func environmentIsExactlyTheGivenOne() throws {
        let child = try Spawner.shared.spawn(
            SpawnRequest(executable: "/usr/bin/env", environment: ["TZ": "UTC", "TANDEM_EPOCH": "7"], input: .null))
        #expect(try TestChild.lines(of: child).sorted() == ["TANDEM_EPOCH=7", "TZ=UTC"])
    }

    @Test func workingDirectoryAndRelativeProgramCountFromThere() throws {
        let folder = try TemporaryFolder()
        _ = try folder.program("here", "#!/bin/sh\npwd -P\n")
        let child = try Spawner.shared.spawn(
            SpawnRequest(executable: "./here", environment: TestChild.path, workingDirectory: folder.path, input: .null)
        )
        let line = try #require(try TestChild.lines(of: child).first)
        #expect(line.hasSuffix((folder.path as NSString).lastPathComponent))
    }

    /// Even of a descriptor that somebody opened without close-on-exec.
    @Test func childSeesOnlyDescriptorsZeroToThree() throws {
        // A number that nobody has: tests run beside each other.
        let careless = fcntl(1, F_DUPFD, 97)
        #expect(careless >= 97)
        defer { close(careless) }
        let without = try TestChild.shell("exec sleep 60", input: .pipe, error: .pipe)
        let with = try TestChild.shell("exec sleep 60", input: .pipe, error: .pipe, lifeline: Lifeline())
        defer {
            without.kill()
            with.kill()
        }
        #expect(eventually { descriptors(of: without.pid) == [0, 1, 2] })
        #expect(eventually { descriptors(of: with.pid) == [0, 1, 2, 3] })
    }

    @Test func ourEndsOfPipesCloseOnExec() throws {
        let child = try TestChild.shell("exec sleep 60", input: .pipe, error: .pipe)
        defer { child.kill() }
        for descriptor in [child.input, child.output, child.error] {
            let number = try #require(descriptor).number
            #expect(number > 3)
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func childLeadsItsOwnSessionWithDefaultSignals() throws {
        // Makes SIGPIPE ignored here.
        _ = try PipeWriter(try #require(try TestChild.shell("true", input: .pipe).input))
        let session = try TestChild.python("import os\nprint(os.getpid()==os.getsid(0)==os.getpgid(0))")
        #expect(try TestChild.lines(of: session) == ["True"])

        let shell = try TestChild.shell("grep -E 'SigIgn|SigBlk' /proc/$$/status | cut -f 2")
        let masks = try TestChild.lines(of: shell).compactMap { UInt64($0, radix: 16) }
        // 32 and 33 are glibc's own, which posix_spawn leaves ignored.
        #expect(masks.map { $0 & ~(3 << 31) } == [0, 0])
    }

    @Test func coreFilesAreOffAndOpenFilesLowered() throws {
        let child = try TestChild.shell("read go; ulimit -Hc; ulimit -Hn", input: .pipe, maxOpenFiles: 64)
        let writer = try PipeWriter(try #require(child.input))
        #expect(Array("go\n".utf8).withUnsafeBytes { writer.write($0) } == .written)
        #expect(try TestChild.lines(of: child) == ["0", "64"])
    }

    // MARK: What is left behind

    /// In a process of its own, where nobody else opens descriptors.
    @Test func twoHundredChildrenLeaveNoDescriptorsNorZombies() async {
        await #expect(processExitsWith: .success) {
            func once() throws {
                let child = try TestChild.shell("exit 0", input: .pipe, error: .pipe)
                #expect(child.wait(timeout: .seconds(10))?.isSuccess == true)
                #expect(throws: SpawnError.self) { try Spawner.shared.spawn(SpawnRequest(executable: "/no/such")) }
            }
            try once()
            let before = descriptors(of: getpid()).count
            for _ in 0..<200 { try once() }
            // The last reaper's thread may still hold its child.
            #expect(eventually { descriptors(of: getpid()).count <= before })
            #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
            if descriptors(of: getpid()).count > before { exit(1) }
        }
    }

    @Test func manyThreadsMaySpawnAtOnce() throws {
        let pending = try (0..<20).map { number in
            try Pending { () -> Int32? in try? TestChild.shell("exit \(number)").wait(timeout: .seconds(10))?.code }
        }
        #expect(pending.map { $0.wait() } == (0..<20).map { .some(.some(Int32($0))) })
    }
}
