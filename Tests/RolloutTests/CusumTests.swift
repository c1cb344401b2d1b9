import Foundation
import Rollout
import Testing

@Suite struct CusumTests {
    /// With a known reference of mean 0 and standard deviation 1, a log-ratio is what it is in standard deviations.
    private static let unit = Cusum.Reference(middle: 0, deviation: 1)

    private func observe(_ cusum: inout Cusum, logRatio: Double) {
        cusum.observe(candidateNanos: UInt64(1e15 * exp(logRatio)), baselineNanos: 1_000_000_000_000_000)
    }

    /// Standard normal (Box and Muller 1958).
    private func normal(_ random: inout RolloutRandom) -> Double {
        let radius = (-2 * log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &random))).squareRoot()
        return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &random))
    }

    /// NIST/SEMATECH e-Handbook, section 6.3.2.3: 20 means with target 325, k = .3175, h = 4.1959.
    @Test func theSumIsThatOfTheHandbook() throws {
        let means = [
            324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625, 325.150,
            328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
        ]
        var cusum = Cusum(level: 4.1959, slack: 0.3175, reference: Self.unit)
        var sums: [Double] = []
        var firstAlarm: Int?
        for (index, mean) in means.enumerated() {
            observe(&cusum, logRatio: mean - 325)
            sums.append(try #require(cusum.value))
            if firstAlarm == nil, cusum.isAlarming == true { firstAlarm = index + 1 }
        }
        #expect(firstAlarm == 14)
        #expect(isNear(sums[12], 3.01, within: 0.005) && isNear(sums[13], 4.94, within: 0.005))
        #expect(isNear(sums[19], 19.04, within: 0.0051))
    }

    /// By hand: each sample adds its deviation less k, and below zero the sum begins again at zero.
    @Test func goodSamplesAreNotSavedUp() {
        var cusum = Cusum(reference: Self.unit)
        for _ in 0..<1_000 { observe(&cusum, logRatio: -2) }
        #expect(cusum.value == 0)
        for _ in 0..<3 { observe(&cusum, logRatio: 2) }
        #expect(isNear(cusum.value, 4.5) && cusum.isAlarming == false)
        observe(&cusum, logRatio: 2)
        #expect(isNear(cusum.value, 6) && cusum.isAlarming == true)
        cusum.restart()
        #expect(cusum.value == 0 && cusum.isAlarming == false && cusum.reference == Self.unit)
    }

    /// One sample, however slow, counts four standard deviations: 3.5 after k, and no alarm. A fast one takes 4.5.
    @Test func oneSampleIsNoDrift() {
        var cusum = Cusum(reference: Self.unit)
        cusum.observe(candidateNanos: .max, baselineNanos: 1)
        #expect(cusum.value == 3.5 && cusum.isAlarming == false)
        cusum.observe(candidateNanos: .max, baselineNanos: 0)
        #expect(cusum.value == 7)
        cusum.observe(candidateNanos: 0, baselineNanos: .max)
        #expect(cusum.value == 2.5)
    }

    /// An alarm is above the level, not at it.
    @Test func theLevelItselfIsNoAlarm() {
        var cusum = Cusum(level: 3.5, reference: Self.unit)
        cusum.observe(candidateNanos: .max, baselineNanos: 1)
        #expect(cusum.value == 3.5 && cusum.isAlarming == false)
    }

    /// By hand, in powers of 2: logs 0, 1, 2, 3, 10 have the median 2 and deviations 2, 1, 0, 1, 8 of median 1.
    @Test func theReferenceIsMedianAndMedianDeviation() throws {
        var cusum = Cusum(referenceSamples: 5)
        for factor: UInt64 in [1_024, 1, 4, 8] {
            cusum.observe(candidateNanos: 1_000 * factor, baselineNanos: 1_000)
            #expect(cusum.value == nil && cusum.isAlarming == nil && cusum.reference == nil)
        }
        cusum.observe(candidateNanos: 2_000, baselineNanos: 1_000)
        let reference = try #require(cusum.reference)
        #expect(isNear(reference.middle, 2 * log(2)) && isNear(reference.deviation, 1.4826 * log(2)))
        #expect(cusum.value == 0 && cusum.isAlarming == false)
        // Twice as slow as usual is 1 / 1.4826 standard deviations.
        cusum.observe(candidateNanos: 8_000, baselineNanos: 1_000)
        #expect(isNear(cusum.value, 1 / 1.4826 - 0.5))
    }

    /// Logs 0, 1, 2, 4 have the median 1.5, and deviations 1.5, .5, .5, 2.5 of median 1.
    @Test func evenCountsHaveAMiddleToo() throws {
        var cusum = Cusum(referenceSamples: 4)
        for factor: UInt64 in [1, 2, 4, 16] { cusum.observe(candidateNanos: factor, baselineNanos: 1) }
        let reference = try #require(cusum.reference)
        #expect(isNear(reference.middle, 1.5 * log(2)) && isNear(reference.deviation, 1.4826 * log(2)))
    }

    /// Samples without a spread are no scale; the newest decide once there is one.
    @Test func equalSamplesAreNoReference() throws {
        var cusum = Cusum(referenceSamples: 5)
        for _ in 0..<50 { cusum.observe(candidateNanos: 7_000, baselineNanos: 7_000) }
        #expect(cusum.value == nil)
        for factor: UInt64 in [2, 4] { cusum.observe(candidateNanos: factor, baselineNanos: 1) }
        #expect(cusum.value == nil)
        cusum.observe(candidateNanos: 8, baselineNanos: 1)
        // 0, 0, 1, 2, 3
        let reference = try #require(cusum.reference)
        #expect(isNear(reference.middle, log(2)) && isNear(reference.deviation, 1.4826 * log(2)))
    }

    @Test func aNormalReferenceHasItsStandardDeviation() throws {
        var random = RolloutRandom(seed: 5)
        var cusum = Cusum(referenceSamples: 4_001)
        for _ in 0..<4_001 { observe(&cusum, logRatio: 0.3 + 0.2 * normal(&random)) }
        let reference = try #require(cusum.reference)
        // Standard errors: 1.253 s / sqrt n, 1.166 s / sqrt n.
        #expect(isNear(reference.middle, 0.3, within: 4 * 1.253 * 0.2 / 4_001.0.squareRoot()))
        #expect(isNear(reference.deviation, 0.2, within: 4 * 1.166 * 0.2 / 4_001.0.squareRoot()))
    }

    /// Run lengths of Brook and Evans's Markov chain (`progressive-delivery.md`, section 4.4), within four standard errors of the
    /// runs' own mean.
    @Test(arguments: [(4.0, 0.0, 335.4, 1_000), (5, 0, 930.9, 300), (4, 1, 8.38, 3_000), (5, 1, 10.38, 3_000)])
    func runLengthsAreThoseOfBrookAndEvans(level: Double, shift: Double, expected: Double, few: Int) {
        let runs = evidenceRounds(few, soak: few * 5)
        var random = RolloutRandom(seed: 11)
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<runs {
            var cusum = Cusum(level: level, reference: Self.unit)
            var length = 0.0
            repeat {
                observe(&cusum, logRatio: shift + normal(&random))
                length += 1
            } while cusum.isAlarming == false && length < 100 * expected
            sum += length
            squares += length * length
        }
        let mean = sum / Double(runs)
        let error = ((squares / Double(runs) - mean * mean) / Double(runs)).squareRoot()
        #expect(isNear(mean, expected, within: 4 * error))
    }
}
