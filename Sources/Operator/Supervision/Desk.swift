package import Alerts
internal import Foundation
internal import Logging
package import Rollout
package import Signals

/// Where decisions are made and kept: the one sequence, its journal and the sinks behind it.
///
/// The router's thread owns it.
package final class Desk {
    package let folder: StateFolder
    package let journal: Journal
    package let sinks: SinkHub
    private var sequencer: Sequencer
    private var traces: [(seq: Int64?, trace: SignalTrace)] = []
    /// Of signals committed since they were last taken out.
    private var committedTraces: [SignalTrace] = []
    private var measurements = Measurements()
    /// Candidate entries up to here are taken back by a rollback that is not committed yet.
    private var revokedThrough: Int64?
    /// When the event was taken that takes everything back, until that is committed.
    private var takenBackAt: UInt64?
    /// Nanoseconds from such an event to its commit.
    package private(set) var takeBacks: [UInt64] = []
    private static let maxTakeBacks = 1 << 16
    private var killHasDoneItsWork = false
    /// Where the rollout stands is to be kept with the next commit.
    private var snapshotIsDue = false
    /// The live account as it was kept last, and whether it is to be kept anyhow.
    private var keptAccount: LiveAccount?
    private var accountIsDue = false
    private let deliversBeforeTakingBack: Bool
    private var facts: AlertFacts
    private var alerts: AlertBook
    /// Told when something that somebody should know of is on disk; set before the first event.
    package var onNotices: (() -> Void)?
    private var hasNotices = false
    private var writtenCursors: [String: Int64] = [:]

    /// - Parameters:
    ///   - deliversBeforeTakingBack: in ordered mode.
    ///   - alerts: those an earlier run left open.
    package init(
        folder: StateFolder, journal: Journal, sinks: SinkHub, sequencer: Sequencer, alerts: AlertBook,
        deliversBeforeTakingBack: Bool
    ) {
        self.alerts = alerts
        facts = AlertFacts(sequencer.router)
        self.deliversBeforeTakingBack = deliversBeforeTakingBack
        self.folder = folder
        self.journal = journal
        self.sinks = sinks
        self.sequencer = sequencer
        keptAccount = sequencer.controller.account
    }

    package var router: Router { sequencer.router }
    package var controller: Controller { sequencer.controller }
    package var isComparing: Bool { sequencer.isComparing }
    package var seq: Int64 { sequencer.seq }

    /// Nanoseconds since 1970, by the wall clock.
    package static func wallClock() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1e9)) }

    /// Puts an event into the sequence; nothing of it takes effect before `commit`.
    ///
    /// - Parameter trace: a signal's way so far.
    @discardableResult
    package func take(_ event: Event, trace: SignalTrace? = nil) throws -> Sequencer.Result {
        let start = MonotonicClock.now()
        let before = sequencer.pendingCount
        let result = try sequencer.take(event, at: Self.wallClock())
        let facts = facts.facts(of: event, result.reaction, sequencer.controller)
        guard result.isNew else { return result }
        for fact in facts { tell(fact, index: event.index) }
        if result.takesBack {
            try deliver(rows: before)
            revokedThrough = sequencer.seq
            takenBackAt = takenBackAt ?? start
        }
        if case .command(let command) = event.payload {
            snapshotIsDue = true
            if command.verb == .rollback { killHasDoneItsWork = true }
        }
        if !result.reaction.steps.isEmpty { snapshotIsDue = true }
        if case .mark(let mark) = event.payload, mark.closes != nil || mark.opens != nil { accountIsDue = true }
        if var trace {
            trace.takenAt = MonotonicClock.now()
            trace.isLive = result.seq != nil
            if case .signal(_, _, let isLate) = event.payload { trace.isLate = isLate }
            traces.append((result.seq, trace))
        }
        // By the clock, nothing else comes before it is on disk; ordered runs commit mark by mark.
        if result.takesBack, !deliversBeforeTakingBack { try commit() }
        return result
    }

    /// In ordered mode what was live before something is taken back goes out first, so that what sinks hold does not depend
    /// on how fast they are.
    private func deliver(rows: Int) throws {
        guard deliversBeforeTakingBack else { return }
        try write(sequencer.takePending(first: rows))
        sinks.drain(atMost: 5)
    }

    package func add(_ kind: JournalRow.Kind, body: String, index: UInt64) throws {
        try sequencer.add(kind, body: body, index: index, at: Self.wallClock())
        if kind == .end { accountIsDue = true }
    }

    package func note(_ kind: JournalRow.Kind, arm: String?, reason: String, detail: String, index: UInt64) {
        sequencer.note(
            kind, arm: arm, reason: reason, body: EventCodec.encode(["detail": detail]), index: index,
            at: Self.wallClock())
    }

    /// Lets somebody know, once it is on disk with the fact behind it.
    package func tell(_ fact: AlertFact, index: UInt64) {
        let now = Self.wallClock()
        guard let notice = alerts.take(fact, at: now) else { return }
        sequencer.add(notice, index: index, at: now)
        hasNotices = true
    }

    /// Notes what an engine wrote that breaks the contract.
    package func note(_ violation: ContractViolation, of arm: Arm, firstBytes: [UInt8], index: UInt64) {
        note(
            .complaint, arm: arm.rawValue, reason: "contract",
            detail: "\(violation); it began: \(String(decoding: firstBytes, as: UTF8.self))", index: index)
    }

    /// Lets what monitors measured be written with the next commit.
    package func measure(_ more: Measurements) { measurements.add(more) }

    /// The ways of the signals committed since this was last asked.
    package func takeTraces() -> [SignalTrace] {
        defer { committedTraces.removeAll(keepingCapacity: true) }
        return committedTraces
    }

    /// Makes everything taken durable, then lets it take effect.
    package func commit() throws {
        if snapshotIsDue {
            snapshotIsDue = false
            measurements.keep(controller)
        }
        keepAccount()
        try write(sequencer.takePending())
    }

    /// As it stands now, not as it stood in an earlier run that is still being recomputed.
    private func keepAccount() {
        guard let account = controller.account, !isComparing, accountIsDue || account != keptAccount else { return }
        accountIsDue = false
        keptAccount = account
        measurements.memories[AccountSnapshot.name] = EventCodec.encode(AccountSnapshot(account, at: router.feedTime))
    }

    private func write(_ rows: [JournalRow]) throws {
        let cursors = sinks.cursors
        guard !rows.isEmpty || cursors != writtenCursors || !measurements.isEmpty else { return }
        try journal.append(rows, cursors: cursors, measurements: measurements)
        measurements = Measurements()
        writtenCursors = cursors
        if hasNotices {
            hasNotices = false
            onNotices?()
        }
        if let through = revokedThrough {
            revokedThrough = nil
            sinks.revoke(through: through)
            noteTakeBack()
        }
        if killHasDoneItsWork {
            // The rollback, or that there was nothing to roll back, stands in the journal now.
            killHasDoneItsWork = false
            folder.lowerKill()
        }
        sinks.committed(through: journal.lastSeq, traces: committedTraces(at: MonotonicClock.now()))
    }

    private func noteTakeBack() {
        guard let since = takenBackAt else { return }
        takenBackAt = nil
        if takeBacks.count < Self.maxTakeBacks { takeBacks.append(MonotonicClock.now() - since) }
    }

    /// Those of live signals by their place in the live log.
    private func committedTraces(at now: UInt64) -> [Int64: SignalTrace] {
        var live: [Int64: SignalTrace] = [:]
        for (seq, var trace) in traces {
            trace.committedAt = now
            committedTraces.append(trace)
            if let seq { live[seq] = trace }
        }
        traces.removeAll(keepingCapacity: true)
        return live
    }
}
