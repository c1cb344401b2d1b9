internal import Glibc
internal import Synchronization

/// Writes whole buffers into a child's standard input, from a thread that may block.
///
/// One thread writes; `cancel()` may come from any. `close()` may too, and waits for a write under way: cancel first to cut it short.
package final class PipeWriter: Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The pipe took all bytes; the child need not have read them yet.
        case written
        /// The child closed its end or ended, or `close()` was called.
        case closed
        /// `cancel()` was called; part of the buffer may have gone out.
        case cancelled
        case failed(SystemError)
    }

    /// 1 MiB, the most that an unprivileged process may ask for (/proc/sys/fs/pipe-max-size).
    package static let preferredCapacityBytes = 1 << 20

    /// What the kernel granted.
    package let capacityBytes: Int

    /// Held during a write, so that the number cannot be closed and handed out again under it.
    private let descriptor: Locked<Descriptor?>
    private let cancelled: EventFlag
    private let written = Atomic<UInt64>(0)

    /// Done once for the process: writing into the pipe of a dead child must answer `EPIPE`, not kill the operator. Children get
    /// the default back (`Spawner`).
    private static let ignoringPipeSignal: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Takes over `descriptor`, the write end of a pipe.
    package init(_ descriptor: Descriptor) throws(SystemError) {
        _ = Self.ignoringPipeSignal
        try descriptor.makeNonBlocking()
        cancelled = try EventFlag()
        // Smaller when the user's share of pipe pages is used up; then writes block a little oftener.
        for size in [Self.preferredCapacityBytes, 1 << 19, 1 << 18]
        where fcntl(descriptor.number, SystemCalls.setPipeSize, Int32(size)) >= 0 {
            break
        }
        capacityBytes = Int(fcntl(descriptor.number, SystemCalls.getPipeSize, 0))
        self.descriptor = Locked(descriptor)
    }

    /// Bytes that the pipe has taken so far; may be read by other threads during a write.
    package var bytesWritten: UInt64 { written.load(ordering: .relaxed) }

    package var isCancelled: Bool { cancelled.isRaised }

    /// Blocks until the pipe has taken all of `bytes`, the child is gone or `cancel()` is called.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        descriptor.withLock { descriptor in
            guard let descriptor else { return .closed }
            let number = descriptor.number
            var position = 0
            while !cancelled.isRaised {
                guard position < bytes.count, let start = bytes.baseAddress else { return .written }
                let count = Glibc.write(number, start + position, bytes.count - position)
                if count >= 0 {
                    position += count
                    written.wrappingAdd(UInt64(count), ordering: .relaxed)
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN: cancelled.wait(with: descriptor, for: POLLOUT)
                case EPIPE: return .closed
                case let code: return .failed(SystemError("write into an engine's standard input", code: code))
                }
            }
            return .cancelled
        }
    }

    /// Makes a blocked write return promptly, and all later ones at once.
    package func cancel() { cancelled.raise() }

    /// Ends the child's input after what was written: the order to drain.
    package func close() {
        descriptor.withLock { descriptor in
            descriptor?.close()
            descriptor = nil
        }
    }
}
