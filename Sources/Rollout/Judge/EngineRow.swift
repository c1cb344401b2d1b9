/// What the judge says of one engine. Only actionable signals count, except for `brierScore` and `reliability`.
public struct EngineRow: Hashable, Sendable, Encodable {
    /// Actionable signals in labelled sessions.
    public let signals: Int
    /// Signals that are not actionable.
    public let monitored: Int
    /// Signals in sessions without labels; they count nowhere else.
    public let unlabelled: Int
    /// Actionable signals without an outcome, left out of everything about outcomes; nil when outcomes are not judged.
    public let unresolvable: Int?
    /// Actionable signals whose target was not beyond the entry.
    public let targetWrongSide: Int

    /// Share of signals inside a campaign; `count` is signals.
    public let precision: Estimate
    /// Share of signals inside false starts and no other campaign, part of `precision`; `count` is signals.
    public let falseStartShare: Estimate
    /// Share of campaigns, false starts left out, with a signal inside; `count` is campaigns.
    public let recall: Estimate
    /// Median seconds from a campaign's start to the first signal inside; `count` is found campaigns.
    public let detectionDelaySeconds: Estimate
    /// `count` is sessions.
    public let signalsPerSession: Estimate

    /// Share of signals with an outcome whose R is above 0; `count` is signals, here and below.
    public let accuracy: Estimate
    /// What accuracy exceeds with 95 % confidence, one-sided.
    public let accuracyLowerBound: Double?
    /// Wins per other outcome: accuracy / (1 - accuracy), with accuracy's limits.
    public let winLoss: Estimate
    /// Mean R of wins over mean loss of the others, in R.
    public let payoffRatio: Estimate
    /// Sum of gains over sum of losses in R, one R a signal as the score has it: `winLoss` x `payoffRatio`.
    public let profitFactor: Estimate
    /// The same in dollars of one contract a signal, where wide stops weigh more.
    public let profitFactorDollars: Estimate
    /// Mean R of a signal.
    public let expectancyR: Estimate
    /// Mean dollars of a signal, one contract each.
    public let profitDollars: Estimate

    /// Mean squared distance of confidence from win (1) or not (0), in 0...1, of every signal with an outcome, also of those
    /// that are not actionable; 0.25 is what "one half" always scores. Brier, Monthly Weather Review 78:1, 1950.
    public let brierScore: Estimate
    /// Ten bins of confidence, ascending, over the same signals; empty when no signal states one.
    public let reliability: [ReliabilityBin]
}

/// Signals of about the same confidence: of well calibrated ones, the share that won is near the mean confidence.
public struct ReliabilityBin: Hashable, Sendable, Encodable {
    /// Confidence from here, included.
    public let from: Double
    /// To here, excluded; included in the last bin.
    public let to: Double
    /// Nil without signals.
    public let meanConfidence: Double?
    /// Share with R above 0; `count` is signals.
    public let won: Estimate

    private enum CodingKeys: String, CodingKey { case from, to, meanConfidence, won }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(meanConfidence, forKey: .meanConfidence)
        try container.encode(won, forKey: .won)
    }
}

extension EngineRow {
    /// - Parameter tallies: one for every labelled session, also where the engine was silent.
    init(_ tallies: [SessionTally], unlabelled: Int, parts: Judge.Parts) {
        signals = tallies.reduce(0) { $0 + $1.actionable }
        monitored = tallies.reduce(0) { $0 + $1.monitored }
        self.unlabelled = unlabelled
        targetWrongSide = tallies.reduce(0) { $0 + $1.targetWrongSide }

        precision = SessionStatistics.share(tallies.map { ($0.matched, $0.actionable) })
        falseStartShare = SessionStatistics.share(tallies.map { ($0.inFalseStarts, $0.actionable) })
        recall = SessionStatistics.share(tallies.map { ($0.found, $0.campaigns) })
        detectionDelaySeconds = SessionStatistics.median(tallies.map(\.delays))
        signalsPerSession = SessionStatistics.mean(
            tallies.map { SIMD4(Double($0.actionable), 1, 0, 0) }, count: tallies.count, within: 0...Double.infinity)

        let judged = parts == .all ? tallies : []
        unresolvable = parts == .all ? tallies.reduce(0) { $0 + $1.unresolvable } : nil
        let outcomes = judged.map(\.outcomes)
        let dollars = judged.map(\.dollars)
        accuracy = outcomes.accuracy
        accuracyLowerBound = SessionStatistics.lowerBound(ofShare: outcomes.map { ($0.wins, $0.count) })
        winLoss = accuracy.odds
        payoffRatio = outcomes.payoffRatio
        profitFactor = outcomes.profitFactor
        profitFactorDollars = dollars.profitFactor
        expectancyR = outcomes.expectancy
        profitDollars = dollars.expectancy

        brierScore = SessionStatistics.mean(
            judged.map { tally in
                SIMD4(
                    tally.bins.reduce(0) { $0 + $1.squaredError }, Double(tally.bins.reduce(0) { $0 + $1.count }), 0, 0)
            }, count: judged.reduce(0) { $0 + $1.bins.reduce(0) { $0 + $1.count } }, within: 0...1)
        reliability = brierScore.count > 0 ? (0..<10).map { ReliabilityBin(index: $0, judged.map(\.bins)) } : []
    }
}

extension ReliabilityBin {
    /// - Parameter sessions: the ten bins of each session.
    fileprivate init(index: Int, _ sessions: [[SessionTally.ConfidenceTally]]) {
        let bins = sessions.map { $0[index] }
        let count = bins.reduce(0) { $0 + $1.count }
        from = Double(index) / 10
        to = Double(index + 1) / 10
        meanConfidence = count > 0 ? bins.reduce(0) { $0 + $1.confidence } / Double(count) : nil
        won = SessionStatistics.share(bins.map { ($0.wins, $0.count) })
    }
}
