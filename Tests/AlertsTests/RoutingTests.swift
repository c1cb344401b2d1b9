import Alerts
import MarketData
import Testing

@Suite struct RoutingTests {
    private let open = MarketMoment(hours: .open, secondOfDay: 12 * 3600)

    private func plan(
        _ terms: AlertTerms, _ notice: AlertNotice, market: MarketMoment? = nil, silences: [AlertSilence] = [],
        open alerts: [OpenAlert] = []
    ) -> RoutePlan {
        terms.plan(for: notice, at: wall(0), market: market ?? open, silences: silences, open: alerts)
    }

    /// `slack 0, mail 10`.
    private func shown(_ plan: RoutePlan) -> String {
        plan.who.map { "\($0.channel)\($0.recipient.map { ":" + $0 } ?? "") \(Int($0.afterSeconds))" }
            .joined(separator: ", ")
    }

    // MARK: Who

    @Test func urgentGoesToAllOfTheRouteAtOnceAndToTheRestAtTenSeconds() {
        let terms = alertTerms("slack", "mail", "sms", routes: [route(["slack", "mail"])])
        for severity in [AlertSeverity.critical, .emergency] {
            #expect(shown(plan(terms, notice(.kill, severity))) == "slack 0, mail 0, sms 10")
        }
    }

    @Test func aRoutesOwnFallbackReplacesAllOthers() {
        let terms = alertTerms("slack", "mail", "sms", "pager", routes: [route(["slack"]) { $0.fallback = ["pager"] }])
        #expect(shown(plan(terms, notice())) == "slack 0, pager 10")
    }

    @Test func aWarningGoesDownTheChain() {
        let terms = alertTerms("slack", "mail", "sms", routes: [route(["mail", "slack"])])
        #expect(shown(plan(terms, notice(.budget, .warning))) == "mail 0, slack 10")
        let slower = alertTerms(
            "slack", "mail", "sms", routes: [route(["mail", "slack", "sms"]) { $0.waitSeconds = 60 }])
        #expect(shown(plan(slower, notice(.budget, .warning))) == "mail 0, slack 60, sms 120")
    }

    @Test func aFanOutTellsAllAtOnceAndAnUrgentAlertIgnoresAChain() {
        let fanned = alertTerms("slack", "mail", routes: [route(["mail", "slack"]) { $0.mode = .fanOut }])
        #expect(shown(plan(fanned, notice(.budget, .warning))) == "mail 0, slack 0")
        let chain = alertTerms("slack", "mail", routes: [route(["mail", "slack"]) { $0.mode = .chain }])
        #expect(shown(plan(chain, notice())) == "mail 0, slack 0")
        #expect(plan(chain, notice()).why.contains("critical goes to all of a chain at once"))
    }

    @Test func theFirstMatchWinsUnlessItContinues() {
        let stops = alertTerms("slack", "mail", "sms", routes: [route("a", ["slack"]), route("b", ["mail"])])
        #expect(shown(plan(stops, notice(.budget, .warning))) == "slack 0")
        let goesOn = alertTerms(
            "slack", "mail", "sms",
            routes: [
                route("a", ["slack"]) { $0.continues = true }, route("b", ["mail", "slack"]), route("c", ["sms"]),
            ])
        #expect(shown(plan(goesOn, notice(.budget, .warning))) == "slack 0, mail 0")
    }

    /// One condition each: the severity, cause, stage or hours that it lets through, and one that it does not.
    @Test func eachConditionKeepsOut() {
        let inside = notice(.latency, .warning, stage: "limited")
        func isTold(_ change: (inout AlertRoute) -> Void, _ hours: MarketMoment.Hours? = .open) -> Bool {
            let market = MarketMoment(hours: hours, secondOfDay: 0)
            return !plan(alertTerms("slack", routes: [route(["slack"], change)]), inside, market: market).who.isEmpty
        }
        #expect(isTold { $0.atLeast = .warning } && !isTold { $0.atLeast = .critical })
        #expect(isTold { $0.severities = [.warning] } && !isTold { $0.severities = [.info, .critical] })
        #expect(isTold { $0.causes = [.errors, .latency] } && !isTold { $0.causes = [.errors] })
        #expect(isTold { $0.stages = ["limited"] } && !isTold { $0.stages = ["canary"] })
        let table: [(AlertRoute.Hours, MarketMoment.Hours?, Bool)] = [
            (.any, .closed, true), (.marketHours, .open, true), (.marketHours, .maintenance, false),
            (.marketHours, .closed, false), (.afterHours, .open, false), (.afterHours, .maintenance, true),
            (.afterHours, .closed, true), (.maintenance, .open, false), (.maintenance, .maintenance, true),
            (.maintenance, .closed, false), (.marketHours, nil, true), (.afterHours, nil, true),
            (.maintenance, nil, true),
        ]
        for (hours, now, told) in table {
            #expect(isTold({ $0.hours = hours }, now) == told, "\(hours), \(now as Any)")
        }
    }

    @Test func anUrgentAlertThatNoRouteWantsGoesToAll() {
        let terms = alertTerms("slack", "mail", routes: [route("budget", ["mail"]) { $0.causes = [.budget] }])
        #expect(shown(plan(terms, notice(.rollback, .critical))) == "slack 0, mail 0")
        #expect(plan(terms, notice()).why.contains("no route has a channel for it: critical goes to all channels"))
        #expect(plan(terms, notice(.rollback, .warning)).who.isEmpty)
        #expect(plan(terms, notice(.rollback, .warning)).why.last == "nobody is told")
        let unknown = alertTerms("slack", routes: [route(["pager"])])
        #expect(shown(plan(unknown, notice())) == "slack 0")
    }

    @Test func withoutRoutesEverybodyIsToldOfEverything() {
        #expect(shown(plan(alertTerms("slack", "mail"), notice(.budget, .warning))) == "slack 0, mail 10")
        #expect(plan(alertTerms("slack"), notice(.budget, .info)).heldBy == .digest(afterSeconds: 3600))
    }

    @Test func eachRecipientHasADelivery() {
        var terms = alertTerms("slack", "sms")
        terms.recipients = ["sms": ["anna", "bert"]]
        #expect(shown(plan(terms, notice())) == "slack 0, sms:anna 0, sms:bert 0")
    }

    // MARK: Digest

    @Test func infoWaitsForTheDigestUnlessTheRouteSaysNow() {
        var terms = alertTerms("slack")
        #expect(plan(terms, notice(.promotion, .info)).heldBy == .digest(afterSeconds: 3600))
        #expect(plan(terms, notice(.promotion, .warning)).heldBy == nil)
        terms.digest.minutes = 5
        #expect(plan(terms, notice(.promotion, .info)).heldBy == .digest(afterSeconds: 300))
        terms.digest.times = [8 * 60, 16 * 60 + 30]
        #expect(plan(terms, notice(.promotion, .info)).heldBy == .digest(afterSeconds: 4.5 * 3600))
        let evening = MarketMoment(hours: .open, secondOfDay: 16 * 3600 + 1800)
        #expect(plan(terms, notice(.promotion, .info), market: evening).heldBy == .digest(afterSeconds: 15.5 * 3600))
        terms.routes = [route(["slack"]) { $0.isImmediate = true }]
        #expect(plan(terms, notice(.promotion, .info)).heldBy == nil)
    }

    // MARK: Market hours. Source: CME equity index futures, Globex hours, Chicago time.

    @Test(arguments: [
        (19, 12, 0, MarketMoment.Hours.open), (19, 15, 59, .open), (19, 16, 0, .maintenance),
        (19, 16, 59, .maintenance),
        (19, 17, 0, .open), (20, 16, 0, .closed), (21, 12, 0, .closed), (22, 16, 59, .closed), (22, 17, 0, .open),
    ])
    func theCalendarTellsMaintenanceFromTheWeekend(_ day: Int, _ hour: Int, _ minute: Int, _ hours: MarketMoment.Hours)
        throws
    {
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        let date = try #require(CivilDate(year: 2026, month: 11, day: day))
        let moment = MarketMoment(
            at: calendar.timestamp(localDate: date, hour: hour, minute: minute), calendar: calendar)
        #expect(moment == MarketMoment(hours: hours, secondOfDay: hour * 3600 + minute * 60))
    }

    @Test func outsideTheCalendarsDataNobodyKnowsTheHours() throws {
        let calendar = try ExchangeCalendar(named: "cme-globex-equity")
        #expect(MarketMoment(at: Timestamp(seconds: 3600), calendar: calendar).hours == nil)
        #expect(
            MarketMoment(at: Timestamp(seconds: 3600), calendar: nil) == MarketMoment(hours: nil, secondOfDay: 3600))
    }

    @Test func theRunbookIsAnAddressOrACommand() {
        var terms = AlertTerms()
        #expect(terms.runbook(for: .feedDown) == "tandem runbook feed-down")
        terms.runbookBase = "https://desk.example/runbooks"
        #expect(terms.runbook(for: .feedDown) == "https://desk.example/runbooks/feed-down")
        terms.runbookBase = "https://desk.example/runbooks/"
        #expect(terms.runbook(for: .feedDown) == "https://desk.example/runbooks/feed-down")
    }
}
