import MarketData
import Testing

@testable import Monitors

private typealias Fixture = UptimeFixture

@Suite struct UptimePlannedTests {
    private let noon = { (date: String) in try Fixture.time(date, 12) }

    @Test func anHourAMonthIsExcluded() throws {
        var service = try Fixture.Service()
        for (id, date) in [("p1", "2026-10-06"), ("p2", "2026-10-13"), ("p3", "2026-11-03")] {
            let start = try noon(date)
            service.fail(at: start, seconds: 2700)
            service.exclude(id, .planned, from: start, seconds: 2700, recordedAt: start - Fixture.day)
        }
        let october = try service.report()
        #expect(october.badSecondsRaw == 5400)
        #expect(october.excludedSeconds == 3600)
        #expect(october.badSecondsAdjusted == 1800)
        #expect(october.byCause[.planned] == 5400)
        #expect(october.explanation.map(\.isCounted) == [false, false, true])
        #expect(october.explanation.map(\.seconds) == [2700, 900, 1800])
        #expect(october.incidents.map(\.excludedSeconds) == [2700, 900])
        #expect(try service.report("2026-11").excludedSeconds == 2700)
    }

    @Test func theHourIsTheMonthsInEveryPeriod() throws {
        var service = try Fixture.Service()
        for (id, date) in [("p1", "2026-10-06"), ("p2", "2026-10-13")] {
            let start = try noon(date)
            service.fail(at: start, seconds: 2700)
            service.exclude(id, .planned, from: start, seconds: 2700, recordedAt: start - Fixture.day)
        }
        let session = try SLAPeriod(session: try #require(CivilDate("2026-10-13")), calendar: Fixture.globex())
        let report = try service.report(session)
        #expect(report.marketSeconds == 82_800)
        #expect(report.excludedSeconds == 900)
        #expect(report.badSecondsAdjusted == 1800)
        #expect(report.policy == nil)
        let months = try SLAPeriod(
            from: try #require(CivilDate("2026-10-01")), through: try #require(CivilDate("2026-11-30")),
            calendar: Fixture.globex())
        let start = try noon("2026-11-03")
        service.fail(at: start, seconds: 2700)
        service.exclude("p3", .planned, from: start, seconds: 2700, recordedAt: start - Fixture.day)
        #expect(try service.report(months).excludedSeconds == 3600 + 2700)
    }

    @Test func lateAnnouncementsExcludeNothing() throws {
        let start = try noon("2026-10-06")
        for (recordedAt, excluded) in [(start - Fixture.day, 600), (start - Fixture.day + 1, 0)] {
            var service = try Fixture.Service()
            service.fail(at: start, seconds: 600)
            service.exclude("p1", .planned, from: start, seconds: 600, recordedAt: recordedAt)
            let report = try service.report()
            #expect(report.excludedSeconds == excluded)
            #expect(report.byCause[.planned] == 600)
        }
    }

    @Test func anAnnouncementInTimeGoesBeforeALateOne() throws {
        let start = try noon("2026-10-06")
        var service = try Fixture.Service()
        service.fail(at: start, seconds: 600)
        service.exclude("late", .planned, from: start, seconds: 600, recordedAt: start)
        service.exclude("early", .planned, from: start, seconds: 300, recordedAt: start - Fixture.day)
        let report = try service.report()
        #expect(report.excludedSeconds == 300)
        #expect(report.explanation.map(\.evidence) == ["early", "late"])
    }

    @Test func exchangeGoesBeforePlannedBeforeDependency() throws {
        let start = try noon("2026-10-06")
        var service = try Fixture.Service()
        service.fail(at: start, seconds: 400)
        let minutes = { (number: UInt64) in start + number * 100 * Fixture.second }
        service.exclude("d", .dependency, from: minutes(0), seconds: 300)
        service.exclude("p", .planned, from: minutes(1), seconds: 300)
        // Covers the third hundred but its first second, and the first of the next.
        service.exclude("x", .exchange, from: minutes(2) + 1, seconds: 100)
        let report = try service.report()
        #expect(report.explanation.map(\.cause) == [.dependency, .planned, .exchange, .planned])
        #expect(report.explanation.map(\.seconds) == [100, 101, 100, 99])
        #expect(report.explanation.map(\.evidence) == ["d", "p", "x", "p"])
        #expect(report.badSecondsAdjusted == 100)
        #expect(report.excludedSeconds == 300)
        #expect(report.incidents.map(\.cause) == [.dependency])
    }

    @Test func evidenceExcludesOnlyWhatWasBad() throws {
        var service = try Fixture.Service()
        service.exclude("x", .exchange, from: try noon("2026-10-06"), seconds: 600)
        let report = try service.report()
        #expect(report.excludedSeconds == 0)
        #expect(report.allowedSeconds == 1796.4)
        #expect(report.evidence.map(\.badSeconds) == [0])
    }
}
