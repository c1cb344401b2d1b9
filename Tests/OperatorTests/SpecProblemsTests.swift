import Foundation
import Operator
import Testing

@Suite struct SpecProblemsTests {
    /// Lines added to the four of the shortest spec, so the first is line 5; and what must be said about them.
    @Test(
        arguments: [
            ("stages: {canary: {weight: 0.123456}}", "5: stages.canary.weight: 0.123456 is not a multiple of 0.0001"),
            ("stages:\n  canary:\n    weight: 1.5", "7: stages.canary.weight: 1.5 is not between 0 and 1"),
            ("stages: {canary: {weight: -0.1}}", "5: stages.canary.weight: -0.1 is not between 0 and 1"),
            ("stages: {canary: {weight: 1e-9}}", "5: stages.canary.weight: 1e-9 is not a multiple of 0.0001"),
            (
                "stages: {canary: {weight: 10%}}",
                "5: stages.canary.weight: expected a number from 0 to 1 such as 0.10, found the text \"10%\""
            ),
            (
                "stages: {canary: {weight: 0.6}}",
                "5: stages.canary.weight: weights never fall from stage to stage: limited has 0.5, canary has 0.6"
            ),
            (
                "stages:\n  canary: {weight: 0.1}\n  limited: {weight: 0.05}",
                "7: stages.limited.weight: weights never fall from stage to stage: limited has 0.05, canary has 0.1"
            ),
            (
                "stages: {shadow: {weight: 0.1}}",
                "5: stages.shadow.weight: must be 0: in shadow the candidate is only watched"
            ),
            ("stages: {canary: {}}", "5: stages.canary: the key \"weight\" is missing"),
            (
                "stages: {canary: {wieght: 0.1, weight: 0.1}}",
                "5: stages.canary: unknown key \"wieght\"; did you mean \"weight\"? allowed: weight"
            ),
            (
                "stages: {half: {weight: 0.5}}",
                "5: stages: unknown key \"half\"; allowed: shadow, canary, limited, full"
            ),
            ("stages: 3", "5: stages: expected a mapping with shadow, canary, limited, full; found the number 3"),
            ("stages:", "5: stages: expected a mapping with shadow, canary, limited, full; found nothing"),
            (
                "sink: []",
                "5: unknown key \"sink\"; did you mean \"sinks\"? allowed: id, calendar, feed, baseline, candidate, assignment, "
                    + "stages, baseline_down, signals, engine_limits, outcomes, sinks, sla, latency, budget, promotion, "
                    + "decisions, evidence, harm, no_gain, fall, gates, deadline_sessions, live_limits, triggers, cool_down_sessions, "
                    + "rollback_window_sessions, open_episodes, risk, runbooks, alerts"
            ),
            ("id: u", "5: id: is given again; it stands in line 1 already"),
            ("feed:\n  window: 1\n  window: 2", "7: feed.window: is given again; it stands in line 6 already"),
            ("feed: {window: 0}", "5: feed.window: expected a whole number from 1 to 67108864, found the number 0"),
            ("feed: {window: 1.5}", "5: feed.window: expected a whole number from 1 to 67108864, found the number 1.5"),
            (
                "feed: {window: 1_000}",
                "5: feed.window: expected a whole number from 1 to 67108864, found the text \"1_000\""
            ),
            (
                "feed: {window: \"9\"}",
                "5: feed.window: expected a whole number from 1 to 67108864, found the text \"9\""
            ),
            (
                "feed: {mark_interval: 10}",
                "5: feed.mark_interval: expected a duration with its unit (10s?), found the number 10"
            ),
            (
                "feed: {mark_interval: soon}",
                "5: feed.mark_interval: expected a duration such as 10s, found the text \"soon\""
            ),
            ("feed: {mark_interval: 2h}", "5: feed.mark_interval: 2h is out of range; allowed: 100ms to 1h"),
            ("feed: {files: a.dbn}", "5: feed.files: expected a list of file names, found the text \"a.dbn\""),
            ("feed: {files: []}", "5: feed.files: expected a list of file names, found an empty list"),
            ("feed: {files: [a, {b: c}]}", "5: feed.files[1]: expected a text, found a mapping"),
            (
                "assignment: {block: 7h}",
                "5: assignment.block: 7h does not divide a day into whole seconds"
            ),
            (
                "assignment: {block: 1500ms}", "5: assignment.block: 1500ms does not divide a day into whole seconds"
            ),
            (
                "assignment: {block: 0s}", "5: assignment.block: 0s does not divide a day into whole seconds"
            ),
            (
                "assignment: {block: sesion}",
                "5: assignment.block: expected a duration that divides a day, such as 30m, or session, found the text \"sesion\""
            ),
            (
                "baseline_down: quiet",
                "5: baseline_down: unknown value \"quiet\"; allowed: silent, candidate"
            ),
            (
                "baseline_down: no",
                "5: baseline_down: expected silent or candidate, found the text \"no\"; as a text it needs quotes"
            ),
            ("signals: {max_horizon: 500ms}", "5: signals.max_horizon: 500ms is out of range; allowed: 1s to 24h"),
            ("signals: {max_horizon: 1500ms}", "5: signals.max_horizon: 1500ms is not a whole number of seconds"),
            (
                "engine_limits: {max_memory: 512MB}",
                "5: engine_limits.max_memory: expected a size such as 512MiB (units: B, KiB, MiB, GiB), found the text \"512MB\""
            ),
            (
                "engine_limits: {max_memory: 1KiB}",
                "5: engine_limits.max_memory: 1KiB is out of range; allowed: 16MiB to 1024GiB"
            ),
            (
                "engine_limits: {kill_timeout: 1s}",
                "5: engine_limits.kill_timeout: an engine would be killed after 1s, before it counts as stalled after 2s"
            ),
            (
                "engine_limits: {start_timeout: 99999999999999999999s}",
                "5: engine_limits.start_timeout: expected a duration such as 20s, found the text \"99999999999999999999s\""
            ),
            (
                "outcomes: {latency: 1s}",
                "5: outcomes: unknown key \"latency\"; allowed: assumed_latency, cost_per_side, slippage_ticks"
            ),
            (
                "outcomes: {assumed_latency: 2m}",
                "5: outcomes.assumed_latency: 2m is out of range; allowed: 0s to 1m"
            ),
            ("outcomes: {cost_per_side: -0.01}", "5: outcomes.cost_per_side: \(dollars), found the number -0.01"),
            ("outcomes: {cost_per_side: 1000.01}", "5: outcomes.cost_per_side: \(dollars), found the number 1000.01"),
            (
                "outcomes: {cost_per_side: 0.1234567}",
                "5: outcomes.cost_per_side: \(dollars), found the number 0.1234567"
            ),
            ("outcomes: {cost_per_side: $1}", "5: outcomes.cost_per_side: \(dollars), found the text \"$1\""),
            (
                "outcomes: {slippage_ticks: 0.5}",
                "5: outcomes.slippage_ticks: expected a whole number from 0 to 1000, found the number 0.5"
            ),
            (
                "outcomes: 3",
                "5: outcomes: expected a mapping with assumed_latency, cost_per_side, slippage_ticks; found the number 3"
            ),
            ("sinks: all", "5: sinks: expected a list of sinks ([] for none), found the text \"all\""),
            ("sinks: [{file: a}]", "5: sinks[0]: the key \"name\" is missing"),
            ("sinks: [{name: a}]", "5: sinks[0]: give exactly one of file, stdout, exec"),
            (
                "sinks:\n- {name: a, file: b, stdout: true}",
                "6: sinks[0]: give exactly one of file, stdout, exec; found file and stdout"
            ),
            ("sinks: [{name: a, stdout: false}]", "5: sinks[0].stdout: expected true, found the truth value false"),
            (
                "sinks: [{name: A, stdout: true}]",
                "5: sinks[0].name: expected 1 to 64 of a-z, 0-9, ., _ and -; found \"A\""
            ),
            (
                "sinks:\n- {name: a, stdout: true}\n- {name: a, file: b}",
                "7: sinks[1].name: the name \"a\" is given again; it stands in line 6 already"
            ),
            (
                "sinks:\n- {name: a, file: b}\n- {name: c, file: b}",
                "7: sinks[1].file: two sinks cannot share \"b\"; see line 6"
            ),
            (
                "sinks: [{name: a, file: KILL}]",
                "5: sinks[0].file: \"KILL\" cannot be a sink's file: name a file of its own, without .., and not one of the state folder's"
            ),
            (
                "sinks: [{name: a, exec: ./x}]",
                "5: sinks[0].exec: expected a list: the program and its arguments, found the text \"./x\""
            ),
            ("sinks: [&a {name: a, stdout: true}, *a]", nil),
        ] as [(String, String?)])
    func saysExactlyWhatIsWrong(more: String, expected: String?) {
        let found = SpecFixture.problems(SpecFixture.minimal(more))
        let anchor = "anchors and aliases are not allowed (&a); write the value out"
        #expect(found == (expected.map { [$0] } ?? ["5: sinks[0]: \(anchor)", "5: sinks[1]: \(anchor)"]))
    }

    /// Whole documents.
    @Test(
        arguments: [
            ("", ["1: is empty"]),
            ("# nothing\n", ["1: is empty"]),
            ("---\n", ["1: expected a mapping with \(topKeys); found nothing"]),
            ("- a\n", ["1: expected a mapping with \(topKeys); found a list"]),
            (
                "{}",
                [
                    "1: the key \"baseline\" is missing", "1: the key \"calendar\" is missing",
                    "1: the key \"candidate\" is missing", "1: the key \"id\" is missing",
                ]
            ),
            (SpecFixture.minimal("feed:\n\twindow: 1"), ["6:1: a tab indents this line; YAML wants spaces"]),
            (
                SpecFixture.minimal("sinks: [{name: a, stdout: true}\n\n# later\n"),
                [
                    "5:8: this is no YAML: while parsing a flow sequence that begins in line 5: did not find expected ',' or ']'"
                ]
            ),
            (
                SpecFixture.minimal("feed: \"../a"),
                [
                    "5:7: this is no YAML: while scanning a quoted scalar that begins in line 5: found unexpected end of stream"
                ]
            ),
            (SpecFixture.minimal("sinks: *all"), ["5:8: this is no YAML: found undefined alias"]),
            (
                SpecFixture.minimal("id2: !!str x"),
                [
                    "5: unknown key \"id2\"; did you mean \"id\"? allowed: \(topKeys)",
                    "5: id2: tags are not allowed (tag:yaml.org,2002:str); remove it",
                ]
            ),
            (SpecFixture.minimal("<<: {id: x}"), ["5: merge keys (<<) are not allowed; write the values out"]),
            (SpecFixture.minimal("? [a]\n: b"), ["5: a key must be text"]),
            (
                SpecFixture.minimal + "---\nid: u\n",
                [
                    "5:1: this is no YAML: expected a single document in the stream that begins in line 1: but found another document"
                ]
            ),
            (
                "id: a\u{0}b\nx: \u{202E}y\n",
                [
                    "1:6: the invisible character U+0000 is not allowed here",
                    "2:4: the invisible character U+202E is not allowed here",
                ]
            ),
        ] as [(String, [String])])
    func saysExactlyWhatIsWrongWithADocument(text: String, expected: [String]) {
        #expect(SpecFixture.problems(text) == expected)
    }

    static let dollars = "expected dollars from 0 to 1000, with at most six decimals, such as 0.85"
    static let topKeys =
        "id, calendar, feed, baseline, candidate, assignment, stages, baseline_down, signals, engine_limits, outcomes, sinks, "
        + "sla, latency, budget, promotion, decisions, evidence, harm, no_gain, fall, gates, deadline_sessions, live_limits, "
        + "triggers, cool_down_sessions, rollback_window_sessions, open_episodes, risk, runbooks, alerts"

    @Test func textsThatAreNoUTF8AreRefusedWithTheirLine() {
        #expect(SpecFixture.problems(bytes: Array("id: t\nx: ".utf8) + [0xC3, 0x28, 0x0A]) == ["2: is not UTF-8"])
        #expect(SpecFixture.problems(bytes: [0xFF, 0xFE, 0x69, 0x00]) == ["1: is UTF-16, expected UTF-8"])
        let large = [UInt8](repeating: 0x23, count: 256 * 1024 + 1)
        #expect(SpecFixture.problems(bytes: large) == [" is larger than 262144 bytes"])
    }

    @Test(arguments: [
        ("baseline: {}", "1: baseline: give an engine (ifd-v1, ifd-v3) or a command"),
        ("baseline: {engine: ifd-v1, command: [x]}", "1: baseline: give either engine or command, not both"),
        (
            "baseline: {engine: ifd-v2}",
            "1: baseline.engine: unknown engine \"ifd-v2\"; did you mean \"ifd-v1\"? allowed: ifd-v1, ifd-v3; "
                + "any other program is a command"
        ),
        (
            "baseline: {command: ./x}",
            "1: baseline.command: expected a list: the program and its arguments, found the text \"./x\""
        ),
        (
            "baseline: {command: []}",
            "1: baseline.command: expected a list: the program and its arguments, found an empty list"
        ),
        (
            "baseline: {command: [x, 7]}",
            "1: baseline.command[1]: expected a text, found the number 7; as a text it needs quotes"
        ),
        (
            "baseline: {command: [\"a\\0b\"]}", "1: baseline.command[0]: a text must not hold a zero byte"
        ),
        ("baseline: {engine: ifd-v1, config: no.yaml}", "1: baseline.config: r/no.yaml: no such file"),
        ("baseline: {engine: ifd-v1, config: list.yaml}", "r/list.yaml:1: expected a mapping of the engine's settings"),
        ("baseline: {engine: ifd-v1, config: bad.json}", "r/bad.json:2: this is no JSON: the key \"a\" is given twice"),
        (
            "baseline: {engine: ifd-v1, config: bad.yaml}",
            "r/bad.yaml:2: b.c[1]: \"yes\" means different things to different readers; write true, or \"yes\" in quotes"
        ),
    ])
    func saysExactlyWhatIsWrongWithAnEngine(line: String, expected: String) {
        let files = SpecFixture.files([
            "r/list.yaml": "- 1\n", "r/bad.json": "{\"a\": 1,\n\"a\": 2}", "r/bad.yaml": "a: 1\nb: {c: [1, yes]}\n",
        ])
        let text = line + "\nid: t\ncalendar: 24x7\ncandidate: {engine: ifd-v3}\n"
        #expect(SpecFixture.problems(text, files: files) == [expected])
    }

    @Test(arguments: [
        ("7", "expected 1 to 64 of a-z, 0-9, . and -, found the number 7; as a text it needs quotes"),
        ("A", "expected 1 to 64 of a-z, 0-9, . and -; found \"A\""),
        ("\"\"", "expected 1 to 64 of a-z, 0-9, . and -, found an empty text"),
        (
            String(repeating: "a", count: 65),
            "expected 1 to 64 of a-z, 0-9, . and -; found \"\(String(repeating: "a", count: 60))…\""
        ),
    ])
    func idsAreShortAndPlain(id: String, expected: String) {
        let text = "calendar: 24x7\nid: \(id)\nbaseline: {engine: ifd-v1}\ncandidate: {engine: ifd-v3}\n"
        #expect(SpecFixture.problems(text) == ["2: id: \(expected)"])
    }

    @Test func allProblemsComeAtOnceInTheOrderOfLines() {
        let text = """
            calendar: cme-globex-equities
            baseline: {engine: ifd-v1, confg: x}
            feed:
              window: many
              window: 3
              mark_interval: 1
            candidate:
              command: []
            stages:
              canary: {weight: 2}
              limited: {weight: 0.33333}
            sinks:
              - {name: a, stdout: yes}
              - {name: a, exec: [x]}
            feed: {}
            """
        #expect(
            SpecFixture.problems(text).map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "1: the", "1: calendar:", "2: baseline:", "4: feed.window:", "5: feed.window:",
                "6: feed.mark_interval:",
                "8: candidate.command:", "10: stages.canary.weight:", "11: stages.limited.weight:",
                "13: sinks[0].stdout:",
                "14: sinks[1].name:", "15: feed:",
            ])
    }

    /// Nine levels of nine aliases each would be 387 million values.
    @Test(.timeLimit(.minutes(1))) func anchorBombsAreRefusedUnexpanded() {
        var text = "a: &a [x, x]\n"
        for (name, previous) in zip("bcdefghi", "abcdefgh") {
            let list = [String](repeating: "*\(previous)", count: 9).joined(separator: ", ")
            text += "\(name): &\(name) [\(list)]\n"
        }
        text += "? *i\n: 1\n"
        #expect(SpecFixture.problems(text) == ["1: there are more than 16 aliases (*name); write the values out"])
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["[", "{a: ", "- ", "? ", "a:\n"])
    func deepNestingIsRefused(opening: String) {
        for count in [300, 20_000] { #expect(!SpecFixture.problems(String(repeating: opening, count: count)).isEmpty) }
    }

    @Test func everyRepeatedKeyIsNamed() {
        let text = SpecFixture.minimal(
            "feed: {window: 1, window: 2, \"window\": 3}\nid: u\nsinks: []\nsinks: []\nid: v")
        #expect(
            SpecFixture.problems(text) == [
                "5: feed.window: is given again; it stands in line 5 already",
                "6: id: is given again; it stands in line 1 already",
                "8: sinks: is given again; it stands in line 7 already",
                "9: id: is given again; it stands in line 1 already",
            ])
        let escaped = SpecFixture.problems(SpecFixture.minimal("\"\\uE00010\\uE000id\": u"))
        #expect(escaped.count == 1 && escaped[0].contains("unknown key"))
    }

    @Test func nestingHasALimit() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + "1" + String(repeating: "]", count: levels)
        }
        let text = SpecFixture.minimal.replacingOccurrences(of: "ifd-v1}", with: "ifd-v1, config: c}")
        func problems(_ levels: Int) -> [String] {
            SpecFixture.problems(text, files: SpecFixture.files(["r/c": "a: " + nested(levels)]))
        }
        #expect(problems(15).isEmpty)
        #expect(problems(16) == ["r/c:1: a" + String(repeating: "[0]", count: 16) + ": nested deeper than 16 levels"])
        #expect(problems(2000) == ["r/c:1: nested deeper than 16 levels"])
    }

    @Test func aFolderAMissingFileAndAPipeAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appendingPathComponent("pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for (path, expected) in [
            (folder.path, "is a folder, expected a file"), (folder.path + "/none.yaml", "no such file"),
            (pipe, "is not a regular file"),
        ] {
            let report = Spec.lint(path: path, searchPath: "")
            #expect(report.problems.map(\.description) == ["\(path): \(expected)"])
        }
    }
}
