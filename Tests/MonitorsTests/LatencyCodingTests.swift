import Monitors
import Testing

@Suite struct LatencyCodingTests {
    /// 100 ns lies in the first cell, 1000 ns in that from 896 = 7 × 128 ns.
    @Test func theLayoutIsAsDescribed() {
        let histogram = latencies([100, 1000, 1001], lost: 3)
        let expected: [UInt8] =
            [1, 3, 0, 3, 0, 0, 0, 2]  // layout, lost, clamped, within four limits, cells
            + [100, 0xE9, 0x07, 0xB5, 0x10]  // smallest, largest 1001 = 7 × 128 + 105, sum 2101 = 16 × 128 + 53
            + [0, 1, 7, 2]  // cell 0 with one sample, 7 units on one with two
        #expect(histogram.encoded == expected)
    }

    @Test func nothingTakesEightBytes() throws {
        #expect(LatencyHistogram().encoded == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(try LatencyHistogram(decoding: [1, 0, 0, 0, 0, 0, 0, 0]).isEmpty)
    }

    @Test(arguments: latencyRounds(30, soak: 1000))
    func whatIsReadIsWhatWasWritten(seed: UInt64) throws {
        var random = LatencyRandom(seed: seed)
        let samples = (0..<Int.random(in: 0...400, using: &random)).map { _ in random.latency() }
        let histogram = latencies(samples, lost: Int.random(in: 0...9, using: &random))
        let read = try LatencyHistogram(decoding: histogram.encoded)
        #expect(read.encoded == histogram.encoded, "seed \(seed)")
        #expect(read.percentiles == histogram.percentiles, "seed \(seed)")
        #expect(read.meanNanos == histogram.meanNanos && read.clamped == histogram.clamped, "seed \(seed)")
        #expect(read.minNanos == histogram.minNanos && read.maxNanos == histogram.maxNanos, "seed \(seed)")
    }

    @Test(arguments: latencyRounds(10, soak: 1000))
    func mergingAfterReadingIsMergingBefore(seed: UInt64) throws {
        var random = LatencyRandom(seed: seed)
        var before = LatencyHistogram()
        var after = LatencyHistogram()
        for _ in 0..<5 {
            let part = latencies((0..<Int.random(in: 0...99, using: &random)).map { _ in random.latency() }, lost: 1)
            before.merge(part)
            after.merge(try LatencyHistogram(decoding: part.encoded))
        }
        after.record(ms(7))
        before.record(ms(7))
        #expect(before.encoded == after.encoded, "seed \(seed)")
    }

    @Test func aCutOffHistogramIsRefused() {
        let bytes = latencies([5, 700, ms(3), ms(90), ms(100), ms(9000)], lost: 2).encoded
        for length in 0..<bytes.count {
            #expect(throws: LatencyError.self) { try LatencyHistogram(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: LatencyError.self) { try LatencyHistogram(decoding: bytes + [0]) }
    }

    /// 5 ns are within every limit, whatever the head says.
    @Test func aHeadThatMissesASampleIsRefused() throws {
        var bytes = latencies([5, ms(400)]).encoded
        #expect(bytes[3] == 1)
        bytes[3] = 0
        #expect(throws: LatencyError.self) { try LatencyHistogram(decoding: bytes) }
    }

    /// There is one spelling of every histogram: other bytes are another histogram, or none.
    @Test(arguments: latencyRounds(20, soak: 700))
    func changedBytesAreRefusedOrAnotherHistogram(seed: UInt64) {
        var random = LatencyRandom(seed: seed)
        let samples = (0..<Int.random(in: 1...12, using: &random)).map { _ in random.latency() }
        let bytes = latencies(samples, lost: 1).encoded
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let read = try? LatencyHistogram(decoding: changed) else { continue }
            #expect(read.encoded == changed, "seed \(seed): \(changed)")
            #expect(read.share(atMost: ms(100)).map { (0...1).contains($0) } ?? true, "seed \(seed): \(changed)")
        }
    }

    @Test(
        arguments: [
            ([2, 0, 0, 0, 0, 0, 0, 0], "layout 2"),
            ([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], "empty"),  // a cell without samples
            ([1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1], "limits"),  // two within 80 ms, one in all
            ([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], "limits"),  // none within 80 ms, one of 0 ns
            ([1, 0, 0, 1, 0, 0, 0, 1, 9, 5, 5, 0, 1], "do not fit"),  // smallest above largest
            ([1, 0, 0, 1, 0, 0, 0, 1, 5, 5, 6, 0, 1], "sum"),  // one sample of 5 ns, sum 6
            ([1, 0, 1, 1, 0, 0, 0, 1, 5, 5, 5, 0, 1], "clamped"),  // 5 ns is no clamped hour
            ([1, 0, 0, 2, 0, 0, 0, 1, 5, 0x80, 2, 0x85, 2, 0, 2], "last cell"),  // 256 ns in the cell of 0 to 127
            ([1, 0, 0, 2, 0, 0, 0, 2, 5, 5, 10, 0, 1, 0, 1], "do not rise"),  // one cell twice
            ([1, 0x80, 0, 0, 0, 0, 0, 0, 0], "seven bits"),  // 0 in two bytes
            ([1] + [UInt8](repeating: 0xFF, count: 9) + [2, 0, 0, 0, 0, 0, 0], "seven bits"),  // 65 bits
            ([1, 0x81, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 0, 0, 0, 0, 0], "more than"),  // 2^40 + 1 lost
        ] as [([UInt8], String)])
    func whatCannotBeIsNamed(bytes: [UInt8], reason: String) {
        do {
            _ = try LatencyHistogram(decoding: bytes)
            Issue.record("read \(bytes)")
        } catch {
            #expect(error.description.contains(reason), "\(error)")
        }
    }
}
