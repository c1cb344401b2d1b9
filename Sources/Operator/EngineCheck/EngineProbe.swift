internal import Glibc
internal import MarketData
internal import Signals

/// One run of the program over the stream: a loop around poll(2), so that no thread can be left hanging.
struct EngineProbe {
    enum Pace {
        /// Waits behind marks for their answers.
        case steps
        /// As fast as it reads.
        case whole
        /// In pieces of 1 byte to 64 KiB.
        case pieces(seed: UInt64)
    }

    struct Outcome {
        var hello: Hello?
        var helloSeconds: Double?
        /// Canonical text of each signal, in order.
        var signals: [[UInt8]] = []
        var lines = 0
        var progressLines = 0
        var unknownLines = 0
        var unknownFields = 0
        var lastProgress: UInt64?
        var steps = 0
        var slowestAnswer: Double?
        var exitSeconds: Double?
        var faults = EngineFindings()
    }

    let stream: PreparedStream
    let limits: EngineCheck.Limits
    let pace: Pace
    var reader: EngineLineReader
    /// Bytes handed to the pipe.
    private var written = 0
    /// Whole records among them.
    private var writtenRecords = 0
    /// Bytes that may be written now.
    private var allowed = 0
    private var stepsLeft: [Int] = []
    /// The mark whose answer is awaited, and since when it is in the pipe.
    private var awaited: (mark: Int, since: Double?)?
    private var random: UInt64 = 0
    private var smallPiecesLeft = 0
    private var pieceSince = 0.0
    private var errorTail: [UInt8] = []

    init(stream: PreparedStream, limits: EngineCheck.Limits, pace: Pace) {
        self.stream = stream
        self.limits = limits
        self.pace = pace
        reader = EngineLineReader(stream: stream)
        switch pace {
        case .steps:
            let stride = max(1, stream.marks.count / max(1, limits.stepMarks))
            stepsLeft = stream.marks.enumerated().filter { $0.offset % stride == 0 }.map(\.element).reversed()
        case .whole: break
        case .pieces(let seed):
            random = seed | 1
            smallPiecesLeft = 400
        }
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    mutating func run(_ child: consuming ProbedProcess) -> Outcome {
        var process = child
        let started = Self.now()
        var advanced = started
        var inputClosed: Double?
        var outputEnded = false
        var exited: Double?
        while true {
            let now = Self.now()
            let position = (written, reader.outcome.lastProgress)
            if reader.outcome.hello != nil, reader.outcome.helloSeconds == nil {
                reader.outcome.helloSeconds = now - started
            }
            let mayWrite = reader.outcome.hello != nil
            if mayWrite, inputClosed == nil {
                permit(process.input, now)
                if written == stream.bytes.count, awaited == nil {
                    process.closeInput()
                    inputClosed = now
                }
            }
            wait(process, wantsToWrite: mayWrite && inputClosed == nil && written < allowed, readsOutput: !outputEnded)
            outputEnded = drain(process.output) || outputEnded
            drainErrors(process.errors)
            if mayWrite, inputClosed == nil, written < allowed, !push(process.input) {
                process.closeInput()
                inputClosed = Self.now()
            }
            if (written, reader.outcome.lastProgress) != position { advanced = now }
            if exited == nil, process.hasExited() { exited = Self.now() }
            if let exited {
                // A grandchild may hold the pipe: what the program itself wrote is in it already.
                if outputEnded || now - exited > 0.5 { break }
            } else if let inputClosed {
                if now - inputClosed > limits.drain { break }
            } else if now - (mayWrite ? advanced : started) > (mayWrite ? limits.idle : limits.start) {
                break
            }
            if reader.isHopeless { break }
        }
        judgeEnd(process, inputClosed: inputClosed, exited: exited)
        return reader.outcome
    }

    /// Decides how far input may go.
    private mutating func permit(_ input: Int32, _ now: Double) {
        switch pace {
        case .whole: allowed = stream.bytes.count
        case .steps: permitStep(now)
        case .pieces:
            guard written == allowed, written < stream.bytes.count else { return }
            if smallPiecesLeft > 0, now - pieceSince < 0.005 {
                // Give it the chance to see the piece alone.
                var waiting: Int32 = 0
                if ioctl(input, UInt(FIONREAD), &waiting) == 0, waiting > 0 { return }
            }
            pieceSince = now
            allowed = min(stream.bytes.count, written + nextPiece())
        }
    }

    private mutating func permitStep(_ now: Double) {
        if let step = awaited {
            if written >= stream.ends[step.mark], step.since == nil { awaited?.since = now }
            if let answered = reader.outcome.lastProgress, answered > UInt64(step.mark) {
                reader.outcome.steps += 1
                reader.outcome.slowestAnswer = max(reader.outcome.slowestAnswer ?? 0, now - (step.since ?? now))
                awaited = nil
            } else if let since = step.since, now - since > limits.stall {
                reader.outcome.faults.add(
                    "no progress past the mark at record \(step.mark) within \(limits.stall) s, with no input behind it",
                    to: .progress)
                awaited = nil
                stepsLeft.removeAll()
            }
        }
        guard awaited == nil else { return }
        if let next = stepsLeft.popLast() {
            awaited = (next, nil)
            allowed = stream.ends[next]
        } else {
            allowed = stream.bytes.count
        }
    }

    /// xorshift64*, log-uniform sizes; the first pieces small.
    private mutating func nextPiece() -> Int {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        let draw = random &* 2_685_821_657_736_338_717 >> 32
        smallPiecesLeft -= 1
        let bits = smallPiecesLeft >= 0 ? draw % 9 : draw % 17
        return 1 + Int(draw >> 8) % (1 << Int(bits))
    }

    private func wait(_ process: borrowing ProbedProcess, wantsToWrite: Bool, readsOutput: Bool) {
        var set = [
            pollfd(fd: readsOutput ? process.output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: process.errors, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wantsToWrite ? process.input : -1, events: Int16(POLLOUT), revents: 0),
        ]
        if !readsOutput { set.remove(at: 1) }
        let isPausing = if case .pieces = pace, written < stream.bytes.count { true } else { false }
        poll(&set, nfds_t(set.count), isPausing ? 1 : 20)
    }

    /// False when the program does not read any more.
    private mutating func push(_ input: Int32) -> Bool {
        let wrote = stream.bytes.withUnsafeBytes {
            write(input, $0.baseAddress.map { $0 + written }, allowed - written)
        }
        if wrote < 0 { return errno == EAGAIN || errno == EINTR }
        written += wrote
        while writtenRecords < stream.count, stream.ends[writtenRecords] <= written { writtenRecords += 1 }
        reader.writtenRecords = UInt64(writtenRecords)
        return true
    }

    /// True at the end of the program's output.
    private mutating func drain(_ output: Int32) -> Bool {
        var space = [UInt8](repeating: 0, count: 1 << 16)
        for _ in 0..<16 {
            let got = read(output, &space, space.count)
            if got == 0 { return true }
            if got < 0 { return false }
            reader.take(space[..<got])
        }
        return false
    }

    private mutating func drainErrors(_ errors: Int32) {
        var space = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<64 {
            let got = read(errors, &space, space.count)
            guard got > 0 else { return }
            errorTail = (errorTail + space[..<got]).suffix(400)
        }
    }

    private mutating func judgeEnd(_ process: borrowing ProbedProcess, inputClosed: Double?, exited: Double?) {
        reader.end()
        let said =
            String(decoding: errorTail, as: UTF8.self).split(separator: "\n").last.map { "; it said: \($0)" } ?? ""
        if reader.outcome.hello == nil {
            let ending = process.ending.map { "it ended (\($0)) without a hello\(said)" }
            let fault =
                ending
                ?? "no hello within \(limits.start) s, with no input given: it must come before input is read\(said)"
            return reader.outcome.faults.add(fault, to: .hello)
        }
        let complete = written == stream.bytes.count
        if let ending = process.ending {
            if ending != "exit 0" || !complete {
                let place = complete ? "" : " after \(writtenRecords) of \(stream.count) records"
                reader.outcome.faults.add("\(ending)\(place)\(said)", to: .exit)
            }
        } else if inputClosed != nil {
            reader.outcome.faults.add("still running \(limits.drain) s after the end of input\(said)", to: .exit)
        } else if !reader.isHopeless {
            reader.outcome.faults.add(
                "took no input and made no progress for \(limits.idle) s after \(writtenRecords) records\(said)",
                to: .exit)
        }
        if let exited, let inputClosed { reader.outcome.exitSeconds = max(0, exited - inputClosed) }
        let last = reader.outcome.lastProgress
        if last != UInt64(stream.count) {
            reader.outcome.faults.add(
                "the last progress says \(last.map { String($0) } ?? "nothing") of \(stream.count) records", to: .end)
        }
    }
}
