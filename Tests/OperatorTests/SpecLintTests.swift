import Foundation
import MarketData
import Operator
import Testing

@Suite struct SpecLintTests {
    private func lint(
        _ text: String, _ contents: [String: String] = [:], executables: Set<String> = []
    ) -> LintReport {
        var contents = contents
        contents["r/x.yaml"] = text
        return Spec.lint(
            path: "r/x.yaml", searchPath: "/bin::/usr/bin",
            files: SpecFixture.files(contents, executables: executables))
    }

    /// Added to the shortest spec from line 5; the warnings besides the one on missing sinks.
    @Test(arguments: [
        ("", ["1: sinks: there are none: live signals are journaled and go nowhere"]),
        ("sinks: []", ["5: sinks: there are none: live signals are journaled and go nowhere"]),
        (
            "sinks: [{name: a, stdout: true}, {name: b, stdout: true}]",
            ["5: sinks: more than one sink writes to standard output: each signal appears more than once"]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nstages: {canary: {weight: 0.5}}",
            ["6: stages.limited.weight: is 0.5 as in canary: the promotion changes nothing"]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nstages: {canary: {weight: 0}, full: {weight: 0.9}}",
            [
                "6: stages.canary.weight: is 0: canary is another shadow",
                "6: stages.full.weight: is 0.9: the rollout ends with both engines live",
            ]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nassignment: {block: session}",
            ["6: assignment.block: the calendar 24x7 has no sessions; a unit is a UTC day"]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nbaseline_down: candidate",
            [
                "6: baseline_down: in limited and full the candidate takes the baseline's units while the baseline is down"
            ]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nfeed:\n  files: [none.dbn]",
            ["7: feed.files[0]: r/none.dbn: no such file yet"]
        ),
        (
            "sinks: [{name: a, stdout: true}]\nsignals: {max_horizon: 1s}",
            [
                "6: signals.max_signal_age: is longer than max_horizon: after a restart signals past their end can go live"
            ]
        ),
    ])
    func warnsOfSurprises(more: String, warnings: [String]) {
        let report = lint(SpecFixture.minimal(more))
        #expect(report.isValid)
        #expect(report.warnings.map(\.description) == warnings.map { "r/x.yaml:" + $0 })
    }

    @Test func twoEqualEnginesAreNoTrial() {
        let text =
            "id: t\ncalendar: 24x7\nbaseline: {engine: metronome}\ncandidate: {engine: metronome}\nsinks: [{name: a, stdout: true}]\n"
        #expect(
            lint(text).warnings.map(\.description) == [
                "r/x.yaml:3: baseline.engine: metronome is a test engine; its signals mean nothing",
                "r/x.yaml:4: candidate: is the same engine with the same configuration as the baseline: nothing is on trial",
                "r/x.yaml:4: candidate.engine: metronome is a test engine; its signals mean nothing",
            ])
    }

    static let programs = """
        id: t
        calendar: 24x7
        baseline:
          command: [./engine, --flag]
        candidate:
          command: [python3, engine.py]
        sinks:
          - {name: a, exec: [../deliver.sh]}
          - {name: b, exec: [nowhere]}
          - {name: c, exec: [/opt/x]}
        """

    /// `NQ.OPT` alone does not bring the future that outcomes are in.
    @Test(arguments: [
        (["NQ.OPT"], ["ES.FUT"], true), (["NQ.OPT"], ["NQ.FUT"], false), (["NQ.OPT", "NQ.FUT"], [], false),
        (["NQ.FUT"], [], false), ([], [], false),
    ])
    func warnsOfOptionsWithoutTheirFuture(first: [String], second: [String], warns: Bool) {
        func header(_ symbols: [String]) -> Metadata {
            var metadata = Metadata(dataset: "GLBX.MDP3", schema: 0, start: 0, stypeIn: 4, stypeOut: 0)
            metadata.symbols = symbols
            return metadata
        }
        let text = SpecFixture.minimal("sinks: [{name: a, stdout: true}]\nfeed:\n  files: [a.dbn, b.dbn]")
        var files = SpecFixture.files(["r/x.yaml": text, "r/a.dbn": "", "r/b.dbn": ""])
        let headers = ["r/a.dbn": header(first), "r/b.dbn": header(second)]
        files.metadata = { headers[$0] }
        let report = Spec.lint(path: "r/x.yaml", searchPath: "", files: files)
        let expected =
            "r/x.yaml:7: feed.files[0]: has NQ.OPT but no file has NQ.FUT: without the underlying no signal has an outcome"
        #expect(report.warnings.map(\.description) == (warns ? [expected] : []))
    }

    @Test func missingProgramsAreNamedWithTheirLines() {
        let report = lint(
            Self.programs, ["r/../deliver.sh": "", "/bin/nowhere": ""], executables: ["/usr/bin/python3"])
        #expect(
            report.problems.map(\.description) == [
                "r/x.yaml:4: baseline.command: r/./engine: no such file",
                "r/x.yaml:8: sinks[0].exec: r/../deliver.sh is not an executable file (chmod +x?)",
                "r/x.yaml:9: sinks[1].exec: /bin/nowhere is not an executable file (chmod +x?)",
                "r/x.yaml:10: sinks[2].exec: /opt/x: no such file",
            ])
        let found = lint(
            Self.programs,
            executables: ["r/./engine", "/bin/python3", "r/../deliver.sh", "/usr/bin/nowhere", "/opt/x"])
        #expect(found.isValid)
        #expect(lint(Self.programs).problems.contains { $0.message == "\"python3\" is not on the PATH" })
    }

    @Test func programsAreLookedUpLikeAShellDoes() throws {
        let files = SpecFixture.files(["/a/x": ""], executables: ["/b/x", "/c/x"])
        let spec = try SpecFixture.parse(SpecFixture.minimal)
        #expect(spec.executable("x", searchPath: "/a:/b/:/c", files: files) == .found("/b/x"))
        #expect(spec.executable("x", searchPath: "/a", files: files) == .notExecutable("/a/x"))
        #expect(spec.executable("y", searchPath: "/a", files: files) == .missing(["/a/y"]))
        #expect(spec.executable("./x", searchPath: "/b", files: files) == .missing(["r/./x"]))
        #expect(spec.executable("/c/x", searchPath: "", files: files) == .found("/c/x"))
    }

    @Test func configurationsMustFitTheSpec() {
        let text = """
            id: t
            calendar: 24x7
            baseline: {engine: ifd-v1, config: a.yaml}
            candidate: {command: [/x], config: a.yaml}
            signals: {max_horizon: 10m}
            sinks: [{name: s, stdout: true}]
            """
        var contents = ["r/a.yaml": "horizon_s: 601\ncalendar: us-equity-rth\n", "r/x.yaml": text]
        let tooLong = "horizon_s 601 is longer than signals.max_horizon (10m): every signal would be refused"
        let calendar = "the engine's calendar is \"us-equity-rth\", the spec's is \"24x7\""
        let report = lint(text, contents, executables: ["/x"])
        #expect(report.problems.map(\.description) == ["r/x.yaml:3: baseline.config: \(tooLong)"])
        #expect(
            report.warnings.map(\.description) == [
                "r/x.yaml:3: baseline.config: \(calendar)", "r/x.yaml:4: candidate.config: \(tooLong)",
                "r/x.yaml:4: candidate.config: \(calendar)",
            ])
        contents["r/a.yaml"] = "horizon_s: 600\n"
        let checked = Spec.lint(
            path: "r/x.yaml", searchPath: "", files: SpecFixture.files(contents, executables: ["/x"]),
            configurationProblems: { $0.kind == .builtIn("ifd-v1") ? ["min_volume is missing"] : [] })
        #expect(checked.problems.map(\.description) == ["r/x.yaml:3: baseline.config: min_volume is missing"])
    }

    @Test func theReportIsATableAndJSON() throws {
        let good = lint(SpecFixture.minimal)
        let hash = try SpecFixture.parse(SpecFixture.minimal).planHash
        #expect(
            good.table == """
                r/x.yaml: valid, 0 problems, 1 warning, plan \(hash.prefix(12))
                warning  r/x.yaml:1: sinks: there are none: live signals are journaled and go nowhere

                """)
        let bad = lint("id: t\n- x")
        #expect(
            bad.table.hasPrefix("r/x.yaml: invalid, 1 problem, 0 warnings\nerror    r/x.yaml:2:1: this is no YAML: "))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bad.json.utf8)) as? [String: Any])
        #expect(object["valid"] as? Bool == false)
        #expect(object["plan_hash"] is NSNull)
        let problem = try #require((object["problems"] as? [[String: Any]])?.first)
        #expect(problem["line"] as? Int == 2)
        #expect(problem["column"] as? Int == 1)
        #expect((problem["message"] as? String)?.hasPrefix("this is no YAML") == true)
    }
}
