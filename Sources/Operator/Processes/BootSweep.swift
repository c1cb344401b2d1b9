internal import Glibc

/// Finds and kills engines and sinks that an earlier supervisor of the same state folder left behind, before new ones start.
///
/// They are known by their environment: `TANDEM_ENGINE_STATE` names a path below the state folder, or a sink's `TANDEM_STATE` the
/// folder itself, and `TANDEM_EPOCH` an epoch before ours (design.md, section 4). Descendants inherit them. A process that wiped its
/// environment cannot be found this way; the end of its standard input and the fence of its pipes remain. Only processes whose
/// environment we may read are seen.
package struct BootSweep: Sendable {
    package enum Selection: Hashable, Sendable {
        /// At boot: every epoch before this, our own.
        case epochs(before: Int)
        /// After an engine died: what it started in sessions of its own.
        case instance(epoch: Int, name: String)
    }

    package struct Found: Hashable, Sendable {
        package let pid: Int32
        package let startTicks: UInt64
        package let epoch: Int
        package let instance: String
        /// At most 200 bytes.
        package let command: String
        /// False when it still ran at the deadline (SIGKILL waits for a process in uninterruptible sleep).
        package let isGone: Bool
    }

    private struct Candidate {
        var entry: ProcessTable.Entry
        var epoch: Int
        var instance: String
        var command: String
    }

    private let prefixes: [String]
    private let selection: Selection

    /// - Parameter stateFolder: an absolute path, with or without symbolic links.
    package init(stateFolder: String, selection: Selection) {
        prefixes = Self.spellings(of: stateFolder).map { $0 == "/" ? "/" : $0 + "/" }
        self.selection = selection
    }

    /// Kills what it finds, looks again for what those started meanwhile, and waits until all are gone or `timeout` has passed.
    /// Empty: there was nothing. Blocks.
    package func run(timeout: Duration = .seconds(2)) -> [Found] {
        let deadline = ContinuousClock.now + timeout
        var found: [Candidate] = []
        while true {
            let living = candidates()
            for candidate in living {
                kill(candidate, among: living)
                if !found.contains(where: { $0.entry.isSameProcess(as: candidate.entry) }) { found.append(candidate) }
            }
            if living.isEmpty || ContinuousClock.now >= deadline { break }
            for candidate in living { waitForEnd(of: candidate.entry, until: deadline) }
        }
        return found.map { candidate in
            Found(
                pid: candidate.entry.pid, startTicks: candidate.entry.startTicks, epoch: candidate.epoch,
                instance: candidate.instance, command: candidate.command,
                isGone: !ProcessTable.isAlive(candidate.entry))
        }
    }

    /// Ourselves, our ancestors (a `tandem` started by an engine must not kill it) and our registered children are left alone.
    private func candidates() -> [Candidate] {
        let entries = ProcessTable.entries()
        var spared: Set<Int32> = []
        var pid = getpid()
        while pid > 0, spared.insert(pid).inserted { pid = entries.first { $0.pid == pid }?.parent ?? 0 }
        return entries.compactMap { entry in
            guard !entry.hasEnded, !spared.contains(entry.pid), !ChildRegistry.shared.contains(entry.pid),
                let environment = ProcessTable.environment(of: entry.pid),
                environment["TANDEM_ENGINE_STATE"].map(isBelowStateFolder)
                    ?? isStateFolder(environment["TANDEM_STATE"]),
                let epoch = environment["TANDEM_EPOCH"].flatMap({ Int($0) })
            else { return nil }
            let instance = environment["TANDEM_INSTANCE"] ?? ""
            switch selection {
            case .epochs(let before): guard epoch < before else { return nil }
            case .instance(let ofEpoch, let name): guard epoch == ofEpoch, instance == name else { return nil }
            }
            return Candidate(
                entry: entry, epoch: epoch, instance: instance, command: ProcessTable.command(of: entry.pid))
        }
    }

    private func isBelowStateFolder(_ path: String) -> Bool {
        Self.spellings(of: path).contains { path in prefixes.contains { path.hasPrefix($0) && path != $0 } }
    }

    private func isStateFolder(_ path: String?) -> Bool {
        guard let path else { return false }
        return Self.spellings(of: path).contains { prefixes.contains($0 + "/") }
    }

    /// The group of a marked leader, or of one that is gone, dies as a whole; else, as for an engine started by hand from a script,
    /// only the marked process does.
    private func kill(_ candidate: Candidate, among living: [Candidate]) {
        let entry = candidate.entry
        let leader = ProcessTable.entry(of: entry.group)
        let isOurs =
            entry.group > 1 && entry.group != getpgrp()
            && (leader.map { $0.hasEnded || living.contains(where: { $0.entry.pid == entry.group }) } ?? true)
        if isOurs, let process = SystemCalls.openProcess(entry.pid) {
            guard ProcessTable.isAlive(entry) else { return }
            let code = SystemCalls.send(SIGKILL, to: process, flags: SystemCalls.signalProcessGroup)
            if code == 0 || code == ESRCH { return }
            // An older kernel: the process was alive a moment ago, so its group has not changed hands.
            _ = Glibc.kill(-entry.group, SIGKILL)
        } else if isOurs, ProcessTable.isAlive(entry) {
            _ = Glibc.kill(-entry.group, SIGKILL)
        }
        _ = ProcessTable.kill(entry)
    }

    private func waitForEnd(of entry: ProcessTable.Entry, until deadline: ContinuousClock.Instant) {
        guard let process = SystemCalls.openProcess(entry.pid) else {
            while ProcessTable.isAlive(entry), ContinuousClock.now < deadline { usleep(2000) }
            return
        }
        // Readable once the process has ended, reaped or not.
        if ProcessTable.isAlive(entry) { _ = EventFlag.poll(process.number, POLLIN, until: deadline) }
    }

    /// Without `.`, `..` and doubled slashes, by text alone: the folder may no longer exist.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// With and, where the path exists, without its symbolic links.
    private static func spellings(of path: String) -> [String] {
        let plain = normalized(path)
        return [plain, resolved(plain)].compactMap { $0 }
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

extension ProcessTable.Entry {
    fileprivate func isSameProcess(as other: Self) -> Bool { pid == other.pid && startTicks == other.startTicks }
}
