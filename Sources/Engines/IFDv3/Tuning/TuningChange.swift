/// A figure after less the figure before, with its 95 % interval; what cannot be known is nil.
public struct TuningChange: Hashable, Sendable, Encodable {
    public let value: Double?
    public let low: Double?
    public let high: Double?

    /// Sums of one session before and after a change of thresholds.
    struct Session: Hashable, Sendable {
        var before = TuningSums.zero
        var after = TuningSums.zero
    }

    /// Delete-one-session jackknife, so that signals of one session may hang together as they like: the difference is
    /// computed anew without each session, and se^2 = (G - 1) / G x the sum of squared distances from the difference
    /// with all G (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11). Limits are plus and minus
    /// t se with G - 1 degrees of freedom.
    ///
    /// The limits are nil with fewer than two sessions, when leaving one out leaves nothing to measure, and when all
    /// agree exactly: no spread seen is no proof that there is none.
    init(_ sessions: [Session], _ figure: (TuningMeasure) -> Double) {
        let observed = sessions.filter { $0 != Session() }
        let all = observed.reduce(Session()) { Session(before: $0.before + $1.before, after: $0.after + $1.after) }
        value = Self.difference(all, figure)
        let error = value.flatMap { value in
            Self.standardError(observed.map { Session(before: all.before - $0.before, after: all.after - $0.after) }) {
                Self.difference($0, figure).map { $0 - value }
            }
        }
        let reach = error.map { StudentLimit.twoSided95(degrees: observed.count - 1) * $0 }
        low = value.flatMap { value in reach.map { value - $0 } }
        high = value.flatMap { value in reach.map { value + $0 } }
    }

    private static func difference(_ sums: Session, _ figure: (TuningMeasure) -> Double) -> Double? {
        guard let before = TuningMeasure(sums.before), let after = TuningMeasure(sums.after) else { return nil }
        return figure(after) - figure(before)
    }

    private static func standardError(_ rests: [Session], _ distance: (Session) -> Double?) -> Double? {
        guard rests.count >= 2 else { return nil }
        var squares = 0.0
        for rest in rests {
            guard let distance = distance(rest) else { return nil }
            squares += distance * distance
        }
        let count = Double(rests.count)
        let error = ((count - 1) / count * squares).squareRoot()
        return error > 0 && error.isFinite ? error : nil
    }

    private enum CodingKeys: String, CodingKey { case value, low, high }

    /// Writes unknown numbers as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(value, forKey: .value)
        try container.encode(low, forKey: .low)
        try container.encode(high, forKey: .high)
    }
}

/// How many standard errors a two-sided 95 % interval reaches.
enum StudentLimit {
    /// Student's t at 0.975, three digits. Degrees between two of the table take the smaller one's, which is wider.
    ///
    /// Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
    ///
    /// - Parameter degrees: at least 1.
    static func twoSided95(degrees: Int) -> Double {
        if degrees <= upToThirty.count { return upToThirty[max(degrees, 1) - 1] }
        if degrees < 40 { return 2.042 }
        if degrees < 60 { return 2.021 }
        return degrees < 120 ? 2.000 : 1.980
    }

    private static let upToThirty = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ]
}
