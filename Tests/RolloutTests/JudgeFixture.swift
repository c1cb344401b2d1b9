import MarketData
import Rollout
import Signals
import Testing

/// Monday 2026-11-02 and the days after it.
func judgedDay(_ index: Int) -> CivilDate { CivilDate(daysSince1970: 20_759 + index) }

/// A second of a day's UTC clock.
func judgedTime(_ day: Int, _ second: Int) -> Timestamp { Timestamp(seconds: Int64((20_759 + day) * 86_400 + second)) }

/// - Parameters:
///   - second: of the day's UTC clock.
///   - r: in R; nil for an unresolvable outcome.
func judged(
    _ session: Int, at second: Int = 0, _ direction: Signal.Direction = .long, on underlying: UInt32 = 1,
    r: Double? = 1, dollars: Double? = nil, confidence: Double? = 0.75, isActionable: Bool = true,
    isTargetWrongSide: Bool = false
) -> JudgedSignal {
    JudgedSignal(
        engine: "e", session: judgedDay(session), id: "\(session)/\(second)", time: judgedTime(session, second),
        instrument: InstrumentID(7), underlying: InstrumentID(underlying), direction: direction,
        confidence: confidence, strength: .high, isActionable: isActionable,
        rMicros: r.map { Int64(($0 * 1e6).rounded()) },
        profitMicros: (dollars ?? r).map { Int64(($0 * 1e6).rounded()) }, isTargetWrongSide: isTargetWrongSide)
}

func judgedCampaign(
    _ session: Int, _ number: Int = 1, from start: Int, to end: Int, _ direction: Signal.Direction = .long,
    on underlying: UInt32 = 1, isFalseStart: Bool = false
) -> JudgedCampaign {
    JudgedCampaign(
        session: judgedDay(session), number: number, instruments: [InstrumentID(7)],
        underlying: InstrumentID(underlying),
        underlyingSymbol: "NQZ6", direction: direction, start: judgedTime(session, start),
        end: judgedTime(session, end),
        contracts: 100, isFalseStart: isFalseStart, moveCame: !isFalseStart)
}

func judgedLabels(_ sessions: Int, _ campaigns: [JudgedCampaign] = []) -> JudgeLabels {
    JudgeLabels(sessions: (0..<sessions).map(judgedDay), campaigns: campaigns, parameters: "abc")
}

/// Signals of an engine whose sessions have luck of their own: a signal copies its session's draw with probability
/// sqrt(rho), so that rho is the correlation of two wins of one session.
struct ClusteredEngine {
    var accuracy = 0.75
    var rho = 0.4
    var sessions = 40
    var signalsPerSession = 3...8

    /// A win is uniform in 1...2 less .05, anything else -1.05: what the simulated sessions of the project pay.
    var expectancy: Double { accuracy * 1.45 - (1 - accuracy) * 1.05 }
    var profitFactor: Double { accuracy * 1.45 / ((1 - accuracy) * 1.05) }

    func signals(_ random: inout RolloutRandom) -> [JudgedSignal] {
        (0..<sessions).flatMap { session in
            let shared = Double.random(in: 0..<1, using: &random)
            return (0..<Int.random(in: signalsPerSession, using: &random)).map { number in
                let copies = Double.random(in: 0..<1, using: &random) < rho.squareRoot()
                let luck = copies ? shared : Double.random(in: 0..<1, using: &random)
                let win = Double.random(in: 1...2, using: &random) - 0.05
                return judged(session, at: number, r: luck < accuracy ? win : -1.05)
            }
        }
    }
}

extension Estimate {
    func covers(_ truth: Double) -> Bool { (low ?? .infinity) <= truth && truth <= (high ?? -.infinity) }
}

func isNear(_ value: Double?, _ expected: Double, within tolerance: Double = 1e-9) -> Bool {
    guard let value else { return false }
    return (value - expected).magnitude <= tolerance
}
