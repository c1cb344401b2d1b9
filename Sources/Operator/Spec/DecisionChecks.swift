internal import Rollout

/// What several keys on decisions must say together.
extension SpecReader {
    mutating func check(_ terms: DecisionTerms) {
        checkEvidence(terms)
        for stage in Stage.allCases { checkGate(to: stage, terms) }
        checkLimits(terms)
        checkTriggers(terms.triggers)
    }

    /// Reports at the first of the keys that is in the file, else at what is nearest above one.
    private mutating func report(at paths: String..., message: String) {
        var found = ""
        for path in paths {
            var parts = path.split(separator: ".")
            while !parts.isEmpty, lines[parts.joined(separator: ".")] == nil { parts.removeLast() }
            if parts.count > found.split(separator: ".").count { found = parts.joined(separator: ".") }
        }
        report(line: lines[found] ?? 1, path: found, message)
    }

    private mutating func checkEvidence(_ terms: DecisionTerms) {
        let evidence = terms.evidence
        if evidence.atOnce > evidence.entries {
            report(
                at: "evidence.account.at_once", "evidence.account.entries",
                message: "\(evidence.atOnce) signals open at a time are more than the \(evidence.entries) of a session")
        }
        let weights = [terms.harm.account, terms.harm.quality].map { MillionthText.millionths($0.weight) }
        let sum = weights.reduce(0, +)
        if sum != 1_000_000 {
            report(
                at: "harm.parts.account.weight", "harm.parts.quality.weight",
                message: "the weights of account and quality add up to \(MillionthText.print(sum)), not to 1")
        }
        checkClip(
            terms.harm.account.toleranceR, "harm.parts.account.tolerance_r", below: evidence.clipR, "clip_r")
        checkClip(
            terms.harm.quality.toleranceR, "harm.parts.quality.tolerance_r", below: evidence.qualityClipR,
            "quality_clip_r")
        if let noGain = terms.noGain {
            checkClip(noGain.gainR, "no_gain.gain_r", below: evidence.scoreClipR, scoreClip(evidence))
        }
    }

    /// The key that holds the clip of the score.
    private func scoreClip(_ evidence: EvidenceTerms) -> String {
        evidence.score == .account ? "clip_r" : "quality_clip_r"
    }

    /// What is clipped never gets as far as a threshold at the clip.
    private mutating func checkClip(_ value: Double, _ path: String, below clip: Double, _ key: String) {
        guard abs(value) >= clip else { return }
        let (value, limit) = (Self.text(value), Self.text(clip))
        report(
            at: path, "evidence.\(key)", message: "\(value) R is not within evidence.\(key), which is \(limit) R")
    }

    private static func text(_ value: Double) -> String { MillionthText.print(MillionthText.millionths(value)) }

    private mutating func checkGate(to stage: Stage, _ terms: DecisionTerms) {
        guard let gate = terms.gates[stage] else { return }
        let path = "gates.\(stage.rawValue)"
        let evidence = terms.evidence
        if let margin = gate.notWorse?.marginR {
            checkClip(margin, path + ".not_worse.margin_r", below: evidence.scoreClipR, scoreClip(evidence))
        }
        if let mean = gate.stageMeanR {
            checkClip(mean, path + ".stage_mean_r", below: evidence.scoreClipR, scoreClip(evidence))
        }
        if let margin = gate.quality?.marginR {
            checkClip(margin, path + ".quality.not_worse_r", below: evidence.qualityClipR, "quality_clip_r")
        }
        if let accuracy = gate.accuracy, accuracy.bound >= accuracy.point {
            report(
                at: path + ".accuracy.bound", path + ".accuracy.point",
                message: "the share to prove, \(Self.text(accuracy.bound)), is not below the share to see, "
                    + Self.text(accuracy.point))
        }
        let before = Stage.allCases[stage.level - 1]
        if let deadline = terms.deadlineSessions[before], deadline < gate.sessions {
            report(
                at: "deadline_sessions.\(before.rawValue)", path + ".sessions",
                message: "\(before.rawValue) ends undecided after \(deadline) sessions, and the gate to "
                    + "\(stage.rawValue) wants \(gate.sessions) of it")
        }
    }

    /// A stage with more of the units allows no less than the one before.
    private mutating func checkLimits(_ terms: DecisionTerms) {
        func check(_ name: String, _ limit: (LiveLimits) -> Double?) {
            let bounds = Stage.allCases.dropFirst().map { ($0, terms.liveLimits[$0].flatMap(limit) ?? .infinity) }
            for ((lower, low), (upper, high)) in zip(bounds, bounds.dropFirst()) where high < low {
                let lowText = low == .infinity ? "none" : Self.text(low)
                report(
                    at: "live_limits.\(upper.rawValue).\(name)", "live_limits.\(lower.rawValue).\(name)",
                    message: "limits never fall from stage to stage: \(upper.rawValue) has \(Self.text(high)), "
                        + "\(lower.rawValue) has \(lowText)")
            }
        }
        check("per_session") { $0.perSession.map(Double.init) }
        check("loss_r_session", \.lossRSession)
        check("loss_r_stage", \.lossRStage)
    }

    private mutating func checkTriggers(_ triggers: TriggerTerms) {
        if triggers.opposite > triggers.oppositeWindow {
            report(
                at: "triggers.opposite.at_least", "triggers.opposite.of",
                message: "\(triggers.opposite) of \(triggers.oppositeWindow) half hours can never be opposite")
        }
        if triggers.burstMinute > triggers.burstHalfHour || triggers.burstHalfHour > triggers.burstSession {
            report(
                at: "triggers.burst.minute", "triggers.burst.half_hour", "triggers.burst.session",
                message: "bursts grow with time: minute has \(triggers.burstMinute), half_hour "
                    + "\(triggers.burstHalfHour), session \(triggers.burstSession)")
        }
    }
}
