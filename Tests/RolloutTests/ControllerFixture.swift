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

private func standardPlan() throws -> RolloutPlan { try plan() }

/// A controller taken through a course of events, one by one; sessions are days of UTC unless the plan says otherwise.
struct Course {
    var controller: Controller
    private var index: UInt64 = 0

    init(
        _ stage: Stage = .shadow, plan: RolloutPlan? = nil, windows: PromotionWindows? = nil, judgesTime: Bool = false,
        _ change: (inout DecisionTerms) -> Void = { _ in }
    ) throws {
        var terms = DecisionTerms()
        change(&terms)
        controller = Controller(
            plan: try plan ?? standardPlan(), stage: stage, terms: terms, windows: windows, judgesTime: judgesTime)
    }

    var state: RolloutState { controller.state }
    var evidence: Evidence { controller.evidence }

    @discardableResult
    mutating func take(_ payload: Event.Payload) -> Reaction {
        index += 1
        return controller.handle(Event(index: index, payload: payload))
    }

    /// A signal, and what becomes of it; the whole reaction is in `reaction(to:)`.
    @discardableResult
    mutating func say(
        _ arm: Arm, _ id: String, on underlying: UInt32 = 1, at second: UInt64, action: Signal.Action = .buy,
        direction: Signal.Direction = .long, hasSides: Bool = true, horizon: Int = 3600, isLate: Bool = false
    ) -> Decision? {
        let reaction = hear(
            arm, id, on: underlying, at: second, action: action, direction: direction, hasSides: hasSides,
            horizon: horizon, isLate: isLate)
        guard case .decided(let decision, _)? = reaction.effect else { return nil }
        return decision
    }

    @discardableResult
    mutating func hear(
        _ arm: Arm, _ id: String, on underlying: UInt32 = 1, at second: UInt64, action: Signal.Action = .buy,
        direction: Signal.Direction = .long, hasSides: Bool = true, horizon: Int = 3600, isLate: Bool = false
    ) -> Reaction {
        let isUp = (direction == .long) == hasSides
        let signal = Signal(
            id: id, cause: 0, tsEvent: at(second), instrumentID: InstrumentID(underlying), symbol: "S",
            underlyingID: InstrumentID(underlying), direction: direction, action: action, strength: .high,
            confidence: 0.5, price: Price(nanos: 10), target: Price(nanos: isUp ? 11 : 9),
            stop: Price(nanos: isUp ? 9 : 11), horizonSeconds: horizon)
        return take(.signal(arm, signal, isLate: isLate))
    }

    /// What became of a signal: so many R at a time, or nothing that can be told.
    @discardableResult
    mutating func settle(
        _ arm: Arm, _ id: String, on underlying: UInt32 = 1, r: Double?, at second: UInt64,
        action: Signal.Action = .buy
    ) -> Reaction {
        let fill = Outcome.Fill(index: 0, time: second * 1_000_000_000, price: Price(nanos: 1))
        let micros = Int64(((r ?? 0) * 1e6).rounded())
        return take(
            .outcome(
                Outcome(
                    arm: arm, id: id, action: action, direction: .long, instrumentID: InstrumentID(underlying),
                    underlyingID: InstrumentID(underlying), causeIndex: 0, order: 0, knownIndex: index,
                    kind: r.map { $0 > 0 ? .target : .stop } ?? .unresolvable(.noEntry), flags: [],
                    entry: r.map { _ in fill }, exit: r.map { _ in fill }, tickNanos: 1, multiplierNanos: 1,
                    adverseNanos: 0, riskMicros: 1, profitMicros: micros, rMicros: micros, adverseRMicros: 0)))
    }

    @discardableResult
    mutating func mark(_ second: UInt64, closes: CivilDate? = nil, opens: CivilDate? = nil) -> Reaction {
        take(.mark(Mark(time: at(second), closes: closes, opens: opens)))
    }

    @discardableResult
    mutating func health(_ arm: Arm, _ health: Health) -> Reaction { take(.health(arm, health)) }

    /// What a day's data was worth.
    @discardableResult
    mutating func data(_ day: Int, tainted: [UInt64] = [], halfHours: Int = 48) -> Reaction {
        take(
            .data(
                SessionData(
                    session: CivilDate(daysSince1970: day), taintedHalfHours: tainted.map { $0 * 1_000_000_000 },
                    halfHours: halfHours)))
    }

    /// A day is over; its data is known before, as an operator has it.
    @discardableResult
    mutating func close(_ day: Int, tainted: [UInt64] = [], halfHours: Int = 48) -> [Reaction] {
        let first = data(day, tainted: tainted, halfHours: halfHours)
        return [
            first,
            mark(
                UInt64(day + 1) * 86_400, closes: CivilDate(daysSince1970: day),
                opens: CivilDate(daysSince1970: day + 1)),
        ]
    }

    /// A whole day: both arms speak once at noon, and the candidate makes `d` R more.
    @discardableResult
    mutating func session(_ day: Int, d: Double, tainted: [UInt64] = [], halfHours: Int = 48) -> [Reaction] {
        let midday = UInt64(day) * 86_400 + 43_200
        var reactions: [Reaction] = [mark(midday)]
        for arm in Arm.allCases {
            reactions.append(hear(arm, "\(arm.rawValue)-\(day)", on: 900, at: midday + 1, horizon: 60))
        }
        for arm in Arm.allCases {
            reactions.append(
                settle(
                    arm, "\(arm.rawValue)-\(day)", on: 900, r: arm == .candidate ? d + 0.5 : 0.5, at: midday + 60))
        }
        return reactions + close(day, tainted: tainted, halfHours: halfHours)
    }

    @discardableResult
    mutating func command(
        _ verb: Command.Verb, to stage: Stage? = nil, by actor: String = "ann", expecting: Stage? = nil
    ) -> Effect? {
        ask(verb, to: stage, by: actor, expecting: expecting).effect
    }

    @discardableResult
    mutating func ask(
        _ verb: Command.Verb, to stage: Stage? = nil, by actor: String = "ann", expecting: Stage? = nil
    ) -> Reaction {
        take(
            .command(
                Command(verb: verb, to: stage, actor: actor, reason: "test", expectedStage: expecting)))
    }
}

extension DecisionTerms {
    /// Every gate asks for one session and nothing else; nothing is closed for want of gain.
    mutating func openGates(approvals: Int = 0) {
        noGain = nil
        for stage in [Stage.canary, .limited, .full] {
            var gate = GateTerms()
            gate.sessions = 1
            gate.approvals = approvals
            gates[stage] = gate
        }
    }

    /// No gate: nothing goes up by itself.
    mutating func closeGates() { (gates, noGain, deadlineSessions) = ([:], nil, [:]) }
}

extension Reaction {
    var committed: [SessionObservation] {
        steps.compactMap { if case .committed(let session, _) = $0 { session } else { nil } }
    }
    var corrected: [(SessionObservation, Double)] {
        steps.compactMap { if case .corrected(let session, let change, _) = $0 { (session, change) } else { nil } }
    }
    var closes: [String] { steps.compactMap { if case .close(let id) = $0 { id } else { nil } } }
}
