package import Feeds
internal import MarketData
package import Signals

/// The latest chunks of the merged stream, between the thread that reads the feed and those that write to engines.
///
/// Every attached reader sees every chunk from where it attached; a chunk is let go when all of them have passed it.
package final class FeedLog: Sendable {
    private struct State {
        /// Nil for those let go, which are taken out when they are the greater part.
        var chunks: [(chunk: FeedChunk, readAt: UInt64)?] = []
        /// How many of `chunks` are let go.
        var gone = 0
        var firstNumber = 0
        /// Number of the next chunk each attached reader wants.
        var readers: [Arm: Int] = [:]
        var isFinished = false
        var isCancelled = false

        var nextNumber: Int { firstNumber + chunks.count - gone }

        /// - Precondition: `firstNumber <= number < nextNumber`.
        func chunk(_ number: Int) -> (chunk: FeedChunk, readAt: UInt64)? { chunks[gone + number - firstNumber] }

        mutating func trim() {
            let needed = readers.values.min() ?? nextNumber
            guard needed > firstNumber else { return }
            let end = min(gone + needed - firstNumber, chunks.count)
            for index in gone..<end { chunks[index] = nil }
            gone = end
            firstNumber = needed
            guard 2 * gone > chunks.count else { return }
            chunks.removeFirst(gone)
            gone = 0
        }
    }

    package enum Next: Sendable {
        /// With the monotonic nanoseconds at which the operator had read it.
        case chunk(FeedChunk, readAt: UInt64)
        case end
        case cancelled
    }

    private let monitor = Monitor(State())

    package init() {}

    /// - Parameter readAt: monotonic nanoseconds at which the operator had read it.
    package func append(_ chunk: FeedChunk, readAt: UInt64) {
        monitor.update { state in
            if state.readers.isEmpty {
                state.firstNumber = chunk.number + 1
            } else {
                state.chunks.append((chunk, readAt))
            }
        }
    }

    /// No chunk will follow.
    package func finish() { monitor.update { $0.isFinished = true } }

    /// Wakes and turns away every reader.
    package func cancel() { monitor.update { $0.isCancelled = true } }

    /// Makes an engine's feeder a reader from chunk `number` on; false when that chunk is gone already or not near yet.
    package func attach(_ arm: Arm, at number: Int) -> Bool {
        monitor.update { state in
            guard state.readers[arm] == nil, number >= state.firstNumber, number <= state.nextNumber else {
                return false
            }
            state.readers[arm] = number
            return true
        }
    }

    /// The same for a feeder that reads chunks again from the files to catch up: waits while the feeder before it is on its
    /// way out, and for the feed, so that nothing is read ahead of it.
    ///
    /// - Returns: false when that chunk is gone already, or the wait was ended.
    package func attachCatchingUp(_ arm: Arm, at number: Int, isStopped: () -> Bool) -> Bool {
        monitor.wait { state -> Bool? in
            if state.isCancelled || isStopped() || number < state.firstNumber { return false }
            guard state.readers[arm] == nil, number <= state.nextNumber else { return nil }
            state.readers[arm] = number
            return true
        } ?? false
    }

    /// Ends the arm's reading: its next `next` says `cancelled`.
    package func detach(_ arm: Arm) {
        monitor.update { state in
            state.readers[arm] = nil
            state.trim()
        }
    }

    /// The reader's next chunk, waiting for it; `isStopped` is asked after each change and ends the wait.
    package func next(for arm: Arm, isStopped: () -> Bool) -> Next {
        monitor.wait { state -> Next? in
            guard !state.isCancelled, !isStopped(), let number = state.readers[arm] else { return .cancelled }
            if number < state.nextNumber, let (chunk, readAt) = state.chunk(number) {
                state.readers[arm] = number + 1
                state.trim()
                return .chunk(chunk, readAt: readAt)
            }
            return state.isFinished ? .end : nil
        } ?? .cancelled
    }

    /// Makes waiting readers look again at what stops them.
    package func wake() { monitor.update { _ in } }

    /// Records between what the arm's reader took and the newest; 0 when it is not attached.
    package func lag(of arm: Arm) -> UInt64 { monitor.read { Self.lag(of: arm, in: $0) } }

    /// Sleeps until the arm lags by at most `records`, or the log is cancelled.
    package func waitUntil(_ arm: Arm, lagsAtMost records: UInt64) {
        _ = monitor.wait { state in state.isCancelled || Self.lag(of: arm, in: state) <= records ? true : nil }
    }

    private static func lag(of arm: Arm, in state: State) -> UInt64 {
        guard let number = state.readers[arm], number < state.nextNumber, let next = state.chunk(number)?.chunk,
            let last = state.chunk(state.nextNumber - 1)?.chunk
        else { return 0 }
        return last.endIndex - next.firstIndex
    }
}
