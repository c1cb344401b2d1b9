package import MarketData

/// A month's budget as JSON has it; tables and plots are made of it. Money in micro-dollars, times in nanoseconds since
/// 1970; what is not known is null.
package struct BudgetReport: Hashable, Sendable, Codable {
    package struct Threshold: Hashable, Sendable, Codable {
        package let name: BudgetThreshold
        package let severity: BudgetThreshold.Severity
        package let active: Bool
        package let actions: [BudgetAction]
    }

    package struct Override: Hashable, Sendable, Codable {
        package let id: String
        package let scope: String
        package let grant: String
        package let micros: Int64
        package let from: UInt64
        package let expires: UInt64
        /// Whether it counts at the report's time.
        package let active: Bool
        package let actor: String
        package let reason: String
    }

    package struct Cost: Hashable, Sendable, Codable {
        package let arm: CostArm
        /// Month to date: the arm's own costs and the shared ones, which count for each arm in full.
        package let costMicros: Int64
        package let sharedMicros: Int64
        /// Accepted unique signals, month to date.
        package let signals: Int?
        package let microsPerSignal: Int64?
        /// Over the last five trading days.
        package let rollingMicrosPerSignal: Int64?
        package let verdict: CostPerSignal.Verdict
        package let rollingVerdict: CostPerSignal.Verdict
        /// Month to date for people, such as `n/a, $3.10 spent`.
        package let text: String
        package let rollingText: String
    }

    package struct Drift: Hashable, Sendable, Codable {
        package let provider: String
        package let invoicedMicros: Int64
        package let meteredMicros: Int64
        /// Invoiced over metered less 1.
        package let ratio: Double?
        package let level: InvoiceDrift.Level
    }

    package let period: String
    package let asOf: UInt64
    package let spentMicros: Int64?
    package let limitMicros: Int64
    package let aimMicros: Int64
    package let dayLimitMicros: Int64
    package let reservedMicros: Int64
    package let fixedLeftMicros: Int64
    package let protectionLeftMicros: Int64
    package let forecastMicros: Int64?
    package let forecastLowMicros: Int64?
    package let forecastHighMicros: Int64?
    package let overProbability: Double?
    package let exhaustion: String?
    package let dailyMicros: Int64?
    package let fullDays: Int
    package let remainingDays: Double
    package let paceMicrosToday: Int64?
    package let averagePaceMicros: Int64?
    package let byProvider: [String: Int64]
    package let byCategory: [String: Int64]
    package let byArm: [String: Int64]
    /// Month to date by arm; null without a signal, and where no cost was recorded.
    package let costPerSignalMicros: [String: Int64?]
    /// By arm.
    package let costPerSignal: [Cost]
    /// Trading date to what was committed on it.
    package let days: [String: Int64]
    package let thresholds: [Threshold]
    package let actions: [BudgetAction]
    package let overrides: [Override]
    package let drift: [Drift]
}

extension BudgetReport {
    /// - Parameters:
    ///   - thresholds: their state at `now`; nil when nobody kept it, and then they are judged afresh.
    ///   - signals: accepted unique signals by arm and trading date of their cause; an arm that is missing was not
    ///     counted.
    /// - Throws: `periodInFuture`, `calendar`.
    package init(
        _ ledger: BudgetLedger, period: BudgetPeriod, at now: Timestamp, calendar: ExchangeCalendar,
        thresholds: BudgetThresholds? = nil, signals: [CostArm: [CivilDate: Int]] = [:]
    ) throws(BudgetError) {
        let forecast = try BudgetForecast(ledger, period: period, at: now, calendar: calendar)
        let at = period.lastInstant(until: now)
        let limits = ledger.limits(at: at)
        var costs: [CostPerSignal] = []
        for arm in [CostArm.baseline, .candidate] {
            costs.append(
                try CostPerSignal(
                    arm: arm, ledger: ledger, period: period, at: now, calendar: calendar, signals: signals[arm]))
        }
        let state: BudgetThresholds
        if let thresholds {
            state = thresholds
        } else {
            state = try Self.judged(ledger, forecast, at: at, calendar: calendar)
        }
        let active = Set(state.active)

        self.period = period.description
        asOf = now.nanos
        spentMicros = forecast.actualMicros
        limitMicros = limits.monthMicros
        aimMicros = limits.monthAimMicros
        dayLimitMicros = limits.dayMicros
        reservedMicros = ledger.reservedMicros(in: period)
        fixedLeftMicros = forecast.fixedLeftMicros
        protectionLeftMicros = ledger.protectionLeftMicros(in: period, limits: limits)
        forecastMicros = forecast.expectedMicros
        forecastLowMicros = forecast.lowMicros
        forecastHighMicros = forecast.highMicros
        overProbability = forecast.overProbability
        exhaustion = forecast.exhaustion?.description
        dailyMicros = forecast.dailyMicros
        fullDays = forecast.fullDays
        remainingDays = forecast.remainingDays
        paceMicrosToday = forecast.paceMicrosToday
        averagePaceMicros = forecast.averagePaceMicros
        byProvider = ledger.committed(in: period) { $0.labels.provider }
        byCategory = ledger.committed(in: period) { $0.labels.category.rawValue }
        byArm = ledger.committed(in: period) { $0.labels.arm.rawValue }
        costPerSignalMicros = Dictionary(
            uniqueKeysWithValues: costs.map {
                ($0.arm.rawValue, forecast.actualMicros == nil ? nil : $0.monthToDate.microsPerSignal)
            })
        costPerSignal = costs.map(Cost.init)
        days = ledger.committed(in: period) { $0.tradingDate.description }
        self.thresholds = BudgetThreshold.allCases.map {
            Threshold(name: $0, severity: $0.severity, active: active.contains($0), actions: $0.actions)
        }
        actions = state.actions
        overrides = ledger.overrides.filter { $0.concerns(period) }.map { Override($0, at: at) }
        drift = ledger.drifts(in: period).map(Drift.init)
    }

    private static func judged(
        _ ledger: BudgetLedger, _ forecast: BudgetForecast, at time: Timestamp, calendar: ExchangeCalendar
    ) throws(BudgetError) -> BudgetThresholds {
        let date: CivilDate
        do throws(CalendarError) { date = try calendar.sessionDate(at: time) } catch { throw .calendar(error) }
        var thresholds = BudgetThresholds(period: forecast.period, tradingDate: date)
        _ = thresholds.take(
            BudgetReading(ledger, period: forecast.period, tradingDate: date, at: time, forecast: forecast))
        return thresholds
    }
}

extension BudgetOverride {
    /// Whether it counts at any time of the period.
    fileprivate func concerns(_ period: BudgetPeriod) -> Bool { note.time < period.end && expires > period.start }
}

extension BudgetReport.Override {
    fileprivate init(_ row: BudgetOverride, at time: Timestamp) {
        id = row.note.id
        scope = row.scope.rawValue
        grant = row.grant.rawValue
        micros = row.micros
        from = row.note.time.nanos
        expires = row.expires.nanos
        active = row.counts(at: time)
        actor = row.note.actor
        reason = row.note.reason
    }
}

extension BudgetReport.Cost {
    fileprivate init(_ cost: CostPerSignal) {
        arm = cost.arm
        costMicros = cost.monthToDate.costMicros
        sharedMicros = cost.monthToDate.sharedMicros
        signals = cost.monthToDate.signals
        microsPerSignal = cost.monthToDate.microsPerSignal
        rollingMicrosPerSignal = cost.rolling.microsPerSignal
        verdict = cost.monthToDate.verdict
        rollingVerdict = cost.rolling.verdict
        text = cost.monthToDate.text
        rollingText = cost.rolling.text
    }
}

extension BudgetReport.Drift {
    fileprivate init(_ drift: InvoiceDrift) {
        provider = drift.provider
        invoicedMicros = drift.invoicedMicros
        meteredMicros = drift.meteredMicros
        ratio = drift.ratio
        level = drift.level
    }
}
