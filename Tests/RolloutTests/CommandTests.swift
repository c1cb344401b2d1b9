import MarketData
import Rollout
import Signals
import Testing

/// What promote, pause, resume and rollback do in every state a person can bring a rollout into.
@Suite struct CommandTests {
    enum State: CaseIterable { case running, held, rolledBack }

    private static func router(_ stage: Stage, _ state: State) throws -> Router {
        var router = Router(plan: try plan(), stage: stage)
        switch state {
        case .running: break
        case .held: router.command(.pause)
        case .rolledBack: router.command(.rollback)
        }
        return router
    }

    /// `moved stage status`, or `refused` or `unchanged`.
    private static func result(
        _ stage: Stage, _ state: State, _ verb: Command.Verb, to target: Stage? = nil
    ) throws -> String {
        var router = try router(stage, state)
        let before = (router.stage, router.status)
        let kind = router.command(verb, to: target)?.kind ?? "nothing"
        if kind == "moved" { return "moved \(router.stage.rawValue) \(router.status.rawValue)" }
        return (router.stage, router.status) == before ? kind : "\(kind), yet changed"
    }

    @Test(
        arguments: [
            (.shadow, nil, "moved canary running"), (.canary, nil, "moved limited running"),
            (.limited, nil, "moved full running"), (.full, nil, "refused"), (.shadow, .full, "moved full running"),
            (.canary, .full, "moved full running"), (.canary, .canary, "unchanged"), (.limited, .canary, "refused"),
            (.full, .full, "unchanged"), (.shadow, .shadow, "unchanged"),
        ] as [(Stage, Stage?, String)]) func promoteGoesUpAndOnlyUp(stage: Stage, target: Stage?, expected: String)
        throws
    {
        #expect(try Self.result(stage, .running, .promote, to: target) == expected)
    }

    @Test(arguments: Stage.allCases, [State.held, .rolledBack]) func promoteNeedsARunningRollout(
        stage: Stage, state: State
    ) throws {
        #expect(try Self.result(stage, state, .promote) == "refused")
    }

    @Test func promoteIsRefusedForAQuarantinedCandidate() throws {
        var router = try Self.router(.canary, .running)
        router.setHealth(.candidate, .quarantined(reason: "crashes"))
        #expect(router.command(.promote)?.kind == "refused")
        #expect(router.stage == .canary)
    }

    @Test(arguments: Stage.allCases) func pauseHoldsTheStage(stage: Stage) throws {
        #expect(try Self.result(stage, .running, .pause) == "moved \(stage.rawValue) held")
        #expect(try Self.result(stage, .held, .pause) == "unchanged")
        #expect(try Self.result(stage, .rolledBack, .pause) == "refused")
    }

    @Test func pauseStopsPromotionOnlyAndNotRouting() throws {
        var router = try Self.router(.limited, .held)
        let id = underlying(of: .candidate, in: .limited, plan: router.plan)
        #expect(router.decide(.candidate, signal(on: id, at: noon)) == "live assigned")
    }

    @Test(arguments: Stage.allCases) func resumeGoesOnInTheSameStage(stage: Stage) throws {
        #expect(try Self.result(stage, .running, .resume) == "unchanged")
        #expect(try Self.result(stage, .held, .resume) == "moved \(stage.rawValue) running")
        #expect(try Self.result(stage, .rolledBack, .resume) == "moved shadow running")
    }

    @Test(arguments: Stage.allCases) func rollbackGoesAllTheWayDown(stage: Stage) throws {
        #expect(try Self.result(stage, .running, .rollback) == "moved shadow rolled-back")
        #expect(try Self.result(stage, .held, .rollback) == "moved shadow rolled-back")
        #expect(try Self.result(stage, .rolledBack, .rollback) == "unchanged")
    }

    @Test(
        arguments: [
            (.full, .limited, "moved limited held"), (.full, .canary, "moved canary held"),
            (.full, .shadow, "moved shadow rolled-back"), (.canary, .limited, "unchanged"),
            (.limited, .limited, "moved limited held"),
        ] as [(Stage, Stage, String)]) func rollbackToAStageHoldsThere(stage: Stage, target: Stage, expected: String)
        throws
    {
        #expect(try Self.result(stage, .running, .rollback, to: target) == expected)
    }

    @Test(arguments: [Command.Verb.promote, .pause, .resume]) func anotherStageThanExpectedIsRefused(verb: Command.Verb)
        throws
    {
        var router = try Self.router(.canary, verb == .resume ? .held : .running)
        #expect(router.command(verb, expecting: .limited)?.kind == "refused")
        #expect(router.command(verb, expecting: .canary)?.kind == "moved")
    }

    @Test func rollbackAsksForNoStage() throws {
        var router = try Self.router(.canary, .running)
        #expect(router.command(.rollback, expecting: .full)?.kind == "moved")
    }

    @Test func aTransitionSaysWhoWhatAndWhy() throws {
        var router = try Self.router(.canary, .running)
        let expected = Transition(
            from: .canary, to: .limited, statusBefore: .running, status: .running, cause: "promote", actor: "ann",
            reason: "test")
        #expect(router.command(.promote) == .moved(expected))
    }

    @Test func aPreviewIsWhatWouldHappenAndChangesNothing() throws {
        for stage in Stage.allCases {
            for state in State.allCases {
                for verb in Command.Verb.allCases {
                    var router = try Self.router(stage, state)
                    let command = Command(verb: verb, actor: "ann", reason: "test")
                    let preview = router.preview(command)
                    #expect(router.preview(command) == preview)
                    #expect(router.handle(Event(index: 0, payload: .command(command))) == preview)
                }
            }
        }
    }
}
