/// From how sure a score is to how often such scores won: isotonic regression of outcomes on raw scores.
///
/// Pool adjacent violators (Barlow, Bartholomew, Bremner and Brunk, Statistical Inference under Order Restrictions,
/// 1972): the non-decreasing step function nearest to the outcomes in squares. Three things against
/// reading too much into few outcomes:
/// - equal scores and runs of at least `leastGroup` neighbours count as one score each, because isotonic regression
///   overfits below about a thousand cases (Niculescu-Mizil and Caruana, "Predicting Good Probabilities With Supervised
///   Learning", ICML 2005);
/// - n wins of n say (n + 1) / (n + 2), and none of n says 1 / (n + 2): Platt's targets (Platt, "Probabilistic Outputs
///   for Support Vector Machines", 1999);
/// - below `leastPairs` a score is its own probability.
///
/// Between the scores of two blocks the probability rises linearly. It never falls with the score and lies in 0...1.
struct Calibration: Hashable, Sendable {
    /// A fed-back outcome and the score its signal had.
    struct Pair: Hashable, Sendable {
        let raw: Double
        let won: Bool
    }

    /// Scores from `low` to `high` that won alike.
    struct Block: Hashable, Sendable {
        let low: Double
        let high: Double
        let pairs: Int
        let wins: Int
        /// Above 0 and below 1.
        fileprivate(set) var probability: Double
    }

    static let leastPairs = 200
    static let leastGroup = 20

    /// Ascending in score and probability; empty when scores are taken as they are.
    let blocks: [Block]
    /// Outcomes known, whether or not they are enough.
    let pairCount: Int

    /// Without outcomes.
    init() { self.init([]) }

    /// - Parameter leastGroup: at least 1.
    /// - Complexity: O(n log n). The order of the pairs changes nothing.
    init(_ pairs: [Pair], leastGroup: Int = Self.leastGroup) {
        pairCount = pairs.count
        blocks = pairs.count < Self.leastPairs ? [] : Self.bounded(Self.pooled(Self.grouped(pairs, leastGroup)))
    }

    /// In 0...1; a score outside of it counts as the nearest inside.
    func probability(_ raw: Double) -> Double {
        let raw = min(max(raw, 0), 1)
        guard let first = blocks.first, let last = blocks.last else { return raw }
        if raw <= first.high { return first.probability }
        if raw >= last.low { return last.probability }
        // The first block that ends at or above the score; there is one before it.
        var low = 1
        var high = blocks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].high < raw { low = middle + 1 } else { high = middle }
        }
        let (before, after) = (blocks[low - 1], blocks[low])
        guard raw < after.low else { return after.probability }
        let part = (raw - before.high) / (after.low - before.high)
        return min(before.probability + part * (after.probability - before.probability), after.probability)
    }

    /// Runs of neighbouring scores, ascending; equal scores are never parted. What is left at the end joins the last
    /// run.
    private static func grouped(_ pairs: [Pair], _ leastGroup: Int) -> [Block] {
        var groups: [Block] = []
        for pair in pairs.sorted(by: { $0.raw < $1.raw }) {
            if let last = groups.last, last.high == pair.raw || last.pairs < leastGroup {
                groups[groups.count - 1] = joined(last, Block(pair))
            } else {
                groups.append(Block(pair))
            }
        }
        if let last = groups.last, groups.count > 1, last.pairs < leastGroup {
            groups.removeLast()
            groups[groups.count - 1] = joined(groups[groups.count - 1], last)
        }
        return groups
    }

    /// Pool adjacent violators. Rates are compared as fractions of integers, so that nothing is rounded.
    private static func pooled(_ groups: [Block]) -> [Block] {
        var blocks: [Block] = []
        for group in groups {
            var block = group
            while let last = blocks.last, last.wins * block.pairs >= block.wins * last.pairs {
                blocks.removeLast()
                block = joined(last, block)
            }
            blocks.append(block)
        }
        return blocks
    }

    /// Keeps the ends off 0 and 1. Rates rise strictly from block to block, so only the ends can reach them.
    private static func bounded(_ blocks: [Block]) -> [Block] {
        var blocks = blocks
        if let first = blocks.first, first.wins == 0 {
            let next = blocks.count > 1 ? blocks[1].probability : 1
            blocks[0].probability = min(1 / Double(first.pairs + 2), next)
        }
        if let last = blocks.last, last.wins == last.pairs {
            let previous = blocks.count > 1 ? blocks[blocks.count - 2].probability : 0
            blocks[blocks.count - 1].probability = max(Double(last.pairs + 1) / Double(last.pairs + 2), previous)
        }
        return blocks
    }

    private static func joined(_ a: Block, _ b: Block) -> Block {
        Block(low: a.low, high: b.high, pairs: a.pairs + b.pairs, wins: a.wins + b.wins)
    }
}

extension Calibration.Block {
    fileprivate init(low: Double, high: Double, pairs: Int, wins: Int) {
        self.init(low: low, high: high, pairs: pairs, wins: wins, probability: Double(wins) / Double(pairs))
    }

    fileprivate init(_ pair: Calibration.Pair) {
        self.init(low: pair.raw, high: pair.raw, pairs: 1, wins: pair.won ? 1 : 0)
    }
}
