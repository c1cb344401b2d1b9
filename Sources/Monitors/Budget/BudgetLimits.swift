/// What may be spent, in micro-dollars.
package struct BudgetLimits: Hashable, Sendable {
    /// Hard: paid calls stop before it.
    package var monthMicros: Int64 = 200 * Dollars.one
    /// What to aim at; blocks nothing.
    package var monthAimMicros: Int64 = 150 * Dollars.one
    /// Hard, by trading date.
    package var dayMicros: Int64 = 50 * Dollars.one
    package var costPerSignalMicros: Int64 = 5 * Dollars.one
    /// Part of the month that only rollback and alerts may use.
    package var protectionReserveMicros: Int64 = 3 * Dollars.one
    /// What a metered stream reserves at a time.
    package var sliceMicros: Int64 = Dollars.one / 4
    /// Historical requests above it need an operator's approval; so do those above half of what is left.
    package var approvalMicros: Int64 = 10 * Dollars.one
    /// Fees a month, by provider: owed in full from the first day, and accrued as `subscription` rows.
    package var fixedMicros: [String: Int64] = [:]

    package init() {}

    /// A limit by name.
    package enum Key: Hashable, Sendable {
        case month, monthAim, day, costPerSignal, protectionReserve, slice, approval
        /// The monthly fee of a provider.
        case fixed(String)
    }

    package subscript(key: Key) -> Int64 {
        get {
            switch key {
            case .month: monthMicros
            case .monthAim: monthAimMicros
            case .day: dayMicros
            case .costPerSignal: costPerSignalMicros
            case .protectionReserve: protectionReserveMicros
            case .slice: sliceMicros
            case .approval: approvalMicros
            case .fixed(let provider): fixedMicros[provider] ?? 0
            }
        }
        set {
            switch key {
            case .month: monthMicros = newValue
            case .monthAim: monthAimMicros = newValue
            case .day: dayMicros = newValue
            case .costPerSignal: costPerSignalMicros = newValue
            case .protectionReserve: protectionReserveMicros = newValue
            case .slice: sliceMicros = newValue
            case .approval: approvalMicros = newValue
            case .fixed(let provider): fixedMicros[provider] = newValue == 0 ? nil : newValue
            }
        }
    }

    /// Fees of a month together.
    package var fixedTotalMicros: Int64 { fixedMicros.values.reduce(0, +) }

    /// How many accepted signals a month must have for `costPerSignalMicros` to hold when the month's limit is spent; nil
    /// when a signal may cost nothing.
    package var signalsNeeded: Int64? {
        guard costPerSignalMicros > 0 else { return nil }
        return (monthMicros + costPerSignalMicros - 1) / costPerSignalMicros
    }
}

extension BudgetLimits.Key {
    private static let plain: [BudgetLimits.Key] = [
        .month, .monthAim, .day, .costPerSignal, .protectionReserve, .slice, .approval,
    ]

    /// Every name, for messages.
    package static var names: [String] { plain.map(\.text) + ["fixed:<provider>"] }

    /// `month`, `cost_per_signal`, `fixed:databento`
    package var text: String {
        switch self {
        case .month: "month"
        case .monthAim: "aim"
        case .day: "day"
        case .costPerSignal: "cost_per_signal"
        case .protectionReserve: "protection_reserve"
        case .slice: "slice"
        case .approval: "approval"
        case .fixed(let provider): "fixed:" + provider
        }
    }

    package init?(_ text: String) {
        if let key = Self.plain.first(where: { $0.text == text }) {
            self = key
        } else if text.hasPrefix("fixed:") {
            self = .fixed(String(text.dropFirst("fixed:".count)))
        } else {
            return nil
        }
    }

    func validate() throws(BudgetError) {
        if case .fixed(let provider) = self { try LedgerText.name.check(provider, "provider") }
    }
}
