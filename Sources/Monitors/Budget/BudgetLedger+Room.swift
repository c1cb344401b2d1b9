package import MarketData

/// What limits hold and what room they leave.
extension BudgetLedger {
    /// The limits at `time`: the spec's as changed by rows until then, with the overrides that count then.
    package func limits(at time: Timestamp) -> BudgetLimits {
        var limits = baseLimits
        var extra = (month: Int64(0), day: Int64(0))
        var instead = (month: Int64?.none, day: Int64?.none)
        for row in sideRows {
            switch row {
            case .setting(let row) where row.note.time <= time:
                limits[row.key] = row.micros
            case .override(let row) where row.counts(at: time):
                switch (row.scope, row.grant) {
                case (.month, .extra): extra.month += row.micros
                case (.day, .extra): extra.day += row.micros
                case (.month, .limit): instead.month = row.micros
                case (.day, .limit): instead.day = row.micros
                }
            default: break
            }
        }
        limits.monthMicros = (instead.month ?? limits.monthMicros) + extra.month
        limits.dayMicros = (instead.day ?? limits.dayMicros) + extra.day
        return limits
    }

    /// All overrides, expired ones too, in the order they were added.
    package var overrides: [BudgetOverride] {
        sideRows.compactMap { if case .override(let row) = $0 { row } else { nil } }
    }

    /// Committed in the period; nil when the ledger has no cost row of it: not known, which is not zero.
    package func spentMicros(in period: BudgetPeriod) -> Int64? { months[period]?.committed }

    /// In open reservations.
    package func reservedMicros(in period: BudgetPeriod) -> Int64 { months[period]?.reserved ?? 0 }

    /// Fees of the period that are not accrued yet.
    package func fixedLeftMicros(in period: BudgetPeriod, limits: BudgetLimits) -> Int64 {
        let accrued = months[period]?.subscriptions ?? [:]
        return limits.fixedMicros.reduce(0) { $0 + max(0, $1.value - (accrued[$1.key] ?? 0)) }
    }

    /// What is still set aside for rollback and alerts.
    package func protectionLeftMicros(in period: BudgetPeriod, limits: BudgetLimits) -> Int64 {
        max(0, limits.protectionReserveMicros - (months[period]?.protection ?? 0))
    }

    /// Room for paid calls in a month and on a trading day, in micro-dollars; negative when overspent.
    package struct Room: Hashable, Sendable {
        /// For ordinary calls: the month's limit less what is spent, reserved, owed as fees and set aside.
        package let month: Int64
        package let day: Int64
        /// Set aside for rollback and alerts, and not used yet.
        package let protection: Int64

        /// The most that a call of that purpose may reserve.
        package func left(_ purpose: CostLabels.Purpose) -> Int64 {
            switch purpose {
            case .ordinary: min(month, day)
            case .protection: max(protection, min(month + protection, day))
            }
        }
    }

    package func room(in period: BudgetPeriod, on day: CivilDate, at time: Timestamp) -> Room {
        let limits = limits(at: time)
        let month = months[period] ?? Totals()
        let today = days[day] ?? Totals()
        let protection = protectionLeftMicros(in: period, limits: limits)
        let fixed = fixedLeftMicros(in: period, limits: limits)
        return Room(
            month: limits.monthMicros - month.committed - month.reserved - fixed - protection,
            day: limits.dayMicros - today.committed - today.reserved, protection: protection)
    }
}
