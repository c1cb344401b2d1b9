internal import MarketData
internal import Monitors

extension RolloutStory {
    /// A line for each session, with the evidence after it. An empty field is unknown, or not asked.
    package var csv: String {
        var csv = CSV(header: [
            "basis", "session", "stage", "state", "d_r", "quality_r", "baseline_r", "candidate_r", "live_r", "mean_d_r",
            "mean_d_low_r", "mean_d_high_r", "better_e", "better_asked", "not_worse_e", "not_worse_asked", "harm_e",
            "no_gain_e", "fall", "baseline_paper_micros", "candidate_paper_micros", "baseline_paper_r_micros",
            "candidate_paper_r_micros",
        ])
        for point in points {
            let numbers = [
                point.d, point.q, point.baselineR, point.candidateR, point.liveR, point.meanD.value, point.meanD.low,
                point.meanD.high, point.betterE, point.betterThreshold, point.notWorseE, point.notWorseThreshold,
                point.harmE, point.noGainE, point.fall,
            ]
            csv.append(
                [input.basis.rawValue, "\(point.session)", point.stage.rawValue, point.state.rawValue]
                    + numbers.map { $0.map { String($0) } } + paper(point.session))
        }
        return csv.text
    }

    /// Both paper accounts at the end of a session.
    private func paper(_ session: CivilDate) -> [String?] {
        let ends = [input.paper?.baseline.at(session), input.paper?.candidate.at(session)]
        return ends.map { $0.map { String($0.equityMicros) } } + ends.map { $0.map { String($0.equityRMicros) } }
    }
}
