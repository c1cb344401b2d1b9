internal import Glibc
internal import Monitors

/// How many more sessions something is likely to take if it goes on as so far, and what that rests on.
public struct ExpectedWait: Hashable, Sendable {
    /// At least 1; nil where it cannot be told.
    public let sessions: Int?
    /// Within how many nine in ten get there, from the better to the worse guess; nil where there is no such guess.
    public let nineInTen: ClosedRange<Int>?
    public let basis: String

    init(_ sessions: Int?, nineInTen: ClosedRange<Int>? = nil, basis: String) {
        self.sessions = sessions
        self.nineInTen = nineInTen
        self.basis = basis
    }

    static func unknown(_ why: String) -> ExpectedWait { ExpectedWait(nil, basis: "cannot be told: \(why)") }

    /// For so many more at a pace seen so far.
    static func count(_ missing: Int, perSession pace: Double, of what: String) -> ExpectedWait {
        guard pace > 0 else { return .unknown("no \(what) so far") }
        let sessions = (Double(missing) / pace).rounded(.up)
        guard sessions <= farthest else { return .unknown("more than \(limitText) sessions at this pace") }
        return ExpectedWait(
            max(1, Int(sessions)),
            basis: "\(NumberFormat.count(missing)) more \(what) at \(NumberFormat.number(pace, places: 1)) a session")
    }

    /// Until an e-value passes, by the rule of thumb of `decision-statistics.md`, section 4: the median is 6 + 2 ln(1/alpha)
    /// / d^2 sessions from the beginning, nine in ten take 2 to 2.5 times that. Past the median, from the e-value as it
    /// stands, whose logarithm grows by d^2 / 2 a session.
    ///
    /// - Parameters:
    ///   - stakes: what one unit of bet won in each session; d is their mean over their standard deviation.
    ///   - e: the e-value now, below 1 / `alpha`.
    ///   - behind: what to say when the mean is not above 0.
    static func proof(stakes: [Double], e: Double, alpha: Double, behind: String) -> ExpectedWait {
        guard stakes.count >= fewest else { return .unknown("fewer than \(fewest) sessions to judge by") }
        guard let (mean, deviation) = spread(stakes), mean > 0 else { return .unknown(behind) }
        guard deviation > mean * 1e-9 else { return .unknown("all sessions so far were alike") }
        let effect = mean / deviation
        let median = (6 + 2 * log(1 / alpha) / (effect * effect)).rounded(.up)
        let pace = "at \(NumberFormat.number(effect, places: 2)) standard deviations a session"
        guard median <= farthest else { return .unknown("more than \(limitText) sessions \(pace)") }
        let seen = stakes.count
        let late = [(2 * median).rounded(.up), (2.5 * median).rounded(.up)].map { Int($0) }
        let nineInTen = late[0] > seen ? late[0] - seen...late[1] - seen : nil
        let rule = "nine in ten by \(late[0]) to \(late[1]) (rule of thumb, \(pace))"
        if Int(median) > seen {
            return ExpectedWait(
                Int(median) - seen, nineInTen: nineInTen,
                basis: "half of such candidates pass by session \(Int(median)), \(rule)")
        }
        let left = (2 * log(1 / (alpha * e)) / (effect * effect)).rounded(.up)
        guard left <= farthest else { return .unknown("E has nearly vanished") }
        return ExpectedWait(
            max(1, Int(left)), nineInTen: nineInTen,
            basis: "from E as it stands; half of such candidates had passed by session \(Int(median)), \(rule)")
    }

    /// Mean and standard deviation of a sample; nil with fewer than two.
    static func spread(_ values: [Double]) -> (mean: Double, deviation: Double)? {
        guard values.count >= 2 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(values.count - 1)).squareRoot())
    }

    /// Sessions below which no effect is told.
    private static let fewest = 5
    private static let farthest = 10_000.0
    private static let limitText = "10,000"
}

extension ExpectedWait: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sessions, basis
        case nineInTenFrom = "nine_in_ten_from"
        case nineInTenTo = "nine_in_ten_to"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sessions, forKey: .sessions)
        try container.encode(nineInTen?.lowerBound, forKey: .nineInTenFrom)
        try container.encode(nineInTen?.upperBound, forKey: .nineInTenTo)
        try container.encode(basis, forKey: .basis)
    }
}
