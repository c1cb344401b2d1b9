public import MarketData

/// What follows from state and evidence, and why.
public struct RolloutDecision: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        case stay
        case promote(Stage)
        case awaitApproval(Stage)
        /// What was asked of persons does not hold any more.
        case withdrawApproval(expired: Bool)
        case complete
        /// Says so.
        case alert(Trigger)
        /// The candidate is silent until the session ends.
        case unroute(Trigger)
        /// No promotion until a person resumes.
        case hold(Trigger)
        /// Down to a stage; the second time it waits there for a person.
        case demote(to: Stage, Trigger, holds: Bool)
        /// Everything back to the baseline; `closes` ends this version of the candidate.
        case rollBack(Trigger, closes: Bool)
        /// Nothing to gain: the version ends.
        case close(Trigger)
        /// The stage's deadline passed without a verdict.
        case expire
    }

    /// When the answer may become another one.
    public enum NextCheck: Hashable, Sendable {
        case sessionCommit
        /// Nil: no time is known.
        case promotionWindow(Timestamp?, reason: String)
        case approval
        case person
        case never
    }

    public var action: Action
    /// What led to the action.
    public var reasons: [Tripped]
    /// What the gate to the next stage asks for; empty where there is none.
    public var checks: [GateCheck]
    public var nextCheck: NextCheck

    init(_ action: Action, _ reasons: [Tripped] = [], checks: [GateCheck] = [], next: NextCheck = .sessionCommit) {
        self.action = action
        self.reasons = reasons
        self.checks = checks
        nextCheck = next
    }

    /// What keeps the gate closed.
    public var unmet: [GateCheck] { checks.filter { !$0.verdict.isPassable } }
}
