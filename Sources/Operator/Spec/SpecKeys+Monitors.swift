internal import MarketData
internal import Monitors

/// The sections that monitors and reports go by.
extension SpecKeys {
    static let monitors = [
        SpecKey("sla", .mapping(sla), "What uptime is held against"),
        SpecKey(
            "latency", .mapping(latency), "From the read of a record to the sink's write of the signal it caused"),
        SpecKey("budget", .mapping(budget), "What data may cost, dollars"),
        SpecKey("promotion", .mapping(promotion), "When a candidate may be given more"),
    ]

    static let sla = [
        SpecKey(
            "target", .number(.share), "Of the seconds in which the market is open",
            usual: .decimal(Int64(MonitorTerms().uptimeTargetPPM)))
    ]

    static let latency: [SpecKey] = {
        let usual = LatencyThresholds.standard
        func threshold(_ name: String, _ nanos: UInt64, _ about: String) -> SpecKey {
            SpecKey(name, .duration, about, usual: .text(DurationText.print(.nanoseconds(nanos))))
        }
        return [
            threshold("warning", usual.warning, "Worth a look"),
            threshold("target", usual.target, "A signal that takes longer is slow"),
            threshold("critical", usual.critical, "Much too slow"), threshold("severe", usual.severe, "Of no use"),
            SpecKey(
                "objective", .number(.share), "The share of signals that has to be within the target",
                usual: .decimal(MillionthText.millionths(MonitorTerms().latencyObjective))),
        ]
    }()

    static let budgetLimits: [SpecField<BudgetLimits>] = [
        limit("month", .month, "Hard, by calendar month in UTC: paid data is not read any more"),
        limit("aim", .monthAim, "What to aim at; blocks nothing"),
        limit("day", .day, "Hard, by trade date"),
        limit("cost_per_signal", .costPerSignal, "More than that is too much for one"),
        limit("reserve", .protectionReserve, "Of the month, kept for rollback and alerts"),
        limit("slice", .slice, "Reserved before its bytes are read; more than 0"),
        limit("approval", .approval, "Historical requests above it want a person's approval"),
    ]

    private static func limit(_ name: String, _ key: BudgetLimits.Key, _ about: String) -> SpecField<BudgetLimits> {
        .value(name, \.[key], .dollars(.from(0, to: 1_000_000)), about)
    }

    static let budget =
        budgetLimits.keys(of: BudgetLimits()) + [
            SpecKey(
                "provider", .text(pattern: "[a-z0-9._-]{1,64}"), "Who is paid for the feed",
                usual: .text(DataPrices().provider)),
            SpecKey(
                "prices", .mapping(Schema.names.map { SpecKey($0, .anyText, "") }),
                "What its bytes cost, by schema, such as $0.40/GB; data without a price costs nothing"),
            SpecKey(
                "fixed", .named("[a-z0-9._-]{1,64}", .number(.from(0, to: 1_000_000))), "Fees a month by provider"),
        ]

    static let promotion = [
        SpecKey("around_open", .duration, "Not so near to an open", usual: .text("30m")),
        SpecKey("around_close", .duration, "Nor to a close", usual: .text("30m")),
        SpecKey("only_while_open", .flag, "Only while the market is open", usual: .bool(false)),
        SpecKey("hours", .mapping(hours), "Of the exchange's day; any, if left out"),
        SpecKey(
            "weekdays", .list(.words(SpecReader.weekdayNames), most: 7), "Of the exchange; any, if left out"),
        SpecKey(
            "blackout", .list(.mapping(blackout), least: 0), "Trade dates without a promotion", usual: .list([])),
    ]
    static let hours = [
        SpecKey("from", .timeOfDay, "The first minute", isRequired: true),
        SpecKey("to", .timeOfDay, "The minute after the last one", isRequired: true),
    ]
    static let blackout = [
        SpecKey("first", .date, "The first date", isRequired: true),
        SpecKey("last", .date, "The last date; the first, if left out"),
        SpecKey("reason", .anyText, "Why nothing is promoted then", isRequired: true),
    ]
}
