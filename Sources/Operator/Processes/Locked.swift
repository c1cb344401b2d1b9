internal import Glibc

/// State shared by threads behind a lock; `Synchronization.Mutex` with the same use, on a POSIX mutex.
///
/// `Mutex` of Swift 6.3 on Linux takes a contended lock inside the kernel (a priority-inheriting futex), where the thread sanitizer
/// does not see it: four threads that count under one `Mutex` are reported as a race. Functions of pthread it knows.
///
/// Sendable because `value` is only touched with the mutex held.
package final class Locked<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: State

    package init(_ value: State) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        // Without attributes neither this nor locking can fail; taking it twice in one thread blocks for ever.
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
