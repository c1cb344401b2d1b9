package import MarketData

/// Takes the operator's latency samples and hands them to the journal.
///
/// What `takeChanges` handed out is not handed out again, so every sample is journaled once; a crash loses what was
/// not taken.
package struct LatencyMonitor: Sendable {
    package typealias Change = (key: LatencyKey, delta: LatencyHistogram)

    private struct Place: Hashable {
        var session: CivilDate
        var stage: String
        var versions: [LatencyArm: String]
    }

    /// Nil before the first `begin`.
    private var place: Place?
    /// Recorded since the last take, at `slot(span, arm)`.
    private var fresh = Self.noSamples
    /// What was taken or restored since the last `begin`, likewise.
    private var taken = Self.noSamples
    private var finished: [Change] = []

    private static let lanes = LatencyArm.allCases.count + 1
    private static let noSamples = [LatencyHistogram](
        repeating: LatencyHistogram(), count: LatencySpan.allCases.count * lanes)

    package init() {}

    /// From here on samples are of this session and stage. Those before the first `begin` are of the first.
    ///
    /// - Parameter versions: of the engines, as far as known.
    package mutating func begin(session: CivilDate, stage: String, versions: [LatencyArm: String] = [:]) {
        let next = Place(session: session, stage: stage, versions: versions)
        guard next != place else { return }
        if let place {
            finished += Self.changes(fresh, at: place)
            fresh = Self.noSamples
            taken = Self.noSamples
        }
        place = next
    }

    package mutating func record(_ span: LatencySpan, arm: LatencyArm? = nil, nanos: UInt64) {
        fresh[Self.slot(span, arm)].record(nanos)
    }

    /// A batch of records was read: a sample of `feed`, or of `clockSkew` if its time stamp lies ahead of the clock.
    ///
    /// - Parameters:
    ///   - stamped: the record's time stamp, ns since 1970.
    ///   - readAt: the wall clock, ns since 1970.
    package mutating func recordFeed(stamped: UInt64, readAt: UInt64) {
        if stamped <= readAt {
            record(.feed, nanos: readAt - stamped)
        } else {
            record(.clockSkew, nanos: stamped - readAt)
        }
    }

    /// Signals that timed out or were lost on the way. They are slow.
    package mutating func lost(_ span: LatencySpan = .endToEnd, arm: LatencyArm?, count: Int = 1) {
        fresh[Self.slot(span, arm)].recordLost(count: count)
    }

    /// Nothing moved for that long, and it counts for all that waited, not once.
    ///
    /// For what gets no sample of its own afterwards, such as marks that an engine left unanswered when it was stopped;
    /// what arrives after all brings its whole wait with it.
    package mutating func stalled(
        _ span: LatencySpan = .endToEnd, arm: LatencyArm?, waiting: Int, nanos: UInt64
    ) {
        fresh[Self.slot(span, arm)].record(nanos, count: waiting)
    }

    /// What came since the last take, by key; the same key may come again later. Empty before the first `begin`.
    package mutating func takeChanges() -> [Change] {
        guard let place else { return [] }
        let changes = finished + Self.changes(fresh, at: place)
        finished = []
        for slot in fresh.indices where !fresh[slot].isEmpty {
            taken[slot].merge(fresh[slot])
            fresh[slot] = LatencyHistogram()
        }
        return changes
    }

    /// Adds what the journal has of the current session, stage and versions to `current`; other keys are passed over.
    /// It is not handed out again.
    package mutating func restore(_ histogram: LatencyHistogram, for key: LatencyKey) {
        let slot = Self.slot(key.span, key.arm)
        guard let place, key == Self.key(slot, at: place) else { return }
        taken[slot].merge(histogram)
    }

    /// All samples since the last `begin`, and what was restored.
    package func current(_ span: LatencySpan, arm: LatencyArm? = nil) -> LatencyHistogram {
        let slot = Self.slot(span, arm)
        var sum = taken[slot]
        sum.merge(fresh[slot])
        return sum
    }

    private static func slot(_ span: LatencySpan, _ arm: LatencyArm?) -> Int {
        span.index * lanes + LatencyArm.index(arm)
    }

    private static func key(_ slot: Int, at place: Place) -> LatencyKey {
        let arm = [nil, LatencyArm.baseline, .candidate][slot % lanes]
        return LatencyKey(
            session: place.session, stage: place.stage, arm: arm, version: arm.flatMap { place.versions[$0] },
            span: LatencySpan.allCases[slot / lanes])
    }

    private static func changes(_ samples: [LatencyHistogram], at place: Place) -> [Change] {
        samples.indices.filter { !samples[$0].isEmpty }.map { (key($0, at: place), samples[$0]) }
            .sorted { $0.key < $1.key }
    }
}
