internal import MarketData

/// Which option has the same strike, expiry and underlying and the other right.
struct StrikePairs: Sendable {
    private struct Key: Hashable {
        let underlying: InstrumentID
        let expiration: UInt64
        let strike: Int64
        let kind: InstrumentTerms.Kind
    }

    private var indices: [Key: Int] = [:]
    /// By dense index, what was entered for it, so that changed terms can be taken out.
    private var keys: [Key?] = []

    /// Takes the terms of the instrument with dense index `index` after a definition; later terms replace earlier ones.
    mutating func apply(_ terms: InstrumentTerms, at index: Int) {
        while keys.count <= index { keys.append(nil) }
        let key = Self.key(terms, terms.kind)
        guard key != keys[index] else { return }
        if let old = keys[index], indices[old] == index { indices[old] = nil }
        keys[index] = key
        if let key { indices[key] = index }
    }

    /// The dense index of the other right; nil for what is no option and where the other right is not defined.
    func other(of index: Int) -> Int? {
        guard index < keys.count, let key = keys[index] else { return nil }
        return indices[
            Key(
                underlying: key.underlying, expiration: key.expiration, strike: key.strike,
                kind: key.kind == .call ? .put : .call)]
    }

    private static func key(_ terms: InstrumentTerms, _ kind: InstrumentTerms.Kind) -> Key? {
        guard terms.isOption, terms.strikeNanos != Undefined.price else { return nil }
        return Key(
            underlying: terms.underlyingID, expiration: terms.expiration, strike: terms.strikeNanos, kind: kind)
    }
}
