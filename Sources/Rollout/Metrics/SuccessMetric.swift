/// How good an engine is, one metric a case, for both arms over the same sessions. Only actionable signals count.
///
/// A metric is known from two sessions on that have an observation of it: with less there is no telling how much is luck.
/// Limits are of 95 % and by session (`SessionStatistics`). An observed session is what evidence observes: neither tainted nor
/// empty; an arm that was silent in it made 0 R.
public enum SuccessMetric: String, Hashable, Sendable, CaseIterable {
    /// Wins / resolved signals; a win is R > 0. `decision-statistics.md`, section 2. Win/loss by count is accuracy /
    /// (1 - accuracy) and no metric of its own.
    case accuracy
    /// Mean R of wins / mean loss of the other resolved signals.
    case payoffRatio = "payoff_ratio"
    /// Sum of gains / sum of losses in R.
    case profitFactor = "profit_factor"
    /// Mean R of a resolved signal.
    case expectancyR = "expectancy_r"
    /// Sum of the account score over observed sessions, R: what one account would have made under the limits that both arms
    /// have. `decision-statistics.md`, section 2. Here and below `n` is sessions unless said otherwise.
    case accountR = "account_r"
    /// Mean account score of an observed session, R. The difference is the mean of D before its clip.
    case accountRPerSession = "account_r_per_session"
    /// Mean / standard deviation (n - 1) of the account score of observed sessions, per session, not annualised. Sharpe, Journal
    /// of Portfolio Management 21(1):49, 1994, with nothing to subtract: a futures account lends nothing.
    case sharpe
    /// `sharpe` x sqrt(252): as if a year had 252 observed sessions that do not hang together.
    case sharpeAnnualised = "sharpe_annualised"
    /// The deepest fall of the sum of account scores from its highest before, R, session by session from 0. A figure of one
    /// path in one order, without limits: leaving out sessions says nothing about an extreme.
    case maxDrawdownR = "max_drawdown_r"
    /// Profit / cost over sessions that are not tainted and whose costs are known; profit is one contract on each resolved
    /// signal, after fees, cost what running that arm alone would cost. Nil at cost 0.
    case roi
    /// Cost / accepted signals, dollars, as `CostPerSignal` has it, over all sessions whose costs are known. `n` is signals.
    case costPerSignal = "cost_per_signal"

    public enum Unit: String, Hashable, Sendable, CaseIterable, Encodable {
        /// In 0...1.
        case share
        case ratio
        case r = "R"
        case dollars = "$"
    }

    public var unit: Unit {
        switch self {
        case .accuracy: .share
        case .payoffRatio, .profitFactor, .sharpe, .sharpeAnnualised, .roi: .ratio
        case .expectancyR, .accountR, .accountRPerSession, .maxDrawdownR: .r
        case .costPerSignal: .dollars
        }
    }
}

extension SuccessMetric {
    /// Of one arm.
    func estimate(_ arm: ArmColumns) -> Estimate {
        switch self {
        case .accuracy: return arm.outcomes.accuracy.known(in: arm.sessionsWithOutcome)
        case .payoffRatio: return arm.outcomes.payoffRatio.known(in: arm.sessionsWithOutcome)
        case .profitFactor: return arm.outcomes.profitFactor.known(in: arm.sessionsWithOutcome)
        case .expectancyR: return arm.outcomes.expectancy.known(in: arm.sessionsWithOutcome)
        case .accountR: return Self.mean(arm.accountR).scaled(by: Double(arm.accountR.count))
        case .accountRPerSession: return Self.mean(arm.accountR)
        case .sharpe: return Self.sharpe(arm.accountR)
        case .sharpeAnnualised: return Self.sharpe(arm.accountR).scaled(by: Double(252).squareRoot())
        case .maxDrawdownR: return Self.maxDrawdown(arm.accountR)
        case .roi: return Self.quotient(arm.returns, count: arm.returns.count)
        case .costPerSignal: return Self.quotient(arm.costs, count: arm.costedSignals)
        }
    }

    /// The candidate's less the baseline's in the same sessions; nil where a difference says nothing: of ratios, and of what
    /// has no limits.
    func difference(_ sessions: [SessionSums]) -> Estimate? {
        switch self {
        case .accuracy:
            return Self.difference(sessions, within: -1...1) { (Double($0.outcomes.wins), $0.outcomes.count) }
        case .expectancyR:
            return Self.difference(sessions) { (Double($0.outcomes.net) / 1e6, $0.outcomes.count) }
        case .accountR, .accountRPerSession:
            let observed = sessions.filter { $0.state == .observed }
            let mean = Self.mean(observed.map { $0.candidate.accountR - $0.baseline.accountR })
            return self == .accountR ? mean.scaled(by: Double(observed.count)) : mean
        case .costPerSignal:
            return Self.difference(sessions.filter { $0.baseline.cost != nil && $0.candidate.cost != nil }) {
                (Double($0.cost?.costMicros ?? 0) / 1e6, $0.cost?.signals ?? 0)
            }
        case .payoffRatio, .profitFactor, .sharpe, .sharpeAnnualised, .maxDrawdownR, .roi: return nil
        }
    }
}
