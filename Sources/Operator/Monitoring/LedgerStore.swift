package import Monitors

/// The ledger of a state folder: its rows in the journal, and their sums in memory.
package final class LedgerStore {
    package private(set) var ledger: BudgetLedger
    private let log: AppendOnlyLog

    /// - Parameter limits: of the spec; rows change them.
    package init(folder: StateFolder, limits: BudgetLimits) throws {
        log = try AppendOnlyLog(.ledger, folder: folder.path)
        ledger = try BudgetLedger(limits: limits)
    }

    /// Brings the ledger up to date with what others added, changes it, and stores the new rows; when anything fails,
    /// nothing is changed.
    package func change(_ body: (inout BudgetLedger) throws -> [LedgerRow]) throws {
        var changed = ledger
        try log.extend { unseen in
            for line in unseen { _ = try changed.add(LedgerRow(line: line)) }
            return try body(&changed).map(\.line)
        }
        ledger = changed
    }
}

extension JournalReader {
    /// The ledger as it stands, to look at.
    package func ledger(limits: BudgetLimits) throws -> BudgetLedger {
        var ledger = try BudgetLedger(limits: limits)
        for line in try lines(of: .ledger) { _ = try ledger.add(LedgerRow(line: line)) }
        return ledger
    }
}
