internal import MarketData
internal import Signals

/// Strikes within reach of each other that are pressed in one direction: what one hand at several strikes looks like.
struct GroupFlow: Hashable, Sendable {
    /// Residual contracts of the direction and of the opposite one, weighted by how one-sided they are.
    var contracts: Int64 = 0
    var against: Int64 = 0
    var strikes = 0
    /// The same direction's strongest group on the underlying in the window before; 0 when there was none.
    var contractsBefore: Int64 = 0
    var strikesBefore = 0

    /// (for - against) / (for + against), not below 0.
    var dominance: Double {
        let sum = contracts + against
        return sum > 0 ? max(0, Double(contracts - against) / Double(sum)) : 0
    }
}

/// The strongest group of each idea in the last window, so that the next one knows what lasted.
struct GroupHistory: Sendable {
    private struct Seen {
        var window: UInt64
        var contracts: Int64
        var strikes: Int
    }

    private var last = IdeaTable<Seen>()

    /// - Parameter window: its start, ns since 1970; `length` before it the previous one began.
    func group(_ idea: Idea, _ strike: Coordination.Strike, window: UInt64, length: UInt64) -> GroupFlow {
        var group = GroupFlow(
            contracts: strike.groupContracts, against: strike.againstContracts, strikes: strike.agreeing + 1)
        if let seen = last[idea], seen.window + length == window {
            group.contractsBefore = seen.contracts
            group.strikesBefore = seen.strikes
        }
        return group
    }

    /// Keeps what the window showed: the group with the most contracts of each idea.
    mutating func note(_ chains: WindowChains, at window: UInt64) {
        last.removeAll()
        for (chain, ladder) in zip(chains.chains, chains.ladders) {
            for strike in ladder.strikes where strike.direction != 0 {
                let idea = Idea(underlying: chain.underlying, direction: strike.direction > 0 ? .long : .short)
                let seen = Seen(window: window, contracts: strike.groupContracts, strikes: strike.agreeing + 1)
                if let other = last[idea], (other.contracts, other.strikes) >= (seen.contracts, seen.strikes) {
                    continue
                }
                last.enter(seen, for: idea)
            }
        }
    }

    mutating func removeAll() { last.removeAll() }
}
