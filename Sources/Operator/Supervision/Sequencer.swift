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

/// Puts events into the one sequence: hands them to the router, numbers them, and makes their journal rows.
///
/// On a journal that already holds rows, the rows made are compared with those until they are used up; only what comes
/// after is new.
package struct Sequencer {
    package private(set) var router: Router
    package private(set) var ord: Int64 = 0
    package private(set) var seq: Int64 = 0
    /// Rows not written yet.
    package private(set) var pending: [JournalRow] = []
    private var recorded: RecordedRows?

    package init(router: Router, recorded: RecordedRows? = nil) {
        self.router = router
        self.recorded = recorded
    }

    /// Whether rows of an earlier run are still being recomputed.
    package var isComparing: Bool { recorded?.current != nil }

    /// What came of an event.
    package struct Result {
        package let effect: Effect?
        package let seq: Int64?
        /// False for an event of an earlier run that was recomputed.
        package let isNew: Bool
    }

    /// Takes the next event of the sequence.
    package mutating func take(_ event: Event, at wallClock: UInt64) throws -> Result {
        let effect = router.handle(event)
        ord += 1
        var place: Int64?
        if case .decided(let decision, _)? = effect, decision.isLive {
            seq += 1
            place = seq
        }
        var isNew = true
        for row in EventCodec.rows(for: event, effect: effect, router: router, ord: ord, at: wallClock, seq: place) {
            isNew = try add(row)
        }
        return Result(effect: effect, seq: place, isNew: isNew)
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
