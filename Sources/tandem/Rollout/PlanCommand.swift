internal import ArgumentParser
internal import Foundation
internal import Operator
internal import Rollout

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a spec's gates can decide, found out before the first session.",
        discussion: """
            Simulates rollouts by the spec's gates, limits and weights, of candidates with known truth; warns of every gate that \
            the named target passes in fewer than 80 % of them within its deadline. --from-journal draws from a state folder's \
            own sessions instead, once there are 20.
            """)

    @Argument(help: "The spec.") var spec: String
    @Option(help: "The candidate to plan for: a case of the table.") var target = "better-target"
    @Option(help: "Signals of the baseline in a session, such as 3-8.") var baselineSignals: SignalRange?
    @Option(help: "Signals of a candidate that says more, such as 5-15.") var candidateSignals: SignalRange?
    @Flag(help: "Draw from the sessions in the state folder.") var fromJournal = false
    @OptionGroup var state: StateOptions
    @Option(help: "Simulated rollouts a row.") var runs = 2000
    @Option(help: "Of all randomness; the same gives the same table.") var seed: UInt64 = 20_261_120
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if runs < 1 || runs > 1_000_000 { throw ValidationError("--runs must be 1 to 1000000") }
    }

    func run() throws {
        let spec = try Spec.load(path: spec)
        let study: PlanStudy
        do throws(PlanStudy.Failure) {
            study = try PlanStudy(
                SimulatedPlan(terms: spec.decisions, weights: spec.plan.weights), traffic: traffic, target: target,
                journal: journal(), runs: runs, seed: seed)
        } catch {
            throw Failure(FailureCode.notFound, error.description)
        }
        let progress = ProgressLine(total: UInt64(study.jobs.reduce(0) { $0 + $1.runs }))
        var done = 0
        let table = study.table(
            study.jobs.map { job in
                defer {
                    done += job.runs
                    progress.show(records: UInt64(done), time: job.name)
                }
                return Simulations.run(job.runs) { study.run(job, runs: $0) }
            })
        progress.end()
        if format.format == .json { return try Output.report(table) }
        try Output.write(Array(table.text.utf8))
    }

    private var traffic: SimulatedCase.Traffic {
        var traffic = SimulatedCase.Traffic()
        if let baselineSignals { traffic.baseline = baselineSignals.range }
        if let candidateSignals { traffic.candidate = candidateSignals.range }
        return traffic
    }

    private func journal() -> [SessionObservation]? {
        guard fromJournal else { return nil }
        return (try? RolloutStanding(JournalReader(folder: state.folder.path)))??.evidence.sessions ?? []
    }
}

/// `3-8`
struct SignalRange: ExpressibleByArgument {
    let range: ClosedRange<Int>

    init?(argument: String) {
        let ends = argument.split(separator: "-").map { Int($0) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, high >= max(low, 1), high <= 1000 else {
            return nil
        }
        range = low...high
    }
}
