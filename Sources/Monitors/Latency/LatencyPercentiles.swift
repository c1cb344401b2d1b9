/// Times that a share of all stayed within, by nearest rank: the smallest one that at least this share did not exceed.
///
/// Never below the true one, above it by less than 128 ns or 1/128 of it, whichever is more. What was lost ranks above
/// every sample, so a percentile that falls on it has no value.
package struct LatencyPercentiles: Hashable, Sendable {
    package var p50: UInt64?
    package var p95: UInt64?
    package var p99: UInt64?
    /// 99.9 %
    package var p999: UInt64?
}

extension LatencyHistogram {
    /// All in one pass. - Complexity: O(cells up to the longest sample), some 20 µs.
    package var percentiles: LatencyPercentiles {
        let ranks = [500, 950, 990, 999].map { Self.rank(perMille: $0, of: count) }
        var found: [UInt64] = []
        var passed = 0
        forEachCell { _, highest, samples in
            passed += samples
            while found.count < ranks.count, ranks[found.count] <= passed { found.append(min(highest, largest)) }
        }
        func value(_ index: Int) -> UInt64? { index < found.count ? found[index] : nil }
        return LatencyPercentiles(p50: value(0), p95: value(1), p99: value(2), p999: value(3))
    }

    /// count × perMille / 1000, rounded up, without overflow. At least 1 if `count` is.
    static func rank(perMille: Int, of count: Int) -> Int {
        count / 1000 * perMille + (count % 1000 * perMille + 999) / 1000
    }
}
