internal import Foundation

/// State shared by threads: a lock, and a way to sleep until the state is as wanted.
///
/// Sendable because the state is only touched with the lock held.
package final class Monitor<State>: @unchecked Sendable {
    private let condition = NSCondition()
    private var state: State

    package init(_ state: State) { self.state = state }

    /// Changes the state and wakes whoever waits.
    package func update<R>(_ body: (inout State) throws -> R) rethrows -> R {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&state)
    }

    package func read<R>(_ body: (State) throws -> R) rethrows -> R {
        condition.lock()
        defer { condition.unlock() }
        return try body(state)
    }

    /// Sleeps until `body` gives a value, looking again after each update; nil when `timeout` seconds passed first.
    package func wait<R>(atMost timeout: Double? = nil, for body: (inout State) throws -> R?) rethrows -> R? {
        let deadline = timeout.map { Date(timeIntervalSinceNow: $0) }
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = try body(&state) {
                condition.broadcast()
                return result
            }
            if let deadline {
                if !condition.wait(until: deadline) { return try body(&state) }
            } else {
                condition.wait()
            }
        }
    }
}
