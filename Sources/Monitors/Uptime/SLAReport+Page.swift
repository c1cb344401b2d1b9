package import MarketData

extension SLAReport {
    /// The report as people read it: `TextPage` and `HTMLPage` render it.
    ///
    /// - Parameters:
    ///   - rollout: its id.
    ///   - isExplained: with every bad interval behind the figures.
    package func page(rollout: String, generated: Timestamp, isExplained: Bool = false) -> ReportPage {
        var sections = [
            ReportPage.Section(heading: "Uptime", lead: lead, figures: figures),
            ReportPage.Section(
                heading: "By cause", lead: "Bad seconds, raw.", blocks: [.table(causeTable), .table(evidenceTable)]),
            ReportPage.Section(
                heading: "Incidents", lead: "Seconds of market time; detection and acknowledgement by the wall clock.",
                figures: meanFigures, blocks: [.table(incidentTable)]),
            ReportPage.Section(
                heading: "Burn", lead: "Multiples of the pace that spends the budget in just the period.",
                figures: [exhaustionFigure], blocks: [.table(burnTable), .lines(burnDown)]),
            ReportPage.Section(heading: "Components", lead: "Raw.", blocks: [.table(componentTable), .heat(heatMap)]),
            ReportPage.Section(heading: "Alerts", lead: alertLine),
        ]
        if isExplained {
            sections.append(ReportPage.Section(heading: "Bad intervals", blocks: [.table(explanationTable)]))
        }
        return ReportPage(
            title: "SLA", period: period, rollout: rollout, basis: basis, generated: generated, sections: sections)
    }

    private var alertLine: String {
        guard let alerts else { return "None was to be sent." }
        return
            "\(alerts.met) of \(alerts.notices) urgent ones were acknowledged by a provider within 30 s, \(alerts.missed) were "
            + "not, \(alerts.unknown) are under way."
            + alerts.channels.map(Self.words).joined()
    }

    private static func words(_ channel: AlertDelivery.Channel) -> String {
        func within(_ seconds: Double) -> String { NumberFormat.duration(nanoseconds: UInt64(max(0, seconds) * 1e9)) }
        return " \(channel.channel): \(NumberFormat.count(channel.acknowledged)), half within "
            + "\(within(channel.p50Seconds)), 99 % within \(within(channel.p99Seconds))."
    }

    private var lead: String {
        let service =
            switch serviceFrom {
            case nil: "No operator ever ran: nothing is known."
            case let time? where time > from: "In service from \(NumberFormat.time(Timestamp(nanos: time))) on."
            default: ""
            }
        return "Calendar \(calendar), target \(NumberFormat.percent(target, places: 3)), as of "
            + "\(NumberFormat.time(Timestamp(nanos: asOf))). Missing telemetry counts as down. \(service)"
    }

    private var tone: Tone {
        switch verdict {
        case .withinBudget: .ok
        case .missed: .bad
        case .unknown: .unknown
        case .notJudged: .plain
        }
    }

    private var figures: [ReportPage.Figure] {
        let minutes = { (seconds: Int) in SLAReport.minutes(Double(seconds)) }
        let isUnknown = uptimeAdjusted == nil
        return [
            ReportPage.Figure(
                "adjusted", NumberFormat.percent(uptimeAdjusted, target: target), tone: tone,
                note: "\(minutes(badSecondsAdjusted)) bad, \(minutes(excludedSeconds)) excluded; \(verdict.rawValue)"),
            ReportPage.Figure(
                "raw", NumberFormat.percent(uptimeRaw, target: target), tone: isUnknown ? .unknown : .plain,
                note: "\(minutes(badSecondsRaw)) bad"),
            ReportPage.Figure(
                "market time", minutes(marketSeconds), note: "elapsed in service, of \(minutes(periodSeconds))"),
            ReportPage.Figure(
                "budget left", NumberFormat.percent(budgetLeft, places: 1),
                tone: budgetLeft == nil ? .unknown : basis == .replay ? .plain : budgetTone,
                note: "of \(Self.minutes(allowedSeconds)) allowed"),
            policyFigure,
        ]
    }

    private var budgetTone: Tone {
        switch budgetLeft ?? 0 {
        case ...0: .bad
        case ...0.5: .warning
        default: .ok
        }
    }

    private var policyFigure: ReportPage.Figure {
        guard let policy else {
            return ReportPage.Figure(
                "promotions", basis == .replay ? "not judged" : NumberFormat.unknown,
                tone: basis == .replay ? .plain : .unknown, note: "only a month's budget in arrival decides")
        }
        let (value, tone, note): (String, Tone, String) =
            switch policy.effect {
            case .free: ("free", .ok, "more than half of the budget is left")
            case .oneStagePerSession: ("one stage a session", .warning, "and twice the dwell in canary")
            case .approval: ("with approval", .warning, "an operator approves with a reason; shadow goes on")
            case .frozen: ("frozen", .bad, "until a new month or a reliability fix; rollback stays allowed")
            }
        let due =
            policy.needsPostMortem
            ? "; a post-mortem is due for \(policy.postMortemIncidents.joined(separator: ", "))" : ""
        return ReportPage.Figure("promotions", value, tone: tone, note: note + due)
    }

    private var meanFigures: [ReportPage.Figure] {
        [
            ("MTTD", meanDetectionSeconds, "until noticed"), ("MTTA", meanAcknowledgedSeconds, "until acknowledged"),
            ("MTTR", meanRestoreSeconds, "until restored"),
            ("MTBF", meanSecondsBetweenIncidents, "good time an incident"),
        ].map { name, value, note in
            ReportPage.Figure(
                name, NumberFormat.duration(nanoseconds: value.map { UInt64(max(0, $0 * 1e9)) }),
                tone: value == nil ? .unknown : .plain, note: note)
        }
    }

    private var exhaustionFigure: ReportPage.Figure {
        guard exhaustion.state == .expected else {
            let tone: Tone =
                switch exhaustion.state {
                case .gone: .bad
                case .unknown: .unknown
                default: .plain
                }
            return ReportPage.Figure("exhaustion", exhaustion.state.rawValue, tone: tone)
        }
        let isWithin = exhaustion.isWithinPeriod == true
        return ReportPage.Figure(
            "exhaustion", NumberFormat.time(exhaustion.at.map { Timestamp(nanos: $0) }),
            tone: isWithin ? .warning : .plain,
            note: "at the last session's pace; \(isWithin ? "before" : "after") the period ends")
    }

    /// `14.6 min`
    static func minutes(_ seconds: Double) -> String { NumberFormat.number(seconds / 60, places: 1) + " min" }
}
