/// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47:4, 2021), seeded by
/// SplitMix64: fast, and equal everywhere for the same seed.
public struct SimulationRandom: RandomNumberGenerator, Hashable, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// - Parameter state: not all zero.
    init(state: (UInt64, UInt64, UInt64, UInt64)) { (a, b, c, d) = state }

    public init(seed: UInt64) {
        var seeder = SplitMix(state: seed)
        self.init(state: (seeder.next(), seeder.next(), seeder.next(), seeder.next()))
    }

    /// One of many independent streams: whoever asks for the same path gets the same numbers.
    public init(seed: UInt64, stream: Int, run: Int) {
        var seeder = SplitMix(state: seed)
        seeder.state ^= seeder.next() &+ UInt64(truncatingIfNeeded: stream)
        seeder.state ^= seeder.next() &+ UInt64(truncatingIfNeeded: run)
        self.init(seed: seeder.next())
    }

    public mutating func next() -> UInt64 {
        let result = Self.rotated(b &* 5, by: 7) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = Self.rotated(d, by: 45)
        return result
    }

    /// Uniform in [0, 1), in steps of 2^-53.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in the range; the bias is below its size times 2^-64.
    mutating func integer(in range: ClosedRange<Int>) -> Int {
        let size = UInt64(range.upperBound - range.lowerBound + 1)
        return range.lowerBound + Int(next().multipliedFullWidth(by: size).high)
    }

    private static func rotated(_ x: UInt64, by bits: UInt64) -> UInt64 { (x << bits) | (x >> (64 - bits)) }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
