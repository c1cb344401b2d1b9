public import MarketData
public import Signals

/// What became of a signal: one contract of its underlying, bought or sold on paper.
///
/// A row holds all that its figures are made of; `recomputed(under:)` makes them again.
public struct Outcome: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case target, stop, horizon, sessionClose, expiry
        /// No profit can be told: R is 0, and the signal is counted.
        case unresolvable(Reason)
    }

    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Nothing tradable in time, or the horizon or the session ended first.
        case noEntry = "no-entry"
        /// Neither quote nor trade of the underlying this session.
        case noUnderlying = "no-underlying"
        /// The definition lacks tick or multiplier.
        case noTerms = "no-terms"
        /// Entered, but no price to leave at all session.
        case noExit = "no-exit"
        /// The underlying was past its last trading instant before an entry was made.
        case expired
        /// The signal came after the market that followed it had been let go.
        case late
    }

    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The target was not beyond the entry in the signal's direction, and was ignored.
        public static let targetWrongSide = Flags(rawValue: 1)
        /// The stop was beyond the entry on the winning side, and was mirrored.
        public static let stopMirrored = Flags(rawValue: 2)
        /// Target or stop was filled at another price than its level.
        public static let gap = Flags(rawValue: 4)
        /// The underlying was halted between cause and exit.
        public static let halt = Flags(rawValue: 8)
        /// The feed lost data between cause and exit.
        public static let feedGap = Flags(rawValue: 16)
        /// The entry is from a trade, for want of quotes.
        public static let entryOnTrade = Flags(rawValue: 32)
        /// The exit is from a trade, for want of quotes.
        public static let exitOnTrade = Flags(rawValue: 64)
        /// R lay outside of the clip.
        public static let clipped = Flags(rawValue: 128)

        /// Either kind of disturbance that is nobody's merit or fault.
        public static let tainted: Flags = [.halt, .feedGap]
    }

    /// A price of the feed and the record that gave it.
    public struct Fill: Hashable, Sendable {
        public var index: UInt64
        /// ns since 1970
        public var time: UInt64
        public var price: Price

        public init(index: UInt64, time: UInt64, price: Price) {
            self.index = index
            self.time = time
            self.price = price
        }
    }

    public var arm: Arm
    public var id: String
    public var action: Signal.Action
    public var direction: Signal.Direction
    public var instrumentID: InstrumentID
    public var underlyingID: InstrumentID
    /// Feed index of the signal's cause.
    public var causeIndex: UInt64
    /// Position among all signals followed, from 0: the order among outcomes of one `knownIndex`.
    public var order: UInt64
    /// Feed index of the record or mark at which the outcome was known.
    public var knownIndex: UInt64
    public var kind: Kind
    public var flags: Flags
    public var entry: Fill?
    /// At the session's close or at expiry the last price before it, which may be older than the entry.
    public var exit: Fill?
    /// The stop that held, after mirroring; nil without an entry.
    public var stop: Price?
    /// The definition at entry; zero without an entry.
    public var tickNanos: Int64
    public var multiplierNanos: Int64
    /// The farthest that prices to leave at went against the entry until the exit, 1e-9, at least 0; without costs.
    public var adverseNanos: Int64

    // Made of the above and the terms.

    /// What R divides by: the larger of entry to stop and the floor; one contract, micro-dollars.
    public var riskMicros: Int64
    /// After costs, one contract, micro-dollars.
    public var profitMicros: Int64
    /// Profit in multiples of risk, clipped, rounded down, micro-R. Win: above 0.
    public var rMicros: Int64
    /// `adverseNanos` in multiples of risk, micro-R.
    public var adverseRMicros: Int64

    /// All of a row; a row that was read holds what `recomputed(under:)` gives, or it is wrong.
    public init(
        arm: Arm, id: String, action: Signal.Action, direction: Signal.Direction, instrumentID: InstrumentID,
        underlyingID: InstrumentID, causeIndex: UInt64, order: UInt64, knownIndex: UInt64, kind: Kind, flags: Flags,
        entry: Fill? = nil, exit: Fill? = nil, stop: Price? = nil, tickNanos: Int64, multiplierNanos: Int64,
        adverseNanos: Int64, riskMicros: Int64, profitMicros: Int64, rMicros: Int64, adverseRMicros: Int64
    ) {
        self.arm = arm
        self.id = id
        self.action = action
        self.direction = direction
        self.instrumentID = instrumentID
        self.underlyingID = underlyingID
        self.causeIndex = causeIndex
        self.order = order
        self.knownIndex = knownIndex
        self.kind = kind
        self.flags = flags
        self.entry = entry
        self.exit = exit
        self.stop = stop
        self.tickNanos = tickNanos
        self.multiplierNanos = multiplierNanos
        self.adverseNanos = adverseNanos
        self.riskMicros = riskMicros
        self.profitMicros = profitMicros
        self.rMicros = rMicros
        self.adverseRMicros = adverseRMicros
    }

    public var isWin: Bool { rMicros > 0 }
    public var isResolved: Bool { if case .unresolvable = kind { false } else { true } }
    /// Whether scores, limits and counts may look at it.
    public var isActionable: Bool { action != .monitor }
}

extension Outcome.Kind {
    /// Reads `name` and `reason` back; nil for what they never are.
    public init?(name: String?, reason: String?) {
        switch (name, reason) {
        case ("target", nil): self = .target
        case ("stop", nil): self = .stop
        case ("horizon", nil): self = .horizon
        case ("session-close", nil): self = .sessionClose
        case ("expiry", nil): self = .expiry
        case ("unresolvable", let reason?):
            guard let reason = Outcome.Reason(rawValue: reason) else { return nil }
            self = .unresolvable(reason)
        default: return nil
        }
    }

    /// `target`, `stop`, `horizon`, `session-close`, `expiry` or `unresolvable`.
    public var name: String {
        switch self {
        case .target: "target"
        case .stop: "stop"
        case .horizon: "horizon"
        case .sessionClose: "session-close"
        case .expiry: "expiry"
        case .unresolvable: "unresolvable"
        }
    }

    public var reason: Outcome.Reason? { if case .unresolvable(let reason) = self { reason } else { nil } }
}
