internal import MarketData

/// Which options of a feed expire together.
///
/// A chain has a number, in order of first sight. Definitions are hashed when they come, so that the close of a window
/// finds an instrument's chain by a look into an array.
struct OptionChains: Sendable {
    /// The options of one underlying that expire together.
    struct Chain: Hashable, Comparable, Sendable {
        /// Dense index of the underlying.
        let underlying: Int
        /// ns since 1970.
        let expiration: UInt64

        static func < (a: Chain, b: Chain) -> Bool { (a.underlying, a.expiration) < (b.underlying, b.expiration) }
    }

    /// By number.
    private(set) var chains: [Chain] = []
    private var numbers: [Chain: Int] = [:]
    /// By dense index of an instrument: the number of its chain, or -1.
    private var places: [Int32] = []

    /// Takes the terms of the instrument with dense index `index` after a definition; later terms replace earlier ones.
    ///
    /// - Parameter underlying: the dense index of the instrument that the terms name; nil when there is none.
    mutating func apply(_ terms: InstrumentTerms, at index: Int, underlying: Int?) {
        while places.count <= index { places.append(-1) }
        guard terms.isOption, terms.strikeNanos != Undefined.price, let underlying else {
            places[index] = -1
            return
        }
        places[index] = Int32(number(of: Chain(underlying: underlying, expiration: terms.expiration)))
    }

    private mutating func number(of chain: Chain) -> Int {
        if let number = numbers[chain] { return number }
        numbers[chain] = chains.count
        chains.append(chain)
        return chains.count - 1
    }

    /// The number of an instrument's chain; nil for what is no option with a strike.
    func number(of instrument: Int) -> Int? {
        guard instrument < places.count, places[instrument] >= 0 else { return nil }
        return Int(places[instrument])
    }
}
