package import MarketData

/// What the engines said in a period, what was done with it, and what became of it.
package struct SignalsReport: Codable, Hashable, Sendable {
    package struct Count: Codable, Hashable, Sendable {
        package let decision: DecisionCount.Decision
        package let reason: String
        package let count: Int
    }

    /// Nil is unknown: there is no outcome to tell from.
    package struct Outcomes: Codable, Hashable, Sendable {
        /// Those known.
        package let count: Int
        package let pending: Int
        /// With a profit.
        package let wins: Int
        /// In 0...1, with its Wilson interval of 95 %, which takes outcomes as independent of each other.
        package let winRate: Double?
        package let winRateLow: Double?
        package let winRateHigh: Double?
        /// Profit in multiples of what was at risk.
        package let meanR: Double?
        package let totalR: Double?
    }

    package struct Session: Codable, Hashable, Sendable {
        /// Trade date.
        package let session: String
        package let live: Int
        package let shadow: Int
        package let suppressed: Int
        package let outcomes: Outcomes
        package let liveOutcomes: Outcomes

        package var signals: Int { live + shadow + suppressed }
    }

    package struct Arm: Codable, Hashable, Sendable {
        package let arm: LatencyArm
        /// Nil when no session of the period is known.
        package let signals: Int?
        /// Live signals of all, in 0...1; nil without a signal.
        package let liveShare: Double?
        /// By decision, then by reason.
        package let decisions: [Count]
        /// Of live and other signals together.
        package let outcomes: Outcomes
        package let liveOutcomes: Outcomes
        /// By date; every session that is known, with zeros where the arm said nothing.
        package let sessions: [Session]
    }

    package let basis: Basis
    /// First and last session, trade dates; nil when none is known.
    package let from: String?
    package let through: String?
    /// Baseline, then candidate.
    package let arms: [Arm]

    /// Rows of one session, arm and kind add up.
    ///
    /// - Parameter sessions: trade dates on which the operator ran. One that no row is of had no signals; without them a
    ///   session is known only by its rows.
    /// - Throws: for counts below zero and for more wins than outcomes.
    package init(
        counts: [DecisionCount], outcomes: [OutcomeSum], sessions: [CivilDate] = [], basis: Basis
    ) throws(SignalSumError) {
        for row in counts { try row.check() }
        for row in outcomes { try row.check() }
        let dates = Set(sessions + counts.map(\.session) + outcomes.map(\.session)).sorted()
        self.basis = basis
        from = dates.first?.description
        through = dates.last?.description
        arms = LatencyArm.allCases.map { arm in
            Arm(arm, counts.filter { $0.arm == arm }, outcomes.filter { $0.arm == arm }, dates: dates)
        }
    }

    package func arm(_ arm: LatencyArm) -> Arm? { arms.first { $0.arm == arm } }
}

extension SignalsReport.Arm {
    fileprivate init(_ arm: LatencyArm, _ counts: [DecisionCount], _ sums: [OutcomeSum], dates: [CivilDate]) {
        let signals = counts.reduce(0) { $0 + $1.count }
        let live = counts.reduce(0) { $1.decision == .live ? $0 + $1.count : $0 }
        let countsByDate = Dictionary(grouping: counts, by: \.session)
        let sumsByDate = Dictionary(grouping: sums, by: \.session)
        self.arm = arm
        self.signals = dates.isEmpty ? nil : signals
        liveShare = signals > 0 ? Double(live) / Double(signals) : nil
        decisions = DecisionCount.Decision.allCases.flatMap { decision in
            let byReason = Dictionary(grouping: counts.filter { $0.decision == decision }, by: \.reason)
            return byReason.sorted { $0.key < $1.key }.map { reason, rows in
                SignalsReport.Count(decision: decision, reason: reason, count: rows.reduce(0) { $0 + $1.count })
            }
        }
        outcomes = SignalsReport.Outcomes(sums)
        liveOutcomes = SignalsReport.Outcomes(sums.filter(\.isLive))
        sessions = dates.map { SignalsReport.Session($0, countsByDate[$0] ?? [], sumsByDate[$0] ?? []) }
    }
}

extension SignalsReport.Session {
    fileprivate init(_ session: CivilDate, _ counts: [DecisionCount], _ sums: [OutcomeSum]) {
        func count(_ decision: DecisionCount.Decision) -> Int {
            counts.reduce(0) { $1.decision == decision ? $0 + $1.count : $0 }
        }
        self.session = session.description
        live = count(.live)
        shadow = count(.shadow)
        suppressed = count(.suppressed)
        outcomes = SignalsReport.Outcomes(sums)
        liveOutcomes = SignalsReport.Outcomes(sums.filter(\.isLive))
    }
}

extension SignalsReport.Outcomes {
    fileprivate init(_ sums: [OutcomeSum]) {
        let known = sums.reduce(0) { $0 + $1.count }
        let won = sums.reduce(0) { $0 + $1.wins }
        let rMicros = sums.reduce(Int128(0)) { $0 + Int128($1.rMicrosSum) }
        let interval = Wilson(won, of: known)
        count = known
        pending = sums.reduce(0) { $0 + $1.pending }
        wins = won
        winRate = known > 0 ? Double(won) / Double(known) : nil
        winRateLow = interval?.low
        winRateHigh = interval?.high
        meanR = known > 0 ? Double(rMicros) / Double(known) / 1e6 : nil
        totalR = known > 0 ? Double(rMicros) / 1e6 : nil
    }
}
