// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension BudgetReport {
    enum CodingKeys: String, CodingKey {
        case period
        case asOf = "as_of"
        case spentMicros = "spent_micros"
        case limitMicros = "limit_micros"
        case aimMicros = "aim_micros"
        case dayLimitMicros = "day_limit_micros"
        case reservedMicros = "reserved_micros"
        case fixedLeftMicros = "fixed_left_micros"
        case protectionLeftMicros = "protection_left_micros"
        case forecastMicros = "forecast_micros"
        case forecastLowMicros = "forecast_low_micros"
        case forecastHighMicros = "forecast_high_micros"
        case overProbability = "over_probability"
        case exhaustion
        case dailyMicros = "daily_micros"
        case fullDays = "full_days"
        case remainingDays = "remaining_days"
        case paceMicrosToday = "pace_micros_today"
        case averagePaceMicros = "average_pace_micros"
        case byProvider = "by_provider"
        case byCategory = "by_category"
        case byArm = "by_arm"
        case costPerSignalMicros = "cost_per_signal_micros"
        case costPerSignal = "cost_per_signal"
        case days
        case thresholds
        case actions
        case overrides
        case drift
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(period, forKey: .period)
        try container.encode(asOf, forKey: .asOf)
        try container.encode(spentMicros, forKey: .spentMicros)
        try container.encode(limitMicros, forKey: .limitMicros)
        try container.encode(aimMicros, forKey: .aimMicros)
        try container.encode(dayLimitMicros, forKey: .dayLimitMicros)
        try container.encode(reservedMicros, forKey: .reservedMicros)
        try container.encode(fixedLeftMicros, forKey: .fixedLeftMicros)
        try container.encode(protectionLeftMicros, forKey: .protectionLeftMicros)
        try container.encode(forecastMicros, forKey: .forecastMicros)
        try container.encode(forecastLowMicros, forKey: .forecastLowMicros)
        try container.encode(forecastHighMicros, forKey: .forecastHighMicros)
        try container.encode(overProbability, forKey: .overProbability)
        try container.encode(exhaustion, forKey: .exhaustion)
        try container.encode(dailyMicros, forKey: .dailyMicros)
        try container.encode(fullDays, forKey: .fullDays)
        try container.encode(remainingDays, forKey: .remainingDays)
        try container.encode(paceMicrosToday, forKey: .paceMicrosToday)
        try container.encode(averagePaceMicros, forKey: .averagePaceMicros)
        try container.encode(byProvider, forKey: .byProvider)
        try container.encode(byCategory, forKey: .byCategory)
        try container.encode(byArm, forKey: .byArm)
        try container.encode(costPerSignalMicros, forKey: .costPerSignalMicros)
        try container.encode(costPerSignal, forKey: .costPerSignal)
        try container.encode(days, forKey: .days)
        try container.encode(thresholds, forKey: .thresholds)
        try container.encode(actions, forKey: .actions)
        try container.encode(overrides, forKey: .overrides)
        try container.encode(drift, forKey: .drift)
    }
}

extension BudgetReport.Cost {
    enum CodingKeys: String, CodingKey {
        case arm
        case costMicros = "cost_micros"
        case sharedMicros = "shared_micros"
        case signals
        case microsPerSignal = "micros_per_signal"
        case rollingMicrosPerSignal = "rolling_micros_per_signal"
        case verdict
        case rollingVerdict = "rolling_verdict"
        case text
        case rollingText = "rolling_text"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
        try container.encode(costMicros, forKey: .costMicros)
        try container.encode(sharedMicros, forKey: .sharedMicros)
        try container.encode(signals, forKey: .signals)
        try container.encode(microsPerSignal, forKey: .microsPerSignal)
        try container.encode(rollingMicrosPerSignal, forKey: .rollingMicrosPerSignal)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(rollingVerdict, forKey: .rollingVerdict)
        try container.encode(text, forKey: .text)
        try container.encode(rollingText, forKey: .rollingText)
    }
}

extension BudgetReport.Drift {
    enum CodingKeys: String, CodingKey {
        case provider
        case invoicedMicros = "invoiced_micros"
        case meteredMicros = "metered_micros"
        case ratio
        case level
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(provider, forKey: .provider)
        try container.encode(invoicedMicros, forKey: .invoicedMicros)
        try container.encode(meteredMicros, forKey: .meteredMicros)
        try container.encode(ratio, forKey: .ratio)
        try container.encode(level, forKey: .level)
    }
}

extension BudgetExplanation.Row {
    enum CodingKeys: String, CodingKey {
        case day
        case provider
        case category
        case quantity
        case unit
        case unitPrice = "unit_price"
        case amountMicros = "amount_micros"
        case differenceMicros = "difference_micros"
        case entries
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(day, forKey: .day)
        try container.encode(provider, forKey: .provider)
        try container.encode(category, forKey: .category)
        try container.encode(quantity, forKey: .quantity)
        try container.encode(unit, forKey: .unit)
        try container.encode(unitPrice, forKey: .unitPrice)
        try container.encode(amountMicros, forKey: .amountMicros)
        try container.encode(differenceMicros, forKey: .differenceMicros)
        try container.encode(entries, forKey: .entries)
    }
}
