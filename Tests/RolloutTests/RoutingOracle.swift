import MarketData
import Rollout
import Signals

/// Section 5 of design.md once more, in the slowest words: it keeps every live signal there ever was and looks through all
/// of them each time.
struct RoutingOracle {
    private struct Spoken {
        var id: String
        var underlying: UInt32
        var unit: String
        var arm: Arm
        var end: UInt64
        /// It holds no episode open: by its outcome, time, session, a blow to its arm, or because the other arm stood in.
        var isOver = false
        /// It no longer counts as the beginning of its unit.
        var isForgotten = false
    }

    let plan: RolloutPlan
    var stage: Stage
    var isRolledBack = false
    var kill = false
    var stop = false
    var ready: [Arm: Bool] = [.baseline: true, .candidate: true]
    private var spoken: [Spoken] = []
    private var now: UInt64 = 0

    init(plan: RolloutPlan, stage: Stage) {
        self.plan = plan
        self.stage = stage
    }

    mutating func pass(to time: UInt64) {
        now = max(now, time)
        for index in spoken.indices where spoken[index].end <= now { spoken[index].isOver = true }
        // Two hours are four blocks; no signal of the tests lags that much.
        spoken.removeAll { $0.end + 7_200_000_000_000 < now }
    }

    mutating func learnOutcome(of arm: Arm, _ id: String) {
        for index in spoken.indices where spoken[index].arm == arm && spoken[index].id == id {
            spoken[index].isOver = true
        }
    }

    mutating func closeSession() {
        for index in spoken.indices { spoken[index].isOver = true }
    }

    /// Rollback, kill and quarantine.
    mutating func moveAllFromCandidate() {
        let moved = Set(spoken.map(\.unit)).filter { beginning(of: $0)?.arm == .candidate }
        for index in spoken.indices {
            if spoken[index].arm == .candidate { spoken[index].isOver = true }
            // A unit that the candidate began has not begun any more.
            if moved.contains(spoken[index].unit) { spoken[index].isForgotten = true }
        }
    }

    private func beginning(of unit: String) -> Spoken? { spoken.first { $0.unit == unit && !$0.isForgotten } }

    private func unit(_ signal: Signal) -> String {
        guard case .seconds(let length) = plan.block else { return "" }
        let nanos = UInt64(length) * 1_000_000_000
        return "\(signal.underlyingID.rawValue)/\(signal.tsEvent.nanos - signal.tsEvent.nanos % nanos)"
    }

    private func assigned(_ unit: String) -> Arm {
        if isRolledBack { return .baseline }
        let bucket = Double(Assignment.bucket(salt: plan.id, key: unit)) / 18_446_744_073_709_551_616.0
        return bucket < Double(plan.weight(in: stage).tenThousandths) / 10_000 ? .candidate : .baseline
    }

    mutating func decide(_ signal: Signal, of arm: Arm, isLate: Bool) -> String {
        pass(to: signal.tsEvent.nanos)
        if signal.action == .monitor { return "shadow monitor" }
        if arm == .candidate, isRolledBack { return "shadow rolled-back" }
        if arm == .candidate, stage == .shadow { return "shadow stage" }
        let unit = unit(signal)
        let episode = spoken.last { $0.underlying == signal.underlyingID.rawValue && !$0.isOver }
        let owner = episode?.arm ?? beginning(of: unit)?.arm ?? assigned(unit)
        var reason = ""
        if arm == owner {
            reason = episode == nil ? "assigned" : "episode"
            if ready[arm] == false {
                guard isLate else { return "shadow other-arm" }
                if stop { return "suppressed stop" }
                return kill && arm == .candidate ? "suppressed kill" : "suppressed late"
            }
        } else {
            let isOwnerSilent = ready[owner] == false || owner == .candidate && kill
            guard isOwnerSilent, ready[arm] == true else { return "shadow other-arm" }
            if arm == .candidate {
                guard plan.baselineDown == .candidate, stage == .limited || stage == .full else {
                    return "shadow other-arm"
                }
            }
            reason = "fallback"
        }
        if stop { return "suppressed stop" }
        if kill, arm == .candidate { return "suppressed kill" }
        if isLate { return "suppressed late" }
        for index in spoken.indices
        where spoken[index].underlying == signal.underlyingID.rawValue && spoken[index].arm != arm {
            spoken[index].isOver = true
        }
        spoken.append(
            Spoken(
                id: signal.id, underlying: signal.underlyingID.rawValue, unit: unit, arm: arm,
                end: signal.tsEvent.nanos + UInt64(signal.horizonSeconds) * 1_000_000_000))
        return "live \(reason)"
    }
}
