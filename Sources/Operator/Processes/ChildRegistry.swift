internal import Glibc

/// The children that have a `ChildProcess`, and the care for those that nobody asked for.
package final class ChildRegistry: Sendable {
    package static let shared = ChildRegistry()

    private let pids = Locked<Set<Int32>>([])

    private init() {}

    /// Runs `spawn` and registers the pid it answers, before anybody can ask whether that pid is one of ours.
    func registering(_ spawn: () -> Int32?) -> Int32? {
        pids.withLock { pids in
            let pid = spawn()
            if let pid { pids.insert(pid) }
            return pid
        }
    }

    func remove(_ pid: Int32) { pids.withLock { _ = $0.remove(pid) } }

    func contains(_ pid: Int32) -> Bool { pids.withLock { $0.contains(pid) } }

    /// From now on orphans among our descendants become our children instead of init's, so that `reapAdopted` sees their end and
    /// `BootSweep` can still find them below us. Holds for the whole process and does not pass to children.
    package func becomeSubreaper() throws(SystemError) {
        let code = SystemCalls.becomeChildSubreaper()
        guard code == 0 else { throw SystemError("become the reaper of orphans", code: code) }
    }

    /// Reaps adopted processes that have ended; call it every second or so. Costs one system call while none has ended.
    ///
    /// Adopted is a child that is not registered and belongs to another session: every child of `Spawner` founds one and its
    /// descendants are in that or a later one, while a child that some library started is in ours and is left to it.
    ///
    /// - Returns: the pids reaped.
    @discardableResult
    package func reapAdopted() -> [Int32] {
        var information = siginfo_t()
        let answer = waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT)
        // ECHILD: no children at all. A zero signal number: none has ended.
        guard answer == 0, information.si_signo != 0 else { return [] }

        let own = getpid()
        let session = getsid(0)
        var reaped: [Int32] = []
        for entry in ProcessTable.entries()
        where entry.parent == own && entry.hasEnded && entry.session != session {
            let done = pids.withLock { pids in
                !pids.contains(entry.pid) && waitpid(entry.pid, nil, WNOHANG) == entry.pid
            }
            if done { reaped.append(entry.pid) }
        }
        return reaped
    }
}
