internal import Glibc

/// A log file `<directory>/<name>.log` that is renamed to `.log.1`, `.log.2` … when full or when the day changes.
/// Never throws: what cannot be written is dropped and counted. Belongs to one thread.
struct RotatingLog: ~Copyable {
    struct Limits: Hashable, Sendable {
        var fileBytes: Int
        /// The current one included.
        var files: Int
    }

    private let directory: String
    private let name: String
    private let limits: Limits
    /// Days since 1970, UTC.
    private let today: @Sendable () -> Int

    private var file: Descriptor?
    private var size = 0
    private var day = 0
    /// The file ends within a line, because the disk was full or a supervisor died there.
    private var endsWithinLine = false
    private(set) var droppedBytes = 0
    /// The last thing that went wrong.
    private(set) var failure: SystemError?

    init(directory: String, name: String, limits: Limits, today: @escaping @Sendable () -> Int) {
        precondition(limits.fileBytes > 0 && limits.files > 0, "\(limits.files) files of \(limits.fileBytes) bytes")
        self.directory = directory
        self.name = name
        self.limits = limits
        self.today = today
    }

    /// Appends whole lines, each with its newline; a file's limit is passed only by a line larger than it.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            guard openIfNeeded() else { return drop(rest.count) }
            let isFull = size > 0 && size + rest.count > limits.fileBytes
            let part = isFull ? wholeLines(of: rest, within: limits.fileBytes - size) : rest
            if size > 0, part.isEmpty || today() != day {
                guard rotate() else { return drop(rest.count) }
                continue
            }
            let fitting = size == 0 ? firstLines(of: part) : part
            write(fitting)
            rest = rest[fitting.endIndex...]
        }
    }

    /// The lines at the start of `bytes` that end within `count` bytes.
    private func wholeLines(of bytes: ArraySlice<UInt8>, within count: Int) -> ArraySlice<UInt8> {
        guard count > 0, let newline = bytes.prefix(count).lastIndex(of: 10) else { return bytes.prefix(0) }
        return bytes[...newline]
    }

    /// For an empty file: as many whole lines as fit, at least one.
    private func firstLines(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.count > limits.fileBytes else { return bytes }
        let fitting = wholeLines(of: bytes, within: limits.fileBytes)
        if !fitting.isEmpty { return fitting }
        return bytes.firstIndex(of: 10).map { bytes[...$0] } ?? bytes
    }

    private mutating func drop(_ count: Int) { droppedBytes += count }

    private func path(_ number: Int) -> String {
        "\(directory)/\(name).log" + (number == 0 ? "" : ".\(number)")
    }

    private mutating func openIfNeeded() -> Bool {
        if file != nil { return true }
        do throws(SystemError) {
            // Read and write: the last byte of an earlier supervisor's file says whether it ended within a line.
            let opened = try Descriptor.open(path(0), O_RDWR | O_APPEND | O_CREAT)
            var status = stat()
            guard fstat(opened.number, &status) == 0 else { throw SystemError("stat \(path(0))", code: errno) }
            size = Int(status.st_size)
            day = size > 0 ? status.st_mtim.tv_sec / 86_400 : today()
            var last: UInt8 = 10
            if size > 0 { _ = pread(opened.number, &last, 1, off_t(size - 1)) }
            endsWithinLine = last != 10
            file = opened
            return true
        } catch {
            failure = error
            return false
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) {
        guard let number = file?.number else { return drop(bytes.count) }
        if size == 0 { day = today() }
        if endsWithinLine {
            guard Glibc.write(number, "\n", 1) == 1 else {
                failure = SystemError("write \(path(0))", code: errno)
                return drop(bytes.count)
            }
            size += 1
            endsWithinLine = false
        }
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                size += count
            } else if count == 0 || errno != EINTR {
                failure = SystemError("write \(path(0))", code: errno)
                endsWithinLine = rest.count < bytes.count
                return drop(rest.count)
            }
        }
    }

    /// Moves every file one number up; the last falls out. False when the full file could not be moved away.
    private mutating func rotate() -> Bool {
        for number in stride(from: limits.files - 2, through: 0, by: -1) {
            guard rename(path(number), path(number + 1)) != 0, errno != ENOENT else { continue }
            failure = SystemError("rename \(path(number))", code: errno)
            if number == 0 { return false }
        }
        if limits.files == 1, unlink(path(0)) != 0, errno != ENOENT {
            failure = SystemError("remove \(path(0))", code: errno)
            return false
        }
        file = nil
        size = 0
        do throws(SystemError) {
            let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
            guard fsync(folder.number) == 0 else { throw SystemError("sync \(directory)", code: errno) }
        } catch {
            // The renames hold in memory; only a power cut could undo them.
            failure = error
        }
        return true
    }
}
