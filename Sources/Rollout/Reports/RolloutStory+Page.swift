package import MarketData
package import Monitors

extension RolloutStory {
    /// For people; `TextPage` (in 100 columns) and `HTMLPage` render it.
    package func page(generated: Timestamp) -> ReportPage {
        let (first, last) = (points.first?.session, points.last?.session)
        let period = first.flatMap { first in last.map { first == $0 ? "\(first)" : "\(first) to \($0)" } }
        return ReportPage(
            title: "Rollout \(input.rollout)", period: period ?? "no session yet", rollout: input.rollout,
            basis: input.basis, generated: generated,
            sections: [
                overview, moveSection, proofSection, sessionSection, metricSection, agreementSection, paperSection,
                liveSection, costSection, trustSection,
            ])
    }

    /// For a terminal.
    package func text(generated: Timestamp, _ styled: Styled = .plain, width: Int = 100) -> String {
        TextPage.text(page(generated: generated), styled, width: width)
    }

    // MARK: - Sections

    private var overview: ReportPage.Section {
        ReportPage.Section(
            heading: "In short", lead: summary, figures: figures,
            blocks: [
                .text(
                    "\(input.candidate) on trial against \(input.baseline)\(tried). Plan \(input.planHash), spec "
                        + "\(input.specHash)."), .lines(meanPlot), .lines(accountPlot),
            ])
    }

    private var moveSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Transitions", lead: "What it rested on is the evidence of the last session committed before.",
            blocks: [.table(moveTable)] + reasons + [.table(restTable)])
    }

    private var proofSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Evidence against thresholds",
            lead:
                "E-values, on a scale of powers of ten: were the claim they speak against true, they would ever reach x with a "
                + "chance of at most 1 in x. What is asked changes with the stage.",
            blocks: [.lines(proofPlot), .lines(alarmPlot)])
    }

    private var sessionSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Sessions",
            lead:
                "D is the candidate's R less the baseline's, clipped; live is what the candidate's live signals made since the "
                + "beginning; mean with its interval and E-values as they stood after the session.",
            blocks: [.table(sessionTable)])
    }

    private var metricSection: ReportPage.Section {
        ReportPage.Section(
            heading: "Metrics", lead: "Of all sessions, each with its 95 % interval by session.",
            blocks: [.table(metricTable), .text(roiGainText)])
    }

    private var costSection: ReportPage.Section {
        var blocks: [ReportPage.Block] = []
        if let latencyPlot { blocks.append(.lines(latencyPlot)) }
        if let costPlot { blocks.append(.lines(costPlot)) }
        let latency = input.basis == .replay ? "not judged (replay)" : NumberFormat.unknown
        blocks += latencyPlot == nil ? [.text("Time to answer: \(latency).")] : []
        blocks += costPlot == nil ? [.text("Cost of the sessions: \(NumberFormat.unknown).")] : []
        return ReportPage.Section(heading: "Latency and cost", blocks: blocks + [.table(latencyTable)])
    }

    private var trustSection: ReportPage.Section {
        let check =
            input.selfCheck.map { check in
                "Self-check: with the signs of all D drawn anew \(NumberFormat.count(check.draws)) times, harm would have been "
                    + "called in \(NumberFormat.percent(check.harmRate, places: 1)) and better in "
                    + "\(NumberFormat.percent(check.betterRate, places: 1))."
            } ?? "Self-check: not run."
        return ReportPage.Section(
            heading: "Corrections and self-check",
            lead: "A correction replaces the session's D in all evidence above; what was decided before it stays.",
            blocks: [.table(correctionTable), .text(check)])
    }

    // MARK: - In short

    private var tried: String {
        input.versionsTried.map { $0 == 1 ? ", the first version tried" : ", version \($0) tried in this rollout" }
            ?? ""
    }

    /// `Now canary, running, after 15 sessions: shadow 7, canary 8. 2 transitions, 0 corrections.`
    var summary: String {
        let time = stretches.map { "\($0.stage.rawValue) \($0.sessions.count)" }.joined(separator: ", ")
        return "Now \(stage.rawValue), \(status.rawValue), after \(Self.count(points.count, "session"))"
            + (time.isEmpty ? "" : ": \(time)")
            + ". \(Self.count(input.moves.count, "transition")), \(Self.count(input.corrections.count, "correction"))."
    }

    static func count(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    private var figures: [ReportPage.Figure] {
        let last = points.last
        func r(_ value: Double?) -> String { ReportUnit.r.text(value) }
        func figure(_ label: String, _ value: String, _ unit: String, _ note: String) -> ReportPage.Figure {
            let isUnknown = value == NumberFormat.unknown
            return ReportPage.Figure(
                label, value, unit: isUnknown ? "" : unit, tone: isUnknown ? .unknown : .plain, note: note)
        }
        let mean = last?.meanD
        let observed = points.count { $0.state == .observed }
        return [
            figure("mean of D", r(mean?.value), "R a session", "95 % interval \(r(mean?.low)) to \(r(mean?.high))"),
            figure("observed sessions", NumberFormat.count(observed), "", stateNote),
            figure("account, candidate", r(last?.candidateR), "R", "baseline \(r(last?.baselineR)) R"),
            figure("live", r(last?.liveR), "R", "what the candidate's live signals made"),
            figure("better", ReportUnit.evidence.text(last?.betterE), "E", asked(last?.betterThreshold)),
            figure(
                "harm", ReportUnit.evidence.text(last?.harmE), "E",
                "acts at \(ReportUnit.evidence.text(1 / input.terms.harm.alpha))"),
        ]
    }

    private func asked(_ threshold: Double?) -> String {
        threshold.map { "the next gate asks for \(ReportUnit.evidence.text($0))" } ?? "no gate asks for it now"
    }

    private var stateNote: String {
        let (empty, tainted) = (points.count { $0.state == .empty }, points.count { $0.state == .tainted })
        return "besides \(empty) empty, \(tainted) tainted"
    }
}
