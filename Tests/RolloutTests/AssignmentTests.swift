import MarketData
import Rollout
import Signals
import Testing

/// Law 3: assignment is a function.
@Suite struct AssignmentTests {
    private static func units(_ count: Int) -> [UnitKey] {
        (0..<count).map {
            UnitKey(underlying: InstrumentID(UInt32($0 % 50 + 1)), blockStart: at(noon + UInt64($0 / 50) * 1800))
        }
    }

    private static func weight(_ tenThousandths: Int) throws -> Weight {
        try #require(Weight(tenThousandths: tenThousandths))
    }

    /// design.md, section 5.
    @Test(arguments: [
        ("ifd-v3", "5602/1715126400000000000", "e473430a824e1289", 0.8923),
        ("ifd-v3", "42000037/1760000400000000000", "8d346839826b243a", 0.5515),
        ("s", "1/0", "2145d8f397bbd3f0", 0.1299),
    ]) func bucketsAreThoseOfTheDesign(salt: String, key: String, hex: String, share: Double) throws {
        let bucket = Assignment.bucket(salt: salt, key: key)
        #expect(bucket == UInt64(hex, radix: 16))
        // The design cuts after four digits.
        #expect((Double(bucket) / 18_446_744_073_709_551_616.0 * 10_000).rounded(.down) / 10_000 == share)
    }

    /// 0.5515 of the second vector lies between 5,514 and 5,516 ten-thousandths.
    @Test func theBucketIsComparedWithTheExactShare() throws {
        let unit = UnitKey(
            underlying: InstrumentID(42_000_037), blockStart: Timestamp(nanos: 1_760_000_400_000_000_000))
        let below = Assignment(salt: "ifd-v3", weight: try Self.weight(5514))
        let above = Assignment(salt: "ifd-v3", weight: try Self.weight(5516))
        #expect(below.arm(of: unit) == .baseline)
        #expect(above.arm(of: unit) == .candidate)
    }

    @Test func aKeyIsUnderlyingAndBlockStartInDigits() {
        let unit = UnitKey(underlying: InstrumentID(5602), blockStart: Timestamp(nanos: 1_715_126_400_000_000_000))
        #expect(unit.text == "5602/1715126400000000000")
    }

    @Test func raisingTheWeightKeepsAssignedUnits() throws {
        for unit in Self.units(10_000) {
            var before = Arm.baseline
            for weight in [0, 1, 10, 1000, 2500, 5000, 5001, 9999, 10_000] {
                let arm = Assignment(salt: "ifd-v3", weight: try Self.weight(weight)).arm(of: unit)
                try #require(before == .baseline || arm == .candidate, "\(unit.text) at \(weight)")
                before = arm
            }
        }
    }

    /// Within five standard deviations of the binomial distribution.
    @Test(arguments: ["ifd-v3", "s", "another", ""], [100, 1000, 2500, 5000, 9000])
    func theShareOfUnitsIsTheWeight(salt: String, weight: Int) throws {
        let units = Self.units(10_000)
        let assignment = Assignment(salt: salt, weight: try Self.weight(weight))
        let share = Double(weight) / 10_000
        let expected = share * Double(units.count)
        let deviation = (expected * (1 - share)).squareRoot()
        let count = units.count { assignment.arm(of: $0) == .candidate }
        #expect((Double(count) - expected).magnitude < 5 * deviation, "\(count) units")
    }

    @Test func noWeightIsNoUnitAndFullWeightIsAll() {
        for unit in Self.units(1000) {
            #expect(Assignment(salt: "s", weight: .zero).arm(of: unit) == .baseline)
            #expect(Assignment(salt: "s", weight: .all).arm(of: unit) == .candidate)
        }
    }

    @Test func anotherSaltDrawsOtherUnits() throws {
        let weight = try Self.weight(5000)
        let same = Self.units(10_000).count {
            Assignment(salt: "a", weight: weight).arm(of: $0) == Assignment(salt: "b", weight: weight).arm(of: $0)
        }
        #expect((4_750...5_250).contains(same))
    }

    @Test(arguments: [-1, 10_001]) func weightsOutsideTheWholeAreRefused(tenThousandths: Int) {
        #expect(Weight(tenThousandths: tenThousandths) == nil)
    }

    // MARK: - Blocks

    @Test(arguments: [(0, 0), (1799, 0), (1800, 1800), (5399, 3600)] as [(UInt64, UInt64)])
    func blocksAreCountedFromMidnightUTC(second: UInt64, start: UInt64) throws {
        let unit = UnitKey(underlying: InstrumentID(1), at: at(noon + second), plan: try plan())
        #expect(unit.blockStart == at(noon + start))
    }

    /// The session of Friday 2026-11-20 opens at 23:00 UTC the evening before and closes at 22:00.
    @Test func aSessionBlockIsOneUnitAcrossMidnight() throws {
        let plan = try plan(calendar: "cme-globex-equity", block: .session)
        let midnight: UInt64 = 20_777 * 86_400
        let keys = [midnight - 3600, midnight, midnight + 22 * 3600 - 1].map {
            UnitKey(underlying: InstrumentID(7), at: at($0), plan: plan).text
        }
        #expect(keys == [String](repeating: "7/\(midnight)000000000", count: 3))
    }

    @Test func theNextSessionIsAnotherUnit() throws {
        let plan = try plan(calendar: "cme-globex-equity", block: .session)
        let close: UInt64 = 20_776 * 86_400 + 22 * 3600
        let before = UnitKey(underlying: InstrumentID(7), at: at(close - 1), plan: plan)
        #expect(before != UnitKey(underlying: InstrumentID(7), at: at(close), plan: plan))
    }
}
