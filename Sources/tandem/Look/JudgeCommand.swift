internal import ArgumentParser
internal import Foundation
internal import MarketData
internal import Operator
internal import Rollout
internal import Signals

struct Judge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hold both engines against labelled sessions: who detects, who is right, who earns.",
        discussion: """
            tandem generate --sessions 40 --seed 11 --out sessions --labels labels.jsonl
            tandem judge --input sessions --labels labels.jsonl
            The engines see the market data alone. Beside them stand rows that keep the judge honest: an oracle that knows the \
            labels, a coin that speaks when v3.0 does in a direction by chance (its accuracy must lie around one half), v3.0 \
            against another session's labels, and v1.0 without targets on the wrong side.
            Intervals are 95 % and respect that signals of one session share its luck. Accuracy: profit above 0 among actionable \
            signals with an outcome.
            """)

    @Option(parsing: .upToNextOption, help: "Recorded sessions: files, or folders of .dbn and .dbn.zst files.")
    var input: [String]
    @Option(help: "The truth about them, as `tandem generate --labels` writes it.") var labels: String
    @Option(help: "Configuration of v1.0, YAML or JSON (its defaults if not given).") var baselineConfig: String?
    @Option(help: "Configuration of v3.0, YAML or JSON (its defaults if not given).") var candidateConfig: String?
    @Option(help: "The exchange calendar of the sessions.") var calendar = "cme-globex-equity"
    @Option(help: "Keep the run's state folder here, to look at with signals, verify and history.") var state: String?
    @OptionGroup var format: FormatOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        var configurations: [Arm: [UInt8]] = [:]
        for (arm, path) in [(Arm.baseline, baselineConfig), (.candidate, candidateConfig)] {
            if let path { configurations[arm] = try EngineConfiguration.load(path: path) }
        }
        let calendar = try ExchangeCalendar(named: calendar)
        let progress = ProgressLine()
        let judge = JudgeRun(
            files: try JudgeRun.files(input), labels: try JudgeRun.labels(at: labels), calendar: calendar,
            configurations: configurations, logger: log.logger(),
            onProgress: { progress.show(records: $0, time: $1.nanos > 0 ? calendar.format($1) : nil) })
        let temporary = NSTemporaryDirectory() + "/tandem-judge-\(getpid())"
        defer { if state == nil { try? FileManager.default.removeItem(atPath: temporary) } }
        let report = try judge.run(state: state ?? temporary)
        progress.end()
        switch format.format {
        case .json: try Output.json(report)
        case .table: print(report.table)
        }
    }
}
