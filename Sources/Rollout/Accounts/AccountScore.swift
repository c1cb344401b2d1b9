/// The R one account would have made of an arm's signals in one session.
///
/// It takes a signal when fewer than `entries` were taken and fewer than `atOnce` of those are open, that is, have their
/// paper exit after it (`decision-statistics.md`, section 2). The account's time is the latest event time so far: a signal
/// that lags does not open again what has ended.
public struct AccountScore: Hashable, Sendable {
    /// Positions of the admitted signals in what was given, ascending.
    public private(set) var indices: [Int] = []
    public private(set) var tally = SessionObservation.ArmTally()

    private init() {}

    /// - Parameter signals: an arm's actionable signals of one session in journal order. Those of tainted half hours are left
    ///   out before the account sees them; the others may be resolved or not.
    /// - Complexity: O(n log n), three allocations.
    public static func admitted(_ signals: [ScoredSignal], under terms: EvidenceTerms) -> AccountScore {
        var score = AccountScore()
        let entries = min(max(terms.entries, 0), signals.count)
        score.indices.reserveCapacity(entries)
        var open = OpenExits(capacity: min(max(terms.atOnce, 0), entries))
        var now: UInt64 = 0
        for (index, signal) in signals.enumerated() {
            guard !signal.isTaintedHalfHour else {
                score.tally.tainted += 1
                continue
            }
            now = max(now, signal.time)
            open.removeEnded(by: now)
            score.count(signal)
            guard score.indices.count < entries, open.count < terms.atOnce else { continue }
            score.admit(signal, at: index)
            if let exitTime = signal.exitTime, exitTime > now { open.insert(exitTime) }
        }
        return score
    }

    private mutating func count(_ signal: ScoredSignal) {
        tally.actionable += 1
        guard signal.isResolved else { return }
        tally.resolved += 1
        if signal.rMicros > 0 { tally.correct += 1 }
        tally.sumMicros = tally.sumMicros.addingClamped(signal.rMicros)
    }

    private mutating func admit(_ signal: ScoredSignal, at index: Int) {
        indices.append(index)
        tally.admitted += 1
        if signal.isResolved {
            tally.accountMicros = tally.accountMicros.addingClamped(signal.rMicros)
        } else {
            tally.admittedUnresolvable += 1
        }
    }
}

/// Exit times of open positions, the earliest first: a binary heap.
private struct OpenExits {
    private var times: [UInt64] = []

    init(capacity: Int) { times.reserveCapacity(capacity) }

    var count: Int { times.count }

    mutating func insert(_ time: UInt64) {
        times.append(time)
        var child = times.count - 1
        while child > 0, times[child] < times[(child - 1) / 2] {
            times.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeEnded(by now: UInt64) {
        while let first = times.first, first <= now { removeFirst() }
    }

    private mutating func removeFirst() {
        times.swapAt(0, times.count - 1)
        times.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < times.count else { return }
            let least = left + 1 < times.count && times[left + 1] < times[left] ? left + 1 : left
            guard times[least] < times[parent] else { return }
            times.swapAt(parent, least)
            parent = least
        }
    }
}
