/// The chains that traded in a window, each with what its strikes say together and with its volatility.
struct WindowChains: Sendable {
    /// By underlying and expiry, rising; `ladders` and `volatilities` are in the same order.
    let chains: [OptionChains.Chain]
    let ladders: [Coordination]
    let volatilities: [VolatilityMonitor.Features]
    /// By a chain's number: its place in the others, or -1.
    private let places: [Int32]

    /// - Parameter numbers: of the chains, in their order.
    init(
        _ chains: [OptionChains.Chain], numbers: [Int], _ ladders: [Coordination],
        _ volatilities: [VolatilityMonitor.Features]
    ) {
        self.chains = chains
        self.ladders = ladders
        self.volatilities = volatilities
        var places = [Int32](repeating: -1, count: (numbers.max() ?? -1) + 1)
        for (place, number) in numbers.enumerated() { places[number] = Int32(place) }
        self.places = places
    }

    /// The place of the chain with a number; nil when it did not trade.
    func place(of number: Int) -> Int? {
        number < places.count && places[number] >= 0 ? Int(places[number]) : nil
    }

    func contains(underlying: Int) -> Bool { chains.contains { $0.underlying == underlying } }

    /// Where the options' group of one direction on an underlying is strongest: the chain's place and the strike.
    func strongest(on underlying: Int, isLong: Bool) -> (place: Int, strike: Coordination.Strike)? {
        var best: (place: Int, strike: Coordination.Strike)?
        for (place, chain) in chains.enumerated() where chain.underlying == underlying {
            guard let strike = ladders[place].strongest(isLong: isLong) else { continue }
            // Of equal ones the nearest expiry, which comes first.
            if let best, best.strike.groupContracts >= strike.groupContracts { continue }
            best = (place, strike)
        }
        return best
    }
}

extension Coordination {
    /// The strike with the most contracts in its group, of those with one direction; of equal ones the highest.
    func strongest(isLong: Bool) -> Strike? {
        var best: Strike?
        for strike in strikes where isLong ? strike.direction > 0 : strike.direction < 0 {
            if let best, best.groupContracts > strike.groupContracts { continue }
            best = strike
        }
        return best
    }
}
