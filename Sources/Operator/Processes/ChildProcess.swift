internal import Glibc

/// A running or ended child, with a thread of its own that waits for its end.
///
/// When the child ends, for whatever reason, its whole session is killed before the child is reaped: until then the kernel keeps
/// its number, so that neither this nor `signalGroup` can ever reach a stranger. (That nobody else waits for it is `reapAdopted`'s
/// rule.) Descendants that founded a session of their own escape; `BootSweep` finds them by their environment.
package final class ChildProcess: Sendable {
    package let pid: Int32
    /// Clock ticks since boot; together with `pid` an identity for ever.
    package let startTicks: UInt64
    /// Our ends of the pipes that were asked for.
    package let input: Descriptor?
    package let output: Descriptor?
    package let error: Descriptor?

    private struct State {
        var status: ExitStatus?
        var observers: [@Sendable (ExitStatus) -> Void] = []
        var sampledPeakBytes = 0
    }

    private let state = Locked(State())
    private let ended: EventFlag
    private let process: Descriptor?
    /// Our own peak when the child was started. exec hands the parent's peak on into the child's `ru_maxrss`, since
    /// posix_spawn shares memory until then; measured: `/bin/true` started by a process of 300 MiB "used" 314 MiB.
    private let inheritedPeakBytes: Int

    /// Takes over a registered child that nobody has waited for, and reaps it should anything here fail.
    init(
        adopting pid: Int32, maxOpenFiles: Int?, input: Descriptor?, output: Descriptor?, error: Descriptor?
    ) throws(SystemError) {
        self.pid = pid
        self.input = input
        self.output = output
        self.error = error
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        inheritedPeakBytes = max(
            Int(usage.ru_maxrss) * 1024, ProcessTable.peakResidentBytes(of: getpid()) ?? 0)
        process = SystemCalls.openProcess(pid)
        startTicks = ProcessTable.entry(of: pid)?.startTicks ?? 0
        do {
            ended = try EventFlag()
        } catch {
            Self.discard(pid)
            throw error
        }
        do throws(SystemError) {
            try Self.limit(pid, SystemCalls.limitCore, "RLIMIT_CORE", to: 0)
            if let maxOpenFiles {
                try Self.limit(pid, SystemCalls.limitOpenFiles, "RLIMIT_NOFILE", to: UInt64(max(0, maxOpenFiles)))
            }
            try DedicatedThread.start("reap-\(pid)", stackBytes: 256 << 10) { [self] in reap() }
        } catch {
            Self.discard(pid)
            throw error
        }
    }

    private static func limit(_ pid: Int32, _ resource: UInt32, _ name: String, to value: UInt64) throws(SystemError) {
        let code = SystemCalls.lowerLimit(of: pid, resource, to: value)
        // ESRCH: it has ended already.
        guard code == 0 || code == ESRCH else { throw SystemError("set \(name) of process \(pid)", code: code) }
    }

    private static func discard(_ pid: Int32) {
        _ = Glibc.kill(-pid, SIGKILL)
        while waitpid(pid, nil, 0) < 0, errno == EINTR {}
        ChildRegistry.shared.remove(pid)
    }

    package var status: ExitStatus? { state.withLock { $0.status } }
    package var isRunning: Bool { status == nil }

    /// The status once the child has ended, nil when `timeout` passed first. Blocks; nil waits for ever.
    package func wait(timeout: Duration? = nil) -> ExitStatus? { ended.wait(timeout: timeout) ? status : nil }

    /// Calls `body` once with the status: from the reaper's thread, or at once when the child has ended already. Keep it short.
    package func onExit(_ body: @escaping @Sendable (ExitStatus) -> Void) {
        let status = state.withLock { state in
            if state.status == nil { state.observers.append(body) }
            return state.status
        }
        if let status { body(status) }
    }

    /// Signals the child and all of its group; false once it has ended, when nothing is sent.
    @discardableResult
    package func signalGroup(_ signal: Int32) -> Bool {
        state.withLock { state in
            // Not reaped yet, and it cannot be while the lock is held: the number is the child's.
            state.status == nil && Glibc.kill(-pid, signal) == 0
        }
    }

    /// SIGKILL for the whole group, stopped processes too. Does nothing once the child has ended.
    package func kill() { signalGroup(SIGKILL) }

    /// Memory in use now, nil once ended. To be compared with `max_memory`.
    package func residentBytes() -> Int? {
        state.withLock { state in
            guard state.status == nil else { return nil }
            sample(&state)
            return ProcessTable.residentBytes(of: pid)
        }
    }

    /// The largest resident size so far, in bytes.
    ///
    /// Exact when it exceeds our own peak at the start of the child; else the largest of the samples, which are taken by the
    /// reaper from 1 ms after the start, ever more seldom down to one a second, and by `residentBytes()`: growth in the last
    /// second of a smaller child may be missing. 0 when no sample came in time.
    package var peakResidentBytes: Int {
        state.withLock { state in
            if let status = state.status { return status.peakResidentBytes }
            sample(&state)
            return state.sampledPeakBytes
        }
    }

    private func sample(_ state: inout State) {
        guard let peak = ProcessTable.peakResidentBytes(of: pid) else { return }
        state.sampledPeakBytes = max(state.sampledPeakBytes, peak)
    }

    private func reap() {
        watch()
        var information = siginfo_t()
        // Waits without reaping, so that the number stays the child's.
        var answer: Int32
        repeat { answer = waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) } while answer < 0 && errno == EINTR
        let isStillOurs = answer == 0

        let (status, observers) = state.withLock { state in
            if isStillOurs { killSession() }
            let status = collect(sampledPeakBytes: state.sampledPeakBytes)
            defer { state.observers = [] }
            state.status = status
            return (status, state.observers)
        }
        ChildRegistry.shared.remove(pid)
        ended.raise()
        for observer in observers { observer(status) }
    }

    /// Kills what the child leaves behind; only while it is not reaped.
    private func killSession() {
        _ = Glibc.kill(-pid, SIGKILL)
        // Job control makes further groups in the same session.
        for entry in ProcessTable.entries() where entry.session == pid && entry.group != pid && !entry.hasEnded {
            _ = ProcessTable.kill(entry)
        }
    }

    /// Samples memory until the child has ended. Returns at once where there is no pidfd.
    private func watch() {
        guard let process else { return }
        var pause = Duration.milliseconds(1)
        while !EventFlag.poll(process.number, POLLIN, until: ContinuousClock.now + pause) {
            state.withLock { sample(&$0) }
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func collect(sampledPeakBytes: Int) -> ExitStatus {
        var waitStatus: Int32 = 0
        var usage = rusage()
        var answer: Int32
        repeat { answer = wait4(pid, &waitStatus, 0, &usage) } while answer < 0 && errno == EINTR
        guard answer == pid else { return ExitStatus(.lost, peakResidentBytes: sampledPeakBytes) }
        let peak = Int(usage.ru_maxrss) * 1024
        let microseconds =
            (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000
            + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        return ExitStatus(
            ExitStatus.reason(waitStatus: waitStatus),
            peakResidentBytes: peak > inheritedPeakBytes ? peak : sampledPeakBytes,
            cpuTime: .microseconds(microseconds))
    }
}
