internal import MarketData
public import Signals

/// Assigns units to arms: a function of salt, unit and weight alone, so that raising the weight only adds units.
public struct Assignment: Hashable, Sendable {
    public let salt: String
    public let weight: Weight

    public init(salt: String, weight: Weight) {
        self.salt = salt
        self.weight = weight
    }

    /// The first 8 bytes, big-endian, of SHA-256(salt, newline, key).
    public static func bucket(salt: String, key: String) -> UInt64 {
        SHA256.digest(salt + "\n" + key).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Candidate when the bucket is below floor(weight x 2^64); all of them at full weight.
    public func arm(of unit: UnitKey) -> Arm {
        if weight == .all { return .candidate }
        let threshold = UInt64(10_000).dividingFullWidth((UInt64(weight.tenThousandths), 0)).quotient
        return Self.bucket(salt: salt, key: unit.text) < threshold ? .candidate : .baseline
    }
}
