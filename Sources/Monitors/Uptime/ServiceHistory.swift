/// Everything that was recorded of the service, laid out for questions.
package struct ServiceHistory: Sendable {
    /// By `from`.
    let presences: [ServicePresence]
    /// The latest `through` of all presences up to each.
    private let reach: [UInt64]
    /// By `through`, then epoch.
    private let ended: [ServicePresence]
    /// Component to epoch to states by time.
    private let states: [String: [Int: [ServiceState]]]

    /// In any order; only of two states of one component at one time the later one holds.
    ///
    /// - Complexity: O(n log n)
    package init(presences: [ServicePresence], states: [ServiceState]) {
        self.presences = presences.sorted { ($0.from, $0.epoch) < ($1.from, $1.epoch) }
        var latest: UInt64 = 0
        reach = self.presences.map { presence in
            latest = max(latest, presence.through)
            return latest
        }
        ended = presences.sorted { ($0.through, $0.epoch) < ($1.through, $1.epoch) }
        var grouped: [String: [Int: [ServiceState]]] = [:]
        for state in states { grouped[state.component, default: [:]][state.epoch, default: []].append(state) }
        self.states = grouped.mapValues { $0.mapValues(Self.sorted) }
    }

    /// When the first operator began; nil before there was one.
    package var serviceFrom: UInt64? { presences.first?.from }

    /// By epoch, each in order of time.
    func states(of component: String) -> [Int: [ServiceState]] { states[component] ?? [:] }

    /// Presences that cover `instant`, newest epoch first.
    func presences(at instant: UInt64) -> [ServicePresence] {
        var found: [ServicePresence] = []
        var index = presences.partitioningIndex { $0.from > instant }
        while index > 0, reach[index - 1] > instant {
            index -= 1
            if presences[index].through > instant { found.append(presences[index]) }
        }
        return found.sorted { $0.epoch > $1.epoch }
    }

    /// The presence that ended last at `instant` or before it.
    func lastEnded(by instant: UInt64) -> ServicePresence? {
        let index = ended.partitioningIndex { $0.through > instant }
        return index > 0 ? ended[index - 1] : nil
    }

    /// The next presence that begins after `instant`.
    func next(after instant: UInt64) -> ServicePresence? {
        let index = presences.partitioningIndex { $0.from > instant }
        return index < presences.count ? presences[index] : nil
    }

    /// Whether any state of the component holds at some time in `[from, to)`.
    func hasState(of component: String, from: UInt64, to: UInt64) -> Bool {
        let states = states(of: component)
        return presences.contains { presence in
            guard let first = states[presence.epoch]?.first else { return false }
            return max(first.time, presence.from, from) < min(presence.through, to)
        }
    }

    private static func sorted(_ states: [ServiceState]) -> [ServiceState] {
        states.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
