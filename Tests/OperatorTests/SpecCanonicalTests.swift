import Foundation
import Operator
import Testing

@Suite struct SpecCanonicalTests {
    /// Written by hand from the table of defaults.
    @Test func theCanonicalFormHasEveryDefaultAndSortedKeys() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal("sinks: [{name: s, stdout: true}]"))
        #expect(
            spec.canonicalJSON
                == #"{"assignment":{"block":"30m"},"baseline":{"engine":"ifd-v1"},"baseline_down":"silent","#
                + #""budget":{"aim":150,"approval":10,"cost_per_signal":5,"day":50,"fixed":{},"month":200,"prices":{},"#
                + #""provider":"databento","reserve":3,"slice":0.25},"calendar":"24x7","#
                + #""candidate":{"engine":"ifd-v3"},"engine_limits":{"drain_timeout":"5s","hang_timeout":"1m","#
                + #""kill_timeout":"3s","max_lag":"5s","max_memory":536870912,"stall_timeout":"2s","start_timeout":"20s"},"#
                + #""feed":{"files":[],"mark_interval":"10s","window":262144},"id":"t","#
                + #""latency":{"critical":"150ms","objective":0.99,"severe":"300ms","target":"100ms","warning":"80ms"},"#
                + #""outcomes":{"assumed_latency":"100ms","cost_per_side":"0.85","slippage_ticks":1},"#
                + #""promotion":{"around_close":"30m","around_open":"30m","blackout":[],"only_while_open":false},"#
                + #""signals":{"max_horizon":"2h","max_signal_age":"5s"},"sinks":[{"name":"s","stdout":true}],"sla":{"target":0.999},"#
                + #""stages":{"canary":{"weight":"0.1"},"full":{"weight":"1"},"limited":{"weight":"0.5"},"shadow":{"weight":"0"}}}"#
        )
    }

    /// `printf` of the text with that plan, `| sha256sum`.
    @Test func thePlanHashIsTheDigestOfThePlan() throws {
        #expect(
            try SpecFixture.parse(SpecFixture.minimal).planHash
                == "e416d3b747433ad527b22ff1ac9ef466bff4f96715b90ea872b45aaebb48ac6a")
    }

    static let rich = """
        id: t
        calendar: 24x7
        baseline: {engine: ifd-v1, config: a.yaml}
        candidate: {command: [./x], config: b.yaml}
        stages: {canary: {weight: 0.10}}
        feed: {files: [a.dbn], mark_interval: 10s, window: 1000}
        sinks: [{name: s, stdout: true}]

        """
    static let configurations = ["r/a.yaml": "n: 1\nm: {k: 2.0}\n", "r/b.yaml": "n: 1\n"]

    /// (what to replace, by what, the keys that differ, whether the plan hash differs)
    @Test(
        arguments: [
            ("id: t", "id: u", ["id"], true),
            ("24x7", "us-equity-rth", ["calendar"], true),
            ("0.10", "0.2", ["stages.canary.weight"], true),
            ("0.10", "0.1000", [], false),
            ("10s", "10000ms", [], false),
            ("10s", "5s", ["feed.mark_interval"], true),
            ("engine: ifd-v1", "engine: ifd-v3", ["baseline.engine"], true),
            ("engine: ifd-v1", "command: [ifd-v1]", ["baseline.command", "baseline.engine"], true),
            ("[./x]", "[./x, -v]", ["candidate.command"], true),
            (", config: b.yaml", "", ["candidate.config"], true),
            ("config: b.yaml", "config: a.yaml", ["candidate.config.m"], true),
            ("config: a.yaml", "config: ./a.yaml", [], false),
            ("window: 1000", "window: 1001", [], false),
            ("a.dbn", "b.dbn", [], false),
            ("sinks: [{name: s, stdout: true}]", "", [], false),
            ("feed:", "engine_limits: {max_lag: 1s}\nfeed:", [], false),
            ("feed:", "signals: {max_horizon: 1h}\nfeed:", ["signals.max_horizon"], true),
            ("feed:", "signals: {max_signal_age: 1s}\nfeed:", ["signals.max_signal_age"], false),
            ("feed:", "baseline_down: candidate\nfeed:", ["baseline_down"], true),
            ("feed:", "assignment: {block: 1h}\nfeed:", ["assignment.block"], true),
            ("feed:", "outcomes: {assumed_latency: 200ms}\nfeed:", ["outcomes.assumed_latency"], true),
            ("feed:", "outcomes: {cost_per_side: 1.1}\nfeed:", ["outcomes.cost_per_side"], true),
            ("feed:", "outcomes: {slippage_ticks: 2}\nfeed:", ["outcomes.slippage_ticks"], true),
            (
                "feed:", "outcomes: {assumed_latency: 100000us, cost_per_side: 0.850, slippage_ticks: 1}\nfeed:", [],
                false
            ),
        ] as [(String, String, [String], Bool)])
    func aStateFolderIsKeptFromAnotherPlan(old: String, new: String, keys: [String], hashDiffers: Bool) throws {
        let files = SpecFixture.files(Self.configurations)
            .reading("r/./a.yaml", as: "m: {\"k\": 2}   # same\nn: 1.0\n")
        let stored = try SpecFixture.parse(Self.rich, files: files)
        let spec = try SpecFixture.parse(Self.rich.replacingOccurrences(of: old, with: new), files: files)
        #expect(spec.differences(from: stored.canonicalJSON) == keys)
        #expect((spec.planHash != stored.planHash) == hashDiffers)
    }

    @Test func aStoredSpecThatCannotBeReadIsNoMatch() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal)
        #expect(spec.differences(from: spec.canonicalJSON).isEmpty)
        #expect(spec.differences(from: "{").count == 1)
        #expect(spec.differences(from: "[]").count == 1)
        #expect(spec.differences(from: "{}").contains("id"))
    }
}

extension SpecFiles {
    fileprivate func reading(_ path: String, as text: String) -> SpecFiles {
        var files = self
        let read = read
        files.read = { $0 == path ? .success(Array(text.utf8)) : read($0) }
        return files
    }
}
