import Testing

@testable import Monitors

@Suite struct BudgetPriceTests {
    /// 0.40 dollars are 400,000 micro-dollars for 10^9 bytes: 1 for 2,500.
    @Test(arguments: [
        ("$0.40/GB", Int64(1), Int64(2500), CostUnit.bytes), ("$199/month", 199_000_000, 1, .months),
        ("$0.0079/message", 7900, 1, .messages), ("$0.0079/messages", 7900, 1, .messages),
        ("$1/GiB", 15_625, 16_777_216, .bytes), ("$5/1000 calls", 5000, 1, .calls),
        ("$0.00000025/call", 1, 4, .calls), ("$3.60/hour", 1000, 1, .seconds), ("$0/GB", 0, 1, .bytes),
    ])
    func priceIsAnExactFraction(text: String, numerator: Int64, denominator: Int64, unit: CostUnit) throws {
        let price = try UnitPrice(text)
        #expect(price.numeratorMicros == numerator)
        #expect(price.denominator == denominator)
        #expect(price.unit == unit)
    }

    @Test(arguments: [
        "", "0.40/GB", "$0.40", "$/GB", "$0.40/gb", "$0.40/GBs", "$-1/GB", "$1e3/GB", "$0.40 /GB", "$.4/GB", "$4./GB",
        "$1/GB/day", "$1/0 calls", "$1/2 3 calls", "€1/GB", "$1,000/month",
    ])
    func anythingElseIsNoPrice(text: String) {
        #expect(throws: BudgetError.self) { try UnitPrice(text) }
    }

    @Test(arguments: ["$0.40/GB", "$199.00/month", "$0.0079/message", "$0.00/GB", "$3.60/hour"])
    func priceIsShownAsItIsRead(text: String) throws { #expect(try UnitPrice(text).description == text) }

    /// 1,250 bytes at 1 micro-dollar for 2,500 are exactly a half.
    @Test(arguments: [
        (Int64(0), Int64(0)), (1249, 0), (1250, 1), (3749, 1), (3750, 2), (-1249, 0), (-1250, -1), (-3750, -2),
    ])
    func amountRoundsHalfUp(bytes: Int64, micros: Int64) throws {
        #expect(try UnitPrice("$0.40/GB").amountMicros(bytes) == micros)
    }

    /// 9,223,372,036,854,775,807 bytes x 0.4 / 10^9: by hand 3,689,348,814.74 dollars, a product beyond 64 bits.
    @Test func productsBeyond64BitsAreExact() throws {
        let price = try #require(UnitPrice(numeratorMicros: 399_999_999, denominator: 1_000_000_000_000, unit: .bytes))
        // 9223372036854775807 x 399999999 / 10^12 = 3689348805518538.28...
        #expect(try price.amountMicros(.max) == 3_689_348_805_518_538)
        #expect(throws: BudgetError.self) { try UnitPrice("$1/byte").amountMicros(.max) }
    }

    @Test func sliceNeverCostsMoreThanItsMoney() throws {
        let price = try UnitPrice("$0.40/GB")
        #expect(price.quantity(forMicros: 250_000) == 625_000_000)
        #expect(try UnitPrice("$0/GB").quantity(forMicros: 250_000) == nil)
        var random = BudgetRandom(seed: 11)
        for _ in 0..<1000 {
            let price = try #require(
                UnitPrice(
                    numeratorMicros: .random(in: 1...1_000_000, using: &random),
                    denominator: .random(in: 1...1_000_000, using: &random), unit: .bytes))
            let micros = Int64.random(in: 0...1_000_000, using: &random)
            let units = try #require(price.quantity(forMicros: micros))
            #expect(try price.amountMicros(units) <= micros)
        }
    }

    /// However a stream is cut, its parts cost what the whole costs.
    @Test func partsOfAStreamAddUpToTheWhole() throws {
        for seed in UInt64(0)..<200 {
            var random = BudgetRandom(seed: seed)
            let price = try #require(
                UnitPrice(
                    numeratorMicros: .random(in: 0...1000, using: &random),
                    denominator: .random(in: 1...10_000, using: &random), unit: .bytes))
            var stream = MeteredStream(price: price)
            var total: Int64 = 0
            var charged: Int64 = 0
            for _ in 0..<50 {
                let units = Int64.random(in: 0...5000, using: &random)
                total += units
                let part = try stream.charge(units)
                #expect(part >= 0)
                charged += part
            }
            #expect(charged == (try price.amountMicros(total)), "seed \(seed)")
        }
    }

    /// 625 bytes reserved for a micro-dollar and committed in full cost a quarter of one: the next 4,375 bytes, up to 2
    /// micro-dollars for 5,000, cost one more.
    @Test func streamThatWasChargedTooMuchWaitsForItsPrice() throws {
        var stream = MeteredStream(price: try UnitPrice("$0.40/GB"), quantity: 625, chargedMicros: 1)
        #expect(try stream.charge(100) == 0)
        #expect(try stream.charge(4275) == 1)
        #expect(stream.chargedMicros == 2)
    }

    @Test func streamThatOverflowsChargesNothing() throws {
        var stream = MeteredStream(price: try UnitPrice("$1/byte"), quantity: 10, chargedMicros: 10_000_000)
        let before = stream
        #expect(throws: BudgetError.self) { _ = try stream.charge(.max) }
        #expect(throws: BudgetError.self) { _ = try stream.charge(-1) }
        #expect(stream == before)
    }

    @Test(arguments: [
        (Int64(0), "$0.00"), (4999, "$0.00"), (5000, "$0.01"), (-5000, "-$0.01"), (-4999, "$0.00"),
        (12_345_678, "$12.35"), (1_050_000_000, "$1050.00"),
    ])
    func moneyIsShownInCents(micros: Int64, text: String) { #expect(Dollars.text(micros) == text) }

    @Test func exactMoneyHasSixPlacesAndUnknownIsNotZero() {
        #expect(Dollars.text(-1, exact: true) == "-$0.000001")
        #expect(Dollars.text(Int64.min, exact: true) == "-$9223372036854.775808")
        #expect(Dollars.text(nil) == "unknown")
    }

    @Test(arguments: [
        ("12.5", Int64(12_500_000)), ("$0.40", 400_000), ("-$3", -3_000_000), ("-0.000001", -1), ("0", 0),
    ])
    func moneyIsRead(text: String, micros: Int64) { #expect(Dollars.parse(text) == micros) }

    @Test(arguments: [
        "", "$", "-", "1.", ".5", "1,000", "1e3", "+1", "1.0000001", "9999999999999999", "--1", "$-1", "1 ",
    ])
    func anythingElseIsNoMoney(text: String) { #expect(Dollars.parse(text) == nil) }
}
