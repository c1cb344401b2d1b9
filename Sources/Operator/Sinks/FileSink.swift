internal import Foundation
internal import Glibc

/// Appends lines to a file, whose last whole line is its own cursor: a crash loses and doubles nothing.
final class FileSink: Sink {
    private let path: String
    private let descriptor = Locked<Int32>(-1)

    init(path: String) { self.path = path }

    func open(journaled: Int64) throws -> Int64 {
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SinkError.cannotOpen(path: path, reason: String(cString: strerror(errno))) }
        descriptor.withLock { $0 = file }
        let (wholeBytes, lastLine) = try Self.tail(of: file, path: path)
        if ftruncate(file, off_t(wholeBytes)) != 0 {
            throw SinkError.cannotOpen(
                path: path, reason: "cannot cut its torn last line: \(String(cString: strerror(errno)))")
        }
        guard let lastLine else { return 0 }
        struct Place: Decodable { var seq: Int64 }
        guard let place = try? JSONDecoder().decode(Place.self, from: Data(lastLine)) else {
            throw SinkError.cannotOpen(
                path: path, reason: "its last line is no entry of a live log; move the file away")
        }
        return place.seq
    }

    func deliver(_ entry: LiveEntry, revokedThrough: () -> Int64) -> SinkDelivery {
        let line = entry.line(revokedThrough: revokedThrough())
        return descriptor.withLock { file in
            var offset = 0
            while offset < line.count {
                let count = line.withUnsafeBytes {
                    write(file, $0.baseAddress.map { $0 + offset }, line.count - offset)
                }
                if count > 0 {
                    offset += count
                } else if errno != EINTR {
                    let reason = String(cString: strerror(errno))
                    // A part of the line may stand already: the next try must begin at the line's start.
                    if offset > 0 { ftruncate(file, lseek(file, 0, SEEK_END) - off_t(offset)) }
                    return .retry(reason: "cannot write \(path): \(reason)")
                }
            }
            return .done
        }
    }

    func close() {
        descriptor.withLock { file in
            if file >= 0 { Glibc.close(file) }
            file = -1
        }
    }

    /// Bytes up to the end of the last whole line, and that line.
    private static func tail(of file: Int32, path: String) throws -> (bytes: Int, line: [UInt8]?) {
        let size = Int(lseek(file, 0, SEEK_END))
        var length = 1 << 17
        while true {
            let start = max(0, size - length)
            var bytes = [UInt8](repeating: 0, count: size - start)
            let count = pread(file, &bytes, bytes.count, off_t(start))
            guard count == bytes.count else {
                throw SinkError.cannotOpen(
                    path: path, reason: "cannot read its end: \(String(cString: strerror(errno)))")
            }
            if let end = bytes.lastIndex(of: 10) {
                if let before = bytes[..<end].lastIndex(of: 10) {
                    return (start + end + 1, Array(bytes[(before + 1)..<end]))
                }
                if start == 0 { return (end + 1, Array(bytes[..<end])) }
            } else if start == 0 {
                return (0, nil)
            }
            length *= 8
        }
    }
}

enum SinkError: Error, Sendable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)

    var description: String {
        switch self {
        case .cannotOpen(let path, let reason): return "cannot use the sink \(path): \(reason)"
        }
    }
}
