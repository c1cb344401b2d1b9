internal import MarketData
package import Signals

/// What one engine has said so far, held against the engine contract, over all its processes.
///
/// Causes and progress are counted from the process's record 0 on the wire and as feed indices here.
package struct ArmLedger: Sendable {
    package struct Pending: Sendable {
        package var signal: Signal
        package var isLate: Bool
        /// Monotonic nanoseconds when its line was read.
        package var readAt: UInt64
    }

    package private(set) var hello: Hello?
    /// Records of the feed that were answered: everything they cause was said.
    package private(set) var answered: UInt64 = 0
    /// Signals said and not yet released, in order.
    package private(set) var pending: [Pending] = []
    package private(set) var repeats = 0
    package private(set) var unknownMessages = 0
    package private(set) var missing: [String] = []

    /// Digest and cause of every signal said, by id.
    private var known: [String: (content: UInt64, cause: UInt64)] = [:]
    // Of the present process.
    private var base: UInt64 = 0
    private var hasHello = false
    /// Whether the present process has not said hello yet.
    package var processIsSilent: Bool { !hasHello }
    private var lastCause: UInt64 = 0
    private var lastProgress: UInt64 = 0
    /// Feed index below which a signal that was not known before is late.
    private var lateBelow: UInt64 = 0

    package init() {}

    /// A new process takes over, with `base` the feed index of its record 0.
    package mutating func begin(base: UInt64, lateBelow: UInt64 = 0) {
        self.base = base
        self.lateBelow = lateBelow
        hasHello = false
        lastCause = 0
        lastProgress = 0
    }

    /// Forgets what was said past `index`: a process died and its successor will say it again.
    package mutating func forget(past index: UInt64?) {
        let end = index.map { $0 + 1 } ?? 0
        pending.removeAll { $0.signal.cause >= end }
        known = known.filter { $0.value.cause < end }
        answered = min(answered, end)
    }

    /// Takes the signal as said, from an earlier run's journal.
    package mutating func remember(_ signal: Signal) {
        known[signal.id] = (Self.content(of: signal), signal.cause)
    }

    /// Everything said up to `index` was answered in an earlier run.
    package mutating func assumeAnswered(through index: UInt64) { answered = max(answered, index + 1) }

    package enum Said: Sendable {
        case hello(Hello)
        case signal
        case progress
        case complaint(EngineComplaint)
        case nothing
    }

    /// Takes the next message of the present process.
    ///
    /// - Parameter written: records handed to the process so far, at least.
    package mutating func accept(
        _ message: EngineMessage, readAt: UInt64, written: UInt64
    ) throws(ContractViolation) -> Said {
        guard hasHello else {
            guard case .hello(let hello) = message else { throw .beforeHello }
            guard hello.contract == Contract.version else { throw .unsupportedContract(hello.contract) }
            self.hello = hello
            hasHello = true
            return .hello(hello)
        }
        switch message {
        case .hello: throw .secondHello
        case .signal(let signal):
            try accept(signal, readAt: readAt, written: written)
            return .signal
        case .progress(let progress):
            guard progress.records >= lastProgress, progress.records <= written else {
                throw .badProgress(found: progress.records, previous: lastProgress, written: written)
            }
            lastProgress = progress.records
            answered = max(answered, base + progress.records)
            missing = progress.missing
            return .progress
        case .error(let complaint): return .complaint(complaint)
        case .unknown:
            unknownMessages += 1
            return .nothing
        }
    }

    private mutating func accept(_ wire: Signal, readAt: UInt64, written: UInt64) throws(ContractViolation) {
        guard wire.cause >= lastCause else { throw .decreasingCause(previous: lastCause, found: wire.cause) }
        guard wire.cause < written else { throw .futureCause(found: wire.cause, written: written) }
        guard wire.cause >= lastProgress else { throw .lateCause(found: wire.cause, progress: lastProgress) }
        lastCause = wire.cause
        var signal = wire
        signal.cause += base
        let content = Self.content(of: signal)
        if let before = known[signal.id] {
            guard before.content == content else { throw .changedRepeat(id: signal.id) }
            repeats += 1
            return
        }
        known[signal.id] = (content, signal.cause)
        pending.append(Pending(signal: signal, isLate: signal.cause < lateBelow, readAt: readAt))
    }

    /// Takes out the pending signals caused at or before `index`, in order.
    package mutating func release(through index: UInt64 = .max) -> [Pending] {
        let count = pending.firstIndex { $0.signal.cause > index } ?? pending.count
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    /// The feed index from which the present process answers, for telling when it has caught up.
    package var processAnswered: UInt64 { base + lastProgress }

    private static func content(of signal: Signal) -> UInt64 {
        var hash = SHA256()
        hash.update(signal.canonicalJSON)
        return hash.digest().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
