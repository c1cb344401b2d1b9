internal import Foundation
internal import MarketData
internal import Rollout
internal import Signals

/// A million signals with their outcomes through routing, evidence, decisions and metrics, as events in memory.
struct DecisionBench {
    private static let sessions = 250
    private static let signalsPerArm = 2000
    private static let firstDay = 20_000

    /// One line of JSON.
    func run() throws -> String {
        let plan = RolloutPlan(id: "bench", calendar: try ExchangeCalendar(named: "24x7"))
        var controller = Controller(plan: plan, terms: DecisionTerms())
        var tally = SuccessTally(baselineVersion: "1", candidateVersion: "2")
        var random = SimulationRandom(seed: 1)
        var seconds = 0.0
        for number in 0..<Self.sessions {
            let (events, signals) = session(number, &random)
            let start = ContinuousClock.now
            for event in events { _ = controller.handle(event) }
            if let last = controller.evidence.last { tally.add(last, signals: signals) }
            seconds += (.now - start) / .seconds(1)
        }
        let start = ContinuousClock.now
        let accuracy = tally.metrics[.accuracy].candidate.value ?? 0
        seconds += (.now - start) / .seconds(1)
        guard controller.evidence.sessions.count == Self.sessions else {
            throw Failure(FailureCode.internal, "not every session became evidence")
        }
        return "{\"mode\":\"decisions\",\"signals\":\(2 * Self.signalsPerArm * Self.sessions),"
            + "\"seconds\":\(String(format: "%.3f", seconds)),\"accuracy\":\(String(format: "%.3f", accuracy))}"
    }

    private func session(
        _ number: Int, _ random: inout SimulationRandom
    ) -> (events: [Event], signals: [MeasuredSignal]) {
        let start = UInt64(Self.firstDay + number) * 86_400_000_000_000
        let date = CivilDate(daysSince1970: Self.firstDay + number)
        var events: [Event] = []
        var measured: [MeasuredSignal] = []
        events.reserveCapacity(4 * Self.signalsPerArm + 2)
        let step = 80_000_000_000_000 / UInt64(Self.signalsPerArm)
        for place in 0..<Self.signalsPerArm {
            let time = start + UInt64(place) * step
            for arm in Arm.allCases {
                let signal = signal("\(date)-\(place)", at: time, on: UInt32(place % 20 + 1))
                let outcome = outcome(of: signal, arm, isWin: random.next() % 100 < 60)
                events.append(Event(index: UInt64(place), payload: .signal(arm, signal, isLate: false)))
                events.append(Event(index: UInt64(place), payload: .outcome(outcome)))
                MeasuredSignal(time: time, outcome: outcome, isTaintedHalfHour: false).map { measured.append($0) }
            }
        }
        let close = Timestamp(nanos: start + 86_400_000_000_000)
        events.append(
            Event(index: 0, payload: .data(SessionData(session: date, taintedHalfHours: [], halfHours: 48))))
        events.append(Event(index: 0, payload: .mark(Mark(time: close, closes: date, opens: date.adding(days: 1)))))
        return (events, measured)
    }

    private func signal(_ id: String, at nanos: UInt64, on underlying: UInt32) -> Signal {
        Signal(
            id: id, cause: 0, tsEvent: Timestamp(nanos: nanos), instrumentID: InstrumentID(underlying), symbol: "NQZ4",
            underlyingID: InstrumentID(underlying), direction: .long, action: .buy, strength: .high, confidence: 0.6,
            price: Price(nanos: 100), target: Price(nanos: 110), stop: Price(nanos: 95), horizonSeconds: 600)
    }

    private func outcome(of signal: Signal, _ arm: Arm, isWin: Bool) -> Outcome {
        let fill = Outcome.Fill(index: 0, time: signal.tsEvent.nanos + 1, price: signal.price)
        let micros: Int64 = isWin ? 1_450_000 : -1_050_000
        return Outcome(
            arm: arm, id: signal.id, action: signal.action, direction: signal.direction,
            instrumentID: signal.instrumentID, underlyingID: signal.underlyingID, causeIndex: 0, order: 0,
            knownIndex: 0, kind: isWin ? .target : .stop, flags: [], entry: fill, exit: fill, tickNanos: 1,
            multiplierNanos: 1, adverseNanos: 0, riskMicros: 1, profitMicros: micros, rMicros: micros,
            adverseRMicros: 0)
    }
}
