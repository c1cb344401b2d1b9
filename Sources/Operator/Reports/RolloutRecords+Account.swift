internal import MarketData
internal import Monitors
package import Rollout

extension RolloutRecords {
    /// The live account as it was kept last; nil where none is kept, or a run of a version before accounts were kept wrote
    /// the journal.
    package func account() throws -> LiveReading? {
        guard let text = try reader.memory(of: AccountSnapshot.name) else { return nil }
        guard let snapshot = AccountSnapshot(text) else {
            throw JournalError.damaged(path: reader.path, row: 0, reason: "its live account does not read")
        }
        let mark = try reader.last([.mark])?.time
        return LiveReading(
            snapshot.standing, at: Timestamp(nanos: snapshot.time), isOlder: mark.map { $0 > snapshot.time } ?? false,
            refused: try refusals())
    }

    /// Signals that were to be live, but for a check of the account: by rule, all that there were.
    private func refusals() throws -> [String: Int] {
        let prefix = "risk."
        return try reader.counts().reduce(into: [:]) { refused, total in
            guard total.decision == "suppressed", total.reason.hasPrefix(prefix) else { return }
            refused[String(total.reason.dropFirst(prefix.count)), default: 0] += total.count
        }
    }

    /// Whether the rollout asks for checks on an account.
    private var keepsAccount: Bool {
        get throws {
            guard let first = try reader.last([.begin]) else { throw JournalError.notFound(path: reader.path) }
            let begin: BeginBody = try EventCodec.decode(first)
            return begin.decisionTerms?.risk != nil
        }
    }

    /// The account in one line.
    func accountLine() throws -> String {
        if let account = try account() { return account.line(calendar.format) }
        return try keepsAccount ? NumberFormat.unknown : "none is kept: the spec has no risk checks"
    }
}
