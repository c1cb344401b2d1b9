internal import ArgumentParser
internal import Foundation
internal import Monitors
internal import Operator
internal import Rollout

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Why the rollout is where it is, what it waits for, and how long that should take.",
        discussion: """
            Every gate and trigger with its value, threshold and verdict, by the journal: as of the last session that became \
            evidence or the last move. What was not measured is shown as unknown; a replay judges nothing by the clock.
            """)

    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let records = try RolloutRecords(state.folder)
        guard let standing = try RolloutStanding(records.reader) else { throw Failure.noEvidence(state.folder.path) }
        if format.format == .json { return try Output.report(standing.explained) }
        try Output.write(Array(standing.explained.text(rollout: records.rollout, Output.styled).utf8))
    }
}

extension Failure {
    static func noEvidence(_ path: String) -> Failure {
        Failure(
            FailureCode.notFound,
            "the rollout in \(path) has no evidence yet: it comes with the first session that closes, and with a spec that "
                + "says by what it decides")
    }
}

struct ReportRollout: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "The whole story: evidence session by session, every move and why.",
        discussion:
            "With the false-alarm rate that this rollout's own sessions would have had, had neither engine been better."
    )

    enum Form: String, ExpressibleByArgument, CaseIterable { case table, json, csv, html }

    @OptionGroup var state: StateOptions
    @Option(name: [.customShort("o"), .customLong("output")], help: "table, json, csv or html.") var form: Form = .table
    @Option(help: "Of the self-check's draws.") var seed: UInt64 = 1

    func run() throws {
        let records = try RolloutRecords(state.folder)
        var random = SimulationRandom(seed: seed, stream: 0, run: 0)
        guard let story = try records.story(&random) else { throw Failure.noEvidence(state.folder.path) }
        switch form {
        case .json: try Output.report(story)
        case .csv: try Output.write(Array(story.csv.utf8))
        case .html: try Output.write(Array(HTMLPage.text(story.page(generated: records.now)).utf8))
        case .table: try Output.write(Array(story.text(generated: records.now, Output.styled).utf8))
        }
    }
}
