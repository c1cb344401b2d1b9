import Foundation
import Operator
import Testing

@Suite struct ProcessPolicyTests {
    private let crash = ExitStatus(.signalled(SIGSEGV))

    private func delay(_ action: RestartPolicy.Action) -> Double? {
        guard case .restart(let delay) = action else { return nil }
        return delay / .seconds(1)
    }

    /// alerts-sla-budget.md, section 5.3.
    @Test func backOffFollowsTheTableAndStaysAtAMinute() {
        var policy = RestartPolicy(role: .baseline)
        let delays = (0..<11).map { delay(policy.died(crash, at: .seconds($0 * 60), jitter: 0.5)) }
        #expect(delays == [0, 0.5, 1, 2, 4, 8, 15, 30, 60, 60, 60])
    }

    @Test(arguments: [(0.0, 0.8), (0.25, 0.9), (0.999_999, 1.2)])
    func jitterSpreadsTwentyPercent(jitter: Double, factor: Double) {
        var policy = RestartPolicy(role: .baseline)
        let delays = (0..<9).compactMap { delay(policy.died(crash, at: .seconds($0), jitter: jitter)) }
        for (found, plain) in zip(delays, [0, 0.5, 1, 2, 4, 8, 15, 30, 60]) {
            #expect(abs(found - plain * factor) < 0.001)
        }
    }

    @Test func tenStableMinutesClearTheBackOff() {
        var policy = RestartPolicy(role: .baseline)
        for second in 0..<5 { _ = policy.died(crash, at: .seconds(second), jitter: 0.5) }
        policy.becameReady(at: .seconds(10))
        #expect(delay(policy.died(crash, at: .seconds(609), jitter: 0.5)) == 8)
        policy.becameReady(at: .seconds(1000))
        #expect(delay(policy.died(crash, at: .seconds(1600), jitter: 0.5)) == 0)
    }

    @Test func timeNotReadyIsNotStable() {
        var policy = RestartPolicy(role: .baseline)
        _ = policy.died(crash, at: .zero, jitter: 0.5)
        policy.becameReady(at: .seconds(1))
        policy.becameUnready()
        policy.becameReady(at: .seconds(500))
        #expect(delay(policy.died(crash, at: .seconds(700), jitter: 0.5)) == 0.5)
        // Never ready at all.
        #expect(delay(policy.died(crash, at: .seconds(2000), jitter: 0.5)) == 1)
    }

    @Test(arguments: [
        ([0, 15, 30], true), ([0, 15, 31], false), ([0, 40, 80, 100, 120], true), ([0, 40, 80, 110, 121], false),
    ])
    func candidateThatDiesTooOftenIsQuarantined(seconds: [Int], quarantined: Bool) {
        var policy = RestartPolicy(role: .candidate)
        var last = RestartPolicy.Action.restart(after: .zero)
        for second in seconds { last = policy.died(crash, at: .seconds(second), jitter: 0.5) }
        #expect((delay(last) == nil) == quarantined)
        if quarantined {
            let window = seconds.count == 3 ? 30 : 120
            #expect(
                last == .quarantine(reason: "\(seconds.count) deaths in \(window) s, the last: killed by SIGSEGV (11)"))
        }
    }

    /// A crash every 1.1 s keeps some supervisors restarting for ever (section 5.1, PM2).
    @Test func baselineNeverGivesUpWhereTheCandidateDoes() {
        var baseline = RestartPolicy(role: .baseline)
        var candidate = RestartPolicy(role: .candidate)
        var outcomes: [Bool] = []
        for step in 0..<1000 {
            let now = Duration.milliseconds(step * 1100)
            #expect(delay(baseline.died(crash, at: now, jitter: 0.5)) != nil)
            if step < 3 { outcomes.append(delay(candidate.died(crash, at: now, jitter: 0.5)) == nil) }
        }
        #expect(outcomes == [false, false, true])
    }

    @Test(arguments: [RestartPolicy.Role.baseline, .candidate])
    func badConfigurationIsFinal(role: RestartPolicy.Role) {
        var policy = RestartPolicy(role: role)
        #expect(
            policy.died(ExitStatus(.exited(code: 78)), at: .zero, jitter: 0)
                == .neverRestart(reason: "exit code 78 (bad configuration)"))
        #expect(delay(policy.died(ExitStatus(.exited(code: 0)), at: .zero, jitter: 0)) == 0)
    }
}

@Suite struct ProcessStateLockTests {
    @Test func secondLockNamesTheHolder() throws {
        let folder = try TemporaryFolder()
        let lock = try StateLock(stateFolder: folder.path)
        #expect(throws: StateLockError.held(path: folder.file("lock"), holder: getpid())) {
            _ = try StateLock(stateFolder: folder.path)
        }
        #expect(StateLock.holder(of: folder.path) == getpid())
        #expect(try folder.text(of: "lock") == "\(getpid())\n")
        lock.release()
        #expect(StateLock.holder(of: folder.path) == nil)
        _ = try StateLock(stateFolder: folder.path)
    }

    /// The number in the file says nothing, the kernel's lock does.
    @Test func fileOfAKilledHolderDoesNotLock() throws {
        let folder = try TemporaryFolder()
        let child = try TestChild.python(
            "import fcntl,os,time\nf=open('\(folder.file("lock"))','w')\nfcntl.flock(f,fcntl.LOCK_EX)\n"
                + "f.write('%d\\n'%os.getpid())\nf.flush()\ntime.sleep(60)")
        #expect(eventually { StateLock.holder(of: folder.path) == child.pid })
        #expect(throws: StateLockError.held(path: folder.file("lock"), holder: child.pid)) {
            _ = try StateLock(stateFolder: folder.path)
        }
        child.kill()
        #expect(child.wait(timeout: .seconds(10)) != nil)
        #expect(try folder.text(of: "lock") == "\(child.pid)\n")
        _ = try StateLock(stateFolder: folder.path)
    }

    @Test func childrenDoNotInheritTheLock() throws {
        let folder = try TemporaryFolder()
        let lock = try StateLock(stateFolder: folder.path)
        let child = try TestChild.shell("exec sleep 60")
        defer { child.kill() }
        lock.release()
        _ = try StateLock(stateFolder: folder.path)
    }

    @Test func unusableFolderIsSaid() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StateLockError.unusable(SystemError("open \(folder.path)/no/lock", code: ENOENT))) {
            _ = try StateLock(stateFolder: folder.file("no"))
        }
        // A full disk: every write answers ENOSPC. A device can be locked like a file.
        try FileManager.default.createSymbolicLink(atPath: folder.file("lock"), withDestinationPath: "/dev/full")
        #expect(throws: StateLockError.self) { _ = try StateLock(stateFolder: folder.path) }
    }
}
