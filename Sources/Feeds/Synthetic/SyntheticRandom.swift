/// The random numbers of everything synthetic: xoshiro256**, seeded by SplitMix64 (Blackman and Vigna,
/// prng.di.unimi.it).
///
/// Integer arithmetic only, so a seed gives the same numbers on every machine. Not for secrets.
struct SyntheticRandom: Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// - Parameters:
    ///   - stream: tells apart the uses of one seed (`Stream`), so that a draw more in one place moves nothing
    /// elsewhere.
    ///   - index: the session's number, or 0.
    init(seed: UInt64, stream: Stream, index: Int = 0) {
        var state = seed
        state = Self.splitMix(&state) ^ (stream.rawValue &* 0xD6E8_FEB8_6659_FD93)
        state = Self.splitMix(&state) ^ (UInt64(bitPattern: Int64(index)) &* 0xA076_1D64_78BD_642F)
        a = Self.splitMix(&state)
        b = Self.splitMix(&state)
        c = Self.splitMix(&state)
        d = Self.splitMix(&state)
    }

    enum Stream: UInt64 {
        case prices = 1
        case campaigns, instruments, orders, flow, latencies, load, loadPaths, volatility, institutions
    }

    private static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        let product = b &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d << 45 | d >> 19
        return result
    }

    /// In `0..<bound`; the bias of at most `bound` / 2^64 does not matter here.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// In `0..<1`, a multiple of 2^-53.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Bell-shaped with mean 0 and standard deviation 1, cut at 4.9: eight uniform 16-bit numbers (Irwin-Hall).
    mutating func bell() -> Double {
        var sum: UInt64 = 0
        for _ in 0..<2 {
            let bits = next()
            sum &+= (bits & 0xFFFF) &+ (bits >> 16 & 0xFFFF) &+ (bits >> 32 & 0xFFFF) &+ (bits >> 48)
        }
        // Eight uniforms on 0..<65536: mean 8 * 32767.5, variance 8 * (65536^2 - 1) / 12.
        return (Double(sum) - 262_140) / 53_509.920
    }
}

/// Draws from a distribution by looking up one of 4,096 equally likely quantiles.
struct QuantileTable<Value: Sendable>: Sendable {
    private let values: [Value]

    /// - Parameter quantile: the inverse distribution function on `0..<1`.
    init(_ quantile: (Double) -> Value) {
        values = (0..<4096).map { quantile((Double($0) + 0.5) / 4096) }
    }

    func draw(_ random: inout SyntheticRandom) -> Value { values[Int(random.next() >> 52)] }
}

extension QuantileTable<Double> {
    /// Mean 1, at most 9.
    static let exponential = QuantileTable { -SyntheticMath.log(1 - $0) }
}

extension QuantileTable<Int> {
    /// 1, 2, 3, ...: the number of tries until the first success; mean 1 / `success`.
    static func geometric(success: Double, atMost limit: Int) -> QuantileTable {
        let scale = SyntheticMath.log(1 - success)
        return QuantileTable { min(limit, 1 + Int(SyntheticMath.log(1 - $0) / scale)) }
    }

    /// 1, 2, 3, ...: a Pareto variate above 1 with that tail index, rounded down; heavy-tailed.
    static func pareto(tail: Double, atMost limit: Int) -> QuantileTable {
        QuantileTable { min(limit, Int(SyntheticMath.exp(-SyntheticMath.log(1 - $0) / tail))) }
    }
}

/// Picks an index with given odds in constant time, to a resolution of 1/65,536.
struct WeightedTable: Sendable {
    private var slots: [UInt16]

    /// Every index gets at least one slot.
    ///
    /// - Precondition: 1 to 32,768 weights, none negative, not all zero.
    init(_ weights: [Double]) {
        precondition(!weights.isEmpty && weights.count <= 32_768, "\(weights.count) weights, expected 1 to 32768")
        let total = weights.reduce(0, +)
        let free = Double(65_536 - weights.count)
        slots = []
        slots.reserveCapacity(65_536)
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight
            let end = index == weights.count - 1 ? 65_536 : Int(sum / total * free) + index + 1
            while slots.count < end { slots.append(UInt16(index)) }
        }
    }

    func draw(_ random: inout SyntheticRandom) -> Int { Int(slots[Int(random.next() >> 48)]) }
}

/// Logarithm and exponential from the four basic operations, which IEEE 754 rounds alike everywhere; a C library's may
/// differ in the last bit between versions, and one bit here is another file.
enum SyntheticMath {
    private static let ln2 = 0.693147180559945309417

    /// Natural logarithm of a finite number above 0, to about 1e-15.
    static func log(_ x: Double) -> Double {
        let s = (x.significand - 1) / (x.significand + 1)
        let square = s * s
        var power = s
        var sum = 0.0
        for k in 0..<20 {
            sum += power / Double(2 * k + 1)
            power *= square
        }
        return 2 * sum + Double(x.exponent) * ln2
    }

    /// e to the `x` for x in -700...700, to about 1e-15.
    static func exp(_ x: Double) -> Double {
        let k = (x / ln2).rounded()
        let rest = x - k * ln2
        var term = 1.0
        var sum = 1.0
        for n in 1...18 {
            term *= rest / Double(n)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(k), significand: sum)
    }
}
