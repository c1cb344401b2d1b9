import MarketData
import Testing

@testable import Monitors

private typealias Fixture = UptimeFixture

@Suite struct UptimeBurnTests {
    /// August 2025 has 21 sessions and is whole weeks but for as much at its end as its begin lacks: 483 hours.
    @Test(arguments: [("cme-globex-equity", [9.66, 4.025, 2.1, 1]), ("us-equity-rth", [2.73, 1.1375, 2.1, 1])])
    func factorsAreOfTheMonthsMarketTime(calendar: String, factors: [Double]) throws {
        let calendar = try ExchangeCalendar(named: calendar)
        let period = try SLAPeriod(month: "2025-08", calendar: calendar)
        let report = try SLAReport(
            ServiceHistory(presences: [], states: []), evidence: EvidenceBook(), period: period, asOf: period.to,
            calendar: calendar, basis: .arrival)
        for (burn, factor) in zip(report.burn, factors) { #expect(abs(burn.factor - factor) < 1e-12) }
        let session = calendar.name == "us-equity-rth" ? 23_400 : 82_800
        #expect(report.burn.map(\.long.seconds) == [3600, 21_600, session, 3 * session])
        #expect(report.burn.map(\.short.seconds) == [300, 1800, 7200, 21_600])
        #expect(report.burn.map(\.severity) == [.page, .page, .ticket, .ticket])
    }

    @Test func bothWindowsHaveToExceedTheFactor() throws {
        var service = try Fixture.Service()
        let start = try Fixture.time("2026-10-21", 10)
        service.fail(at: start, seconds: 60)
        // A minute later: 60 s of 3600 and of 300, against a thousandth. October 2026 has 499 hours.
        let during = try #require(try service.report(asOf: start + 120 * Fixture.second).burn.first)
        #expect(abs(during.factor - 9.98) < 1e-12)
        #expect(abs((during.long.burn ?? 0) - 60 / 3.6) < 1e-9)
        #expect(abs((during.short.burn ?? 0) - 200) < 1e-9)
        #expect(during.fires == true)
        // Five minutes after it ended the short window is clean.
        let after = try #require(try service.report(asOf: start + 360 * Fixture.second).burn.first)
        #expect(abs((after.long.burn ?? 0) - 60 / 3.6) < 1e-9)
        #expect(after.short.burn == 0)
        #expect(after.fires == false)
        // 35 s of an hour are 9.7 thousandths: less than the factor.
        let early = try #require(try service.report(asOf: start + 35 * Fixture.second).burn.first)
        #expect(early.fires == false)
        #expect(try service.report(asOf: start + 36 * Fixture.second).burn.first?.fires == true)
    }

    /// At 17:05 on a Sunday the last hour is five minutes of it and 55 of Friday.
    @Test func windowsRunInMarketTime() throws {
        var service = try Fixture.Service()
        service.fail(at: try Fixture.time("2026-10-09", 15, 4), seconds: 120)
        let asOf = try Fixture.time("2026-10-11", 17, 5)
        let burn = try #require(try service.report(asOf: asOf).burn.first)
        #expect(burn.long.badSeconds == 60)
        #expect(burn.long.secondsInService == 3600)
    }

    /// On 1 October three sessions reach back into September.
    @Test func windowsReachBeforeThePeriod() throws {
        var service = try Fixture.Service()
        service.fail(at: try Fixture.time("2026-09-30", 10), seconds: 90)
        let report = try service.report(asOf: try Fixture.time("2026-10-01", 1))
        #expect(report.badSecondsRaw == 0)
        #expect(report.burn.map(\.long.badSeconds) == [0, 0, 90, 90])
        #expect(report.burn.map(\.long.secondsInService).last == 3600 * (4 + 23 + 8))
    }

    @Test func excludedSecondsDoNotBurn() throws {
        var service = try Fixture.Service()
        let start = try Fixture.time("2026-10-21", 10)
        service.fail(at: start, seconds: 300)
        service.exclude("x", .exchange, from: start, seconds: 300)
        let burn = try #require(try service.report(asOf: start + 300 * Fixture.second).burn.first)
        #expect(burn.long.burn == 0)
        // Nothing of the short window counts.
        #expect(burn.short.burn == nil)
        #expect(burn.fires == nil)
    }

    @Test func exhaustionIsWhatTheLastSessionLeaves() throws {
        var service = try Fixture.Service()
        // 1796.4 s allowed. At Wednesday's close 828 s are gone in one session of 82,800 s, a hundredth: 968.4 s are
        // left for 96,840 s. Thursday's session takes 82,800 of them, 14,040 s after 17:00 is 20:54.
        service.fail(at: try Fixture.time("2026-10-07", 9), seconds: 828)
        let close = try Fixture.time("2026-10-07", 16)
        let report = try service.report(asOf: close)
        #expect(report.exhaustion.state == .expected)
        #expect(report.exhaustion.marketSeconds == 96_840)
        #expect(report.exhaustion.at == (try Fixture.time("2026-10-08", 20, 54)))
        #expect(report.exhaustion.isWithinPeriod == true)
        #expect(try service.report(asOf: close + Fixture.day).exhaustion.state == .never)
        service.fail(at: try Fixture.time("2026-10-08", 9), seconds: 1000)
        #expect(try service.report(asOf: close + Fixture.day).exhaustion.state == .gone)
        #expect(try service.report(asOf: close + 60 * Fixture.day).exhaustion.state == .periodOver)
    }

    /// Of 1,796.4 s allowed: half is 898.2, three quarters are 1,347.3.
    @Test(arguments: [
        (898, BudgetPolicy.Effect.free, 1), (899, .oneStagePerSession, 2), (1347, .oneStagePerSession, 2),
        (1348, .approval, 1), (1796, .approval, 1), (1797, .frozen, 1),
    ])
    func policyFollowsTheBudget(seconds: UInt64, effect: BudgetPolicy.Effect, dwell: Int) throws {
        var service = try Fixture.Service()
        service.fail(at: try Fixture.time("2026-10-07", 9), seconds: seconds)
        let report = try service.report()
        #expect(report.policy?.effect == effect)
        #expect(report.policy?.dwellFactor == dwell)
        #expect(report.verdict == (effect == .frozen ? .missed : .withinBudget))
        #expect(((report.budgetLeft ?? 0) < 0) == (effect == .frozen))
    }

    /// 1,000 s are allowed.
    @Test func aBorderBelongsToTheStricterRule() {
        let budget = { (lost: Int64) in
            ErrorBudget(target: 999_000, periodSeconds: 1_000_000, sum: Downtime.Sum(bad: lost, excluded: 0))
        }
        let effects = [500, 750, 1000].map { BudgetPolicy(budget($0), incidents: [])?.effect }
        #expect(effects == [.oneStagePerSession, .approval, .frozen])
        #expect(!budget(1000).isOverspent)
        #expect(budget(1001).isOverspent)
        #expect(budget(1500).left == -0.5)
    }

    /// A fifth of 1,796.4 s is 359.28.
    @Test func aLongIncidentNeedsAPostMortem() throws {
        var service = try Fixture.Service()
        service.fail(at: try Fixture.time("2026-10-07", 9), seconds: 359)
        #expect(try service.report().policy?.needsPostMortem == false)
        service.fail(at: try Fixture.time("2026-10-08", 9), seconds: 360)
        let policy = try #require(try service.report().policy)
        #expect(policy.needsPostMortem)
        #expect(policy.postMortemIncidents == ["route@20261008T140000Z"])
    }
}
