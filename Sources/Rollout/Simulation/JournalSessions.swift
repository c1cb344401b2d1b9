internal import MarketData

/// Observed sessions to draw from, as if their candidate were better or worse by so much; source:
/// `decision-statistics.md`, section 7.
///
/// Only the score is moved: accuracy, and what the score does not read, stay as they were seen.
struct JournalSessions: Hashable, Sendable {
    private let sessions: [SessionObservation]
    private let terms: EvidenceTerms
    /// Of D as seen, R.
    let mean: Double
    let deviation: Double

    /// Too few sessions say nothing of how D varies.
    static let least = 20

    /// - Parameter sessions: those that were not observed are left out.
    init(_ sessions: [SessionObservation], _ terms: EvidenceTerms) {
        self.sessions = sessions.filter { $0.state == .observed }
        self.terms = terms
        (mean, deviation) = moments(self.sessions.map { $0.difference(terms) })
    }

    var count: Int { sessions.count }
    var isEnough: Bool { count >= Self.least }

    /// What the mean of D is made to be, R: what 10 points less and more accuracy would bring, nothing, and what was seen.
    var truths: [Double] {
        let tenPoints = terms.score == .account ? 1.4 : 0.25
        return [-tenPoints, 0, tenPoints, mean]
    }

    /// A rollout on sessions drawn with replacement.
    func run(truth: Double, _ plan: SimulatedPlan, sessions count: Int, _ random: inout SimulationRandom)
        -> SimulatedRun
    {
        var lane = DecisionLane(plan.terms)
        for number in 1...count where !lane.isOver {
            let drawn = sessions[random.integer(in: 0...(sessions.count - 1))]
            lane.close(number, committing: moved(drawn, by: truth - mean))
        }
        return lane.run
    }

    private func moved(_ session: SessionObservation, by change: Double) -> SessionObservation {
        var session = session
        let micros = (session.difference(terms) + change) * 1e6
        switch terms.score {
        case .account: session.candidate.accountMicros = session.baseline.accountMicros + Int64(micros.rounded())
        case .perSignal:
            let (baseline, candidate) = (session.baseline, session.candidate)
            let mean = baseline.actionable > 0 ? Double(baseline.sumMicros) / Double(baseline.actionable) : 0
            session.candidate.sumMicros = Int64(((mean + micros) * Double(candidate.actionable)).rounded())
        }
        return session
    }
}

/// Mean and standard deviation of a population; 0 of nothing.
func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    guard !values.isEmpty else { return (0, 0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, variance.squareRoot())
}
