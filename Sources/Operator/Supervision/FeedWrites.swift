internal import Feeds

/// One chunk's way from the feed to an engine, in monotonic nanoseconds.
package struct FeedWrite: Sendable, Hashable {
    /// Feed indices of its records, the last excluded.
    package let firstIndex: UInt64
    package let endIndex: UInt64
    package let endsWithMark: Bool
    package let readAt: UInt64
    /// When its write began: what an engine takes to read it is the engine's time.
    package let writtenAt: UInt64

    init(_ chunk: FeedChunk, readAt: UInt64, writtenAt: UInt64) {
        firstIndex = chunk.firstIndex
        endIndex = chunk.endIndex
        endsWithMark = chunk.mark != nil
        self.readAt = readAt
        self.writtenAt = writtenAt
    }
}

/// Writes that are not answered yet, oldest first; a replay has thousands of them.
struct FeedWrites {
    private var writes: [FeedWrite] = []
    /// Those before are taken out, and go when they are the greater part.
    private var first = 0

    mutating func append(_ write: FeedWrite) { writes.append(write) }

    /// The write that held the record at feed index `index`.
    func write(of index: UInt64) -> FeedWrite? {
        let place = position(after: index)
        guard place < writes.count, writes[place].firstIndex <= index else { return nil }
        return writes[place]
    }

    /// Takes out those that end at feed index `answered` or before it.
    mutating func take(below answered: UInt64) -> [FeedWrite] {
        let place = position(after: answered)
        let taken = Array(writes[first..<place])
        first = place
        if 2 * first > writes.count {
            writes.removeFirst(first)
            first = 0
        }
        return taken
    }

    /// The first that ends after feed index `index`.
    private func position(after index: UInt64) -> Int {
        var (low, high) = (first, writes.count)
        while low < high {
            let middle = low + (high - low) / 2
            if writes[middle].endIndex > index { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
