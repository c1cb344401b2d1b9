internal import MarketData

/// Bad seconds after evidence: by cause, and whether the agreement counts them.
struct Downtime {
    struct Stretch: Hashable {
        var seconds: Range<Int64>
        let cause: DowntimeCause
        /// Whether the second is bad in the adjusted figure; else it is excluded.
        let isCounted: Bool
        /// Of the state that made it bad, whatever evidence says.
        let reason: String
        let epoch: Int?
        /// The newest row of the evidence.
        let evidence: String?
    }

    /// What a range of seconds has.
    struct Sum: Hashable {
        var bad: Int64 = 0
        var excluded: Int64 = 0
        var counted: Int64 { bad - excluded }
    }

    /// Of planned downtime the agreement excludes an hour a month.
    static let plannedSecondsPerMonth: Int64 = 3600

    /// Ascending, apart from each other; closes cut them.
    private(set) var stretches: [Stretch] = []
    /// Sums of all stretches before each.
    private var before: [Sum] = []
    private var total = Sum()

    init() {}

    /// - Parameter months: the first second of each month that `bad` lies in, in the exchange's zone, ascending. `bad`
    ///   has all bad seconds since the first of them, since the hour of planned downtime is a month's.
    init(_ bad: [ServiceTimeline.Stretch], cover: EvidenceCover, months: [Int64]) {
        var planned = PlannedAllowance(months: months)
        for stretch in bad {
            for (seconds, evidence) in cover.split(stretch.seconds) {
                guard let evidence, evidence.exclusion.cause == .planned, evidence.isAnnounced else {
                    let isExcluded = evidence?.exclusion.cause == .exchange
                    append(Stretch(seconds, stretch.verdict, evidence, isCounted: !isExcluded))
                    continue
                }
                for (seconds, isExcluded) in planned.take(seconds) {
                    append(Stretch(seconds, stretch.verdict, evidence, isCounted: !isExcluded))
                }
            }
        }
    }

    private mutating func append(_ stretch: Stretch) {
        if let last = stretches.last, last.seconds.upperBound == stretch.seconds.lowerBound, last.isLike(stretch) {
            stretches[stretches.count - 1].seconds = last.seconds.lowerBound..<stretch.seconds.upperBound
        } else {
            stretches.append(stretch)
            before.append(total)
        }
        total.add(stretch, seconds: Int64(stretch.seconds.count))
    }

    func sum(in range: Range<Int64>) -> Sum {
        var sum = sum(before: range.upperBound)
        let earlier = self.sum(before: range.lowerBound)
        sum.bad -= earlier.bad
        sum.excluded -= earlier.excluded
        return sum
    }

    func clamped(to range: Range<Int64>) -> Downtime {
        var result = Downtime()
        for var stretch in stretches where stretch.seconds.overlaps(range) {
            stretch.seconds = stretch.seconds.clamped(to: range)
            result.append(stretch)
        }
        return result
    }

    private func sum(before second: Int64) -> Sum {
        let index = stretches.partitioningIndex { $0.seconds.upperBound > second }
        guard index < stretches.count else { return total }
        var sum = before[index]
        sum.add(stretches[index], seconds: max(0, second - stretches[index].seconds.lowerBound))
        return sum
    }
}

extension Downtime.Sum {
    fileprivate mutating func add(_ stretch: Downtime.Stretch, seconds: Int64) {
        bad += seconds
        excluded += stretch.isCounted ? 0 : seconds
    }
}

extension Downtime.Stretch {
    fileprivate init(
        _ seconds: Range<Int64>, _ verdict: ServiceTimeline.Verdict, _ evidence: EvidenceBook.InForce?, isCounted: Bool
    ) {
        self.seconds = seconds
        self.isCounted = isCounted
        cause = evidence?.exclusion.cause ?? verdict.cause
        reason = verdict.reason
        epoch = verdict.epoch
        self.evidence = evidence?.row.id
    }

    /// Equal but for the seconds.
    fileprivate func isLike(_ other: Self) -> Bool {
        cause == other.cause && isCounted == other.isCounted && reason == other.reason && epoch == other.epoch
            && evidence == other.evidence
    }
}

/// What is left of each month's hour of planned downtime, asked for in order of time.
private struct PlannedAllowance {
    private let months: [Int64]
    private var month = -1
    private var left: Int64 = 0

    init(months: [Int64]) { self.months = months }

    /// `seconds` in parts: excluded while the month has some left, then not.
    mutating func take(_ seconds: Range<Int64>) -> [(seconds: Range<Int64>, isExcluded: Bool)] {
        var parts: [(Range<Int64>, Bool)] = []
        var start = seconds.lowerBound
        while start < seconds.upperBound {
            let current = months.partitioningIndex { $0 > start } - 1
            if current != month {
                month = current
                left = Downtime.plannedSecondsPerMonth
            }
            let monthEnd = current + 1 < months.count ? months[current + 1] : .max
            var end = min(seconds.upperBound, monthEnd)
            let isExcluded = left > 0
            if isExcluded { end = min(end, start + left) }
            left -= isExcluded ? end - start : 0
            parts.append((start..<end, isExcluded))
            start = end
        }
        return parts
    }
}
