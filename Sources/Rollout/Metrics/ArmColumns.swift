/// One arm's sessions, each list of those that a metric looks at.
struct ArmColumns {
    /// Account score of observed sessions, R.
    private(set) var accountR: [Double] = []
    /// Of all sessions; nothing in those that are tainted.
    private(set) var outcomes: [OutcomeSums] = []
    private(set) var sessionsWithOutcome = 0
    /// Profit and cost in micro-dollars of sessions that are not tainted and whose cost is known.
    private(set) var returns: [SessionStatistics.Sums] = []
    /// Cost in dollars and accepted signals of sessions whose cost is known.
    private(set) var costs: [SessionStatistics.Sums] = []
    private(set) var costedSignals = 0

    init(_ sessions: [SessionSums], _ arm: (SessionSums) -> ArmSums) {
        for session in sessions { add(arm(session), session.state) }
    }

    private mutating func add(_ sums: ArmSums, _ state: SessionObservation.State) {
        if state == .observed { accountR.append(sums.accountR) }
        outcomes.append(sums.outcomes)
        if sums.outcomes.count > 0 { sessionsWithOutcome += 1 }
        guard let cost = sums.cost else { return }
        costs.append(SIMD4(Double(cost.costMicros) / 1e6, Double(cost.signals), 0, 0))
        costedSignals += cost.signals
        if state != .tainted { returns.append(SIMD4(Double(sums.profitMicros), Double(cost.costMicros), 0, 0)) }
    }
}
