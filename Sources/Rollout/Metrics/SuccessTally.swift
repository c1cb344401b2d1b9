internal import MarketData
public import Signals

/// Gathers sessions of one pair of engine versions, a fixed number of bytes each, and makes success metrics and paper accounts
/// of them.
public struct SuccessTally: Hashable, Sendable {
    public let baselineVersion: String
    public let candidateVersion: String
    /// What each arm made in shadow.
    public private(set) var baselineAccount = PaperAccount()
    public private(set) var candidateAccount = PaperAccount()
    private(set) var sessions: [SessionSums] = []

    public init(baselineVersion: String, candidateVersion: String) {
        self.baselineVersion = baselineVersion
        self.candidateVersion = candidateVersion
    }

    /// A session, once it can be judged.
    ///
    /// Signals of tainted half hours and sessions go to the paper accounts and nowhere else, so that both arms are measured on
    /// the same market.
    ///
    /// - Parameters:
    ///   - observation: of the session, later than those before.
    ///   - signals: all actionable ones of both arms caused in it, in any order.
    ///   - costs: of the arms in this session; nil when they are not known.
    public mutating func add(
        _ observation: SessionObservation, signals: some Sequence<MeasuredSignal>,
        costs: (baseline: ArmCost, candidate: ArmCost)? = nil
    ) {
        var sums = SessionSums(observation)
        sums.baseline.cost = costs?.baseline
        sums.candidate.cost = costs?.candidate
        var baselinePaper = PaperAccount.Session(observation.session)
        var candidatePaper = PaperAccount.Session(observation.session)
        var directions = NetDirections()
        for signal in signals {
            switch signal.arm {
            case .baseline: baselinePaper.add(signal)
            case .candidate: candidatePaper.add(signal)
            }
            guard observation.state != .tainted, !signal.score.isTaintedHalfHour else { continue }
            directions.add(signal)
            switch signal.arm {
            case .baseline: sums.baseline.add(signal)
            case .candidate: sums.candidate.add(signal)
            }
        }
        sums.agreement = directions.counts
        sessions.append(sums)
        baselineAccount.add(baselinePaper)
        candidateAccount.add(candidatePaper)
    }

    public func account(_ arm: Arm) -> PaperAccount { arm == .baseline ? baselineAccount : candidateAccount }

    public var metrics: SuccessMetrics { SuccessMetrics(self) }
}

/// One session of both arms.
struct SessionSums: Hashable, Sendable {
    let state: SessionObservation.State
    var baseline: ArmSums
    var candidate: ArmSums
    var agreement = ArmAgreement.Counts()

    init(_ observation: SessionObservation) {
        state = observation.state
        baseline = ArmSums(accountR: Double(observation.baseline.accountMicros) / 1e6)
        candidate = ArmSums(accountR: Double(observation.candidate.accountMicros) / 1e6)
    }
}

/// One session of one arm; signals of tainted half hours are in none of it.
struct ArmSums: Hashable, Sendable {
    /// R of the account that both arms are given alike.
    let accountR: Double
    private(set) var signals = 0
    /// In micro-R, of resolved signals.
    private(set) var outcomes = OutcomeSums()
    /// Micro-dollars of one contract on each resolved signal.
    private(set) var profitMicros: Int64 = 0
    /// Nil when not known.
    var cost: ArmCost?

    init(accountR: Double) { self.accountR = accountR }

    mutating func add(_ signal: MeasuredSignal) {
        signals += 1
        guard signal.score.isResolved else { return }
        outcomes.add(signal.score.rMicros)
        profitMicros = profitMicros.addingClamped(signal.profitMicros)
    }
}
