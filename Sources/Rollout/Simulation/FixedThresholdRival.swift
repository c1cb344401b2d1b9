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
