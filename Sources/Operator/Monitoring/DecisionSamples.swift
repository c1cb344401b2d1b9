internal import Monitors
internal import Rollout
internal import Signals

/// What the wall clock shows of the candidate, as far as decisions read it; arrival mode alone.
struct DecisionSamples {
    private let terms: TriggerTerms
    private let targetNanos: UInt64
    /// Of the candidate's latest signals, whether each came too slowly.
    private var slow: [Bool] = []
    private var messages = 0
    private var errors = 0
    private var drift: Cusum
    /// Marks that one arm has answered and the other not yet: how long it took, by the feed index behind the mark.
    private var answers: [Arm: [UInt64: UInt64]] = [:]
    /// Sums over marks that both answered, ns, until there are enough for a sample.
    private var batch: (candidate: UInt64, baseline: UInt64, marks: Int) = (0, 0, 0)
    /// Verdicts that were told last.
    private var told: [Measured.Kind: GateCheck.Verdict] = [:]

    /// Signals that a share is told of, and the fewest that tell anything.
    private static let window = 200
    private static let least = 20
    /// Neighbouring marks are not independent; half an hour of them is one sample.
    private static let marksPerSample = 180

    init(_ terms: TriggerTerms, targetNanos: UInt64) {
        self.terms = terms
        self.targetNanos = targetNanos
        drift = Cusum(level: terms.driftLevel)
    }

    /// Signals that were decided and committed; shadow signals tell of the engine as live ones do.
    mutating func committed(_ traces: [SignalTrace]) {
        for trace in traces where trace.arm == .candidate {
            guard let read = trace.causeReadAt else {
                if trace.isLate { add(isSlow: true) }
                continue
            }
            add(isSlow: trace.committedAt - min(trace.committedAt, read) > targetNanos)
        }
    }

    private mutating func add(isSlow: Bool) {
        slow.append(isSlow)
        if slow.count > Self.window { slow.removeFirst() }
    }

    mutating func said(_ arm: Arm, messages: Int, errors: Int) {
        guard arm == .candidate else { return }
        self.messages += messages
        self.errors += errors
    }

    /// An engine answered these writes at `readAt`.
    mutating func answered(_ writes: [FeedWrite], by arm: Arm, readAt: UInt64) {
        let other: Arm = arm == .baseline ? .candidate : .baseline
        for write in writes where write.endsWithMark {
            let took = readAt - min(readAt, write.writtenAt)
            guard let others = answers[other]?.removeValue(forKey: write.endIndex) else {
                answers[arm, default: [:]][write.endIndex] = took
                continue
            }
            batch.marks += 1
            batch.candidate += arm == .candidate ? took : others
            batch.baseline += arm == .candidate ? others : took
            if batch.marks >= Self.marksPerSample { observeBatch() }
        }
        // What the other arm never answers, it died over.
        for arm in Arm.allCases where answers[arm]?.count ?? 0 > 4096 { answers[arm] = [:] }
    }

    private mutating func observeBatch() {
        drift.observe(candidateNanos: batch.candidate, baselineNanos: batch.baseline)
        batch = (0, 0, 0)
    }

    /// What changed its verdict since it was told; everything when `all`.
    mutating func take(all: Bool) -> [Measured] {
        [latency, latencyDrift, errorShare].filter { sample in
            let isNew = told[sample.kind] != sample.verdict
            told[sample.kind] = sample.verdict
            return isNew || all
        }
    }

    private var latency: Measured {
        let hits = slow.count { $0 }
        return share(.latency, hits, of: slow.count, limit: terms.slowShare)
    }

    private var errorShare: Measured { share(.errors, errors, of: messages, limit: terms.errorShare) }

    /// Failed where even the lower end of the 95 % interval lies above the limit, passed where the share itself does not.
    private func share(_ kind: Measured.Kind, _ hits: Int, of count: Int, limit: Double) -> Measured {
        let threshold = Int64((limit * 1e6).rounded())
        guard count > 0, let interval = Wilson(hits, of: count) else {
            return Measured(kind, value: nil, threshold: threshold, verdict: .error)
        }
        let share = Double(hits) / Double(count)
        let verdict: GateCheck.Verdict =
            interval.low > limit ? .fail : count >= Self.least && share <= limit ? .pass : .inconclusive
        return Measured(kind, value: Int64((share * 1e6).rounded()), threshold: threshold, verdict: verdict)
    }

    private var latencyDrift: Measured {
        let threshold = Int64((terms.driftLevel * 1000).rounded())
        guard let value = drift.value else {
            return Measured(.latencyDrift, value: nil, threshold: threshold, verdict: .error)
        }
        return Measured(
            .latencyDrift, value: Int64((min(value, 1e9) * 1000).rounded()), threshold: threshold,
            verdict: drift.isAlarming ?? false ? .fail : .pass)
    }
}
