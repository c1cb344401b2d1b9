/// Sums over signals; whole numbers, so that taking a session out again leaves exactly the others.
struct TuningSums: Hashable, Sendable {
    private(set) var signals: Int64 = 0
    private(set) var wins: Int64 = 0
    private(set) var rMicros: Int64 = 0
    private(set) var costMicros: Int64 = 0

    static let zero = TuningSums()

    private init() {}

    /// One signal. R beyond 1,000 times the risk is cut, so that sums stay in range.
    init(rMicros: Int64, costMicros: Int64) {
        let most: Int64 = 1_000_000_000
        signals = 1
        wins = rMicros > 0 ? 1 : 0
        self.rMicros = min(max(rMicros, -most), most)
        self.costMicros = min(max(costMicros, 0), most)
    }

    static func + (a: TuningSums, b: TuningSums) -> TuningSums {
        var sum = a
        sum.signals += b.signals
        sum.wins += b.wins
        sum.rMicros += b.rMicros
        sum.costMicros += b.costMicros
        return sum
    }

    static func - (a: TuningSums, b: TuningSums) -> TuningSums {
        var rest = a
        rest.signals -= b.signals
        rest.wins -= b.wins
        rest.rMicros -= b.rMicros
        rest.costMicros -= b.costMicros
        return rest
    }
}

/// How good a set of actionable signals with known outcomes was.
public struct TuningMeasure: Hashable, Sendable, Encodable {
    /// What is full marks for each part of the composite.
    enum Target {
        /// Share of signals that won.
        static let accuracy = 0.75
        /// R a signal spends on paper costs; fewer is better. A fifth of what `expectancyR` asks for.
        static let costR = 0.05
        /// R a signal makes after costs: a return of 25 % on what was risked.
        static let expectancyR = 0.25
        /// Signals that won by signals that did not.
        static let winLoss = 1.8
    }

    public let signals: Int
    /// Share with a profit above 0.
    public let accuracy: Double
    /// Mean profit after costs, R.
    public let expectancyR: Double
    /// Sum of profits after costs, R of one contract each.
    public let totalR: Double
    /// Mean of commission, fees and slippage, R.
    public let costR: Double
    /// By count; nil when none lost.
    public let winLoss: Double?
    /// 0.35 accuracy + 0.25 cost + 0.25 expectancy + 0.15 win/loss, each as a share of its target, within 0...1.
    public let composite: Double

    /// Nil without signals: nothing was measured.
    init?(_ sums: TuningSums) {
        guard sums.signals > 0 else { return nil }
        let count = Double(sums.signals)
        let losses = sums.signals - sums.wins
        signals = Int(sums.signals)
        accuracy = Double(sums.wins) / count
        totalR = Double(sums.rMicros) / 1_000_000
        expectancyR = totalR / count
        costR = Double(sums.costMicros) / 1_000_000 / count
        winLoss = losses > 0 ? Double(sums.wins) / Double(losses) : nil
        composite =
            0.35 * Self.part(accuracy / Target.accuracy)
            + 0.25 * (costR > 0 ? Self.part(Target.costR / costR) : 1)
            + 0.25 * Self.part(expectancyR / Target.expectancyR)
            + 0.15 * (winLoss.map { Self.part($0 / Target.winLoss) } ?? 1)
    }

    private static func part(_ share: Double) -> Double { min(max(share, 0), 1) }

    private enum CodingKeys: String, CodingKey {
        case signals, accuracy, expectancyR, totalR, costR, winLoss, composite
    }

    /// Writes an unknown number as null, so that a reader sees that it was asked for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signals, forKey: .signals)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(expectancyR, forKey: .expectancyR)
        try container.encode(totalR, forKey: .totalR)
        try container.encode(costR, forKey: .costR)
        try container.encode(winLoss, forKey: .winLoss)
        try container.encode(composite, forKey: .composite)
    }
}
