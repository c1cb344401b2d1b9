import MarketData
import Rollout
import Signals
import Testing

/// SplitMix64 (Steele, Lea and Flood 2014): a seeded generator, so that a failure can be repeated.
struct RolloutRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Thursday 2026-11-19 18:00 UTC: the start of a half-hour block, in the middle of a Globex session.
let noon: UInt64 = 20_776 * 86_400 + 18 * 3600

func at(_ second: UInt64) -> Timestamp { Timestamp(seconds: Int64(second)) }

func plan(
    _ id: String = "ifd-v3", calendar: String = "24x7", block: RolloutPlan.Block = .seconds(1800),
    baselineDown: RolloutPlan.BaselineDown = .silent
) throws -> RolloutPlan {
    RolloutPlan(
        id: id, calendar: try ExchangeCalendar(named: calendar), block: block, baselineDown: baselineDown)
}

/// - Parameter second: since 1970, of the signal's event time.
func signal(
    _ id: String = "s", on underlying: UInt32, at second: UInt64, horizon: Int = 60, action: Signal.Action = .buy
) -> Signal {
    Signal(
        id: id, cause: 0, tsEvent: at(second), instrumentID: InstrumentID(underlying), symbol: "S",
        underlyingID: InstrumentID(underlying), direction: .long, action: action, strength: .high, confidence: 0.5,
        price: Price(nanos: 1), target: Price(nanos: 2), stop: Price(nanos: 0), horizonSeconds: horizon)
}

/// A signal's position ended at its target.
func outcome(of signal: Signal, _ arm: Arm) -> Outcome {
    Outcome(
        arm: arm, id: signal.id, action: signal.action, direction: signal.direction, instrumentID: signal.instrumentID,
        underlyingID: signal.underlyingID, causeIndex: 0, order: 0, knownIndex: 1, kind: .target, flags: [],
        tickNanos: 1, multiplierNanos: 1, adverseNanos: 0, riskMicros: 1, profitMicros: 1, rMicros: 1_000_000,
        adverseRMicros: 0)
}

/// The first underlying above `first` that the assignment function gives to an arm in the block of a second.
func underlying(
    of arm: Arm, in stage: Stage, at second: UInt64 = noon, plan: RolloutPlan, above first: UInt32 = 0
) -> UInt32 {
    let assignment = Assignment(salt: plan.id, weight: plan.weight(in: stage))
    var id = first + 1
    while assignment.arm(of: UnitKey(underlying: InstrumentID(id), at: at(second), plan: plan)) != arm { id += 1 }
    return id
}

extension Router {
    /// What happens to a signal, as `live assigned`.
    mutating func decide(_ arm: Arm, _ signal: Signal, isLate: Bool = false) -> String {
        guard case .decided(let decision, _)? = handle(Event(index: 0, payload: .signal(arm, signal, isLate: isLate)))
        else { return "no decision" }
        return "\(decision.name) \(decision.reason)"
    }

    mutating func mark(_ second: UInt64, closes: CivilDate? = nil) {
        _ = handle(Event(index: 0, payload: .mark(Mark(time: at(second), closes: closes))))
    }

    mutating func settle(_ signal: Signal, of arm: Arm) {
        _ = handle(Event(index: 0, payload: .outcome(outcome(of: signal, arm))))
    }

    mutating func setHealth(_ arm: Arm, _ health: Health) {
        _ = handle(Event(index: 0, payload: .health(arm, health)))
    }

    mutating func setSwitches(kill: Bool = false, stop: Bool = false) {
        _ = handle(Event(index: 0, payload: .switches(Switches(kill: kill, stop: stop))))
    }

    @discardableResult
    mutating func command(_ verb: Command.Verb, to stage: Stage? = nil, expecting: Stage? = nil) -> Effect? {
        let command = Command(verb: verb, to: stage, actor: "ann", reason: "test", expectedStage: expecting)
        return handle(Event(index: 0, payload: .command(command)))
    }
}

extension Effect {
    /// `moved`, `refused`, `unchanged`, `approved` or `decided`.
    var kind: String {
        switch self {
        case .decided: "decided"
        case .moved: "moved"
        case .refused: "refused"
        case .unchanged: "unchanged"
        case .approved: "approved"
        }
    }
}
