import Testing

@testable import Feeds

@Suite struct SyntheticRandomTests {
    /// Expected values: Abramowitz and Stegun, tables 4.2 and 4.4, and exact identities.
    @Test func logarithmAndExponentialAreRight() {
        #expect((SyntheticMath.log(2) - 0.693147180559945).magnitude < 1e-14)
        #expect((SyntheticMath.log(10) - 2.302585092994046).magnitude < 1e-14)
        #expect((SyntheticMath.log(0.001) + 6.907755278982137).magnitude < 1e-13)
        #expect((SyntheticMath.exp(1) - 2.718281828459045).magnitude < 1e-14)
        #expect((SyntheticMath.exp(-2) - 0.1353352832366127).magnitude < 1e-15)
        #expect(SyntheticMath.exp(0) == 1)
    }

    @Test func drawsHaveTheirMeans() {
        var random = SyntheticRandom(seed: 1, stream: .flow)
        let geometric = QuantileTable<Int>.geometric(success: 0.25, atMost: 1000)
        var sums = (unit: 0.0, bell: 0.0, square: 0.0, exponential: 0.0, geometric: 0.0, below: 0)
        let count = 100_000
        for _ in 0..<count {
            sums.unit += random.unit()
            let bell = random.bell()
            sums.bell += bell
            sums.square += bell * bell
            sums.exponential += QuantileTable<Double>.exponential.draw(&random)
            sums.geometric += Double(geometric.draw(&random))
            sums.below += random.below(7)
        }
        let n = Double(count)
        // Five standard errors, or wider.
        #expect((sums.unit / n - 0.5).magnitude < 0.005)
        #expect((sums.bell / n).magnitude < 0.016)
        #expect((sums.square / n - 1).magnitude < 0.025)
        #expect((sums.exponential / n - 1).magnitude < 0.02)
        #expect((sums.geometric / n - 4).magnitude < 0.06)
        #expect((Double(sums.below) / n - 3).magnitude < 0.04)
    }

    @Test func weightsAreKept() {
        let table = WeightedTable([1, 0, 3])
        var random = SyntheticRandom(seed: 2, stream: .flow)
        var counts = [0, 0, 0]
        for _ in 0..<40_000 { counts[table.draw(&random)] += 1 }
        #expect((9_500...10_500).contains(counts[0]) && counts[1] < 20 && counts[0] + counts[1] + counts[2] == 40_000)
    }

    /// The chance of two streams of one seed beginning alike is nil.
    @Test func streamsOfOneSeedDiffer() {
        var a = SyntheticRandom(seed: 3, stream: .flow)
        var b = SyntheticRandom(seed: 3, stream: .orders)
        var c = SyntheticRandom(seed: 3, stream: .flow, index: 1)
        #expect(Set([a.next(), b.next(), c.next()]).count == 3)
    }
}
