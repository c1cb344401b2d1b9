internal import Glibc

/// Net pressure by strike, rising, while structures are taken out of it.
struct StrikeLadder: Sendable {
    /// Larger numbers of contracts are cut to this; sums of them with weights stay far from overflow.
    static let mostContracts: Int64 = 1_000_000_000
    static let fullWeight: Int64 = 1024

    struct Leg: Hashable, Sendable {
        /// Bought less sold contracts: as they came, and what no structure accounts for.
        var net: Int64 = 0
        var rest: Int64 = 0
        /// How sure, in 1/`fullWeight`: tanh(|ln ratio| / 2), which is (r - 1) / (r + 1).
        var weight: Int64 = 0
        /// A leg takes part in at most one structure.
        var isUsed = false
    }

    struct Strike: Sendable {
        let strikeNanos: Int64
        /// Contracts with an aggressor, both rights.
        var volume: Int64 = 0
        /// Of the more unusual option, in 0...1.
        var unusual = 0.0
        var call = Leg()
        var put = Leg()
    }

    private(set) var strikes: [Strike] = []
    private(set) var structures: [OptionStructure] = []

    /// Pressures come in any order; several on one option are added up, with the log-ratio of the largest volume.
    init(_ pressures: [StrikePressure]) {
        strikes.reserveCapacity(pressures.count)
        for pressure in pressures.map(Measured.init).sorted(by: Measured.precedes) {
            if strikes.last?.strikeNanos != pressure.strikeNanos {
                strikes.append(Strike(strikeNanos: pressure.strikeNanos))
            }
            let last = strikes.count - 1
            strikes[last].volume = min(strikes[last].volume + pressure.volume, Self.mostContracts)
            strikes[last].unusual = max(strikes[last].unusual, pressure.unusual)
            if pressure.isCall {
                Self.add(pressure, to: &strikes[last].call)
            } else {
                Self.add(pressure, to: &strikes[last].put)
            }
        }
    }

    private static func add(_ pressure: Measured, to leg: inout Leg) {
        // The largest volume comes first.
        if leg.weight == 0 { leg.weight = pressure.strength }
        leg.net = min(max(leg.net + pressure.net, -mostContracts), mostContracts)
        leg.rest = leg.net
    }

    /// A pressure with what is asked of it, so that sorting computes nothing.
    private struct Measured {
        let strikeNanos: Int64
        let isCall: Bool
        let volume: Int64
        let net: Int64
        let strength: Int64
        let unusual: Double

        init(_ pressure: StrikePressure) {
            let bought = StrikeLadder.cut(pressure.bought)
            let sold = StrikeLadder.cut(pressure.sold)
            strikeNanos = pressure.strikeNanos
            isCall = pressure.right == .call
            volume = bought + sold
            net = bought - sold
            strength = StrikeLadder.strength(pressure)
            unusual = pressure.unusual
        }

        /// By strike, calls first, then the largest and surest first.
        static func precedes(_ a: Measured, _ b: Measured) -> Bool {
            if a.strikeNanos != b.strikeNanos { return a.strikeNanos < b.strikeNanos }
            if a.isCall != b.isCall { return a.isCall }
            return a.volume != b.volume ? a.volume > b.volume : a.strength > b.strength
        }
    }

    private static func cut(_ contracts: Int64) -> Int64 { min(max(contracts, 0), mostContracts) }

    private static func strength(_ pressure: StrikePressure) -> Int64 {
        let size = abs(pressure.logRatio)
        guard size > 0 else { return 0 }
        // From 40 on the ratio is past 1e17 and the quotient 1.
        let ratio = exp(min(size, 40))
        return Int64((Double(fullWeight) * (ratio - 1) / (ratio + 1)).rounded())
    }

    // MARK: Structures

    /// Takes structures out, in this order: straddles, synthetics, verticals, risk reversals. Two-strike ones are looked for from each
    /// strike upwards, the nearest partner first.
    ///
    /// - Complexity: O(strikes x `structureNeighbours`).
    mutating func removeStructures(_ rules: CoordinationRules) {
        for index in strikes.indices { removeAtOneStrike(index, rules) }
        for index in strikes.indices {
            forEachPartner(of: index, rules) { ladder, other in
                ladder.removeVertical(index, other, \.call, rules)
                ladder.removeVertical(index, other, \.put, rules)
            }
        }
        for index in strikes.indices {
            forEachPartner(of: index, rules) { ladder, other in ladder.removeRiskReversal(index, other, rules) }
        }
    }

    private mutating func forEachPartner(
        of index: Int, _ rules: CoordinationRules, _ body: (inout StrikeLadder, Int) -> Void
    ) {
        let end = min(strikes.count, index + 1 + max(0, rules.structureNeighbours))
        var other = index + 1
        while other < end {
            let distance = strikes[other].strikeNanos.subtractingReportingOverflow(strikes[index].strikeNanos)
            if distance.overflow || distance.partialValue > rules.structureReachNanos { return }
            body(&self, other)
            other += 1
        }
    }

    private mutating func removeAtOneStrike(_ index: Int, _ rules: CoordinationRules) {
        let call = strikes[index].call.net
        let put = strikes[index].put.net
        guard let size = Self.similar(call, put, rules.similarity) else { return }
        let isStraddle = (call > 0) == (put > 0)
        strikes[index].put.rest = Self.lessened(put, size)
        // A synthetic is a future in two trades: its call stays as the direction, its put would say the same again.
        if isStraddle { strikes[index].call.rest = Self.lessened(call, size) }
        use(index, \.call, index, \.put, isStraddle ? .straddle : .synthetic, size)
    }

    private mutating func removeVertical(
        _ low: Int, _ high: Int, _ right: WritableKeyPath<Strike, Leg>, _ rules: CoordinationRules
    ) {
        let first = strikes[low][keyPath: right]
        let second = strikes[high][keyPath: right]
        guard !first.isUsed, !second.isUsed, (first.net > 0) != (second.net > 0),
            let size = Self.similar(first.net, second.net, rules.similarity)
        else { return }
        strikes[low][keyPath: right].rest = Self.lessened(first.net, size)
        strikes[high][keyPath: right].rest = Self.lessened(second.net, size)
        use(low, right, high, right, .vertical, size)
    }

    private mutating func removeRiskReversal(_ low: Int, _ high: Int, _ rules: CoordinationRules) {
        let put = strikes[low].put
        let call = strikes[high].call
        guard !put.isUsed, !call.isUsed, (put.net > 0) != (call.net > 0),
            let size = Self.similar(put.net, call.net, rules.riskReversalSimilarity)
        else { return }
        strikes[low].put.rest = Self.lessened(put.net, size)
        strikes[high].call.rest = Self.lessened(call.net, size)
        use(low, \.put, high, \.call, .riskReversal, size)
    }

    private mutating func use(
        _ low: Int, _ first: WritableKeyPath<Strike, Leg>, _ high: Int, _ second: WritableKeyPath<Strike, Leg>,
        _ kind: OptionStructure.Kind, _ size: Int64
    ) {
        strikes[low][keyPath: first].isUsed = true
        strikes[high][keyPath: second].isUsed = true
        structures.append(
            OptionStructure(
                kind: kind, lowStrikeNanos: strikes[low].strikeNanos, highStrikeNanos: strikes[high].strikeNanos,
                size: size))
    }

    /// The smaller size when both legs have one and they are similar; else nil.
    private static func similar(_ a: Int64, _ b: Int64, _ least: Micros) -> Int64? {
        let smaller = min(abs(a), abs(b))
        let larger = max(abs(a), abs(b))
        return smaller > 0 && smaller * 1_000_000 >= larger * least.value ? smaller : nil
    }

    private static func lessened(_ net: Int64, _ size: Int64) -> Int64 { net > 0 ? net - size : net + size }
}
