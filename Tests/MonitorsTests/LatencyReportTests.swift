import Foundation
import MarketData
import Monitors
import Testing

@Suite struct LatencyReportTests {
    private func key(
        _ day: Int, _ span: LatencySpan = .endToEnd, _ arm: LatencyArm? = .candidate, stage: String = "canary",
        version: String? = "3.0"
    ) -> LatencyKey {
        LatencyKey(session: latencyDay(day), stage: stage, arm: arm, version: version, span: span)
    }

    private func report(
        _ histograms: [LatencyKey: LatencyHistogram], basis: Basis = .arrival, objective: Double = 0.99
    ) throws -> LatencyReport {
        try LatencyReport(histograms, basis: basis, objective: objective)
    }

    /// Two sessions, two stages: 3 + 2 + 1 samples and one lost, of which 4 took at most 100 ms.
    @Test func aRowAddsUpStagesAndSessions() throws {
        let report = try report([
            key(0): latencies([ms(10), ms(20), ms(150)]), key(0, stage: "limited"): latencies([ms(100), ms(101)]),
            key(1, version: "3.1"): latencies([ms(40)], lost: 1),
        ])
        let row = try #require(report.row(.endToEnd, arm: .candidate))
        #expect(row.count == 7 && row.lost == 1 && row.withinTarget == 4 && row.versions == ["3.0", "3.1"])
        #expect(row.share == 4.0 / 7)
        #expect(row.max == 150 && row.p99 == nil && row.p999 == nil)
        #expect((row.p50 ?? 0) >= 100 && (row.p50 ?? 0) < 100.8)
        #expect((row.mean ?? 0).rounded() == 70)  // 421 / 6
        #expect(row.sessions.map(\.session) == ["2026-11-02", "2026-11-03"])
        #expect(row.sessions.map(\.count) == [5, 2] && row.sessions.map(\.lost) == [0, 1])
        #expect(report.from == "2026-11-02" && report.through == "2026-11-03" && report.target == 100)
    }

    /// With no slow signal the lower limit is n / (n + z²): 380 give 0.98999, 381 give 0.99002.
    @Test(arguments: [
        (380, 0, LatencyReport.Verdict.inconclusive), (381, 0, .pass), (18, 2, .fail), (19, 1, .inconclusive),
        // Too few for any verdict, however bad.
        (0, 1, .inconclusive), (9, 10, .inconclusive),
    ])
    func theVerdictIsThatOfTheInterval(quick: Int, slow: Int, verdict: LatencyReport.Verdict) throws {
        var histogram = LatencyHistogram()
        histogram.record(ms(100), count: quick)
        histogram.record(ms(100) + 1, count: slow)
        let row = try report([key(0): histogram]).row(.endToEnd, arm: .candidate)
        #expect(row?.verdict == verdict)
        #expect(row?.shareLow == Wilson(quick, of: quick + slow)?.low)
    }

    @Test func aReplayIsNotJudged() throws {
        let report = try report([key(0): latencies([ms(500)])], basis: .replay)
        #expect(report.rows.allSatisfy { $0.verdict == .notJudged })
        #expect(report.row(.endToEnd, arm: .candidate)?.verdict?.rawValue == "not judged (replay)")
    }

    @Test func whatWasNotMeasuredIsUnknownAndShown() throws {
        let report = try report([:])
        #expect(
            report.rows.map { [$0.arm?.rawValue, $0.span.rawValue] } == [
                ["baseline", "end_to_end"], ["baseline", "mark_answer"], ["candidate", "end_to_end"],
                ["candidate", "mark_answer"],
            ])
        for row in report.rows {
            #expect(row.verdict == .unknown && row.share == nil && row.p50 == nil && row.max == nil)
            #expect(report.line(row).hasSuffix(": unknown"))
        }
        #expect(report.from == nil && report.through == nil)
    }

    @Test func clockSkewHasNoTarget() throws {
        let row = try report([key(0, .clockSkew, nil): latencies([ms(3)])]).row(.clockSkew)
        #expect(row?.count == 1 && row?.verdict == nil && row?.share == nil && row?.withinTarget == nil)
    }

    @Test func sessionsOutOfOrderAreRefused() throws {
        var tally = LatencyTally()
        try tally.add(latencies([1]), for: key(3))
        try tally.add(latencies([1]), for: key(3, .sink))
        #expect(throws: LatencyError.sessionsOutOfOrder(before: latencyDay(3), then: latencyDay(2))) {
            try tally.add(latencies([1]), for: key(2))
        }
    }

    /// A sum read from the journal piece by piece is the same as the dictionary's.
    @Test func deltasOfAKeyAddUp() throws {
        var tally = LatencyTally()
        for value in [ms(1), ms(90), ms(120)] { try tally.add(latencies([value]), for: key(0)) }
        try tally.add(LatencyHistogram(), for: key(1))
        let once = try report([key(0): latencies([ms(1), ms(90), ms(120)])])
        #expect(tally.report(basis: .arrival) == once)
        #expect(tally.report(basis: .arrival) == once)
    }

    @Test func jsonHasSnakeCaseKeysAndNullsForTheUnknown() throws {
        let report = try report([key(0): latencies([ms(10)], lost: 1)])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(report)
        let text = String(decoding: data, as: UTF8.self)
        for part in [
            #""basis":"arrival""#, #""target_ms":100"#, #""span":"end_to_end""#, #""p99_ms":null"#, #""max_ms":10"#,
            #""within_target":1"#, #""share":0.5"#, #""share_low":0.0945"#, #""verdict":"inconclusive""#,
            #""trend":null"#,
            #""sessions":[{"count":2,"lost":1"#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(try JSONDecoder().decode(LatencyReport.self, from: data) == report)
    }

    @Test func aStatusLineTellsShareAndTimes() throws {
        let report = try report([key(0): latencies([UInt64](repeating: ms(12), count: 211) + [ms(200)])])
        let row = try #require(report.row(.endToEnd, arm: .candidate))
        #expect(
            report.line(row)
                == "end_to_end candidate: ≤100 ms 99.52 % of 212 (at least 97.37), p50/p95/p99 12.06/12.06/12.06 ms, "
                + "inconclusive")
    }
}

@Suite struct LatencyTrendTests {
    /// Through 10, 12, 17: slope 3.5, residuals .5, -1, .5, so the standard error is the root of .75; t is 12.706.
    @Test func threeSessionsSeldomProveATrend() throws {
        let trend = try #require(LatencyTrend([10, 12, 17]))
        #expect((trend.millisecondsPerSession - 3.5).magnitude < 1e-12)
        #expect((trend.standardError - 0.75.squareRoot()).magnitude < 1e-12)
        #expect(trend.sessions == 3 && trend.direction == .unclear)
    }

    /// Slope 2, residuals -.02 four times and .08, so the standard error is the root of .008 / 3 / 10 = .0163.
    @Test func aSteadyRiseIsOne() throws {
        let rise = try #require(LatencyTrend([10, 12, 14.1, 16, 18]))
        #expect((rise.millisecondsPerSession - 2).magnitude < 1e-12)
        #expect((rise.standardError - 0.016_329_931_6).magnitude < 1e-9)
        #expect(rise.direction == .rising)
        #expect(LatencyTrend([18, 16, 14.1, 12, 10])?.direction == .falling)
    }

    @Test func equalSessionsHaveNoTrend() {
        #expect(LatencyTrend([Double](repeating: 41.943039, count: 7))?.direction == .unclear)
    }

    @Test func fewerThanThreeSessionsHaveNone() {
        #expect(LatencyTrend([10, 20]) == nil && LatencyTrend([10, nil, 20]) == nil)
    }

    /// A session without a figure keeps its place: 10, 12, -, 16 rise by 2 a session, not by 3.
    @Test func aGapKeepsItsPlace() {
        #expect(((LatencyTrend([10, 12, nil, 16])?.millisecondsPerSession ?? 0) - 2).magnitude < 1e-12)
    }

    /// Without a trend, one in twenty is taken for one.
    @Test func chanceIsTakenForATrendOnceInTwenty() {
        var random = LatencyRandom(seed: 11)
        let tried = 4000
        let found = (0..<tried).count { _ in
            // The sum of twelve uniform numbers is nearly normal.
            let noise = (0..<8).map { _ in
                (0..<12).reduce(0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
            }
            return LatencyTrend(noise)?.direction != .unclear
        }
        let share = Double(found) / Double(tried)
        #expect(share > 0.04 && share < 0.06, "\(share)")
    }
}
