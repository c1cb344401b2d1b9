import MarketData
import Testing

@testable import Monitors

@Suite struct ReportsLatencyTests {
    private func key(
        _ day: Int, _ span: LatencySpan = .endToEnd, _ arm: LatencyArm? = .candidate, version: String? = "3.0"
    ) -> LatencyKey {
        LatencyKey(session: latencyDay(day), stage: "canary", arm: arm, version: version, span: span)
    }

    private func page(
        _ histograms: [LatencyKey: LatencyHistogram], basis: Basis = .arrival
    ) throws -> ReportPage {
        try LatencyReport(histograms, basis: basis).page(
            period: "2026-11", rollout: "ifd-v3", generated: Reports.generated)
    }

    /// Spans of every kind with counts, losses and times as long as they get.
    private var wide: [LatencyKey: LatencyHistogram] {
        var wide: [LatencyKey: LatencyHistogram] = [:]
        for day in 0..<4 {
            for span in LatencySpan.allCases {
                var histogram = latencies([ms(1234) + UInt64(day) * ms(1000), 900])
                histogram.record(.max, count: 200_000_000)
                histogram.recordLost(count: 9999)
                wide[key(day, span)] = histogram
            }
        }
        wide[key(0, .markAnswer, .baseline)] = latencies([ms(1)])
        return wide
    }

    @Test(arguments: [Basis.arrival, .replay]) func everythingFitsEightyColumns(basis: Basis) throws {
        let text = TextPage.text(try page(wide, basis: basis))
        #expect(!text.contains("no room for") && !text.contains("…"), "\(text)")
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    /// 98 of 100: Wilson 0.929988 to 0.994498, the roots of its equation.
    @Test func figuresSayWhatIsLostAndWhatIsUnknown() throws {
        let page = try page([
            key(0): latencies([UInt64](repeating: ms(12), count: 98), lost: 2), key(0, .feed, nil): latencies([4096]),
        ])
        #expect(page.sections.map(\.heading) == ["Baseline", "Candidate", "Every span"])
        let candidate = page.sections[1].figures
        #expect(candidate.map(\.value) == ["98.00", "12.00", "12.00", "lost", "lost", "12.00", "unknown", "unknown"])
        #expect(candidate[0].note == "inconclusive: 100 signals, 2 of them lost; 95 % interval 92.99-99.44")
        #expect(candidate[3].tone == .bad && candidate[3].note == "it falls on the 2 lost")
        #expect(page.sections[0].figures.allSatisfy { $0.value == "unknown" && $0.tone == .unknown && $0.unit.isEmpty })
    }

    @Test func tablesHaveEverySpan() throws {
        let page = try page([
            key(0): latencies([UInt64](repeating: ms(12), count: 98), lost: 2), key(0, .feed, nil): latencies([4096]),
        ])
        let tables = Reports.tables(page)
        let unmeasured = [String](repeating: "unknown", count: 6)
        #expect(
            tables[0] == [
                ["arm", "span", "p50", "p95", "p99", "p99.9", "max", "trend"],
                ["operator", "feed", "0.004", "0.004", "0.004", "0.004", "0.004", "unknown"],
                ["baseline", "end_to_end"] + unmeasured, ["baseline", "mark_answer"] + unmeasured,
                ["candidate", "end_to_end", "12.00", "12.00", "lost", "lost", "12.00", "unknown"],
                ["candidate", "mark_answer"] + unmeasured,
            ])
        #expect(
            tables[1][2...4] == [
                ["baseline", "end_to_end", "0", "0", "unknown", "unknown", "unknown"],
                ["baseline", "mark_answer", "0", "0", "unknown", "unknown", "unknown"],
                ["candidate", "end_to_end", "100", "2", "98.00", "92.99-99.44", "inconclusive"],
            ])
    }

    /// 400 signals within the target have a lower limit above 0.99; 2 of 20 beyond it have an upper one below.
    @Test(arguments: [(400, 0, Tone.ok, "pass"), (18, 2, .bad, "fail"), (19, 1, .plain, "inconclusive")])
    func theVerdictIsTheTone(quick: Int, slow: Int, tone: Tone, word: String) throws {
        var histogram = LatencyHistogram()
        histogram.record(ms(10), count: quick)
        histogram.record(ms(101), count: slow)
        let figure = try #require(page([key(0): histogram]).sections[1].figures.first)
        #expect(figure.tone == tone && figure.note.hasPrefix(word))
        let replayed = try page([key(0): histogram], basis: .replay)
        #expect(replayed.sections[1].figures.first?.tone == .plain)
        #expect(replayed.sections[1].lead.hasSuffix("not judged (replay)."))
    }

    /// The candidate had no signal in the second session, which the baseline's marks tell of.
    @Test func plotsHaveEverySessionAndTheTarget() throws {
        let page = try page([
            key(0): latencies([ms(10)]), key(1, .markAnswer, .baseline): latencies([ms(3)]),
            key(2): latencies([ms(20)], lost: 1),
        ])
        let plots = Reports.lines(page)
        #expect(plots.map(\.title) == ["Baseline: latency end to end", "Candidate: latency end to end"])
        for plot in plots {
            guard case .sessions(let sessions) = plot.positions else {
                Issue.record("no sessions")
                continue
            }
            #expect(sessions == [latencyDay(0), latencyDay(1), latencyDay(2)])
            #expect(plot.target?.value == 100 && plot.series.map(\.name) == ["p50", "p95", "p99"])
        }
        #expect(plots[0].series.allSatisfy { $0.values == [nil, nil, nil] })
        #expect(plots[1].series[0].values == [10, nil, 20])
        #expect(plots[1].series[2].values == [10, nil, nil])
        #expect(try Reports.lines(self.page([:])).isEmpty)
    }

    @Test func csvHasAllColumnsForEveryRow() throws {
        let lines = try LatencyReport([key(0): latencies([ms(10)])], basis: .arrival).csv.split(separator: "\n")
        let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(rows.count == 5 && rows.allSatisfy { $0.count == 25 })
        let header = try #require(rows.first)
        let candidate = try #require(rows.first { $0[3] == "candidate" && $0[4] == "end_to_end" })
        for (name, value) in [
            ("p50_ms", "10.0"), ("within_target", "1"), ("share", "1.0"), ("verdict", "inconclusive"), ("lost", "0"),
            ("objective", "0.99"), ("trend_direction", ""), ("versions", "3.0"),
        ] {
            let column = try #require(header.firstIndex(of: name))
            #expect(candidate[column] == value, "\(name)")
        }
    }

    @Test func thePageIsWellFormed() throws {
        for histograms in [wide, [:]] { _ = try PageElement.read(HTMLPage.text(page(histograms))) }
    }
}
