internal import Alerts
internal import Logging
internal import MarketData
package import Rollout

/// A person's command on a state folder whose operator is not running: written into the journal, where the next start
/// finds it at the place it has, and told to whom the operator would have told it.
package struct OfflineCommand {
    private let folder: StateFolder
    private let reader: JournalReader
    private let begin: BeginBody
    private var sequencer: Sequencer
    /// Where the feed was.
    private let index: UInt64

    /// Takes the folder's lock, so that it never races an operator.
    package static func apply(_ command: Command, folder: StateFolder, dryRun: Bool) throws -> ControlAnswer {
        let reader = try JournalReader(folder: folder.path)
        let lock = try StateLock(stateFolder: folder.path)
        defer { lock.release() }
        var offline = try OfflineCommand(folder, reader)
        guard !dryRun else { return ControlAnswer(RunContext.reply(to: offline.sequencer.controller.preview(command))) }
        var (answer, hasNotices) = try offline.write(command)
        if hasNotices, let problem = offline.tell() {
            answer.detail += "; alerts wait for the next start: \(problem)"
        }
        return answer
    }

    /// Makes everything again that the journal holds.
    private init(_ folder: StateFolder, _ reader: JournalReader) throws {
        guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
        begin = try EventCodec.decode(first)
        guard let controller = begin.controller else { throw JournalError.notFound(path: reader.path) }
        self.folder = folder
        self.reader = reader
        var sequencer = Sequencer(controller: controller, recorded: try RecordedRows(reader))
        var index: UInt64 = 0
        try reader.scan { row in
            index = max(index, row.kind == .mark ? row.feedIndex + 1 : row.feedIndex)
            if let event = try EventCodec.event(from: row) {
                _ = try sequencer.take(event, at: row.at)
            } else if row.kind == .begin || row.kind == .end {
                try sequencer.add(row.kind, body: row.body, index: row.feedIndex, at: row.at)
            }
        }
        self.sequencer = sequencer
        self.index = index
    }

    private mutating func write(_ command: Command) throws -> (ControlAnswer, hasNotices: Bool) {
        let journal = try Journal(folder: folder.path)
        let now = Desk.wallClock()
        var facts = AlertFacts(sequencer.router)
        var alerts = AlertBook(rollout: begin.plan.id)
        for (_, notice) in try reader.notices() { alerts.restore(notice) }
        let event = Event(index: index, payload: .command(command))
        let result = try sequencer.take(event, at: now)
        let notices = facts.facts(of: event, result.reaction, sequencer.controller)
            .compactMap { alerts.take($0, at: now) }
        for notice in notices { sequencer.add(notice, index: index, at: now) }
        var measurements = Measurements()
        measurements.keep(sequencer.controller)
        try journal.append(sequencer.takePending(), measurements: measurements)
        if command.verb == .rollback { folder.lowerKill() }
        return (ControlAnswer(RunContext.reply(to: result.effect)), !notices.isEmpty)
    }

    /// Sends what the journal has to tell, as far as it gets within some seconds; the next start goes on with the rest.
    ///
    /// - Returns: why nobody can be told; nil when that is not so.
    private func tell() -> String? {
        guard begin.mode == .arrival else { return nil }
        do {
            let records = try AlertRecords(folder)
            // What does not get through stands in the store, with its answer.
            let quiet = Logger(label: "tandem") { _ in SwiftLogNoOpLogHandler() }
            let courier = try AlertCourier(
                records.settings, folder: folder, calendar: records.calendar, logger: quiet, onChannel: { _, _ in })
            try courier?.start()
            courier?.stop(atMost: 10)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension ControlAnswer {
    init(_ reply: ControlReply) {
        switch reply {
        case .done(let detail): self.init(result: "done", detail: detail)
        case .unchanged(let detail): self.init(result: "unchanged", detail: detail)
        case .refused(let detail): self.init(result: "refused", detail: detail)
        case .failed(let detail): self.init(result: "failed", detail: detail)
        case .status: self.init(result: "done", detail: "")
        }
    }
}
