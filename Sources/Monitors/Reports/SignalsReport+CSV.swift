extension SignalsReport {
    /// A line for each session and arm: signals by decision, then the outcomes of all of them and of the live ones, with
    /// the mean in R. An empty field is unknown.
    package var csv: String {
        var csv = CSV(header: [
            "basis", "session", "arm", "live", "shadow", "suppressed", "outcomes", "pending", "wins", "mean_r",
            "live_outcomes", "live_pending", "live_wins", "live_mean_r",
        ])
        for arm in arms {
            for session in arm.sessions {
                let counts = [session.live, session.shadow, session.suppressed].map { String($0) }
                csv.append(
                    [basis.rawValue, session.session, arm.arm.rawValue] + counts + Self.fields(session.outcomes)
                        + Self.fields(session.liveOutcomes))
            }
        }
        return csv.text
    }

    private static func fields(_ outcomes: Outcomes) -> [String?] {
        [String(outcomes.count), String(outcomes.pending), String(outcomes.wins), outcomes.meanR.map { String($0) }]
    }
}
