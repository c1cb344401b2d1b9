import MarketData
import Testing

@Suite struct HMACTests {
    /// RFC 4231, test cases 1 to 4, 6 and 7; 6 and 7 have keys longer than a block.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func codesAreThoseOfTheStandard(key: [UInt8], message: [UInt8], code: String) {
        #expect(SHA256.hex(SHA256.authenticationCode(of: message, key: key)) == code)
    }

    /// A key of just a block is used as it is, one byte more is hashed first (RFC 2104, section 2). From OpenSSL:
    /// `printf abc | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101...`.
    @Test(arguments: [
        (64, "0c462fe9789424c45ebeb37b90d6e879e8e0580849c91a84198b267a90c77250"),
        (65, "fb1e9b9f783337ca807b11cd396d1c31eb5267d95d2d2bb0f1d83ffafbbf64e9"),
        (0, "fd7adb152c05ef80dccf50a1fa4c05d5a3ec6da95575fc312ae7c5d091836351"),
    ])
    func keysAroundABlockAreRight(length: Int, code: String) {
        let key = [UInt8](repeating: 1, count: length)
        #expect(SHA256.hex(SHA256.authenticationCode(of: Array("abc".utf8), key: key)) == code)
    }
}
