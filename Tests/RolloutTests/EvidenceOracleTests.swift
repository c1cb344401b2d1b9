import Rollout
import Testing

/// The processes once more, in whole numbers: D in whole R and a clip of 8 R make each factor a fraction with a known
/// denominator, so that nothing is rounded.
private struct ExactEvidence {
    /// A numerator per bet, over the bet's common denominator.
    private var numerators: [Int128]
    private var denominator: Int128 = 1
    private let null: Int128
    private let isBetter: Bool

    /// - Parameter start: the numerator that each bet begins with.
    init(null: Int, isBetter: Bool, start: Int128 = 1) {
        self.null = Int128(null)
        self.isBetter = isBetter
        numerators = Array(repeating: start, count: 10)
    }

    /// - Parameter seed: added to each bet's wealth before, in units of 1.
    mutating func observe(_ d: Int, adding seed: Int128 = 0) {
        // 1 + (2j - 1) / 20 x gain / room
        let room = isBetter ? 8 + null : 8 - null
        let gain = isBetter ? Int128(d) - null : null - Int128(d)
        for bet in 1...10 {
            let factor = 20 * room + (2 * Int128(bet) - 1) * gain
            numerators[bet - 1] = (numerators[bet - 1] + seed * denominator) * factor
        }
        denominator *= 20 * room
    }

    /// Over ten bets, less the division by `scale`.
    func value(over scale: Int128 = 1) -> Double {
        Double(numerators.reduce(0, +)) / (10 * Double(denominator) * Double(scale))
    }
}

@Suite struct EvidenceOracleTests {
    /// Thirteen sessions fit into 128 bits.
    private func history(_ random: inout RolloutRandom) -> [Int] {
        (0..<13).map { _ in Int.random(in: -8...8, using: &random) }
    }

    @Test(arguments: 0..<evidenceRounds(40, soak: 5_000))
    func constantBetsAreThoseOfWholeNumbers(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let (null, isBetter) = (Int.random(in: -3...3, using: &random), Bool.random(using: &random))
        var exact = ExactEvidence(null: null, isBetter: isBetter)
        var mixture = BetMixture()
        for d in history(&random) {
            exact.observe(d)
            mixture.bet(
                isBetter
                    ? Stake.better(Double(d), null: Double(null), clip: 8)
                    : Stake.worse(Double(d), null: Double(null), clip: 8))
            #expect(agrees(mixture.value, exact.value(), relative: 1e-14), "seed \(seed)")
        }
    }

    /// The first start is worth 119 of 238, each later one 1 of 238, up to the horizon.
    @Test(arguments: [2, 5, 120], 0..<evidenceRounds(20, soak: 2_000))
    func harmIsThatOfWholeNumbers(horizon: Int, seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let spread = Int128(horizon - 1)
        var exact = ExactEvidence(null: 0, isBetter: false, start: 0)
        var unspent = 2 * spread
        var harm = HarmProcess(null: 0, clip: 8, horizon: horizon)
        // Two digits less room than the plain process, for the weights of the starts.
        for (index, d) in history(&random).prefix(12).enumerated() {
            let start: Int128 = index == 0 ? spread : index < horizon ? 1 : 0
            unspent -= start
            exact.observe(d, adding: start)
            harm.observe(Double(d))
            let expected = exact.value(over: 2 * spread) + Double(unspent) / Double(2 * spread)
            #expect(agrees(harm.value, expected, relative: 1e-14), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<evidenceRounds(40, soak: 5_000))
    func fallIsThatOfWholeNumbers(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let reference = Int.random(in: 0...4, using: &random)
        var fall = FallDetector(clip: 8)
        for d in history(&random) { fall.observe(Double(d)) }
        fall.restart(reference: Double(reference))
        #expect(fall.value == 0 && fall.reference == Double(reference))
        var exact = ExactEvidence(null: reference, isBetter: false, start: 0)
        for d in history(&random).prefix(12) {
            exact.observe(d, adding: 1)
            fall.observe(Double(d))
            #expect(agrees(fall.value, exact.value(), relative: 1e-14), "seed \(seed)")
        }
    }

    /// One bet after the other, as the page writes it; equal to the bit, and so is a second run.
    @Test(arguments: 0..<evidenceRounds(20, soak: 2_000))
    func tenBetsAtOnceAreTenBets(seed: Int) {
        var random = RolloutRandom(seed: UInt64(seed))
        let history = (0..<200).map { _ in Double.random(in: -8...8, using: &random) }
        let bets = (1...10).map { Double(2 * $0 - 1) / 20 }
        var (wealths, starts) = ([Double](repeating: 1, count: 10), [Double](repeating: 0, count: 10))
        var (mixture, again, seeded) = (BetMixture(), BetMixture(), BetMixture(start: 0))
        for d in history {
            let stake = Stake.better(d, null: -1, clip: 8)
            for (index, bet) in bets.enumerated() {
                wealths[index] *= 1 + bet * stake
                starts[index] = (starts[index] + 0.25) * (1 + bet * stake)
            }
            mixture.bet(stake)
            again.bet(stake)
            seeded.bet(stake, adding: 0.25)
            #expect(mixture.value.bitPattern == (wealths.reduce(0, +) / 10).bitPattern, "seed \(seed)")
            #expect(seeded.value.bitPattern == (starts.reduce(0, +) / 10).bitPattern, "seed \(seed)")
        }
        #expect(mixture == again && mixture.hashValue == again.hashValue)
    }
}
