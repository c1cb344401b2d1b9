// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension SignalsReport {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(basis, forKey: .basis)
        try container.encode(from, forKey: .from)
        try container.encode(through, forKey: .through)
        try container.encode(arms, forKey: .arms)
    }

    enum CodingKeys: String, CodingKey { case basis, from, through, arms }
}

extension SignalsReport.Arm {
    enum CodingKeys: String, CodingKey {
        case arm, signals, decisions, outcomes, sessions
        case liveShare = "live_share"
        case liveOutcomes = "live_outcomes"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
        try container.encode(signals, forKey: .signals)
        try container.encode(liveShare, forKey: .liveShare)
        try container.encode(decisions, forKey: .decisions)
        try container.encode(outcomes, forKey: .outcomes)
        try container.encode(liveOutcomes, forKey: .liveOutcomes)
        try container.encode(sessions, forKey: .sessions)
    }
}

extension SignalsReport.Session {
    enum CodingKeys: String, CodingKey {
        case session, live, shadow, suppressed, outcomes
        case liveOutcomes = "live_outcomes"
    }
}

extension SignalsReport.Outcomes {
    enum CodingKeys: String, CodingKey {
        case count, pending, wins
        case winRate = "win_rate"
        case winRateLow = "win_rate_low"
        case winRateHigh = "win_rate_high"
        case meanR = "mean_r"
        case totalR = "total_r"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(pending, forKey: .pending)
        try container.encode(wins, forKey: .wins)
        try container.encode(winRate, forKey: .winRate)
        try container.encode(winRateLow, forKey: .winRateLow)
        try container.encode(winRateHigh, forKey: .winRateHigh)
        try container.encode(meanR, forKey: .meanR)
        try container.encode(totalR, forKey: .totalR)
    }
}
