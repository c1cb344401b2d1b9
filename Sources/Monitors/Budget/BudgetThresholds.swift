package import MarketData

/// What the operator is to do, or leave, while a threshold is passed.
package enum BudgetAction: String, Hashable, Sendable, CaseIterable, Codable, Comparable {
    case backfillOff = "backfill_off"
    case shadowReplayOff = "shadow_replay_off"
    case promotionClosed = "promotion_closed"
    case sampleShadow = "sample_shadow"
    /// Canary or limited share goes back to the baseline if the candidate is what costs more.
    case returnShareIfCandidateCostsMore = "return_share_if_candidate_costs_more"
    case stopPaidCalls = "stop_paid_calls"
    /// Choose a cheaper schema or a flat plan; `BudgetAdvice` says which.
    case suggestCheaper = "suggest_cheaper"

    package static func < (a: BudgetAction, b: BudgetAction) -> Bool { a.rawValue < b.rawValue }
}

/// A level of spending at which something is said and done.
package enum BudgetThreshold: String, Hashable, Sendable, CaseIterable, Codable {
    case half = "actual_50"
    case warning = "actual_80"
    /// 90 % spent, or a forecast above the limit.
    case close = "actual_90_or_forecast"
    case returnShare = "actual_95"
    /// The 10th percentile of the forecast is above the limit.
    case certain = "forecast_p10"
    case stop = "month_limit"
    case dayCap = "day_limit"

    package enum Severity: String, Hashable, Sendable, Codable { case notice, warning, critical }

    package var severity: Severity {
        switch self {
        case .half: .notice
        case .warning, .close: .warning
        case .returnShare, .certain, .stop, .dayCap: .critical
        }
    }

    /// Source: the project's reference `alerts-sla-budget.md`, section 3.5.
    package var actions: [BudgetAction] {
        switch self {
        case .half: []
        case .warning: [.backfillOff, .shadowReplayOff]
        case .close: [.promotionClosed, .sampleShadow]
        case .returnShare: [.returnShareIfCandidateCostsMore]
        case .certain: [.suggestCheaper]
        case .stop, .dayCap: [.stopPaidCalls]
        }
    }

    /// Percentage points below the threshold at which it is ready again.
    static let rearmPoints: Int64 = 5

    /// One of the values it watches.
    private struct Measure {
        /// Nil while unknown: that neither fires nor re-arms.
        let micros: Int64?
        let limitMicros: Int64
        let percent: Int64
        /// Whether reaching the level is enough, or it must be passed.
        let firesAtLevel: Bool

        var fires: Bool {
            guard let micros else { return false }
            let (value, level) = (Int128(micros) * 100, Int128(limitMicros) * Int128(percent))
            return firesAtLevel ? value >= level : value > level
        }

        var isBelowRearm: Bool {
            guard let micros else { return false }
            return Int128(micros) * 100 < Int128(limitMicros) * Int128(percent - BudgetThreshold.rearmPoints)
        }
    }

    private func measures(_ reading: BudgetReading) -> [Measure] {
        func actual(_ percent: Int64) -> Measure {
            Measure(
                micros: reading.spentMicros, limitMicros: reading.limitMicros, percent: percent, firesAtLevel: true)
        }
        func full(_ micros: Int64?, of limit: Int64) -> Measure {
            Measure(micros: micros, limitMicros: limit, percent: 100, firesAtLevel: false)
        }
        switch self {
        case .half: return [actual(50)]
        case .warning: return [actual(80)]
        case .close: return [actual(90), full(reading.forecastMicros, of: reading.limitMicros)]
        case .returnShare: return [actual(95)]
        case .certain: return [full(reading.forecastLowMicros, of: reading.limitMicros)]
        case .stop: return [full(reading.claimedMicros, of: reading.limitMicros), actual(100)]
        case .dayCap: return [full(reading.dayClaimedMicros, of: reading.dayLimitMicros)]
        }
    }

    func fires(_ reading: BudgetReading) -> Bool { measures(reading).contains { $0.fires } }

    /// Below by five points in every value; a value that is unknown is not below.
    func rearms(_ reading: BudgetReading) -> Bool { measures(reading).allSatisfy(\.isBelowRearm) }
}

/// Which thresholds are passed. Each fires once, and again only after its value was five points below; a new month forgets
/// all of them and a new trading day that of the day.
package struct BudgetThresholds: Hashable, Sendable {
    package private(set) var period: BudgetPeriod
    package private(set) var tradingDate: CivilDate
    private var passed: Set<BudgetThreshold> = []

    package init(period: BudgetPeriod, tradingDate: CivilDate) {
        self.period = period
        self.tradingDate = tradingDate
    }

    /// Those passed and not ready again, in the order of their declaration.
    package var active: [BudgetThreshold] { BudgetThreshold.allCases.filter(passed.contains) }

    /// What is in force, sorted.
    package var actions: [BudgetAction] { Set(active.flatMap(\.actions)).sorted() }

    /// Takes a reading and gives the thresholds that fire now, in the order of their declaration.
    ///
    /// A reading of an earlier period or trading date than the last changes nothing.
    package mutating func take(_ reading: BudgetReading) -> [BudgetThreshold] {
        guard reading.period >= period, reading.tradingDate >= tradingDate else { return [] }
        if reading.period > period { passed = [] }
        if reading.tradingDate > tradingDate { passed.remove(.dayCap) }
        period = reading.period
        tradingDate = reading.tradingDate
        passed = passed.filter { !$0.rearms(reading) }
        let fired = BudgetThreshold.allCases.filter { !passed.contains($0) && $0.fires(reading) }
        passed.formUnion(fired)
        return fired
    }
}

extension BudgetThresholds {
    private static let version = 1

    /// The state as one JSON line without a newline; the same state gives the same bytes.
    package var line: String {
        var line = LineWriter()
        line.number("v", Self.version)
        line.text("period", period.description)
        line.text("trading_date", tradingDate.description)
        line.text("active", active.map(\.rawValue).joined(separator: ","))
        return line.finished
    }

    /// Reads what `line` gives and nothing else.
    package init(line: some StringProtocol) throws(BudgetError) {
        var scanner = LineScanner(line)
        let version: Int = try scanner.number("v")
        guard version == Self.version else { throw scanner.mismatch("version \(Self.version) of the state") }
        guard let period = BudgetPeriod(try scanner.text("period")) else {
            throw scanner.mismatch("a month before here")
        }
        self.init(period: period, tradingDate: try scanner.date("trading_date"))
        let names = try scanner.text("active")
        passed = Set(names.split(separator: ",").compactMap { BudgetThreshold(rawValue: String($0)) })
        guard active.map(\.rawValue).joined(separator: ",") == names else {
            throw scanner.mismatch("known thresholds in their order before here")
        }
        try scanner.end()
    }
}
