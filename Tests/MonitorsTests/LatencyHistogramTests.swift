import Monitors
import Testing

@Suite struct LatencyHistogramTests {
    private static let hour: UInt64 = 3_600_000_000_000

    /// The smallest sample that at least so many in a thousand do not exceed; nil if that is one that was lost.
    private func exact(_ perMille: Int, _ rising: [UInt64], lost: Int) -> UInt64? {
        let count = rising.count + lost
        let rank = (1...count).first { $0 * 1000 >= perMille * count } ?? count
        return rank <= rising.count ? rising[rank - 1] : nil
    }

    @Test(arguments: latencyRounds(30, soak: 1000))
    func percentilesAreThoseOfSortedSamplesWithinOneCell(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        let samples = (0..<Int.random(in: 1...1500, using: &random)).map { _ in random.latency() }
        let lost = Int.random(in: 0...3, using: &random) * Int.random(in: 0...20, using: &random)
        let found = latencies(samples, lost: lost).percentiles
        let rising = samples.map { min($0, Self.hour) }.sorted()
        for (value, perMille) in [(found.p50, 500), (found.p95, 950), (found.p99, 990), (found.p999, 999)] {
            guard let truth = exact(perMille, rising, lost: lost) else {
                #expect(value == nil, "seed \(seed), \(perMille) of 1000")
                continue
            }
            guard let value else {
                Issue.record("seed \(seed): no percentile \(perMille), should be \(truth)")
                continue
            }
            #expect(value >= truth && value - truth <= max(127, truth / 128), "seed \(seed), \(perMille): \(truth)")
        }
    }

    @Test(arguments: latencyRounds(30, soak: 1000))
    func countsAtTheLimitsAndTheEndsAreExact(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        let samples = (0..<Int.random(in: 1...300, using: &random)).map { _ in random.latency() }
        let histogram = latencies(samples)
        for limit in [80, 100, 150, 300].map(ms) {
            #expect(histogram.count(atMost: limit) == samples.count { $0 <= limit }, "seed \(seed), \(limit)")
        }
        let taken = samples.map { min($0, Self.hour) }
        #expect(histogram.minNanos == taken.min() && histogram.maxNanos == taken.max(), "seed \(seed)")
        let mean = taken.reduce(0) { $0 + Double($1) } / Double(taken.count)
        #expect((histogram.meanNanos ?? -1) / mean < 1 + 1e-12 && (histogram.meanNanos ?? -1) / mean > 1 - 1e-12)
        #expect(histogram.clamped == samples.count { $0 > Self.hour }, "seed \(seed)")
    }

    @Test(arguments: latencyRounds(30, soak: 1000))
    func elsewhereACountIsNeverInOurFavour(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        let samples = (0..<200).map { _ in random.latency() }
        let histogram = latencies(samples)
        let limit = random.latency()
        let found = histogram.count(atMost: limit)
        #expect(found <= samples.count { $0 <= limit }, "seed \(seed), \(limit)")
        let blur = max(128, limit / 128)
        #expect(found >= samples.count { $0 <= Self.hour && $0 + blur <= limit }, "seed \(seed), \(limit)")
    }

    /// How much longer than an hour it took is not known.
    @Test func aClampedSampleIsLongerThanAnyLimit() {
        let histogram = latencies([Self.hour, Self.hour + 1])
        #expect(histogram.count(atMost: Self.hour) == 1 && histogram.count(atMost: 2 * Self.hour) == 1)
    }

    /// The cell of 100 ms is half a millisecond wide: a histogram alone could not tell these apart.
    @Test func oneNanosecondDecidesAtTheTarget() {
        let histogram = latencies([ms(100) - 1, ms(100), ms(100) + 1, ms(100) + 2])
        #expect(histogram.count(atMost: ms(100)) == 2)
        #expect(histogram.share(atMost: ms(100)) == 0.5)
    }

    @Test func aLostSignalCountsAsSlow() {
        let histogram = latencies([ms(10), ms(20), ms(30)], lost: 1)
        #expect(histogram.count == 4 && histogram.measured == 3 && histogram.lost == 1)
        #expect(histogram.share(atMost: ms(100)) == 0.75)
        #expect(histogram.count(atMost: .max) == 3)
    }

    /// Of 100 the 99th is the largest sample, but with two lost it is one of them.
    @Test func aPercentileThatFallsOnALostSignalHasNoValue() {
        #expect(latencies([UInt64](repeating: ms(5), count: 99), lost: 1).percentiles.p99 != nil)
        #expect(latencies([UInt64](repeating: ms(5), count: 98), lost: 2).percentiles.p99 == nil)
        #expect(latencies([], lost: 1).percentiles.p50 == nil)
        #expect(latencies([ms(5), ms(6)], lost: 5).maxNanos == ms(6))
    }

    @Test func nothingMeasuredIsUnknown() {
        let histogram = LatencyHistogram()
        #expect(histogram.isEmpty && histogram.share(atMost: ms(100)) == nil && histogram.meanNanos == nil)
        #expect(histogram.minNanos == nil && histogram.maxNanos == nil)
        #expect(histogram.percentiles.p50 == nil && histogram.percentiles.p999 == nil)
    }

    @Test func aSampleOfManyIsManySamples() {
        var stall = latencies([ms(1)])
        stall.record(ms(2000), count: 9)
        #expect(stall.encoded == latencies([ms(1)] + [UInt64](repeating: ms(2000), count: 9)).encoded)
        stall.record(ms(2000), count: 0)
        #expect(stall.count == 10)
    }

    @Test(arguments: latencyRounds(10, soak: 1000))
    func mergingIsRecordingEverythingInOne(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        let parts = (0..<4).map { _ in
            (0..<Int.random(in: 0...200, using: &random)).map { _ in random.latency() }
        }
        var merged = LatencyHistogram()
        for (index, part) in parts.enumerated() { merged.merge(latencies(part, lost: index)) }
        #expect(merged.encoded == latencies(parts.flatMap { $0 }, lost: 6).encoded, "seed \(seed)")
    }

    /// Ten million hours are 36,000,000,000,000,000,000 ns, more than 64 bits hold.
    @Test func hoursWithoutEndDoNotOverflow() {
        var histogram = latencies([ms(1)])
        histogram.record(.max, count: 10_000_000)
        histogram.merge(histogram)
        #expect(histogram.percentiles.p50 == Self.hour && histogram.clamped == 20_000_000)
        #expect(histogram.count(atMost: ms(2)) == 2)
        #expect(histogram.maxNanos == Self.hour)
        #expect((histogram.meanNanos ?? 0) > 9e11)
        #expect((try? LatencyHistogram(decoding: histogram.encoded))?.encoded == histogram.encoded)
    }
}
