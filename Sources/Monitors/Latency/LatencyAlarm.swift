/// How the newest latencies of one engine stand against the thresholds.
///
/// Judged is the latency that nine in ten of the newest samples did not exceed, or all but one if that is less, so that
/// no single sample decides; what was lost exceeds everything. The level rises as soon as that latency is above a
/// threshold and falls once it is a tenth below. With too few samples it is unknown, which is no recovery.
package struct LatencyAlarm: Sendable {
    package enum Level: String, CaseIterable, Codable, Hashable, Sendable {
        case unknown, ok, warning, critical, severe
    }

    package struct Settings: Hashable, Sendable {
        package let thresholds: LatencyThresholds
        /// How many samples count at most.
        package let newest: Int
        /// Older ones do not count.
        package let maxAgeNanos: UInt64
        /// Fewer are not judged.
        package let fewest: Int

        /// Standard thresholds, the newest 20 of the last hour, at least 5.
        package static let standard = Settings(
            standard: .standard, newest: 20, maxAgeNanos: 3_600_000_000_000, fewest: 5)

        /// - Throws: `LatencyError.badSettings` unless 2 ≤ fewest ≤ newest ≤ 10,000.
        package init(
            thresholds: LatencyThresholds = .standard, newest: Int = 20, maxAgeNanos: UInt64 = 3_600_000_000_000,
            fewest: Int = 5
        ) throws(LatencyError) {
            guard 2 <= fewest, fewest <= newest, newest <= 10_000 else {
                throw .badSettings(
                    "a latency alarm needs 2 ≤ fewest samples ≤ newest samples ≤ 10000, found \(fewest) and \(newest)")
            }
            self.init(standard: thresholds, newest: newest, maxAgeNanos: maxAgeNanos, fewest: fewest)
        }

        private init(standard thresholds: LatencyThresholds, newest: Int, maxAgeNanos: UInt64, fewest: Int) {
            self.thresholds = thresholds
            self.newest = newest
            self.maxAgeNanos = maxAgeNanos
            self.fewest = fewest
        }
    }

    /// The level became another.
    package struct Change: Codable, Hashable, Sendable {
        /// On the clock of the samples, ns.
        package var at: UInt64
        package var from: Level
        package var to: Level
        /// The latency judged; nil if it is that of a lost signal, or if there were too few samples.
        package var nanos: UInt64?
        /// How many samples were looked at.
        package var samples: Int

        package init(at: UInt64, from: Level, to: Level, nanos: UInt64?, samples: Int) {
            self.at = at
            self.from = from
            self.to = to
            self.nanos = nanos
            self.samples = samples
        }

        private enum CodingKeys: String, CodingKey {
            case at, from, to, samples
            case nanos = "value_ns"
        }
    }

    package let settings: Settings
    package private(set) var level = Level.unknown
    /// When the level became what it is; nil before the first change.
    package private(set) var since: UInt64?
    private var window: LatencyWindow
    private var now: UInt64 = 0

    package init(_ settings: Settings = .standard) {
        self.settings = settings
        window = LatencyWindow(most: settings.newest, maxAgeNanos: settings.maxAgeNanos)
    }

    /// A signal took that long.
    ///
    /// - Parameter at: when that was known, on any one clock in ns; a time before an earlier one is taken as that one.
    /// - Returns: the change of level, if there was one.
    package mutating func observe(_ nanos: UInt64, at: UInt64) -> Change? {
        step(to: at)
        window.append(min(nanos, LatencyHistogram.highestNanos), at: now)
        return judge()
    }

    /// A signal timed out or was lost.
    package mutating func lost(at: UInt64) -> Change? {
        step(to: at)
        window.append(LatencyWindow.lost, at: now)
        return judge()
    }

    /// Time passed without a signal.
    package mutating func passed(to at: UInt64) -> Change? {
        step(to: at)
        return judge()
    }

    private mutating func step(to at: UInt64) {
        now = max(now, at)
        window.removeOlder(at: now)
    }

    private mutating func judge() -> Change? {
        let value = judged
        let next = value.map(level) ?? .unknown
        guard next != level else { return nil }
        defer {
            level = next
            since = now
        }
        return Change(
            at: now, from: level, to: next, nanos: value == LatencyWindow.lost ? nil : value, samples: window.count)
    }

    /// Nil with too few samples.
    private var judged: UInt64? {
        guard window.count >= settings.fewest else { return nil }
        let rank = LatencyHistogram.rank(perMille: 900, of: window.count)
        return window.value(rank: min(rank, window.count - 1))
    }

    /// Up at once; down only to where the thresholds, lowered by a tenth, would have it.
    private func level(for nanos: UInt64) -> Level {
        max(reached(nanos) { $0 }, min(level, reached(nanos) { $0 - $0 / 10 }))
    }

    private func reached(_ nanos: UInt64, above border: (UInt64) -> UInt64) -> Level {
        let thresholds = settings.thresholds
        if nanos > border(thresholds.severe) { return .severe }
        if nanos > border(thresholds.critical) { return .critical }
        return nanos > border(thresholds.warning) ? .warning : .ok
    }
}

extension LatencyAlarm.Level: Comparable {
    /// Unknown comes first, so that whatever is judged next is a rise.
    package static func < (a: Self, b: Self) -> Bool { a.order < b.order }

    private var order: Int {
        switch self {
        case .unknown: 0
        case .ok: 1
        case .warning: 2
        case .critical: 3
        case .severe: 4
        }
    }
}
