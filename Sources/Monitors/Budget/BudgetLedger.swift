internal import MarketData

/// Every cost, reservation, limit, override, approval and invoice as rows that are only ever added, and the sums over
/// them.
///
/// Replaying the rows in their order gives the same ledger. A row is to be stored durably before the call it allows is
/// made; whoever dies before that has spent nothing.
///
/// The magnitudes of all amounts together stay below 2^61 micro-dollars, and so do those of all quantities; hence no sum
/// or difference of them can overflow.
package struct BudgetLedger: Sendable {
    /// What happened to a row that was added.
    package enum Addition: Hashable, Sendable {
        case added
        /// The ledger had the equal row.
        case duplicate
    }

    struct Reservation: Sendable {
        let entry: LedgerEntry
        var state: LedgerEntry.State
        var committedMicros: Int64 = 0
    }

    struct Totals: Sendable {
        var committed: Int64 = 0
        var reserved: Int64 = 0
        /// Committed and reserved for rollback and alerts.
        var protection: Int64 = 0
        /// Committed as `subscription`, by provider.
        var subscriptions: [String: Int64] = [:]
        var entries = 0

        var subscriptionTotal: Int64 { subscriptions.values.reduce(0, +) }
    }

    private static let bound: UInt64 = 1 << 61

    /// The spec's limits; rows change them from their time on.
    package let baseLimits: BudgetLimits
    package private(set) var rows: [LedgerRow] = []
    /// Those of `rows` that are no costs: few, and asked at every reservation.
    private(set) var sideRows: [LedgerRow] = []
    private var indexByID: [String: Int] = [:]
    private(set) var reservations: [String: Reservation] = [:]
    private(set) var months: [BudgetPeriod: Totals] = [:]
    private(set) var days: [CivilDate: Totals] = [:]
    /// What committed rows still have after their corrections, by id.
    private var netMicros: [String: Int64] = [:]
    private var micros: UInt64 = 0
    private var quantity: UInt64 = 0

    /// Throws when the limits are negative or too large to count with.
    package init(limits: BudgetLimits = BudgetLimits()) throws(BudgetError) {
        baseLimits = limits
        var values = limits.fixedMicros.map { ("fixed:" + $0.key, $0.value) }
        for key: BudgetLimits.Key in [.month, .monthAim, .day, .costPerSignal, .protectionReserve, .slice, .approval] {
            values.append((key.text, limits[key]))
        }
        for (name, value) in values.sorted(by: { $0.0 < $1.0 }) {
            guard value >= 0 else {
                throw .badText(field: name, text: Dollars.text(value), expected: "$0 or more")
            }
            micros = try Self.sum(micros, value.magnitude, "the sum of all limits")
        }
    }

    package func row(_ id: String) -> LedgerRow? { indexByID[id].map { rows[$0] } }

    /// Cost rows in the order they were added.
    package var entries: [LedgerEntry] {
        rows.compactMap { if case .cost(let entry) = $0 { entry } else { nil } }
    }

    /// Adds a row, be it new or read from storage. Throws, and changes nothing, when the row does not fit.
    ///
    /// Limits are not asked: what was stored has happened. `reserve` asks them.
    package mutating func add(_ row: LedgerRow) throws(BudgetError) -> Addition {
        if let known = self.row(row.id) {
            guard known == row else { throw .conflict(id: row.id) }
            return .duplicate
        }
        try row.validate()
        let magnitudes = row.magnitudes
        let newMicros = try Self.sum(micros, magnitudes.micros, "the sum of all amounts with row \"\(row.id)\"")
        let newQuantity = try Self.sum(
            quantity, magnitudes.quantity, "the sum of all quantities with row \"\(row.id)\"")
        if case .cost(let entry) = row { try apply(entry) } else { sideRows.append(row) }
        (micros, quantity) = (newMicros, newQuantity)
        indexByID[row.id] = rows.count
        rows.append(row)
        return .added
    }

    private static func sum(_ a: UInt64, _ b: UInt64, _ what: String) throws(BudgetError) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        guard !overflow, sum < bound else { throw .overflow(what) }
        return sum
    }
}

extension BudgetLedger {
    private mutating func apply(_ entry: LedgerEntry) throws(BudgetError) {
        switch entry.state {
        case .reserved:
            reservations[entry.id] = Reservation(entry: entry, state: .reserved)
            book(entry) { $0.reserved += entry.amountMicros }
        case .released:
            let reserved = try openReservation(closedBy: entry)
            guard entry.amountMicros == reserved.amountMicros else {
                throw .differs(id: entry.id, from: reserved.id, field: "amount_micros")
            }
            reservations[reserved.id]?.state = .released
            book(entry) { $0.reserved -= reserved.amountMicros }
        case .committed:
            if entry.reservation != nil {
                let reserved = try openReservation(closedBy: entry)
                reservations[reserved.id]?.state = .committed
                reservations[reserved.id]?.committedMicros = entry.amountMicros
                book(reserved) { $0.reserved -= reserved.amountMicros }
            } else if let corrected = entry.corrects {
                netMicros[corrected] = try net(of: corrected, after: entry)
            }
            netMicros[entry.id] = entry.amountMicros
            book(entry) { totals in
                totals.committed += entry.amountMicros
                if entry.labels.category == .subscription {
                    totals.subscriptions[entry.labels.provider, default: 0] += entry.amountMicros
                }
            }
        }
    }

    /// Applies one change to the entry's month and to its day.
    private mutating func book(_ entry: LedgerEntry, _ change: (inout Totals) -> Void) {
        func changed(_ totals: Totals?) -> Totals {
            var totals = totals ?? Totals()
            let before = totals.committed + totals.reserved
            change(&totals)
            if entry.labels.purpose == .protection {
                totals.protection += totals.committed + totals.reserved - before
            }
            totals.entries += 1
            return totals
        }
        months[entry.period] = changed(months[entry.period])
        days[entry.tradingDate] = changed(days[entry.tradingDate])
    }

    private func openReservation(closedBy entry: LedgerEntry) throws(BudgetError) -> LedgerEntry {
        let id = entry.reservation ?? ""
        let reserved = try openReservation(id)
        if let field = Self.difference(entry, reserved) ?? Self.pricingDifference(entry, reserved) {
            throw .differs(id: entry.id, from: id, field: field)
        }
        return reserved
    }

    func openReservation(_ id: String) throws(BudgetError) -> LedgerEntry {
        guard let reservation = reservations[id] else { throw .unknownReservation(id: id) }
        guard reservation.state == .reserved else {
            throw .closedReservation(id: id, state: reservation.state, micros: reservation.committedMicros)
        }
        return reservation.entry
    }

    private func net(of corrected: String, after entry: LedgerEntry) throws(BudgetError) -> Int64 {
        guard let net = netMicros[corrected], case .cost(let original)? = row(corrected) else {
            throw .noSuchRow(id: entry.id, corrects: corrected)
        }
        if let field = Self.difference(entry, original, exceptCategory: true) {
            throw .differs(id: entry.id, from: corrected, field: field)
        }
        let left = net + entry.amountMicros
        guard left >= 0 else { throw .correctsTooMuch(id: entry.id, corrects: corrected, leftMicros: net) }
        return left
    }

    /// The first field in which rows about one cost differ though they may not.
    private static func difference(
        _ a: LedgerEntry, _ b: LedgerEntry, exceptCategory: Bool = false
    ) -> String? {
        if a.time != b.time { return "time" }
        if a.tradingDate != b.tradingDate { return "trading_date" }
        if a.labels.arm != b.labels.arm { return "arm" }
        if a.labels.provider != b.labels.provider { return "provider" }
        if a.labels.purpose != b.labels.purpose { return "purpose" }
        if !exceptCategory, a.labels != b.labels { return "stage, category or source" }
        return nil
    }

    private static func pricingDifference(_ a: LedgerEntry, _ b: LedgerEntry) -> String? {
        a.unit != b.unit || a.unitPrice != b.unitPrice ? "unit_price" : nil
    }
}
