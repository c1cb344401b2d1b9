import Alerts
import Foundation
import Operator
import Testing

@Suite struct AlertSpecTests {
    private func settings(_ more: String) throws -> AlertSettings {
        try SpecFixture.parse(SpecFixture.minimal(more)).alerts
    }

    private func stored(_ text: String) throws -> AlertSettings {
        try AlertSettings(storedIn: Array(text.utf8), path: "s/spec.json")
    }

    @Test func everyKeyIsRead() throws {
        let settings = try settings(AlertSpecFixture.text)
        #expect(settings.channels == AlertSpecFixture.settings.channels)
        #expect(settings.terms == AlertSpecFixture.settings.terms)
        #expect(settings.lastResort == AlertSpecFixture.settings.lastResort)
        // The two other spellings of a digest and of a runbook's place.
        #expect(try self.settings("alerts: {digest: {every: 90m}}").terms.digest.minutes == 90)
        #expect(settings.terms.runbook(for: .rollback) == "https://wiki.example.com/runbooks/rollback")
    }

    @Test(arguments: ["", "alerts: {}", "alerts: {channels: {}, routes: [], last_resort: []}\nrunbooks: {}"])
    func nothingLeavesTheMachineUnlessTheSpecSaysSo(more: String) throws {
        let settings = try settings(more)
        #expect(settings == AlertSettings())
        #expect(settings.channels.isEmpty && settings.lastResort.isEmpty && settings.terms.routes.isEmpty)
        #expect(settings.terms.runbook(for: .rollback) == "tandem runbook rollback")
        #expect(settings.terms.escalation.from == .critical)
        #expect(settings.terms.escalation.steps.isEmpty && settings.terms.escalation.repeatMinutes == nil)
        #expect(settings.terms.digest.minutes == 60 && settings.terms.digest.times.isEmpty)
        #expect(settings.terms.silenceMaxHours == 8)
    }

    /// The least that a channel can say; providers are at their own addresses.
    @Test func whatAChannelLeavesOutIsAsUsual() throws {
        let sid = AlertSpecFixture.sid
        let settings = try settings(
            """
            alerts:
              channels:
                a: {slack: {token: env:T, channel: "#desk"}}
                b: {email: {host: smtp.example.com, from: a@example.com, to: [b@example.com]}}
                c: {sms: {account: AC\(sid), token: env:T, from: TANDEM, to: ["+14155550123"]}}
                d: {pagerduty: {routing_key: env:T}}
                e: {alertmanager: {url: "https://am.example.com"}}
              routes: [{name: all, channels: [a]}]
              escalation: {steps: [{after: 5m, channels: [b]}]}
              limits: {a: {}}
            """)
        let token = SecretReference.environment("T")
        #expect(
            settings.channels == [
                ChannelTerms("a", .slack(SlackTerms(token: token, channel: "#desk", url: "https://slack.com/api"))),
                ChannelTerms(
                    "b",
                    .email(
                        EmailTerms(
                            host: "smtp.example.com", port: 587, security: .startTLS, user: nil, password: nil,
                            sender: "a@example.com")), recipients: ["b@example.com"]),
                ChannelTerms(
                    "c",
                    .sms(
                        SMSTerms(
                            account: "AC" + sid, key: nil, token: token, sender: .from("TANDEM"),
                            url: "https://api.twilio.com")), recipients: ["+14155550123"]),
                ChannelTerms(
                    "d", .pagerDuty(PagerDutyTerms(routingKey: token, url: "https://events.pagerduty.com"))),
                ChannelTerms(
                    "e", .alertmanager(AlertmanagerTerms(url: "https://am.example.com", user: nil, password: nil))),
            ])
        let route = try #require(settings.terms.routes.first)
        #expect(route.atLeast == nil && route.severities.isEmpty && route.causes.isEmpty && route.stages.isEmpty)
        #expect(route.hours == .any && route.fallback.isEmpty && route.mode == nil && route.waitSeconds == 10)
        #expect(!route.isImmediate && !route.continues)
        #expect(settings.terms.escalation.from == .critical && settings.terms.escalation.repeatMinutes == nil)
        #expect(settings.terms.limits(of: "a").perSecond == 1 && settings.terms.limits(of: "a").burst == 3)
    }

    /// Twilio can be asked what became of a message, the others cannot.
    @Test func routingKnowsWhatChannelsCanDo() throws {
        let terms = try settings(AlertSpecFixture.text).terms
        #expect(terms.channels.filter { terms.limits(of: $0).canReconcile } == ["phone", "service"])
        #expect(terms.recipients.keys.sorted() == ["mail", "phone", "service"])
    }

    // MARK: - One spelling

    @Test func theCanonicalFormHasEveryDefaultAndNoSecret() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal(AlertSpecFixture.text))
        #expect(spec.canonicalJSON.hasPrefix("{" + AlertSpecFixture.canonical + ","))
        #expect(spec.canonicalJSON.contains(#""runbooks":{"base_url":"https://wiki.example.com/runbooks"}"#))
    }

    @Test func aStateFolderGivesBackWhatTheSpecSaid() throws {
        for more in ["", AlertSpecFixture.text, "alerts: {digest: {every: 61s}, escalation: {from: warning}}"] {
            let spec = try SpecFixture.parse(SpecFixture.minimal(more))
            #expect(try stored(spec.canonicalJSON) == spec.alerts)
        }
    }

    /// Seconds, minutes and hours are kept as numbers that no decimal says exactly.
    @Test(arguments: ["1001ms", "2300ms", "7s", "100s", "3601s"])
    func aTimeIsStoredAsItWasWritten(time: String) throws {
        let routes = "routes: [{name: a, severity: info, channels: [c], wait: \(time)}]"
        let steps = "escalation: {steps: [{after: \(time), channels: [c]}]}"
        let text = "alerts: {channels: {c: {exec: [/bin/c]}}, \(routes), \(steps)}"
        let spec = try SpecFixture.parse(SpecFixture.minimal(text))
        #expect(spec.canonicalJSON.contains(#""wait":"\#(time)""#))
        #expect(spec.canonicalJSON.contains(#""after":"\#(time)""#))
        #expect(try stored(spec.canonicalJSON) == spec.alerts)
    }

    @Test func aStateFolderOfAnEarlierVersionTellsNobody() throws {
        #expect(try stored(#"{"id":"t"}"#) == AlertSettings())
        #expect(throws: SpecProblems.self) { try stored("[]") }
    }

    @Test func whoIsToldMayChangeBetweenRuns() throws {
        let bare = try SpecFixture.parse(SpecFixture.minimal)
        let full = try SpecFixture.parse(SpecFixture.minimal(AlertSpecFixture.text))
        #expect(bare.canonicalJSON != full.canonicalJSON)
        #expect(bare.planHash == full.planHash)
        #expect(full.differences(from: bare.canonicalJSON).isEmpty)
        #expect(bare.differences(from: full.canonicalJSON).isEmpty)
        let earlier = #"{"alerts":{},"#
        #expect(bare.canonicalJSON.hasPrefix(#"{"alerts":{"#))
        #expect(!full.differences(from: earlier + #""id":"other"}"#).contains { $0.hasPrefix("alerts") })
    }

    // MARK: - Secrets

    /// Ways to put the secret itself into a spec, by mistake or on purpose.
    @Test(arguments: [
        "{slack: {token: S, channel: C0123ABCD}}", "{slack: {token: [S], channel: C0123ABCD}}",
        "{slack: {token: {env: S}, channel: C0123ABCD}}", "{slack: {token: env:T, channel: S}}",
        "{slack: {token: env:T, channel: C0123ABCD, url: S}}", "{slack: {token:S, channel: C0123ABCD}}",
        "{slack: {S: env:T, channel: C0123ABCD}}", "{slack: S}", "S", "[S]", "{S: {}}", "{pagerduty: S}",
        "{pagerduty: {routing_key: S}}", "{pagerduty: {routing_key: &S x}}", "{pagerduty: {routing_key: !S x}}",
        "{slack_webhook: S}", "{slack_webhook: {url: S}}", "{webhook: {url: \"https://a.example.com\", secrets: S}}",
        "{webhook: {url: \"https://a.example.com\", secrets: [S]}}", "{webhook: {url: S, secrets: [env:T]}}",
        "{alertmanager: {url: \"https://a.example.com\", user: u, password: S}}",
        "{alertmanager: {url: \"https://u:S@a.example.com\"}}", "{exec: S}", "{exec: [S]}", "{exec: [/bin/true, [S]]}",
        "{email: {host: h.example.com, from: a@example.com, to: [b@example.com], user: u, password: S}}",
        "{email: {host: h.example.com, from: a@example.com, to: [b@example.com], security: S}}",
        "{email: {host: h.example.com, from: a@example.com, to: [b@example.com], port: S}}",
        "{email: {host: S, from: S, to: [S], user: S}}", "{email: {host: h.example.com, from: S, to: S}}",
        "{sms: {account: S, key: S, token: S, from: S, to: [S]}}", "{sms: {account: S, token: env:T, from: S, to: S}}",
    ])
    func aSecretIsNeverRepeated(channel: String) throws {
        for secret in ["xoxb-17653672481-19874698323", "0123456789abcdef0123456789abcdef", "31415926535897932384"] {
            let text = "alerts: {channels: {desk: \(channel.replacingOccurrences(of: "S", with: secret))}}"
            let problems = SpecFixture.problems(SpecFixture.minimal(text))
            #expect(!problems.isEmpty, "\(text)")
            #expect(!problems.joined().contains(secret), "\(problems)")
            let report = Spec.lint(
                path: "r/x.yaml", searchPath: "",
                files: SpecFixture.files(["r/x.yaml": SpecFixture.minimal(text)]))
            #expect(!report.isValid && !(report.table + report.json).contains(secret))
        }
    }

    /// Elsewhere what stands there is shown, and channels hide nothing behind them.
    @Test func whatIsNoSecretIsStillShown() {
        let problems = SpecFixture.problems(
            SpecFixture.minimal(
                "alerts: {channels: {a: {slack: {tokn: env:T, channel: C0123ABCD}}}, digest: 7, routes: [{nmae: x}]}"))
        #expect(
            problems == [
                "5: alerts.channels.a.slack: the key \"token\" is missing",
                "5: alerts.channels.a.slack: unknown key \"tokn\"; did you mean \"token\"? allowed: token, channel, url",
                "5: alerts.digest: expected a mapping with every, at; found the number 7",
                "5: alerts.routes[0]: the key \"channels\" is missing",
                "5: alerts.routes[0]: the key \"name\" is missing",
                "5: alerts.routes[0]: unknown key \"nmae\"; did you mean \"name\"? allowed: name, severity, at_least, "
                    + "causes, stages, hours, channels, fallback, mode, wait, now, continue",
            ])
    }

    // MARK: - Schema

    private typealias Object = [String: Any]

    /// The keys of `value` that `schema` does not know, and those of it that were found, dotted.
    private func walk(_ value: Any, _ schemas: [Object], _ path: String, known: inout Set<String>) -> [String] {
        let schemas = schemas.flatMap { [$0] + ($0["anyOf"] as? [Object] ?? []) }
        if let list = value as? [Any] {
            let items = schemas.compactMap { $0["items"] as? Object }
            return list.flatMap { walk($0, items, path + "[]", known: &known) }
        }
        guard let members = value as? Object else { return [] }
        return members.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
            let own = schemas.compactMap { ($0["properties"] as? Object)?[key] as? Object }
            let any = schemas.compactMap { $0["additionalProperties"] as? Object }
            let name = path + "." + (own.isEmpty ? "*" : key)
            guard !(own + any).isEmpty else { return [path + "." + key] }
            known.insert(name)
            return walk(value, own + any, name, known: &known)
        }
    }

    /// Every key below `schema`, dotted, and what is said of it.
    private func keys(_ schema: Object, _ path: String) -> [String: String] {
        var found: [String: String] = [:]
        for part in [schema] + (schema["anyOf"] as? [Object] ?? []) {
            for (key, value) in part["properties"] as? [String: Object] ?? [:] {
                found["\(path).\(key)"] = value["description"] as? String ?? ""
                found.merge(keys(value, "\(path).\(key)")) { a, _ in a }
            }
            if let items = part["items"] as? Object { found.merge(keys(items, path + "[]")) { a, _ in a } }
            if let values = part["additionalProperties"] as? Object {
                found.merge(keys(values, path + ".*")) { a, _ in a }
            }
        }
        return found
    }

    /// The example has every key of the schema, and the schema every key of the example, each with a line about it.
    @Test func theSchemaHoldsEachKey() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(SpecSchema.text.utf8)) as? Object)
        let sections = try #require(schema["properties"] as? [String: Object]).filter {
            ["alerts", "runbooks"].contains($0.key)
        }
        let spec = try SpecFixture.parse(SpecFixture.minimal(AlertSpecFixture.text))
        let example = try #require(
            try JSONSerialization.jsonObject(with: Data(spec.canonicalJSON.utf8)) as? Object
        ).filter { sections[$0.key] != nil }
        var known: Set<String> = []
        #expect(walk(example, [["properties": sections]], "", known: &known).isEmpty)
        let all = keys(["properties": sections], "")
        #expect(known.filter { !$0.hasSuffix("*") } == Set(all.keys).subtracting([".alerts.digest.every"]))
        for (key, about) in all { #expect(!about.isEmpty && !about.contains("\n"), "\(key)") }
    }
}
