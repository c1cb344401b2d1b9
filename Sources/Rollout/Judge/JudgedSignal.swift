public import MarketData
public import Signals

/// What the judge needs to know of one signal: what it said, and what became of it.
public struct JudgedSignal: Hashable, Sendable {
    /// The row the signal belongs to, such as `ifd-v3`.
    public var engine: String
    /// Exchange date.
    public var session: CivilDate
    public var id: String
    /// Event time of the signal's cause.
    public var time: Timestamp
    /// What was seen.
    public var instrument: InstrumentID
    /// What direction and outcome refer to.
    public var underlying: InstrumentID
    public var direction: Signal.Direction
    /// The engine's probability of a win, in 0...1; nil where the maker of the signal states none.
    public var confidence: Double?
    public var strength: Signal.Strength
    /// Everything but `MONITOR`.
    public var isActionable: Bool
    /// Profit after costs in millionths of the risk; nil when the outcome is unresolvable.
    public var rMicros: Int64?
    /// Profit after costs of one contract in micro-dollars; nil when the outcome is unresolvable.
    public var profitMicros: Int64?
    /// The target did not lie beyond the entry in the signal's direction.
    public var isTargetWrongSide: Bool

    public init(
        engine: String, session: CivilDate, id: String, time: Timestamp, instrument: InstrumentID,
        underlying: InstrumentID, direction: Signal.Direction, confidence: Double?, strength: Signal.Strength,
        isActionable: Bool, rMicros: Int64?, profitMicros: Int64?, isTargetWrongSide: Bool
    ) {
        self.engine = engine
        self.session = session
        self.id = id
        self.time = time
        self.instrument = instrument
        self.underlying = underlying
        self.direction = direction
        self.confidence = confidence
        self.strength = strength
        self.isActionable = isActionable
        self.rMicros = rMicros
        self.profitMicros = profitMicros
        self.isTargetWrongSide = isTargetWrongSide
    }

    /// A signal and its outcome.
    ///
    /// - Parameter statesProbability: false for oracle and coin, whose confidence is nobody's claim.
    public init(
        engine: String, session: CivilDate, signal: Signal, rMicros: Int64?, profitMicros: Int64?,
        isTargetWrongSide: Bool, statesProbability: Bool = true
    ) {
        self.init(
            engine: engine, session: session, id: signal.id, time: signal.tsEvent, instrument: signal.instrumentID,
            underlying: signal.underlyingID, direction: signal.direction,
            confidence: statesProbability ? signal.confidence : nil, strength: signal.strength,
            isActionable: signal.action != .monitor, rMicros: rMicros, profitMicros: profitMicros,
            isTargetWrongSide: isTargetWrongSide)
    }
}

/// An institution's accumulation in one direction: the truth that signals are held against.
public struct JudgedCampaign: Hashable, Sendable {
    /// Exchange date.
    public var session: CivilDate
    /// Unique within its session.
    public var number: Int
    /// Where the orders were placed.
    public var instruments: [InstrumentID]
    public var underlying: InstrumentID
    public var underlyingSymbol: String
    /// On the underlying.
    public var direction: Signal.Direction
    /// First order.
    public var start: Timestamp
    /// Last order; not before `start`.
    public var end: Timestamp
    public var contracts: Int64
    /// The accumulation broke off and says nothing about the price.
    public var isFalseStart: Bool
    /// The price was made to go the campaign's way.
    public var moveCame: Bool

    public init(
        session: CivilDate, number: Int, instruments: [InstrumentID], underlying: InstrumentID,
        underlyingSymbol: String, direction: Signal.Direction, start: Timestamp, end: Timestamp, contracts: Int64,
        isFalseStart: Bool, moveCame: Bool
    ) {
        self.session = session
        self.number = number
        self.instruments = instruments
        self.underlying = underlying
        self.underlyingSymbol = underlyingSymbol
        self.direction = direction
        self.start = start
        self.end = end
        self.contracts = contracts
        self.isFalseStart = isFalseStart
        self.moveCame = moveCame
    }
}
