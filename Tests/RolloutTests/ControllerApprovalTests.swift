import MarketData
import Rollout
import Signals
import Testing

/// When a promotion happens, and who has to agree.
@Suite struct ControllerApprovalTests {
    private let day = 20_776

    private func course(approvals: Int, _ change: (inout DecisionTerms) -> Void = { _ in }) throws -> Course {
        try Course { terms in
            terms.openGates(approvals: approvals)
            change(&terms)
        }
    }

    private func reason(_ effect: Effect?) -> String {
        switch effect {
        case .refused(let reason), .unchanged(let reason): reason
        default: ""
        }
    }

    @Test func onePersonAgreesAndItGoesUp() throws {
        var course = try course(approvals: 1)
        course.session(day, d: 1)
        #expect(course.state.status == .awaitingApproval && course.state.stage == .shadow)
        let reaction = course.ask(.approve, by: "ann")
        #expect(reaction.effect?.kind == "approved")
        #expect(reaction.moves.map(\.to) == [.canary])
        #expect(course.state.status == .running && course.state.approval == nil)
    }

    @Test func twoPersonsAreTwo() throws {
        var course = try course(approvals: 2)
        course.session(day, d: 1)
        #expect(course.command(.approve, by: "ann")?.kind == "approved")
        #expect(course.command(.approve, by: "ann")?.kind == "unchanged")
        #expect(course.state.stage == .shadow)
        #expect(course.command(.approve, by: "bob")?.kind == "approved")
        #expect(course.state.stage == .canary)
    }

    /// Who asks does not agree with himself where two are asked for.
    @Test(arguments: [1, 2]) func whoAskedIsNoneOfTwo(approvals: Int) throws {
        var course = try course(approvals: approvals) { $0.gates[.canary]?.promotion = .manual }
        course.session(day, d: 1)
        #expect(course.state.status == .running)
        let asked = course.ask(.promote, by: "ann")
        #expect(asked.effect?.kind == "moved" && course.state.status == .awaitingApproval)
        #expect(course.state.stage == .shadow)
        let own = course.command(.approve, by: "ann")
        guard approvals == 2 else {
            #expect(own?.kind == "approved" && course.state.stage == .canary)
            return
        }
        #expect(own?.kind == "refused" && reason(own).contains("somebody else"))
        course.command(.approve, by: "bob")
        #expect(course.state.stage == .shadow)
        course.command(.approve, by: "cem")
        #expect(course.state.stage == .canary)
    }

    /// Asked for on the evidence of a moment, void some sessions later, and asked for anew.
    @Test func approvalsExpire() throws {
        var course = try course(approvals: 2)
        course.session(day, d: 1)
        course.command(.approve, by: "ann")
        for number in 1...5 { course.session(day + number, d: 1) }
        #expect(course.state.approval?.approvals.count == 1)
        let reactions = course.session(day + 6, d: 1)
        #expect(reactions.flatMap(\.moves).map(\.cause) == ["approval-expired", "gate"])
        #expect(course.state.approval?.approvals.isEmpty == true)
        course.command(.approve, by: "bob")
        #expect(course.state.stage == .shadow)
    }

    @Test func anApprovalIsForItsStage() throws {
        var course = try course(approvals: 1)
        course.session(day, d: 1)
        #expect(reason(course.command(.approve, to: .full)).contains("waits for approval is canary"))
        #expect(course.command(.approve, expecting: .canary)?.kind == "refused")
        #expect(course.command(.approve, to: .canary)?.kind == "approved")
        #expect(reason(course.command(.approve, to: .limited)) == "nothing waits for approval")
        course.session(day + 1, d: 1)
        // The next stage asks anew.
        #expect(course.state.stage == .canary && course.state.approval?.approvals.isEmpty == true)
    }

    /// What was agreed to was the evidence, and it is another one now.
    @Test func aGateThatFailsAgainVoidsWhatWasAgreed() throws {
        var course = try course(approvals: 2) { $0.gates[.canary]?.stageMeanR = 0 }
        course.session(day, d: 1)
        course.command(.approve, by: "ann")
        #expect(course.session(day + 1, d: -3).flatMap(\.moves).map(\.cause) == ["gate"])
        #expect(course.state.status == .running && course.state.approval == nil)
        #expect(course.command(.approve, by: "bob")?.kind == "refused")
        course.session(day + 2, d: 8)
        #expect(course.state.status == .awaitingApproval && course.state.approval?.approvals.isEmpty == true)
    }

    @Test func aPauseVoidsWhatWasAgreed() throws {
        var course = try course(approvals: 2)
        course.session(day, d: 1)
        course.command(.approve, by: "ann")
        course.command(.pause)
        course.command(.approve, by: "bob")
        #expect(course.state.status == .held && course.state.stage == .shadow)
        course.command(.resume)
        #expect(course.state.status == .awaitingApproval && course.state.approval?.approvals.isEmpty == true)
    }

    // MARK: - By hand

    /// What was committed while everything was back with the baseline promotes nobody.
    @Test func afterARollbackTheStagesSessionsBeginAgain() throws {
        var course = try Course(.canary) { $0.openGates(approvals: 0) }
        course.command(.rollback)
        course.session(day, d: 1)
        course.command(.resume)
        #expect(course.state.stage == .shadow && course.state.status == .running && course.state.sessions == 0)
        course.session(day + 1, d: 1)
        #expect(course.state.stage == .canary)
    }

    /// Where no approval is asked for a person may overrule the gate, and it is on record what was unmet.
    @Test func aPersonsPromotionSaysWhatWasUnmet() throws {
        var course = try Course()
        let reaction = course.ask(.promote)
        #expect(reaction.effect?.kind == "moved" && course.state.stage == .canary)
        let unmet = try #require(reaction.basis).checks.filter { !$0.verdict.isPassable }.map(\.metric)
        #expect(unmet == [.sessions, .resolvedSignals, .notWorse])
    }

    @Test func approvalsAskedForAreNotOverruled() throws {
        var course = try course(approvals: 1)
        let effect = course.command(.promote)
        #expect(effect?.kind == "refused" && reason(effect).contains("its gate is not passed"))
        #expect(reason(effect).contains("sessions 0, at least 1"))
        let far = course.command(.promote, to: .full)
        #expect(far?.kind == "refused" && reason(far).contains("step by step"))
        #expect(course.state.stage == .shadow && course.state.status == .running)
    }

    /// Two who promote at once: one wins, and the other is told.
    @Test func ofTwoPromotionsOneWins() throws {
        var course = try Course()
        #expect(course.command(.promote, by: "ann", expecting: .shadow)?.kind == "moved")
        let second = course.command(.promote, by: "bob", expecting: .shadow)
        #expect(reason(second) == "the rollout is in canary, not in shadow")
        #expect(course.state.stage == .canary)
    }

    // MARK: - Windows

    private func hours(_ from: Int, _ to: Int) -> PromotionWindows {
        PromotionWindows(
            minutesAroundOpen: 0, minutesAroundClose: 0, hours: .init(from: from * 60, to: to * 60))
    }

    /// A passed gate waits for its hours, and the first mark within them is its moment.
    @Test(arguments: [false, true]) func aPromotionWaitsForItsWindow(isApproved: Bool) throws {
        var course = try Course(windows: hours(13, 14)) { $0.openGates(approvals: isApproved ? 1 : 0) }
        course.session(day, d: 1)
        if isApproved { #expect(course.ask(.approve).moves.isEmpty) }
        let next = UInt64(day + 1) * 86_400
        guard case .promotionWindow(let until?, _)? = course.controller.latest?.nextCheck else {
            Issue.record("\(String(describing: course.controller.latest))")
            return
        }
        #expect(until == at(next + 13 * 3600))
        for second in stride(from: next, to: next + 13 * 3600, by: 600) { #expect(course.mark(second).moves.isEmpty) }
        #expect(course.mark(next + 13 * 3600).moves.map(\.to) == [.canary])
        #expect(course.state.stage == .canary)
    }

    @Test func aWindowThatWasMissedComesAgain() throws {
        var course = try Course(windows: hours(13, 14)) { $0.openGates() }
        course.session(day, d: 1)
        let next = UInt64(day + 1) * 86_400
        #expect(course.mark(next + 14 * 3600).moves.isEmpty)
        #expect(course.mark(next + 37 * 3600).moves.map(\.to) == [.canary])
    }

    @Test func onABlackoutDayNothingIsPromoted() throws {
        var windows = hours(0, 24)
        windows.blackouts = [.init(CivilDate(daysSince1970: day + 1), reason: "FOMC")]
        var course = try Course(windows: windows) { $0.openGates() }
        course.session(day, d: 1)
        for hour in 0..<24 as Range<UInt64> {
            #expect(course.mark(UInt64(day + 1) * 86_400 + hour * 3600).moves.isEmpty)
        }
        #expect(course.mark(UInt64(day + 2) * 86_400).moves.map(\.to) == [.canary])
    }

    @Test func otherWindowsAreLookedAtAtOnce() throws {
        var course = try Course(windows: hours(13, 14)) { $0.openGates() }
        course.session(day, d: 1)
        #expect(course.take(.windows(nil)).moves.map(\.to) == [.canary])
    }

    /// What protects has no hours.
    @Test func nothingThatProtectsWaitsForAWindow() throws {
        var course = try Course(.canary, windows: hours(13, 14)) { $0.openGates() }
        let night = UInt64(day) * 86_400 + 3600
        let id = underlying(of: .candidate, in: .canary, at: night, plan: course.controller.plan)
        course.say(.candidate, "a", on: id, at: night)
        #expect(course.settle(.candidate, "a", on: id, r: -6, at: night + 60).moves.map(\.cause) == ["stage-loss"])
    }

    /// A gate that fails before its window opens is not promoted by the window.
    @Test func theWindowOpensNoGate() throws {
        var course = try Course(windows: hours(13, 14)) {
            $0.openGates()
            $0.gates[.canary]?.stageMeanR = 0
        }
        course.session(day, d: 1)
        // Played whole, with a mark at noon and none within the hours.
        course.session(day + 1, d: -8)
        #expect(course.mark(UInt64(day + 2) * 86_400 + 13 * 3600).moves.isEmpty)
        #expect(course.state.stage == .shadow)
    }

    /// One step a session at most, however many gates would pass.
    @Test func oneStepASession() throws {
        var course = try Course { terms in
            terms.openGates()
            for stage in [Stage.limited, .full] { terms.gates[stage]?.sessions = 0 }
        }
        for (number, stage) in [Stage.canary, .limited, .full].enumerated() {
            course.session(day + number, d: 0)
            #expect(course.state.stage == stage)
        }
    }
}
