internal import Glibc

/// Cuts a stream of bytes into lines, in constant memory.
///
/// Bytes are read straight into `space`, then `commit` hands out the lines that they complete.
package struct LineSplitter: ~Copyable {
    /// What is done with a line that does not fit the limit.
    package enum Overlong: Sendable {
        /// Reported once by its first `prefixBytes` bytes; the rest is passed over without being kept.
        case skip(prefixBytes: Int)
        /// Handed out in pieces of the limit's size.
        case split
    }

    package enum Piece: Hashable, Sendable {
        /// A whole line, without its newline.
        case line
        /// The last line, which has no newline: its writer died within it.
        case torn
        /// The beginning of an overlong line (`.skip`).
        case overlong
        /// A part of an overlong line that goes on (`.split`); its last part comes as `line` or `torn`.
        case part
    }

    /// 64 KiB with the newline (design.md, section 4).
    package static let maxLineBytes = 65_536

    private let limit: Int
    private let overlong: Overlong
    private let buffer: UnsafeMutableRawBufferPointer
    /// Bytes kept from earlier commits: the beginning of an unfinished line, always fewer than `limit`.
    private var pending = 0
    private var isSkipping = false

    /// - Parameter readBytes: the size of `space` at least.
    package init(maxLineBytes: Int = Self.maxLineBytes, overlong: Overlong, readBytes: Int = 65_536) {
        precondition(maxLineBytes > 1 && readBytes > 0, "a line of \(maxLineBytes) and reads of \(readBytes) bytes")
        limit = maxLineBytes
        self.overlong = overlong
        buffer = .allocate(byteCount: maxLineBytes + readBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Where the next bytes belong; never empty.
    package var space: UnsafeMutableRawBufferPointer { .init(rebasing: buffer[pending...]) }

    /// Takes the first `count` bytes of `space` and calls `body` for each piece they complete. The bytes are valid during the call.
    package mutating func commit(_ count: Int, _ body: (UnsafeRawBufferPointer, Piece) -> Void) {
        precondition(
            count >= 0 && count <= buffer.count - pending, "\(count) bytes in a space of \(buffer.count - pending)")
        guard let base = buffer.baseAddress else { return }
        let end = pending + count
        var start = 0
        var searched = pending
        while let found = memchr(base + searched, 10, end - searched) {
            let newline = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            finish(start..<newline, body)
            start = newline + 1
            searched = start
        }
        keep(start..<end, body)
    }

    /// The stream has ended: hands out what stands behind the last newline.
    package mutating func finish(_ body: (UnsafeRawBufferPointer, Piece) -> Void) {
        if pending > 0 { body(bytes(0..<pending), .torn) }
        pending = 0
        isSkipping = false
    }

    private func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer { .init(rebasing: buffer[range]) }

    /// A newline was found at the end of `range`.
    private mutating func finish(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer, Piece) -> Void) {
        var range = range
        if isSkipping {
            isSkipping = false
            return
        }
        if range.count >= limit {
            switch overlong {
            case .skip(let prefixBytes):
                body(bytes(range.prefix(prefixBytes)), .overlong)
                return
            case .split: cut(&range, body)
            }
        }
        body(bytes(range), .line)
    }

    /// `range` is the unfinished rest.
    private mutating func keep(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer, Piece) -> Void) {
        var range = range
        if isSkipping {
            pending = 0
            return
        }
        if range.count >= limit {
            switch overlong {
            case .skip(let prefixBytes):
                body(bytes(range.prefix(prefixBytes)), .overlong)
                isSkipping = true
                pending = 0
                return
            case .split: cut(&range, body)
            }
        }
        pending = range.count
        if range.lowerBound > 0, !range.isEmpty, let base = buffer.baseAddress {
            memmove(base, base + range.lowerBound, range.count)
        }
    }

    /// Hands out parts until fewer than `limit` bytes are left.
    private func cut(_ range: inout Range<Int>, _ body: (UnsafeRawBufferPointer, Piece) -> Void) {
        while range.count >= limit {
            body(bytes(range.prefix(limit)), .part)
            range = range.dropFirst(limit)
        }
    }
}
