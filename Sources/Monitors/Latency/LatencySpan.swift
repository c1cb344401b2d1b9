/// A stretch of a signal's way whose duration is measured.
package enum LatencySpan: String, CaseIterable, Codable, Hashable, Sendable {
    /// From a record's own time stamp to the operator's read of it.
    case feed
    /// From that read to the write that holds the record, one for each engine.
    case fanOut = "fan_out"
    /// From that write to the read of the signal's line.
    case engine
    case route
    case commit
    case sink
    /// From the read of the record that caused a signal to the sink's write: what the target is set for.
    case endToEnd = "end_to_end"
    /// From the write of a mark to the engine's progress past it; exists without signals.
    case markAnswer = "mark_answer"
    /// How far a record's time stamp was ahead of the wall clock. Not a latency: its samples are those that `feed`
    /// could not take, so that the two counts together are all batches of records.
    case clockSkew = "clock_skew"

    /// False for what has no target.
    package var isLatency: Bool { self != .clockSkew }

    /// The position in `allCases`.
    var index: Int {
        switch self {
        case .feed: 0
        case .fanOut: 1
        case .engine: 2
        case .route: 3
        case .commit: 4
        case .sink: 5
        case .endToEnd: 6
        case .markAnswer: 7
        case .clockSkew: 8
        }
    }
}

extension LatencySpan: Comparable {
    /// In the order of a signal's way.
    package static func < (a: LatencySpan, b: LatencySpan) -> Bool { a.index < b.index }
}

/// Which of the two engines a sample belongs to; samples of the operator's own belong to none.
package enum LatencyArm: String, CaseIterable, Codable, Hashable, Sendable {
    case baseline, candidate
}
