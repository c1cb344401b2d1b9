internal import MarketData
internal import Rollout
internal import Signals

/// What both engines said in a run, and what became of it.
struct JudgedJournal {
    private struct Said {
        let arm: Arm
        let signal: Signal
        let session: CivilDate
    }

    private var said: [Said] = []
    private var outcomes: [Arm: [String: Outcome]] = [:]

    init(folder: String, calendar: ExchangeCalendar) throws {
        let reader = try JournalReader(folder: folder)
        try reader.scan(JournalReader.Filter(kinds: [.signal, .outcome])) { row in
            switch try EventCodec.event(from: row)?.payload {
            case .signal(let arm, let signal, _)?:
                guard let session = try calendar.session(at: signal.tsEvent)?.date else { return }
                said.append(Said(arm: arm, signal: signal, session: session))
            case .outcome(let outcome)?: outcomes[outcome.arm, default: [:]][outcome.id] = outcome
            default: break
            }
        }
    }

    func signals(of arm: Arm) -> [Signal] { said.filter { $0.arm == arm }.map(\.signal) }

    func judged(_ arm: Arm, engine: String) -> [JudgedSignal] {
        said.filter { $0.arm == arm }.map { said in
            JudgedSignal(
                engine: engine, session: said.session, signal: said.signal, outcome: outcomes[arm]?[said.signal.id])
        }
    }
}

extension JudgedSignal {
    /// - Parameter outcome: nil for one that was still open when the data ended.
    init(
        engine: String, session: CivilDate, signal: Signal, outcome: Outcome?, statesProbability: Bool = true
    ) {
        let resolved = outcome.flatMap { $0.isResolved ? $0 : nil }
        self.init(
            engine: engine, session: session, signal: signal, rMicros: resolved?.rMicros,
            profitMicros: resolved?.profitMicros,
            isTargetWrongSide: outcome?.flags.contains(.targetWrongSide) ?? false,
            statesProbability: statesProbability)
    }
}
