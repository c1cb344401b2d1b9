import MarketData
import Monitors
import Testing

@testable import Operator

/// The sections of a spec that monitors and reports go by.
@Suite struct MonitorTermsTests {
    private static let text = """
        sla: {target: 0.995}
        latency: {warning: 60ms, target: 90ms, critical: 1s, severe: 2s, objective: 0.95}
        budget:
          month: 120.50
          day: 9
          slice: 0.5
          provider: vendor-1
          prices: {mbo: $0.40/GB, trades: "$12/TB"}
          fixed: {vendor-1: 199, colo: 25.25}
        promotion:
          around_open: 15m
          around_close: 0m
          only_while_open: true
          hours: {from: "09:30", to: "24:00"}
          weekdays: [Tue, Sun]
          blackout: [{first: 2026-11-25, last: 2026-11-27, reason: turkey}, {first: "2026-12-18", reason: expiry}]
        """

    private static func check(_ terms: MonitorTerms) throws {
        #expect(terms.uptimeTargetPPM == 995_000)
        #expect(terms.latency.warning == 60_000_000 && terms.latency.target == 90_000_000)
        #expect(terms.latency.critical == 1_000_000_000 && terms.latency.severe == 2_000_000_000)
        #expect(terms.latencyObjective == 0.95)
        #expect(terms.budget.monthMicros == 120_500_000 && terms.budget.dayMicros == 9_000_000)
        #expect(terms.budget.sliceMicros == 500_000 && terms.budget.monthAimMicros == 150_000_000)
        #expect(terms.budget.fixedMicros == ["vendor-1": 199_000_000, "colo": 25_250_000])
        #expect(terms.prices.provider == "vendor-1")
        #expect(terms.prices.bySchema == ["mbo": try UnitPrice("$0.40/GB"), "trades": try UnitPrice("$12/TB")])
        #expect(terms.promotion.minutesAroundOpen == 15 && terms.promotion.minutesAroundClose == 0)
        #expect(terms.promotion.onlyWhileOpen)
        #expect(terms.promotion.hours == PromotionWindows.Hours(from: 570, to: 1440))
        #expect(terms.promotion.weekdays == [2, 7])
        let dates = ["2026-11-25", "2026-11-27", "2026-12-18"].compactMap { CivilDate($0) }
        #expect(
            terms.promotion.blackouts == [
                PromotionWindows.Blackout(first: dates[0], last: dates[1], reason: "turkey"),
                PromotionWindows.Blackout(dates[2], reason: "expiry"),
            ])
    }

    @Test func everyKeyIsRead() throws {
        try Self.check(SpecFixture.parse(SpecFixture.minimal(Self.text)).monitors)
        #expect(try SpecFixture.parse(SpecFixture.minimal).monitors == MonitorTerms())
    }

    /// Reports read what a run was told out of its state folder.
    @Test func theStoredSpecSaysTheSame() throws {
        for text in [SpecFixture.minimal(Self.text), SpecFixture.minimal] {
            let spec = try SpecFixture.parse(text)
            let stored = Array(spec.canonicalJSON.utf8)
            #expect(try MonitorTerms(storedIn: stored, path: "spec.json") == spec.monitors)
        }
        // Written before there were any.
        #expect(try MonitorTerms(storedIn: Array(#"{"id":"t"}"#.utf8), path: "spec.json") == MonitorTerms())
        #expect(throws: SpecProblems.self) { try MonitorTerms(storedIn: Array("no".utf8), path: "spec.json") }
    }

    /// None of it changes a decision: evidence goes on, and so does the state folder.
    @Test func termsMayChangeBetweenRuns() throws {
        let before = try SpecFixture.parse(SpecFixture.minimal)
        let after = try SpecFixture.parse(SpecFixture.minimal(Self.text))
        #expect(after.differences(from: before.canonicalJSON).isEmpty)
        #expect(before.planHash == after.planHash)
    }

    @Test(arguments: [
        ("sla: {target: 99.9}", "5: sla.target: expected a share above 0 and below 1, with at most six decimals"),
        ("sla: {target: 1}", "5: sla.target: expected a share above 0 and below 1"),
        ("latency: {warning: 200ms}", "5: latency: latency thresholds must rise"),
        ("latency: {target: 0.1}", "5: latency.target: expected a duration"),
        ("budget: {month: -1}", "5: budget.month: expected dollars from 0 to 1000000"),
        ("budget: {slice: 0}", "5: budget.slice: expected more than 0 dollars"),
        ("budget: {prices: {mbo: $5/hour}}", "5: budget.prices.mbo: expected a price for bytes"),
        ("budget: {prices: {mbo: 0.4}}", "5: budget.prices.mbo: expected a price such as $0.40/GB"),
        ("budget: {prices: {mboo: $1/GB}}", "5: budget.prices: unknown key \"mboo\"; did you mean \"mbo\""),
        ("budget: {fixed: 199}", "5: budget.fixed: expected fees a month by provider"),
        ("promotion: {weekdays: [Tues]}", "5: promotion.weekdays: unknown weekday \"Tues\"; allowed: Mon"),
        ("promotion: {hours: {from: \"16:00\", to: \"09:00\"}}", "5: promotion: hours: expected a first time of day"),
        ("promotion: {hours: {from: \"25:00\", to: \"26:00\"}}", "5: promotion.hours.from: expected a time such as"),
        ("promotion: {blackout: [{first: 2026-11-31, reason: x}]}", "5: promotion.blackout[0].first: expected a date"),
        ("promotion: {blackout: [{first: 2026-11-30}]}", "5: promotion.blackout[0]: the key \"reason\" is missing"),
        ("promotion: {only_while_open: maybe}", "5: promotion.only_while_open: expected true or false"),
    ])
    func mistakesAreNamedWithTheirLines(text: String, expected: String) {
        let problems = SpecFixture.problems(SpecFixture.minimal(text))
        #expect(problems.contains { $0.hasPrefix(expected) }, "\(problems)")
    }
}

/// Calendars of one's own.
@Suite struct CalendarFileTests {
    private static let path = "r/desk.yaml"

    private func load(_ text: String) throws -> ExchangeCalendar {
        try CalendarFile.load(path: Self.path, files: SpecFixture.files([Self.path: text]))
    }

    private func session(_ text: String, _ calendar: ExchangeCalendar) throws -> Session {
        let date = try #require(CivilDate(text))
        return try #require(try calendar.session(on: date))
    }

    @Test func theTemplateIsACalendar() throws {
        let calendar = try load(CalendarFile.template)
        #expect(calendar.name == "desk-hours")
        // Monday 2026-11-02, 09:30 to 16:00 in New York; Tuesday opens at 18:00 the evening before.
        let monday = try session("2026-11-02", calendar)
        #expect(monday.open == Timestamp(seconds: 1_793_629_800) && monday.close == Timestamp(seconds: 1_793_653_200))
        let tuesday = try session("2026-11-03", calendar)
        #expect(tuesday.open == Timestamp(seconds: 1_793_660_400))
        let early = try session("2026-11-30", calendar)
        #expect(early.close.seconds - early.open.seconds == 12_600)
    }

    /// A rollout on such a calendar is resumed and verified without its file.
    @Test func theJournalKnowsTheWholeCalendar() throws {
        let text = SpecFixture.minimal.replacing("calendar: 24x7", with: "calendar: desk.yaml")
        let spec = try SpecFixture.parse(
            text, files: SpecFixture.files([Self.path: CalendarFile.template]))
        let body = BeginBody(mode: .arrival, stage: .shadow, spec: spec)
        #expect(body.plan.calendar == "desk-hours")
        #expect(body.calendar == spec.plan.calendar)
        #expect(body.controller?.plan.calendar == spec.plan.calendar)
        // Another early close is another plan.
        let other = CalendarFile.template.replacing("13:00", with: "12:00")
        let changed = try SpecFixture.parse(text, files: SpecFixture.files([Self.path: other]))
        #expect(changed.planHash != spec.planHash)
        #expect(changed.differences(from: spec.canonicalJSON) == ["calendar.early"])
    }

    @Test(arguments: [
        ("name: desk-hours ", "name: 24x7 ", "name 24x7 is that of a built-in calendar"),
        ("zone: America/New_York ", "zone: Europe/Berlin ", "zone \"Europe/Berlin\" is not known"),
        ("\"2026-12-25\"", "\"2026-12-32\"", "9: closed[0].date: expected a date"),
        ("weekday: Mon", "weekday: Montag", "6: hours[0].weekday: unknown weekday \"Montag\""),
        ("opens: \"09:30\"", "opens: \"16:30\"", "closes before it opens"),
        (", source: exchange notice}", "}", "9: closed[0]: the key \"source\" is missing"),
    ])
    func mistakesAreNamed(old: String, new: String, expected: String) {
        do {
            _ = try load(CalendarFile.template.replacing(old, with: new))
            Issue.record("it is taken for a calendar")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}
