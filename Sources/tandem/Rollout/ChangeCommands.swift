internal import ArgumentParser
internal import Foundation
internal import Operator
internal import Rollout

/// What every changing verb takes.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var state: StateOptions
    @Option(help: "Why; journaled with your name.") var reason: String
    @Flag(help: "Say what would happen, change nothing.") var dryRun = false
    @OptionGroup var format: FormatOptions

    func send(_ verb: Command.Verb, to stage: StageArgument? = nil, expecting expected: StageArgument? = nil) throws {
        let request = CommandRequest(
            verb: verb, to: stage?.stage, reason: reason, expectStage: expected?.stage, dryRun: dryRun)
        let answer = try ControlClient(folder: state.folder).send(request)
        try show(answer)
    }

    func show(_ answer: ControlAnswer) throws {
        switch format.format {
        case .json: try Output.json(answer)
        case .table: try Output.line((dryRun ? "would be \(answer.result): " : "") + answer.detail)
        }
        switch answer.result {
        case "refused": throw Quit(code: FailureCode.precondition)
        case "failed": throw Quit(code: FailureCode.unreachable)
        case "usage": throw Quit(code: FailureCode.usage)
        default: return
        }
    }

    /// Asks the operator; writes the command into the journal itself when none answers, or one that is just ending.
    func sendOrWrite(_ verb: Command.Verb, to stage: StageArgument? = nil, expecting expected: StageArgument? = nil)
        throws
    {
        let request = CommandRequest(
            verb: verb, to: stage?.stage, reason: reason, expectStage: expected?.stage, dryRun: dryRun)
        let deadline = ContinuousClock.now + .seconds(15)
        do {
            var client = ControlClient(folder: state.folder)
            client.timeout = 10
            let answer = try client.send(request)
            if answer.result != "failed" { return try show(answer) }
        } catch is ControlError {}
        let command = Command(
            verb: verb, to: stage?.stage, actor: Actor.current, reason: reason, expectedStage: expected?.stage)
        while true {
            do {
                return try show(OfflineCommand.apply(command, folder: state.folder, dryRun: dryRun))
            } catch StateLockError.held(_, let holder) {
                guard ContinuousClock.now < deadline else { throw unanswered(verb, by: holder) }
                usleep(100_000)
            }
        }
    }

    private func unanswered(_ verb: Command.Verb, by holder: Int32?) -> Failure {
        let process = holder.map { "process \($0)" } ?? "another process"
        let end = holder.map { " (kill -9 \($0))" } ?? ""
        let silenced =
            verb == .rollback && !dryRun
            ? "the candidate is silenced by the KILL file, and stays so when it goes on"
            : "nothing is known to have changed"
        return Failure(
            FailureCode.timedOut,
            "\(process) runs on this state folder and does not answer; \(silenced). Say \(verb.rawValue) again when it answers, or end it\(end) first"
        )
    }
}

struct Promote: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give the candidate more: the next stage, or the one named.",
        discussion: """
            By hand and at once: the gate need not be passed, and what it lacks is journaled with your name. A stage whose gate \
            asks for approvals is entered by them alone: with the gate passed, `promote` asks for them.
            Without --expect-stage it is meant for the stage the rollout is in now: of two at a time one wins, and the other is \
            told why (exit code 4).
            """)

    @OptionGroup var options: ChangeOptions
    @Option(help: "canary, limited or full; the next one up if not given.") var to: StageArgument?
    @Option(help: "Refuse unless the rollout is in this stage.") var expectStage: StageArgument?

    func run() throws { try options.send(.promote, to: to, expecting: expectStage ?? stageNow) }

    /// The stage a person sees who types this; nil where no operator tells, and the command finds none either.
    private var stageNow: StageArgument? {
        (try? ControlClient(folder: options.state.folder).status())
            .flatMap { StageArgument(argument: $0.stage) }
    }
}

struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Agree to a promotion that waits for it.",
        discussion: """
            An approval is for one stage and the evidence as it stood when it was asked for; `tandem explain` shows both. It is \
            void when the gate is not passed any more, or after as many sessions as the gate says. Where two persons are \
            needed, the one who asked is none of them. Works without a running operator too.
            """)

    @OptionGroup var options: ChangeOptions
    @Option(help: "Refuse unless this is the stage that waits for approval.") var to: StageArgument?
    @Option(help: "Refuse unless the rollout is in this stage.") var expectStage: StageArgument?

    func run() throws { try options.sendOrWrite(.approve, to: to, expecting: expectStage) }
}

struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop promotion; routing and protection go on.", discussion: "Works without a running operator too.")

    @OptionGroup var options: ChangeOptions
    @Option(help: "Refuse unless the rollout is in this stage.") var expectStage: StageArgument?

    func run() throws {
        try options.sendOrWrite(.pause, expecting: expectStage)
    }
}

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on after a pause, or return to shadow duty after a rollback.")

    @OptionGroup var options: ChangeOptions
    @Option(help: "Refuse unless the rollout is in this stage.") var expectStage: StageArgument?

    func run() throws { try options.send(.resume, expecting: expectStage) }
}

struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take it back from the candidate, at once.",
        discussion: """
            Silences the candidate by the KILL file first, then asks the operator; with the operator dead it writes the journal \
            itself. An operator that hangs is waited for for 15 s (exit code 7), with the candidate silent. Asking twice is fine.
            """)

    @OptionGroup var options: ChangeOptions
    @Option(help: "shadow (rolled back), or a stage between.") var to: StageArgument?

    func run() throws {
        do {
            if !options.dryRun { try raiseKill() }
            try options.sendOrWrite(.rollback, to: to)
        } catch let error where FailureCode.of(error) == FailureCode.precondition {
            // Nothing has to be so first for a rollback: what stops it is a fault.
            throw Failure(FailureCode.internal, "\(error)")
        }
    }

    private func raiseKill() throws {
        let folder = options.state.folder
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw Failure(FailureCode.notFound, "there is no state folder \(folder.path); name it with --state")
        }
        try folder.raiseKill()
    }
}
