import MarketData
import Operator
import Rollout
import Signals
import Testing

@Suite struct SpecParsingTests {
    /// The defaults are those of design.md, sections 4 and 5, and of the issue.
    @Test func everythingButFourKeysHasADefault() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal)
        #expect(spec.plan.id == "t")
        #expect(spec.plan.calendar.name == "24x7")
        #expect(spec.plan.block == .seconds(1800))
        #expect(Stage.allCases.map { spec.plan.weight(in: $0).tenThousandths } == [0, 1000, 5000, 10_000])
        #expect(spec.plan.baselineDown == .silent)
        #expect(spec.feed.files.isEmpty)
        #expect(spec.feed.markInterval == .seconds(10))
        #expect(spec.feed.window == 262_144)
        #expect(spec.engine(.baseline).kind == .builtIn("ifd-v1"))
        #expect(spec.engine(.candidate).kind == .builtIn("ifd-v3"))
        #expect(spec.baseline.configuration == nil)
        #expect(spec.maxHorizon == .seconds(7200))
        #expect(spec.maxSignalAge == .seconds(5))
        #expect(spec.limits.startTimeout == .seconds(20))
        #expect(spec.limits.stallTimeout == .seconds(2))
        #expect(spec.limits.killTimeout == .seconds(3))
        #expect(spec.limits.maxLag == .seconds(5))
        #expect(spec.limits.maxMemoryBytes == 536_870_912)
        #expect(spec.limits.drainTimeout == .seconds(5))
        #expect(spec.limits.hangTimeout == .seconds(60))
        #expect(spec.outcomes == OutcomeTerms())
        #expect(spec.outcomes.assumedLatency == 100_000_000)
        #expect(spec.outcomes.costPerSideMicros == 850_000)
        #expect(spec.outcomes.slippageTicks == 1)
        #expect(spec.sinks.isEmpty)
    }

    @Test func everyKeyIsRead() throws {
        let files = SpecFixture.files([
            "r/e/c.yaml": "b: [1, 2.50]\na: true\n", "/etc/d.json": #"{"z": "\ud83d\ude00", "y": 1e3}"#,
        ])
        let spec = try SpecFixture.parse(
            """
            id: "7.a-b"
            calendar: us-equity-rth
            feed: {files: [../d.dbn, /abs/e.dbn], mark_interval: 1500ms, window: 1000}
            baseline: {command: [python3, "engine.py", '7'], config: e/c.yaml}
            candidate: {engine: metronome, config: /etc/d.json}
            assignment: {block: session}
            stages: {shadow: {weight: 0}, canary: {weight: 0.0001}, limited: {weight: 1e-1}, full: {weight: 0.9999}}
            baseline_down: candidate
            signals: {max_horizon: 90m, max_signal_age: 250ms}
            engine_limits:
              {start_timeout: 1s, stall_timeout: 1m, kill_timeout: 1h, max_lag: 20ms, max_memory: 1GiB, drain_timeout: 7s, hang_timeout: 8s}
            outcomes: {assumed_latency: 250us, cost_per_side: 2.345678, slippage_ticks: 0}
            sinks:
              - {name: a_1, file: out/x.ndjson}
              - name: b
                stdout: true
              - {name: c, exec: [./deliver.sh, --fast]}
            """, files: files)
        #expect(spec.plan.id == "7.a-b")
        #expect(spec.plan.block == .session)
        #expect(spec.feed.files.map(\.text) == ["../d.dbn", "/abs/e.dbn"])
        #expect(spec.feed.files.map(\.resolved) == ["r/../d.dbn", "/abs/e.dbn"])
        #expect(spec.feed.markInterval == .milliseconds(1500))
        #expect(spec.feed.window == 1000)
        #expect(spec.baseline.kind == .command(["python3", "engine.py", "7"]))
        #expect(spec.baseline.configuration.map { String(decoding: $0, as: UTF8.self) } == #"{"a":true,"b":[1,2.5]}"#)
        #expect(spec.baseline.configurationPath?.resolved == "r/e/c.yaml")
        #expect(spec.candidate.configuration.map { String(decoding: $0, as: UTF8.self) } == #"{"y":1000,"z":"😀"}"#)
        #expect(Stage.allCases.map { spec.plan.weight(in: $0).tenThousandths } == [0, 1, 1000, 9999])
        #expect(spec.plan.baselineDown == .candidate)
        #expect(spec.maxHorizon == .seconds(5400))
        #expect(spec.maxSignalAge == .milliseconds(250))
        #expect(spec.limits.maxMemoryBytes == 1 << 30)
        #expect(spec.limits.maxLag == .milliseconds(20))
        #expect(spec.limits.killTimeout == .seconds(3600))
        #expect(
            spec.outcomes == OutcomeTerms(assumedLatency: 250_000, costPerSideMicros: 2_345_678, slippageTicks: 0))
        #expect(
            spec.sinks == [
                SinkSpec(name: "a_1", kind: .file("out/x.ndjson")), SinkSpec(name: "b", kind: .standardOutput),
                SinkSpec(name: "c", kind: .executable(["./deliver.sh", "--fast"])),
            ])
    }

    /// YAML 1.2's core schema; what YAML 1.1 or JSON would read otherwise must be written plainly.
    @Test func configurationsBecomeOneJSON() throws {
        let yaml = """
            # a comment
            z: {b: 0.10, a: -0, c: 1E2, d: 1e-30, e: 12345678901234567890123.450}
            text: plain words
            time: "09:30"
            nothing: ~
            more:
            - null
            - "10"
            - |
              two
              lines

            """
        let spec = try SpecFixture.parse(
            "id: t\ncalendar: 24x7\nbaseline: {engine: ifd-v1, config: c}\ncandidate: {engine: ifd-v3}",
            files: SpecFixture.files(["r/c": yaml]))
        #expect(
            spec.baseline.configuration.map { String(decoding: $0, as: UTF8.self) }
                == #"{"more":[null,"10","two\nlines\n"],"nothing":null,"text":"plain words","time":"09:30","#
                + #""z":{"a":0,"b":0.1,"c":100,"d":1e-30,"e":12345678901234567890123.45}}"#)
    }

    @Test func windowsLineEndsAndAByteOrderMarkAreFine() throws {
        let text = "\u{FEFF}" + SpecFixture.minimal.split(separator: "\n").joined(separator: "\r\n")
        #expect(SpecFixture.problems(text).isEmpty)
    }

    @Test func jsonIsYAML() throws {
        let text =
            #"{"id":"t","calendar":"24x7","baseline":{"engine":"ifd-v1"},"candidate":{"engine":"ifd-v3"},"stages":{"canary":{"weight":0.2}}}"#
        #expect(try SpecFixture.parse(text).plan.weight(in: .canary).tenThousandths == 2000)
    }
}
