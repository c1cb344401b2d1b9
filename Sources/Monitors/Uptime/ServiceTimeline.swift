/// The seconds in which one component was bad, and why, before any evidence.
///
/// A second is bad when nothing is good at its first instant: no presence covers that instant in which the component's state
/// is good then. One in which an outage begins and ends is bad too, so that every outage counts its length to less than a
/// second, wherever it lies, and at least one. Of several presences that are bad, the one of the newest epoch says why; where
/// there is none, nobody was there.
struct ServiceTimeline {
    struct Verdict: Hashable {
        let cause: DowntimeCause
        let reason: String
        let epoch: Int?
    }

    struct Stretch: Hashable {
        var seconds: Range<Int64>
        let verdict: Verdict
    }

    private let history: ServiceHistory
    private let states: [Int: [ServiceState]]
    /// Nanoseconds since 1970; ascending, apart from each other.
    private let goodTimes: [Range<UInt64>]
    /// Seconds from 1970; ascending, none overlapping.
    private let good: [Range<Int64>]
    /// Instants at which something changes, ascending.
    private let edges: [UInt64]

    init(_ history: ServiceHistory, component: String) {
        self.history = history
        states = history.states(of: component)
        var good: [Range<UInt64>] = []
        var edges: Set<UInt64> = []
        for presence in history.presences {
            edges.formUnion([presence.from, presence.through])
            let states = states[presence.epoch] ?? []
            edges.formUnion(states.map(\.time))
            good += Self.goodTimes(states, in: presence)
        }
        goodTimes = Self.union(good)
        self.good = Self.goodSeconds(goodTimes)
        self.edges = edges.sorted()
    }

    /// Bad seconds of `market` in order, as few stretches as tell verdicts and closes apart.
    ///
    /// - Complexity: O(changes + open ranges), each with a binary search.
    func badStretches(in market: MarketSeconds) -> [Stretch] {
        var stretches: [Stretch] = []
        for range in market.ranges {
            var second = range.lowerBound
            var index = good.partitioningIndex { $0.upperBound > second }
            while second < range.upperBound {
                let next = index < good.count ? good[index] : Int64.max..<Int64.max
                append(second..<max(second, min(next.lowerBound, range.upperBound)), to: &stretches)
                second = max(second, next.upperBound)
                index += 1
            }
        }
        return stretches
    }

    /// Nanoseconds from the begin of the bad second `second` until it was noticed, if that is known: by the operator itself
    /// where the component stopped moving, else by the next operator.
    func detectionNanos(ofBad second: Int64) -> UInt64? {
        let instant = badInstant(of: second)
        let present = history.presences(at: instant)
        guard let presence = firstBad(of: present, at: instant) else {
            if !present.isEmpty { return 0 }
            return history.next(after: instant).map { $0.from - instant }
        }
        guard let state = state(in: presence, at: instant), let since = state.since, since <= state.time else {
            return nil
        }
        return state.time - since
    }

    private func append(_ bad: Range<Int64>, to stretches: inout [Stretch]) {
        var second = bad.lowerBound
        while second < bad.upperBound {
            let start = UInt64(second) * nanosPerSecond
            let edge = edges.partitioningIndex { $0 > start }
            // The first second that begins at the next change or after it.
            let change = edge < edges.count ? secondsBeginning(from: edges[edge], to: .max).lowerBound : .max
            let end = min(bad.upperBound, change)
            let verdict = verdict(at: badInstant(of: second))
            if let last = stretches.last, last.verdict == verdict, last.seconds.upperBound == second {
                stretches[stretches.count - 1].seconds = last.seconds.lowerBound..<end
            } else {
                stretches.append(Stretch(seconds: second..<end, verdict: verdict))
            }
            second = end
        }
    }

    private func verdict(at instant: UInt64) -> Verdict {
        guard let presence = firstBad(of: history.presences(at: instant), at: instant) else {
            let last = history.lastEnded(by: instant)
            return last?.endedCleanly == true
                ? Verdict(cause: .own, reason: "stopped", epoch: last?.epoch)
                : Verdict(cause: .telemetry, reason: "no telemetry", epoch: last?.epoch)
        }
        guard let state = state(in: presence, at: instant) else {
            return Verdict(cause: .telemetry, reason: "no telemetry", epoch: presence.epoch)
        }
        return Verdict(cause: state.cause ?? .own, reason: state.reason, epoch: presence.epoch)
    }

    private func firstBad(of presences: [ServicePresence], at instant: UInt64) -> ServicePresence? {
        presences.first { state(in: $0, at: instant)?.isGood != true }
    }

    /// Where the bad second is bad for the first time.
    private func badInstant(of second: Int64) -> UInt64 {
        let start = UInt64(second) * nanosPerSecond
        let index = goodTimes.partitioningIndex { $0.upperBound > start }
        guard index < goodTimes.count, goodTimes[index].contains(start) else { return start }
        return goodTimes[index].upperBound
    }

    private func state(in presence: ServicePresence, at instant: UInt64) -> ServiceState? {
        guard let states = states[presence.epoch] else { return nil }
        let index = states.partitioningIndex { $0.time > instant }
        return index > 0 ? states[index - 1] : nil
    }

    private static func goodTimes(_ states: [ServiceState], in presence: ServicePresence) -> [Range<UInt64>] {
        var times: [Range<UInt64>] = []
        for (index, state) in states.enumerated() where state.isGood {
            let start = max(state.time, presence.from)
            let end = min(index + 1 < states.count ? states[index + 1].time : .max, presence.through)
            guard start < end else { continue }
            if let last = times.last, last.upperBound == start {
                times[times.count - 1] = last.lowerBound..<end
            } else {
                times.append(start..<end)
            }
        }
        return times
    }

    private static func union(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        var result: [Range<UInt64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = result.last, last.upperBound >= range.lowerBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Seconds that begin in good times, but for those that an outage lies in as a whole.
    private static func goodSeconds(_ times: [Range<UInt64>]) -> [Range<Int64>] {
        times.indices.map { index in
            let seconds = secondsBeginning(from: times[index].lowerBound, to: times[index].upperBound)
            guard index + 1 < times.count else { return seconds }
            let next = secondsBeginning(from: times[index + 1].lowerBound, to: .max).lowerBound
            let end = next == secondsUp(times[index].upperBound) ? seconds.upperBound - 1 : seconds.upperBound
            return seconds.lowerBound..<max(seconds.lowerBound, end)
        }
    }
}

let nanosPerSecond: UInt64 = 1_000_000_000

/// The seconds that begin in `[from, to)`.
func secondsBeginning(from: UInt64, to: UInt64) -> Range<Int64> {
    let (first, end) = (secondsUp(from), secondsUp(to))
    return first..<max(first, end)
}

private func secondsUp(_ nanos: UInt64) -> Int64 {
    Int64(nanos / nanosPerSecond) + (nanos % nanosPerSecond > 0 ? 1 : 0)
}
