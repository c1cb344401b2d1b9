/// What was traded in one instrument over some time, as integers, and the features that follow from it.
struct PressureFlow: Hashable, Sendable {
    /// Contracts of buying aggressors, of selling ones, and of trades without a known aggressor.
    var buyVolume: Int64 = 0
    var sellVolume: Int64 = 0
    var otherVolume: Int64 = 0
    var buyTrades: Int64 = 0
    var sellTrades: Int64 = 0
    var otherTrades: Int64 = 0
    /// Contracts of the largest trade.
    var largestSize: Int64 = 0
    /// Contracts in large trades.
    var largeVolume: Int64 = 0

    var volume: Int64 { buyVolume + sellVolume + otherVolume }
    var trades: Int64 { buyTrades + sellTrades + otherTrades }
    /// Contracts with a known aggressor.
    var sidedVolume: Int64 { buyVolume + sellVolume }
    /// Nil when neither side has more.
    var isBought: Bool? { buyVolume == sellVolume ? nil : buyVolume > sellVolume }

    /// ln((bought + s) / (sold + s)): above 0 when bought, below when sold, finite for one-sided windows and 0 without
    /// trades.
    ///
    /// The same amount of pressure either way has the same size: f(a, b) = -f(b, a).
    ///
    /// - Parameter contracts: s, at least 1.
    func logRatio(smoothing contracts: Int64) -> Double {
        if buyVolume == sellVolume { return 0 }
        let weaker = Double(min(buyVolume, sellVolume) + contracts)
        let size = PortableMath.log(Double(max(buyVolume, sellVolume) + contracts) / weaker)
        return buyVolume > sellVolume ? size : -size
    }

    /// ln(volume); 0 for one contract and without trades.
    var logVolume: Double { volume <= 1 ? 0 : PortableMath.log(Double(volume)) }

    /// Contracts a trade; 0 without trades.
    var meanSize: Double { trades == 0 ? 0 : Double(volume) / Double(trades) }

    /// |bought - sold| / (bought + sold), in 0...1; 0 without a known aggressor.
    var dominance: Double {
        sidedVolume == 0 ? 0 : Double((buyVolume - sellVolume).magnitude) / Double(sidedVolume)
    }

    /// The part of the volume that came in large trades, in 0...1.
    var largeShare: Double { volume == 0 ? 0 : Double(largeVolume) / Double(volume) }

    mutating func add(size: Int64, _ aggressor: Aggressor?, isLarge: Bool) {
        switch aggressor {
        case .buyer:
            buyVolume += size
            buyTrades += 1
        case .seller:
            sellVolume += size
            sellTrades += 1
        case nil:
            otherVolume += size
            otherTrades += 1
        }
        largestSize = max(largestSize, size)
        if isLarge { largeVolume += size }
    }

    /// Adds without overflow checks: a size has 32 bits, so that no number of trades that could be read overflows.
    mutating func add(_ other: PressureFlow) {
        buyVolume &+= other.buyVolume
        sellVolume &+= other.sellVolume
        otherVolume &+= other.otherVolume
        buyTrades &+= other.buyTrades
        sellTrades &+= other.sellTrades
        otherTrades &+= other.otherTrades
        largestSize = max(largestSize, other.largestSize)
        largeVolume &+= other.largeVolume
    }
}
