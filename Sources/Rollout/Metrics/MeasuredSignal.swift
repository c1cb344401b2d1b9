public import MarketData
public import Signals

/// What success metrics have to know of an actionable signal and its outcome.
public struct MeasuredSignal: Hashable, Sendable {
    public var arm: Arm
    public var underlying: InstrumentID
    public var direction: Signal.Direction
    public var score: ScoredSignal
    /// After costs, one contract, micro-dollars; counts only when resolved.
    public var profitMicros: Int64

    public init(
        arm: Arm, underlying: InstrumentID, direction: Signal.Direction, score: ScoredSignal, profitMicros: Int64
    ) {
        self.arm = arm
        self.underlying = underlying
        self.direction = direction
        self.score = score
        self.profitMicros = profitMicros
    }

    /// A signal's outcome; nil for `MONITOR`, which is never scored.
    ///
    /// - Parameter time: event time of the signal, ns since 1970.
    public init?(time: UInt64, outcome: Outcome, isTaintedHalfHour: Bool) {
        guard outcome.isActionable else { return nil }
        self.init(
            arm: outcome.arm, underlying: outcome.underlyingID, direction: outcome.direction,
            score: ScoredSignal(time: time, outcome: outcome, isTaintedHalfHour: isTaintedHalfHour),
            profitMicros: outcome.profitMicros)
    }
}

/// What running an arm cost in a session, as the budget counts it.
public struct ArmCost: Hashable, Sendable {
    /// Its own costs and all of the shared ones, micro-dollars.
    public var costMicros: Int64
    /// Accepted unique signals: not `MONITOR`, not suppressed.
    public var signals: Int

    public init(costMicros: Int64, signals: Int) {
        self.costMicros = costMicros
        self.signals = signals
    }
}
