import Foundation
import Operator
import Rollout
import Testing

/// Specs that are allowed and unwise, and the ones that come with the repository.
@Suite struct DecisionLintTests {
    private func warnings(_ more: String) -> [String] {
        let text = SpecFixture.minimal("sinks: [{name: a, stdout: true}]\n" + more)
        let report = Spec.lint(path: "r/x.yaml", searchPath: "", files: SpecFixture.files(["r/x.yaml": text]))
        #expect(report.isValid, "\(report.table)")
        return report.warnings.map { String($0.description.dropFirst("r/x.yaml:".count)) }
    }

    /// Added from line 6; the warnings.
    @Test(
        arguments: [
            ("decisions: act", []),
            ("decisions: watch", []),
            (
                "decisions: watch\ntriggers: {stale_sessions: 4}",
                ["7: triggers: nothing acts on it while decisions is watch"]
            ),
            (
                "decisions: watch\nlive_limits: {canary: {per_session: 2}}",
                ["7: live_limits: nothing acts on it while decisions is watch"]
            ),
            ("gates: {full: {accuracy: {point: 0.75}}}", []),
            (
                "gates: {full: {accuracy: {point: 0.76}}}",
                [
                    "6: gates.full.accuracy.point: an engine that truly is this accurate shows it half the time, however long it waits"
                ]
            ),
            (
                "gates: {canary: {approvals: 2}, limited: {approvals: 1}, full: {approvals: 2}}",
                ["6: gates.limited.approvals: asks for fewer persons than a stage with less of the units"]
            ),
            ("gates: {canary: {approvals: 1}, limited: {approvals: 1}, full: {approvals: 2}}", []),
            (
                "gates: {full: {better: {alpha: 0.2}}}",
                ["6: gates.full.better.alpha: wants less proof than a stage with less of the units"]
            ),
            (
                "live_limits: {full: {loss_r_stage: off}}",
                ["6: live_limits.full.loss_r_stage: nothing bounds what the candidate may lose in full"]
            ),
            (
                "live_limits: {full: {loss_r_session: 25}}",
                ["6: live_limits.full.loss_r_session: is above loss_r_stage, which acts before it"]
            ),
            (
                "triggers: {actions: {session-loss: hold}}",
                ["6: triggers.actions.session-loss: is milder than unroute, which bounds the damage"]
            ),
            ("triggers: {actions: {session-loss: rollback, data: rollback}}", []),
            (
                "risk: {capital: 1000, daily_loss: 1000, drawdown: 999.99}",
                ["6: risk.daily_loss: is not below the capital: it never binds"]
            ),
            (
                "stages: {canary: {weight: 0}, limited: {weight: 0}, full: {weight: 0}}",
                ["6: stages: every weight is 0: the candidate stays in shadow whatever a gate says"]
            ),
            ("decisions: watch\nstages: {canary: {weight: 0}, limited: {weight: 0}, full: {weight: 0}}", []),
        ] as [(String, [String])])
    func warnsOfWhatIsUnwise(more: String, expected: [String]) {
        #expect(warnings(more) == expected)
    }

    /// With the largest gain in each of n sessions E is the mean of (1 + c)^n over c = .05, .15, … .95: 1.5, 2.33, 3.74,
    /// 6.13, 10.19, 17.12, so alpha .05 (E of 20) takes 7 sessions, alpha .10 takes 5.
    @Test(arguments: [(2, 1, 4, true), (2, 2, 3, false), (1, 1, 5, false), (1, 1, 4, true)])
    func warnsOfAGateThatNothingPassesInTime(shadow: Int, canary: Int, limited: Int, warns: Bool) {
        let text = """
            gates: {canary: off, limited: off, full: {sessions: 1, better: {alpha: 0.05}, quality: off}}
            deadline_sessions: {shadow: \(shadow), canary: \(canary), limited: \(limited)}
            """
        let count = shadow + canary + limited
        let expected =
            count < 7
            ? [
                "6: gates.full.better: not even the largest gain in each of the \(count) observations before the deadline would prove it"
            ] : []
        #expect(warnings(text) == expected)
    }

    @Test func withoutADeadlineThereIsTime() {
        let text = """
            gates: {canary: off, limited: off, full: {sessions: 1, quality: off}}
            deadline_sessions: {shadow: 1, canary: off, limited: 1}
            """
        #expect(warnings(text) == [])
    }

    /// An engine beside itself is a mistake, unless somebody watches it on purpose.
    @Test func watchingAnEngineBesideItselfIsOnPurpose() {
        let text = SpecFixture.minimal.replacingOccurrences(of: "ifd-v3", with: "ifd-v1")
        for (mode, warns) in [("act", true), ("watch", false)] {
            let spec = text + "decisions: \(mode)\n"
            let report = Spec.lint(path: "r/x.yaml", searchPath: "", files: SpecFixture.files(["r/x.yaml": spec]))
            #expect(report.warnings.contains { $0.message.contains("nothing is on trial") } == warns)
        }
    }

    // MARK: - The profiles

    private func profile(_ name: String) throws -> Spec {
        let folder = SpecTemplateTests.repository.appendingPathComponent("rollout/profiles")
        return try Spec.load(path: folder.appendingPathComponent(name + ".yaml").path)
    }

    @Test(arguments: ["shadow-only", "production", "conservative", "paper", "aa"])
    func everyProfileIsASpecOfItsOwn(name: String) throws {
        let spec = try profile(name)
        #expect(spec.plan.id != "ifd-v3")
        #expect(spec.baseline.configuration != nil && spec.candidate.configuration != nil)
        #expect(spec.sinks.allSatisfy { if case .file = $0.kind { true } else { false } })
    }

    @Test func shadowOnlyStaysInShadow() throws {
        let spec = try profile("shadow-only")
        for stage in Stage.allCases { #expect(spec.plan.weight(in: stage) == .zero) }
        #expect(spec.decisions.mode == .watch)
        #expect(spec.decisions.deadlineSessions[.shadow] == nil)
    }

    @Test func conservativeWantsMoreAndAllowsLess() throws {
        let terms = try profile("conservative").decisions
        let usual = DecisionTerms()
        for stage in Stage.allCases.dropFirst() {
            let gate = try #require(terms.gates[stage])
            let standard = try #require(usual.gates[stage])
            #expect(gate.sessions > standard.sessions)
            #expect(gate.promotion == .manual && gate.approvals > 0)
            if let alpha = standard.betterAlpha { #expect(try #require(gate.betterAlpha) < alpha) }
            if let notWorse = standard.notWorse { #expect(try #require(gate.notWorse).alpha < notWorse.alpha) }
            let limits = try #require(terms.liveLimits[stage])
            let loose = try #require(usual.liveLimits[stage])
            #expect(try #require(limits.lossRStage) < (try #require(loose.lossRStage)))
        }
        #expect(terms.gates[.full]?.approvals == 2)
    }

    @Test func paperIsQuickAndStillBounded() throws {
        let terms = try profile("paper").decisions
        #expect(terms.gates.values.map(\.sessions).reduce(0, +) < 10)
        #expect(terms.mode == .act)
        #expect(terms.liveLimits == LiveLimits.standard)
    }

    @Test func aaWatchesEqualEnginesWithoutAGate() throws {
        let spec = try profile("aa")
        #expect(
            spec.baseline.kind == spec.candidate.kind && spec.baseline.configuration == spec.candidate.configuration)
        #expect(spec.decisions.mode == .watch)
        #expect(spec.decisions.gates.isEmpty && spec.decisions.noGain == nil && spec.decisions.deadlineSessions.isEmpty)
    }
}
