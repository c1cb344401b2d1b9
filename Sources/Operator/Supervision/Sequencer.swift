internal import Alerts
internal import MarketData
package import Rollout
internal import Signals

/// What a second run over the same events found different from the first.
package struct Divergence: Error, CustomStringConvertible, Sendable {
    package let row: Int64
    package let journaled: String
    package let recomputed: String

    package var description: String {
        "row \(row) of the journal differs from what the same events give now: journaled \(journaled), recomputed \(recomputed)"
    }
}

/// Puts events into the one sequence: hands them to the controller, numbers them, and makes their journal rows.
///
/// On a journal that already holds rows, the rows made are compared with those until they are used up; only what comes
/// after is new.
package struct Sequencer {
    package private(set) var controller: Controller
    package private(set) var ord: Int64 = 0
    package private(set) var seq: Int64 = 0
    /// Rows not written yet.
    package private(set) var pending: [JournalRow] = []
    private var recorded: RecordedRows?

    package init(controller: Controller, recorded: RecordedRows? = nil) {
        self.controller = controller
        self.recorded = recorded
    }

    /// Whether rows of an earlier run are still being recomputed.
    package var isComparing: Bool { recorded?.current != nil }

    package var router: Router { controller.router }

    /// What came of an event.
    package struct Result {
        package let reaction: Reaction
        package let seq: Int64?
        /// False for an event of an earlier run that was recomputed.
        package let isNew: Bool

        package var effect: Effect? { reaction.effect }

        /// Whether the candidate's entries that no sink has taken yet must not leave any more.
        package var takesBack: Bool {
            if case .moved(let transition)? = effect, transition.cause == Command.Verb.rollback.rawValue { return true }
            return reaction.steps.contains { step in
                if case .moved(let transition, _) = step { transition.takesBack } else { false }
            }
        }
    }

    /// Takes the next event of the sequence.
    package mutating func take(_ event: Event, at wallClock: UInt64) throws -> Result {
        let reaction = controller.handle(event)
        ord += 1
        var place: Int64?
        if case .decided(let decision, _)? = reaction.effect, decision.isLive {
            seq += 1
            place = seq
        }
        var isNew = true
        let rows = EventCodec.rows(
            for: event, effect: reaction.effect, basis: reaction.basis, router: router, ord: ord, at: wallClock,
            seq: place)
        for row in rows { isNew = try add(row) }
        guard let first = rows.first else { return Result(reaction: reaction, seq: place, isNew: isNew) }
        var standing = first
        if let next = reaction.nextMove(from: 0) { (standing.stage, standing.status) = next }
        for (number, step) in reaction.steps.enumerated() {
            if case .close = step { seq += 1 }
            isNew = try add(EventCodec.row(for: step, of: standing, seq: seq))
            guard case .moved(let move, _) = step else { continue }
            (standing.stage, standing.status) =
                reaction.nextMove(from: number + 1) ?? (move.to.rawValue, move.status.rawValue)
        }
        return Result(reaction: reaction, seq: place, isNew: isNew)
    }

    /// Adds a row that is no event: the run's beginning or end.
    @discardableResult
    package mutating func add(
        _ kind: JournalRow.Kind, body: String, index: UInt64, at wallClock: UInt64
    ) throws -> Bool {
        ord += 1
        return try add(
            JournalRow(
                ord: ord, feedIndex: index, kind: kind, time: router.feedTime.nanos, at: wallClock,
                stage: router.stage.rawValue, status: router.status.rawValue, body: body))
    }

    /// Notes something about processes, outside of the sequence.
    package mutating func note(
        _ kind: JournalRow.Kind, arm: String?, reason: String?, body: String, index: UInt64, at wallClock: UInt64
    ) {
        pending.append(
            JournalRow(
                ord: ord, feedIndex: index, kind: kind, arm: arm, time: router.feedTime.nanos, at: wallClock,
                reason: reason, stage: router.stage.rawValue, status: router.status.rawValue, body: body))
    }

    /// Puts down what is to be told, outside of the sequence, with the row of the fact behind it.
    mutating func add(_ notice: AlertNotice, index: UInt64, at wallClock: UInt64) {
        pending.append(
            JournalRow(
                ord: ord, feedIndex: index, kind: .alert, id: notice.alert.id, time: router.feedTime.nanos,
                at: wallClock, decision: notice.kind.rawValue, reason: notice.alert.cause.rawValue,
                stage: router.stage.rawValue, status: router.status.rawValue, body: EventCodec.encode(notice)))
    }

    private mutating func add(_ row: JournalRow) throws -> Bool {
        if let known = recorded?.current {
            guard row.matches(known) else {
                throw Divergence(row: known.n, journaled: known.summary, recomputed: row.summary)
            }
            try recorded?.advance()
            return false
        }
        pending.append(row)
        return true
    }

    /// Hands over the rows to be written.
    package mutating func takePending() -> [JournalRow] {
        defer { pending.removeAll(keepingCapacity: true) }
        return pending
    }

    package var pendingCount: Int { pending.count }

    /// Hands over the first of the rows to be written.
    package mutating func takePending(first count: Int) -> [JournalRow] {
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }
}

extension Reaction {
    /// Stage and status before the next step that moves, at or behind a place; nil when none follows.
    fileprivate func nextMove(from place: Int) -> (stage: String, status: String)? {
        for case .moved(let move, _) in steps[place...] { return (move.from.rawValue, move.statusBefore.rawValue) }
        return nil
    }
}

/// The rows of an earlier run, in sequence, read in batches.
package struct RecordedRows {
    private let reader: JournalReader
    private var batch: ArraySlice<JournalRow> = []
    private var position: Int64 = 0

    package init(_ reader: JournalReader) throws {
        self.reader = reader
        try refill()
    }

    package var current: JournalRow? { batch.first }

    package mutating func advance() throws {
        batch.removeFirst()
        if batch.isEmpty { try refill() }
    }

    private mutating func refill() throws {
        while batch.isEmpty {
            let rows = try reader.rows(after: position)
            guard let last = rows.last else { return }
            position = last.row.n
            batch = rows.map(\.row).filter(\.kind.isInSequence)[...]
        }
    }
}

extension JournalRow {
    /// The row in a few words, for people.
    package var summary: String {
        let facts = [
            "\(kind.rawValue) at feed index \(feedIndex)", arm, id, decision.map { "\($0): \(reason ?? "-")" },
            "\(stage)/\(status)", seq.map { "seq \($0)" },
        ]
        return "[" + facts.compactMap { $0 }.joined(separator: ", ") + "]"
    }
}
