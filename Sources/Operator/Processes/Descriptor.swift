internal import Glibc
internal import Synchronization

/// Owns a file descriptor and closes it once, by `close()` or when the last reference goes.
///
/// Whoever reads or writes holds a reference meanwhile; `close()` belongs to the thread that uses the number, because a number
/// closed under a blocked call may be handed out again.
package final class Descriptor: Sendable {
    private let state: Locked<Int32>

    /// Takes over `number`.
    package init(_ number: Int32) { state = Locked(number) }

    deinit { close() }

    /// The number, -1 once closed.
    package var number: Int32 { state.withLock { $0 } }

    package func close() {
        let old = state.withLock { number in
            defer { number = -1 }
            return number
        }
        // Linux has released the number whatever close answers; pipes and eventfds have nothing to report here.
        if old >= 0 { _ = Glibc.close(old) }
    }

    /// Opens a file, always close-on-exec.
    package static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        while true {
            let number = Glibc.open(path, flags | O_CLOEXEC, mode)
            if number >= 0 { return Descriptor(number) }
            if errno != EINTR { throw SystemError("open \(path)", code: errno) }
        }
    }

    /// Makes reads and writes on this open file return `EAGAIN` instead of blocking.
    func makeNonBlocking() throws(SystemError) {
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) >= 0 else {
            throw SystemError("set O_NONBLOCK", code: errno)
        }
    }
}

/// A flag that is raised once and for all, on which threads can wait alone or together with a descriptor (by `poll`).
package final class EventFlag: Sendable {
    private let event: Descriptor
    private let raised = Atomic<Bool>(false)

    package init() throws(SystemError) { event = Descriptor(try SystemCalls.event()) }

    package var isRaised: Bool { raised.load(ordering: .acquiring) }

    package func raise() {
        guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        // An eventfd takes eight bytes whole; it is never full after a single raise.
        while Glibc.write(event.number, &one, 8) < 0, errno == EINTR {}
    }

    /// True once raised; false when `timeout` passed first. Nil waits for ever.
    package func wait(timeout: Duration? = nil) -> Bool {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        while !isRaised {
            guard Self.poll(event.number, POLLIN, until: deadline) else { return isRaised }
        }
        return true
    }

    /// Waits until `descriptor` is ready for `events` (an error counts as ready) or this flag is raised.
    func wait(with descriptor: Descriptor, for events: Int32) {
        var both = [
            pollfd(fd: descriptor.number, events: Int16(events), revents: 0),
            pollfd(fd: event.number, events: Int16(POLLIN), revents: 0),
        ]
        // An interrupted or failed poll only makes the caller look again.
        _ = Glibc.poll(&both, 2, -1)
    }

    /// Waits for one descriptor; false when `deadline` passed first.
    static func poll(_ number: Int32, _ events: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                let left = (deadline - ContinuousClock.now) / .milliseconds(1)
                // Rounded up, so that a wait never ends before its deadline.
                milliseconds = Int32(max(0, min(left.rounded(.up), 3_600_000)))
            }
            var one = pollfd(fd: number, events: Int16(events), revents: 0)
            let ready = Glibc.poll(&one, 1, milliseconds)
            if ready > 0 { return true }
            if let deadline, ContinuousClock.now >= deadline { return false }
        }
    }
}
