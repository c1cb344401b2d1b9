internal import Rollout

extension Spec {
    /// What is unwise in how the rollout decides although it is allowed: the key, and why.
    var decisionWarnings: [(path: String, message: String)] {
        guard decisions.mode == .act else { return watchWarnings }
        return gateWarnings + limitWarnings + triggerWarnings + riskWarnings
    }

    private var watchWarnings: [(path: String, message: String)] {
        ["triggers", "live_limits"].filter { lines[$0] != nil }.map {
            ($0, "nothing acts on it while decisions is watch")
        }
    }

    // MARK: - Gates

    private var gateWarnings: [(path: String, message: String)] {
        var warnings: [(path: String, message: String)] = []
        var sessions: Int? = 0
        var asked = 0
        var proof = 1.0
        for (before, stage) in zip(Stage.allCases, Stage.allCases.dropFirst()) {
            if let sum = sessions, let more = decisions.deadlineSessions[before] {
                sessions = sum + more
            } else {
                sessions = nil
            }
            guard let gate = decisions.gates[stage] else { continue }
            let path = "gates.\(stage.rawValue)"
            if let sessions { warnings += neverProven(gate, path, within: sessions / decisions.evidence.unitSessions) }
            if let point = gate.accuracy?.point, point > 0.75 {
                let message = "an engine that truly is this accurate shows it half the time, however long it waits"
                warnings.append((path + ".accuracy.point", message))
            }
            if gate.approvals < asked {
                let message = "asks for fewer persons than a stage with less of the units"
                warnings.append((path + ".approvals", message))
            }
            asked = max(asked, gate.approvals)
            if let alpha = gate.betterAlpha {
                if alpha > proof {
                    warnings.append((path + ".better.alpha", "wants less proof than a stage with less of the units"))
                }
                proof = min(proof, alpha)
            }
        }
        return warnings
    }

    /// Conditions that not even the largest gain in every observation would prove in so many.
    private func neverProven(
        _ gate: GateTerms, _ path: String, within limit: Int
    ) -> [(path: String, message: String)] {
        let clip = decisions.evidence.scoreClipR
        let qualityClip = decisions.evidence.qualityClipR
        let questions: [(key: String, stake: Double, alpha: Double)?] = [
            gate.notWorse.map { ("not_worse", Stake.better(clip, null: -$0.marginR, clip: clip), $0.alpha) },
            gate.betterAlpha.map { ("better", Stake.better(clip, null: 0, clip: clip), $0) },
            gate.quality.map {
                ("quality", Stake.better(qualityClip, null: -$0.marginR, clip: qualityClip), $0.alpha)
            },
        ]
        return questions.compactMap { $0 }.filter { _, stake, alpha in
            var mixture = BetMixture()
            for _ in 0..<limit where mixture.value < 1 / alpha { mixture.bet(stake) }
            return mixture.value < 1 / alpha
        }.map { key, _, alpha in
            let message =
                "not even the largest gain in each of the \(limit) observations before the deadline would prove it"
            return ("\(path).\(key)", message)
        }
    }

    // MARK: - Limits, triggers, risk

    private var limitWarnings: [(path: String, message: String)] {
        Stage.allCases.dropFirst().filter { plan.weight(in: $0) != .zero }.flatMap { stage in
            let limits = decisions.liveLimits[stage] ?? LiveLimits()
            let path = "live_limits.\(stage.rawValue)"
            guard let loss = limits.lossRStage else {
                return [(path + ".loss_r_stage", "nothing bounds what the candidate may lose in \(stage.rawValue)")]
            }
            guard let session = limits.lossRSession, session > loss else { return [] }
            return [(path + ".loss_r_session", "is above loss_r_stage, which acts before it")]
        }
    }

    private var triggerWarnings: [(path: String, message: String)] {
        let (action, usual) = (decisions.triggers.action(.sessionLoss), TriggerTerms.usual(.sessionLoss))
        guard action < usual else { return [] }
        let message = "is milder than \(usual.rawValue), which bounds the damage"
        return [("triggers.actions.\(Trigger.sessionLoss.rawValue)", message)]
    }

    private var riskWarnings: [(path: String, message: String)] {
        guard let risk = decisions.risk else { return [] }
        let losses = [("daily_loss", risk.dailyLossMicros), ("drawdown", risk.drawdownMicros)]
        return losses.filter { ($0.1 ?? 0) >= risk.capitalMicros }.map { name, _ in
            ("risk.\(name)", "is not below the capital: it never binds")
        }
    }
}
