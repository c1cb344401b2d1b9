import Rollout
import Testing

@Suite struct EvidenceIntervalTests {
    /// `decision-statistics.md`, section 9, with more digits by 60-digit decimal arithmetic (Python's `decimal`); its own, to
    /// eight places, are the same.
    static let published: [(history: GoldenHistory, count: Int, low: Double, high: Double)] = [
        (.a, 1, -7.8138734177215188, 7.9835949367088608), (.a, 2, -6.6537597001901041, 7.8237881100988336),
        (.a, 10, -3.1803000206561225, 4.3821934939565015), (.a, 30, -1.8038107741679728, 3.0105700514765061),
        (.a, 120, -1.2989908839377107, 1.2708515062082126), (.b, 1, -7.8607594936708862, 7.9367088607594933),
        (.b, 5, -4.5078761871111181, 5.9621045112601481), (.b, 10, -2.5376800577429317, 5.3738174623211918),
        (.c, 30, 1.1796540852443556, 3.8850789979010121), (.c, 31, 1.061842043465018, 3.7611733973605692),
        (.c, 40, -0.069017730585737916, 2.6944667047548356), (.c, 60, -1.1843338948050106, 1.1843338948050106),
    ]

    @Test(arguments: published.indices)
    func intervalsReachThePublishedValues(index: Int) {
        let row = Self.published[index]
        let interval = ConfidenceSequence.interval(of: row.history.first(row.count), clip: 8, alpha: 0.05)
        #expect(agrees(interval.low, row.low, relative: 1e-12), "\(row.history) \(row.count)")
        #expect(agrees(interval.high, row.high, relative: 1e-12), "\(row.history) \(row.count)")
    }

    @Test func nothingIsKnownBeforeTheFirstSession() {
        #expect(ConfidenceSequence.interval(of: [], clip: 8, alpha: 0.05) == (-8, 8))
        #expect(ConfidenceSequence.intervals(of: [], clip: 8, alpha: 0.05).isEmpty)
    }

    /// The interval after each session is that of the sessions so far, not what is common to it and earlier ones: twelve
    /// good sessions prove a gain that twelve bad ones take back.
    @Test func earlierIntervalsBindNothing() {
        let history = (0..<24).map { $0 < 12 ? 5.0 : -5.0 }
        let all = ConfidenceSequence.intervals(of: history, clip: 8, alpha: 0.05)
        #expect(all.count == 24)
        for (index, interval) in all.enumerated() {
            #expect(interval == ConfidenceSequence.interval(of: Array(history[...index]), clip: 8, alpha: 0.05))
        }
        #expect(all[11].low > 0 && all[23].low < 0)
    }

    /// It leaves out exactly the means against which one side's evidence is 2 / alpha, and never the mean that was seen.
    @Test(arguments: 0..<evidenceRounds(15, soak: 200))
    func theIntervalIsWhatEvidenceLeavesOpen(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let drift = Double.random(in: -5...5, using: &random)
        let history = (0..<Int.random(in: 1...80, using: &random)).map { _ in
            min(max(drift + Double.random(in: -6...6, using: &random), -8), 8)
        }
        let alpha = [0.01, 0.05, 0.2].randomElement(using: &random) ?? 0.05
        let interval = ConfidenceSequence.interval(of: history, clip: 8, alpha: alpha)
        let mean = history.reduce(0, +) / Double(history.count)
        #expect(interval.low < mean && mean < interval.high, "seed \(seed)")
        for null in [-7, -3, mean - 1, mean - 0.1, mean, mean + 0.1, mean + 1, 3, 7] where abs(null) < 8 {
            var (better, worse) = (BetMixture(), BetMixture())
            for d in history {
                better.bet(Stake.better(d, null: null, clip: 8))
                worse.bet(Stake.worse(d, null: null, clip: 8))
            }
            #expect((better.value >= 2 / alpha) == (null <= interval.low), "seed \(seed) null \(null)")
            #expect((worse.value >= 2 / alpha) == (null >= interval.high), "seed \(seed) null \(null)")
        }
        let mirrored = ConfidenceSequence.interval(of: history.map { -$0 }, clip: 8, alpha: alpha)
        #expect(abs(mirrored.low + interval.high) < 1e-12 && abs(mirrored.high + interval.low) < 1e-12)
    }
}
