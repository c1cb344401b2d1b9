package import MarketData

/// How many signals of an arm got a decision for a reason in a session.
package struct DecisionCount: Hashable, Sendable {
    package enum Decision: String, CaseIterable, Codable, Hashable, Sendable { case live, shadow, suppressed }

    /// Trade date.
    package var session: CivilDate
    package var arm: LatencyArm
    package var decision: Decision
    /// As the journal has it, such as `assigned` or `other-arm`.
    package var reason: String
    package var count: Int

    package init(session: CivilDate, arm: LatencyArm, decision: Decision, reason: String, count: Int) {
        self.session = session
        self.arm = arm
        self.decision = decision
        self.reason = reason
        self.count = count
    }
}

/// What became of an arm's signals of a session: of the live ones, or of the others.
package struct OutcomeSum: Hashable, Sendable {
    /// Trade date.
    package var session: CivilDate
    package var arm: LatencyArm
    package var isLive: Bool
    /// Outcomes that are known.
    package var count: Int
    /// Those with a profit.
    package var wins: Int
    /// Profit of all known outcomes together, in millionths of R.
    package var rMicrosSum: Int64
    /// Signals whose outcome is not known yet.
    package var pending: Int

    package init(
        session: CivilDate, arm: LatencyArm, isLive: Bool, count: Int, wins: Int, rMicrosSum: Int64, pending: Int
    ) {
        self.session = session
        self.arm = arm
        self.isLive = isLive
        self.count = count
        self.wins = wins
        self.rMicrosSum = rMicrosSum
        self.pending = pending
    }
}

/// Sums that cannot be: negative counts, or more wins than outcomes.
package struct SignalSumError: Error, Hashable, Sendable, CustomStringConvertible {
    let session: CivilDate
    let arm: LatencyArm
    let found: String

    package var description: String {
        "signals of the \(arm.rawValue) on \(session): \(found); the journal's rows of that session are damaged"
    }
}

extension DecisionCount {
    func check() throws(SignalSumError) {
        guard count >= 0 else { throw SignalSumError(session: session, arm: arm, found: "a count of \(count)") }
    }
}

extension OutcomeSum {
    func check() throws(SignalSumError) {
        guard count >= 0, pending >= 0, (0...count).contains(wins) else {
            throw SignalSumError(
                session: session, arm: arm, found: "\(wins) wins of \(count) outcomes, \(pending) pending")
        }
    }
}
