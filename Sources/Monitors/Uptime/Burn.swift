internal import MarketData

/// How fast the budget goes, in multiples of the pace that spends it in just the period: 1 spends a month's in a month.
///
/// Windows run in market time and end at the report's time, or at the period's end if that is earlier.
package struct Burn: Codable, Hashable, Sendable {
    package enum Severity: String, Codable, Hashable, Sendable { case page, ticket }

    package struct Window: Codable, Hashable, Sendable {
        package let seconds: Int
        /// Those in service; fewer than `seconds` while the service is young, and then the burn is of these.
        package let secondsInService: Int
        /// Adjusted, as are the seconds it is a fraction of.
        package let badSeconds: Int
        /// Nil when no second of the window counts.
        package let burn: Double?
    }

    /// `1 h`, `6 h`, `session` or `3 sessions`
    package let name: String
    package let severity: Severity
    /// Of the month's budget, spent in the long window at a burn of `factor`.
    package let budgetShare: Double
    package let long: Window
    package let short: Window
    package let factor: Double
    /// Both windows burn faster than `factor`; nil in replay and where a burn is unknown.
    package let fires: Bool?

    /// Source: the SRE workbook's multi-window alerts, with months and sessions of market time for days of 24 hours.
    ///
    /// - Parameter sessionSeconds: open seconds of the month's longest session.
    static func rules(sessionSeconds: Int) -> [Rule] {
        [
            Rule(name: "1 h", severity: .page, sharePercent: 2, long: 3600, short: 300),
            Rule(name: "6 h", severity: .page, sharePercent: 5, long: 21_600, short: 1800),
            Rule(name: "session", severity: .ticket, sharePercent: 10, long: sessionSeconds, short: 7200),
            Rule(name: "3 sessions", severity: .ticket, sharePercent: 10, long: 3 * sessionSeconds, short: 21_600),
        ]
    }

    /// How far back in market time the longest window reaches.
    static func reachSeconds(sessionSeconds: Int) -> Int {
        rules(sessionSeconds: sessionSeconds).flatMap { [$0.long, $0.short] }.max() ?? 0
    }

    struct Rule {
        let name: String
        let severity: Severity
        let sharePercent: Int
        /// Seconds of market time.
        let long: Int
        let short: Int

        /// At least 1: below that a service that meets its objective would fire.
        func factor(monthSeconds: Int) -> Double {
            long > 0 ? max(1, Double(sharePercent * monthSeconds) / Double(100 * long)) : 1
        }
    }

    static func all(_ measured: MeasuredService, budget: ErrorBudget, isJudged: Bool) -> [Burn] {
        rules(sessionSeconds: measured.month.longestSessionSeconds).map { rule in
            let long = Window(measured, seconds: rule.long, budget: budget)
            let short = Window(measured, seconds: rule.short, budget: budget)
            let factor = rule.factor(monthSeconds: measured.month.openSeconds)
            var fires: Bool?
            if isJudged, let longBurn = long.burn, let shortBurn = short.burn {
                fires = longBurn > factor && shortBurn > factor
            }
            return Burn(
                name: rule.name, severity: rule.severity, budgetShare: Double(rule.sharePercent) / 100, long: long,
                short: short, factor: factor, fires: fires)
        }
    }
}

extension Burn.Window {
    fileprivate init(_ measured: MeasuredService, seconds: Int, budget: ErrorBudget) {
        let (inService, sum) = measured.last(seconds)
        self.seconds = seconds
        secondsInService = Int(inService)
        badSeconds = Int(sum.counted)
        let counting = inService - sum.excluded
        burn = counting > 0 ? budget.burn(badFraction: Double(sum.counted) / Double(counting)) : nil
    }
}

/// When the budget is gone if the last session's pace goes on.
package struct Exhaustion: Codable, Hashable, Sendable {
    package enum State: String, Codable, Hashable, Sendable {
        case expected
        /// The last session lost nothing.
        case never = "none at this pace"
        case gone
        /// Nothing elapsed, or there is no budget.
        case unknown
        case periodOver = "period over"
        case beyondCalendar = "beyond the calendar's data"
    }

    package let state: State
    /// Nanoseconds since 1970.
    package let at: UInt64?
    /// Market time until then.
    package let marketSeconds: Int?
    /// Whether that is before the period, and its budget, ends.
    package let isWithinPeriod: Bool?

    private init(_ state: State, marketSeconds: Int? = nil, at: UInt64? = nil, isWithinPeriod: Bool? = nil) {
        self.state = state
        self.at = at
        self.marketSeconds = marketSeconds
        self.isWithinPeriod = isWithinPeriod
    }

    static func expected(_ measured: MeasuredService, budget: ErrorBudget) throws(UptimeError) -> Exhaustion {
        let (inService, sum) = measured.last(measured.month.longestSessionSeconds)
        guard !measured.isOver else { return Exhaustion(.periodOver) }
        guard measured.hasBegun, budget.isKnown, inService > sum.excluded else { return Exhaustion(.unknown) }
        guard !budget.isSpent else { return Exhaustion(.gone) }
        guard sum.counted > 0 else { return Exhaustion(.never) }
        let rate = Double(sum.counted) / Double(inService - sum.excluded)
        let seconds = Int((budget.leftSeconds / rate).rounded(.up))
        guard let at = try measured.time(afterMarketSeconds: seconds) else {
            return Exhaustion(.beyondCalendar, marketSeconds: seconds)
        }
        return Exhaustion(
            .expected, marketSeconds: seconds, at: at.nanos, isWithinPeriod: at < measured.period.to)
    }
}
