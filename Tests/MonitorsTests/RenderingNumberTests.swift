import Foundation
import MarketData
import Testing

@testable import Monitors

@Suite struct RenderingNumberTests {
    @Test func millisecondsAreRoundedNanoseconds() {
        #expect(NumberFormat.milliseconds(nanoseconds: 12_345_678) == "12.35 ms")
        #expect(NumberFormat.milliseconds(nanoseconds: 4_999) == "0.00 ms")
        #expect(NumberFormat.milliseconds(nanoseconds: 5_000, unit: false) == "0.01")
        #expect(NumberFormat.milliseconds(nanoseconds: 999_500_000, places: 0) == "1,000 ms")
        #expect(NumberFormat.milliseconds(nanoseconds: .max) == "18,446,744,073,709.55 ms")
    }

    @Test func percentagesHaveEnoughDigits() {
        #expect(NumberFormat.percent(0.999512) == "99.9512 %")
        #expect(NumberFormat.percent(-2.305, places: 1) == "-230.5 %")
        #expect(NumberFormat.percent(1, places: 2) == "100.00 %")
        #expect(NumberFormat.percent(0, places: 2) == "0.00 %")
        #expect(NumberFormat.percent(part: 86_399, of: 86_400, places: 2) == "99.999 %")
    }

    @Test func aPercentageNeverReadsAsARoundOneThatItIsNot() {
        #expect(NumberFormat.percent(0.99999996) == "99.999996 %")
        #expect(NumberFormat.percent(1.0000002, places: 2) == "100.00002 %")
        #expect(NumberFormat.percent(0.0000001, places: 1) == "0.00001 %")
        #expect(NumberFormat.percent(0.8999999, places: 2, target: 0.9) == "89.99999 %")
        #expect(NumberFormat.percent(0.9, places: 2, target: 0.9) == "90.00 %")
    }

    @Test func noiseOfFloatingPointIsNoDifference() {
        #expect(NumberFormat.percent(0.1 + 0.2, places: 1, target: 0.3) == "30.0 %")
    }

    @Test(
        arguments: [
            (12_340_000, "$12.34"), (-12_345_000, "-$12.35"), (1_234_567_890_000, "$1,234,567.89"), (0, "$0.00"),
            (999_995_000, "$1,000.00"), (-250_000, "-$0.25"), (4_999, "$0.004999"), (-1, "-$0.000001"),
            (5_000, "$0.01"),
            (.max, "$9,223,372,036,854.78"), (.min, "-$9,223,372,036,854.78"),
        ] as [(Int64, String)])
    func moneyHasCentsSeparatorsAndItsSignInFront(micros: Int64, text: String) {
        #expect(NumberFormat.dollars(micros: micros) == text)
    }

    @Test func moneyHasAllSixPlacesWhenAsked() {
        #expect(NumberFormat.dollars(micros: 1_234_567_890, exact: true) == "$1,234.567890")
        #expect(NumberFormat.plainDollars(micros: -1_234_500_000) == "-1234.500000")
        #expect(NumberFormat.plainDollars(micros: .min) == "-9223372036854.775808")
        #expect(NumberFormat.plainDollars(micros: 7) == "0.000007")
    }

    /// Foundation's decimal arithmetic as the oracle.
    @Test func moneyRoundsHalvesAwayFromZero() throws {
        for seed in RenderingFixture.seeds(500, soak: 100_000) {
            var random = RenderingRandom(seed: seed)
            let micros = Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0...45, using: &random)
            guard micros.magnitude >= 5_000 || micros == 0 else { continue }
            var exact = Decimal(micros) / 1_000_000
            var rounded = Decimal()
            NSDecimalRound(&rounded, &exact, 2, .plain)
            let text = NumberFormat.dollars(micros: micros).filter { $0 != "," && $0 != "$" }
            #expect(Decimal(string: text) == rounded, "seed \(seed), \(micros) micros")
        }
    }

    @Test(
        arguments: [
            (0, "0 s"), (45, "45 s"), (59, "59 s"), (60, "1 min 00 s"), (303, "5 min 03 s"), (3599, "59 min 59 s"),
            (3600, "1 h 00 min"), (3749, "1 h 02 min"), (3750, "1 h 03 min"), (7170, "2 h 00 min"),
            (1_738_800, "483 h 00 min"), (-303, "-5 min 03 s"), (3_600_000, "1,000 h 00 min"),
        ] as [(Int64, String)])
    func durationsCarryOver(seconds: Int64, text: String) {
        #expect(NumberFormat.duration(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (850_000_000, "850 ms"), (999_499_999, "999 ms"), (999_500_000, "1.0 s"), (2_400_000_000, "2.4 s"),
            (59_949_999_999, "59.9 s"), (59_950_000_000, "1 min 00 s"), (90_500_000_000, "1 min 31 s"), (0, "0 ms"),
        ] as [(UInt64, String)])
    func shortDurationsKeepTheirFraction(nanoseconds: UInt64, text: String) {
        #expect(NumberFormat.duration(nanoseconds: nanoseconds) == text)
    }

    @Test func unknownIsUnknownInEveryFormat() {
        let texts = [
            NumberFormat.count(nil), NumberFormat.milliseconds(nanoseconds: nil), NumberFormat.percent(nil),
            NumberFormat.percent(.nan), NumberFormat.percent(.infinity), NumberFormat.percent(part: 0, of: 0),
            NumberFormat.dollars(micros: nil), NumberFormat.duration(seconds: nil),
            NumberFormat.duration(nanoseconds: nil), NumberFormat.number(nil, places: 2),
            NumberFormat.number(1e30, places: 2), NumberFormat.time(nil), NumberFormat.time(Timestamp(nanos: .max)),
        ]
        #expect(texts.allSatisfy { $0 == "unknown" })
        #expect(NumberFormat.percent(nil, unknown: NumberFormat.gap) == "–")
    }

    @Test func numbersHaveNoNegativeZero() {
        #expect(NumberFormat.number(-0.004, places: 2) == "0.00")
        #expect(NumberFormat.number(-1234.5, places: 1) == "-1,234.5")
        #expect(NumberFormat.count(-1_234_567) == "-1,234,567")
        #expect(NumberFormat.count(.min) == "-9,223,372,036,854,775,808")
    }

    /// The texts are those of `date -u`.
    @Test func timesAreUTC() {
        #expect(NumberFormat.time(Timestamp(seconds: 1_795_000_000)) == "2026-11-18 11:06:40 UTC")
        #expect(NumberFormat.time(Timestamp(seconds: 951_782_400)) == "2000-02-29 00:00:00 UTC")
    }
}
