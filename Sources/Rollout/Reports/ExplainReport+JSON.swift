internal import MarketData

// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension ExplainReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case stage, status, mode, summary, gate, triggers, harm, next, evidence, setbacks
        case time = "time_ns"
        case judgesTime = "judges_time"
        case closedBy = "closed_by"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(time.nanos, forKey: .time)
        try container.encode(stage, forKey: .stage)
        try container.encode(status, forKey: .status)
        try container.encode(mode.rawValue, forKey: .mode)
        try container.encode(judgesTime, forKey: .judgesTime)
        try container.encode(summary, forKey: .summary)
        try container.encode(gate, forKey: .gate)
        try container.encode(triggers, forKey: .triggers)
        try container.encode(harm, forKey: .harm)
        try container.encode(next, forKey: .next)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(setbacks, forKey: .setbacks)
        try container.encode(closedBy?.rawValue, forKey: .closedBy)
    }
}

extension ExplainReport.Gate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case stage, checks
        case isPassed = "passed"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .stage)
        try container.encode(isPassed, forKey: .isPassed)
        try container.encode(checks, forKey: .checks)
    }
}

extension ExplainReport.Check: Encodable {
    private enum CodingKeys: String, CodingKey {
        case metric, value, threshold, unit, verdict, p, estimate, missing, wait
        case isUpperLimit = "upper_limit"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(metric.rawValue, forKey: .metric)
        try container.encode(value, forKey: .value)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(unit, forKey: .unit)
        try container.encode(isUpperLimit, forKey: .isUpperLimit)
        try container.encode(verdict.rawValue, forKey: .verdict)
        try container.encode(p, forKey: .p)
        try container.encode(estimate, forKey: .estimate)
        try container.encode(missing, forKey: .missing)
        try container.encode(wait, forKey: .wait)
    }
}

extension ExplainReport.HarmPart: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, weight, e, weighted
        case isLargest = "largest"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(weight, forKey: .weight)
        try container.encode(e, forKey: .e)
        try container.encode(weighted, forKey: .weighted)
        try container.encode(isLargest, forKey: .isLargest)
    }
}

extension ExplainReport.TriggerRow: Encodable {
    private enum CodingKeys: String, CodingKey {
        case trigger, value, threshold, unit, evidence, action, state
        case isLowerLimit = "lower_limit"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(trigger.rawValue, forKey: .trigger)
        try container.encode(value, forKey: .value)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(unit, forKey: .unit)
        try container.encode(isLowerLimit, forKey: .isLowerLimit)
        try container.encode(evidence, forKey: .evidence)
        try container.encode(action, forKey: .action)
        try container.encode(state.rawValue, forKey: .state)
    }
}

extension ExplainReport.Next: Encodable {
    private enum CodingKeys: String, CodingKey {
        case action, target, facts
        case waitsFor = "waits_for"
        case until = "until_ns"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(action, forKey: .action)
        try container.encode(target, forKey: .target)
        try container.encode(waitsFor, forKey: .waitsFor)
        try container.encode(until?.nanos, forKey: .until)
        try container.encode(facts, forKey: .facts)
    }
}
