internal import MarketData

/// What the account score has to know of an actionable signal and its paper position.
public struct ScoredSignal: Hashable, Sendable {
    /// Event time of the signal, ns since 1970.
    public var time: UInt64
    /// When its paper position ended, ns since 1970; nil: it never was one, and holds no place in the account.
    public var exitTime: UInt64?
    /// Net R, clipped, micro-R; counts only when resolved.
    public var rMicros: Int64
    public var isResolved: Bool
    /// A feed gap, a halt or a baseline that was not ready touched the half hour of its cause.
    public var isTaintedHalfHour: Bool

    public init(
        time: UInt64, exitTime: UInt64?, rMicros: Int64, isResolved: Bool = true, isTaintedHalfHour: Bool = false
    ) {
        self.time = time
        self.exitTime = exitTime
        self.rMicros = rMicros
        self.isResolved = isResolved
        self.isTaintedHalfHour = isTaintedHalfHour
    }

    /// A signal and its outcome.
    ///
    /// A position held to the session's close has no end within it: its exit is the last price before the close and may be
    /// older than the entry. The same goes for one that was entered and found no price to leave at.
    ///
    /// - Parameter time: event time of the signal, ns since 1970.
    public init(time: UInt64, outcome: Outcome, isTaintedHalfHour: Bool) {
        let exitTime: UInt64? =
            switch outcome.kind {
            case .target, .stop, .horizon: outcome.exit?.time
            case .expiry: outcome.exit.map { max($0.time, outcome.entry?.time ?? 0) }
            case .sessionClose, .unresolvable(.noExit): .max
            case .unresolvable: nil
            }
        self.init(
            time: time, exitTime: exitTime, rMicros: outcome.rMicros, isResolved: outcome.isResolved,
            isTaintedHalfHour: isTaintedHalfHour)
    }
}
