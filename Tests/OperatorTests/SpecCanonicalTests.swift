import Foundation
import Operator
import Testing

@Suite struct SpecCanonicalTests {
    /// Written by hand from the table of defaults.
    @Test func theCanonicalFormHasEveryDefaultAndSortedKeys() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal("sinks: [{name: s, stdout: true}]"))
        #expect(
            spec.canonicalJSON
                == #"{"alerts":{"channels":{},"digest":{"every":"1h"},"escalation":{"from":"critical","steps":[]},"last_resort":[],"#
                + #""limits":{},"routes":[],"silences":{"longest":"8h"}},"assignment":{"block":"30m"},"baseline":{"engine":"ifd-v1"},"baseline_down":"silent","#
                + #""budget":{"aim":150,"approval":10,"cost_per_signal":5,"day":50,"fixed":{},"month":200,"prices":{},"#
                + #""provider":"databento","reserve":3,"slice":0.25},"calendar":"24x7","#
                + #""candidate":{"engine":"ifd-v3"},"#
                + #""cool_down_sessions":5,"deadline_sessions":{"canary":60,"limited":60,"shadow":60},"decisions":"act","#
                + #""engine_limits":{"drain_timeout":"5s","hang_timeout":"1m","#
                + #""kill_timeout":"3s","max_lag":"5s","max_memory":536870912,"stall_timeout":"2s","start_timeout":"20s"},"#
                + #""evidence":{"account":{"at_once":3,"entries":10},"clip_r":8,"horizon_sessions":120,"label_deadline_sessions":2,"#
                + #""quality_clip_r":1.5,"score":"account","signal_clip_r":[-1.5,3],"unit":"session","unit_sessions":1},"#
                + #""fall":{"arl_sessions":250,"reference":0.5,"stages":["limited","full"]},"#
                + #""feed":{"files":[],"mark_interval":"10s","window":262144},"#
                + #""gates":{"canary":{"accuracy":"off","approval_sessions":5,"approvals":0,"better":"off","#
                + #""measures":["cost","errors","latency","uptime"],"not_worse":{"alpha":0.2,"margin_r":1},"promotion":"automatic","quality":"off","resolved_signals":20,"#
                + #""sessions":5,"stage_mean_r":"off"},"full":{"accuracy":{"alpha":0.1,"bound":0.6,"point":0.7},"approval_sessions":5,"#
                + #""approvals":0,"better":{"alpha":0.05},"#
                + #""measures":["cost","errors","latency","uptime"],"not_worse":"off","promotion":"automatic","#
                + #""quality":{"alpha":0.1,"not_worse_r":0.25},"resolved_signals":"off","sessions":10,"stage_mean_r":">= 0"},"#
                + #""limited":{"accuracy":"off","approval_sessions":5,"approvals":0,"better":{"alpha":0.1},"#
                + #""measures":["cost","errors","latency","uptime"],"not_worse":"off","#
                + #""promotion":"automatic","quality":"off","resolved_signals":"off","sessions":5,"stage_mean_r":">= 0"}},"#
                + #""harm":{"alpha":0.025,"parts":{"account":{"tolerance_r":0,"weight":0.8},"quality":{"tolerance_r":0.1,"weight":0.2}}},"#
                + #""id":"t","#
                + #""latency":{"critical":"150ms","objective":0.99,"severe":"300ms","target":"100ms","warning":"80ms"},"#
                + #""live_limits":{"canary":{"loss_r_session":3,"loss_r_stage":6,"per_session":3},"#
                + #""full":{"loss_r_session":3,"loss_r_stage":24,"per_session":"off"},"#
                + #""limited":{"loss_r_session":3,"loss_r_stage":12,"per_session":8}},"#
                + #""no_gain":{"alpha":0.05,"gain_r":1,"stages":["shadow","canary","limited"]},"open_episodes":{"drain":"30m","policy":"hand-over"},"#
                + #""outcomes":{"assumed_latency":"100ms","cost_per_side":"0.85","slippage_ticks":1},"#
                + #""promotion":{"around_close":"30m","around_open":"30m","blackout":[],"only_while_open":false},"#
                + #""risk":"off","rollback_window_sessions":20,"runbooks":{},"#
                + #""signals":{"max_horizon":"2h","max_signal_age":"5s"},"sinks":[{"name":"s","stdout":true}],"sla":{"target":0.999},"#
                + #""stages":{"canary":{"weight":"0.1"},"full":{"weight":"1"},"limited":{"weight":"0.5"},"shadow":{"weight":"0"}},"#
                + #""triggers":{"actions":{"assignment":"rollback","both-down":"hold","budget":"hold","burst":"unroute","cost":"hold","data":"alert","#
                + #""error-budget":"hold","errors":"hold","fall":"demote","harm":"rollback","latency":"rollback","latency-drift":"alert","#
                + #""no-gain":"rollback","opposite":"hold","quarantined":"rollback","repeated-burst":"rollback","session-loss":"unroute","share":"hold","side":"rollback","#
                + #""stage-loss":"demote","stale":"hold","unhealthy":"rollback","uptime":"alert"},"#
                + #""burst":{"half_hour":8,"minute":5,"session":30},"error_share":0.001,"latency_drift":5,"opposite":{"at_least":6,"of":10},"#
                + #""price_band":0.02,"share_alpha":0.001,"side_per_session":3,"slow_share":0.05,"stale_sessions":3,"unhealthy_after":"5m"}}"#
        )
    }

    /// `printf` of the text with that plan, `| sha256sum`.
    @Test func thePlanHashIsTheDigestOfThePlan() throws {
        #expect(
            try SpecFixture.parse(SpecFixture.minimal).planHash
                == "4898b4c424d333fe607c9d1b4017c01d9125d791ca2f6d66d237a7c4f31eed72")
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
