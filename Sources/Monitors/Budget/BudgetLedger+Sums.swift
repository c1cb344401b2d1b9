package import MarketData

extension BudgetLedger {
    /// Committed in the period by any dimension.
    func committed<Key: Hashable>(in period: BudgetPeriod, by key: (LedgerEntry) -> Key) -> [Key: Int64] {
        var sums: [Key: Int64] = [:]
        for entry in entries where entry.state == .committed && entry.period == period {
            sums[key(entry), default: 0] += entry.amountMicros
        }
        return sums
    }

    /// Committed in the period by trading date, ascending.
    package func committedByDay(in period: BudgetPeriod) -> [(date: CivilDate, micros: Int64)] {
        committed(in: period) { $0.tradingDate }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
