internal import MarketData

/// Which option has the same strike, expiry and underlying and the other right.
///
/// Definitions are hashed when they come; asking is a look into two arrays.
struct StrikePairs: Sendable {
    private struct Strike: Hashable {
        let underlying: InstrumentID
        let expiration: UInt64
        let strikeNanos: Int64
    }

    /// Dense indices of the options defined last, or -1.
    private struct Pair {
        var call: Int32 = -1
        var put: Int32 = -1

        subscript(isCall isCall: Bool) -> Int32 {
            get { isCall ? call : put }
            set { if isCall { call = newValue } else { put = newValue } }
        }
    }

    private struct Place: Equatable {
        /// -1 for what is no option.
        var pair: Int32 = -1
        var isCall = false
    }

    private var numbers: [Strike: Int32] = [:]
    private var pairs: [Pair] = []
    /// By dense index, where it was entered, so that changed terms can be taken out.
    private var places: [Place] = []

    /// Takes the terms of the instrument with dense index `index` after a definition; later terms replace earlier ones.
    mutating func apply(_ terms: InstrumentTerms, at index: Int) {
        while places.count <= index { places.append(Place()) }
        let (old, new) = (places[index], place(terms))
        guard new != old else { return }
        if old.pair >= 0, pairs[Int(old.pair)][isCall: old.isCall] == index {
            pairs[Int(old.pair)][isCall: old.isCall] = -1
        }
        places[index] = new
        if new.pair >= 0 { pairs[Int(new.pair)][isCall: new.isCall] = Int32(index) }
    }

    /// The dense index of the other right; nil for what is no option and where the other right is not defined.
    func other(of index: Int) -> Int? {
        guard index < places.count, places[index].pair >= 0 else { return nil }
        let place = places[index]
        let other = pairs[Int(place.pair)][isCall: !place.isCall]
        return other < 0 ? nil : Int(other)
    }

    private mutating func place(_ terms: InstrumentTerms) -> Place {
        guard terms.isOption, terms.strikeNanos != Undefined.price else { return Place() }
        let strike = Strike(
            underlying: terms.underlyingID, expiration: terms.expiration, strikeNanos: terms.strikeNanos)
        if let number = numbers[strike] { return Place(pair: number, isCall: terms.kind == .call) }
        let number = Int32(pairs.count)
        numbers[strike] = number
        pairs.append(Pair())
        return Place(pair: number, isCall: terms.kind == .call)
    }
}
