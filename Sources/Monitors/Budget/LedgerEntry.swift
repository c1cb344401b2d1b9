package import MarketData

/// Who a cost was incurred for.
package enum CostArm: String, Hashable, Sendable, CaseIterable, Codable {
    case baseline, candidate
    /// What both arms need, such as the feed.
    case shared
}

package enum CostCategory: String, Hashable, Sendable, CaseIterable {
    case data, historical, subscription, alerts, execution, infrastructure, correction, other
}

/// How a cost is sorted: every dimension has one value, so that a sum over any of them counts each cost once.
package struct CostLabels: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable {
        case ordinary
        /// Rollback and alerts: may use what is set aside for them, even after a hard stop.
        case protection
    }

    package var arm: CostArm
    /// Stage of the rollout, such as `canary`; `-` outside a rollout. Letters, digits, `.`, `_`, `-`.
    package var stage: String
    /// Such as `databento`. Letters, digits, `.`, `_`, `-`.
    package var provider: String
    package var category: CostCategory
    package var purpose: Purpose
    /// Where the figure comes from, such as `live/mbp-1`; streams are told apart by it.
    package var source: String

    package init(
        arm: CostArm, stage: String, provider: String, category: CostCategory, purpose: Purpose = .ordinary,
        source: String
    ) {
        self.arm = arm
        self.stage = stage
        self.provider = provider
        self.category = category
        self.purpose = purpose
        self.source = source
    }
}

/// One row of the ledger about a cost. Rows are never changed: what becomes of a reservation, and every correction, is a
/// new row.
package struct LedgerEntry: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        /// May be incurred; counts against the limits until its reservation is closed.
        case reserved
        /// Was incurred.
        case committed
        /// The reservation was closed without a cost; `amountMicros` is what became free.
        case released
    }

    /// Unique in the ledger.
    package var id: String
    /// The id of the reserved row that this row closes.
    package var reservation: String?
    /// The id of the committed row that this row corrects.
    package var corrects: String?
    /// When the cost arose. A row that names another has that one's time.
    package var time: Timestamp
    /// The exchange's date at `time`.
    package var tradingDate: CivilDate
    package var labels: CostLabels
    package var quantity: Int64
    package var unit: CostUnit
    /// Nil when the amount does not come from a quantity and a price.
    package var unitPrice: UnitPrice?
    /// Negative only in a row that corrects another.
    package var amountMicros: Int64
    package var state: State
    package var recordedAt: Timestamp
    package var actor: String

    package init(
        id: String, reservation: String? = nil, corrects: String? = nil, time: Timestamp, tradingDate: CivilDate,
        labels: CostLabels, quantity: Int64, unit: CostUnit, unitPrice: UnitPrice?, amountMicros: Int64,
        state: State = .committed, recordedAt: Timestamp, actor: String
    ) {
        self.id = id
        self.reservation = reservation
        self.corrects = corrects
        self.time = time
        self.tradingDate = tradingDate
        self.labels = labels
        self.quantity = quantity
        self.unit = unit
        self.unitPrice = unitPrice
        self.amountMicros = amountMicros
        self.state = state
        self.recordedAt = recordedAt
        self.actor = actor
    }

    /// The month that pays: UTC, as the vendor bills.
    package var period: BudgetPeriod { BudgetPeriod(of: time) }
}

extension LedgerEntry {
    /// Throws when a field by itself is not what it may be; how rows fit together is the ledger's to say.
    func validate() throws(BudgetError) {
        try LedgerText.id.check(id, "id")
        try LedgerText.id.check(actor, "actor")
        if let reservation { try LedgerText.id.check(reservation, "reservation") }
        if let corrects { try LedgerText.id.check(corrects, "corrects") }
        try LedgerText.name.check(labels.stage, "stage")
        try LedgerText.name.check(labels.provider, "provider")
        try LedgerText.free.check(labels.source, "source")
        try LedgerText.checkTime(time, "time")
        try LedgerText.checkTime(recordedAt, "recorded_at")
        if let unitPrice, unitPrice.unit != unit {
            throw .badText(field: "unit", text: unit.rawValue, expected: "\(unitPrice.unit), as the unit price has it")
        }
        let isSigned = corrects != nil
        guard isSigned || (amountMicros >= 0 && quantity >= 0) else {
            throw .badText(
                field: amountMicros < 0 ? "amount" : "quantity", text: String(min(amountMicros, quantity)),
                expected: "0 or more, except in a row that corrects another")
        }
        switch state {
        case .reserved:
            guard reservation == nil, corrects == nil, amountMicros > 0 else {
                throw .badText(
                    field: "state", text: "reserved", expected: "an amount above 0 and no other row named")
            }
        case .released:
            guard reservation != nil, corrects == nil else {
                throw .badText(field: "state", text: "released", expected: "a reservation named, and no correction")
            }
        case .committed:
            guard reservation == nil || corrects == nil else {
                throw .badText(field: "state", text: "committed", expected: "a reservation or a correction, not both")
            }
        }
    }
}

/// What texts of a row may hold.
enum LedgerText: String {
    case id = "1 to 128 printable ASCII characters"
    /// Short enough to be part of an id.
    case reference = "1 to 48 printable ASCII characters"
    case name = "1 to 64 letters, digits, '.', '_' or '-'"
    case free = "at most 512 bytes without control characters"
    case reason = "a reason of 1 to 512 bytes without control characters"

    func check(_ text: String, _ field: String) throws(BudgetError) {
        guard allows(text.utf8) else { throw .badText(field: field, text: text, expected: rawValue) }
    }

    private func allows(_ bytes: String.UTF8View) -> Bool {
        switch self {
        case .id: !bytes.isEmpty && bytes.count <= 128 && bytes.allSatisfy { (0x20...0x7E).contains($0) }
        case .reference: bytes.count <= 48 && Self.id.allows(bytes)
        case .name: !bytes.isEmpty && bytes.count <= 64 && bytes.allSatisfy(Self.isNameByte)
        case .free: bytes.count <= 512 && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        case .reason: !bytes.isEmpty && Self.free.allows(bytes)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    static func checkTime(_ time: Timestamp, _ field: String) throws(BudgetError) {
        guard time.isDefined else { throw .badText(field: field, text: String(time.nanos), expected: "a defined time") }
    }
}
