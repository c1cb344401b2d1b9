package import MarketData

/// What an accepted signal of an arm costs: C/S.
///
/// C is what running that arm alone would cost: its own costs and all of the shared ones. So the feed's price counts for
/// each arm, and costs of both arms add up to more than the whole.
package struct CostPerSignal: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable, Codable {
        case pass, fail
        /// Nothing was counted, or too little was spent to tell.
        case unknown
    }

    package struct Window: Hashable, Sendable {
        package let ownMicros: Int64
        package let sharedMicros: Int64
        /// Accepted unique signals; nil when they were not counted.
        package let signals: Int?
        package let limitMicros: Int64

        package var costMicros: Int64 { ownMicros + sharedMicros }

        /// Rounded half up; nil without a signal.
        package var microsPerSignal: Int64? {
            guard let signals, signals > 0 else { return nil }
            return (costMicros + Int64(signals) / 2) / Int64(signals)
        }

        /// Whether a signal costs at most the limit. Without a signal: fail once the limit is spent.
        package var verdict: Verdict {
            guard let signals else { return .unknown }
            guard signals > 0 else { return costMicros >= limitMicros ? .fail : .unknown }
            return Int128(costMicros) <= Int128(limitMicros) * Int128(signals) ? .pass : .fail
        }

        /// `$1.25`, `n/a, $3.10 spent`, or `unknown`.
        package var text: String {
            guard signals != nil else { return "unknown" }
            return microsPerSignal.map { Dollars.text($0) } ?? "n/a, \(Dollars.text(costMicros)) spent"
        }
    }

    package let arm: CostArm
    package let monthToDate: Window
    /// The last five trading days, today included.
    package let rolling: Window

    package static let rollingDays = 5

    /// - Parameter signals: accepted unique signals by the trading date of their cause; nil when not counted.
    /// - Throws: `calendar` when `now` is not covered.
    package init(
        arm: CostArm, ledger: BudgetLedger, period: BudgetPeriod, at now: Timestamp, calendar: ExchangeCalendar,
        signals: [CivilDate: Int]?
    ) throws(BudgetError) {
        let at = period.lastInstant(until: now)
        let limit = ledger.limits(at: at).costPerSignalMicros
        let dates = try Self.rollingDates(at: at, calendar: calendar)
        func window(
            _ entries: (LedgerEntry) -> Bool, _ dates: (CivilDate) -> Bool
        ) -> Window {
            var own: Int64 = 0
            var shared: Int64 = 0
            for entry in ledger.entries where entry.state == .committed && entries(entry) {
                if entry.labels.arm == arm { own += entry.amountMicros }
                if entry.labels.arm == .shared, arm != .shared { shared += entry.amountMicros }
            }
            let count = signals?.reduce(0) { dates($1.key) ? $0 + $1.value : $0 }
            return Window(ownMicros: own, sharedMicros: shared, signals: count, limitMicros: limit)
        }
        self.arm = arm
        monthToDate = window({ $0.period == period }, { period.contains($0) })
        rolling = window({ dates.contains($0.tradingDate) }, { dates.contains($0) })
    }

    private static func rollingDates(
        at time: Timestamp, calendar: ExchangeCalendar
    ) throws(BudgetError) -> Set<CivilDate> {
        do throws(CalendarError) {
            // On a weekend that is Monday, which has not begun and does not count.
            var date = try calendar.sessionDate(at: time)
            var dates: Set<CivilDate> = []
            while dates.count < rollingDays, calendar.coverage.contains(date) {
                if let session = try calendar.session(on: date), session.open <= time { dates.insert(date) }
                date = date.adding(days: -1)
            }
            return dates
        } catch {
            throw .calendar(error)
        }
    }
}
