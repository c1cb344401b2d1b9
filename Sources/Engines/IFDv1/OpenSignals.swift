/// The signals of this session that still run: neither at target or stop, nor past their horizon.
struct OpenSignals: Sendable {
    private struct Entry {
        let underlying: Int
        let target: Int64
        let stop: Int64
        let targetIsAbove: Bool
        let stopIsAbove: Bool
        /// Feed time, ns since 1970.
        let ends: UInt64
    }

    private var entries: [Entry] = []

    func count(on underlying: Int) -> Int { entries.count { $0.underlying == underlying } }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Target and stop count as reached from the side on which the price is now.
    mutating func add(_ underlying: Int, price: Int64, target: Int64, stop: Int64, ends: UInt64) {
        entries.append(
            Entry(
                underlying: underlying, target: target, stop: stop, targetIsAbove: target >= price,
                stopIsAbove: stop > price, ends: ends))
    }

    /// A trade of `instrument`, as the underlying of open signals.
    mutating func traded(_ instrument: Int, at price: Int64) {
        if entries.isEmpty { return }
        entries.removeAll {
            $0.underlying == instrument
                && (($0.targetIsAbove ? price >= $0.target : price <= $0.target)
                    || ($0.stopIsAbove ? price >= $0.stop : price <= $0.stop))
        }
    }

    mutating func expire(now: UInt64) { entries.removeAll { now >= $0.ends } }
}
