import Testing

@testable import Engines

private let weights = PressureScore.Weights(
    pressure: Micros(0.4), baseline: Micros(0.3), notMaking: Micros(0.2), coordination: Micros(0.1))

private func score(_ parts: [Double], _ weights: PressureScore.Weights = weights) -> Double {
    PressureScore(
        pressure: parts[0], baseline: parts[1], notMaking: parts[2], coordination: parts[3], weights: weights
    ).value
}

@Suite struct PressureScoreTests {
    @Test func theWholeRangeIsReached() {
        #expect(score([0, 0, 0, 0]) == 0 && score([1, 1, 1, 1]) == 1)
        #expect(score([-3, -1, -0.1, -9]) == 0 && score([3, 2, 1.5, 9]) == 1)
        var seen = Set<Int>()
        for step in 0...1000 { seen.insert(Int(score(Array(repeating: Double(step) / 1000, count: 4)) * 100)) }
        #expect(seen.isSuperset(of: 0...99))
    }

    /// More of any component never means less, whatever the weights, and the weights are what it counts.
    @Test(arguments: 1...20) func itRisesInEachComponent(seed: Int) {
        var random = PressureRandom(seed: UInt64(seed))
        for _ in 0..<500 {
            let numbers = (0..<4).map { _ in Int64(random.next() % 1_000_001) }
            guard numbers.contains(where: { $0 > 0 }) else { continue }
            let weights = PressureScore.Weights(
                pressure: Micros(numbers[0]), baseline: Micros(numbers[1]), notMaking: Micros(numbers[2]),
                coordination: Micros(numbers[3]))
            let parts = (0..<4).map { _ in random.unit() }
            let value = score(parts, weights)
            let mean = zip(parts, numbers).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(numbers.reduce(0, +))
            #expect(abs(value - mean) < 1e-9 && (0...1).contains(value))
            for component in 0..<4 {
                var more = parts
                more[component] += (1 - more[component]) * random.unit()
                #expect(score(more, weights) >= value - 1e-15, "\(parts) \(numbers) \(component)")
            }
        }
    }
}

@Suite struct PressureStrengthTests {
    private let strength = PressureStrength(leastVolume: 100, fullVolume: 1000)

    @Test func nothingIsZeroAndEverythingIsOne() {
        #expect(strength.value(GroupFlow()) == 0)
        let full = GroupFlow(contracts: 1000, against: 0, strikes: 4, contractsBefore: 500, strikesBefore: 3)
        #expect(strength.value(full) == 1)
        #expect(strength.value(GroupFlow(contracts: 100, against: 100, strikes: 9)) == 0)
    }

    /// A single option has no neighbourhood to be one-sided.
    @Test func oneStrikeIsNoCampaign() {
        let lone = GroupFlow(contracts: 1_000_000, against: 0, strikes: 1, contractsBefore: 1_000_000, strikesBefore: 1)
        #expect(abs(strength.value(lone) - 0.3) < 1e-12)
    }

    @Test(arguments: 1...20) func itRisesInEachPart(seed: Int) {
        var random = PressureRandom(seed: UInt64(seed) + 50)
        func contracts() -> Int64 { Int64(random.next() % 3000) }
        for _ in 0..<500 {
            let group = GroupFlow(
                contracts: contracts(), against: contracts(), strikes: Int(random.next() % 6),
                contractsBefore: contracts(), strikesBefore: Int(random.next() % 6))
            let value = strength.value(group)
            #expect((0...1).contains(value))
            var changes: [GroupFlow] = Array(repeating: group, count: 5)
            changes[0].contracts += contracts()
            changes[1].against -= min(group.against, contracts())
            changes[2].strikes += 1
            changes[3].contractsBefore += contracts()
            changes[4].strikesBefore += 1
            for more in changes { #expect(strength.value(more) >= value - 1e-15, "\(group) \(more)") }
        }
    }
}

@Suite struct BaselineStrengthTests {
    private func value(
        z: Double, rank: Double, reliability: Double = 1, volumeReliability: Double = 1, sold: Bool = false
    ) throws -> Double {
        let key = try #require(BaselineKey(number: 100))
        return BaselineStrength.value(
            WindowReading.Baseline(
                key: key,
                logRatio: BaselineJudgement(value: sold ? -1 : 1, z: z, rank: 0.5, reliability: reliability),
                logVolume: BaselineJudgement(value: 3, z: 0, rank: rank, reliability: volumeReliability)))
    }

    @Test func theWholeRangeIsReached() throws {
        #expect(BaselineStrength.value(nil) == 0)
        #expect(try value(z: 0, rank: 0.5) == 0 && value(z: 4, rank: 1) == 1)
        #expect(try value(z: -9, rank: 0) == 0 && value(z: 99, rank: 1) == 1)
        #expect(try value(z: 4, rank: 1, reliability: 0, volumeReliability: 0) == 0)
    }

    /// What is unusually sold is as unusual as what is bought; unusually little of the own direction is not.
    @Test func bothDirectionsAreAlike() throws {
        for z in [-5.0, -1, 0, 0.7, 2, 9] {
            #expect(try value(z: z, rank: 0.8) == value(z: -z, rank: 0.8, sold: true))
        }
        #expect(try value(z: 3, rank: 0.5, sold: true) == 0)
    }

    @Test(arguments: 1...10) func itRisesInEachPart(seed: Int) throws {
        var random = PressureRandom(seed: UInt64(seed) + 90)
        for _ in 0..<500 {
            let (z, rank) = ((random.unit() - 0.3) * 8, random.unit())
            let (first, second) = (random.unit(), random.unit())
            func strength(_ z: Double, _ rank: Double, _ first: Double, _ second: Double) throws -> Double {
                try value(z: z, rank: rank, reliability: first, volumeReliability: second)
            }
            let here = try strength(z, rank, first, second)
            #expect((0...1).contains(here))
            let step = random.unit()
            #expect(try strength(z + step, rank, first, second) >= here)
            #expect(try strength(z, min(1, rank + step), first, second) >= here)
            #expect(try strength(z, rank, min(1, first + step), second) >= here)
            #expect(try strength(z, rank, first, min(1, second + step)) >= here)
        }
    }
}
