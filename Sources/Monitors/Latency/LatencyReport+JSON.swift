// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension LatencyReport {
    enum CodingKeys: String, CodingKey {
        case basis, from, through, objective, rows
        case target = "target_ms"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(basis, forKey: .basis)
        try container.encode(from, forKey: .from)
        try container.encode(through, forKey: .through)
        try container.encode(target, forKey: .target)
        try container.encode(objective, forKey: .objective)
        try container.encode(rows, forKey: .rows)
    }
}

extension LatencyReport.Row {
    enum CodingKeys: String, CodingKey {
        case arm, span, versions, count, lost, clamped, share, verdict, trend, sessions
        case p50 = "p50_ms"
        case p95 = "p95_ms"
        case p99 = "p99_ms"
        case p999 = "p999_ms"
        case max = "max_ms"
        case mean = "mean_ms"
        case withinTarget = "within_target"
        case shareLow = "share_low"
        case shareHigh = "share_high"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
        try container.encode(span, forKey: .span)
        try container.encode(versions, forKey: .versions)
        try container.encode(count, forKey: .count)
        try container.encode(lost, forKey: .lost)
        try container.encode(clamped, forKey: .clamped)
        try container.encode(p50, forKey: .p50)
        try container.encode(p95, forKey: .p95)
        try container.encode(p99, forKey: .p99)
        try container.encode(p999, forKey: .p999)
        try container.encode(max, forKey: .max)
        try container.encode(mean, forKey: .mean)
        try container.encode(withinTarget, forKey: .withinTarget)
        try container.encode(share, forKey: .share)
        try container.encode(shareLow, forKey: .shareLow)
        try container.encode(shareHigh, forKey: .shareHigh)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(trend, forKey: .trend)
        try container.encode(sessions, forKey: .sessions)
    }
}

extension LatencyReport.Session {
    enum CodingKeys: String, CodingKey {
        case session, count, lost
        case p50 = "p50_ms"
        case p95 = "p95_ms"
        case p99 = "p99_ms"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session, forKey: .session)
        try container.encode(count, forKey: .count)
        try container.encode(lost, forKey: .lost)
        try container.encode(p50, forKey: .p50)
        try container.encode(p95, forKey: .p95)
        try container.encode(p99, forKey: .p99)
    }
}
