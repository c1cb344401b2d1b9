internal import MarketData
internal import Monitors

// Spelt out so that what is not known is written as null; a synthesised encoder would leave it out.

extension RolloutStory: Encodable {
    private enum CodingKeys: String, CodingKey {
        case rollout, baseline, candidate, basis, stage, status, summary, stretches, transitions, sessions, metrics,
            corrections, agreement
        case roiGain = "roi_gain"
        case paper = "paper_accounts"
        case account = "live_account"
        case keepsAccount = "keeps_live_account"
        case versionsTried = "versions_tried"
        case planHash = "plan_hash"
        case specHash = "spec_hash"
        case selfCheck = "self_check"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(input.rollout, forKey: .rollout)
        try container.encode(input.baseline, forKey: .baseline)
        try container.encode(input.candidate, forKey: .candidate)
        try container.encode(input.versionsTried, forKey: .versionsTried)
        try container.encode(input.planHash, forKey: .planHash)
        try container.encode(input.specHash, forKey: .specHash)
        try container.encode(input.basis, forKey: .basis)
        try container.encode(stage, forKey: .stage)
        try container.encode(status, forKey: .status)
        try container.encode(summary, forKey: .summary)
        try container.encode(stretches, forKey: .stretches)
        var moves = container.nestedUnkeyedContainer(forKey: .transitions)
        for move in input.moves { try encode(move, into: &moves) }
        try container.encode(points, forKey: .sessions)
        try container.encode(input.metrics, forKey: .metrics)
        try container.encode(input.roiGain, forKey: .roiGain)
        try container.encode(input.agreement, forKey: .agreement)
        try container.encode(input.paper, forKey: .paper)
        try container.encode(input.account, forKey: .account)
        try container.encode(keepsAccount, forKey: .keepsAccount)
        try container.encode(input.corrections, forKey: .corrections)
        guard let check = input.selfCheck else { return try container.encodeNil(forKey: .selfCheck) }
        var rates = container.nestedContainer(keyedBy: SelfCheckKeys.self, forKey: .selfCheck)
        try rates.encode(check.sessions, forKey: .sessions)
        try rates.encode(check.draws, forKey: .draws)
        try rates.encode(check.harmRate, forKey: .harm)
        try rates.encode(check.betterRate, forKey: .better)
    }

    private enum SelfCheckKeys: String, CodingKey {
        case sessions, draws
        case harm = "harm_rate"
        case better = "better_rate"
    }

    private enum MoveKeys: String, CodingKey {
        case index, from, to, status, cause, actor, reason, evidence
        case time = "time_ns"
        case afterSession = "after_session"
        case statusBefore = "status_before"
    }

    private func encode(_ move: Move, into list: inout any UnkeyedEncodingContainer) throws {
        var container = list.nestedContainer(keyedBy: MoveKeys.self)
        try container.encode(move.index, forKey: .index)
        try container.encode(move.time.nanos, forKey: .time)
        try container.encode(move.session, forKey: .afterSession)
        try container.encode(move.transition.from, forKey: .from)
        try container.encode(move.transition.to, forKey: .to)
        try container.encode(move.transition.statusBefore, forKey: .statusBefore)
        try container.encode(move.transition.status, forKey: .status)
        try container.encode(move.transition.cause, forKey: .cause)
        try container.encode(move.transition.actor, forKey: .actor)
        try container.encode(move.transition.reason, forKey: .reason)
        try container.encode(point(before: move), forKey: .evidence)
    }
}

extension RolloutStory.Stretch: Encodable {
    private enum CodingKeys: String, CodingKey {
        case stage
        case first = "first_session"
        case count = "sessions"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(stage, forKey: .stage)
        // Counted from 1, as everything a person reads.
        try container.encode(sessions.lowerBound + 1, forKey: .first)
        try container.encode(sessions.count, forKey: .count)
    }
}

extension RolloutStory.Point: Encodable {
    private enum CodingKeys: String, CodingKey {
        case session, stage, state, fall, latency, cost
        case d = "d_r"
        case q = "quality_r"
        case baselineR = "baseline_r"
        case candidateR = "candidate_r"
        case liveR = "live_r"
        case betterE = "better_e"
        case notWorseE = "not_worse_e"
        case harmE = "harm_e"
        case noGainE = "no_gain_e"
        case meanD = "mean_d_r"
        case betterThreshold = "better_asked"
        case notWorseThreshold = "not_worse_asked"
    }

    private enum LatencyKeys: String, CodingKey {
        case baselineP50 = "baseline_p50_ms"
        case candidateP50 = "candidate_p50_ms"
        case baselineP99 = "baseline_p99_ms"
        case candidateP99 = "candidate_p99_ms"
    }

    private enum CostKeys: String, CodingKey {
        case baseline = "baseline_micros"
        case candidate = "candidate_micros"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(session)", forKey: .session)
        try container.encode(stage, forKey: .stage)
        try container.encode(state.rawValue, forKey: .state)
        try container.encode(d, forKey: .d)
        try container.encode(q, forKey: .q)
        try container.encode(baselineR, forKey: .baselineR)
        try container.encode(candidateR, forKey: .candidateR)
        try container.encode(liveR, forKey: .liveR)
        try container.encode(betterE, forKey: .betterE)
        try container.encode(notWorseE, forKey: .notWorseE)
        try container.encode(harmE, forKey: .harmE)
        try container.encode(noGainE, forKey: .noGainE)
        try container.encode(fall, forKey: .fall)
        try container.encode(meanD, forKey: .meanD)
        try container.encode(betterThreshold, forKey: .betterThreshold)
        try container.encode(notWorseThreshold, forKey: .notWorseThreshold)
        var times = container.nestedContainer(keyedBy: LatencyKeys.self, forKey: .latency)
        try times.encode(latency?.baseline.p50, forKey: .baselineP50)
        try times.encode(latency?.candidate.p50, forKey: .candidateP50)
        try times.encode(latency?.baseline.p99, forKey: .baselineP99)
        try times.encode(latency?.candidate.p99, forKey: .candidateP99)
        var costs = container.nestedContainer(keyedBy: CostKeys.self, forKey: .cost)
        try costs.encode(costMicros?.baseline, forKey: .baseline)
        try costs.encode(costMicros?.candidate, forKey: .candidate)
    }
}

extension RolloutStory.MetricRow: Encodable {
    private enum CodingKeys: String, CodingKey { case name, unit, baseline, candidate, difference }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(unit, forKey: .unit)
        try container.encode(baseline, forKey: .baseline)
        try container.encode(candidate, forKey: .candidate)
        try container.encode(difference, forKey: .difference)
    }
}

extension RolloutStory.Correction: Encodable {
    private enum CodingKeys: String, CodingKey {
        case session
        case afterSession = "after_session"
        case before = "d_was_r"
        case after = "d_is_r"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(session)", forKey: .session)
        try container.encode(afterSession, forKey: .afterSession)
        try container.encode(before, forKey: .before)
        try container.encode(after, forKey: .after)
    }
}

extension RolloutStory.ByArm: Encodable where Value: Encodable {
    private enum CodingKeys: String, CodingKey { case baseline, candidate }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(baseline, forKey: .baseline)
        try container.encode(candidate, forKey: .candidate)
    }
}
