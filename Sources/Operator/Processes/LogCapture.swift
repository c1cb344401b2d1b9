internal import Dispatch
internal import Glibc

/// Keeps what engines write to standard error: the last lines in memory, all of it in rotating files.
///
/// An engine is never held up by its log. One thread per attached pipe only reads; another writes to disk from a bounded buffer.
/// When the disk is slow, full or gone, lines are dropped and counted.
package final class LogCapture: Sendable {
    package struct Options: Sendable {
        /// A file is rotated when the next line would pass this.
        package var fileBytes = 10_000_000
        /// The current file included.
        package var files = 10
        package var recentLines = 200
        /// Longer lines are cut in memory (not in the file), which bounds a crash report to 800 KB.
        package var recentLineBytes = 4096
        /// What may wait for the disk.
        package var bufferBytes = 4 << 20
        /// Days since 1970; a new day starts a new file.
        package var today: @Sendable () -> Int = { time(nil) / 86_400 }

        package init() {}
    }

    package struct Counters: Hashable, Sendable {
        /// Whole and torn lines, the supervisor's own notes included.
        package var lines = 0
        /// Lines of more than 64 KiB, which stand in the file in several pieces.
        package var splitLines = 0
        /// Bytes that did not reach a file.
        package var droppedBytes = 0
    }

    /// Appended to each piece but the last of a line of more than 64 KiB.
    package static let splitMarker = " [tandem: line of more than 64 KiB continues]"

    private struct State {
        var buffer: [UInt8] = []
        var isClosed = false
        var counters = Counters()
        var fileDroppedBytes = 0
        var failure: SystemError?
        var recent: [[UInt8]] = []
        var oldest = 0
        var flushes: [DispatchSemaphore] = []
        var hasEnded = false
        var readers: [Int: LineReader] = [:]
        var nextReader = 0
    }

    private let name: String
    private let options: Options
    private let state = Locked(State())
    private let work = DispatchSemaphore(value: 0)

    /// Writes `<directory>/<name>.log`; the folder must exist by the first line. Starts the thread that writes.
    package init(directory: String, name: String, options: Options = Options()) throws(SystemError) {
        self.name = name
        self.options = options
        let limits = RotatingLog.Limits(fileBytes: options.fileBytes, files: options.files)
        let today = options.today
        try DedicatedThread.start("log-\(name)") { [self] in
            var log = RotatingLog(directory: directory, name: name, limits: limits, today: today)
            while writeNext(&log) {}
        }
    }

    /// Drains `descriptor`, the read end of a child's standard error, until its end, on a thread of its own.
    package func attach(_ descriptor: Descriptor) throws(SystemError) {
        let reader = try LineReader(descriptor)
        let key = state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = reader
            if state.isClosed { reader.cancel() }
            return state.nextReader
        }
        do {
            try DedicatedThread.start("err-\(name)") { [self] in
                drain(reader)
                state.withLock { _ = $0.readers.removeValue(forKey: key) }
                // The writer may have been waiting for the last reader to end.
                work.signal()
            }
        } catch {
            state.withLock { _ = $0.readers.removeValue(forKey: key) }
            throw error
        }
    }

    /// Adds a line of the supervisor's, such as `--- started, pid 4711`.
    package func note(_ text: String) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { bytes in state.withLock { add(bytes, .line, isContinued: false, &$0) } }
    }

    package var counters: Counters {
        state.withLock { state in
            var counters = state.counters
            counters.droppedBytes += state.fileDroppedBytes
            return counters
        }
    }

    /// The last thing that went wrong with the files; nil when nothing did.
    package var failure: SystemError? { state.withLock { $0.failure } }

    /// The last lines, oldest first. Bytes that are not UTF-8 become U+FFFD.
    package var recentLines: [String] {
        state.withLock { state in
            (state.recent[state.oldest...] + state.recent[..<state.oldest])
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Stops reading and ends both threads once the buffer is on its way to the file. Whatever still writes into an attached pipe
    /// gets SIGPIPE.
    package func close() {
        let readers = state.withLock { state in
            state.isClosed = true
            return Array(state.readers.values)
        }
        for reader in readers { reader.cancel() }
        work.signal()
    }

    /// True once all that was read so far has gone to the file or been dropped; false when `timeout` passed first. Blocks.
    package func flush(timeout: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        state.withLock { state in
            if state.hasEnded { done.signal() } else { state.flushes.append(done) }
        }
        work.signal()
        let seconds = timeout / .seconds(1)
        return done.wait(timeout: .now() + seconds) == .success
    }

    private func drain(_ reader: LineReader) {
        var splitter = LineSplitter(overlong: .split)
        var isContinued = false
        // The pieces of one read under one lock would need a copy; a lock costs 10 ns, a line some 100.
        let end = reader.run(
            &splitter, onBatch: {},
            onPiece: { bytes, piece in
                state.withLock { add(bytes, piece, isContinued: isContinued, &$0) }
                isContinued = piece == .part
            })
        if case .failed(let error) = end { note("[tandem: \(error)]") }
    }

    private func add(
        _ bytes: UnsafeRawBufferPointer, _ piece: LineSplitter.Piece, isContinued: Bool, _ state: inout State
    ) {
        if piece != .part { state.counters.lines += 1 }
        if piece == .part, !isContinued { state.counters.splitLines += 1 }
        remember(Array(bytes.prefix(options.recentLineBytes)), &state)

        let marker = piece == .part ? Self.splitMarker : ""
        let count = bytes.count + marker.utf8.count + 1
        guard state.buffer.count + count <= options.bufferBytes else {
            state.counters.droppedBytes += count
            return
        }
        let wasIdle = state.buffer.isEmpty
        state.buffer += bytes
        state.buffer += marker.utf8
        state.buffer.append(10)
        if wasIdle { work.signal() }
    }

    /// Waits for lines and writes them; false once closed and empty.
    private func writeNext(_ log: inout RotatingLog) -> Bool {
        work.wait()
        let (bytes, flushes) = state.withLock { state in
            defer {
                state.buffer = []
                state.flushes = []
            }
            return (state.buffer, state.flushes)
        }
        log.append(bytes[...])
        let (dropped, failure) = (log.droppedBytes, log.failure)
        let (isDone, late) = state.withLock { state in
            state.fileDroppedBytes = dropped
            state.failure = failure
            state.hasEnded = state.isClosed && state.buffer.isEmpty && state.readers.isEmpty
            defer { if state.hasEnded { state.flushes = [] } }
            return (state.hasEnded, state.hasEnded ? state.flushes : [])
        }
        for flush in flushes + late { flush.signal() }
        return !isDone
    }

    private func remember(_ line: [UInt8], _ state: inout State) {
        guard options.recentLines > 0 else { return }
        if state.recent.count < options.recentLines {
            state.recent.append(line)
        } else {
            state.recent[state.oldest] = line
            state.oldest = (state.oldest + 1) % options.recentLines
        }
    }
}
