import Rollout
import Testing

/// Sessions that favour nobody, whatever came before, and lean on the processes as hard as they can.
enum FairMarket: String, CaseIterable {
    /// 8 R or -8 R.
    case extremes
    /// A rare large gain: 8 R once in 17, -0.5 R else.
    case rareGains
    /// A rare large loss: -8 R once in 17, 0.5 R else.
    case rareLosses
    case uniform
    /// Loud after loud sessions, quiet after quiet ones, and louder the more the candidate has lost.
    case clustered

    func next(after sum: Double, last: Double, _ random: inout RolloutRandom) -> Double {
        switch self {
        case .extremes: return Bool.random(using: &random) ? 8 : -8
        case .rareGains: return Int.random(in: 0..<17, using: &random) == 0 ? 8 : -0.5
        case .rareLosses: return Int.random(in: 0..<17, using: &random) == 0 ? -8 : 0.5
        case .uniform: return Double.random(in: -8...8, using: &random)
        case .clustered:
            let size = min(8, 0.5 + abs(last) * Double.random(in: 0.5...1.5, using: &random) + max(0, -sum) / 10)
            return Bool.random(using: &random) ? size : -size
        }
    }
}

@Suite struct EvidenceDistributionTests {
    private static let alpha = 0.10
    private static let sessions = 80

    /// At most alpha within four standard errors of what so many runs can show.
    private func isAtMostAlpha(_ alarms: Int, of runs: Int) -> Bool {
        let error = (Self.alpha * (1 - Self.alpha) / Double(runs)).squareRoot()
        return Double(alarms) / Double(runs) <= Self.alpha + 4 * error
    }

    /// D of fair sessions, and a Q that is fair too but depends on D.
    private func history(_ market: FairMarket, _ random: inout RolloutRandom) -> [(d: Double, q: Double?)] {
        var (sum, last) = (0.0, 1.0)
        return (0..<Self.sessions).map { _ in
            last = market.next(after: sum, last: last, &random)
            sum += last
            let q = random.chance(50) ? last / 8 * 1.5 : random.chance(50) ? 1.5 : -1.5
            return (last, random.chance(80) ? q : nil)
        }
    }

    /// Ville: read after every session, each process reaches 1 / alpha in at most a share alpha of histories.
    @Test(arguments: FairMarket.allCases)
    func falseAlarmsAreAsRareAsPromised(market: FairMarket) {
        let runs = evidenceRounds(150, soak: 3_000)
        var alarms = [String: Int]()
        for seed in 0..<runs {
            var random = RolloutRandom(seed: UInt64(seed))
            var (better, worse) = (BetMixture(), BetMixture())
            var account = HarmProcess(null: 0, clip: 8, horizon: 60)
            var quality = HarmProcess(null: 0, clip: 1.5, horizon: 60)
            var called = Set<String>()
            for (d, q) in history(market, &random) {
                better.bet(Stake.better(d, null: 0, clip: 8))
                worse.bet(Stake.worse(d, null: 0, clip: 8))
                account.observe(d)
                if let q { quality.observe(q) }
                let values = [
                    "better": better.value, "worse": worse.value, "harm": account.value, "quality": quality.value,
                    "harm of two": 0.8 * account.value + 0.2 * quality.value,
                    "interval": max(better.value, worse.value) / 2,
                ]
                for (name, value) in values where value >= 1 / Self.alpha { called.insert(name) }
            }
            for name in called { alarms[name, default: 0] += 1 }
        }
        for (name, count) in alarms.sorted(by: { $0.key < $1.key }) {
            #expect(isAtMostAlpha(count, of: runs), "\(name) in \(count) of \(runs) runs of \(market), seeds from 0")
        }
        #expect(!alarms.isEmpty)
    }

    /// The mean of an e-value stays at 1 where the null holds with equality: nothing is lost on the way. Bets are small here,
    /// so that few runs show it; four standard errors of the runs' own mean.
    @Test func fairSessionsKeepTheMeanAtOne() {
        let runs = evidenceRounds(400, soak: 10_000)
        var totals = [String: (sum: Double, squares: Double)]()
        for seed in 0..<runs {
            var random = RolloutRandom(seed: UInt64(seed))
            var (better, worse) = (BetMixture(), BetMixture())
            var harm = HarmProcess(null: 0, clip: 8, horizon: 6)
            for _ in 0..<10 {
                let d = Double.random(in: -4...4, using: &random)
                better.bet(Stake.better(d, null: 0, clip: 8))
                worse.bet(Stake.worse(d, null: 0, clip: 8))
                harm.observe(d)
            }
            for (name, value) in [("better", better.value), ("worse", worse.value), ("harm", harm.value)] {
                let total = totals[name] ?? (0, 0)
                totals[name] = (total.sum + value, total.squares + value * value)
            }
        }
        for (name, total) in totals.sorted(by: { $0.key < $1.key }) {
            let mean = total.sum / Double(runs)
            let error = ((total.squares / Double(runs) - mean * mean) / Double(runs)).squareRoot()
            #expect(isNear(mean, 1, within: 4 * error), "\(name), seeds 0 to \(runs - 1)")
        }
    }

    /// F less the number of sessions is fair where the mean is the reference, so that false alarms come at most once in `arl`
    /// sessions on average. Runs are cut at four times as many, which only shortens them.
    @Test func fallAlarmsAtMostOnceInItsRunLength() {
        let (runs, arl) = (evidenceRounds(60, soak: 1_000), 40.0)
        var total = 0.0
        for seed in 0..<runs {
            var random = RolloutRandom(seed: UInt64(seed))
            var fall = FallDetector(clip: 8)
            fall.restart(reference: 1)
            var length = 0.0
            repeat {
                fall.observe(1 + Double.random(in: -7...7, using: &random))
                length += 1
            } while fall.value < arl && length < 4 * arl
            total += length
        }
        #expect(total / Double(runs) >= arl, "seeds 0 to \(runs - 1)")
    }
}
