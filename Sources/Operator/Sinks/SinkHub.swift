internal import Foundation
internal import Logging
internal import Synchronization

/// Runs the sinks: each reads the live log behind its own cursor from the journal, on a thread of its own.
package final class SinkHub: Sendable {
    private struct State {
        /// Highest committed place in the live log.
        var committed: Int64 = 0
        var cursors: [String: Int64] = [:]
        var delivering: Set<String> = []
        var gone: Set<String> = []
        var isClosing = false
        var running = 0
        /// The ways of live signals until their first delivery.
        var traces: [Int64: SignalTrace] = [:]
        var delivered: [SignalTrace] = []
        var latencies: [UInt64] = []

        mutating func add(_ trace: SignalTrace) {
            if delivered.count < SinkHub.maxDelivered { delivered.append(trace) }
            if latencies.count < SinkHub.maxLatencies { latencies.append(trace.deliveredAt - trace.lineReadAt) }
        }
    }

    /// Samples kept; a run of months must not grow by its signals.
    private static let maxLatencies = 1 << 20
    /// Ways kept until somebody takes them.
    private static let maxDelivered = 1 << 16

    private let sinks: [(name: String, sink: any Sink)]
    private let folder: String
    private let logger: Logger
    private let monitor = Monitor(State())
    /// Candidate entries up to here are delivered as revokes.
    private let revokedThrough = Atomic<Int64>(0)

    init(_ sinks: [(name: String, sink: any Sink)], folder: String, logger: Logger) {
        self.sinks = sinks
        self.folder = folder
        self.logger = logger
    }

    /// Opens every sink at its cursor and starts delivering what the journal holds.
    func start(cursors: [String: Int64], committed: Int64, revokedThrough: Int64) throws {
        self.revokedThrough.store(revokedThrough, ordering: .releasing)
        monitor.update { $0.committed = committed }
        for (name, sink) in sinks {
            let cursor = try sink.open(journaled: cursors[name] ?? 0)
            monitor.update {
                $0.cursors[name] = cursor
                $0.running += 1
            }
            let reader = try JournalReader(folder: folder)
            try DedicatedThread.start("sink-\(name)") { [self] in
                run(name, sink, reader)
                monitor.update { $0.running -= 1 }
            }
        }
    }

    /// New entries are on disk.
    package func committed(through seq: Int64, traces: [Int64: SignalTrace] = [:]) {
        monitor.update { state in
            state.committed = max(state.committed, seq)
            if !sinks.isEmpty { state.traces.merge(traces) { first, _ in first } }
        }
    }

    /// A rollback is on disk: no candidate entry up to `seq` leaves any more. Waits a moment for lines being written now.
    package func revoke(through seq: Int64) {
        revokedThrough.store(seq, ordering: .releasing)
        _ = monitor.wait(atMost: 0.1) { $0.delivering.isEmpty ? true : nil }
    }

    package var cursors: [String: Int64] { monitor.read(\.cursors) }

    /// Waits until every sink has dealt with everything committed; false when `seconds` passed first.
    @discardableResult
    package func drain(atMost seconds: Double) -> Bool {
        monitor.wait(atMost: seconds) { state -> Bool? in
            sinks.allSatisfy { state.gone.contains($0.name) || (state.cursors[$0.name] ?? 0) >= state.committed }
                ? true : nil
        } ?? false
    }

    package func stop() {
        monitor.update { $0.isClosing = true }
        for (_, sink) in sinks { sink.close() }
        _ = monitor.wait(atMost: 3) { $0.running == 0 ? true : nil }
    }

    /// Nanoseconds from a live signal's line read to its first sink having it, in no order.
    package var latencies: [UInt64] { monitor.read(\.latencies) }

    /// The ways of live signals that reached their first sink since this was last asked.
    package func takeDelivered() -> [SignalTrace] {
        monitor.update { state in
            defer { state.delivered.removeAll() }
            return state.delivered
        }
    }

    /// Whether every sink is there and has had each committed entry within a moment.
    package var standing: (gone: [String], behind: [String]) {
        monitor.read { state in
            let gone = sinks.map(\.name).filter { state.gone.contains($0) }
            let behind = sinks.map(\.name).filter {
                !state.gone.contains($0) && (state.cursors[$0] ?? 0) < state.committed
            }
            return (gone, behind)
        }
    }

    private func run(_ name: String, _ sink: any Sink, _ reader: JournalReader) {
        var cursor = monitor.read { $0.cursors[name] ?? 0 }
        while true {
            let isOpen = monitor.wait { state -> Bool? in
                if state.isClosing { return false }
                return state.committed > cursor ? true : nil
            }
            guard isOpen == true else { return }
            do {
                for row in try reader.live(after: cursor, limit: 256) {
                    guard let entry = LiveEntry(row), deliver(entry, to: sink, name) else { return }
                    cursor = entry.seq
                }
            } catch {
                logger.error("cannot read the live log", metadata: ["sink": "\(name)", "reason": "\(error)"])
                _ = monitor.wait(atMost: 1) { $0.isClosing ? true : nil }
            }
        }
    }

    /// False when the sink is gone or closing.
    private func deliver(_ entry: LiveEntry, to sink: any Sink, _ name: String) -> Bool {
        var wait = 0.05
        while true {
            _ = monitor.update { $0.delivering.insert(name) }
            let delivery = sink.deliver(entry) { revokedThrough.load(ordering: .acquiring) }
            let isClosing = monitor.update { state in
                state.delivering.remove(name)
                if delivery == .done {
                    state.cursors[name] = entry.seq
                    if var trace = state.traces.removeValue(forKey: entry.seq) {
                        trace.deliveredAt = MonotonicClock.now()
                        state.add(trace)
                    }
                }
                return state.isClosing
            }
            switch delivery {
            case .done: return true
            case .gone(let reason):
                if !isClosing {
                    logger.warning("a sink is gone", metadata: ["sink": "\(name)", "reason": "\(reason)"])
                }
                _ = monitor.update { $0.gone.insert(name) }
                return false
            case .retry(let reason):
                if isClosing { return false }
                logger.warning(
                    "a sink did not take an entry; trying again",
                    metadata: ["sink": "\(name)", "seq": "\(entry.seq)", "reason": "\(reason)"])
                _ = monitor.wait(atMost: wait) { $0.isClosing ? true : nil }
                wait = min(wait * 2, 5)
            }
        }
    }
}
