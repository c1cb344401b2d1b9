internal import Glibc

/// Prints lines on standard output; the journal keeps its cursor.
final class StandardOutputSink: Sink {
    func open(journaled: Int64) -> Int64 { journaled }

    func deliver(_ entry: LiveEntry, revokedThrough: () -> Int64) -> SinkDelivery {
        let line = entry.line(revokedThrough: revokedThrough())
        var offset = 0
        while offset < line.count {
            let count = line.withUnsafeBytes { write(1, $0.baseAddress.map { $0 + offset }, line.count - offset) }
            if count > 0 {
                offset += count
            } else if errno != EINTR {
                return .gone(reason: "nobody reads standard output any more: \(String(cString: strerror(errno)))")
            }
        }
        return .done
    }

    func close() {}
}
