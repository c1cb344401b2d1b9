import MarketData
import Testing

@testable import Engines

private let point: Int64 = 1_000_000_000

private func pressure(
    _ strike: Int64, _ right: StrikePressure.Right, _ net: Int64, sure logRatio: Double = 40
) -> StrikePressure {
    StrikePressure(
        strikeNanos: strike * point, right: right, bought: max(net, 0), sold: max(-net, 0), logRatio: logRatio)
}

private func structures(_ pressures: [StrikePressure]) -> [OptionStructure.Kind] {
    Coordination(pressures).structures.map(\.kind)
}

@Suite struct OptionStructureTests {
    @Test(arguments: [100, -100] as [Int64])
    func aStraddleHasNoDirection(size: Int64) throws {
        let found = Coordination([pressure(5000, .call, size), pressure(5000, .put, size * 9 / 10)])
        #expect(
            found.structures == [
                OptionStructure(kind: .straddle, lowStrikeNanos: 5000 * point, highStrikeNanos: 5000 * point, size: 90)
            ])
        // What the larger leg has beyond the smaller one stays: calls bought are long, sold are short.
        let strike = try #require(found.strike(at: 5000 * point))
        #expect(strike.direction == size / 10 && strike.long + strike.short == 10 && strike.volume == 190)
    }

    @Test(arguments: [100, -100] as [Int64])
    func aSyntheticCountsOnce(size: Int64) throws {
        let found = Coordination([pressure(5000, .call, size), pressure(5000, .put, -size)])
        #expect(found.structures.map(\.kind) == [.synthetic])
        #expect(try #require(found.strike(at: 5000 * point)).direction == size)
    }

    @Test func aVerticalHasNoDirection() throws {
        for right in [StrikePressure.Right.call, .put] {
            let found = Coordination([pressure(5000, right, 100), pressure(5050, right, -80)])
            #expect(found.structures.map(\.kind) == [.vertical])
            let left = found.strikes.map { $0.long + $0.short }
            #expect(left == [20, 0])
        }
    }

    @Test func aRiskReversalHasNoDirection() throws {
        let found = Coordination([pressure(5000, .put, -100), pressure(5100, .call, 95)])
        #expect(found.structures.map(\.kind) == [.riskReversal])
        #expect(found.strikes.map(\.direction) == [5, 0])
        // Calls bought below the puts sold are two purchases of the same direction.
        #expect(structures([pressure(5000, .call, 100), pressure(5100, .put, -100)]).isEmpty)
    }

    @Test func differentSizesDistancesAndSidesAreNoStructure() {
        #expect(structures([pressure(5000, .call, 100), pressure(5000, .put, 74)]).isEmpty)
        #expect(structures([pressure(5000, .call, 100), pressure(5050, .call, 100)]).isEmpty)
        #expect(structures([pressure(5000, .call, 100), pressure(5201, .call, -100)]).isEmpty)
        #expect(structures([pressure(5000, .call, 100), pressure(5200, .call, -100)]) == [.vertical])
        #expect(structures([pressure(5000, .put, -100), pressure(5100, .call, 89)]).isEmpty)
        #expect(structures([]).isEmpty && structures([pressure(5000, .call, 0), pressure(5000, .put, 0)]).isEmpty)
    }

    @Test func aLegBelongsToOneStructure() {
        // The straddle takes the call at 5000, so that the sold call at 5050 is a direction.
        let found = Coordination([
            pressure(5000, .call, 100), pressure(5000, .put, 100), pressure(5050, .call, -100),
        ])
        #expect(found.structures.map(\.kind) == [.straddle])
        #expect(found.strikes.map(\.direction) == [0, -100])
    }
}

@Suite struct CoordinationScoreTests {
    private func score(_ pressures: [StrikePressure], at strike: Int64 = 5000) -> Double? {
        Coordination(pressures).strike(at: strike * point)?.score
    }

    @Test func strikesWithinFiftyPointsSpeakTogether() {
        let own = pressure(5000, .call, 200)
        #expect(score([own]) == 0)
        #expect(score([own, pressure(5050, .call, 100)]) == 1.0 / 3)
        #expect(score([own, pressure(5051, .call, 100)]) == 0)
        #expect(score([own, pressure(4950, .put, -30), pressure(5050, .call, 100)]) == 2.0 / 3)
        #expect(score([own, pressure(4950, .call, 20), pressure(4975, .call, 30), pressure(5050, .call, 50)]) == 1)
    }

    /// 300 for, 100 against; two of three strikes.
    @Test func contradictionLowersIt() {
        let found = score([
            pressure(5000, .call, 900), pressure(4990, .call, 150), pressure(5010, .call, 150),
            pressure(5020, .put, 100),
        ])
        #expect(found == 2.0 / 3 * 0.75)
    }

    /// ln 3 is a share of (3 - 1) / (3 + 1) = 1/2: 100 contracts count as 50, against 50 for certain.
    @Test func unsureStrikesWeighLess() throws {
        let found = try #require(
            score([
                pressure(5000, .call, 900), pressure(4990, .call, 100, sure: 1.0986122886681098),
                pressure(5020, .put, 50),
            ]))
        #expect(abs(found - 1.0 / 6) < 1e-12)
    }

    @Test func concentrationIsAboveTwelveTenthsOfTheMean() {
        // Mean over the three with volume 100; 120 is not above 120.
        let exact = Coordination([
            pressure(5000, .call, 120), pressure(5010, .call, 90), pressure(5020, .call, 90), pressure(5030, .call, 0),
        ])
        #expect(exact.strikes.map(\.isConcentrated) == [false, false, false, false])
        let above = Coordination([
            pressure(5000, .call, 121), pressure(5010, .call, 90), pressure(5020, .call, 89), pressure(5030, .call, 0),
        ])
        #expect(above.strikes.map(\.isConcentrated) == [true, false, false, false])
    }

    @Test func oneMoreAgreeingStrikeNeverLowersIt() {
        var random = FlowRandom(seed: 4)
        for _ in 0..<300 {
            var pressures = (0..<12).map { index in
                pressure(
                    4940 + 10 * Int64(index), .call, index == 6 ? 500 : Int64(random.below(400)) - 200,
                    sure: Double(random.below(40)) / 10)
            }
            // Without structures, so that what is added is all that changes.
            let rules = CoordinationRules(structureNeighbours: 0)
            let before = Coordination(pressures, rules: rules).strike(at: 5000 * point)?.score ?? -1
            pressures.append(pressure(4965 + 10 * Int64(random.below(8)), .call, Int64(1 + random.below(500))))
            let after = Coordination(pressures, rules: rules).strike(at: 5000 * point)?.score ?? -1
            #expect(before >= 0 && after >= before && after <= 1)
        }
    }

    @Test func hugeAndOddNumbersAreSurvived() {
        let pressures = [Int64.min, -1, 0, 1, .max].flatMap { strike in
            [Int64.min, -5, 0, 7, .max].flatMap { size in
                [Double.nan, .infinity, -1, 0].map { ratio in
                    StrikePressure(
                        strikeNanos: strike, right: size > 0 ? .call : .put, bought: size, sold: 3, logRatio: ratio)
                }
            }
        }
        let found = Coordination(pressures)
        #expect(found.strikes.count == 5 && found.strikes.allSatisfy { $0.score >= 0 && $0.score <= 1 })
    }
}

/// The same by looking at every pair.
private struct BruteForce {
    struct Leg {
        let strike: Int64
        let isCall: Bool
        var net: Int64
        var rest: Int64
        let weight: Int64
        let volume: Int64
        var used = false
        /// Of the rest, on the underlying.
        var meaning: Int64 { isCall ? rest : -rest }
    }

    var legs: [Leg] = []
    var kinds: [OptionStructure.Kind] = []

    init(_ pressures: [StrikePressure]) {
        for item in pressures {
            let net = item.bought - item.sold
            // tanh(l / 2) from the definition of the hyperbolic functions by their power series.
            let half = item.logRatio / 2
            var (odd, even, term) = (0.0, 0.0, 1.0)
            for n in 1...60 {
                if n % 2 == 1 { even += term } else { odd += term }
                term *= half / Double(n)
            }
            legs.append(
                Leg(
                    strike: item.strikeNanos, isCall: item.right == .call, net: net, rest: net,
                    weight: Int64((1024 * odd / even).rounded()), volume: item.bought + item.sold))
        }
        legs.sort { $0.strike < $1.strike }
        pair(.straddle) { $0.strike == $1.strike && $0.isCall && !$1.isCall && $0.net.signum() == $1.net.signum() }
        pair(.synthetic) { $0.strike == $1.strike && $0.isCall && !$1.isCall && $0.net.signum() != $1.net.signum() }
        let strikes = Set(legs.map(\.strike))
        func near(_ low: Leg, _ high: Leg) -> Bool {
            let steps = strikes.filter { $0 > low.strike && $0 <= high.strike }.count
            return low.strike < high.strike && high.strike - low.strike <= 200 * point && steps <= 8
        }
        pair(.vertical) { near($0, $1) && $0.isCall == $1.isCall && $0.net.signum() != $1.net.signum() }
        pair(.riskReversal) { near($0, $1) && !$0.isCall && $1.isCall && $0.net.signum() != $1.net.signum() }
    }

    private mutating func pair(_ kind: OptionStructure.Kind, _ holds: (Leg, Leg) -> Bool) {
        let candidates = legs.indices.flatMap { first in legs.indices.map { (first, $0) } }.filter {
            holds(legs[$0], legs[$1])
        }.sorted {
            (legs[$0.0].strike, legs[$0.1].strike, legs[$0.0].isCall ? 0 : 1)
                < (legs[$1.0].strike, legs[$1.1].strike, legs[$1.0].isCall ? 0 : 1)
        }
        let least: Int64 = kind == .riskReversal ? 90 : 75
        for (first, second) in candidates where !legs[first].used && !legs[second].used {
            let sizes = [abs(legs[first].net), abs(legs[second].net)].sorted()
            guard sizes[0] > 0, sizes[0] * 100 >= sizes[1] * least else { continue }
            if kind != .synthetic { legs[first].rest -= legs[first].net.signum() * sizes[0] }
            legs[second].rest -= legs[second].net.signum() * sizes[0]
            legs[first].used = true
            legs[second].used = true
            kinds.append(kind)
        }
    }

    func direction(_ strike: Int64) -> Int64 { legs.filter { $0.strike == strike }.map(\.meaning).reduce(0, +) }

    func score(_ strike: Int64) -> (agreeing: Int, score: Double) {
        let own = direction(strike).signum()
        guard own != 0 else { return (0, 0) }
        var (agreeing, same, against) = (0, Int64(0), Int64(0))
        for other in Set(legs.map(\.strike)) where other != strike && abs(other - strike) <= 50 * point {
            let sign = direction(other).signum()
            let weighted = legs.filter { $0.strike == other }.map { $0.meaning * $0.weight }.reduce(0, +)
            if sign == own {
                agreeing += 1
                same += max(0, weighted * sign)
            } else if sign != 0 {
                against += max(0, weighted * sign)
            }
        }
        guard same > 0 else { return (agreeing, 0) }
        return (agreeing, min(Double(agreeing) / 3, 1) * Double(same) / Double(same + against))
    }

    func isConcentrated(_ strike: Int64) -> Bool {
        let volumes = Dictionary(grouping: legs, by: \.strike).mapValues { $0.map(\.volume).reduce(0, +) }
        let traded = volumes.values.filter { $0 > 0 }
        return (volumes[strike] ?? 0) * Int64(traded.count) * 10 > 12 * traded.reduce(0, +)
    }
}

@Suite struct CoordinationOracleTests {
    @Test(arguments: 0..<120 as Range<UInt64>)
    func everyPairComparedGivesTheSame(seed: UInt64) throws {
        var random = FlowRandom(seed: seed)
        let spacing = Int64([5, 10, 25, 100][random.below(4)])
        var pressures: [StrikePressure] = []
        for index in 0..<(2 + random.below(40)) {
            for right in [StrikePressure.Right.call, .put] where random.below(4) > 0 {
                pressures.append(
                    StrikePressure(
                        strikeNanos: (5000 + Int64(index) * spacing) * point, right: right,
                        bought: Int64(random.below(6) * 20), sold: Int64(random.below(6) * 20),
                        logRatio: Double(random.below(30)) / 10))
            }
        }
        let oracle = BruteForce(pressures)
        // The order in which they come does not matter.
        let found = Coordination(pressures.reversed())
        #expect(
            found.structures.map(\.kind).sorted { $0.rawValue < $1.rawValue }
                == oracle.kinds.sorted { $0.rawValue < $1.rawValue })
        #expect(found.strikes.map(\.strikeNanos) == Set(pressures.map(\.strikeNanos)).sorted())
        for strike in found.strikes {
            #expect(strike.direction == oracle.direction(strike.strikeNanos))
            let expected = oracle.score(strike.strikeNanos)
            #expect(strike.agreeing == expected.agreeing && abs(strike.score - expected.score) < 1e-12)
            #expect(strike.isConcentrated == oracle.isConcentrated(strike.strikeNanos))
        }
    }
}
