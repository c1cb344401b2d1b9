internal import Feeds
internal import MarketData
internal import Monitors
internal import Signals

/// The latencies of a run, and their rows in the journal: one a session, stage, engine version and span.
struct LatencyBook {
    private let epoch: Int
    private let basis: Basis
    private var monitor = LatencyMonitor()
    private var session: CivilDate?
    /// What this operator took in the session, by key.
    private var sums: [LatencyKey: LatencyHistogram] = [:]
    /// Live signals that no sink has yet.
    private var underway: [Arm: Int] = [:]

    init(epoch: Int, basis: Basis) {
        self.epoch = epoch
        self.basis = basis
    }

    /// From here on samples are of this session, stage and these engines.
    mutating func begin(session: CivilDate, stage: String, versions: [LatencyArm: String]) {
        self.session = session
        monitor.begin(session: session, stage: stage, versions: versions)
    }

    /// Writes that an engine has answered, of lines read at monotonic time `readAt`; nil where that is not known.
    mutating func answered(_ writes: [FeedWrite], by arm: Arm, readAt: UInt64?) {
        let arm = LatencyArm(arm)
        for write in writes {
            monitor.record(.fanOut, arm: arm, nanos: write.writtenAt - min(write.writtenAt, write.readAt))
            guard write.endsWithMark, let readAt else { continue }
            monitor.record(.markAnswer, arm: arm, nanos: readAt - min(readAt, write.writtenAt))
        }
    }

    /// An engine ended at monotonic time `at` with these marks unanswered, by the times of their writes.
    mutating func died(_ arm: Arm, unanswered: [UInt64], at: UInt64) {
        for written in unanswered {
            monitor.stalled(.markAnswer, arm: LatencyArm(arm), waiting: 1, nanos: at - min(at, written))
        }
    }

    /// Signals that were decided and committed.
    mutating func committed(_ traces: [SignalTrace]) {
        for trace in traces {
            let arm = LatencyArm(trace.arm)
            if let written = trace.causeWrittenAt {
                monitor.record(.engine, arm: arm, nanos: trace.lineReadAt - min(trace.lineReadAt, written))
            }
            monitor.record(.route, arm: arm, nanos: trace.takenAt - min(trace.takenAt, trace.lineReadAt))
            monitor.record(.commit, arm: arm, nanos: trace.committedAt - min(trace.committedAt, trace.takenAt))
            if trace.isLive { underway[trace.arm, default: 0] += 1 }
            // Where the cause was read before this operator's time nothing tells how long it took; it was not in time.
            if trace.isLate { monitor.lost(arm: arm) }
        }
    }

    /// Live signals that their first sink has.
    mutating func delivered(_ traces: [SignalTrace]) {
        for trace in traces {
            let arm = LatencyArm(trace.arm)
            underway[trace.arm, default: 0] -= 1
            monitor.record(.sink, arm: arm, nanos: trace.deliveredAt - min(trace.deliveredAt, trace.committedAt))
            if let read = trace.causeReadAt {
                monitor.record(.endToEnd, arm: arm, nanos: trace.deliveredAt - min(trace.deliveredAt, read))
            }
        }
    }

    /// What no sink has now, none had in time.
    mutating func end() {
        for (arm, count) in underway where count > 0 { monitor.lost(arm: LatencyArm(arm), count: count) }
        underway = [:]
    }

    /// The rows that changed since they were last taken.
    mutating func takeRows() -> [Measurements.Latency] {
        var changed: [LatencyKey] = []
        for (key, delta) in monitor.takeChanges() {
            sums[key, default: LatencyHistogram()].merge(delta)
            changed.append(key)
        }
        let rows = changed.compactMap { key in sums[key].map { row(key, $0) } }
        sums = sums.filter { $0.key.session == session }
        return rows
    }

    private func row(_ key: LatencyKey, _ histogram: LatencyHistogram) -> Measurements.Latency {
        Measurements.Latency(
            epoch: epoch, basis: basis.rawValue, session: key.session.description, stage: key.stage,
            arm: key.arm?.rawValue ?? "", version: key.version ?? "", span: key.span.rawValue,
            histogram: histogram.encoded)
    }
}

extension LatencyArm {
    init(_ arm: Arm) { self = arm == .baseline ? .baseline : .candidate }
}
