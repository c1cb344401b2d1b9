import Foundation
import MarketData
import Testing

@testable import Monitors

private typealias Fixture = UptimeFixture

@Suite struct UptimeReportTests {
    /// The figures of the report's layout: 29,940 min of market time; own 6.1, dependency 3.5 and exchange 5.0 min.
    private func example() throws -> Fixture.Service {
        var service = try Fixture.Service()
        service.fail(at: try Fixture.time("2026-10-06", 9, 30), seconds: 366)
        service.fail(at: try Fixture.time("2026-10-13", 10), seconds: 210, cause: .dependency)
        let halt = try Fixture.time("2026-10-20", 11)
        service.fail(at: halt, seconds: 300)
        service.exclude("e17", .exchange, from: halt, seconds: 300)
        return service
    }

    @Test func figuresAreThoseOfTheLayout() throws {
        let report = try example().report()
        #expect(report.marketSeconds == 29_940 * 60)
        #expect(report.periodSeconds == 29_940 * 60)
        #expect(report.badSecondsRaw == 876)
        #expect(report.badSecondsAdjusted == 576)
        #expect(report.excludedSeconds == 300)
        #expect(NumberFormat.percent(report.uptimeRaw) == "99.9512 %")
        #expect(NumberFormat.percent(report.uptimeAdjusted) == "99.9679 %")
        // A thousandth of what is left after the halt.
        #expect(report.allowedSeconds == 1796.1)
        #expect(NumberFormat.percent(report.budgetLeft, places: 1) == "67.9 %")
        #expect(report.byCause[.own] == 366)
        #expect(report.byCause[.dependency] == 210)
        #expect(report.byCause[.exchange] == 300)
        #expect(report.verdict == .withinBudget)
        #expect(report.policy?.effect == .free)
        #expect(report.evidence.map(\.id) == ["e17"])
        #expect(report.evidence.map(\.excludedSeconds) == [300])
        #expect(report.exhaustion.state == .periodOver)
    }

    @Test func withoutAnOperatorNothingIsKnown() throws {
        var service = try example()
        service.presences = []
        let report = try service.report()
        #expect(report.serviceFrom == nil)
        #expect(report.uptimeRaw == nil)
        #expect(report.uptimeAdjusted == nil)
        #expect(report.budgetLeft == nil)
        #expect(report.verdict == .unknown)
        #expect(report.policy == nil)
        #expect(report.incidents.isEmpty)
        #expect(report.burn.allSatisfy { $0.long.burn == nil && $0.fires == nil })
        #expect(report.exhaustion.state == .periodOver)
        #expect(TextPage.text(report.page(rollout: "r", generated: Timestamp(seconds: 0))).contains("unknown"))
    }

    @Test func secondsBeforeTheFirstOperatorDoNotCount() throws {
        // An hour before the last close of the month, half a second into a second.
        let begin = try Fixture.time("2026-10-30", 15) + Fixture.second / 2
        let report = try Fixture.Service(from: begin, through: begin + Fixture.day).report()
        #expect(report.serviceFrom == begin)
        #expect(report.periodSeconds == 3599)
        #expect(report.marketSeconds == 3599)
        #expect(report.badSecondsRaw == 0)
    }

    @Test func timeToComeHasBudgetButNoUptime() throws {
        let asOf = try Fixture.time("2026-10-01", 0)
        let begun = try Fixture.Service().report(asOf: asOf)
        #expect(begun.uptimeRaw == nil)
        #expect(begun.periodSeconds == 1_796_400)
        #expect(begun.verdict == .unknown)
        #expect(begun.policy?.effect == .free)
        let second = try Fixture.Service().report(asOf: asOf + Fixture.second * 5 / 2)
        #expect(second.marketSeconds == 2)
        #expect(second.uptimeRaw == 1)
    }

    /// What lies between the report's time and the period has not happened.
    @Test func aPeriodToComeLosesNothing() throws {
        var service = try Fixture.Service()
        let asOf = try Fixture.time("2026-10-20", 12)
        service.presences[0].through = asOf
        let report = try service.report("2026-11", asOf: asOf)
        #expect(report.marketSeconds == 0)
        #expect(report.uptimeRaw == nil)
        #expect(report.budgetLeft == 1)
        #expect(report.burn.map(\.long.burn) == [0, 0, 0, 0])
        #expect(report.exhaustion.state == .unknown)
        #expect(report.days.allSatisfy { $0.badSecondsAdjustedSoFar == nil })
        // Nor where the calendar's data do not reach.
        #expect(try service.report("2023-01", asOf: 0).marketSeconds == 0)
    }

    @Test func replayIsNotJudged() throws {
        let report = try example().report(asOf: try Fixture.time("2026-10-20", 11, 5), basis: .replay)
        #expect(report.basis == .replay)
        #expect(report.verdict.rawValue == "not judged (replay)")
        #expect(report.policy == nil)
        #expect(report.badSecondsRaw == 876)
        #expect(report.burn.allSatisfy { $0.fires == nil && $0.long.burn != nil })
    }

    @Test func anIncidentLastsOverClosedTime() throws {
        var service = try Fixture.Service()
        // From a minute before Friday's close to a minute after Sunday's open.
        let start = try Fixture.time("2026-10-09", 15, 59)
        let end = try Fixture.time("2026-10-11", 17, 1)
        service.fail(at: start, seconds: (end - start) / Fixture.second)
        let incidents = try service.report().incidents
        #expect(incidents.map(\.seconds) == [120])
        #expect(incidents.first?.restoreSeconds == 120)
        #expect(incidents.first?.start == start)
        #expect(incidents.first?.end == end)
        #expect(incidents.first?.id == "route@20261009T205900Z")
        // On Saturday it has not ended yet.
        let lasting = try service.report(asOf: try Fixture.time("2026-10-10", 12)).incidents
        #expect(lasting.map(\.seconds) == [60])
        #expect(lasting.first?.end == nil)
        #expect(lasting.first?.restoreSeconds == nil)
    }

    @Test func thePeriodsEndsCutIncidents() throws {
        var service = try Fixture.Service()
        // An hour around the midnight between two months; 30 September 2026 is a Wednesday.
        service.fail(at: try Fixture.time("2026-09-30", 23, 40), seconds: 3600)
        let october = try service.report()
        #expect(october.badSecondsRaw == 2400)
        #expect(october.incidents.map(\.start) == [try Fixture.time("2026-10-01", 0)])
        let september = try service.report("2026-09")
        #expect(september.badSecondsRaw == 1200)
        #expect(september.incidents.map(\.end) == [try Fixture.time("2026-10-01", 0)])
    }

    @Test func meansAreOverWhatIsKnown() throws {
        var service = try Fixture.Service()
        let first = try Fixture.time("2026-10-06", 9)
        service.fail(at: first, seconds: 100, since: first - 3 * Fixture.second)
        let second = try Fixture.time("2026-10-07", 9)
        service.fail(at: second, seconds: 300)
        // The operator dies; the next begins 80 s later.
        let third = try Fixture.time("2026-10-08", 9)
        service.presences = [
            ServicePresence(epoch: 1, from: service.presences[0].from, through: third, endedCleanly: false),
            ServicePresence(
                epoch: 2, from: third + 80 * Fixture.second, through: third + 90 * Fixture.day, endedCleanly: false),
        ]
        service.states.append(
            ServiceState(epoch: 2, time: third + 100 * Fixture.second, component: "route", isGood: true))
        for (id, incident, at) in [
            ("a1", "route@20261006T140000Z", first - 1), ("a2", "route@20261006T140000Z", first + 40 * Fixture.second),
            ("a3", "route@20261006T140000Z", first + 20 * Fixture.second),
            ("a4", "route@20261007T140000Z", second + 90 * Fixture.second),
        ] {
            service.rows.append(
                EvidenceRow(
                    id: id, author: "ann", recordedAt: at,
                    content: .acknowledgement(incident: incident, reason: "seen")))
        }
        let report = try service.report()
        #expect(report.incidents.map(\.seconds) == [100, 300, 100])
        #expect(report.incidents.map(\.cause) == [.own, .own, .telemetry])
        #expect(report.incidents.map(\.reason) == ["stuck", "stuck", "no telemetry"])
        #expect(report.incidents.map(\.detectionSeconds) == [3, nil, 80])
        #expect(report.incidents.map(\.acknowledgedSeconds) == [20, 90, nil])
        #expect(report.meanDetectionSeconds == 41.5)
        #expect(report.meanAcknowledgedSeconds == 55)
        #expect(report.meanRestoreSeconds == 500.0 / 3)
        #expect(report.meanSecondsBetweenIncidents == Double(1_796_400 - 500) / 3)
    }

    @Test func aCleanStopIsOwnDowntime() throws {
        var service = try Fixture.Service()
        let stop = try Fixture.time("2026-10-08", 9)
        service.presences = [
            ServicePresence(epoch: 1, from: service.presences[0].from, through: stop, endedCleanly: true)
        ]
        let report = try service.report(asOf: stop + 60 * Fixture.second)
        #expect(report.byCause[.own] == 60)
        #expect(report.incidents.map(\.reason) == ["stopped"])
        #expect(report.incidents.first?.detectionSeconds == nil)
        #expect(report.explanation.map(\.epoch) == [1])
    }

    /// An outage counts the seconds that begin in it, and at least one: its length to less than a second, wherever it lies.
    @Test(arguments: [
        (from: 0.0, seconds: 0.9, bad: 1), (from: 0.05, seconds: 0.9, bad: 1), (from: 0.05, seconds: 0.95, bad: 1),
        (from: 0.5, seconds: 1.0, bad: 1),
        (from: 0.9, seconds: 2.2, bad: 3), (from: 0.1, seconds: 2.8, bad: 2), (from: 0.5, seconds: 15.04, bad: 15),
    ])
    func aSecondIsJudgedAsItBegins(from: Double, seconds: Double, bad: Int) throws {
        var service = try Fixture.Service()
        let at = try Fixture.time("2026-10-08", 9) + UInt64(from * 1e9)
        let back = at + UInt64(seconds * 1e9)
        service.presences = [
            ServicePresence(epoch: 1, from: service.presences[0].from, through: at, endedCleanly: false),
            ServicePresence(epoch: 2, from: back, through: back + Fixture.day, endedCleanly: false),
        ]
        service.states.append(ServiceState(epoch: 2, time: back, component: "route", isGood: true))
        let report = try service.report(asOf: at + Fixture.hour)
        #expect(report.badSecondsRaw == bad)
        #expect(report.byCause[.telemetry] == bad)
    }

    @Test func componentsCountFromTheirOwnBegin() throws {
        var service = try Fixture.Service()
        let begin = service.presences[0].from
        let entry = try Fixture.time("2026-10-30", 15)
        service.states += [
            ServiceState(epoch: 1, time: begin, component: "candidate", isGood: false),
            ServiceState(epoch: 1, time: entry + 36 * Fixture.second, component: "candidate", isGood: true),
        ]
        let report = try service.report(components: [
            .main, ServiceComponent("candidate", from: entry), ServiceComponent("feed"),
        ])
        #expect(report.components.map(\.component) == ["route", "candidate", "feed"])
        #expect(report.components.map(\.marketSeconds) == [1_796_400, 3600, 1_796_400])
        #expect(report.components.map(\.badSeconds) == [0, 36, nil])
        #expect(report.components.map(\.uptime) == [1, 0.99, nil])
    }

    /// Always open, and a session is a day.
    @Test func aCalendarWithoutClosesCountsEverySecond() throws {
        let calendar = try ExchangeCalendar(named: "24x7")
        let period = try SLAPeriod(month: "2026-11", calendar: calendar)
        let at = period.from.nanos + 10 * Fixture.day - 30 * Fixture.second
        var service = Fixture.Service(from: period.from.nanos, through: period.to.nanos)
        service.fail(at: at, seconds: 60)
        let report = try SLAReport(
            ServiceHistory(presences: service.presences, states: service.states), evidence: EvidenceBook(),
            period: period, asOf: Timestamp(nanos: at + 60 * Fixture.second), calendar: calendar, basis: .arrival)
        #expect(report.periodSeconds == 30 * 86_400)
        #expect(report.incidents.map(\.seconds) == [60])
        // No close at midnight cuts it.
        #expect(report.explanation.count == 1)
        // (2592 - 60) s at 60 s a day are 42.2 days.
        #expect(report.exhaustion.marketSeconds == 3_646_080)
        #expect(report.exhaustion.isWithinPeriod == false)
        #expect(report.burn.map(\.factor) == [14.4, 6, 3, 1])
    }

    /// The calendar knows the second half of the month only.
    @Test func aCalendarThatBeginsInAMonthHasReportsByDates() throws {
        let first = try #require(CivilDate("2026-10-19"))
        let calendar = try ExchangeCalendar(
            CustomCalendar(
                name: "mine", zone: "UTC",
                hours: [.init(weekday: 3, opens: .init(hour: 9, minute: 0), closes: .init(hour: 10, minute: 0))],
                first: first, last: first.adding(days: 40)))
        let period = try SLAPeriod(from: first, through: first.adding(days: 10), calendar: calendar)
        let report = try SLAReport(
            ServiceHistory(
                presences: [ServicePresence(epoch: 1, from: 1, through: period.to.nanos, endedCleanly: false)],
                states: []), evidence: EvidenceBook(), period: period, asOf: period.to, calendar: calendar,
            basis: .arrival)
        // Wednesdays 21 and 28 October.
        #expect(report.periodSeconds == 7200)
        #expect(report.badSecondsRaw == 7200)
        #expect(report.incidents.map(\.seconds) == [7200])
        #expect(report.burn.map(\.long.seconds) == [3600, 21_600, 3600, 10_800])
        #expect(report.burn.map(\.long.secondsInService) == [3600, 7200, 3600, 7200])
        #expect(throws: UptimeError.self) { try SLAPeriod(month: "2026-10", calendar: calendar) }
    }

    @Test func targetsOutsideTheScaleAreRefused() throws {
        for target in [0, 1_000_000, -1] {
            #expect(throws: UptimeError.self) { try Fixture.Service().report(target: target) }
        }
    }

    /// A second each twelve minutes, and every one of them its own incident.
    @Test func aYearOfManyIncidentsIsCounted() throws {
        var service = Fixture.Service(
            from: try Fixture.time("2026-01-01", 0), through: try Fixture.time("2026-12-31", 23))
        for number in 0..<UInt64(40_000) {
            service.fail(at: service.presences[0].from + number * 720 * Fixture.second, seconds: 1)
        }
        let year = try SLAPeriod(
            from: try #require(CivilDate("2026-01-01")), through: try #require(CivilDate("2026-12-31")),
            calendar: Fixture.globex())
        let report = try service.report(year)
        #expect(report.incidents.count == report.badSecondsRaw)
        #expect(report.badSecondsRaw > 20_000)
    }
}
