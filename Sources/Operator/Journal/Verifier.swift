internal import Feeds
internal import MarketData
internal import Rollout

/// What `verify` found.
package struct VerifyReport: Sendable, Hashable, Codable {
    package var rows: Int64
    package var events: Int
    package var signals: Int
    package var transitions: Int
    /// Rows that say what became of a signal.
    package var outcomes: Int
    /// Of them made again from the market data; nil where that was not asked for.
    package var outcomesRemade: Int?
    /// Of them left out there: the signal came after its market had been let go, which the data cannot show.
    package var outcomesLate: Int?
    package var digest: String
    /// The first thing wrong, with its row; nil when everything holds.
    package var problem: String?
    package var row: Int64?
}

/// Holds a journal against itself: rows without gaps, each chained to the one before, every decision the same when it is
/// made again from the events alone, and every outcome one of a journaled signal, with the figures that its fills give.
package enum Verifier {
    /// - Parameter inputs: the market data of the rollout, in the order it had them; outcomes are then made again from it.
    /// - Throws: what keeps the journal or the market data from being read. Whatever does not hold is in the report.
    package static func verify(folder: String, inputs: [String] = []) throws -> VerifyReport {
        let reader = try JournalReader(folder: folder)
        var report = VerifyReport(rows: 0, events: 0, signals: 0, transitions: 0, outcomes: 0, digest: "")
        do {
            try checkChain(reader, &report)
            try recompute(reader, &report)
            if !inputs.isEmpty { try remakeOutcomes(reader, inputs, &report) }
        } catch let error as FeedError {
            throw error
        } catch let error as JournalError {
            report.problem = "\(error)"
            if case .damaged(_, let row, _) = error { report.row = row }
        } catch let divergence as Divergence {
            report.problem = "\(divergence)"
            report.row = divergence.row
        } catch {
            report.problem = "\(error)"
        }
        return report
    }

    private static func checkChain(_ reader: JournalReader, _ report: inout VerifyReport) throws {
        var chain = [UInt8](repeating: 0, count: 32)
        var number: Int64 = 0
        var digest = SHA256()
        func damaged(_ row: Int64, _ reason: String) -> JournalError {
            .damaged(path: reader.path, row: row, reason: reason)
        }
        while true {
            let batch = try reader.rows(after: number)
            for (row, stored) in batch {
                guard row.n == number + 1 else {
                    throw damaged(number + 1, "the row is missing; row \(row.n) follows row \(number)")
                }
                chain = row.chain(after: chain)
                guard chain == stored else {
                    throw damaged(
                        row.n, "its content does not match its chain value: it, or the row before it, was changed")
                }
                number = row.n
                if let line = row.digestLine { digest.update(line) }
                switch row.kind {
                case .signal: report.signals += 1
                case .transition: report.transitions += 1
                default: break
                }
            }
            if batch.isEmpty { break }
        }
        let head = try reader.head()
        guard head.row == number else {
            throw damaged(number + 1, "rows \(number + 1) to \(head.row) are missing at the end")
        }
        guard number == 0 || head.chain == chain else {
            throw damaged(number, "the journal's head does not match its last row")
        }
        report.rows = number
        report.digest = SHA256.hex(digest.digest())
    }

    private static func recompute(_ reader: JournalReader, _ report: inout VerifyReport) throws {
        guard let first = try reader.last([.begin]) else { return }
        let begin: BeginBody = try EventCodec.decode(first)
        guard let controller = begin.controller else {
            throw JournalError.damaged(path: reader.path, row: first.n, reason: "it describes no rollout")
        }
        var outcomes = OutcomeAudit(path: reader.path, terms: begin.outcomeTerms)
        var sequencer = Sequencer(controller: controller, recorded: try RecordedRows(reader))
        var events = 0
        try reader.scan { row in
            if let event = try EventCodec.event(from: row) {
                events += 1
                try outcomes.take(event, row: row.n)
                _ = try sequencer.take(event, at: row.at)
            } else if row.kind == .begin || row.kind == .end {
                try sequencer.add(row.kind, body: row.body, index: row.feedIndex, at: row.at)
            }
        }
        try outcomes.finish()
        report.events = events
        report.outcomes = outcomes.count
        // A decision without its event, or a transition nothing led to.
        if sequencer.isComparing || !sequencer.takePending().isEmpty {
            throw JournalError.damaged(
                path: reader.path, row: report.rows, reason: "it holds decisions its events do not give")
        }
    }

    /// The digest's text, line by line.
    package static func digestLines(_ reader: JournalReader, _ body: (String) throws -> Void) throws {
        try reader.scan(JournalReader.Filter(kinds: [.signal, .transition])) { row in
            if let line = row.digestLine { try body(line) }
        }
    }

    /// SHA-256 of the digest's text, in hex.
    package static func digest(_ reader: JournalReader) throws -> String {
        var hash = SHA256()
        try digestLines(reader) { hash.update($0) }
        return SHA256.hex(hash.digest())
    }
}
