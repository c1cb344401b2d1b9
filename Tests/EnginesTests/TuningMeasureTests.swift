import Foundation
import Testing

@testable import Engines

@Suite struct TuningMeasureTests {
    private func sums(_ r: [Double], cost: Double = 0.1) -> TuningSums {
        r.reduce(.zero) { $0 + TuningSums(rMicros: Int64($1 * 1e6), costMicros: Int64(cost * 1e6)) }
    }

    /// By hand: 3 of 5 won, 0.4 R in sum.
    @Test func theCompositeIsItsFormula() throws {
        let measure = try #require(TuningMeasure(sums([1, -1, 0.5, 0.4, -0.5])))
        #expect(measure.signals == 5 && abs(measure.accuracy - 0.6) < 1e-12)
        #expect(abs(measure.expectancyR - 0.08) < 1e-12 && abs(measure.totalR - 0.4) < 1e-12)
        #expect(measure.winLoss == 1.5)
        let expected = 0.35 * (0.6 / 0.75) + 0.25 * 0.5 + 0.25 * (0.08 / 0.25) + 0.15 * (1.5 / 1.8)
        #expect(abs(measure.composite - expected) < 1e-12)
    }

    @Test func everyPartIsCappedAtItsTarget() throws {
        #expect(abs(try #require(TuningMeasure(sums([3, 3, 3], cost: 0))).composite - 1) < 1e-12)
        #expect(abs(try #require(TuningMeasure(sums([-1, -1], cost: 0.05))).composite - 0.25) < 1e-12)
        #expect(TuningMeasure(.zero) == nil)
        #expect(TuningMeasure(sums([0]))?.accuracy == 0)
    }

    /// Against the same by recomputing from the signals themselves, without sums.
    @Test(arguments: 1...20) func theIntervalIsTheJackknifes(seed: UInt64) throws {
        var random = PressureRandom(seed: seed)
        let sessions = (0..<(4 + Int(seed))).map { _ in
            (0..<(3 + Int(random.next() % 5))).map { _ in (r: random.unit() * 3 - 1.4, stays: random.unit() < 0.8) }
        }
        func difference(_ sessions: [[(r: Double, stays: Bool)]]) -> Double {
            let all = sessions.joined()
            let kept = all.filter(\.stays)
            return kept.reduce(0) { $0 + $1.r } / Double(kept.count) - all.reduce(0) { $0 + $1.r } / Double(all.count)
        }
        let whole = difference(sessions)
        let squares = sessions.indices.map { left in
            let rest = sessions.indices.filter { $0 != left }.map { sessions[$0] }
            return pow(difference(rest) - whole, 2)
        }
        let count = Double(sessions.count)
        let reach =
            StudentLimit.twoSided95(degrees: sessions.count - 1)
            * ((count - 1) / count * squares.reduce(0, +)).squareRoot()
        let change = TuningChange(
            sessions.map { session in
                TuningChange.Session(
                    before: sums(session.map(\.r)), after: sums(session.filter(\.stays).map(\.r)))
            }, \.expectancyR)
        #expect(abs(try #require(change.value) - whole) < 1e-5)
        #expect(abs(try #require(change.low) - (whole - reach)) < 1e-4)
        #expect(abs(try #require(change.high) - (whole + reach)) < 1e-4)
    }

    @Test func whatCannotBeKnownIsNil() {
        let one = TuningChange.Session(before: sums([1, -1]), after: sums([1]))
        let alone = TuningChange([one], \.accuracy)
        #expect(alone.value == 0.5 && alone.low == nil && alone.high == nil)
        // Equal sessions show no spread; without the only kept session nothing is left.
        #expect(TuningChange([one, one, one], \.accuracy).low == nil)
        let empty = TuningChange.Session(before: sums([-1]), after: .zero)
        #expect(TuningChange([one, empty], \.accuracy).low == nil)
        #expect(TuningChange([], \.accuracy).value == nil)
        // Sessions without a signal are no evidence.
        let two = TuningChange.Session(before: sums([1, -1, -1]), after: sums([1, -1]))
        #expect(TuningChange([one, two, TuningChange.Session()], \.accuracy) == TuningChange([one, two], \.accuracy))
    }

    /// Against the density itself: with x = sqrt(v) tan(a), P(|T| <= t) is the share of the integral of cos(a)^(v - 1).
    @Test(arguments: Array(1...30) + [40, 60, 120]) func theLimitsHoldNinetyFivePercent(degrees: Int) {
        func integral(to end: Double) -> Double {
            let steps = 20_000
            return (0..<steps).reduce(0) { sum, step in
                sum + pow(cos((Double(step) + 0.5) * end / Double(steps)), Double(degrees - 1))
            } * end / Double(steps)
        }
        let t = StudentLimit.twoSided95(degrees: degrees)
        let inside = integral(to: atan(t / Double(degrees).squareRoot())) / integral(to: .pi / 2)
        #expect(abs(inside - 0.95) < 2e-4)
    }

    @Test func limitsBetweenAreWider() {
        for degrees in 1..<300 {
            #expect(StudentLimit.twoSided95(degrees: degrees) >= StudentLimit.twoSided95(degrees: degrees + 1))
        }
        #expect(StudentLimit.twoSided95(degrees: 300) > 1.96)
    }

    @Test func decimalsAreShort() {
        #expect([2.2, 125, 0.05, -0.5, 0].map { Micros($0).decimal } == ["2.2", "125", "0.05", "-0.5", "0"])
    }
}
