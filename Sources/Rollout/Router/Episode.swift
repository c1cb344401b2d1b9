internal import MarketData
internal import Signals

extension Router {
    /// A unit's open position idea: from a live signal until its outcome is known.
    struct Episode: Hashable, Sendable {
        let arm: Arm
        /// Runs to its end with its arm silent, and nobody else speaks for the underlying meanwhile.
        private(set) var isHeld = false
        /// The ends of the horizons of its signals without an outcome; some may be over.
        private var ends: [String: Timestamp] = [:]
        private var latestEnd = Timestamp(nanos: 0)

        init(arm: Arm) { self.arm = arm }

        /// Whether a signal without an outcome has some of its horizon left.
        func isOpen(at time: Timestamp) -> Bool { latestEnd > time }

        mutating func add(_ id: String, until end: Timestamp) {
            ends[id] = end
            latestEnd = max(latestEnd, end)
        }

        /// The outcome of a signal is known.
        mutating func remove(_ id: String) {
            // Mostly an earlier one: looking at all of them is rare.
            guard let end = ends.removeValue(forKey: id), end == latestEnd else { return }
            latestEnd = ends.values.max() ?? Timestamp(nanos: 0)
        }

        /// Lets it run on, for no longer than to `deadline`.
        mutating func hold(until deadline: Timestamp) {
            isHeld = true
            ends = ends.mapValues { min($0, deadline) }
            latestEnd = min(latestEnd, deadline)
        }
    }
}
