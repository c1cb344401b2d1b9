import MarketData
import Testing

@testable import Monitors

@Suite struct ReportsBudgetTests {
    private static let period = BudgetPeriod(of: Budget.date("2026-11-20"))
    private static let now = Budget.time("2026-11-20 23:00")

    private func page(
        _ rows: [LedgerRow], at now: Timestamp = now, limits: BudgetLimits = BudgetLimits(),
        signals: [CostArm: [CivilDate: Int]] = [:], advice: [BudgetAdvice] = [], exact: Bool = false
    ) throws -> ReportPage {
        let ledger = try Budget.ledger(rows, limits: limits)
        let calendar = try Budget.calendar("us-equity-rth")
        return try BudgetReport(ledger, period: Self.period, at: now, calendar: calendar, signals: signals).page(
            series: BudgetSeries(ledger, period: Self.period, at: now, calendar: calendar), advice: advice,
            rollout: "ifd-v3", basis: .arrival, generated: now, exact: exact)
    }

    /// 0.002001 + 0.001 + 0.001 + 3.5 + 0.0158 - 0.5 dollars, of 200.
    @Test func figuresAndSumsAreThoseOfTheLedger() throws {
        let page = try page(BudgetReportTests.rows(), exact: true)
        let spent = try #require(Reports.figure("spent", of: page))
        #expect(spent.value == "$3.019801" && spent.note == "1.5 % of the limit" && spent.tone == .ok)
        #expect(
            Reports.table("By provider", of: page) == [
                ["aws", "$3.000000"], ["databento", "$0.004001"], ["twilio", "$0.015800"],
            ])
        #expect(
            Reports.table("By category", of: page) == [
                ["alerts", "$0.015800"], ["correction", "-$0.500000"], ["data", "$0.004001"],
                ["infrastructure", "$3.500000"],
            ])
        #expect(Reports.table("By arm", of: page) == [["candidate", "$3.000000"], ["shared", "$0.019801"]])
        let days = Reports.table("By trading date", of: page)
        // Twenty sessions: 21 weekdays without Thanksgiving.
        #expect(days.count == 20)
        #expect(days.first { $0[0] == "2026-11-17" }?[1...2] == ["$0.000000", "$0.000000"])
        #expect(days.first { $0[0] == "2026-11-20" }?[1...2] == ["$0.015800", "$3.019801"])
        #expect(days.last?[0...2] == ["2026-11-30", "", ""])
    }

    /// A cost on a Saturday has a line, but neither pace nor forecast.
    @Test func aDayThatIsNoSessionHasItsCost() throws {
        let page = try page([Budget.cost("a", 7, on: "2026-11-14"), Budget.cost("b", 1, on: "2026-11-16")])
        let days = Reports.table("By trading date", of: page)
        #expect(days.first { $0[0] == "2026-11-14" } == ["2026-11-14", "$7.00", "", "", "", "", ""])
        #expect(days.first { $0[0] == "2026-11-16" }?[1...2] == ["$1.00", "$8.00"])
    }

    @Test func whatWasNotRecordedIsUnknown() throws {
        let page = try page([])
        for label in ["spent", "forecast", "over the limit", "a day costs", "limit reached", "baseline", "candidate"] {
            let figure = try #require(Reports.figure(label, of: page))
            #expect(figure.value == "unknown" && figure.tone == .unknown, "\(label)")
        }
        #expect(Reports.table("By trading date", of: page).allSatisfy { $0[1...2] == ["unknown", "unknown"] })
        let text = TextPage.text(page)
        #expect(Reports.figure("baseline", of: page)?.note == "no cost recorded")
        #expect(text.contains("By provider\nprovider  spent\nunknown\n"))
        #expect(text.contains("no invoice was imported") && text.contains("No limit was overridden."))
    }

    @Test(arguments: [(140, Tone.ok), (151, .warning), (200, .bad)]) func spentIsToldByItsLimits(
        dollars: Double, tone: Tone
    ) throws {
        let page = try page([Budget.cost("a", dollars, on: "2026-11-18")])
        #expect(Reports.figure("spent", of: page)?.tone == tone)
    }

    /// Fifteen full days are over, 4.54 are left. At a steady $5 the month costs 75 + 22.7 = $97.7. With 9 and 1 in turn a
    /// day costs about $7.1 and deviates by 4.6, so the month costs 79 + 32.5 = $111.5, give or take 1.28 × 4.6 × √4.54 =
    /// $12.5.
    @Test(arguments: [
        (5.0, 5.0, 200.0, Tone.ok), (5, 5, 90, .bad), (9, 1, 130, .ok), (9, 1, 118, .warning), (9, 1, 105, .bad),
    ])
    func forecastIsToldByTheLimit(odd: Double, even: Double, limit: Double, tone: Tone) throws {
        let days = (2...20).map { Budget.date("2026-11-01").adding(days: $0 - 1) }.filter { $0.weekday < 6 }
        let rows = days.enumerated().map { index, day in
            Budget.cost("c\(index)", index % 2 == 0 ? odd : even, on: "\(day)")
        }
        var limits = BudgetLimits()
        limits.monthMicros = Int64(limit * 1e6)
        let figure = try #require(Reports.figure("forecast", of: page(rows, limits: limits)))
        #expect(figure.tone == tone && figure.note.hasSuffix("four times in five"), "\(figure)")
    }

    /// $3.019801 for two signals is $1.51; nothing is said of the baseline, which was not counted.
    @Test func aSignalHasItsPrice() throws {
        let page = try page(BudgetReportTests.rows(), signals: [.candidate: [Budget.date("2026-11-20"): 2]])
        let candidate = try #require(Reports.figure("candidate", of: page))
        #expect(candidate.value == "$1.51" && candidate.tone == .ok)
        #expect(candidate.note == "$3.02 for 2 signals, $0.02 of it shared; last five days $1.51")
        #expect(Reports.figure("baseline", of: page)?.note.contains("an unknown number of signals") == true)
    }

    /// The reason is longer than two lines and ends in a word of its own.
    @Test func overridesSayAllOfTheirReason() throws {
        let reason = String(repeating: "a long reason ", count: 12) + "to the end"
        let row = LedgerRow.override(
            BudgetOverride(
                note: Budget.note("o", at: "2026-11-19 10:00", reason: reason), scope: .month, grant: .extra,
                micros: 20_000_000, expires: Budget.time("2026-11-20 10:00")))
        let text = TextPage.text(try page([row])).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let told =
            "Override: +$20.00 on the month's limit, not now: until 2026-11-20 10:00:00 UTC, by ops: \(reason)"
        #expect(text.contains(told), "\(text)")
    }

    @Test func thresholdsSayWhatIsDone() throws {
        let rows = Reports.table("Thresholds", of: try page([Budget.cost("z", 193, on: "2026-11-17")]))
        #expect(rows.map { $0[0] } == BudgetThreshold.allCases.map(\.rawValue))
        #expect(rows[3] == ["actual_95", "passed", "critical", "return_share_if_candidate_costs_more"])
        #expect(rows[6][1...2] == ["", "critical"])
    }

    @Test func invoicesAreComparedWithWhatWasMetered() throws {
        let invoice = LedgerRow.invoice(
            InvoiceLine(
                note: Budget.note("i", at: "2026-11-20 10:00"), date: Budget.date("2026-11-18"), provider: "databento",
                category: .data, amountMicros: 10_300_000, reference: "n1"))
        let page = try page([Budget.cost("a", 10, on: "2026-11-18"), invoice])
        #expect(
            Reports.table("Invoiced against metered", of: page) == [
                ["databento", "$10.30", "$10.00", "+3.0 %", "warning"]
            ])
    }

    @Test func adviceSaysWhatItSaves() throws {
        let text = TextPage.text(
            try page(
                [],
                advice: [
                    BudgetAdvice(kind: .schema, text: "trades instead of mbo", savesMicros: 40_000_000),
                    BudgetAdvice(kind: .plan, text: "flat or not", savesMicros: nil),
                ]))
        #expect(text.contains("schema, $40.00: trades instead of mbo\n"))
        #expect(text.contains("plan, unknown: flat or not\n"))
        #expect(TextPage.text(try page([])).contains("Nothing is known that would cost less."))
    }

    /// Names of 64 characters are the longest the ledger takes.
    @Test(arguments: [false, true]) func everythingFitsEightyColumnsAndNoNameIsCut(exact: Bool) throws {
        let long = String(repeating: "p", count: 64)
        let rows =
            try BudgetReportTests.rows() + [
                Budget.cost("z", 190, on: "2026-11-17", labels: Budget.labels(provider: long))
            ]
        let text = TextPage.text(try page(rows, exact: exact))
        for line in text.split(separator: "\n") { #expect(line.count <= 80 && line.last != " ", "\(line)") }
        #expect(text.contains(long) && !text.contains("no room for") && !text.contains("…"), "\(text)")
    }

    /// August 2026: 21 days, $1 on each of the first four; from the 7th on $1 a day is expected.
    @Test func thePlotRunsFromWhatWasSpentToTheForecast() throws {
        let rows = (3...6).map { Budget.cost("c\($0)", 1, on: "2026-08-0\($0)") }
        let plot = try BudgetSeries(
            Budget.ledger(rows), period: try #require(BudgetPeriod("2026-08")), at: Budget.time("2026-08-07 00:00"),
            calendar: Budget.calendar("us-equity-rth")
        ).plot
        #expect(plot.series.map(\.name) == ["spent", "even pace", "forecast"])
        #expect(plot.series[0].values.prefix(5) == [1, 2, 3, 4, nil])
        #expect(plot.series[1].values.last == 200 && plot.series[2].values.prefix(5) == [nil, nil, nil, 4, 5])
        #expect(
            plot.target?.value == 200 && plot.band?.low[3] == 4 && plot.band?.low.last == 21
                && plot.band?.high.last == 21)
    }

    @Test func thePageIsWellFormed() throws {
        _ = try PageElement.read(HTMLPage.text(page(BudgetReportTests.rows())))
        _ = try PageElement.read(HTMLPage.text(page([])))
    }

    @Test func csvHasARowForEveryFigure() throws {
        let report = try BudgetReport(
            Budget.ledger(BudgetReportTests.rows()), period: Self.period, at: Self.now,
            calendar: Budget.calendar("us-equity-rth"))
        let lines = report.csv.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "section,name,micros" && lines.last == "")
        for line in [
            "figure,spent,3019801", "provider,aws,3000000", "day,2026-11-20,15800", "cost_per_signal,baseline,",
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test func theExplanationEndsInWhatWasSpent() throws {
        let table = try BudgetExplanation(Budget.ledger(BudgetReportTests.rows()), period: Self.period).table
        #expect(
            table.rows.map { $0.map(\.text) }.prefix(2) == [
                ["2026-11-18", "", "", "", "", ""],
                ["  databento", "data", "7501250", "$0.40/GB", "$0.003001", ""],
            ])
        let text = table.text()
        #expect(text.split(separator: "\n").last?.split(separator: " ") == ["spent", "$3.019801"])
        #expect(text.contains("(-$0.000001)") && !text.contains("no room for"), "\(text)")
    }
}
