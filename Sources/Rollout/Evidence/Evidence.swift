internal import MarketData

/// All that a rollout has proven so far: its sessions in date order, and the processes that bet on them.
///
/// A function of terms, sessions and entries into stages; never begun anew within a version.
public struct Evidence: Hashable, Sendable {
    public let terms: DecisionTerms
    /// Every committed session, empty and tainted ones too.
    public private(set) var sessions: [SessionObservation] = []
    /// Numbers of `sessions` at which a stage was entered that watches for a fall.
    private var entries: [Int] = []

    /// Committed sessions that count.
    public private(set) var observed = 0
    /// The sum of D, R.
    public private(set) var sumD = 0.0
    /// The candidate's actionable signals: all, with an outcome, and with a profit.
    public private(set) var actionable = 0
    public private(set) var resolved = 0
    public private(set) var correct = 0
    /// Sessions of the last 20 that were tainted.
    public private(set) var recentlyTainted = 0
    /// Observations in which D was clipped.
    public private(set) var clipped = 0

    private var better = BetMixture()
    private var smallGain = BetMixture()
    private var gates: [GateProcesses]
    private var accountHarm: HarmProcess
    private var qualityHarm: HarmProcess
    private var fall: FallDetector

    /// What a stage's gate needs beside `better`.
    private struct GateProcesses: Hashable, Sendable {
        var notWorse = BetMixture()
        var accuracy = BetMixture()
        var quality = BetMixture()
    }

    public init(terms: DecisionTerms) {
        self.terms = terms
        let evidence = terms.evidence
        gates = Array(repeating: GateProcesses(), count: Stage.allCases.count)
        accountHarm = HarmProcess(
            null: -terms.harm.account.toleranceR, clip: evidence.scoreClipR, horizon: evidence.horizonSessions)
        qualityHarm = HarmProcess(
            null: -terms.harm.quality.toleranceR, clip: evidence.qualityClipR, horizon: evidence.horizonSessions)
        fall = FallDetector(clip: evidence.scoreClipR)
    }

    /// The last committed session.
    public var last: SessionObservation? { sessions.last }

    /// The mean of D, R; nil before the first observation.
    public var meanD: Double? { observed > 0 ? sumD / Double(observed) : nil }

    /// Adds the next session.
    public mutating func commit(_ session: SessionObservation) {
        sessions.append(session)
        observe(session)
    }

    /// Puts a session right that was committed already, and computes everything anew.
    ///
    /// - Returns: by how much its D changed, R; nil when no such session was committed.
    public mutating func correct(_ session: SessionObservation) -> Double? {
        guard let place = sessions.firstIndex(where: { $0.session == session.session }) else { return nil }
        let change = session.difference(terms.evidence) - sessions[place].difference(terms.evidence)
        var corrected = Evidence(terms: terms)
        for (number, committed) in sessions.enumerated() {
            for _ in entries.filter({ $0 == number }) { corrected.restartFall() }
            corrected.commit(number == place ? session : committed)
        }
        for _ in entries.filter({ $0 == sessions.count }) { corrected.restartFall() }
        self = corrected
        return change
    }

    /// A stage was entered; where it watches for a fall, a share of the gain so far has to stay from here on.
    public mutating func entered(_ stage: Stage) {
        guard terms.fall?.stages.contains(stage) ?? false else { return }
        restartFall()
    }

    private mutating func restartFall() {
        entries.append(sessions.count)
        let share = terms.fall?.reference ?? 0
        fall.restart(reference: min(max(share * (meanD ?? 0), 0), terms.evidence.scoreClipR / 2))
    }

    private mutating func observe(_ session: SessionObservation) {
        let (new, old) = (sessions.count - 1, sessions.count - 1 - Self.taintWindow)
        if session.state == .tainted { recentlyTainted += 1 }
        if old >= 0, new >= 0, sessions[old].state == .tainted { recentlyTainted -= 1 }
        guard session.state == .observed else { return }
        observed += 1
        actionable += session.candidate.actionable
        resolved += session.candidate.resolved
        correct += session.candidate.correct
        bet(on: session)
    }

    private mutating func bet(on session: SessionObservation) {
        let d = session.difference(terms.evidence)
        let clip = terms.evidence.scoreClipR
        sumD += d
        if abs(d) >= clip { clipped += 1 }
        better.bet(Stake.better(d, null: 0, clip: clip))
        if let noGain = terms.noGain { smallGain.bet(Stake.worse(d, null: noGain.gainR, clip: clip)) }
        accountHarm.observe(d)
        fall.observe(d)
        let quality = session.qualityDifference(terms.evidence)
        if let quality { qualityHarm.observe(quality) }
        for stage in Stage.allCases {
            guard let gate = terms.gates[stage] else { continue }
            if let margin = gate.notWorse?.marginR {
                gates[stage.level].notWorse.bet(Stake.better(d, null: -margin, clip: clip))
            }
            if let bound = gate.accuracy?.bound, session.candidate.resolved > 0 {
                gates[stage.level].accuracy.bet(
                    Stake.accuracy(
                        correct: session.candidate.correct, resolved: session.candidate.resolved, null: bound))
            }
            if let margin = gate.quality?.marginR, let quality {
                gates[stage.level].quality.bet(
                    Stake.better(quality, null: -margin, clip: terms.evidence.qualityClipR))
            }
        }
    }

    /// Sessions over which taint is counted, and how many of them may be tainted (`decision-statistics.md`, section 1).
    static let taintWindow = 20
    static let taintLimit = 4

    /// Too many sessions that cannot be judged: promotion holds.
    public var isTooTainted: Bool { recentlyTainted > Self.taintLimit }

    /// Of the candidate's actionable signals, those without an outcome; nil before the first.
    public var unresolvableShare: Double? {
        actionable > 0 ? Double(actionable - resolved) / Double(actionable) : nil
    }

    /// Above this promotion is blocked, since losses could hide there (`decision-statistics.md`, section 1).
    static let unresolvableLimit = 0.02

    /// Of the candidate's resolved signals, those with a profit; nil before the first.
    public var accuracy: Double? { resolved > 0 ? Double(correct) / Double(resolved) : nil }
}

// MARK: - E-values

extension Evidence {
    /// Against "the candidate is not better".
    public var betterE: Double { better.value }

    /// Against "the candidate gains at least what `no_gain` names".
    public var noGainE: Double { smallGain.value }

    /// Against "worse by the margin of the gate to `stage`".
    public func notWorseE(_ stage: Stage) -> Double { gates[stage.level].notWorse.value }

    /// Against "no more correct than the bound of the gate to `stage`".
    public func accuracyE(_ stage: Stage) -> Double { gates[stage.level].accuracy.value }

    /// Against "each signal worse by the margin of the gate to `stage`".
    public func qualityE(_ stage: Stage) -> Double { gates[stage.level].quality.value }

    public var accountHarmE: Double { accountHarm.value }
    public var qualityHarmE: Double { qualityHarm.value }

    /// Against "no guardrail is broken".
    public var harmE: Double {
        terms.harm.account.weight * accountHarm.value + terms.harm.quality.weight * qualityHarm.value
    }

    /// The fall detector's sum, and the mean gain that has to stay, R.
    public var fallValue: Double { fall.value }
    public var fallReference: Double { fall.reference }
}
