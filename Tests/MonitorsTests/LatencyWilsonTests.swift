import Monitors
import Testing

@Suite struct LatencyWilsonTests {
    /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    /// table I, method 3. The last is the worked line of a 99.5 % month, by hand.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718),
        (211, 212, 0.9738, 0.9992),
    ])
    func intervalsAreThePublishedOnes(hits: Int, count: Int, low: Double, high: Double) throws {
        let interval = try #require(Wilson(hits, of: count))
        #expect((interval.low - low).magnitude <= 0.00005)
        #expect((interval.high - high).magnitude <= 0.00005)
    }

    @Test func nothingCountedHasNoInterval() { #expect(Wilson(0, of: 0) == nil) }

    @Test func theEndsAreExact() {
        for count in [1, 7, 20, 3333, 1_000_000] {
            #expect(Wilson(0, of: count)?.low == 0 && Wilson(count, of: count)?.high == 1)
        }
    }

    /// The two roots of (share - p)² = z² p (1 - p) / n, which is how the interval is defined.
    @Test(arguments: [1.0, Wilson.z95, 3.29])
    func limitsSolveTheEquationTheyComeFrom(z: Double) throws {
        for (hits, count) in [(1, 3), (40, 41), (500, 1000), (99_000, 100_000)] {
            let interval = try #require(Wilson(hits, of: count, z: z))
            for limit in [interval.low, interval.high] {
                let distance = Double(hits) / Double(count) - limit
                let allowed = z * z * limit * (1 - limit) / Double(count)
                #expect((distance * distance - allowed).magnitude < 1e-12)
            }
        }
    }
}
