import Foundation
import MarketData
import Testing

@testable import Rollout

private typealias Fixture = ExplainFixture

/// What `explain` says of triggers and of what happens next.
@Suite struct ExplainTriggerTests {
    private func row(_ report: ExplainReport, _ trigger: Trigger) throws -> ExplainReport.TriggerRow {
        try #require(report.triggers.first { $0.trigger == trigger })
    }

    private func report(
        _ stage: Stage, _ differences: [Double] = [1, 2, -1, 3, 0], _ change: (inout RolloutState) -> Void = { _ in }
    ) -> ExplainReport {
        let evidence = Fixture.evidence(differences, Fixture.terms)
        var state = Fixture.state(stage, evidence)
        change(&state)
        return Fixture.report(state, evidence)
    }

    @Test func everyTriggerHasItsRow() {
        #expect(report(.canary).triggers.map(\.trigger) == Trigger.allCases)
    }

    // MARK: - Evidence

    /// A at n = 1 of `decision-statistics.md`, section 9: harm is .7905 of the account; here with its quality beside.
    @Test func harmNamesItsLargestPart() throws {
        let report = report(.canary, [6.704])
        #expect(report.harm.map(\.name) == ["account", "quality"])
        #expect(abs(report.harm[0].e - 0.7905) < 1e-9)
        #expect(abs(report.harm[0].weighted - 0.6324) < 1e-9)
        #expect(report.harm.map(\.isLargest) == [true, false])
        let harm = try row(report, .harm)
        #expect(harm.threshold == 40 && harm.state == .quiet && harm.action == "rollback, closed")
        #expect(abs((harm.value ?? 0) - report.harm.map(\.weighted).reduce(0, +)) < 1e-12)
    }

    @Test func harmThatIsProvenIsTripped() throws {
        let report = report(.canary, Array(repeating: -8, count: 20))
        #expect(try row(report, .harm).state == .tripped)
        #expect(
            report.summary.hasPrefix("canary, running: everything goes back to the baseline and the version is closed"))
        #expect(report.next.action == "rollback")
    }

    @Test func fallIsAskedWhereItIsWatched() throws {
        let quiet = try row(report(.canary), .fall)
        #expect(quiet.state == .off && quiet.value == nil && quiet.threshold == 250)
        var evidence = Fixture.evidence([2, 2], Fixture.terms)
        evidence.entered(.limited)
        evidence.commit(Fixture.session(2, 4))
        // Reference 1, z = (1 - 4) / 7, F = 1 - 1.5 / 7.
        let fall = try row(Fixture.report(Fixture.state(.limited, evidence), evidence), .fall)
        #expect(abs((fall.value ?? 0) - (1 - 1.5 / 7)) < 1e-12)
        #expect(fall.evidence == "mean below +1.00 R since entry" && fall.action == "to canary")
    }

    @Test func noGainIsOffWhereItIsNotAsked() throws {
        #expect(try row(report(.canary), .noGain).state == .quiet)
        #expect(try row(report(.full), .noGain).state == .off)
        #expect(try row(report(.canary, Array(repeating: -4, count: 20)), .noGain).state == .tripped)
    }

    // MARK: - Losses and counts

    @Test func lossesHaveTheLimitOfTheStage() throws {
        let lost = report(.canary) { $0.liveStageMicros = -6_100_000 }
        let loss = try row(lost, .stageLoss)
        #expect(loss.value == -6.1 && loss.threshold == -6 && loss.state == .tripped && loss.isLowerLimit)
        #expect(lost.summary == "canary, running: goes down to shadow: stage-loss -6.10 of -6.00 R")
        #expect(try row(report(.limited) { $0.liveStageMicros = -6_100_000 }, .stageLoss).state == .quiet)
        let session = try row(report(.canary) { $0.liveSessionMicros = -2_000_000 }, .sessionLoss)
        #expect(session.value == -2 && session.threshold == -3 && session.state == .quiet)
        let shadow = try row(report(.shadow), .stageLoss)
        #expect(shadow.state == .off && shadow.value == nil && shadow.threshold == nil)
    }

    @Test func aSecondSetbackAlsoHolds() throws {
        let report = report(.canary) {
            $0.liveStageMicros = -7_000_000
            $0.setbacks = 1
        }
        #expect(try row(report, .stageLoss).action == "to shadow, then held")
        #expect(report.summary.contains("goes down to shadow and waits for a person"))
    }

    @Test func whatOnlyCountsIsBelowItsThresholdOrKnown() throws {
        let evidence = Fixture.evidence([1], Fixture.terms)
        let state = Fixture.state(.canary, evidence)
        #expect(try row(Fixture.report(state, evidence), .side).value == nil)
        #expect(Fixture.report(state, evidence).text(rollout: "r").contains("side            within        3  quiet"))
        #expect(try row(Fixture.report(state, evidence, counts: [.side: 2]), .side).value == 2)
        let share = try row(Fixture.report(state, evidence, counts: [.share: 1.5]), .share)
        #expect(share.value == 1.5 && share.threshold == 1000)
    }

    @Test func trippedAndHandledAreTold() throws {
        let tripped = report(.canary) { $0.set(.side, Tripped(.side, value: 4, threshold: 3)) }
        let side = try row(tripped, .side)
        #expect(side.value == 4 && side.state == .tripped && side.action == "rollback")
        let handled = report(.canary) {
            $0.set(.opposite, Tripped(.opposite, value: 7, threshold: 6))
            $0.handled = [.opposite]
            $0.status = .held
        }
        #expect(try row(handled, .opposite).state == .handled)
        #expect(
            handled.summary.hasPrefix("canary, held: waits for a person to resume (opposite); besides it waits for"))
    }

    /// The other one only silenced the candidate; what held it is named when it stands no more, and until somebody resumes.
    @Test func whatHoldsIsNamedAndNotWhatBesidesStands() {
        let held = report(.canary) {
            $0.set(.sessionLoss, Tripped(.sessionLoss, value: -4, threshold: -3))
            $0.handled = [.sessionLoss]
            $0.hold(by: .opposite)
        }
        #expect(held.summary.hasPrefix("canary, held: waits for a person to resume (opposite); "))
        let byPerson = report(.canary) {
            $0.hold(by: .opposite)
            $0.resumed()
            $0.hold()
        }
        #expect(byPerson.summary.hasPrefix("canary, held: waits for a person to resume; "))
    }

    @Test func inShadowARollbackIsAHold() throws {
        #expect(try row(report(.shadow), .quarantined).action == "hold")
        // A gate looks at measurements itself.
        #expect(try row(report(.shadow), .latency).action == "alert")
        #expect(try row(report(.canary), .quarantined).action == "rollback")
    }

    @Test func measurementsAreJudgedKnownOrUnknown() throws {
        let latency = Measured(.latency, value: 60_000, threshold: 50_000, verdict: .fail)
        let replay = try row(report(.canary) { $0.measured[.latency] = latency }, .latency)
        #expect(replay.state == .notJudged && replay.value == nil)
        let arrival = report(.canary) {
            $0.judgesTime = true
            $0.measured[.latency] = latency
            $0.set(.latency, Tripped(.latency, value: 60_000, threshold: 50_000))
        }
        #expect(try row(arrival, .latency).state == .tripped && row(arrival, .latency).value == 0.06)
        #expect(arrival.summary.contains("everything goes back to the baseline: latency 6.0 % of 5.0 %"))
        #expect(try row(arrival, .errors).state == .unknown)
        // What the data was worth decides in a replay too.
        #expect(try row(report(.canary), .data).state == .unknown)
    }

    // MARK: - What happens next

    @Test func aClosedWindowIsNamed() throws {
        let evidence = Fixture.evidence(Array(repeating: 8, count: 20), Fixture.terms)
        let windows = PromotionWindows(
            minutesAroundOpen: 0, minutesAroundClose: 0,
            blackouts: [.init(try #require(CivilDate("2026-11-19")), reason: "expiry")])
        let now = Moment(time: at(noon), windows: windows, calendar: try ExchangeCalendar(named: "24x7"))
        let report = Fixture.report(Fixture.state(.canary, evidence), evidence, now: now)
        #expect(report.next.waitsFor == "promotion-window")
        // 2026-11-20 00:00 UTC
        #expect(report.next.until == Timestamp(seconds: 20_777 * 86_400))
        #expect(
            report.summary
                == "canary, running: the gate is passed and the promotion window is closed: blackout through 2026-11-19: "
                + "expiry; from 2026-11-20 00:00:00 UTC on")
    }

    @Test func approvalsAreCounted() {
        var terms = Fixture.terms
        terms.gates[.limited]?.approvals = 2
        let evidence = Fixture.evidence(Array(repeating: 8, count: 20), terms)
        var state = Fixture.state(.canary, evidence)
        #expect(
            Fixture.report(state, evidence).summary
                == "canary, running: the gate is passed; asks for approval of limited now")
        state.status = .awaitingApproval
        state.approval = ApprovalRequest(stage: .limited, askedBy: "tandem", atSession: 19)
        state.approval?.approvals = [.init(actor: "ann", atSession: 20)]
        let report = Fixture.report(state, evidence)
        #expect(report.summary == "canary, awaiting-approval: the gate is passed; waits for approval of limited")
        #expect(
            report.next.facts.contains(
                "Approval of limited: 1 of 2, by ann; asked by tandem after session 19, void after session 24."))
    }

    @Test func aManualStageWaitsForAPerson() {
        var terms = Fixture.terms
        terms.gates[.limited]?.promotion = .manual
        let evidence = Fixture.evidence(Array(repeating: 8, count: 20), terms)
        let report = Fixture.report(Fixture.state(.canary, evidence), evidence)
        #expect(report.summary == "canary, running: the gate to limited is passed; waits for a person to promote")
        #expect(report.next.waitsFor == "person")
    }

    @Test func fullIsCompletedAfterItsWindow() {
        let report = report(.full, Array(repeating: 3, count: 8))
        #expect(report.gate == nil)
        #expect(report.summary == "full, running: completed after 12 more sessions if nothing speaks against it")
    }

    @Test func whatHasEndedSaysSo() {
        let completed = report(.full, Array(repeating: 3, count: 30)) { $0.status = .completed }
        #expect(completed.summary == "full, completed: the candidate has taken over; nothing is left to decide")
        #expect(completed.next.waitsFor == "never")
        let draining = report(.shadow) { $0.status = .draining }
        #expect(draining.summary.hasSuffix("the candidate's last positions run to their ends"))
        let rolledBack = report(.shadow) { $0.status = .rolledBack }
        #expect(rolledBack.summary.hasSuffix("a person may let it begin again in shadow"))
    }

    @Test func whatIsHeldWaitsForAPerson() {
        let full = report(.full, Array(repeating: 3, count: 30)) { $0.status = .held }
        #expect(full.summary == "full, held: waits for a person to resume")
        #expect(full.next.facts[0] == "Waits for a person to resume.")
        let late = report(.canary) {
            $0.status = .held
            $0.deadlineSessions = 60
        }
        #expect(
            late.summary.hasPrefix(
                "canary, held: waits for a person to resume (no verdict by the deadline); besides it"))
        let passed = report(.canary, Array(repeating: 8, count: 20)) { $0.status = .held }
        #expect(passed.summary == "canary, held: waits for a person to resume; the gate to limited is passed")
    }

    @Test func whatIsClosedNamesItsCause() throws {
        let report = report(.shadow) {
            $0.status = .failed
            $0.closedBy = .noGain
        }
        #expect(report.summary == "shadow, failed: this version is closed (no-gain); only a new version begins again")
        #expect(report.next.facts.contains("Closed for good by no-gain."))
        #expect(report.next.waitsFor == "person")
        #expect(try Fixture.json(report)["closed_by"] as? String == "no-gain")
    }

    @Test func aWatchedRolloutSaysThatNothingMoves() {
        var terms = Fixture.terms
        terms.mode = .watch
        let evidence = Fixture.evidence(Array(repeating: 8, count: 20), terms)
        let report = Fixture.report(Fixture.state(.canary, evidence), evidence)
        #expect(report.summary.hasPrefix("canary, running (watches only): "))
        #expect(
            report.next.facts[0].hasPrefix("Watches only, nothing moves by itself. It would say: The gate is passed"))
    }

    @Test func countsOfSessionsAreFacts() {
        var evidence = Evidence(terms: Fixture.terms)
        for (number, d) in [9.0, 1, -8.5].enumerated() { evidence.commit(Fixture.session(number, d)) }
        evidence.commit(Fixture.session(3, 0, state: .empty))
        evidence.commit(Fixture.session(4, 0, state: .tainted))
        let facts = Fixture.report(Fixture.state(.shadow, evidence), evidence).next.facts
        #expect(facts.contains("D was clipped to 8.0 R in 2 of 3 observed sessions."))
        #expect(
            facts.contains("Sessions committed: 5, of them 3 observed, 1 empty, 1 tainted (1 of the last 20)."))
        #expect(facts.contains("Deadline: 5 of 60 sessions in shadow are used; then it holds for a person."))
    }

    // MARK: - Forms

    @Test func jsonSpellsOutWhatIsNotKnown() throws {
        let report = ExplainReport(
            state: RolloutState(judgesTime: true), evidence: Evidence(terms: DecisionTerms()), now: Fixture.now)
        let json = try Fixture.json(report)
        let gate = try #require(json["gate"] as? [String: Any])
        let checks = try #require(gate["checks"] as? [[String: Any]])
        let latency = try #require(checks.first { $0["metric"] as? String == "latency" })
        for key in ["value", "threshold", "p", "estimate"] { #expect(latency[key] is NSNull, "\(key)") }
        #expect((latency["wait"] as? [String: Any])?["sessions"] is NSNull)
        let evidence = try #require(json["evidence"] as? [String: Any])
        #expect((evidence["mean_d_r"] as? [String: Any])?["value"] is NSNull)
        #expect(evidence["unresolvable_share"] is NSNull && evidence["effect"] is NSNull)
        #expect(json["closed_by"] is NSNull)
        #expect((json["next"] as? [String: Any])?["until_ns"] is NSNull)
        let burst = try #require((json["triggers"] as? [[String: Any]])?.first { $0["trigger"] as? String == "burst" })
        #expect(burst["value"] is NSNull && burst["state"] as? String == "off")
    }

    @Test(arguments: Stage.allCases, [true, false])
    func theTextFitsAHundredColumns(stage: Stage, judgesTime: Bool) {
        let report = report(stage, [3, -1, 4, -1.5, 5, 9, -2, 6, -5, 3.5]) { $0.judgesTime = judgesTime }
        let text = report.text(rollout: "ifd-v3")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(!text.contains("…") && !text.contains("no room for"))
    }
}
