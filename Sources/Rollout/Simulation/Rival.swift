/// The rule of another tool, on the same sessions: it sees every signal of both engines with its outcome, though none of
/// these tools scores an engine in shadow, and begins at 10 % of the traffic, as they do.
protocol Rival: Sendable {
    /// Shadow: taken back for good.
    var stage: Stage { get }

    /// Looks at a session that is over.
    mutating func judge(_ market: SimulatedMarket)
}

/// A failure counter as in Flagger and Argo Rollouts: a check a session, on that session alone.
///
/// A failed check is counted for good; each passed one leads a step on, and nothing is checked after promotion
/// (Flagger, "Deployment Strategies": promoted after `maxWeight / stepWeight` intervals, taken back after `threshold` ones).
struct FixedThresholdRival: Rival {
    private let passes: [Stage: Int]
    private let threshold: Int
    /// How much lower the candidate's share of correct signals, and its mean R, may be.
    private static let accuracyMargin = 0.10
    private static let meanMarginR = 0.25

    private(set) var stage = Stage.canary
    private var failed = 0
    private var passed = 0

    /// - Parameters:
    ///   - passes: passed checks that a stage asks for; as many as the sessions our own gates ask for.
    ///   - threshold: failed checks that take the candidate back.
    init(passes: [Stage: Int] = [.canary: 5, .limited: 10], threshold: Int = 5) {
        self.passes = passes
        self.threshold = threshold
    }

    mutating func judge(_ market: SimulatedMarket) {
        guard stage == .canary || stage == .limited else { return }
        count(isGood(market))
    }

    /// No signal to look at is a failed check, as in Flagger.
    private func isGood(_ market: SimulatedMarket) -> Bool {
        guard let baseline = Self.means(market.baseline), let candidate = Self.means(market.candidate) else {
            return false
        }
        return candidate.accuracy >= baseline.accuracy - Self.accuracyMargin
            && candidate.meanR >= baseline.meanR - Self.meanMarginR
    }

    private static func means(_ signals: [SimulatedSignal]) -> (accuracy: Double, meanR: Double)? {
        guard !signals.isEmpty else { return nil }
        var (correct, micros) = (0, Int64(0))
        for signal in signals {
            micros += signal.rMicros
            if signal.rMicros > 0 { correct += 1 }
        }
        let count = Double(signals.count)
        return (Double(correct) / count, Double(micros) / 1e6 / count)
    }

    mutating func count(_ isGood: Bool) {
        guard isGood else {
            failed += 1
            if failed >= threshold { stage = .shadow }
            return
        }
        passed += 1
        guard passed >= passes[stage] ?? 1, let next = stage.next else { return }
        stage = next
        passed = 0
    }
}

/// Kayenta's judge after every session, on all signals so far: `Low` takes the candidate back, anything else lets it on.
struct MannWhitneyRival: Rival {
    /// Looks that a stage asks for.
    private static let looks: [Stage: Int] = [.canary: 5, .limited: 10]

    private(set) var stage = Stage.canary
    private var samples = MannWhitney()
    private var looked = 0

    mutating func judge(_ market: SimulatedMarket) {
        guard stage != .shadow else { return }
        for signal in market.baseline { samples.insert(baseline: signal.rMicros) }
        for signal in market.candidate { samples.insert(candidate: signal.rMicros) }
        guard !samples.isShifted(.down) else {
            stage = .shadow
            return
        }
        looked += 1
        guard let next = stage.next, looked >= Self.looks[stage] ?? 1 else { return }
        stage = next
        looked = 0
    }
}

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
