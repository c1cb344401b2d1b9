internal import Foundation
internal import Logging
package import Rollout

/// Where decisions are made and kept: the one sequence, its journal and the sinks behind it.
///
/// The router's thread owns it.
package final class Desk {
    package let folder: StateFolder
    package let journal: Journal
    package let sinks: SinkHub
    private var sequencer: Sequencer
    private var readAt: [Int64: UInt64] = [:]
    /// Candidate entries up to here are taken back by a rollback that is not committed yet.
    private var revokedThrough: Int64?
    private var killHasDoneItsWork = false
    private var writtenCursors: [String: Int64] = [:]

    package init(folder: StateFolder, journal: Journal, sinks: SinkHub, sequencer: Sequencer) {
        self.folder = folder
        self.journal = journal
        self.sinks = sinks
        self.sequencer = sequencer
    }

    package var router: Router { sequencer.router }
    package var isComparing: Bool { sequencer.isComparing }
    package var seq: Int64 { sequencer.seq }

    /// Nanoseconds since 1970, by the wall clock.
    package static func wallClock() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970 * 1e9)) }

    /// Puts an event into the sequence; nothing of it takes effect before `commit`.
    ///
    /// - Parameter lineReadAt: when a signal's line was read, for measuring how long it takes to its sink.
    @discardableResult
    package func take(_ event: Event, lineReadAt: UInt64? = nil) throws -> Sequencer.Result {
        let result = try sequencer.take(event, at: Self.wallClock())
        if result.isNew {
            if case .command(let command) = event.payload, command.verb == .rollback { killHasDoneItsWork = true }
            if let seq = result.seq, let lineReadAt { readAt[seq] = lineReadAt }
            if case .moved(let transition)? = result.effect, transition.cause == Command.Verb.rollback.rawValue {
                revokedThrough = sequencer.seq
            }
        }
        return result
    }

    package func add(_ kind: JournalRow.Kind, body: String, index: UInt64) throws {
        try sequencer.add(kind, body: body, index: index, at: Self.wallClock())
    }

    package func note(_ kind: JournalRow.Kind, arm: String?, reason: String, detail: String, index: UInt64) {
        sequencer.note(
            kind, arm: arm, reason: reason, body: EventCodec.encode(["detail": detail]), index: index,
            at: Self.wallClock())
    }

    /// Makes everything taken durable, then lets it take effect.
    package func commit() throws {
        let rows = sequencer.takePending()
        let cursors = sinks.cursors
        guard !rows.isEmpty || cursors != writtenCursors else { return }
        try journal.append(rows, cursors: cursors)
        writtenCursors = cursors
        if let through = revokedThrough {
            revokedThrough = nil
            sinks.revoke(through: through)
        }
        if killHasDoneItsWork {
            // The rollback, or that there was nothing to roll back, stands in the journal now.
            killHasDoneItsWork = false
            folder.lowerKill()
        }
        sinks.committed(through: sequencer.seq, readAt: readAt)
        readAt.removeAll(keepingCapacity: true)
    }
}
