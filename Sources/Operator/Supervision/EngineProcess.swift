package import Feeds
internal import Foundation
internal import Glibc
internal import MarketData
package import Signals
internal import Synchronization

/// How to start an engine's processes.
package struct EngineLaunch: Sendable {
    package var arm: Arm
    package var executable: String
    package var arguments: [String]
    package var workingDirectory: String
    package var environment: [String: String]
    /// Built-in engines watch a lifeline and their parent.
    package var isBuiltIn: Bool
    /// SHA-256 of a foreign engine's program and of the files among its arguments, in hexadecimal.
    package var programHash: String?
    package var maxHorizonSeconds: Int
    package var stateFolder: String
    package var epoch: Int

    package init(
        arm: Arm, executable: String, arguments: [String], workingDirectory: String, environment: [String: String],
        isBuiltIn: Bool, maxHorizonSeconds: Int, stateFolder: String, epoch: Int
    ) {
        self.arm = arm
        self.executable = executable
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.isBuiltIn = isBuiltIn
        self.maxHorizonSeconds = maxHorizonSeconds
        self.stateFolder = stateFolder
        self.epoch = epoch
    }
}

/// Where in the stream a process begins.
package struct StreamStart: Sendable, Hashable {
    /// Number of the first chunk it gets, and the feed index of that chunk's first record.
    package var chunk: Int
    package var index: UInt64

    package static let beginning = StreamStart(chunk: 0, index: 0)

    package init(chunk: Int, index: UInt64) {
        self.chunk = chunk
        self.index = index
    }
}

/// One process of an engine, with the threads that feed it and read it. What it says goes to the mailbox under its
/// instance number, so that nothing of an older process is taken for the present one's.
package final class EngineProcess: Sendable {
    package let arm: Arm
    package let instance: Int
    package let start: StreamStart
    package let startedAt: ContinuousClock.Instant
    package let child: ChildProcess
    private let lifeline: Lifeline?
    private let writer: PipeWriter
    private let reader: LineReader
    private let log: FeedLog
    private let plan: FeedPlan
    private let mailbox: Mailbox
    /// What the process started in sessions of its own, which outlives its process group.
    private let descendants: BootSweep
    private let maxHorizonSeconds: Int
    private let written = Atomic<UInt64>(0)
    private let isStopped = Atomic<Bool>(false)
    private let readerDone: EventFlag
    /// Marks written and when, oldest first, until they are answered.
    private let marks = Locked<[(index: UInt64, at: ContinuousClock.Instant)]>([])
    /// What was written as it came from the feed, oldest first, until it is answered.
    private let writes = Locked(FeedWrites())

    package init(
        _ launch: EngineLaunch, instance: Int, start: StreamStart, plan: FeedPlan, log: FeedLog, mailbox: Mailbox,
        capture: LogCapture
    ) throws {
        arm = launch.arm
        self.instance = instance
        self.start = start
        self.plan = plan
        self.log = log
        self.mailbox = mailbox
        maxHorizonSeconds = launch.maxHorizonSeconds
        lifeline = launch.isBuiltIn ? try Lifeline() : nil
        var environment = launch.environment
        let name = "\(launch.arm.rawValue)-\(instance)"
        environment["TANDEM_INSTANCE"] = name
        descendants = BootSweep(
            stateFolder: launch.stateFolder, selection: .instance(epoch: launch.epoch, name: name))
        let guards = launch.isBuiltIn ? ["--lifeline", "\(Lifeline.childDescriptor)", "--parent", "\(getpid())"] : []
        child = try Spawner.shared.spawn(
            SpawnRequest(
                executable: launch.executable, arguments: launch.arguments + guards, environment: environment,
                workingDirectory: launch.workingDirectory, lifeline: lifeline))
        startedAt = .now
        guard let input = child.input, let output = child.output, let error = child.error else {
            preconditionFailure("a spawned engine has three pipes")
        }
        do {
            writer = try PipeWriter(input)
            reader = try LineReader(output)
            readerDone = try EventFlag()
            try capture.attach(error)
        } catch {
            child.kill()
            throw error
        }
        do {
            let isAttached = log.attach(arm, at: start.chunk)
            try DedicatedThread.start("feed-\(arm.rawValue)") { [self] in feed(isAttached: isAttached) }
            try DedicatedThread.start("read-\(arm.rawValue)") { [self] in read() }
            try DedicatedThread.start("end-\(arm.rawValue)") { [self] in watch() }
        } catch {
            kill()
            throw error
        }
    }

    /// Records handed to the process so far, at least.
    package var writtenRecords: UInt64 { written.load(ordering: .acquiring) }

    /// When the oldest mark that is not answered below feed index `answered` was written; nil when all are.
    package func oldestUnansweredMark(answered: UInt64) -> ContinuousClock.Instant? {
        marks.withLock { marks in
            let done = marks.firstIndex { $0.index >= answered } ?? marks.count
            marks.removeFirst(done)
            return marks.first?.at
        }
    }

    /// The write that held the record at feed index `index`; nil once it is answered, and for what was read again to
    /// catch up.
    package func write(of index: UInt64) -> FeedWrite? { writes.withLock { $0.write(of: index) } }

    /// Takes out the writes answered below feed index `answered`, in order.
    package func takeWrites(below answered: UInt64) -> [FeedWrite] { writes.withLock { $0.take(below: answered) } }

    /// Ends the process at once; its `ended` follows.
    package func kill() {
        isStopped.store(true, ordering: .releasing)
        writer.cancel()
        log.wake()
        child.kill()
    }

    // MARK: - Feeding

    private func feed(isAttached: Bool) {
        defer {
            log.detach(arm)
            writer.close()
        }
        let header = Metadata.liveSession(dataset: "TANDEM", start: 0).encoded()
        guard header.withUnsafeBytes({ writer.write($0) }) == .written else { return }
        guard isAttached || catchUp() else { return }
        while true {
            switch log.next(for: arm, isStopped: { isStopped.load(ordering: .acquiring) }) {
            case .chunk(let chunk, let readAt): if !write(chunk, readAt: readAt) { return }
            case .end: return
            case .cancelled:
                // Cut off for being too slow: the process starts again from what the files hold.
                if !isStopped.load(ordering: .acquiring) { child.kill() }
                return
            }
        }
    }

    /// Writes what the log has let go already, read again from the files, until the log has the next chunk.
    private func catchUp() -> Bool {
        var next = start.chunk
        do throws(FeedError) {
            let feed = try MergedFeed(plan)
            while let chunk = try feed.nextChunk() {
                if isStopped.load(ordering: .acquiring) { return false }
                if chunk.number < next { continue }
                if attachCatchingUp(at: next) { return true }
                guard write(chunk, readAt: nil) else { return false }
                next = chunk.number + 1
            }
        } catch {
            // The pump reads the same files and reports what is wrong with them.
            return false
        }
        return attachCatchingUp(at: next)
    }

    private func attachCatchingUp(at number: Int) -> Bool {
        log.attachCatchingUp(arm, at: number) { isStopped.load(ordering: .acquiring) }
    }

    private func write(_ chunk: FeedChunk, readAt: UInt64?) -> Bool {
        if let readAt {
            let write = FeedWrite(chunk, readAt: readAt, writtenAt: MonotonicClock.now())
            writes.withLock { $0.append(write) }
        }
        written.store(chunk.endIndex - start.index, ordering: .releasing)
        guard chunk.withBytes({ writer.write($0) }) == .written else { return false }
        if let index = chunk.markIndex { marks.withLock { $0.append((index, .now)) } }
        return true
    }

    // MARK: - Reading

    private func read() {
        var lines: [EngineLine] = []
        var unknownFields = 0
        let end = reader.run(
            onLine: { bytes, isTorn in
                // A torn last line is what death left behind; a whole one is judged.
                if !isTorn { lines.append(parse(bytes, &unknownFields)) }
            },
            onOverlong: { prefix in lines.append(.violation(.lineTooLong, firstBytes: Array(prefix))) },
            onBatch: {
                if lines.isEmpty { return }
                mailbox.post(.lines(arm, instance: instance, lines, readAt: MonotonicClock.now()))
                lines.removeAll(keepingCapacity: true)
            })
        _ = end
        readerDone.raise()
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, _ unknownFields: inout Int) -> EngineLine {
        do throws(ContractViolation) {
            return .message(
                try EngineMessage.read(bytes, maxHorizonSeconds: maxHorizonSeconds, unknownFields: &unknownFields))
        } catch {
            return .violation(error, firstBytes: Array(bytes.prefix(200)))
        }
    }

    /// Waits for the process and for its last words, then says that it has ended.
    private func watch() {
        guard let status = child.wait() else { return }
        // Its feeder may wait for the next chunk, and the next process's waits for it to leave.
        isStopped.store(true, ordering: .releasing)
        log.wake()
        _ = descendants.run(timeout: .seconds(1))
        // One that hides may still hold the pipe open for ever.
        if !readerDone.wait(timeout: .seconds(1)) {
            reader.cancel()
            _ = readerDone.wait(timeout: .seconds(1))
        }
        writer.cancel()
        mailbox.post(.ended(arm, instance: instance, status))
    }
}
