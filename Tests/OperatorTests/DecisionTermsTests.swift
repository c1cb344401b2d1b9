import Rollout
import Testing

@testable import Operator

/// The sections of a spec by which a rollout decides.
@Suite struct DecisionTermsTests {
    /// `decision-statistics.md`, section 4, to the letter.
    static let reference = #"""
        evidence: {unit: session, score: account, account: {entries: 10, at_once: 3}, signal_clip_r: [-1.5, 3.0], clip_r: 8.0, margin_r: 1.0, label_deadline_sessions: 2, horizon_sessions: 120}
        harm:    {alpha: 0.025, parts: {account: {weight: 0.8, tolerance_r: 0.0}, quality: {weight: 0.2, tolerance_r: 0.10}}}      # -> rollback to baseline, version closed
        no_gain: {gain_r: 1.0, alpha: 0.05, stages: [shadow, canary, limited]}                                                     # -> closed, status failed, reason no-gain
        fall:    {arl_sessions: 250, reference: 0.5, stages: [limited, full]}                                                      # -> one demotion to canary; the second holds for approval
        gates:                                            # sessions = observed sessions in the stage; all must pass on current evidence at a session's commit
          canary:  {sessions: 5,  resolved_signals: 20, not_worse: {margin_r: 1.0, alpha: 0.20}}
          limited: {sessions: 5,  better: {alpha: 0.10}, stage_mean_r: ">= 0"}
          full:    {sessions: 10, better: {alpha: 0.05}, stage_mean_r: ">= 0", accuracy: {point: 0.70, bound: 0.60, alpha: 0.10}, quality: {not_worse_r: 0.25, alpha: 0.10}}
        deadline_sessions: {shadow: 60, canary: 60, limited: 60}   # then held, inconclusive; a person decides
        live_limits:                                      # of the candidate's live signals; R realised
          canary:  {per_session: 3, loss_r_session: 3, loss_r_stage: 6}
          limited: {per_session: 8, loss_r_session: 3, loss_r_stage: 12}
          full:    {loss_r_session: 3, loss_r_stage: 24}
        """#

    @Test func theReferenceTextSaysTheDefaults() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal(Self.reference))
        #expect(spec.decisions == DecisionTerms())
        #expect(spec.outcomes == OutcomeTerms())
        let bare = try SpecFixture.parse(SpecFixture.minimal)
        #expect(bare.decisions == DecisionTerms())
        #expect(spec.canonicalJSON == bare.canonicalJSON)
    }

    static let other = #"""
        decisions: watch
        evidence:
          unit: session
          unit_sessions: 2
          score: per-signal
          account: {entries: 12, at_once: 4}
          signal_clip_r: [-2, 2.5]
          clip_r: 6.5
          quality_clip_r: 1.25
          margin_r: 0.75
          label_deadline_sessions: 3
          horizon_sessions: 90
        harm: {alpha: 0.01, parts: {account: {weight: 0.7, tolerance_r: 0.2}, quality: {weight: 0.3, tolerance_r: 0.05}}}
        no_gain: {gain_r: 0.5, alpha: 0.1, stages: [canary]}
        fall: {arl_sessions: 300.5, reference: 0.4, stages: [full]}
        gates:
          canary: {sessions: 6, resolved_signals: 30, better: {alpha: 0.3}, promotion: manual, approvals: 2, approval_sessions: 7}
          limited: off
          full: {sessions: 11, not_worse: {alpha: 0.15}, better: off, stage_mean_r: ">= -0.25", accuracy: off, quality: {not_worse_r: 0.125}}
        deadline_sessions: {shadow: 50, canary: off, limited: 70}
        live_limits:
          canary: {per_session: 2, loss_r_session: 2.5, loss_r_stage: 5}
          limited: {per_session: off}
          full: off
        triggers:
          side_per_session: 4
          burst: {minute: 6, half_hour: 9, session: 31}
          opposite: {of: 12, at_least: 7}
          unhealthy_after: 2m
          slow_share: 0.04
          latency_drift: 6.5
          error_share: 0.002
          share_alpha: 0.0005
          stale_sessions: 4
          actions: {burst: rollback, data: hold, side: rollback}
        cool_down_sessions: 6
        rollback_window_sessions: 21
        open_episodes: {policy: hold, drain: 45m}
        risk:
          capital: 250000.50
          kelly_cap: 0.01
          max_contracts: 4
          open_positions: 3
          daily_loss: 1000
          drawdown: 5000.25
          exposure: 1000000
          point_values: {NQ: 21, CL: 1000}
        """#

    private static func expected() -> DecisionTerms {
        var terms = DecisionTerms()
        terms.mode = .watch
        terms.evidence.unitSessions = 2
        terms.evidence.score = .perSignal
        terms.evidence.entries = 12
        terms.evidence.atOnce = 4
        terms.evidence.clipR = 6.5
        terms.evidence.qualityClipR = 1.25
        terms.evidence.labelDeadlineSessions = 3
        terms.evidence.horizonSessions = 90
        terms.harm.alpha = 0.01
        terms.harm.account = HarmTerms.Part(weight: 0.7, toleranceR: 0.2)
        terms.harm.quality = HarmTerms.Part(weight: 0.3, toleranceR: 0.05)
        terms.noGain?.gainR = 0.5
        terms.noGain?.alpha = 0.1
        terms.noGain?.stages = [.canary]
        terms.fall?.arlSessions = 300.5
        terms.fall?.reference = 0.4
        terms.fall?.stages = [.full]
        var canary = GateTerms()
        canary.sessions = 6
        canary.resolvedSignals = 30
        canary.notWorse = GateTerms.NotWorse(marginR: 0.75, alpha: 0.2)
        canary.betterAlpha = 0.3
        canary.promotion = .manual
        canary.approvals = 2
        canary.approvalSessions = 7
        var full = GateTerms()
        full.sessions = 11
        full.notWorse = GateTerms.NotWorse(marginR: 0.75, alpha: 0.15)
        full.stageMeanR = -0.25
        full.quality = GateTerms.NotWorse(marginR: 0.125, alpha: 0.1)
        terms.gates = [.canary: canary, .full: full]
        terms.deadlineSessions = [.shadow: 50, .limited: 70]
        terms.liveLimits = [
            .canary: LiveLimits(perSession: 2, lossRSession: 2.5, lossRStage: 5),
            .limited: LiveLimits(lossRSession: 3, lossRStage: 12),
        ]
        terms.triggers = triggers()
        terms.coolDownSessions = 6
        terms.rollbackWindowSessions = 21
        terms.openEpisodes.policy = .hold
        terms.openEpisodes.drainSeconds = 2700
        terms.risk = risk()
        return terms
    }

    private static func triggers() -> TriggerTerms {
        var terms = TriggerTerms()
        terms.sidePerSession = 4
        terms.burstMinute = 6
        terms.burstHalfHour = 9
        terms.burstSession = 31
        terms.opposite = 7
        terms.oppositeWindow = 12
        terms.unhealthySeconds = 120
        terms.slowShare = 0.04
        terms.driftLevel = 6.5
        terms.errorShare = 0.002
        terms.shareAlpha = 0.0005
        terms.staleSessions = 4
        terms.actions = [.burst: .rollback, .data: .hold]
        return terms
    }

    private static func risk() -> RiskTerms {
        var points = RiskTerms.equityIndexPoints
        points["NQ"] = 21_000_000
        points["CL"] = 1_000_000_000
        var terms = RiskTerms(capitalMicros: 250_000_500_000, pointValueMicros: points)
        terms.kellyCap = 0.01
        terms.maxContracts = 4
        terms.openPositions = 3
        terms.dailyLossMicros = 1_000_000_000
        terms.drawdownMicros = 5_000_250_000
        terms.exposureMicros = 1_000_000_000_000
        return terms
    }

    @Test func everyKeyIsRead() throws {
        let spec = try SpecFixture.parse(SpecFixture.minimal(Self.other))
        #expect(spec.decisions == Self.expected())
        #expect(spec.outcomes.rMicrosRange == -2_000_000...2_500_000)
    }

    @Test func offSwitchesOff() throws {
        let text = """
            no_gain: off
            fall: "off"
            gates: {canary: off, limited: off, full: off}
            deadline_sessions: {shadow: off, canary: off, limited: off}
            live_limits: {canary: off, limited: off, full: off}
            risk: off
            """
        let terms = try SpecFixture.parse(SpecFixture.minimal(text)).decisions
        #expect(terms.noGain == nil && terms.fall == nil && terms.risk == nil)
        #expect(terms.gates.isEmpty && terms.deadlineSessions.isEmpty && terms.liveLimits.isEmpty)
    }

    /// What is left out of a gate stays as it is by default, so that naming one condition drops no other.
    @Test func aGateKeepsTheConditionsThatItDoesNotName() throws {
        let terms = try SpecFixture.parse(SpecFixture.minimal("gates: {full: {sessions: 12}}")).decisions
        var gate = try #require(GateTerms.standard[.full])
        gate.sessions = 12
        #expect(terms.gates[.full] == gate)
        #expect(terms.gates[.canary] == GateTerms.standard[.canary])
    }

    @Test(arguments: [
        ("evidence: {margin_r: 0.5}", 0.5),
        ("evidence: {margin_r: 0.5}\ngates: {canary: {not_worse: {alpha: 0.1}}}", 0.5),
        ("evidence: {margin_r: 0.5}\ngates: {canary: {not_worse: {margin_r: 2}}}", 2),
        ("gates: {canary: {not_worse: {margin_r: 2}}}", 2), ("", 1),
    ])
    func theMarginOfTheEvidenceIsThatOfGatesWithoutTheirOwn(text: String, margin: Double) throws {
        let terms = try SpecFixture.parse(SpecFixture.minimal(text)).decisions
        #expect(terms.gates[.canary]?.notWorse?.marginR == margin)
    }

    /// What stands in the spec as a comment can be taken out of it.
    @Test func theRiskOfTheTemplateIsASection() throws {
        let template = try #require(SpecTemplate.files.first { $0.path == SpecTemplate.specPath }).text
        let rows = template.split(separator: "\n").drop { !$0.hasPrefix("# risk:") }
        let section = rows.prefix { $0.hasPrefix("# ") || $0.hasPrefix("#  ") }.map { $0.dropFirst(2) }
        let risk = try SpecFixture.parse(SpecFixture.minimal(section.joined(separator: "\n"))).decisions.risk
        #expect(section.count == 9 && risk?.capitalMicros == 100_000_000_000)
        #expect(risk?.kellyCap == RiskTerms(capitalMicros: 1).kellyCap)
    }
}
