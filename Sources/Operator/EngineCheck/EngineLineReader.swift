internal import MarketData
internal import Signals

/// Cuts a program's output into lines and holds every line against the contract.
struct EngineLineReader {
    /// Of signals kept for comparison.
    private static let maxSignals = 1_000_000
    private static let maxFaultyLines = 1000

    let stream: PreparedStream
    var outcome = EngineProbe.Outcome()
    /// Whole records the program can have read.
    var writtenRecords: UInt64 = 0
    private var pending: [UInt8] = []
    private var isSkipping = false
    private var lastCause: UInt64?
    private var contents: [String: [UInt8]] = [:]
    private var faultyLines = 0
    /// Position in `stream.marks` of the first mark without a progress line of its own.
    private var nextMark = 0

    init(stream: PreparedStream) { self.stream = stream }

    /// Whether reading on would only repeat what is known.
    var isHopeless: Bool { faultyLines >= Self.maxFaultyLines || outcome.signals.count >= Self.maxSignals }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let newline = rest.firstIndex(of: 10) {
            if isSkipping {
                isSkipping = false
            } else if pending.isEmpty {
                line(Array(rest[..<newline]))
            } else {
                pending += rest[..<newline]
                line(pending)
            }
            pending.removeAll(keepingCapacity: true)
            rest = rest[(newline + 1)...]
        }
        guard !isSkipping else { return }
        pending += rest
        if pending.count >= Contract.maxLineBytes {
            count(isHello: false, pending)
            fault(ContractViolation.lineTooLong.description)
            pending.removeAll()
            isSkipping = true
        }
    }

    /// The end of output.
    mutating func end() {
        if !pending.isEmpty { fault("the output ends inside a line: \(Self.shown(pending))") }
        pending.removeAll()
        if outcome.hello != nil, nextMark < stream.marks.count {
            let mark = stream.marks[nextMark]
            outcome.faults.add(
                "\(stream.marks.count - nextMark) marks from record \(mark) on have no progress line behind them",
                to: .progress)
        }
    }

    private mutating func fault(_ sentence: String) {
        faultyLines += 1
        outcome.faults.add(sentence, to: .lines)
    }

    private static func shown(_ line: [UInt8]) -> String { String(decoding: line.prefix(200), as: UTF8.self) }

    private mutating func line(_ line: [UInt8]) {
        var unknown = 0
        let read: Result<EngineMessage, ContractViolation> = line.withUnsafeBytes { bytes in
            do throws(ContractViolation) {
                return .success(try EngineMessage.read(bytes, maxHorizonSeconds: 86_400, unknownFields: &unknown))
            } catch {
                return .failure(error)
            }
        }
        outcome.unknownFields += unknown
        switch read {
        case .failure(let violation):
            count(isHello: false, line)
            fault("\(violation): \(Self.shown(line))")
        case .success(let message):
            if case .hello = message { count(isHello: true, line) } else { count(isHello: false, line) }
            take(message)
        }
    }

    private mutating func count(isHello: Bool, _ line: [UInt8]) {
        outcome.lines += 1
        if outcome.lines == 1, !isHello {
            outcome.faults.add("the first line is no hello: \(Self.shown(line))", to: .hello)
        }
    }

    private mutating func take(_ message: EngineMessage) {
        switch message {
        case .hello(let hello):
            if outcome.hello != nil { fault(ContractViolation.secondHello.description) }
            if hello.contract != Contract.version {
                outcome.faults.add(ContractViolation.unsupportedContract(hello.contract).description, to: .hello)
            }
            outcome.hello = hello
        case .signal(let signal): take(signal)
        case .progress(let progress): take(progress)
        case .error(let complaint):
            if complaint.isFatal { outcome.faults.add("it reports: \(complaint.message)", to: .exit) }
        case .unknown: outcome.unknownLines += 1
        }
    }

    private mutating func take(_ signal: Signal) {
        let content = signal.canonicalJSON
        if let known = contents[signal.id] {
            // An equal repeat is allowed and does not count.
            if known != content { fault(ContractViolation.changedRepeat(id: signal.id).description) }
            return
        }
        contents[signal.id] = content
        outcome.signals.append(content)
        func complain(_ violation: ContractViolation) {
            outcome.faults.add("\(violation) (id \(signal.id))", to: .causes)
        }
        if let lastCause, signal.cause < lastCause {
            complain(.decreasingCause(previous: lastCause, found: signal.cause))
        }
        lastCause = max(lastCause ?? 0, signal.cause)
        guard signal.cause < writtenRecords else {
            return complain(.futureCause(found: signal.cause, written: writtenRecords))
        }
        if let progress = outcome.lastProgress, signal.cause < progress {
            complain(.lateCause(found: signal.cause, progress: progress))
        }
        let time = stream.tsEvent(of: Int(signal.cause))
        if signal.tsEvent.nanos != time {
            outcome.faults.add(
                "id \(signal.id) has ts_event \(signal.tsEvent.nanos), its cause, record \(signal.cause), has \(time)",
                to: .causes)
        }
    }

    private mutating func take(_ progress: Progress) {
        outcome.progressLines += 1
        let previous = outcome.lastProgress ?? 0
        guard progress.records >= previous, progress.records <= writtenRecords else {
            let violation = ContractViolation.badProgress(
                found: progress.records, previous: previous, written: writtenRecords)
            return outcome.faults.add(violation.description, to: .progress)
        }
        outcome.lastProgress = progress.records
        if progress.records > 0 {
            let time = stream.tsEvent(of: Int(progress.records) - 1)
            if progress.tsEvent.nanos != time {
                outcome.faults.add(
                    "progress \(progress.records) has ts_event \(progress.tsEvent.nanos), its last record has \(time)",
                    to: .progress)
            }
        }
        // Marks that this line answers: each must have a line before the next mark is processed.
        var answered = 0
        while nextMark < stream.marks.count, UInt64(stream.marks[nextMark]) < progress.records {
            answered += 1
            nextMark += 1
        }
        if answered > 1 {
            outcome.faults.add(
                "progress \(progress.records) comes behind \(answered) marks, each needs a line of its own",
                to: .progress)
        }
    }
}
