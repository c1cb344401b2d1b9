/// Somebody who looks at a z-test whenever a half hour has brought something new.
///
/// A value is the difference of the engines' mean R on one instrument in one half hour; the test is two-sided at 5 %, from
/// 30 values on. Above it: to full at once; below it: taken back. Source: `decision-statistics.md`, section 1, [units].
struct BlockTestRival: Rival {
    /// The two-sided 5 % point of the normal distribution, as the table has it.
    private static let critical = 1.96
    private static let leastValues = 30.0

    private(set) var stage = Stage.canary
    private var values = 0.0
    private var sum = 0.0
    private var squares = 0.0
    /// Of the current session, by half hour and instrument.
    private var cells = [Cell](repeating: Cell(), count: MarketTerms.halfHours * MarketTerms.instruments)

    private struct Cell: Sendable {
        var baselineMicros: Int64 = 0
        var baseline = 0.0
        var candidateMicros: Int64 = 0
        var candidate = 0.0

        var differenceR: Double {
            Double(candidateMicros) / 1e6 / max(candidate, 1) - Double(baselineMicros) / 1e6 / max(baseline, 1)
        }
    }

    mutating func judge(_ market: SimulatedMarket) {
        guard stage != .shadow else { return }
        for signal in market.baseline {
            let key = Self.key(signal)
            cells[key].baselineMicros += signal.rMicros
            cells[key].baseline += 1
        }
        for signal in market.candidate {
            let key = Self.key(signal)
            cells[key].candidateMicros += signal.rMicros
            cells[key].candidate += 1
        }
        for key in cells.indices where cells[key].baseline + cells[key].candidate > 0 {
            look(cells[key].differenceR)
            cells[key] = Cell()
        }
    }

    private static func key(_ signal: SimulatedSignal) -> Int {
        signal.halfHour * MarketTerms.instruments + signal.instrument
    }

    /// Adds a value, and looks.
    mutating func look(_ value: Double) {
        values += 1
        sum += value
        squares += value * value
        guard values >= Self.leastValues, stage != .shadow else { return }
        let z = z
        if z < -Self.critical { stage = .shadow } else if z > Self.critical { stage = .full }
    }

    /// The mean of all values in standard errors.
    var z: Double { sum / max(squares - sum * sum / max(values, 1), 1e-9).squareRoot() }
}
