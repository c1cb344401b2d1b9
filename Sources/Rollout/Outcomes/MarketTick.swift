public import MarketData

/// What one record did to one underlying, as far as positions care. Prices are in 1e-9.
@frozen public struct MarketTick: Hashable, Sendable {
    @frozen public enum Kind: Hashable, Sendable {
        /// The best prices now; nil for an empty side. They may be crossed.
        case quote(bid: Int64?, ask: Int64?)
        case trade(Int64)
        /// Continuous trading began or goes on.
        case trading
        /// Regular times without continuous trading: before the open, auctions, after the close.
        case notTrading
        /// The venue stopped trading out of turn: halt, pause or suspension.
        case halted
        /// The feed lost data; no quote counts until the next one.
        case gap
        /// The definition, new or changed.
        case terms(UnderlyingTerms)
        /// The venue deleted the instrument.
        case expired
    }

    /// The record's position in the merged feed. A record with a trade and a quote gives two ticks of one index, the quote first.
    public let index: UInt64
    /// `ts_recv` of the record, else the feed's time; ns since 1970.
    public let time: UInt64
    public let underlying: InstrumentID
    public let kind: Kind

    @inlinable public init(index: UInt64, time: UInt64, underlying: InstrumentID, kind: Kind) {
        self.index = index
        self.time = time
        self.underlying = underlying
        self.kind = kind
    }
}

/// What a definition says that money depends on.
@frozen public struct UnderlyingTerms: Hashable, Sendable {
    /// The smallest price step in 1e-9; 0 when not known.
    public let tickNanos: Int64
    /// Currency per price point and contract in 1e-9; 0 when not known.
    public let multiplierNanos: Int64
    /// The first instant after trading ends for good, ns since 1970; `Undefined.timestamp` when not known.
    public let expiration: UInt64

    @inlinable public init(
        tickNanos: Int64, multiplierNanos: Int64, expiration: UInt64 = Undefined.timestamp
    ) {
        self.tickNanos = tickNanos
        self.multiplierNanos = multiplierNanos
        self.expiration = expiration
    }

    init(_ terms: InstrumentTerms) {
        self.init(
            tickNanos: terms.tickNanos, multiplierNanos: terms.multiplierNanos,
            expiration: terms.expiration == 0 ? Undefined.timestamp : terms.expiration)
    }

    /// Whether a profit can be told in money.
    var isComplete: Bool { tickNanos > 0 && multiplierNanos > 0 }
}
