internal import Foundation
package import MarketData
package import Monitors
internal import Rollout

/// A state folder as reports read it; no operator need be running.
package struct RolloutRecords {
    package let folder: StateFolder
    package let reader: JournalReader
    package let begin: BeginBody
    package let calendar: ExchangeCalendar
    package let terms: MonitorTerms
    /// The market's time now: as the last operator had it, moved on by the wall clock; the last mark's where no operator
    /// kept time. With a live feed it is the wall clock's.
    package let now: Timestamp
    /// Every operator's time, in the order of their starts.
    let presences: [Measurements.Presence]

    package init(_ folder: StateFolder) throws {
        self.folder = folder
        reader = try JournalReader(folder: folder.path)
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        begin = try EventCodec.decode(first)
        guard let plan = begin.router?.plan else { throw EventCodec.damaged(first, "it describes no rollout") }
        calendar = plan.calendar
        let stored = FileManager.default.contents(atPath: folder.specFile).map { Array($0) } ?? Array(begin.spec.utf8)
        terms = try MonitorTerms(storedIn: stored, path: folder.specFile)
        let beat = Heartbeat(contentsOf: folder.heartbeatFile)
        presences = try reader.presences().map { $0.extended(by: beat) }
        now = try Self.now(reader, presences)
    }

    package var rollout: String { begin.plan.id }
    package var basis: Basis { begin.mode == .ordered ? .replay : .arrival }

    private static func now(_ reader: JournalReader, _ presences: [Measurements.Presence]) throws -> Timestamp {
        let wall = Desk.wallClock()
        if let last = presences.last {
            return Timestamp(nanos: last.through + (wall - min(wall, last.throughAt)))
        }
        return Timestamp(nanos: try reader.last([.mark])?.time ?? wall)
    }
}
