internal import Glibc

/// Reads lines from a descriptor, on a thread that may block.
package final class LineReader: Sendable {
    package enum End: Hashable, Sendable {
        /// All writers have closed.
        case endOfInput
        case cancelled
        case failed(SystemError)
    }

    private let descriptor: Descriptor
    private let cancelled: EventFlag

    /// Takes over `descriptor`, the read end of a pipe.
    package init(_ descriptor: Descriptor) throws(SystemError) {
        try descriptor.makeNonBlocking()
        cancelled = try EventFlag()
        self.descriptor = descriptor
    }

    /// Makes `run` return without waiting for the end of input, which a descendant of a dead child may hold back for ever.
    package func cancel() { cancelled.raise() }

    /// Reads until the end; call it once, from the thread that is to do the reading. Closes the descriptor.
    ///
    /// Not reading holds the writer up: what `onBatch` does decides how far the child can run ahead.
    ///
    /// - Parameters:
    ///   - onLine: a line without its newline, valid during the call; `isTorn` for a last one that has no newline.
    ///   - onOverlong: the first 200 bytes of a line of more than 64 KiB, once per line.
    ///   - onBatch: after the lines of each read, so that the consumer can lock once for all of them.
    package func run(
        onLine: (_ line: UnsafeRawBufferPointer, _ isTorn: Bool) -> Void,
        onOverlong: (_ prefix: UnsafeRawBufferPointer) -> Void, onBatch: () -> Void
    ) -> End {
        var splitter = LineSplitter(overlong: .skip(prefixBytes: 200))
        return run(&splitter, onBatch: onBatch) { bytes, piece in
            switch piece {
            case .line, .part: onLine(bytes, false)
            case .torn: onLine(bytes, true)
            case .overlong: onOverlong(bytes)
            }
        }
    }

    /// The same with a splitter of the caller's.
    func run(
        _ splitter: inout LineSplitter, onBatch: () -> Void,
        onPiece: (UnsafeRawBufferPointer, LineSplitter.Piece) -> Void
    ) -> End {
        let end = read(into: &splitter, onBatch: onBatch, onPiece: onPiece)
        splitter.finish(onPiece)
        onBatch()
        descriptor.close()
        return end
    }

    private func read(
        into splitter: inout LineSplitter, onBatch: () -> Void,
        onPiece: (UnsafeRawBufferPointer, LineSplitter.Piece) -> Void
    ) -> End {
        let number = descriptor.number
        while !cancelled.isRaised {
            let space = splitter.space
            let count = Glibc.read(number, space.baseAddress, space.count)
            if count > 0 {
                splitter.commit(count, onPiece)
                onBatch()
                continue
            }
            if count == 0 { return .endOfInput }
            switch errno {
            case EINTR: continue
            case EAGAIN: cancelled.wait(with: descriptor, for: POLLIN)
            case let code: return .failed(SystemError("read an engine's output", code: code))
            }
        }
        return .cancelled
    }
}
