package import MarketData

/// What every row has that a person or the operator wrote beside the costs.
package struct LedgerNote: Hashable, Sendable {
    /// Unique in the ledger.
    package var id: String
    package var time: Timestamp
    package var actor: String
    package var reason: String

    package init(id: String, time: Timestamp, actor: String, reason: String) {
        self.id = id
        self.time = time
        self.actor = actor
        self.reason = reason
    }
}

/// A change of a limit, valid from its time on.
package struct BudgetSetting: Hashable, Sendable {
    package var note: LedgerNote
    package var key: BudgetLimits.Key
    /// From 0.
    package var micros: Int64

    package init(note: LedgerNote, key: BudgetLimits.Key, micros: Int64) {
        self.note = note
        self.key = key
        self.micros = micros
    }
}

/// More room, or another limit, for a while, on an operator's word. Shown on every report.
package struct BudgetOverride: Hashable, Sendable {
    package enum Scope: String, Hashable, Sendable { case month, day }

    package enum Grant: String, Hashable, Sendable {
        /// The amount comes on top of the limit.
        case extra
        /// The amount takes the limit's place.
        case limit
    }

    package var note: LedgerNote
    package var scope: Scope
    package var grant: Grant
    /// From 0.
    package var micros: Int64
    /// It counts from its note's time to this, excluded.
    package var expires: Timestamp

    package init(note: LedgerNote, scope: Scope, grant: Grant, micros: Int64, expires: Timestamp) {
        self.note = note
        self.scope = scope
        self.grant = grant
        self.micros = micros
        self.expires = expires
    }

    package func counts(at time: Timestamp) -> Bool { note.time <= time && time < expires }
}

/// An operator's word that a request of historical data may cost up to that much.
package struct BudgetApproval: Hashable, Sendable {
    package var note: LedgerNote
    /// The id of the reservation that may be made.
    package var request: String
    /// The most it may reserve; from 0.
    package var micros: Int64

    package init(note: LedgerNote, request: String, micros: Int64) {
        self.note = note
        self.request = request
        self.micros = micros
    }
}

/// A line of a provider's invoice: evidence beside the metered costs, never a cost by itself.
package struct InvoiceLine: Hashable, Sendable {
    package var note: LedgerNote
    /// The day of use, in UTC; its month is the period billed.
    package var date: CivilDate
    package var provider: String
    package var category: CostCategory
    /// Negative for a credit.
    package var amountMicros: Int64
    /// The invoice's number. Lines of one invoice share it.
    package var reference: String

    package init(
        note: LedgerNote, date: CivilDate, provider: String, category: CostCategory, amountMicros: Int64,
        reference: String
    ) {
        self.note = note
        self.date = date
        self.provider = provider
        self.category = category
        self.amountMicros = amountMicros
        self.reference = reference
    }

    package var period: BudgetPeriod { BudgetPeriod(of: date) }
}

/// A row of the ledger.
package enum LedgerRow: Hashable, Sendable {
    case cost(LedgerEntry)
    case setting(BudgetSetting)
    case override(BudgetOverride)
    case approval(BudgetApproval)
    case invoice(InvoiceLine)

    package var id: String {
        switch self {
        case .cost(let entry): entry.id
        case .setting(let row): row.note.id
        case .override(let row): row.note.id
        case .approval(let row): row.note.id
        case .invoice(let row): row.note.id
        }
    }
}

extension LedgerRow {
    /// Units and micro-dollars the row speaks of, for the ledger's bounds.
    var magnitudes: (quantity: UInt64, micros: UInt64) {
        switch self {
        case .cost(let entry): (entry.quantity.magnitude, entry.amountMicros.magnitude)
        case .setting(let row): (0, row.micros.magnitude)
        case .override(let row): (0, row.micros.magnitude)
        case .approval(let row): (0, row.micros.magnitude)
        case .invoice(let row): (0, row.amountMicros.magnitude)
        }
    }

    func validate() throws(BudgetError) {
        switch self {
        case .cost(let entry):
            try entry.validate()
        case .setting(let row):
            try validate(row.note, micros: row.micros)
            try row.key.validate()
        case .override(let row):
            try validate(row.note, micros: row.micros)
            guard row.expires.isDefined, row.expires > row.note.time else {
                throw .badText(
                    field: "expires", text: String(row.expires.nanos), expected: "a time after \(row.note.time.nanos)")
            }
        case .approval(let row):
            try validate(row.note, micros: row.micros)
            try LedgerText.id.check(row.request, "request")
        case .invoice(let row):
            try validate(row.note, micros: 0)
            try LedgerText.name.check(row.provider, "provider")
            try LedgerText.reference.check(row.reference, "reference")
        }
    }

    private func validate(_ note: LedgerNote, micros: Int64) throws(BudgetError) {
        try LedgerText.id.check(note.id, "id")
        try LedgerText.id.check(note.actor, "actor")
        try LedgerText.reason.check(note.reason, "reason")
        try LedgerText.checkTime(note.time, "time")
        guard micros >= 0 else { throw .badText(field: "amount", text: Dollars.text(micros), expected: "$0 or more") }
    }
}
