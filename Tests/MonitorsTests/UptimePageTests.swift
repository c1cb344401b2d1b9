import Foundation
import FoundationXML
import MarketData
import Testing

@testable import Monitors

private typealias Fixture = UptimeFixture

@Suite struct UptimePageTests {
    private func report(basis: Basis = .arrival) throws -> SLAReport {
        var service = try Fixture.Service()
        let halt = try Fixture.time("2026-10-20", 11)
        service.fail(at: halt, seconds: 300, since: halt - 2 * Fixture.second)
        service.exclude("e17", .exchange, from: halt, seconds: 240)
        service.states.append(
            ServiceState(epoch: 1, time: service.presences[0].from, component: "feed", isGood: true))
        service.fail(at: try Fixture.time("2026-10-21", 9), seconds: 3600, component: "feed")
        return try service.report(asOf: try Fixture.time("2026-10-22", 12), basis: basis)
    }

    @Test func jsonSpellsOutWhatIsNotKnown() throws {
        let report = try report()
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(SLAReport.self, from: data) == report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in [
            "period", "from", "to", "as_of", "calendar", "service_from", "target", "market_seconds",
            "period_seconds", "bad_seconds_raw", "bad_seconds_adjusted", "excluded_seconds", "uptime_raw",
            "uptime_adjusted", "allowed_seconds", "budget_left", "by_cause", "incidents", "mttd_s", "mttr_s", "mtbf_s",
            "burn",
            "exhaustion", "components", "policy", "basis", "evidence", "explanation", "verdict", "days",
        ] {
            #expect(object[key] != nil, "\(key)")
        }
        let incident = try #require((object["incidents"] as? [[String: Any]])?.first)
        #expect(incident["acknowledged_s"] is NSNull)
        #expect(incident["detection_s"] as? Double == 2)
        let exhaustion = try #require(object["exhaustion"] as? [String: Any])
        #expect(exhaustion["at"] is NSNull)
        let components = try #require(object["components"] as? [[String: Any]])
        #expect(components.first { $0["component"] as? String == "sinks" }?["uptime"] is NSNull)
        #expect(object["mtta_s"] is NSNull)
        #expect(object["mttd_s"] as? Double == 2)
    }

    @Test func theTextHasTheFiguresInEightyColumns() throws {
        let text = TextPage.text(
            try report().page(rollout: "ifd-v3", generated: Timestamp(seconds: 1_792_700_000), isExplained: true))
        for part in [
            "99.9", "budget left", "5.0 min bad", "route@20261020T160000Z", "e17", "none at this pace", "sinks",
            "unknown", "excluded",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func thePageIsWellFormedWithBothPlots() throws {
        let page = try report().page(rollout: "ifd-v3", generated: Timestamp(seconds: 1_792_700_000))
        let html = HTMLPage.text(page)
        #expect(html.contains("Uptime by hour"))
        #expect(html.contains("Error budget left"))
        #expect(html.contains("allowed 29.9 min"))
        #expect(XMLParser(data: Data(html.utf8)).parse())
    }

    @Test func replayPagesSaySo() throws {
        let text = TextPage.text(
            try report(basis: .replay).page(rollout: "r", generated: Timestamp(seconds: 1_792_700_000)))
        #expect(text.contains("not judged (replay)"))
        #expect(text.hasPrefix("SLA 2026-10\n\nReplay:"))
    }

    @Test func csvHasIncidentsAndWhatTheyAreMadeOf() throws {
        let report = try report()
        let lines = report.csv.split(separator: "\n")
        #expect(lines.count == 1 + 1 + 2)
        #expect(lines[0].hasPrefix("row,id,start,end,seconds,counted_seconds,cause,reason,epoch,evidence"))
        let start = try Fixture.time("2026-10-20", 11)
        #expect(
            lines[1].hasPrefix(
                "incident,route@20261020T160000Z,\(start),\(start + 300 * Fixture.second),300,60,exchange,stuck,,,2.0,,300,"
            )
        )
        #expect(
            lines[2] == "bad,,\(start),\(start + 240 * Fixture.second),240,0,exchange,stuck,1,e17,,,,")
        #expect(lines[3].contains(",60,60,own,stuck,1,,"))
    }

    @Test func daysAndHoursAddUp() throws {
        let report = try report()
        #expect(report.days.reduce(0) { $0 + $1.open.reduce(0, +) } == 1_796_400)
        #expect(report.days.reduce(0) { $0 + $1.inService.reduce(0, +) } == report.marketSeconds)
        let day = try #require(report.days.first { $0.date == "2026-10-20" })
        #expect(day.bad[11] == 300)
        #expect(day.open[16] == 0)
        #expect(day.badSecondsAdjustedSoFar == 60)
        #expect(report.days.first { $0.date == "2026-10-23" }?.badSecondsAdjustedSoFar == nil)
        #expect(report.days.first { $0.date == "2026-10-19" }?.badSecondsAdjustedSoFar == 0)
    }
}

@Suite struct UptimePeriodTests {
    @Test func periodsAreOfTheExchangesClock() throws {
        let calendar = try Fixture.globex()
        let month = try SLAPeriod(month: "2026-11", calendar: calendar)
        #expect(month.from.nanos == (try Fixture.time("2026-11-01", 0)))
        #expect(month.to.nanos == (try Fixture.time("2026-12-01", 0)))
        #expect(month.isMonth)
        let session = try SLAPeriod(session: try #require(CivilDate("2026-11-02")), calendar: calendar)
        #expect(session.from.nanos == (try Fixture.time("2026-11-01", 17)))
        #expect(session.to.nanos == (try Fixture.time("2026-11-02", 16)))
        let days = try SLAPeriod(
            from: try #require(CivilDate("2026-11-02")), through: try #require(CivilDate("2026-11-06")),
            calendar: calendar)
        #expect(days.label == "2026-11-02 to 2026-11-06")
        #expect(days.to.nanos == (try Fixture.time("2026-11-07", 0)))
    }

    @Test func whatIsNoPeriodIsRefused() throws {
        let calendar = try Fixture.globex()
        for month in ["2026-13", "2026-1", "november", "2026-11-01", "2031-01"] {
            #expect(throws: UptimeError.self) { try SLAPeriod(month: month, calendar: calendar) }
        }
        let sunday = try #require(CivilDate("2026-11-01"))
        #expect(throws: UptimeError.self) { try SLAPeriod(session: sunday, calendar: calendar) }
        #expect(throws: UptimeError.self) {
            try SLAPeriod(from: sunday, through: sunday.adding(days: -1), calendar: calendar)
        }
    }
}
