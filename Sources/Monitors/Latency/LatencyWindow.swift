/// The newest latencies: at most so many, none older than so much.
struct LatencyWindow: Sendable {
    /// What was lost ranks above everything.
    static let lost = UInt64.max

    private let most: Int
    private let maxAgeNanos: UInt64
    /// Oldest first.
    private var samples: [(nanos: UInt64, at: UInt64)] = []
    private var rising: [UInt64] = []

    init(most: Int, maxAgeNanos: UInt64) {
        self.most = most
        self.maxAgeNanos = maxAgeNanos
        samples.reserveCapacity(most)
        rising.reserveCapacity(most)
    }

    var count: Int { samples.count }

    /// The sample that this many, itself included, do not exceed. - Precondition: in 1...count.
    func value(rank: Int) -> UInt64 { rising[rank - 1] }

    /// - Parameter at: not before that of the sample before.
    mutating func append(_ nanos: UInt64, at: UInt64) {
        if samples.count == most { removeOldest() }
        samples.append((nanos, at))
        rising.insert(nanos, at: position(of: nanos))
    }

    mutating func removeOlder(at now: UInt64) {
        while let oldest = samples.first, now - oldest.at > maxAgeNanos { removeOldest() }
    }

    private mutating func removeOldest() {
        rising.remove(at: position(of: samples.removeFirst().nanos))
    }

    /// Where `rising` has its first value that is not smaller.
    private func position(of nanos: UInt64) -> Int {
        var low = 0
        var high = rising.count
        while low < high {
            let middle = (low + high) / 2
            if rising[middle] < nanos { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
