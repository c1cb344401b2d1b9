/// What an objective allows in a period and what was lost of it, exactly: in millionths of a second.
struct ErrorBudget {
    /// Parts per million.
    let target: Int
    private let allowed: Int64
    private let lost: Int64

    init(target: Int, periodSeconds: Int64, sum: Downtime.Sum) {
        self.target = target
        allowed = Int64(1_000_000 - target) * (periodSeconds - sum.excluded)
        lost = sum.counted * 1_000_000
    }

    var allowedSeconds: Double { Double(allowed) / 1e6 }
    /// Seconds that may still be lost; negative when too many were.
    var leftSeconds: Double { Double(allowed - lost) / 1e6 }
    /// Nil without a budget.
    var left: Double? { isKnown ? 1 - Double(lost) / Double(allowed) : nil }
    var isKnown: Bool { allowed > 0 }
    var isOverspent: Bool { lost > allowed }
    var isSpent: Bool { lost >= allowed }

    /// Whether more than that share, a fraction of whole numbers, is left.
    func hasLeft(moreThan numerator: Int64, of denominator: Int64) -> Bool {
        (allowed - lost) * denominator > numerator * allowed
    }

    /// Those counted seconds as a share of what is allowed.
    func share(ofSeconds seconds: Int64) -> Double? { isKnown ? Double(seconds) * 1e6 / Double(allowed) : nil }

    /// A bad fraction in multiples of the one that spends all the budget in all the period.
    func burn(badFraction: Double) -> Double { badFraction * 1e6 / Double(1_000_000 - target) }
}

/// What the month's budget lets promotions do. Rollback and security are never held up.
package struct BudgetPolicy: Codable, Hashable, Sendable {
    package enum Effect: String, Codable, Hashable, Sendable {
        /// More than half is left.
        case free
        /// More than a quarter: one stage a session, and twice the dwell in canary.
        case oneStagePerSession = "one stage per session"
        /// Something is left: an operator approves with a reason; shadow goes on.
        case approval
        /// Nothing: no promotion until a new month or a reliability fix.
        case frozen

        package var dwellFactor: Int { self == .oneStagePerSession ? 2 : 1 }
    }

    package let effect: Effect
    package let dwellFactor: Int
    /// Whether a post-mortem record is due before the next promotion.
    package let needsPostMortem: Bool
    /// The incidents that cost more than a fifth of what the month allows.
    package let postMortemIncidents: [String]

    /// Nil without a budget.
    init?(_ budget: ErrorBudget, incidents: [SLAReport.Incident]) {
        guard budget.isKnown else { return nil }
        effect =
            if budget.hasLeft(moreThan: 1, of: 2) {
                .free
            } else if budget.hasLeft(moreThan: 1, of: 4) {
                .oneStagePerSession
            } else if budget.hasLeft(moreThan: 0, of: 1) {
                .approval
            } else {
                .frozen
            }
        dwellFactor = effect.dwellFactor
        postMortemIncidents = incidents.filter { ($0.budgetShare ?? 0) > 0.2 }.map(\.id)
        needsPostMortem = !postMortemIncidents.isEmpty
    }
}
