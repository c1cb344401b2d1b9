import Foundation
import MarketData
import Testing

@testable import Monitors

@Suite struct ReportsSignalsTests {
    private static let monday = Budget.date("2026-11-16")
    private static let tuesday = Budget.date("2026-11-17")
    private static let wednesday = Budget.date("2026-11-18")

    private static func count(
        _ session: CivilDate, _ arm: LatencyArm, _ decision: DecisionCount.Decision, _ reason: String, _ count: Int
    ) -> DecisionCount {
        DecisionCount(session: session, arm: arm, decision: decision, reason: reason, count: count)
    }

    private static let counts = [
        count(wednesday, .candidate, .shadow, "other-arm", 5), count(monday, .candidate, .live, "episode", 1),
        count(monday, .candidate, .live, "assigned", 2), count(monday, .candidate, .suppressed, "kill", 1),
        count(wednesday, .candidate, .live, "assigned", 1), count(monday, .baseline, .live, "assigned", 4),
    ]

    /// The candidate: 3 wins of 5, R 1.5 - 1 + 0.25 = 0.75; live 2 of 4 with R 0.5.
    private static let outcomes = [
        OutcomeSum(
            session: monday, arm: .candidate, isLive: true, count: 3, wins: 2, rMicrosSum: 1_500_000, pending: 0),
        OutcomeSum(
            session: wednesday, arm: .candidate, isLive: true, count: 1, wins: 0, rMicrosSum: -1_000_000, pending: 0),
        OutcomeSum(
            session: wednesday, arm: .candidate, isLive: false, count: 1, wins: 1, rMicrosSum: 250_000, pending: 4),
        OutcomeSum(session: monday, arm: .baseline, isLive: true, count: 0, wins: 0, rMicrosSum: 0, pending: 4),
    ]

    private func report(sessions: [CivilDate] = [], basis: Basis = .arrival) throws -> SignalsReport {
        try SignalsReport(counts: Self.counts, outcomes: Self.outcomes, sessions: sessions, basis: basis)
    }

    private func page(_ report: SignalsReport) -> ReportPage {
        report.page(period: "2026-11", rollout: "ifd-v3", generated: Reports.generated)
    }

    @Test func anArmAddsUpByDecisionAndReason() throws {
        let report = try report()
        #expect(report.from == "2026-11-16" && report.through == "2026-11-18")
        let candidate = try #require(report.arm(.candidate))
        #expect(candidate.signals == 10 && candidate.liveShare == 0.4)
        #expect(candidate.decisions.map(\.decision) == [.live, .live, .shadow, .suppressed])
        #expect(candidate.decisions.map(\.reason) == ["assigned", "episode", "other-arm", "kill"])
        #expect(candidate.decisions.map(\.count) == [3, 1, 5, 1])
    }

    /// 3 of 5: Wilson's equation has the roots 0.230724 and 0.882379.
    @Test func outcomesHaveTheirRateAndMean() throws {
        let candidate = try #require(report().arm(.candidate))
        let all = candidate.outcomes
        #expect(all.count == 5 && all.wins == 3 && all.pending == 4 && all.winRate == 0.6)
        #expect(all.meanR == 0.15 && all.totalR == 0.75)
        #expect(((all.winRateLow ?? 0) - 0.230_724).magnitude < 1e-5)
        #expect(((all.winRateHigh ?? 0) - 0.882_379).magnitude < 1e-5)
        let live = candidate.liveOutcomes
        #expect(live.count == 4 && live.wins == 2 && live.meanR == 0.125 && live.pending == 0)
        let baseline = try #require(report().arm(.baseline)?.outcomes)
        #expect(baseline.winRate == nil && baseline.meanR == nil && baseline.totalR == nil && baseline.pending == 4)
    }

    /// Tuesday ran without a signal, which only the list of sessions tells.
    @Test func aSessionWithoutSignalsIsZeroOnlyIfItRan() throws {
        let sessions = try #require(report(sessions: [Self.tuesday]).arm(.candidate)?.sessions)
        #expect(sessions.map(\.session) == ["2026-11-16", "2026-11-17", "2026-11-18"])
        #expect(sessions.map(\.signals) == [4, 0, 6] && sessions.map(\.live) == [3, 0, 1])
        #expect(sessions.map(\.outcomes.meanR) == [0.5, nil, -0.375])
        #expect(try report().arm(.candidate)?.sessions.count == 2)

        let quiet = try SignalsReport(counts: [], outcomes: [], sessions: [Self.monday], basis: .arrival)
        #expect(quiet.arms.map(\.signals) == [0, 0] && quiet.arms.allSatisfy { $0.liveShare == nil })
        let unknown = try SignalsReport(counts: [], outcomes: [], basis: .arrival)
        #expect(unknown.arms.map(\.signals) == [nil, nil] && unknown.from == nil)
    }

    @Test func rowsOfOneKindAddUp() throws {
        let twice = try SignalsReport(
            counts: Self.counts + Self.counts, outcomes: Self.outcomes + Self.outcomes, basis: .arrival)
        let candidate = try #require(twice.arm(.candidate))
        #expect(candidate.signals == 20 && candidate.decisions.map(\.count) == [6, 2, 10, 2])
        #expect(candidate.outcomes.count == 10 && candidate.outcomes.totalR == 1.5)
        #expect(candidate.sessions.map(\.signals) == [8, 12])
    }

    @Test func sumsThatCannotBeAreRefused() throws {
        #expect(throws: SignalSumError.self) {
            try SignalsReport(
                counts: [Self.count(Self.monday, .baseline, .live, "assigned", -1)], outcomes: [], basis: .arrival)
        }
        for (count, wins, pending) in [(2, 3, 0), (2, -1, 0), (-1, 0, 0), (0, 0, -1)] {
            let sum = OutcomeSum(
                session: Self.monday, arm: .candidate, isLive: true, count: count, wins: wins, rMicrosSum: 0,
                pending: pending)
            let error = #expect(throws: SignalSumError.self) {
                try SignalsReport(counts: [], outcomes: [sum], basis: .arrival)
            }
            #expect(error?.description.hasPrefix("signals of the candidate on 2026-11-16: ") == true)
        }
    }

    @Test func jsonHasSnakeCaseKeysAndNullsForTheUnknown() throws {
        let report = try report()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(report)
        let text = String(decoding: data, as: UTF8.self)
        for part in [
            #""basis":"arrival""#, #""from":"2026-11-16""#, #""live_share":0.4"#,
            #"{"count":3,"decision":"live","reason":"assigned"}"#, #""mean_r":0.15"#, #""total_r":0.75"#,
            #""win_rate":null"#, #""win_rate_low":null"#, #""mean_r":null"#, #""live_outcomes":{"#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
        #expect(try JSONDecoder().decode(SignalsReport.self, from: data) == report)

        let unknown = try encoder.encode(SignalsReport(counts: [], outcomes: [], basis: .replay))
        let empty = String(decoding: unknown, as: UTF8.self)
        for part in [#""from":null"#, #""signals":null"#, #""live_share":null"#, #""basis":"replay""#] {
            #expect(empty.contains(part), "\(part) in \(empty)")
        }
    }

    @Test func csvHasALineForEachSessionAndArm() throws {
        let lines = try report(sessions: [Self.tuesday]).csv.split(separator: "\n").map(String.init)
        #expect(
            lines[0]
                == "basis,session,arm,live,shadow,suppressed,outcomes,pending,wins,mean_r,live_outcomes,live_pending,"
                + "live_wins,live_mean_r")
        #expect(lines.count == 7)
        #expect(lines[1] == "arrival,2026-11-16,baseline,4,0,0,0,4,0,,0,4,0,")
        #expect(lines[5] == "arrival,2026-11-17,candidate,0,0,0,0,0,0,,0,0,0,")
        #expect(lines[6] == "arrival,2026-11-18,candidate,1,5,0,2,4,1,-0.375,1,0,0,-1.0")
    }

    @Test func thePageHasBothArms() throws {
        let page = page(try report())
        #expect(page.sections.map(\.heading) == ["Both engines", "Baseline", "Candidate"])
        #expect(
            page.sections[2].figures.map(\.value) == ["10", "40.0 %", "5", "60.0 %", "+0.15", "+0.13"])
        #expect(page.sections[2].figures.map(\.note)[2...3] == ["4 pending", "95 % interval 23.1 % to 88.2 %"])
        #expect(page.sections[1].figures.map(\.value) == ["4", "100.0 %", "0", "unknown", "unknown", "unknown"])
        let tables = Reports.tables(page)
        #expect(
            tables[2].dropFirst() == [
                ["live", "assigned", "3"], ["live", "episode", "1"], ["shadow", "other-arm", "5"],
                ["suppressed", "kill", "1"],
            ])
        #expect(tables[3].last == ["2026-11-18", "1", "5", "0", "2", "4", "1", "-0.38"])
        #expect(tables[1].last == ["2026-11-18", "0", "0", "0", "0", "0", "0", "unknown"])
    }

    @Test func plotsAreOfEachArmOverEverySession() throws {
        let page = page(try report(sessions: [Self.tuesday]))
        let bars = try #require(Reports.bars(page).first)
        #expect(bars.sessions == [Self.monday, Self.tuesday, Self.wednesday])
        #expect(bars.series.map(\.name) == ["baseline", "candidate"])
        #expect(bars.series.map(\.values) == [[4, 0, 0], [4, 0, 6]])
        #expect(Reports.lines(page).first?.series.map(\.values) == [[nil, nil, nil], [0.5, nil, -0.375]])
    }

    @Test func aPeriodWithoutDataIsUnknown() throws {
        let page = page(try SignalsReport(counts: [], outcomes: [], basis: .arrival))
        #expect(page.sections.map(\.heading) == ["Baseline", "Candidate"])
        #expect(page.sections.flatMap(\.figures).allSatisfy { $0.value == "unknown" && $0.tone == .unknown })
        _ = try PageElement.read(HTMLPage.text(page))
    }

    @Test func everythingFitsEightyColumns() throws {
        let counts = (0..<250).flatMap { day in
            DecisionCount.Decision.allCases.map {
                Self.count(latencyDay(day), .candidate, $0, "a-reason-of-some-length", 1_234_567)
            }
        }
        let outcomes = (0..<250).map { day in
            OutcomeSum(
                session: latencyDay(day), arm: .candidate, isLive: day % 2 == 0, count: 999_999, wins: 99_999,
                rMicrosSum: -99_999_999_000_000, pending: 99_999)
        }
        let page = page(try SignalsReport(counts: counts, outcomes: outcomes, basis: .replay))
        let text = TextPage.text(page)
        #expect(!text.contains("no room for") && !text.contains("…"))
        for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        _ = try PageElement.read(HTMLPage.text(page))
    }
}
