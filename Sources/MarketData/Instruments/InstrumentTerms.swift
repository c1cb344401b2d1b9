/// What a definition fixes about an instrument, as plain numbers.
@frozen public struct InstrumentTerms: Hashable, Sendable {
    @frozen public enum Kind: UInt8, Hashable, Sendable {
        /// No definition seen, or it was deleted.
        case unknown
        case future
        case call
        case put
        /// Spreads, stocks, indices and whatever else a venue lists.
        case other
    }

    public var kind: Kind
    /// In 1e-9; `Undefined.price` for what has no strike.
    public var strikeNanos: Int64
    /// Nanoseconds since 1970; `Undefined.timestamp` when not given.
    public var expiration: UInt64
    /// The instrument that prices refer to: of an option what its definition names, else itself.
    public var underlyingID: InstrumentID
    /// Currency per price point and contract, in 1e-9 (NQ options: 20,000,000,000); 0 when the definition does not say.
    public var multiplierNanos: Int64
    /// The smallest price step in 1e-9; 0 when the definition does not say, which is so for CME options (variable tick table).
    public var tickNanos: Int64

    /// The terms of an instrument without a definition.
    @inlinable public init() {
        kind = .unknown
        strikeNanos = Undefined.price
        expiration = Undefined.timestamp
        underlyingID = InstrumentID(0)
        multiplierNanos = 0
        tickNanos = 0
    }

    @inlinable public var isOption: Bool { kind == .call || kind == .put }

    public init(_ definition: DefinitionView) {
        switch definition.instrumentClass {
        case UInt8(ascii: "F"): kind = .future
        case UInt8(ascii: "C"): kind = .call
        case UInt8(ascii: "P"): kind = .put
        default: kind = .other
        }
        strikeNanos = definition.strikePriceNanos
        expiration = definition.expiration
        underlyingID = definition.record.instrumentID
        multiplierNanos = Self.multiplier(definition)
        let tick = definition.minPriceIncrementNanos
        tickNanos = tick > 0 && tick != Undefined.price ? tick : 0
        if isOption { underlyingID = InstrumentID(definition.underlyingID) }
    }

    /// `contract_multiplier` where it is set, else `unit_of_measure_qty`: CME options leave the first undefined and give the
    /// contract's size in the second (ES 50.0). Source: reference
    /// `dbn-format.md`, section 6, observed on public CME files.
    private static func multiplier(_ definition: DefinitionView) -> Int64 {
        let multiplier = definition.contractMultiplier
        if multiplier > 0, multiplier != Undefined.int32 { return Int64(multiplier) * 1_000_000_000 }
        let quantity = definition.unitOfMeasureQuantityNanos
        return quantity > 0 && quantity != Undefined.price ? quantity : 0
    }
}
