public import MarketData

/// One engine's statement about an underlying: where it goes, how sure, from where to where and until when.
public struct Signal: Hashable, Sendable {
    public enum Direction: String, Sendable, Hashable, CaseIterable { case long, short }

    public enum Action: String, Sendable, Hashable, CaseIterable {
        case strongBuy = "STRONG_BUY"
        case buy = "BUY"
        case sell = "SELL"
        case strongSell = "STRONG_SELL"
        /// Looked at, never live and never scored.
        case monitor = "MONITOR"
    }

    public enum Strength: String, Sendable, Hashable, CaseIterable {
        case extreme = "EXTREME"
        case veryHigh = "VERY_HIGH"
        case high = "HIGH"
        case moderate = "MODERATE"
    }

    /// A value of the flat map `features`.
    public enum Feature: Hashable, Sendable {
        case integer(Int64)
        case number(Double)
        case text(String)
        case flag(Bool)
    }

    /// At most 128 printable ASCII characters; a function of engine version and data.
    public var id: String
    /// Index of the record that caused it, counted from the first record the engine process read.
    public var cause: UInt64
    /// `ts_event` of the cause.
    public var tsEvent: Timestamp
    /// What was seen.
    public var instrumentID: InstrumentID
    public var symbol: String
    /// What `price`, `target`, `stop` and the outcome refer to.
    public var underlyingID: InstrumentID
    public var direction: Direction
    public var action: Action
    public var strength: Strength
    /// In 0...1.
    public var confidence: Double
    public var price: Price
    public var target: Price
    public var stop: Price
    /// Seconds until the statement ends.
    public var horizonSeconds: Int
    public var sizeMultiplier: Double
    public var features: [String: Feature]

    public init(
        id: String, cause: UInt64, tsEvent: Timestamp, instrumentID: InstrumentID, symbol: String,
        underlyingID: InstrumentID, direction: Direction, action: Action, strength: Strength, confidence: Double,
        price: Price, target: Price, stop: Price, horizonSeconds: Int, sizeMultiplier: Double = 1,
        features: [String: Feature] = [:]
    ) {
        self.id = id
        self.cause = cause
        self.tsEvent = tsEvent
        self.instrumentID = instrumentID
        self.symbol = symbol
        self.underlyingID = underlyingID
        self.direction = direction
        self.action = action
        self.strength = strength
        self.confidence = confidence
        self.price = price
        self.target = target
        self.stop = stop
        self.horizonSeconds = horizonSeconds
        self.sizeMultiplier = sizeMultiplier
        self.features = features
    }
}
