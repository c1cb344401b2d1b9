internal import MarketData
package import Rollout

/// A person's command on a state folder whose operator is not running: written into the journal, where the next start
/// finds it at the place it has.
package enum OfflineCommand {
    /// Takes the folder's lock, so that it never races an operator.
    package static func apply(_ command: Command, folder: StateFolder, dryRun: Bool) throws -> ControlAnswer {
        let reader = try JournalReader(folder: folder.path)
        let lock = try StateLock(stateFolder: folder.path)
        defer { lock.release() }
        guard let first = try reader.last([.begin]),
            let controller = (try EventCodec.decode(first) as BeginBody).controller
        else {
            throw JournalError.notFound(path: reader.path)
        }
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
        guard !dryRun else { return ControlAnswer(RunContext.reply(to: sequencer.controller.preview(command))) }
        let journal = try Journal(folder: folder.path)
        let result = try sequencer.take(Event(index: index, payload: .command(command)), at: Desk.wallClock())
        try journal.append(sequencer.takePending())
        if command.verb == .rollback { folder.lowerKill() }
        return ControlAnswer(RunContext.reply(to: result.effect))
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
