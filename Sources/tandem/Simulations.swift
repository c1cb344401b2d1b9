internal import Dispatch
internal import Rollout
internal import Synchronization

/// Spreads simulated rollouts over the machine's processors; what comes of them does not depend on how.
enum Simulations {
    private static let chunk = 250

    /// - Parameter part: simulates runs with these numbers.
    static func run(_ runs: Int, _ part: @Sendable (Range<Int>) -> CaseRuns) -> CaseRuns {
        let parts = Mutex<[Int: CaseRuns]>([:])
        DispatchQueue.concurrentPerform(iterations: (runs - 1) / chunk) { number in
            let simulated = part((number + 1) * chunk..<min(runs, (number + 2) * chunk))
            parts.withLock { $0[number] = simulated }
        }
        var all = part(0..<min(runs, chunk))
        for (_, simulated) in parts.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { all.merge(simulated) }
        return all
    }
}
