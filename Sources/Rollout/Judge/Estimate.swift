/// A number with what is known of its precision. What cannot be known is nil, never 0.
public struct Estimate: Hashable, Sendable {
    public let value: Double?
    /// Limits of the 95 % interval; nil when the data do not bound that side.
    public let low: Double?
    public let high: Double?
    /// How many observations `value` rests on: signals, campaigns or sessions, as the field that holds it says.
    public let count: Int

    public init(value: Double?, low: Double?, high: Double?, count: Int) {
        self.value = value
        self.low = low
        self.high = high
        self.count = count
    }

    /// Nothing was measured.
    public static let unknown = Estimate(value: nil, low: nil, high: nil, count: 0)

    /// p / (1 - p) of an estimated share, limits included; a side where p is 1 is unbounded, hence nil.
    var odds: Estimate {
        func odds(_ share: Double?) -> Double? { share.flatMap { $0 < 1 ? $0 / (1 - $0) : nil } }
        return Estimate(value: odds(value), low: odds(low), high: odds(high), count: count)
    }
}

extension Estimate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case value, low, high
        case count = "n"
    }

    /// Writes unknown numbers as null, so that a reader sees that they were asked for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: .value)
        try container.encode(low, forKey: .low)
        try container.encode(high, forKey: .high)
        try container.encode(count, forKey: .count)
    }
}
