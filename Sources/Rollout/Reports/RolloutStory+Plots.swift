internal import MarketData
internal import Monitors

extension RolloutStory {
    private var positions: LinePlot.Positions { .sessions(points.map(\.session)) }

    private var bands: [LinePlot.Stage] { stretches.map { LinePlot.Stage($0.stage.rawValue, $0.sessions) } }

    /// At the session whose commit it followed.
    private var events: [LinePlot.Event] {
        input.moves.map { LinePlot.Event("\($0.words), \($0.transition.cause)", at: max(0, $0.session - 1)) }
    }

    func plot(
        _ title: String, _ unit: PlotUnit, _ series: [PlotSeries], scale: LinePlot.Scale = .fromZero,
        target: LinePlot.Target? = nil, band: LinePlot.Band? = nil
    ) -> LinePlot {
        LinePlot(
            title: title, positions: positions, unit: unit, scale: scale, series: series, target: target, band: band,
            stages: bands, events: events)
    }

    var meanPlot: LinePlot {
        plot(
            "Mean of D with its 95 % confidence sequence", PlotUnit("R", places: 2),
            [PlotSeries("mean of D", points.map(\.meanD.value))], target: LinePlot.Target(0, label: "no difference"),
            band: LinePlot.Band(
                label: "95 % interval", low: points.map(\.meanD.low), high: points.map(\.meanD.high)))
    }

    var accountPlot: LinePlot {
        plot(
            "Account R of both arms", PlotUnit("R", places: 2),
            [
                PlotSeries("baseline, paper", points.map(\.baselineR)),
                PlotSeries("candidate, paper", points.map(\.candidateR)),
                PlotSeries("candidate, live", points.map(\.liveR)),
            ])
    }

    var proofPlot: LinePlot {
        plot(
            "Proof for the next gate", PlotUnit("E", places: 3),
            [
                PlotSeries("better", points.map(\.betterE)), PlotSeries("better, asked", points.map(\.betterThreshold)),
                PlotSeries("not worse", points.map(\.notWorseE)),
                PlotSeries("not worse, asked", points.map(\.notWorseThreshold)),
            ], scale: .logarithmic)
    }

    /// Each divided by the threshold it acts at, so that one line stands for all.
    var alarmPlot: LinePlot {
        let terms = input.terms
        return plot(
            "Alarms, as multiples of their thresholds", PlotUnit("x", places: 4),
            [
                PlotSeries("harm", points.map { $0.harmE * terms.harm.alpha }),
                PlotSeries("no gain", points.map { point in point.noGainE.map { $0 * (terms.noGain?.alpha ?? 0) } }),
                PlotSeries("fall", points.map { point in point.fall.map { $0 / (terms.fall?.arlSessions ?? 1) } }),
            ], scale: .logarithmic, target: LinePlot.Target(1, label: "acts"))
    }

    /// Nil where nothing was measured.
    var latencyPlot: LinePlot? {
        guard points.contains(where: { $0.latency != nil }) else { return nil }
        return plot(
            "Time to answer", .milliseconds,
            [
                PlotSeries("baseline p50", points.map(\.latency?.baseline.p50)),
                PlotSeries("candidate p50", points.map(\.latency?.candidate.p50)),
                PlotSeries("baseline p99", points.map(\.latency?.baseline.p99)),
                PlotSeries("candidate p99", points.map(\.latency?.candidate.p99)),
            ])
    }

    /// Nil where nothing is known.
    var costPlot: LinePlot? {
        guard points.contains(where: { $0.costMicros != nil }) else { return nil }
        return plot(
            "Cost of a session", .dollars,
            [
                PlotSeries("baseline", points.map { point in point.costMicros.map { Double($0.baseline) / 1e6 } }),
                PlotSeries("candidate", points.map { point in point.costMicros.map { Double($0.candidate) / 1e6 } }),
            ])
    }
}

extension RolloutStory.Move {
    /// `shadow to canary`, or `held in canary` where only the status changed.
    var words: String {
        transition.from == transition.to
            ? "\(transition.status.rawValue) in \(transition.to.rawValue)"
            : "\(transition.from.rawValue) to \(transition.to.rawValue)"
    }
}
