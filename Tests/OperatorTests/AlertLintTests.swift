import Alerts
import Foundation
import Operator
import Testing

@Suite struct AlertLintTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func lint(
        _ alerts: String, _ environment: [String: String] = [:], needsSecrets: Bool = false,
        executables: Set<String> = []
    ) -> LintReport {
        let text = SpecFixture.minimal("sinks: [{name: s, stdout: true}]\n" + alerts)
        return Spec.lint(
            path: "r/x.yaml", searchPath: "",
            files: SpecFixture.files(["r/x.yaml": text], executables: executables),
            secrets: SecretStore(environment: environment), needsSecrets: needsSecrets)
    }

    private func lines(_ problems: [SpecProblem]) -> [String] {
        problems.map { String($0.description.dropFirst("r/x.yaml:".count)) }
    }

    private let desk = "{slack: {token: env:SLACK_TOKEN, channel: C0123ABCD}}"
    private let pager = "{pagerduty: {routing_key: env:PD_KEY}}"
    private let found = ["SLACK_TOKEN": "xoxb-1", "PD_KEY": "0123456789abcdef0123456789abcdef"]

    // MARK: - Who would be told

    @Test func aSectionWithoutChannelsTellsNobody() {
        #expect(
            lines(lint("alerts: {digest: {every: 1h}}").warnings) == [
                "6: alerts.channels: there are none: nobody would be told"
            ])
        // Nobody asked for any.
        #expect(lint("").warnings.isEmpty)
    }

    @Test func aSingleChannelIsNotEnoughForWhatIsUrgent() {
        let only = ": one channel only: when it fails, nobody is told"
        let one = lint("alerts:\n  channels:\n    desk: \(desk)", found)
        #expect(lines(one.warnings) == ["7: alerts.channels" + only])
        let head = "alerts:\n  channels:\n    desk: \(desk)\n    pager: \(pager)\n  routes:\n"
        let urgent = "    - {name: a, channels: [desk], fallback: [desk]}\n"
        #expect(lines(lint(head + urgent, found).warnings) == ["11: alerts.routes[0].channels" + only])
        // The others are the fall-back; a second channel; nothing that is urgent.
        for route in [
            "{name: a, channels: [desk]}", "{name: a, channels: [desk], fallback: [pager]}",
            "{name: a, channels: [desk, pager], fallback: [desk]}",
            "{name: a, severity: [info, warning], channels: [desk], fallback: [desk]}",
        ] {
            #expect(lint(head + "    - \(route)\n", found).warnings.isEmpty, "\(route)")
        }
    }

    @Test func programsHaveToBeThere() {
        let alerts = """
            alerts:
              channels: {a: {exec: [/opt/a, -x]}, b: {exec: [/opt/b]}}
              last_resort: [/opt/c]
            """
        let report = lint(alerts, executables: ["/opt/b"])
        #expect(
            lines(report.problems) == [
                "7: alerts.channels.a.exec: /opt/a: no such file", "8: alerts.last_resort: /opt/c: no such file",
            ])
        #expect(lint(alerts, executables: ["/opt/a", "/opt/b", "/opt/c"]).isValid)
    }

    // MARK: - Secrets

    @Test func aSecretThatIsNotThereIsAWarning() throws {
        let open = try folder.program("open", "xoxb-1", mode: 0o644)
        chmod(open, 0o644)
        let none = folder.file("none")
        let alerts = """
            alerts:
              channels:
                a: {slack: {token: env:NONE, channel: C0123ABCD}}
                b: {slack: {token: "file:\(open)", channel: C0123ABCD}}
                c: {slack: {token: "file:\(none)", channel: C0123ABCD}}
                d: {webhook: {url: "https://a.example.com", secrets: [env:NEW, env:OLD]}}
                e: \(pager)
            """
        let messages = [
            "8: alerts.channels.a: the environment variable NONE is not set",
            "9: alerts.channels.b: the secret in \(open) is open to others (mode 0644); run: chmod 600 \(open)",
            "10: alerts.channels.c: cannot read the secret in \(none): No such file or directory",
            "11: alerts.channels.d: the environment variable NEW is not set",
            "11: alerts.channels.d: the environment variable OLD is not set",
        ]
        let report = lint(alerts, found)
        #expect(report.isValid)
        #expect(lines(report.warnings) == messages)
        let needed = lint(alerts, found, needsSecrets: true)
        #expect(needed.warnings.isEmpty)
        #expect(lines(needed.problems) == messages)
        // Now the pager's is missing, too.
        #expect(lint(alerts, [:]).warnings.count == messages.count + 1)
    }

    /// A key of PagerDuty has 32 letters and digits.
    @Test func aSecretThatCannotBeOneIsNotRepeated() {
        let alerts = "alerts: {channels: {desk: \(desk), pager: \(pager)}}"
        let environment = ["SLACK_TOKEN": "xoxb-1", "PD_KEY": "WrongKey"]
        let report = lint(alerts, environment, needsSecrets: true)
        #expect(report.problems.map(\.path) == ["alerts.channels.pager"])
        #expect(report.problems.allSatisfy { $0.message.hasPrefix("what is at env:PD_KEY is not ") })
        #expect(!(report.table + report.json).contains("WrongKey"))
        #expect(lint(alerts, environment).warnings.map(\.path) == ["alerts.channels.pager"])
        #expect(lint(alerts, found, needsSecrets: true).isValid)
    }

    /// A program may ask a person, or take its time.
    @Test func aProgramThatPrintsASecretIsStartedOnlyWhenItIsNeeded() throws {
        let trace = folder.file("trace")
        let program = try folder.program("secret", "#!/bin/sh\necho started >> \(trace)\necho xoxb-1\n")
        let alerts = """
            alerts:
              channels:
                a: {slack: {token: "exec:\(program) desk", channel: C0123ABCD}}
                b: \(pager)
            """
        #expect(lint(alerts, found).warnings.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: trace))
        #expect(lint(alerts, found, needsSecrets: true).isValid)
        #expect(FileManager.default.fileExists(atPath: trace))
        let broken = lint(alerts.replacingOccurrences(of: "secret desk", with: "gone desk"), found, needsSecrets: true)
        #expect(broken.problems.map(\.line) == [8])
        #expect(broken.problems.allSatisfy { $0.message.hasPrefix("no secret from ") && !$0.message.contains("desk") })
    }

    /// What `run` refuses to start with.
    @Test func everyChannelsSecretsAreLookedFor() throws {
        let settings = try SpecFixture.parse(
            SpecFixture.minimal("alerts: {channels: {desk: \(desk), pager: \(pager)}}")
        ).alerts
        #expect(settings.secretProblems(SecretStore(environment: found)).isEmpty)
        #expect(
            settings.secretProblems(SecretStore(environment: [:])) == [
                "channel desk: the environment variable SLACK_TOKEN is not set",
                "channel pager: the environment variable PD_KEY is not set",
            ])
    }

    // MARK: - Examples

    /// The example in the template, without its marks, is what a spec may say.
    @Test func theTemplatesExampleIsValid() throws {
        let text = try String(
            contentsOf: SpecTemplateTests.repository.appendingPathComponent("rollout/ifd-v3.yaml"), encoding: .utf8)
        let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(rows.firstIndex { $0.hasPrefix("# runbooks:") })
        let example = rows[start...].prefix { $0.hasPrefix("# ") }.map { $0.dropFirst(2) }.joined(separator: "\n")
        let settings = try SpecFixture.parse(SpecFixture.minimal(example)).alerts
        #expect(settings.channels.count >= 3)
        #expect(!settings.terms.routes.isEmpty && !settings.terms.escalation.steps.isEmpty)
        let report = lint(example, executables: ["/usr/bin/logger"])
        // Only secrets that are not on this machine.
        #expect(report.isValid, "\(report.table)")
        #expect(report.warnings.allSatisfy { $0.message.contains("secret") || $0.message.contains("variable") })
    }
}
