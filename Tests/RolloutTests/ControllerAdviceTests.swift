import MarketData
import Rollout
import Signals
import Testing

/// A refused promotion says what helps, and what it says does.
@Suite struct ControllerAdviceTests {
    private let day = 20_776

    /// The commands that a reason names, such as `tandem approve`.
    private func advice(_ effect: Effect?) throws -> [Command.Verb] {
        guard case .refused(let reason)? = effect else {
            Issue.record("not refused: \(String(describing: effect))")
            return []
        }
        return try reason.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { try #require(Command.Verb(rawValue: String($0.element.dropFirst("tandem ".count)))) }
    }

    @Test(arguments: ["ann", "tandem"]) func whileApprovalsAreAwaitedApprovingHelps(asking: String) throws {
        var course = try Course { terms in
            terms.openGates(approvals: 1)
            if asking == "ann" { terms.gates[.canary]?.promotion = .manual }
        }
        course.session(day, d: 1)
        if asking == "ann" { #expect(course.command(.promote)?.kind == "moved") }
        #expect(course.state.status == .awaitingApproval)
        let verbs = try advice(course.command(.promote))
        #expect(verbs == [.approve, .pause])
        for verb in verbs {
            var copy = course
            let effect = copy.command(verb, by: "bob")
            #expect(effect?.kind == (verb == .approve ? "approved" : "moved"))
            #expect(copy.state.stage == (verb == .approve ? .canary : .shadow))
            #expect(copy.state.status == (verb == .approve ? .running : .held))
        }
    }

    @Test func whatIsHeldIsResumed() throws {
        var course = try Course { $0.closeGates() }
        course.command(.pause)
        #expect(try advice(course.command(.promote)) == [.resume])
        #expect(course.command(.resume)?.kind == "moved" && course.command(.promote)?.kind == "moved")
        course.command(.rollback)
        #expect(try advice(course.command(.promote)) == [.resume])
        #expect(course.command(.resume)?.kind == "moved" && course.command(.promote)?.kind == "moved")
    }

    /// While it drains nothing helps but to wait.
    @Test func whatDrainsIsWaitedFor() throws {
        var plan = try plan()
        plan.openEpisodes.policy = .hold
        var course = try Course(.full, plan: plan) { $0.closeGates() }
        course.say(.candidate, "a", on: 1, at: noon)
        course.command(.rollback)
        #expect(course.state.status == .draining)
        #expect(try advice(course.command(.promote)) == [.resume])
        #expect(course.command(.resume)?.kind == "refused")
        course.settle(.candidate, "a", on: 1, r: 1, at: noon + 60)
        #expect(course.command(.resume)?.kind == "moved" && course.command(.promote)?.kind == "moved")
    }

    @Test func aboveWhatIsCompletedIsNothing() throws {
        var course = try Course(.full) {
            $0.closeGates()
            $0.rollbackWindowSessions = 1
        }
        course.session(day, d: 1)
        #expect(course.state.status == .completed)
        #expect(try advice(course.command(.promote)).isEmpty)
    }

    /// A version that is closed is resumed by nobody, rolled back (harm) or failed (no gain).
    @Test(arguments: [Trigger.harm, .noGain]) func aClosedVersionIsNotSentToResume(cause: Trigger) throws {
        var course = try Course(.canary) { terms in
            if cause == .harm { terms.closeGates() }
            terms.liveLimits = [:]
        }
        for number in 0..<60 where course.state.closedBy == nil { course.session(day + number, d: -4) }
        #expect(course.state.closedBy == cause)
        #expect(course.state.status == (cause == .harm ? .rolledBack : .failed))
        #expect(try advice(course.command(.promote)).isEmpty)
        #expect(course.command(.resume)?.kind == "refused")
    }
}
