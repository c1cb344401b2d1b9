import Foundation
import Rollout
import Testing

@testable import Operator

/// By what a rollout decides, as its state folder and its plan hash have it.
@Suite struct DecisionStoredTests {
    private func stored(_ text: String) throws -> CanonicalJSON { try CanonicalJSON.read(Array(text.utf8)) }

    @Test func theStoredSpecSaysTheSame() throws {
        for text in ["", DecisionTermsTests.other, "no_gain: off\ngates: {limited: off}"] {
            let spec = try SpecFixture.parse(SpecFixture.minimal(text))
            let json = try stored(spec.canonicalJSON)
            #expect(try DecisionTerms(storedIn: json) == spec.decisions)
            #expect(OutcomeTerms(storedIn: json) == spec.outcomes)
        }
    }

    /// Written before there were any: such a rollout only watches, and clipped its outcomes as it always did.
    @Test func anOlderStoredSpecSaysNothing() throws {
        let json = try stored(Self.older(SpecFixture.parse(SpecFixture.minimal).canonicalJSON))
        #expect(try DecisionTerms(storedIn: json) == nil)
        #expect(OutcomeTerms(storedIn: json) == OutcomeTerms())
        #expect(try DecisionTerms(storedIn: stored("[]")) == nil)
    }

    /// One that only watches for want of terms would protect nobody.
    @Test func aStoredSpecThatDoesNotReadIsNoRollout() throws {
        var begin = BeginBody(
            mode: .ordered, stage: .shadow, spec: try SpecFixture.parse(SpecFixture.minimal("decisions: act")))
        #expect(begin.controller != nil && begin.decisionTerms?.mode == .act)
        begin.spec = begin.spec.replacing(#""decisions":"act""#, with: #""decisions":"guess""#)
        #expect(begin.controller == nil)
        begin.spec = try Self.older(begin.spec)
        #expect(begin.controller != nil && begin.decisionTerms == nil)
    }

    private static func older(_ canonical: String) throws -> String {
        guard case .object(let members) = try CanonicalJSON.read(Array(canonical.utf8)) else { return "" }
        return CanonicalJSON.object(members.filter { !DecisionKeys.names.contains($0.key) }).text
    }

    /// Its state folder goes on, unless outcomes would be made in another way.
    @Test func anOlderStateFolderGoesOn() throws {
        let older = try Self.older(SpecFixture.parse(SpecFixture.minimal).canonicalJSON)
        let stricter = try SpecFixture.parse(SpecFixture.minimal("harm: {alpha: 0.01}"))
        #expect(stricter.differences(from: older).isEmpty)
        let clipped = try SpecFixture.parse(SpecFixture.minimal("evidence: {signal_clip_r: [-2, 3]}"))
        #expect(clipped.differences(from: older) == ["evidence.signal_clip_r"])
        let other = try SpecFixture.parse(SpecFixture.minimal("feed: {mark_interval: 5s}"))
        #expect(other.differences(from: older) == ["feed.mark_interval"])
    }

    @Test func whatIsNoSpecsIsRefused() throws {
        let json = try stored(#"{"decisions":"act","harm":{"alpha":2}}"#)
        #expect(throws: SpecProblems.self) { try DecisionTerms(storedIn: json) }
    }

    /// (what is added to the shortest spec, the keys that differ from it); another spelling of a default is no difference.
    @Test(
        arguments: [
            ("decisions: watch", ["decisions"]), ("decisions: act", []),
            ("evidence: {clip_r: 8.5}", ["evidence.clip_r"]), ("evidence: {clip_r: 8.000000}", []),
            ("evidence: {signal_clip_r: [-1.5, 2]}", ["evidence.signal_clip_r"]),
            ("evidence: {margin_r: 2}", ["gates.canary.not_worse.margin_r"]),
            ("evidence: {margin_r: 1e0}", []),
            ("harm: {alpha: 0.025001}", ["harm.alpha"]), ("harm: {alpha: 2.5e-2}", []),
            ("no_gain: off", ["no_gain"]), ("no_gain: {stages: [limited, shadow, canary]}", []),
            ("gates: {full: off}", ["gates.full"]), ("gates: {full: {approvals: 1}}", ["gates.full.approvals"]),
            ("gates: {full: {stage_mean_r: \">= 0.00\"}}", []),
            ("deadline_sessions: {limited: off}", ["deadline_sessions.limited"]),
            ("live_limits: {canary: {per_session: 2}}", ["live_limits.canary.per_session"]),
            ("triggers: {actions: {data: hold}}", ["triggers.actions.data"]),
            ("triggers: {actions: {data: alert}}", []), ("triggers: {unhealthy_after: 300s}", []),
            ("triggers: {burst: {minute: 4}}", ["triggers.burst.minute"]),
            ("cool_down_sessions: 4", ["cool_down_sessions"]),
            ("open_episodes: {policy: close}", ["open_episodes.policy"]), ("risk: {capital: 1}", ["risk"]),
            ("risk: off", []),
        ] as [(String, [String])])
    func aStateFolderIsKeptFromOtherDecisions(text: String, keys: [String]) throws {
        let before = try SpecFixture.parse(SpecFixture.minimal)
        let after = try SpecFixture.parse(SpecFixture.minimal(text))
        #expect(after.differences(from: before.canonicalJSON) == keys)
        #expect((after.planHash == before.planHash) == keys.isEmpty)
    }

    // MARK: - Random terms

    /// SplitMix64.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

        /// The double of a decimal with six places, as a compiler reads it.
        mutating func decimal(_ millionths: ClosedRange<Int>) -> Double {
            let value = int(millionths)
            let digits = String(format: "%07d", abs(value))
            return Double((value < 0 ? "-" : "") + digits.dropLast(6) + "." + digits.suffix(6)) ?? .nan
        }

        mutating func maybe<T>(_ value: (inout Generator) -> T) -> T? { Bool.random(using: &self) ? value(&self) : nil }

        mutating func some(_ stages: [Stage]) -> Set<Stage> {
            let picked = Set(stages.filter { _ in Bool.random(using: &self) })
            return picked.isEmpty ? Set(stages) : picked
        }

        mutating func one<T>(_ all: [T]) -> T { all[int(0...all.count - 1)] }
    }

    private static let alpha = 1...500_000
    private static let share = 1...999_999

    /// Every field drawn from what a spec may say.
    private static func terms(_ random: inout Generator) -> DecisionTerms {
        var terms = DecisionTerms()
        terms.mode = random.one(DecisionTerms.Mode.allCases)
        terms.evidence = evidence(&random)
        let weight = random.int(0...1_000_000)
        terms.harm.alpha = random.decimal(alpha)
        terms.harm.account = HarmTerms.Part(
            weight: Double(weight) / 1e6, toleranceR: random.decimal(0...999_999))
        terms.harm.quality = HarmTerms.Part(
            weight: Double(1_000_000 - weight) / 1e6, toleranceR: random.decimal(0...999_999))
        terms.noGain = random.maybe { random in
            var terms = NoGainTerms()
            terms.gainR = random.decimal(0...999_999)
            terms.alpha = random.decimal(alpha)
            terms.stages = random.some(Stage.allCases)
            return terms
        }
        terms.fall = random.maybe { random in
            var terms = FallTerms()
            terms.arlSessions = random.decimal(2_000_000...1_000_000_000)
            terms.reference = random.decimal(share)
            terms.stages = random.some([.limited, .full])
            return terms
        }
        for (before, stage) in zip(Stage.allCases, Stage.allCases.dropFirst()) {
            terms.gates[stage] = random.maybe(gate)
            terms.deadlineSessions[before] = random.maybe { $0.int(100...1000) }
        }
        terms.liveLimits = limits(&random)
        terms.triggers = triggers(&random)
        terms.coolDownSessions = random.int(0...1000)
        terms.rollbackWindowSessions = random.int(0...1000)
        terms.openEpisodes.policy = random.one(OpenEpisodes.Policy.allCases)
        terms.openEpisodes.drainSeconds = random.int(0...86_400)
        terms.risk = random.maybe(risk)
        return terms
    }

    private static func evidence(_ random: inout Generator) -> EvidenceTerms {
        var terms = EvidenceTerms()
        terms.unitSessions = random.int(1...100)
        terms.score = random.one(EvidenceTerms.Score.allCases)
        terms.atOnce = random.int(1...100)
        terms.entries = random.int(100...10_000)
        terms.clipR = random.decimal(1_000_000...1_000_000_000)
        terms.qualityClipR = random.decimal(1_000_000...100_000_000)
        terms.labelDeadlineSessions = random.int(0...100)
        terms.horizonSessions = random.int(2...10_000)
        return terms
    }

    private static func gate(_ random: inout Generator) -> GateTerms {
        var gate = GateTerms()
        gate.sessions = random.int(1...100)
        gate.resolvedSignals = random.maybe { $0.int(1...1_000_000) }
        gate.notWorse = random.maybe { .init(marginR: $0.decimal(0...999_999), alpha: $0.decimal(alpha)) }
        gate.betterAlpha = random.maybe { $0.decimal(alpha) }
        gate.stageMeanR = random.maybe { $0.decimal(-999_999...999_999) }
        gate.accuracy = random.maybe {
            .init(point: $0.decimal(600_000...999_999), bound: $0.decimal(1...599_999), alpha: $0.decimal(alpha))
        }
        gate.quality = random.maybe { .init(marginR: $0.decimal(0...999_999), alpha: $0.decimal(alpha)) }
        gate.promotion = random.one(PromotionMode.allCases)
        gate.approvals = random.int(0...2)
        gate.approvalSessions = random.int(1...1000)
        return gate
    }

    /// Rising, or off from some stage on.
    private static func limits(_ random: inout Generator) -> [Stage: LiveLimits] {
        var limits: [Stage: LiveLimits] = [:]
        var last = LiveLimits(perSession: 1, lossRSession: 0.000_001, lossRStage: 0.000_001)
        for (index, stage) in Stage.allCases.dropFirst().enumerated() {
            let low = 1 + index * 1_000_000
            last.perSession = last.perSession == nil ? nil : random.maybe { $0.int(low / 10 + 1...low / 10 + 50_000) }
            last.lossRSession = last.lossRSession == nil ? nil : random.maybe { $0.decimal(low...low + 999_999) }
            last.lossRStage = last.lossRStage == nil ? nil : random.maybe { $0.decimal(low...low + 999_999) }
            limits[stage] = last
        }
        return limits
    }

    private static func triggers(_ random: inout Generator) -> TriggerTerms {
        var terms = TriggerTerms()
        terms.sidePerSession = random.int(1...10_000)
        terms.burstMinute = random.int(1...100)
        terms.burstHalfHour = random.int(100...1000)
        terms.burstSession = random.int(1000...1_000_000)
        terms.opposite = random.int(1...10)
        terms.oppositeWindow = random.int(10...1000)
        terms.unhealthySeconds = random.int(1...86_400)
        terms.slowShare = random.decimal(share)
        terms.driftLevel = random.decimal(1...1_000_000_000)
        terms.errorShare = random.decimal(share)
        terms.shareAlpha = random.decimal(alpha)
        terms.staleSessions = random.int(1...1000)
        for trigger in Trigger.allCases where Bool.random(using: &random) {
            let action = random.one(TriggerTerms.allowed(trigger))
            if action != TriggerTerms.usual(trigger) { terms.actions[trigger] = action }
        }
        return terms
    }

    private static func risk(_ random: inout Generator) -> RiskTerms {
        let money = 1...1_000_000_000_000
        var terms = RiskTerms(capitalMicros: Int64(random.int(money)))
        terms.kellyCap = random.decimal(1...1_000_000)
        terms.maxContracts = random.int(1...1_000_000)
        terms.openPositions = random.int(1...1_000_000)
        terms.dailyLossMicros = random.maybe { Int64($0.int(money)) }
        terms.drawdownMicros = random.maybe { Int64($0.int(money)) }
        terms.exposureMicros = random.maybe { Int64($0.int(money)) }
        terms.pointValueMicros["Z\(random.int(0...99))"] = Int64(random.int(1...1_000_000_000_000))
        return terms
    }

    /// Terms → stored spec → terms, and terms → stored spec → spec, to the last bit of every double.
    @Test func randomTermsComeBackAsTheyWere() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["TANDEM_SEED"].flatMap(UInt64.init) ?? 20_261_120
        let rounds = environment["TANDEM_SOAK"] == nil ? 60 : 5000
        var random = Generator(state: seed)
        var spec = try SpecFixture.parse(SpecFixture.minimal)
        for round in 0..<rounds {
            spec.decisions = Self.terms(&random)
            spec.outcomes.rMicrosRange = Int64(-random.int(1...100_000_000))...Int64(random.int(1...100_000_000))
            let text = spec.canonicalJSON
            let json = try stored(text)
            #expect(try DecisionTerms(storedIn: json) == spec.decisions, "seed \(seed), round \(round)")
            #expect(OutcomeTerms(storedIn: json) == spec.outcomes, "seed \(seed), round \(round)")
            guard case .object(let members) = json else { continue }
            let sections = CanonicalJSON.object(
                members.filter {
                    DecisionKeys.names.contains($0.key) || ["id", "calendar", "baseline", "candidate"].contains($0.key)
                })
            let again = try SpecFixture.parse(sections.text)
            #expect(again.canonicalJSON == text, "seed \(seed), round \(round)")
            #expect(again.planHash == spec.planHash, "seed \(seed), round \(round)")
        }
    }
}
