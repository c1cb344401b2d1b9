import MarketData
import Rollout
import Signals

/// Seconds after `noon` as ns since 1970.
func outcomeTime(_ second: Double) -> UInt64 { noon * 1_000_000_000 + UInt64((second * 1000).rounded()) * 1_000_000 }

func points(_ value: Double) -> Int64 { Int64((value * 1_000_000_000).rounded()) }

/// What the operator hands to the tracker, in feed order.
enum FeedStep {
    case tick(MarketTick)
    case mark(time: UInt64, index: UInt64)
    case close(time: UInt64, index: UInt64)

    var index: UInt64 {
        switch self {
        case .tick(let tick): tick.index
        case .mark(_, let index), .close(_, let index): index
        }
    }

    var time: UInt64 {
        switch self {
        case .tick(let tick): tick.time
        case .mark(let time, _), .close(let time, _): time
        }
    }

    var tick: MarketTick? { if case .tick(let tick) = self { tick } else { nil } }
}

/// A signal and where the feed was at its cause.
struct Statement {
    var arm = Arm.candidate
    var signal: Signal
    var causeIndex: UInt64
    var causeTime: UInt64
}

/// A market under construction. NQ's terms: a tick is 0.25 points, a point $20, so a tick is $5.
struct OutcomeFeed {
    static let nasdaq = InstrumentID(5602)
    private(set) var steps: [FeedStep] = []
    private(set) var statements: [Statement] = []

    /// The definition is record 0, at `noon`.
    init(expiration: Double? = nil, defined: Bool = true) {
        if defined { define(expiration: expiration, at: 0) }
    }

    private var nextIndex: UInt64 { steps.last.map { $0.index + 1 } ?? 0 }

    mutating func append(
        _ kind: MarketTick.Kind, at second: Double, on id: InstrumentID = Self.nasdaq, sameRecord: Bool = false
    ) {
        steps.append(
            .tick(
                MarketTick(
                    index: sameRecord ? nextIndex - 1 : nextIndex, time: outcomeTime(second), underlying: id, kind: kind
                )))
    }

    mutating func define(tick: Double = 0.25, expiration: Double? = nil, at second: Double) {
        append(
            .terms(
                UnderlyingTerms(
                    tickNanos: points(tick), multiplierNanos: points(20),
                    expiration: expiration.map { outcomeTime($0) } ?? Undefined.timestamp)), at: second)
    }

    mutating func quote(_ bid: Double?, _ ask: Double?, at second: Double, on id: InstrumentID = Self.nasdaq) {
        append(.quote(bid: bid.map { points($0) }, ask: ask.map { points($0) }), at: second, on: id)
    }

    mutating func trade(_ price: Double, at second: Double, sameRecord: Bool = false) {
        append(.trade(points(price)), at: second, sameRecord: sameRecord)
    }

    mutating func mark(at second: Double) { steps.append(.mark(time: outcomeTime(second), index: nextIndex)) }
    mutating func close(at second: Double) { steps.append(.close(time: outcomeTime(second), index: nextIndex)) }

    /// A signal caused by the last record.
    mutating func say(
        _ direction: Signal.Direction = .long, target: Double, stop: Double, horizon: Int = 1800, id: String = "s",
        action: Signal.Action = .buy, arm: Arm = .candidate, on underlying: InstrumentID = Self.nasdaq
    ) {
        guard let cause = steps.last else { return }
        let signal = Signal(
            id: id, cause: 0, tsEvent: Timestamp(nanos: cause.time), instrumentID: InstrumentID(77), symbol: "NQ",
            underlyingID: underlying, direction: direction, action: action, strength: .high, confidence: 0.5,
            price: Price(nanos: points(100)), target: Price(nanos: points(target)), stop: Price(nanos: points(stop)),
            horizonSeconds: horizon)
        statements.append(Statement(arm: arm, signal: signal, causeIndex: cause.index, causeTime: cause.time))
    }

    /// All outcomes in the order given.
    func outcomes(terms: OutcomeTerms = OutcomeTerms()) -> [Outcome] {
        var tracker = OutcomeTracker(terms: terms)
        return Self.run(steps, statements, &tracker)
    }

    /// Releases at marks and closes, as the operator does: first what became known up to there, then the ticks, then the mark.
    static func run(
        _ steps: [FeedStep], _ statements: [Statement], _ tracker: inout OutcomeTracker, maxBatch: Int = .max
    ) -> [Outcome] {
        var outcomes: [Outcome] = []
        var batch: [MarketTick] = []
        var waiting = statements[...]
        func release(_ index: UInt64) {
            while let first = waiting.first, first.causeIndex <= index {
                tracker.follow(
                    first.arm, first.signal, causeIndex: first.causeIndex, causeTime: Timestamp(nanos: first.causeTime))
                waiting.removeFirst()
            }
            while !batch.isEmpty {
                outcomes += tracker.apply(batch.prefix(maxBatch))
                batch.removeFirst(min(maxBatch, batch.count))
            }
        }
        for step in steps {
            switch step {
            case .tick(let tick): batch.append(tick)
            case .mark(let time, let index):
                release(index)
                outcomes += tracker.timePassed(to: Timestamp(nanos: time), index: index)
            case .close(_, let index):
                release(index)
                outcomes += tracker.closeSession(index: index)
            }
        }
        release(.max)
        return outcomes
    }
}
