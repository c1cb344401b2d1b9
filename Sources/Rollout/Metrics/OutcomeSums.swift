/// Wins and losses of signals that were resolved, in R or in money.
struct OutcomeSums: Hashable, Sendable {
    private(set) var count = 0
    /// Above 0.
    private(set) var wins = 0
    /// Sum of what is above 0.
    private(set) var gain: Int128 = 0
    /// Sum of what is below 0, as a positive number.
    private(set) var loss: Int128 = 0

    var net: Int128 { gain - loss }

    /// - Parameter value: micro-R or micro-dollars.
    mutating func add(_ value: Int64) {
        count += 1
        if value > 0 { wins += 1 }
        gain += Int128(max(value, 0))
        loss -= Int128(min(value, 0))
    }
}

/// Metrics over the sums of sessions, with limits by session; `count` is resolved signals.
extension [OutcomeSums] {
    var signals: Int { reduce(0) { $0 + $1.count } }

    /// Wins / resolved, where a win is above 0 (`decision-statistics.md`, section 2). Win/loss by count is accuracy /
    /// (1 - accuracy), the same figure in another dress.
    var accuracy: Estimate { SessionStatistics.share(map { ($0.wins, $0.count) }) }

    /// (gain / wins) / (loss / others): what an average win pays for an average loss. Nil without either.
    var payoffRatio: Estimate {
        SessionStatistics.ratio(
            map { SIMD4(Double($0.gain), Double($0.loss), Double($0.wins), Double($0.count - $0.wins)) }, count: signals
        ) { $0[1] > 0 && $0[2] > 0 && $0[3] > 0 ? ($0[0] / $0[2]) / ($0[1] / $0[3]) : nil }
    }

    /// gain / loss, which is win/loss by count x payoff ratio. Nil without a loss.
    var profitFactor: Estimate {
        SessionStatistics.ratio(map { SIMD4(Double($0.gain), Double($0.loss), 0, 0) }, count: signals) {
            $0[1] > 0 ? $0[0] / $0[1] : nil
        }
    }

    /// (gain - loss) / resolved, in units of 1e6: R or dollars a signal.
    var expectancy: Estimate {
        SessionStatistics.mean(map { SIMD4(Double($0.net) / 1e6, Double($0.count), 0, 0) }, count: signals)
    }
}
