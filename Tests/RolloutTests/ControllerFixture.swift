import MarketData
import Rollout
import Signals
import Testing

/// Simulated sessions as the events an operator makes of them: signals, marks, outcomes, and what the data was worth.
struct MarketEvents {
    private var market: SimulatedMarket
    private var random: SimulationRandom
    private(set) var index: UInt64 = 0
    private(set) var day = 20_000
    /// What the market itself says of the session that was played last.
    private(set) var observation: SessionObservation?

    init(_ name: String = "better-target", seed: UInt64, run: Int = 0) throws {
        let simulated = try #require(SimulatedCase.all.first { $0.name == name })
        market = SimulatedMarket(terms: simulated.market)
        random = SimulationRandom(seed: seed, stream: 0, run: run)
    }

    /// One moment of a session, and what happens at it.
    private struct Entry {
        var nanos: UInt64
        var rank: Int
        var payload: Event.Payload
    }

    /// The events of the next session, from its first mark to the one that closes it.
    mutating func session(_ terms: EvidenceTerms = EvidenceTerms(), tainted: [UInt64] = []) throws -> [Event] {
        market.advance(&random)
        observation = market.observation(terms)
        let start = UInt64(day) * 86_400 * 1_000_000_000
        let date = CivilDate(daysSince1970: day)
        day += 1
        var entries: [Entry] = []
        for (arm, signals) in [(Arm.baseline, market.baseline), (.candidate, market.candidate)] {
            for (number, simulated) in signals.enumerated() {
                entries += moments(of: simulated, arm, "\(date)-\(number)", from: start)
            }
        }
        let close = start + 86_400 * 1_000_000_000
        for minute in stride(from: 0, through: 395, by: 5) {
            entries.append(Entry(nanos: start + UInt64(minute) * Self.minute, rank: 0, payload: mark(start, minute)))
        }
        entries.append(
            Entry(
                nanos: close, rank: 0,
                payload: .data(SessionData(session: date, taintedHalfHours: tainted, halfHours: 48))))
        entries.append(
            Entry(
                nanos: close, rank: 1,
                payload: .mark(
                    Mark(
                        time: Timestamp(nanos: close), closes: date, opens: CivilDate(daysSince1970: day)))))
        return entries.enumerated().sorted {
            ($0.element.nanos, $0.element.rank, $0.offset) < ($1.element.nanos, $1.element.rank, $1.offset)
        }.map { entry in
            index += 1
            return Event(index: index, payload: entry.element.payload)
        }
    }

    private static let minute: UInt64 = 60_000_000_000

    private func mark(_ start: UInt64, _ minute: Int) -> Event.Payload {
        .mark(Mark(time: Timestamp(nanos: start + UInt64(minute) * Self.minute), closes: nil, opens: nil))
    }

    private func moments(of simulated: SimulatedSignal, _ arm: Arm, _ id: String, from start: UInt64) -> [Entry] {
        let time = start + UInt64(simulated.minute * Double(Self.minute))
        let exit = start + UInt64(simulated.exit * Double(Self.minute)) + 1
        let underlying = InstrumentID(UInt32(simulated.instrument + 1))
        let signal = Signal(
            id: id, cause: 0, tsEvent: Timestamp(nanos: time), instrumentID: underlying, symbol: "NQZ4",
            underlyingID: underlying, direction: .long, action: .buy, strength: .high, confidence: 0.7,
            price: Price(nanos: 100), target: Price(nanos: 110), stop: Price(nanos: 95), horizonSeconds: 7200)
        let fill = Outcome.Fill(index: 0, time: exit, price: Price(nanos: 1))
        let outcome = Outcome(
            arm: arm, id: id, action: .buy, direction: .long, instrumentID: underlying, underlyingID: underlying,
            causeIndex: 0, order: 0, knownIndex: 0, kind: simulated.rMicros > 0 ? .target : .stop, flags: [],
            entry: fill, exit: fill, tickNanos: 1, multiplierNanos: 1, adverseNanos: 0, riskMicros: 1,
            profitMicros: simulated.rMicros, rMicros: simulated.rMicros, adverseRMicros: 0)
        return [
            Entry(nanos: time, rank: 2, payload: .signal(arm, signal, isLate: false)),
            Entry(nanos: exit, rank: 1, payload: .outcome(outcome)),
        ]
    }
}

extension Controller {
    /// Plays whole sessions.
    mutating func play(_ events: inout MarketEvents, sessions: Int, each: (Event, Reaction) throws -> Void) throws {
        for _ in 0..<sessions {
            for event in try events.session(terms.evidence) { try each(event, handle(event)) }
        }
    }
}

extension Reaction {
    var moves: [Transition] { steps.compactMap { if case .moved(let move, _) = $0 { move } else { nil } } }
    var tripped: [Tripped] { steps.compactMap { if case .tripped(let tripped, _) = $0 { tripped } else { nil } } }
}
