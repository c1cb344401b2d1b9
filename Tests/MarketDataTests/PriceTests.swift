import MarketData
import Testing

@Suite struct PriceTests {
    @Test(
        arguments: [
            (24_800_250_000_000, "24800.25"), (0, "0"), (1, "0.000000001"), (-1, "-0.000000001"),
            (-2_500_000_000, "-2.5"),
            (5_000_000_000, "5"), (.min, "-9223372036.854775808"), (.max - 1, "9223372036.854775806"),
        ] as [(Int64, String)]) func decimalsAreExact(nanos: Int64, text: String)
    {
        #expect(Price(nanos: nanos).description == text)
        #expect(Price(decimal: text) == Price(nanos: nanos))
    }

    @Test(arguments: UInt64(1)...10) func whatIsPrintedIsReadBack(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<10_000 {
            let nanos = Int64(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random))
            for price in [nanos, 0 &- nanos] where price != .max {
                #expect(Price(decimal: Price(nanos: price).description)?.nanos == price, "seed \(seed)")
            }
        }
    }

    @Test(arguments: ["1.5", "01.50", "1.500000000", "001.5"]) func zerosAroundANumberAreFine(text: String) {
        #expect(Price(decimal: text)?.nanos == 1_500_000_000)
    }

    @Test(arguments: [
        "", "-", "+1", "1.", ".5", "-.5", "1..2", "1.2.3", "1e3", "1,5", " 1", "1 ", "0x1", "nan", "inf",
        "1.0000000000",
        "--1", "1-", "١", "1_000",
    ]) func anythingButAPlainDecimalIsRefused(text: String) {
        #expect(Price(decimal: text) == nil)
    }

    /// The first is DBN's "no price".
    @Test(arguments: [
        "9223372036.854775807", "9223372036.854775808", "-9223372036.854775809", "9223372037", "10000000000",
        "99999999999999999999", "-18446744073.709551616", "18446744073.709551617",
    ]) func whatDoesNotFitIsRefused(text: String) {
        #expect(Price(decimal: text) == nil)
    }

    @Test func theUndefinedPriceOfTheWireIsNoPrice() { #expect(Price(wire: .max) == nil) }

    @Test func pricesOrderAsNumbers() {
        let prices = [Int64.min, -1, 0, 1, .max - 1].map { Price(nanos: $0) }
        #expect(prices.shuffled().sorted() == prices)
    }
}

@Suite struct SHA256Tests {
    /// NIST, "Secure Hash Standard" examples (FIPS 180-4, SHA-256).
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]) func knownTextsHaveTheirDigest(text: String, hex: String) {
        #expect(SHA256.hex(SHA256.digest(text)) == hex)
    }

    @Test func aMillionLettersInPiecesHaveTheirDigest() {
        var hash = SHA256()
        for size in [1, 999, 0, 99_000] { hash.update([UInt8](repeating: UInt8(ascii: "a"), count: size)) }
        for _ in 0..<900 { hash.update(String(repeating: "a", count: 1000)) }
        #expect(
            SHA256.hex(hash.digest()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func moreMayFollowADigest() {
        var hash = SHA256()
        hash.update("a")
        _ = hash.digest()
        hash.update("bc")
        #expect(hash.digest() == SHA256.digest("abc"))
    }
}
