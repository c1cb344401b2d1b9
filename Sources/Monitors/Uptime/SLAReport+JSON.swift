// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension SLAReport {
    enum CodingKeys: String, CodingKey {
        case period, from, to, calendar, basis, verdict, incidents, target, burn, exhaustion, components, policy,
            evidence, explanation, days, alerts
        case asOf = "as_of"
        case serviceFrom = "service_from"
        case marketSeconds = "market_seconds"
        case periodSeconds = "period_seconds"
        case badSecondsRaw = "bad_seconds_raw"
        case badSecondsAdjusted = "bad_seconds_adjusted"
        case excludedSeconds = "excluded_seconds"
        case uptimeRaw = "uptime_raw"
        case uptimeAdjusted = "uptime_adjusted"
        case allowedSeconds = "allowed_seconds"
        case budgetLeft = "budget_left"
        case byCause = "by_cause"
        case meanDetectionSeconds = "mttd_s"
        case meanAcknowledgedSeconds = "mtta_s"
        case meanRestoreSeconds = "mttr_s"
        case meanSecondsBetweenIncidents = "mtbf_s"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(period, forKey: .period)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(asOf, forKey: .asOf)
        try container.encode(calendar, forKey: .calendar)
        try container.encode(basis, forKey: .basis)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(serviceFrom, forKey: .serviceFrom)
        try container.encode(target, forKey: .target)
        try container.encode(marketSeconds, forKey: .marketSeconds)
        try container.encode(periodSeconds, forKey: .periodSeconds)
        try container.encode(badSecondsRaw, forKey: .badSecondsRaw)
        try container.encode(badSecondsAdjusted, forKey: .badSecondsAdjusted)
        try container.encode(excludedSeconds, forKey: .excludedSeconds)
        try container.encode(uptimeRaw, forKey: .uptimeRaw)
        try container.encode(uptimeAdjusted, forKey: .uptimeAdjusted)
        try container.encode(allowedSeconds, forKey: .allowedSeconds)
        try container.encode(budgetLeft, forKey: .budgetLeft)
        try container.encode(byCause, forKey: .byCause)
        try container.encode(incidents, forKey: .incidents)
        try container.encode(meanDetectionSeconds, forKey: .meanDetectionSeconds)
        try container.encode(meanAcknowledgedSeconds, forKey: .meanAcknowledgedSeconds)
        try container.encode(meanRestoreSeconds, forKey: .meanRestoreSeconds)
        try container.encode(meanSecondsBetweenIncidents, forKey: .meanSecondsBetweenIncidents)
        try container.encode(burn, forKey: .burn)
        try container.encode(exhaustion, forKey: .exhaustion)
        try container.encode(components, forKey: .components)
        try container.encode(policy, forKey: .policy)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(explanation, forKey: .explanation)
        try container.encode(days, forKey: .days)
        try container.encode(alerts, forKey: .alerts)
    }
}

extension SLAReport.Incident {
    enum CodingKeys: String, CodingKey {
        case id, start, end, seconds, cause, reason
        case excludedSeconds = "excluded_seconds"
        case byCause = "by_cause"
        case detectionSeconds = "detection_s"
        case acknowledgedSeconds = "acknowledged_s"
        case restoreSeconds = "restore_s"
        case budgetShare = "budget_share"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(excludedSeconds, forKey: .excludedSeconds)
        try container.encode(byCause, forKey: .byCause)
        try container.encode(cause, forKey: .cause)
        try container.encode(reason, forKey: .reason)
        try container.encode(detectionSeconds, forKey: .detectionSeconds)
        try container.encode(acknowledgedSeconds, forKey: .acknowledgedSeconds)
        try container.encode(restoreSeconds, forKey: .restoreSeconds)
        try container.encode(budgetShare, forKey: .budgetShare)
    }
}

extension SLAReport.Component {
    enum CodingKeys: String, CodingKey {
        case component, from, uptime
        case marketSeconds = "market_seconds"
        case badSeconds = "bad_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(component, forKey: .component)
        try container.encode(from, forKey: .from)
        try container.encode(marketSeconds, forKey: .marketSeconds)
        try container.encode(badSeconds, forKey: .badSeconds)
        try container.encode(uptime, forKey: .uptime)
    }
}

extension SLAReport.BadInterval {
    enum CodingKeys: String, CodingKey {
        case start, end, seconds, cause, reason, epoch, evidence
        case isCounted = "counted"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(cause, forKey: .cause)
        try container.encode(isCounted, forKey: .isCounted)
        try container.encode(reason, forKey: .reason)
        try container.encode(epoch, forKey: .epoch)
        try container.encode(evidence, forKey: .evidence)
    }
}

extension SLAReport.Day {
    enum CodingKeys: String, CodingKey {
        case date, open, bad
        case badSecondsAdjustedSoFar = "bad_seconds_adjusted_so_far"
        case inService = "in_service"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(date, forKey: .date)
        try container.encode(badSecondsAdjustedSoFar, forKey: .badSecondsAdjustedSoFar)
        try container.encode(open, forKey: .open)
        try container.encode(inService, forKey: .inService)
        try container.encode(bad, forKey: .bad)
    }
}

extension Burn {
    enum CodingKeys: String, CodingKey {
        case name, severity, long, short, factor, fires
        case budgetShare = "budget_share"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(severity, forKey: .severity)
        try container.encode(budgetShare, forKey: .budgetShare)
        try container.encode(long, forKey: .long)
        try container.encode(short, forKey: .short)
        try container.encode(factor, forKey: .factor)
        try container.encode(fires, forKey: .fires)
    }
}

extension Burn.Window {
    enum CodingKeys: String, CodingKey {
        case seconds, burn
        case secondsInService = "seconds_in_service"
        case badSeconds = "bad_seconds"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(secondsInService, forKey: .secondsInService)
        try container.encode(badSeconds, forKey: .badSeconds)
        try container.encode(burn, forKey: .burn)
    }
}

extension Exhaustion {
    enum CodingKeys: String, CodingKey {
        case state, at
        case marketSeconds = "market_seconds"
        case isWithinPeriod = "within_period"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(at, forKey: .at)
        try container.encode(marketSeconds, forKey: .marketSeconds)
        try container.encode(isWithinPeriod, forKey: .isWithinPeriod)
    }
}

// Without anything that may be unknown.

extension SLAReport.Evidence {
    enum CodingKeys: String, CodingKey {
        case id, original, author, from, to, cause, evidence, reason
        case recordedAt = "recorded_at"
        case announcedAt = "announced_at"
        case badSeconds = "bad_seconds"
        case excludedSeconds = "excluded_seconds"
    }
}

extension BudgetPolicy {
    enum CodingKeys: String, CodingKey {
        case effect
        case dwellFactor = "dwell_factor"
        case needsPostMortem = "needs_post_mortem"
        case postMortemIncidents = "post_mortem_incidents"
    }
}
