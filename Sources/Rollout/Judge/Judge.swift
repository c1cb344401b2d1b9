internal import MarketData
internal import Signals

/// Holds signals and their outcomes against the truth.
///
/// A signal *matches* a campaign of its session when underlying and direction are the same and its time lies from the
/// campaign's first order to `graceSeconds` after the last, both included. False starts are treated by what an engine could
/// know: while they last, somebody does accumulate, so a signal inside one matches (`falseStartShare` says how many matched
/// nothing else, and their outcomes punish them); but nobody has to find them, so recall and delay leave them out.
public struct Judge: Sendable {
    /// Long enough for a five-minute window that opened with the campaign's last order to close.
    public static let defaultGraceSeconds = 300

    /// What of the signals to judge.
    public enum Parts: Sendable, Hashable {
        case all
        /// Precision, recall and delay only: for labels that the outcomes have nothing to do with.
        case detection
    }

    public let labels: JudgeLabels
    /// Seconds after a campaign's last order in which a signal still counts as its own.
    public let graceSeconds: Int
    private let campaigns: [[JudgedCampaign]]
    private let sessionIndex: [CivilDate: Int]

    public init(labels: JudgeLabels, graceSeconds: Int = Judge.defaultGraceSeconds) {
        self.labels = labels
        self.graceSeconds = graceSeconds
        campaigns = labels.campaignsBySession
        sessionIndex = Dictionary(uniqueKeysWithValues: labels.sessions.enumerated().map { ($1, $0) })
    }

    /// One row of the table. The order of the signals does not matter.
    public func row(_ signals: [JudgedSignal], parts: Parts = .all) -> EngineRow {
        let (tallies, unlabelled) = tallies(of: signals)
        return EngineRow(tallies, unlabelled: unlabelled, parts: parts)
    }

    /// By how much the first engine's accuracy exceeds the second's in the same sessions; `count` is the resolved signals of
    /// both.
    public func accuracyGain(of signals: [JudgedSignal], over others: [JudgedSignal]) -> Estimate {
        let first = tallies(of: signals).tallies
        let second = tallies(of: others).tallies
        let sums = zip(first, second).map { a, b in
            SIMD4(
                Double(a.outcomes.wins), Double(a.outcomes.count), Double(b.outcomes.wins), Double(b.outcomes.count))
        }
        let count = (first + second).map(\.outcomes).signals
        return SessionStatistics.difference(sums, count: count, within: -1...1)
    }

    /// One tally for every labelled session, and how many signals fell into none.
    private func tallies(of signals: [JudgedSignal]) -> (tallies: [SessionTally], unlabelled: Int) {
        var grouped = [[JudgedSignal]](repeating: [], count: labels.sessions.count)
        var unlabelled = 0
        for signal in signals {
            if let index = sessionIndex[signal.session] {
                grouped[index].append(signal)
            } else {
                unlabelled += 1
            }
        }
        let tallies = zip(grouped, campaigns).map { signals, campaigns in
            var tally = SessionTally()
            for signal in signals { tally.add(signal) }
            tally.detect(campaigns, by: signals.filter(\.isActionable), graceSeconds: graceSeconds)
            return tally
        }
        return (tallies, unlabelled)
    }
}

extension JudgedCampaign {
    func matches(_ signal: JudgedSignal, graceSeconds: Int) -> Bool {
        signal.session == session && signal.underlying == underlying && signal.direction == direction
            && signal.time >= start && signal.time <= end.advanced(bySeconds: Int64(graceSeconds))
    }
}

/// What one engine did in one session.
struct SessionTally {
    var actionable = 0
    var monitored = 0
    var targetWrongSide = 0

    /// Actionable signals inside a campaign.
    private(set) var matched = 0
    /// Actionable signals inside false starts and no other campaign.
    private(set) var inFalseStarts = 0
    /// Campaigns that were no false starts, and those of them that a signal matched.
    private(set) var campaigns = 0
    private(set) var found = 0
    /// Seconds from start to the first match of each found campaign.
    private(set) var delays: [Double] = []

    /// Of actionable signals with an outcome, micro-R.
    private(set) var outcomes = OutcomeSums()
    private(set) var unresolvable = 0
    /// Of actionable signals with an outcome in dollars, micro-dollars.
    private(set) var dollars = OutcomeSums()

    /// Tenths of confidence, signals that are not actionable included: an engine's probability means the same for both.
    private(set) var bins = [ConfidenceTally](repeating: ConfidenceTally(), count: 10)

    struct ConfidenceTally {
        var count = 0
        var wins = 0
        var confidence = 0.0
        var squaredError = 0.0
    }

    mutating func add(_ signal: JudgedSignal) {
        if let confidence = signal.confidence, let r = signal.rMicros, (0...1).contains(confidence) {
            let bin = min(9, Int(confidence * 10))
            let error = confidence - (r > 0 ? 1 : 0)
            bins[bin].count += 1
            bins[bin].wins += r > 0 ? 1 : 0
            bins[bin].confidence += confidence
            bins[bin].squaredError += error * error
        }
        guard signal.isActionable else {
            monitored += 1
            return
        }
        actionable += 1
        if signal.isTargetWrongSide { targetWrongSide += 1 }
        guard let r = signal.rMicros else {
            unresolvable += 1
            return
        }
        outcomes.add(r)
        if let profit = signal.profitMicros { dollars.add(profit) }
    }

    /// - Parameter signals: the actionable ones of the session.
    mutating func detect(_ all: [JudgedCampaign], by signals: [JudgedSignal], graceSeconds: Int) {
        for signal in signals {
            let matches = all.filter { $0.matches(signal, graceSeconds: graceSeconds) }
            if !matches.isEmpty { matched += 1 }
            if !matches.isEmpty, matches.allSatisfy(\.isFalseStart) { inFalseStarts += 1 }
        }
        for campaign in all where !campaign.isFalseStart {
            campaigns += 1
            let times = signals.lazy.filter { campaign.matches($0, graceSeconds: graceSeconds) }.map(\.time)
            guard let first = times.min() else { continue }
            found += 1
            delays.append(Double(first.nanos - campaign.start.nanos) / 1e9)
        }
    }
}
