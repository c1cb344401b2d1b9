internal import MarketData
internal import Monitors
package import Rollout
internal import Signals

extension RolloutRecords {
    /// The whole story of the rollout's present pair of versions; nil while there is no evidence.
    ///
    /// - Parameter random: for the self-check's draws.
    package func story(_ random: inout some RandomNumberGenerator) throws -> RolloutStory? {
        guard let standing = try RolloutStanding(reader) else { return nil }
        let evidence = standing.evidence
        var input = RolloutStory.Input(
            rollout: rollout, baseline: standing.snapshot.engines[Arm.baseline.rawValue] ?? NumberFormat.unknown,
            candidate: standing.snapshot.engines[Arm.candidate.rawValue] ?? NumberFormat.unknown,
            versionsTried: standing.snapshot.versionsTried, planHash: standing.begin.planHash,
            specHash: SHA256.hex(SHA256.digest(standing.begin.spec)), basis: basis, terms: evidence.terms,
            start: Stage(rawValue: standing.begin.stage) ?? .shadow, sessions: evidence.sessions, moves: standing.moves)
        input.corrections = standing.corrections
        input.liveMicros = try liveMicros(evidence.sessions)
        input.latency = try evidence.sessions.map { try latency($0.session) }
        let tally = try tally(standing)
        let metrics = tally.metrics
        input.metrics = metrics.rows.map { row in
            RolloutStory.MetricRow(
                row.name, ReportUnit(row.metric.unit), baseline: row.baseline, candidate: row.candidate,
                difference: row.difference)
        }
        input.roiGain = metrics.roiGain
        input.agreement = metrics.agreement
        input.paper = RolloutStory.ByArm(baseline: tally.baselineAccount, candidate: tally.candidateAccount)
        input.account = try account()
        input.selfCheck = SelfCheck(
            of: evidence.sessions, terms: evidence.terms,
            betterAlpha: evidence.terms.gates[.full]?.betterAlpha ?? GateTerms.provenAlpha, using: &random)
        let costs = try costs(evidence.sessions)
        input.costMicros = evidence.sessions.map { session in
            costs[session.session].map {
                RolloutStory.ByArm(baseline: $0.baseline.costMicros, candidate: $0.candidate.costMicros)
            }
        }
        return RolloutStory(input)
    }

    /// Success of both engines over the sessions that are evidence.
    package func tally(_ standing: RolloutStanding) throws -> SuccessTally {
        var tally = SuccessTally(
            baselineVersion: standing.snapshot.engines[Arm.baseline.rawValue] ?? NumberFormat.unknown,
            candidateVersion: standing.snapshot.engines[Arm.candidate.rawValue] ?? NumberFormat.unknown)
        let signals = try measuredSignals(standing.evidence.sessions)
        let costs = try costs(standing.evidence.sessions)
        for session in standing.evidence.sessions {
            tally.add(session, signals: signals[session.session] ?? [], costs: costs[session.session])
        }
        return tally
    }

    /// Actionable signals with outcomes, by the trade date of the signal.
    private func measuredSignals(_ sessions: [SessionObservation]) throws -> [CivilDate: [MeasuredSignal]] {
        let known = Set(sessions.map(\.session))
        var tainted: [CivilDate: Set<UInt64>] = [:]
        var times: [String: (time: UInt64, session: CivilDate)] = [:]
        var signals: [CivilDate: [MeasuredSignal]] = [:]
        try reader.scan(JournalReader.Filter(kinds: [.signal, .outcome, .data])) { row in
            switch row.kind {
            case .signal:
                guard let session = try? calendar.session(at: Timestamp(nanos: row.time))?.date, known.contains(session)
                else { return }
                times[(row.arm ?? "") + "/" + (row.id ?? "")] = (row.time, session)
            case .outcome:
                guard let (time, session) = times.removeValue(forKey: (row.arm ?? "") + "/" + (row.id ?? "")),
                    case .outcome(let outcome)? = try EventCodec.event(from: row)?.payload,
                    let signal = MeasuredSignal(time: time, outcome: outcome, isTaintedHalfHour: false)
                else { return }
                signals[session, default: []].append(signal)
            default:
                guard case .data(let data)? = try EventCodec.event(from: row)?.payload else { return }
                tainted[data.session] = Set(data.taintedHalfHours)
            }
        }
        for (session, halfHours) in tainted where !halfHours.isEmpty {
            signals[session] = signals[session]?.map { signal in
                var signal = signal
                signal.score.isTaintedHalfHour = halfHours.contains(
                    SessionData.halfHour(of: signal.score.time))
                return signal
            }
        }
        return signals
    }

    /// What each arm alone would cost by trade date: its own costs and the shared ones. Empty without prices.
    private func costs(
        _ sessions: [SessionObservation]
    ) throws -> [CivilDate: (baseline: ArmCost, candidate: ArmCost)] {
        guard !terms.prices.isEmpty, let first = sessions.first, let last = sessions.last else { return [:] }
        let signals = try acceptedSignals(ReportPeriod(from: first.session, through: last.session))
        var spent: [CostArm: [CivilDate: Int64]] = [:]
        for entry in try ledger().entries where entry.state == .committed {
            spent[entry.labels.arm, default: [:]][entry.tradingDate, default: 0] += entry.amountMicros
        }
        func cost(_ arm: CostArm, _ date: CivilDate) -> ArmCost {
            ArmCost(
                costMicros: (spent[arm]?[date] ?? 0) + (spent[.shared]?[date] ?? 0), signals: signals[arm]?[date] ?? 0)
        }
        return Dictionary(
            uniqueKeysWithValues: sessions.map {
                ($0.session, (cost(.baseline, $0.session), cost(.candidate, $0.session)))
            })
    }

    /// What the candidate's live signals made, by session; micro-R.
    private func liveMicros(_ sessions: [SessionObservation]) throws -> [Int64?] {
        guard let first = sessions.first, let last = sessions.last else { return [] }
        let spans = try ReportPeriod(from: first.session, through: last.session).sessions(of: calendar)
        var live: [CivilDate: Int64] = [:]
        for row in try reader.outcomes(by: spans) where row.isLive && row.arm == .candidate {
            live[row.session, default: 0] += row.sum
        }
        return sessions.map { live[$0.session] ?? 0 }
    }

    private func latency(_ session: CivilDate) throws -> RolloutStory.ByArm<RolloutStory.Percentiles>? {
        guard basis == .arrival else { return nil }
        let report = try latency(ReportPeriod(from: session, through: session))
        func percentiles(_ arm: LatencyArm) -> RolloutStory.Percentiles {
            let row = report.row(.markAnswer, arm: arm)
            return RolloutStory.Percentiles(p50: row?.p50, p99: row?.p99)
        }
        return RolloutStory.ByArm(baseline: percentiles(.baseline), candidate: percentiles(.candidate))
    }
}
