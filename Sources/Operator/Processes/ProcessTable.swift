internal import Glibc

/// What /proc says of a process. All calls answer nil for a process that does not exist (any more) or may not be read.
enum ProcessTable {
    /// The fields of /proc/PID/stat that supervision needs; see proc(5).
    struct Entry: Hashable, Sendable {
        var pid: Int32
        /// `Z` for a process that ended and was not reaped.
        var state: UInt8
        var parent: Int32
        var group: Int32
        var session: Int32
        /// Clock ticks since boot; together with the pid it names a process for ever.
        var startTicks: UInt64

        var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }
    }

    static func entry(of pid: Int32) -> Entry? { contents("/proc/\(pid)/stat").flatMap(entry(fromStat:)) }

    /// Parses a stat line. The command stands in parentheses and may hold anything, parentheses and spaces too, so that the
    /// fields are counted from its last closing one.
    static func entry(fromStat bytes: [UInt8]) -> Entry? {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")), let close = bytes.lastIndex(of: UInt8(ascii: ")")),
            open < close, let pid = Int32(text(bytes[..<open]))
        else { return nil }
        let fields = bytes[(close + 1)...].split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == 10 })
        // fields[0] is field 3 of proc(5).
        guard fields.count > 19, let state = fields[0].first, let parent = Int32(text(fields[1])),
            let group = Int32(text(fields[2])), let session = Int32(text(fields[3])),
            let startTicks = UInt64(text(fields[19]))
        else { return nil }
        return Entry(
            pid: pid, state: state, parent: parent, group: group, session: session, startTicks: startTicks)
    }

    static func entries() -> [Entry] { pids().compactMap(entry(of:)) }

    static func pids() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let item = readdir(folder) {
            let name = withUnsafePointer(to: &item.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = Int32(name) { found.append(pid) }
        }
        return found
    }

    /// The environment the program was started with, empty for kernel threads and zombies.
    static func environment(of pid: Int32) -> [String: String]? {
        guard let bytes = contents("/proc/\(pid)/environ") else { return nil }
        var found: [String: String] = [:]
        for item in bytes.split(separator: 0) {
            guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { continue }
            found[text(item[..<equals])] = text(item[(equals + 1)...])
        }
        return found
    }

    /// The command line with spaces between its arguments, at most 200 bytes.
    static func command(of pid: Int32) -> String {
        guard let bytes = contents("/proc/\(pid)/cmdline") else { return "" }
        return bytes.split(separator: 0).map { text($0) }.joined(separator: " ").prefix(200).description
    }

    /// Memory in use now, in bytes. The kernel's counter may lag by some pages per processor.
    static func residentBytes(of pid: Int32) -> Int? {
        guard let bytes = contents("/proc/\(pid)/statm") else { return nil }
        let fields = bytes.split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(text(fields[1])) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The largest resident size of the program it runs now (`VmHWM`), in bytes; nil for a zombie.
    static func peakResidentBytes(of pid: Int32) -> Int? {
        guard let bytes = contents("/proc/\(pid)/status") else { return nil }
        for line in bytes.split(separator: 10) where line.starts(with: "VmHWM:".utf8) {
            let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return Int(text(digits[...])).map { $0 * 1024 }
        }
        return nil
    }

    /// Sends SIGKILL to exactly the process that `entry` was read from; true when it was sent.
    static func kill(_ entry: Entry) -> Bool {
        guard let process = SystemCalls.openProcess(entry.pid) else {
            // Without pidfd: looking again just before leaves microseconds in which the number could change hands.
            return isAlive(entry) && Glibc.kill(entry.pid, SIGKILL) == 0
        }
        // The pidfd stands for whoever had the number when it was opened: ours, if ours has it still.
        return isAlive(entry) && SystemCalls.send(SIGKILL, to: process) == 0
    }

    /// Whether the process that `entry` was read from still runs (a zombie does not).
    static func isAlive(_ entry: Entry) -> Bool {
        guard let now = self.entry(of: entry.pid) else { return false }
        return now.startTicks == entry.startTicks && !now.hasEnded
    }

    /// Reads a file of /proc, whose size is not known before.
    static func contents(_ path: String) -> [UInt8]? {
        // Nil for every failure: the process is gone, is somebody else's, or no descriptor is left; the caller skips it.
        guard let file = try? Descriptor.open(path, O_RDONLY) else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = read(file.number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        while let last = bytes.last, last == UInt8(ascii: " ") || last == 10 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
