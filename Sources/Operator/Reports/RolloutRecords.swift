internal import Foundation
package import MarketData
package import Monitors
internal import Rollout

/// A state folder as reports read it; no operator need be running.
package struct RolloutRecords {
    package let folder: StateFolder
    package let reader: JournalReader
    package let rollout: String
    package let basis: Basis
    package let calendar: ExchangeCalendar
    package let terms: MonitorTerms
    /// The market's time now: as the last operator had it, moved on by the wall clock; the last mark's where no operator
    /// kept time. With a live feed it is the wall clock's.
    package let now: Timestamp
    /// How far the feed was read, never after `now`: a run that stopped goes on there. What people grant is dated so and
    /// counts for the next record.
    package let feedTime: Timestamp
    /// Every operator's time, in the order of their starts.
    let presences: [Measurements.Presence]

    package init(_ folder: StateFolder) throws {
        let reader = try JournalReader(folder: folder.path)
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        let begin: BeginBody = try EventCodec.decode(first)
        guard let calendar = begin.calendar else { throw EventCodec.damaged(first, "its calendar is not known") }
        let stored = FileManager.default.contents(atPath: folder.specFile).map { Array($0) } ?? Array(begin.spec.utf8)
        try self.init(
            folder, reader, rollout: begin.plan.id, basis: begin.mode == .ordered ? .replay : .arrival,
            calendar: calendar, terms: MonitorTerms(storedIn: stored, path: folder.specFile))
    }

    /// What an operator knows of its own folder.
    init(
        _ folder: StateFolder, _ reader: JournalReader, rollout: String, basis: Basis, calendar: ExchangeCalendar,
        terms: MonitorTerms
    ) throws {
        self.folder = folder
        self.reader = reader
        self.rollout = rollout
        self.basis = basis
        self.calendar = calendar
        self.terms = terms
        let beat = Heartbeat(contentsOf: folder.heartbeatFile)
        presences = try reader.presences().map { $0.extended(by: beat) }
        let mark = try reader.last([.mark])?.time
        now = Self.now(presences, mark: mark)
        feedTime = min(now, mark.map { Timestamp(nanos: $0) } ?? now)
    }

    private static func now(_ presences: [Measurements.Presence], mark: UInt64?) -> Timestamp {
        let wall = Desk.wallClock()
        if let last = presences.last {
            return Timestamp(nanos: last.through + (wall - min(wall, last.throughAt)))
        }
        return Timestamp(nanos: mark ?? wall)
    }
}
