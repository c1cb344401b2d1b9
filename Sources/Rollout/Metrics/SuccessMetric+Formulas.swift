extension SuccessMetric {
    static func mean(_ values: [Double]) -> Estimate {
        SessionStatistics.mean(values.map { SIMD4($0, 1, 0, 0) }, count: values.count).known(in: values.count)
    }

    static func sharpe(_ values: [Double]) -> Estimate {
        guard let origin = values.first else { return .unknown }
        // Sums about one of the values, so that values that agree leave no spread by rounding.
        let sums = values.map { SIMD4($0 - origin, ($0 - origin) * ($0 - origin), 1, 0) }
        let estimate = SessionStatistics.function(sums, count: values.count) { sums in
            let count = sums[2]
            guard count >= 2 else { return nil }
            let variance = (sums[1] - sums[0] * sums[0] / count) / (count - 1)
            guard variance > 1e-12 * sums[1] else { return nil }
            return (origin + sums[0] / count) / variance.squareRoot()
        }
        return estimate.known(in: values.count)
    }

    static func maxDrawdown(_ values: [Double]) -> Estimate {
        var (equity, peak, deepest) = (0.0, 0.0, 0.0)
        for value in values {
            equity += value
            peak = max(peak, equity)
            deepest = max(deepest, peak - equity)
        }
        return Estimate(value: deepest, low: nil, high: nil, count: values.count).known(in: values.count)
    }

    /// Lane 0 over lane 1.
    static func quotient(_ sums: [SessionStatistics.Sums], count: Int) -> Estimate {
        SessionStatistics.function(sums, count: count) { $0[1] > 0 ? $0[0] / $0[1] : nil }.known(in: sums.count)
    }

    /// The candidate's sum over its count less the baseline's; known when both are.
    static func difference(
        _ sessions: [SessionSums], within range: ClosedRange<Double> = -.infinity ... .infinity,
        _ parts: (ArmSums) -> (sum: Double, count: Int)
    ) -> Estimate {
        let pairs = sessions.map { (candidate: parts($0.candidate), baseline: parts($0.baseline)) }
        let sums = pairs.map {
            SIMD4($0.candidate.sum, Double($0.candidate.count), $0.baseline.sum, Double($0.baseline.count))
        }
        let count = pairs.reduce(0) { $0 + $1.candidate.count + $1.baseline.count }
        let spoken = min(pairs.count { $0.candidate.count > 0 }, pairs.count { $0.baseline.count > 0 })
        return SessionStatistics.difference(sums, count: count, within: range).known(in: spoken)
    }
}
