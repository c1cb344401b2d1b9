internal import ArgumentParser
internal import Foundation
internal import Rollout

/// What `make bench-decisions` runs: simulated rollouts with known truth through the real decisions.
struct BenchDecisions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-decisions",
        abstract: "Simulate rollouts with known truth and hold what is decided against the reference.",
        discussion: "Exit code 9: something that must hold does not.",
        shouldDisplay: false)

    @Option(help: "Rollouts a case.") var runs = 10_000
    @Option(help: "Of all randomness; the same gives the same table.") var seed: UInt64 = 20_261_120
    @Option(help: "The one case to run; all, if not given.") var only: String?
    @Option(help: "Also write the figures as JSON there.") var json: String?

    func validate() throws {
        if runs < 1 || runs > 1_000_000 { throw ValidationError("--runs must be 1 to 1000000") }
    }

    func run() throws {
        let cases = SimulatedCase.all.filter { only == nil || $0.name == only }
        guard !cases.isEmpty else {
            throw Failure(
                FailureCode.notFound,
                "there is no case \(only ?? ""); there are \(SimulatedCase.all.map(\.name).joined(separator: ", "))")
        }
        let progress = ProgressLine(total: UInt64(cases.count * runs))
        var done = 0
        let table = DecisionTable(
            cases.map { simulated in
                defer {
                    done += runs
                    progress.show(records: UInt64(done), time: simulated.name)
                }
                return Simulations.run(runs) { CaseRuns(simulated, runs: $0, seed: seed) }
            })
        progress.end()
        try Output.write(Array(table.text.utf8))
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try encoder.encode(table).write(to: URL(fileURLWithPath: json), options: .atomic)
        }
        // A figure beyond its tolerance may be chance, as the reference's own are; it is shown.
        if !table.verdicts.allSatisfy(\.holds) { throw Quit(code: FailureCode.badData) }
    }
}
