/// What the score is made of. Each part is 1 for a feed without that defect, and nil when it was not measured.
///
/// A part falls linearly with the share of what is wrong and is 0 from `zeroAt` on: the shares that matter are small, and
/// a score that shows one lost order in a thousand as 0.999 would tell nobody anything. The limits are choices, not
/// findings.
package enum QualityPart: String, Hashable, Sendable, CaseIterable {
    /// Open minutes so far with market data.
    case completeness
    /// Open half hours of the session without a gap.
    case continuity
    /// Marks that stand where they are due.
    case marks
    /// Records in the order of `ts_recv`, which can be trusted.
    case order
    /// Sequences of a channel in order, and complete where that can be told.
    case sequence
    /// Records that came once.
    case repeats
    /// Records received after they happened.
    case clocks
    /// Records whose instrument has a definition.
    case definitions
    /// Quoted time of underlyings without a bid above the ask.
    case crossed
    /// Quoted time of underlyings in which quotes came as usual.
    case stale

    /// The share of wrong ones at which the part is 0.
    package var zeroAt: Double {
        switch self {
        case .completeness, .continuity, .definitions: 1
        case .marks: 0.1
        case .order, .sequence, .repeats: 0.001
        case .clocks, .crossed: 0.01
        case .stale: 0.05
        }
    }

    /// The wrong ones and all that were judged; nil when none could be.
    func share(_ counts: QualityCounts, gapHalfHours: Int) -> (wrong: Double, of: Double)? {
        func pair(_ wrong: Int, _ of: Int) -> (wrong: Double, of: Double)? {
            of > 0 ? (Double(wrong), Double(of)) : nil
        }
        switch self {
        case .completeness: return pair(counts.minutes - counts.minutesWithData, counts.minutes)
        case .continuity: return pair(gapHalfHours, counts.halfHours)
        case .marks: return counts.marksDue.flatMap { pair(counts.marksMissing, $0) }
        case .order:
            return pair(counts.outOfOrder + counts.badReceiveTimes, counts.orderedRecords + counts.badReceiveTimes)
        case .sequence:
            guard !counts.isSequenceMixed else { return nil }
            let missing = counts.missingPackets ?? 0
            return pair(counts.lateRecords + missing, counts.sequencedRecords + missing)
        case .repeats: return pair(counts.repeats, counts.repeatable)
        case .clocks: return pair(counts.skewed, counts.samples)
        case .definitions: return pair(counts.undefined, counts.samples)
        case .crossed: return share(counts.crossedNanos, counts.quotedNanos)
        case .stale: return share(counts.staleNanos, counts.quotedNanos)
        }
    }

    private func share(_ wrong: UInt64, _ of: UInt64) -> (wrong: Double, of: Double)? {
        of > 0 ? (Double(wrong), Double(of)) : nil
    }

    /// In 0...1; nil when not measured.
    package func value(_ counts: QualityCounts, gapHalfHours: Int) -> Double? {
        share(counts, gapHalfHours: gapHalfHours).map { max(0, 1 - $0.wrong / ($0.of * zeroAt)) }
    }

    /// The smallest part: a feed is as good as what is worst about it. Nil when completeness or continuity was not
    /// measured; other parts that were not are left out, and are shown as unknown beside it.
    static func score(_ counts: QualityCounts, gapHalfHours: Int) -> Double? {
        func value(_ part: QualityPart) -> Double? { part.value(counts, gapHalfHours: gapHalfHours) }
        guard value(.completeness) != nil, value(.continuity) != nil else { return nil }
        return allCases.compactMap(value).min()
    }
}

extension QualityCounts {
    /// Whether the sequences look like those of several venue channels under one id: they step back more than
    /// ten times and in more than one of a hundred records. Then they prove nothing. Data that was sent again as a whole steps back once.
    package var isSequenceMixed: Bool { sequenceBreaks > 10 && sequenceBreaks * 100 > sequencedRecords }
}
