import MarketData
import Rollout
import Signals
import Testing

/// Engines, measurements, versions and evidence that does not come.
@Suite struct ControllerMonitorTests {
    private let day = 20_776

    private func course(
        _ stage: Stage = .canary, judgesTime: Bool = false, _ change: (inout DecisionTerms) -> Void = { _ in }
    ) throws -> Course {
        try Course(stage, judgesTime: judgesTime) { terms in
            terms.closeGates()
            change(&terms)
        }
    }

    private func failed(_ kind: Measured.Kind) -> Event.Payload {
        .measured(Measured(kind, value: 9, threshold: 1, verdict: .fail))
    }

    // MARK: - Engines

    @Test func aQuarantinedCandidateIsTakenBack() throws {
        var course = try course()
        let reaction = course.health(.candidate, .quarantined(reason: "crashes"))
        #expect(reaction.moves.map(\.cause) == ["quarantined"] && course.state.status == .rolledBack)
    }

    /// Nobody speaks, and nothing falls to anybody.
    @Test func withBothDownItHolds() throws {
        var course = try course(.full)
        course.mark(noon)
        course.health(.candidate, .notReady(reason: "died"))
        #expect(course.state.status == .running)
        #expect(course.health(.baseline, .notReady(reason: "died")).tripped.map(\.trigger) == [.bothDown])
        #expect(course.state.status == .held && course.state.stage == .full)
        #expect(course.say(.candidate, "a", on: 1, at: noon + 1)?.isLive == false)
        #expect(course.say(.baseline, "b", on: 1, at: noon + 2)?.isLive == false)
        course.health(.baseline, .ready)
        #expect(course.state.tripped[.bothDown] == nil)
        #expect(course.say(.baseline, "c", on: 1, at: noon + 3) == .live(.fallback))
    }

    /// Before the feed begins both are starting, which is no outage.
    @Test func atTheBeginningNobodyIsDown() throws {
        var course = try course()
        for arm in Arm.allCases { course.health(arm, .notReady(reason: "starting")) }
        #expect(course.state.tripped.isEmpty && course.state.status == .running)
    }

    // MARK: - Versions

    @Test(arguments: Arm.allCases) func anotherVersionBeginsAnewInShadow(arm: Arm) throws {
        var course = try course(.full)
        for arm in Arm.allCases { course.take(.engine(arm, identity: "1.0")) }
        #expect(course.controller.versionsTried == 1)
        course.session(day, d: 1)
        course.say(.candidate, "a", on: 1, at: noon + 86_400)
        #expect(course.take(.engine(arm, identity: "1.0")).moves.isEmpty)
        let reaction = course.take(.engine(arm, identity: "1.1"))
        #expect(reaction.moves.map(\.cause) == ["new-version"] && reaction.moves.map(\.to) == [.shadow])
        #expect(course.evidence.sessions.isEmpty && course.state.sessions == 0)
        #expect(course.controller.versionsTried == (arm == .candidate ? 2 : 1))
        #expect(course.controller.engines[arm] == "1.1")
        #expect(course.say(.candidate, "b", on: 1, at: noon + 86_401) == .shadow(.stage))
    }

    /// Harm ends a version, whatever a person says; another one may begin.
    @Test func aClosedVersionStaysClosedUntilAnotherComes() throws {
        var course = try Course(.canary)
        course.take(.engine(.candidate, identity: "1.0"))
        var number = 0
        while course.state.closedBy == nil, number < 60 {
            course.session(day + number, d: -4)
            number += 1
        }
        #expect(course.state.closedBy == .noGain && course.state.status == .failed)
        for verb in [Command.Verb.resume, .promote, .approve, .pause] {
            #expect(course.command(verb)?.kind == "refused", "\(verb)")
        }
        #expect(course.command(.rollback)?.kind == "unchanged")
        let sessions = course.evidence.sessions.count
        course.session(day + number, d: 8)
        #expect(course.evidence.sessions.count == sessions + 1 && course.state.status == .failed)
        course.take(.engine(.candidate, identity: "1.1"))
        #expect(course.state.status == .running && course.state.closedBy == nil)
    }

    @Test func harmTakesBackAndCloses() throws {
        var course = try Course(.canary) {
            $0.closeGates()
            $0.liveLimits = [:]
        }
        var reactions: [Reaction] = []
        for number in 0..<60 { reactions += course.session(day + number, d: -4) }
        #expect(reactions.flatMap(\.moves).map(\.cause) == ["harm"])
        #expect(course.state.status == .rolledBack && course.state.closedBy == .harm)
        #expect(course.command(.resume)?.kind == "refused")
    }

    // MARK: - Measurements

    /// A wall clock says nothing in a replay: neither holds nor fires.
    @Test(arguments: Measured.Kind.allCases.filter { $0 != .data }) func inAReplayNothingIsTimed(kind: Measured.Kind)
        throws
    {
        var course = try Course { $0.openGates() }
        course.mark(noon)
        #expect(course.take(failed(kind)).steps.isEmpty)
        #expect(course.state.tripped.isEmpty)
        course.session(day, d: 1)
        #expect(course.state.stage == .canary)
    }

    /// The data's taint is of event time and counts in a replay as well.
    @Test func whatTheFeedShowsIsJudgedInAReplay() throws {
        var course = try course()
        #expect(course.take(failed(.data)).tripped.map(\.trigger) == [.data])
    }

    @Test(arguments: Measured.Kind.allCases) func byTheClockAFailedMeasurementDoesWhatItsTriggerSays(
        kind: Measured.Kind
    )
        throws
    {
        let triggers: [Measured.Kind: (Trigger, Status)] = [
            .latency: (.latency, .rolledBack), .latencyDrift: (.latencyDrift, .running), .errors: (.errors, .held),
            .uptime: (.uptime, .running), .errorBudget: (.errorBudget, .held), .cost: (.cost, .held),
            .budget: (.budget, .held), .data: (.data, .running),
        ]
        let (trigger, status) = try #require(triggers[kind])
        var course = try course(judgesTime: true)
        let reaction = course.take(failed(kind))
        #expect(reaction.tripped == [Tripped(trigger, value: 9, threshold: 1)])
        #expect(course.state.status == status)
        #expect(course.state.stage == (status == .rolledBack ? .shadow : .canary))
    }

    /// Said once while it stands, and again after it was well.
    @Test func aTriggerThatStandsIsHandledOnce() throws {
        var course = try course(judgesTime: true)
        #expect(course.take(failed(.uptime)).tripped.count == 1)
        #expect(course.take(failed(.uptime)).tripped.isEmpty)
        course.take(.measured(Measured(.uptime, value: 1, threshold: 1, verdict: .pass)))
        #expect(course.take(failed(.uptime)).tripped.count == 1)
    }

    /// No measurement is neither well nor bad: it trips nothing, and lets nothing up.
    @Test(arguments: [GateCheck.Verdict.error, .inconclusive, .pass]) func unknownHoldsAndDoesNotFire(
        verdict: GateCheck.Verdict
    ) throws {
        var course = try Course(judgesTime: true) { $0.openGates() }
        for kind in [Measured.Kind.errors, .uptime, .cost] {
            course.take(.measured(Measured(kind, value: 1, threshold: 1, verdict: .pass)))
        }
        course.session(day, d: 1)
        #expect(course.state.stage == .shadow)
        let value: Int64? = verdict == .error ? nil : 1
        let reaction = course.take(.measured(Measured(.latency, value: value, threshold: 1, verdict: verdict)))
        #expect(reaction.tripped.isEmpty)
        #expect(course.state.stage == (verdict == .pass ? .canary : .shadow))
    }

    /// Resuming arms again what was handled.
    @Test func aResumeArmsAgain() throws {
        var course = try course(judgesTime: true)
        course.take(failed(.errors))
        #expect(course.state.status == .held)
        course.command(.resume)
        #expect(course.state.status == .running)
        #expect(course.take(failed(.errors)).moves.map(\.cause) == ["errors"])
        #expect(course.state.status == .held)
    }

    // MARK: - Evidence

    /// Three sessions beyond the deadline for labels without a committed one.
    @Test func withoutEvidenceItHolds() throws {
        var course = try course()
        for number in 0..<6 {
            #expect(course.state.status == .running)
            course.mark(
                UInt64(day + number + 1) * 86_400, closes: CivilDate(daysSince1970: day + number),
                opens: CivilDate(daysSince1970: day + number + 1))
        }
        #expect(course.state.status == .held && course.state.tripped[.stale]?.value == 6)
    }

    /// A person's waiting is not the candidate's.
    @Test func aDeadlineDoesNotRunWhileAPersonIsWaitedFor() throws {
        var course = try course { $0.deadlineSessions = [.canary: 3] }
        for number in 0..<8 {
            if number == 1 { course.command(.pause) }
            if number == 6 { course.command(.resume) }
            course.session(day + number, d: 0)
        }
        // One before the pause; a resume begins anew.
        #expect(course.state.status == .running)
        #expect(course.session(day + 8, d: 0).flatMap(\.moves).map(\.cause) == ["deadline"])
        #expect(course.state.status == .held)
    }

    /// Units of one arm only, at a planned tenth: 1,000 to 1 against the plan.
    @Test func anotherShareThanPlannedHolds() throws {
        let plan = try plan()
        var course = try course()
        var (id, tripped): (UInt32, [Trigger]) = (0, [])
        for number in 0..<60 where tripped.isEmpty {
            id = underlying(of: .candidate, in: .canary, at: noon, plan: plan, above: id)
            tripped += course.hear(.baseline, "s\(number)", on: id, at: noon + UInt64(number)).tripped.map(\.trigger)
        }
        #expect(tripped == [.share])
        #expect(course.state.status == .held && course.controller.share.bayesFactor >= 1000)
        #expect(course.state.tripped[.assignment] == nil)
    }

    /// A unit counts once, whoever speaks first and however often.
    @Test func aUnitIsCountedOnce() throws {
        var course = try course()
        for number in 0..<6 {
            course.hear(
                number.isMultiple(of: 2) ? .baseline : .candidate, "s\(number)", on: 1, at: noon + UInt64(number))
        }
        #expect(course.controller.share.tested == 1)
        course.mark(noon + 5000)
        course.say(.baseline, "next", on: 1, at: noon + 3600 + 1800)
        #expect(course.controller.share.tested == 2)
    }
}
