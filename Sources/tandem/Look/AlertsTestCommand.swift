internal import Alerts
internal import ArgumentParser
internal import Foundation
internal import Operator

struct AlertsTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a real message over a channel and say what came back.",
        discussion: "Exit code 9 when a channel did not take it. `tandem alerts show ID` has the attempt.")

    @Argument(help: "The channel's name in the spec.") var channel: String?
    @Flag(help: "Every channel.") var all = false
    @OptionGroup var state: StateOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (channel == nil) == all else { throw ValidationError("name a channel, or give --all") }
    }

    private struct View: Encodable {
        var alert: String
        var results: [ChannelTest.Result]
    }

    func run() throws {
        let records = try AlertRecords(state.folder)
        let names = records.settings.channels.map(\.name)
        let channels = records.settings.channels.filter { all || $0.name == channel }
        guard !channels.isEmpty else {
            throw Failure(
                FailureCode.notFound,
                names.isEmpty
                    ? "the spec of \(state.folder.path) names no channel (alerts.channels)"
                    : "there is no channel \(channel ?? ""); the spec has \(names.joined(separator: ", "))")
        }
        let test = try ChannelTest(records, actor: Actor.current)
        let results = try channels.flatMap { try test.run($0) }
        if format.format == .json {
            try Output.report(View(alert: test.alertID, results: results))
        } else {
            try Output.table(
                ["channel", "kind", "to", "response", "took", "answer"],
                results.map {
                    [
                        $0.channel, $0.kind, $0.recipient ?? "", $0.response,
                        AlertsOf.seconds(from: $0.startedAt, to: $0.endedAt), $0.answer,
                    ]
                })
            try Output.line("alert \(test.alertID)")
        }
        if !results.allSatisfy(\.isWell) { throw Quit(code: FailureCode.badData) }
    }
}
