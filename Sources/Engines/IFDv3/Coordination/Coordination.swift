/// What the strikes of one underlying, expiry and window say together.
///
/// Structures are recognised first, since their legs are one trade and not several opinions:
/// - a straddle says nothing of direction: both legs leave it;
/// - a synthetic is one direction and counts once, by its call;
/// - a vertical is a bet on a range, and its two legs would speak against each other: both leave;
/// - a risk reversal sells one tail to buy the other and is usually hedged with the future at once, which options do not show: both leave.
///
/// Sizes are net contracts (bought less sold). What legs have beyond the common size stays. What is left at a strike is its residual: on the
/// underlying, bought calls and sold puts are long, sold calls and bought puts short.
struct Coordination: Sendable {
    struct Strike: Hashable, Sendable {
        let strikeNanos: Int64
        /// Contracts with an aggressor, structures included.
        let volume: Int64
        /// Residual contracts for either direction of the underlying.
        let long: Int64
        let short: Int64
        /// `volume` is above `concentration` times the mean over strikes with volume.
        let isConcentrated: Bool
        /// Other strikes within reach whose residual has this one's direction.
        let agreeing: Int
        /// See `Coordination.score`; 0 for a strike without direction.
        let score: Double
        /// Residual contracts, weighted by how one-sided they are, of this strike's direction and of the opposite one at
        /// all strikes in reach, this one included.
        let groupContracts: Int64
        let againstContracts: Int64
        /// The mean over the strikes in reach that have this one's direction, this one included, of how unusual each was;
        /// 0 for a strike without direction.
        let groupUnusual: Double

        /// Long less short contracts; 0 for no direction.
        var direction: Int64 { long - short }
    }

    /// By strike, rising.
    let strikes: [Strike]
    /// In the order they were recognised.
    let structures: [OptionStructure]

    /// - Complexity: O(n log n) for n pressures.
    init(_ pressures: [StrikePressure], rules: CoordinationRules = CoordinationRules()) {
        var ladder = StrikeLadder(pressures)
        ladder.removeStructures(rules)
        structures = ladder.structures
        let residuals = ladder.strikes.map(Residual.init)
        let sums = DirectionSums(residuals)
        let (total, count) = Self.totalVolume(ladder.strikes)
        var range = 0..<0
        strikes = residuals.indices.map { index in
            let strike = ladder.strikes[index]
            let own = residuals[index]
            var agreeing = 0
            var score = 0.0
            var group = (same: Int64(0), against: Int64(0))
            var unusual = 0.0
            range = Self.range(around: index, after: range, in: ladder.strikes, reach: rules.reachNanos)
            if own.sign != 0 {
                let all = sums.sums(range)
                let same = own.sign > 0 ? all.long : all.short
                let against = own.sign > 0 ? all.short : all.long
                agreeing = same.count - 1
                group = (same.weight / StrikeLadder.fullWeight, against.weight / StrikeLadder.fullWeight)
                score = Self.score(
                    agreeing: agreeing, for: same.weight - own.weight, against: against.weight, rules: rules)
                unusual = Self.meanUnusual(range, ladder.strikes, residuals, sign: own.sign, count: same.count)
            }
            return Strike(
                strikeNanos: strike.strikeNanos, volume: strike.volume, long: own.long, short: own.short,
                isConcentrated: Int128(strike.volume) * Int128(count) * 1_000_000
                    > Int128(total) * Int128(rules.concentration.value),
                agreeing: agreeing, score: score, groupContracts: group.same, againstContracts: group.against,
                groupUnusual: unusual)
        }
    }

    /// Added up strike by strike, from the lowest: a difference of running sums would round differently.
    private static func meanUnusual(
        _ range: Range<Int>, _ strikes: [StrikeLadder.Strike], _ residuals: [Residual], sign: Int, count: Int
    ) -> Double {
        var sum = 0.0
        for index in range where residuals[index].sign == sign { sum += strikes[index].unusual }
        return sum / Double(count)
    }

    /// The strike at exactly this price; nil when it has no pressure. O(log n).
    func strike(at strikeNanos: Int64) -> Strike? {
        let index = Self.firstIndex(in: strikes.count) { strikes[$0].strikeNanos >= strikeNanos }
        return index < strikes.count && strikes[index].strikeNanos == strikeNanos ? strikes[index] : nil
    }

    /// min(agreeing / `fullAgreement`, 1) x for / (for + against), where the last two are the weighted residual contracts of the other
    /// strikes in reach that have the same direction and the opposite one; a strike weighs its contracts times how one-sided they are.
    ///
    /// In 0...1: 0 when no other strike agrees, 1 with enough of them and none against. One more agreeing strike never lowers it.
    static func score(agreeing: Int, for same: Int64, against: Int64, rules: CoordinationRules) -> Double {
        guard agreeing > 0, same > 0 else { return 0 }
        let count = min(Double(agreeing) / Double(max(1, rules.fullAgreement)), 1)
        return count * (Double(same) / (Double(same) + Double(max(0, against))))
    }

    /// The strikes within `reach` of one, itself included.
    ///
    /// - Parameter before: the range of the strike before, of which neither end lies further on; empty for the first.
    private static func range(
        around index: Int, after before: Range<Int>, in strikes: [StrikeLadder.Strike], reach: Int64
    ) -> Range<Int> {
        let low = strikes[index].strikeNanos.subtractingReportingOverflow(reach)
        let high = strikes[index].strikeNanos.addingReportingOverflow(reach)
        var (first, end) = (before.lowerBound, max(before.upperBound, index + 1))
        while !low.overflow, strikes[first].strikeNanos < low.partialValue { first += 1 }
        while end < strikes.count, high.overflow || strikes[end].strikeNanos <= high.partialValue { end += 1 }
        return first..<end
    }

    /// The first of `0..<count` for which `holds`, which stays true from there on; `count` when none. O(log n).
    private static func firstIndex(in count: Int, where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The volume of all strikes and the number of those that have one; their quotient is the mean.
    private static func totalVolume(_ strikes: [StrikeLadder.Strike]) -> (volume: Int64, count: Int) {
        var volume: Int64 = 0
        var count = 0
        for strike in strikes where strike.volume > 0 {
            volume += strike.volume
            count += 1
        }
        return (volume, count)
    }
}

/// What is left at a strike when structures are taken out, as a direction of the underlying.
private struct Residual {
    var long: Int64 = 0
    var short: Int64 = 0
    /// Contracts of the strike's direction net of the other, in 1/`StrikeLadder.fullWeight` of how sure they are; 0 or more.
    var weight: Int64 = 0
    /// 1 long, -1 short, 0 neither.
    var sign: Int { long == short ? 0 : long > short ? 1 : -1 }

    init(_ strike: StrikeLadder.Strike) {
        add(strike.call.rest)
        add(-strike.put.rest)
        let weighted = strike.call.rest * strike.call.weight - strike.put.rest * strike.put.weight
        weight = max(0, sign > 0 ? weighted : -weighted)
    }

    /// - Parameter contracts: above 0 for long, below for short.
    private mutating func add(_ contracts: Int64) {
        if contracts > 0 { long += contracts } else { short -= contracts }
    }
}

/// Running sums over strikes, so that the sum over a range is one subtraction.
private struct DirectionSums {
    struct Sum {
        var count = 0
        var weight: Int64 = 0
    }

    private var long = [Sum()]
    private var short = [Sum()]

    init(_ residuals: [Residual]) {
        long.reserveCapacity(residuals.count + 1)
        short.reserveCapacity(residuals.count + 1)
        var longs = Sum()
        var shorts = Sum()
        for residual in residuals {
            if residual.sign > 0 {
                longs.count += 1
                longs.weight += residual.weight
            } else if residual.sign < 0 {
                shorts.count += 1
                shorts.weight += residual.weight
            }
            long.append(longs)
            short.append(shorts)
        }
    }

    func sums(_ range: Range<Int>) -> (long: Sum, short: Sum) {
        (Self.between(long, range), Self.between(short, range))
    }

    private static func between(_ sums: [Sum], _ range: Range<Int>) -> Sum {
        Sum(
            count: sums[range.upperBound].count - sums[range.lowerBound].count,
            weight: sums[range.upperBound].weight - sums[range.lowerBound].weight)
    }
}
