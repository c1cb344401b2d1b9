internal import Glibc
internal import MarketData

/// A signal of the simulated market, with what becomes of it.
public struct SimulatedSignal: Hashable, Sendable {
    /// Minutes since the open, in [0, 390); it ends at `exit`, at the latest at the close.
    public fileprivate(set) var minute: Double
    public fileprivate(set) var exit: Double
    /// 0...12.
    public fileprivate(set) var halfHour: Int
    /// 0...19.
    public fileprivate(set) var instrument: Int
    /// After costs.
    public fileprivate(set) var rMicros: Int64
    /// It wins where this is below the engine's accuracy.
    fileprivate var luck: Double
    fileprivate var winR: Double
}

/// Sessions of two engines, one at a time. Nothing is allocated from the second session on.
public struct SimulatedMarket: Sendable {
    public let terms: MarketTerms
    /// Both engines' signals of the current session, in the order of their minutes.
    public private(set) var baseline: [SimulatedSignal] = []
    public private(set) var candidate: [SimulatedSignal] = []
    /// The current session's number, from 1.
    public private(set) var session = 0
    /// Where in [0, 1) each half hour lies: it is the candidate's where this is below the stage's weight.
    public private(set) var units = [Double](repeating: 0, count: MarketTerms.halfHours)

    /// When the signals end that an account took.
    private var exits: [Double] = []
    private var halfHourLuck = [Double](repeating: 0, count: MarketTerms.halfHours)
    private let sessionLuckShare: Double
    private let halfHourLuckShare: Double

    public init(terms: MarketTerms) {
        self.terms = terms
        // Two signals are bound by the session when both follow its luck.
        sessionLuckShare = terms.correlation.squareRoot()
        halfHourLuckShare = terms.halfHourCorrelation.squareRoot()
    }

    /// Back to before the first session.
    public mutating func restart() { session = 0 }

    /// Goes on to the next session.
    public mutating func advance(_ random: inout SimulationRandom) {
        session += 1
        let (first, second) = (
            random.integer(in: terms.baselineSignals), random.integer(in: terms.candidateSignals)
        )
        let twins = min((0..<first).count { _ in random.unit() < terms.twins }, second)
        let baselineLuck = random.unit()
        let ownLuck = random.unit()
        let candidateLuck = random.unit() < terms.sharedLuck ? baselineLuck : ownLuck
        for halfHour in 0..<MarketTerms.halfHours {
            units[halfHour] = random.unit()
            halfHourLuck[halfHour] = random.unit()
        }
        baseline.removeAll(keepingCapacity: true)
        candidate.removeAll(keepingCapacity: true)
        for _ in 0..<first { baseline.append(signal(baselineLuck, &random)) }
        candidate.append(contentsOf: baseline[..<twins])
        for _ in twins..<second { candidate.append(signal(candidateLuck, &random)) }
        settle(&baseline, terms.baselineAccuracy)
        if terms.isMirror {
            candidate.removeAll(keepingCapacity: true)
            candidate.append(contentsOf: baseline)
        } else {
            settle(&candidate, terms.accuracy(inSession: session))
        }
    }

    private func signal(_ sessionLuck: Double, _ random: inout SimulationRandom) -> SimulatedSignal {
        let minute = random.unit() * MarketTerms.minutes
        let open = -MarketTerms.meanOpenMinutes * log(1 - random.unit())
        let halfHour = min(Int(minute / 30), MarketTerms.halfHours - 1)
        var luck = random.unit()
        if random.unit() < halfHourLuckShare { luck = halfHourLuck[halfHour] }
        if random.unit() < sessionLuckShare { luck = sessionLuck }
        let win = terms.winR.lowerBound + random.unit() * (terms.winR.upperBound - terms.winR.lowerBound)
        return SimulatedSignal(
            minute: minute, exit: min(minute + open, MarketTerms.minutes), halfHour: halfHour,
            instrument: random.integer(in: 0...(MarketTerms.instruments - 1)), rMicros: 0, luck: luck, winR: win)
    }

    /// Gives each signal its outcome, and puts them in the order of their minutes.
    private func settle(_ signals: inout [SimulatedSignal], _ accuracy: Double) {
        for index in signals.indices {
            let gross = signals[index].luck < accuracy ? signals[index].winR : -1
            signals[index].rMicros = Int64(((gross - terms.costR) * 1e6).rounded())
        }
        // Insertion: there are few, and it allocates nothing.
        for index in signals.indices.dropFirst() {
            let signal = signals[index]
            var place = index
            while place > 0, signals[place - 1].minute > signal.minute {
                signals[place] = signals[place - 1]
                place -= 1
            }
            signals[place] = signal
        }
    }
}

// MARK: - As evidence

extension SimulatedMarket {
    /// The session as the operator would commit it; its date only says its place.
    public mutating func observation(_ terms: EvidenceTerms) -> SessionObservation {
        let isEmpty = baseline.isEmpty && candidate.isEmpty
        return SessionObservation(
            session: CivilDate(daysSince1970: Self.firstDay + session), state: isEmpty ? .empty : .observed,
            baseline: Self.tally(baseline, terms, &exits), candidate: Self.tally(candidate, terms, &exits))
    }

    /// 2024-10-04.
    private static let firstDay = 20_000

    /// The account takes a signal while it holds and has taken few enough (`decision-statistics.md`, section 2).
    ///
    /// - Parameter exits: for use in between, so that nothing is allocated.
    private static func tally(
        _ signals: [SimulatedSignal], _ terms: EvidenceTerms, _ exits: inout [Double]
    ) -> SessionObservation.ArmTally {
        var tally = SessionObservation.ArmTally()
        tally.actionable = signals.count
        tally.resolved = signals.count
        exits.removeAll(keepingCapacity: true)
        for signal in signals {
            tally.sumMicros += signal.rMicros
            if signal.rMicros > 0 { tally.correct += 1 }
            var open = 0
            for exit in exits where exit > signal.minute { open += 1 }
            guard exits.count < terms.entries, open < terms.atOnce else { continue }
            exits.append(signal.exit)
            tally.accountMicros += signal.rMicros
        }
        tally.admitted = exits.count
        return tally
    }
}
