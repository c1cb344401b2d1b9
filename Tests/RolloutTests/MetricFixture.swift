import MarketData
import Signals

@testable import Rollout

func measuredSignal(
    _ arm: Arm, _ direction: Signal.Direction = .long, at second: Double = 0, r: Double = 1, dollars: Double? = nil,
    on underlying: UInt32 = 1, isResolved: Bool = true, isTainted: Bool = false
) -> MeasuredSignal {
    MeasuredSignal(
        arm: arm, underlying: InstrumentID(underlying), direction: direction,
        score: scoredSignal(at: second, until: second + 1, r: r, isResolved: isResolved, isTainted: isTainted),
        profitMicros: accountMicros(dollars ?? r * 100))
}

/// One session to be tallied.
struct MetricSession {
    var state = SessionObservation.State.observed
    var signals: [MeasuredSignal] = []
    var costs: (baseline: ArmCost, candidate: ArmCost)?

    /// The account of each arm takes what it may, as evidence would have it.
    func observation(_ day: Int) -> SessionObservation {
        func tally(_ arm: Arm) -> SessionObservation.ArmTally {
            AccountScore.admitted(signals.filter { $0.arm == arm }.map(\.score), under: EvidenceTerms()).tally
        }
        return SessionObservation(
            session: judgedDay(day), state: state, baseline: tally(.baseline), candidate: tally(.candidate))
    }
}

func metricTally(_ sessions: [MetricSession]) -> SuccessTally {
    var tally = SuccessTally(baselineVersion: "1.0.0", candidateVersion: "3.0.0")
    for (day, session) in sessions.enumerated() {
        tally.add(session.observation(day), signals: session.signals, costs: session.costs)
    }
    return tally
}

/// Random sessions in which both arms speak, some of them tainted or empty, with costs in most.
func randomMetricSessions(_ count: Int, _ random: inout RolloutRandom) -> [MetricSession] {
    (0..<count).map { _ in
        var session = MetricSession()
        if random.chance(10) { session.state = .empty }
        if random.chance(10) { session.state = .tainted }
        if random.chance(80) {
            session.costs = (
                ArmCost(costMicros: .random(in: 1_000_000...9_000_000, using: &random), signals: 7),
                ArmCost(costMicros: .random(in: 1_000_000...9_000_000, using: &random), signals: 11)
            )
        }
        if session.state == .empty { return session }
        for _ in 0..<Int.random(in: 2...12, using: &random) {
            session.signals.append(
                measuredSignal(
                    random.chance(50) ? .baseline : .candidate, random.chance(50) ? .long : .short,
                    at: .random(in: 0..<20_000, using: &random), r: .random(in: -1.5...2, using: &random),
                    dollars: .random(in: -300...400, using: &random), on: .random(in: 1...2, using: &random),
                    isResolved: random.chance(90), isTainted: random.chance(10)))
        }
        return session
    }
}
